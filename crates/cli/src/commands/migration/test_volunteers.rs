//! How test volunteers are shown: source, rule and output side by side, one small table per source row.

use landfall_operations::{Became, Reason, ShownField, ShownRow, TestVolunteer, VolunteerState};

use crate::output::{
    Output,
    colour::Tone,
    number::{counted, grouped},
    table::{Cell, Table},
};

/// The most characters that a rule's detail takes beside a value; JSON and workbook have all of it.
const DETAIL: usize = 60;

/// Shows every volunteer, one below the other.
pub(super) fn show(output: &Output, volunteers: &[TestVolunteer]) {
    for (index, volunteer) in volunteers.iter().enumerate() {
        if index > 0 {
            output.line("");
        }
        show_volunteer(output, volunteer);
    }
    output.talk(&summary(volunteers));
}

/// Says how many there are and what became of them; names nobody.
pub(super) fn summary(volunteers: &[TestVolunteer]) -> String {
    let states = [
        VolunteerState::Written,
        VolunteerState::Merged,
        VolunteerState::Rejected,
        VolunteerState::Filtered,
        VolunteerState::NotInDump,
    ];
    let parts: Vec<String> = states
        .into_iter()
        .filter_map(|state| {
            let number = volunteers.iter().filter(|volunteer| volunteer.state == state).count();
            (number > 0).then(|| format!("{number} {}", state.as_str()))
        })
        .collect();
    let number = counted(volunteers.len() as u64, "test volunteer", "test volunteers");
    format!("{number}: {}", parts.join(", "))
}

fn show_volunteer(output: &Output, volunteer: &TestVolunteer) {
    let became = match (volunteer.state, volunteer.id) {
        (VolunteerState::Written, Some(id)) => format!("written as volunteer {}", number(id)),
        (VolunteerState::Merged, Some(id)) => format!("merged into volunteer {}", number(id)),
        (state, _) => state.as_str().to_owned(),
    };
    let tone = match volunteer.state {
        VolunteerState::Written => Tone::Done,
        VolunteerState::Merged | VolunteerState::Filtered => Tone::Waiting,
        VolunteerState::Rejected | VolunteerState::NotInDump => Tone::Failed,
    };
    let name = output.colour().paint(Tone::Heading, &quoted(&volunteer.external_id));
    output.line(&format!("volunteer {name}: {}", output.colour().paint(tone, &became)));
    for reason in &volunteer.reasons {
        output.sentence(&format!("  {}", because(reason)));
    }
    for row in &volunteer.rows {
        output.line("");
        show_row(output, row);
    }
}

fn show_row(output: &Output, row: &ShownRow) {
    let became = match (row.became, row.id) {
        (Became::Written, Some(id)) => format!("row {} of {}", number(id), row.table),
        (Became::Merged, Some(id)) => format!("merged into row {} of {}", number(id), row.table),
        (became, _) => became.as_str().to_owned(),
    };
    output.sentence(&format!(
        "{}, {} line {}: {became}",
        row.section,
        row.source,
        grouped(row.line)
    ));
    for reason in &row.reasons {
        output.sentence(&format!("  {}", because(reason)));
    }
    let mut table = Table::new(["source", "rule", "output"]);
    for field in &row.fields {
        table.row([source(field).into(), rule(field).into(), value(row.became, field)]);
    }
    for unused in &row.unused {
        table.row([
            told(&unused.column, unused.text.as_deref()).into(),
            Cell::toned(unused.reason.clone(), Tone::Quiet),
            "".into(),
        ]);
    }
    output.table(&table);
}

fn source(field: &ShownField) -> String {
    let mut parts: Vec<String> = field
        .source
        .iter()
        .map(|source| match (&source.text, source.column.contains('.')) {
            // An expression reads it in another source: what it made of it stands behind the arrow.
            (None, true) => source.column.clone(),
            (text, _) => told(&source.column, text.as_deref()),
        })
        .collect();
    if let Some(computed) = &field.computed {
        parts.push(format!("-> {}", quoted(computed)));
    }
    parts.join(" ")
}

fn rule(field: &ShownField) -> String {
    if field.detail.is_empty() {
        return field.rule.clone();
    }
    let detail: Vec<&str> = field.detail.split_whitespace().collect();
    let detail = detail.join(" ");
    let cut: String = detail.chars().take(DETAIL).collect();
    let more = if cut.len() < detail.len() { ".." } else { "" };
    format!("{}: {cut}{more}", field.rule)
}

fn value(became: Became, field: &ShownField) -> Cell {
    let mut text = match became {
        Became::Written | Became::Merged => told(&field.column, field.value.as_deref()),
        Became::Rejected | Became::Filtered => field.column.clone(),
    };
    if let Some(known) = &field.refers_to {
        text.push_str(&format!(" ({})", quoted(known)));
    }
    for reason in &field.reasons {
        text.push_str(&format!("; {}", because(reason)));
    }
    let tone = match (became, field.reasons.is_empty()) {
        (_, true) => return text.into(),
        (Became::Rejected | Became::Filtered, false) => Tone::Failed,
        (Became::Written | Became::Merged, false) => Tone::Waiting,
    };
    Cell::toned(text, tone)
}

fn because(reason: &Reason) -> String {
    match (reason.rule.as_str(), reason.field.as_str()) {
        ("", _) => reason.reason.clone(),
        (rule, "") => format!("{rule}: {}", reason.reason),
        (rule, field) => format!("{field}, rule {rule}: {}", reason.reason),
    }
}

fn told(column: &str, text: Option<&str>) -> String {
    text.map_or_else(|| format!("{column}: none"), |text| format!("{column}: {}", quoted(text)))
}

/// Writes a text so that it stays on one line and shows what a reader would not see.
fn quoted(text: &str) -> String {
    format!("{text:?}")
}

fn number(id: i64) -> String {
    grouped(id.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use landfall_operations::SourceText;

    use super::*;

    fn field() -> ShownField {
        ShownField {
            source: vec![SourceText { column: "Born".to_owned(), text: Some(" 1\n".to_owned()) }],
            computed: None,
            rule: "date".to_owned(),
            detail: "yyyy-mm-dd  or ".repeat(8),
            column: "birth_date".to_owned(),
            label: "Birth date".to_owned(),
            value: None,
            refers_to: None,
            reasons: Vec::new(),
        }
    }

    #[test]
    fn a_field_is_told_on_one_line() {
        assert_eq!(source(&field()), "Born: \" 1\\n\"");
        assert!(rule(&field()).starts_with("date: yyyy-mm-dd or yyyy-mm-dd"));
        assert!(rule(&field()).ends_with(".."));
    }

    #[test]
    fn a_summary_names_nobody() {
        let volunteer = |state| TestVolunteer {
            external_id: "LU-1".to_owned(),
            state,
            id: None,
            reasons: Vec::new(),
            rows: Vec::new(),
        };
        let all = [
            volunteer(VolunteerState::Written),
            volunteer(VolunteerState::NotInDump),
            volunteer(VolunteerState::Written),
        ];
        assert_eq!(summary(&all), "3 test volunteers: 2 written, 1 not in the dump");
    }
}
