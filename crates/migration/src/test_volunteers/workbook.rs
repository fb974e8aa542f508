//! Test volunteers as a workbook, because customers review in workbooks: source, rule and output side by side.

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError,
};

use super::{Reason, ShownRow, TestVolunteer};
use crate::{
    error::Error,
    workbook::{fit, set_up},
};

/// The most characters of a cell, counted as Excel counts (UTF-16 units).
const LONGEST: usize = 32_767;

/// The columns of the first sheet, with their widths.
const VOLUNTEERS: &[(&str, u16)] = &[("external id", 20), ("became", 16), ("id", 10), ("why", 80)];

/// The columns of the second sheet.
const ROWS: &[(&str, u16)] = &[
    ("external id", 20),
    ("section", 20),
    ("source", 16),
    ("line", 10),
    ("row became", 12),
    ("source column", 24),
    ("source text", 32),
    ("rule", 16),
    ("what the rule does", 32),
    ("target table", 24),
    ("target column", 24),
    ("value", 32),
    ("refers to", 24),
    ("remarks", 48),
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
    let mut sheet = Lines::begin(&mut workbook, "Test volunteers", VOLUNTEERS, &body)?;
    for volunteer in volunteers {
        let id = volunteer.id.map(|id| id.to_string());
        sheet.line(&[
            &volunteer.external_id,
            volunteer.state.as_str(),
            id.as_deref().unwrap_or_default(),
            &remarks(&volunteer.reasons),
        ])?;
    }
    let mut sheet = Lines::begin(&mut workbook, "Side by side", ROWS, &body)?;
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
    columns: &'static [(&'static str, u16)],
    body: &'w Format,
    row: u32,
}

impl<'w> Lines<'w> {
    fn begin(
        workbook: &'w mut Workbook,
        name: &str,
        columns: &'static [(&'static str, u16)],
        body: &'w Format,
    ) -> Result<Self, XlsxError> {
        let heading = Format::new().set_bold().set_num_format("@");
        let sheet = workbook.add_worksheet();
        sheet.set_name(name)?;
        set_up(sheet)?;
        for (column, (title, width)) in (0_u16..).zip(columns) {
            sheet.write_string_with_format(0, column, *title, &heading)?;
            sheet.set_column_width(column, f64::from(*width))?;
        }
        Ok(Self { sheet, columns, body, row: 1 })
    }

    fn line(&mut self, texts: &[&str]) -> Result<(), XlsxError> {
        let texts: Vec<String> = texts.iter().map(|text| held(text)).collect();
        let widths = self.columns.iter().map(|(_, width)| *width);
        fit(self.sheet, self.row, texts.iter().map(String::as_str).zip(widths))?;
        for (column, text) in (0_u16..).zip(texts).filter(|(_, text)| !text.is_empty()) {
            self.sheet.write_string_with_format(self.row, column, text, self.body)?;
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
