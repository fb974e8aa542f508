//! Test volunteers as a workbook, because customers review in workbooks: source, rule and output side by side.

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError,
};

use super::{Reason, ShownRow, TestVolunteer};
use crate::error::Error;

/// The most characters of a cell, counted as Excel counts (UTF-16 units).
const LONGEST: usize = 32_767;

/// The columns of the first sheet, with their widths.
const VOLUNTEERS: &[(&str, f64)] =
    &[("external id", 20.0), ("became", 16.0), ("id", 10.0), ("why", 80.0)];

/// The columns of the second sheet.
const ROWS: &[(&str, f64)] = &[
    ("external id", 20.0),
    ("section", 20.0),
    ("source", 16.0),
    ("line", 10.0),
    ("row became", 12.0),
    ("source column", 24.0),
    ("source text", 32.0),
    ("rule", 16.0),
    ("what the rule does", 32.0),
    ("target table", 24.0),
    ("target column", 24.0),
    ("value", 32.0),
    ("refers to", 24.0),
    ("remarks", 48.0),
];

/// Writes test volunteers as an `.xlsx` workbook and returns its bytes: one sheet with the volunteers, one with a row
/// for each column of theirs. The same volunteers give the same bytes. It holds personal values.
///
/// # Errors
/// [`Error::TestVolunteers`] when the workbook cannot be made.
pub fn test_volunteers_workbook(volunteers: &[TestVolunteer]) -> Result<Vec<u8>, Error> {
    write(volunteers).map_err(|error| {
        Error::TestVolunteers(format!(
            "the workbook of the test volunteers cannot be made: {error}"
        ))
    })
}

fn write(volunteers: &[TestVolunteer]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // The time of writing is no part of what is shown.
    let written = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&written));
    // Format `@` keeps Excel from turning a text into a number or a day.
    let body = Format::new().set_num_format("@").set_text_wrap().set_align(FormatAlign::Top);
    let mut sheet = Lines { sheet: workbook.add_worksheet(), body: &body, row: 0 };
    sheet.begin("Test volunteers", VOLUNTEERS)?;
    for volunteer in volunteers {
        let id = volunteer.id.map(|id| id.to_string());
        sheet.line(&[
            &volunteer.external_id,
            volunteer.state.as_str(),
            id.as_deref().unwrap_or_default(),
            &remarks(&volunteer.reasons),
        ])?;
    }
    let mut sheet = Lines { sheet: workbook.add_worksheet(), body: &body, row: 0 };
    sheet.begin("Side by side", ROWS)?;
    for volunteer in volunteers {
        for row in &volunteer.rows {
            side_by_side(&mut sheet, &volunteer.external_id, row)?;
        }
    }
    workbook.save_to_buffer()
}

fn side_by_side(sheet: &mut Lines<'_>, id: &str, row: &ShownRow) -> Result<(), XlsxError> {
    let line = row.line.to_string();
    let begins: [&str; 5] = [id, &row.section, &row.source, &line, row.became.as_str()];
    if !row.reasons.is_empty() {
        let remarks = remarks(&row.reasons);
        sheet.line(&with(begins, ["", "", "", "", &row.table, "", "", "", &remarks]))?;
    }
    for field in &row.fields {
        let columns: Vec<&str> = field.source.iter().map(|source| source.column.as_str()).collect();
        let mut texts: Vec<&str> =
            field.source.iter().map(|source| source.text.as_deref().unwrap_or_default()).collect();
        texts.extend(field.computed.as_deref());
        let mut columns = columns.join("\n");
        if field.computed.is_some() {
            columns.push_str("\n(computed)");
        }
        let (texts, remarks) = (texts.join("\n"), remarks(&field.reasons));
        let rest: [&str; 9] = [
            columns.as_str(),
            &texts,
            &field.rule,
            &field.detail,
            &row.table,
            &field.column,
            field.value.as_deref().unwrap_or_default(),
            field.refers_to.as_deref().unwrap_or_default(),
            &remarks,
        ];
        sheet.line(&with(begins, rest))?;
    }
    for unused in &row.unused {
        let text = unused.text.as_deref().unwrap_or_default();
        let rest: [&str; 9] =
            [unused.column.as_str(), text, "", "", "", "", "", "", &unused.reason];
        sheet.line(&with(begins, rest))?;
    }
    Ok(())
}

fn with<'t>(begins: [&'t str; 5], rest: [&'t str; 9]) -> Vec<&'t str> {
    begins.into_iter().chain(rest).collect()
}

fn remarks(reasons: &[Reason]) -> String {
    let lines: Vec<String> = reasons
        .iter()
        .map(|reason| match (reason.rule.as_str(), reason.field.as_str()) {
            ("", _) => reason.reason.clone(),
            (rule, "") => format!("{rule}: {}", reason.reason),
            (rule, field) => format!("{field}, {rule}: {}", reason.reason),
        })
        .collect();
    lines.join("\n")
}

/// A sheet that is written line by line.
struct Lines<'w> {
    sheet: &'w mut Worksheet,
    body: &'w Format,
    row: u32,
}

impl Lines<'_> {
    fn begin(&mut self, name: &str, columns: &[(&str, f64)]) -> Result<(), XlsxError> {
        let heading = Format::new().set_bold().set_num_format("@");
        self.sheet.set_name(name)?;
        self.sheet.set_freeze_panes(1, 0)?;
        for (column, (title, width)) in (0_u16..).zip(columns) {
            self.sheet.write_string_with_format(0, column, *title, &heading)?;
            self.sheet.set_column_width(column, *width)?;
        }
        self.row = 1;
        Ok(())
    }

    fn line(&mut self, texts: &[&str]) -> Result<(), XlsxError> {
        for (column, text) in (0_u16..).zip(texts) {
            if !text.is_empty() {
                self.sheet.write_string_with_format(self.row, column, held(text), self.body)?;
            }
        }
        self.row += 1;
        Ok(())
    }
}

/// Returns what a cell can hold of a text: no control characters but the line break, and no more than Excel takes.
fn held(text: &str) -> String {
    let mut held = String::with_capacity(text.len());
    let mut length = 0;
    for letter in text.chars() {
        let letter = if letter.is_control() && letter != '\n' { '\u{fffd}' } else { letter };
        length += letter.len_utf16();
        if length >= LONGEST {
            held.push('…');
            break;
        }
        held.push(letter);
    }
    held
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_holds_what_excel_takes() {
        assert_eq!(held("a\u{7}b\nc"), "a\u{fffd}b\nc");
        let long = "x".repeat(40_000);
        assert_eq!(held(&long).encode_utf16().count(), LONGEST);
        assert!(held(&long).ends_with('…'));
    }
}
