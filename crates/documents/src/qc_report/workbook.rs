//! The QC import report as a workbook of five sheets, from the same facts as the pages: one row per populated target
//! field, what was read, what was written, and a check in every row. The same facts give the same bytes.

mod sheet;

use std::collections::BTreeMap;

use landfall_core::digest::Digest;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use self::sheet::{Looks, Sheet};
use super::{Facts, RejectedRule, Section};
use crate::Error;

const LOGIC: &str = "Conversion Logic";
const NOTES: &str = "Conversion Notes";
const WARNINGS: &str = "Conversion Warnings";
const LOAD: &str = "Load Report";
const IMPORT: &str = "Import Report";

/// The sheets, in their order.
pub const SHEETS: [&str; 5] = [LOGIC, NOTES, WARNINGS, LOAD, IMPORT];

/// What a check says of counts that add up.
pub const AGREES: &str = "OK";
/// What a check says of counts that do not.
pub const DIFFERS: &str = "DIFFERS";

/// The kind of a note that says how many rows were left out, and why.
const LEFT_OUT: &str = "left out";
/// The rule of a field that is not populated.
const IGNORE: &str = "ignore";

/// Writes the facts of a QC report as a workbook; `digest` is that of the facts, which the workbook names.
///
/// # Errors
/// [`Error::Workbook`] when a sheet cannot hold what the facts say.
pub fn workbook(facts: &Facts, digest: &Digest) -> Result<Vec<u8>, Error> {
    write(facts, digest).map_err(|error| Error::Workbook { message: error.to_string() })
}

fn write(facts: &Facts, digest: &Digest) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // Without a time given a workbook holds the one at which it was written, and no two are the same. When the facts were
    // frozen stands in the facts.
    let made = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(
        &DocProperties::new()
            .set_title(format!("QC Import Report {}", facts.number))
            .set_subject(format!("{}, {}", facts.customer, facts.environment))
            .set_comment(format!("Facts {digest}"))
            .set_creation_datetime(&made),
    );
    let looks = Looks::new();
    logic(&mut Sheet::add(&mut workbook, LOGIC, &looks, facts)?, facts)?;
    let noted = notes(&mut Sheet::add(&mut workbook, NOTES, &looks, facts)?, facts, digest)?;
    warnings(&mut Sheet::add(&mut workbook, WARNINGS, &looks, facts)?, facts)?;
    load(&mut Sheet::add(&mut workbook, LOAD, &looks, facts)?, facts)?;
    import(&mut Sheet::add(&mut workbook, IMPORT, &looks, facts)?, facts, noted)?;
    workbook.save_to_buffer()
}

fn check(agrees: bool) -> &'static str {
    if agrees { AGREES } else { DIFFERS }
}

/// One row per populated target field, in the order of the run.
fn logic(sheet: &mut Sheet<'_>, facts: &Facts) -> Result<(), XlsxError> {
    sheet.headings(&[
        ("Target table", 40),
        ("Target column", 26),
        ("Source table", 24),
        ("Source column", 26),
        ("Migration type", 26),
        ("SQL", 40),
        ("Status", 16),
        ("Notes", 50),
    ])?;
    for field in facts.conversion.iter().filter(|field| field.rule != IGNORE) {
        sheet.texts(&[
            &field.target_table,
            &field.target_column,
            &field.source_file,
            &field.source_columns.join(", "),
            &field.rule,
            field.code.as_deref().unwrap_or_default(),
            field.status.as_deref().unwrap_or_default(),
            field.note.as_deref().unwrap_or_default(),
        ])?;
        sheet.end()?;
    }
    Ok(())
}

/// What a reader should know; returns the number of the last row.
fn notes(sheet: &mut Sheet<'_>, facts: &Facts, digest: &Digest) -> Result<u32, XlsxError> {
    sheet.headings(&[("Kind", 16), ("Section", 24), ("Note", 90), ("Rows", 12)])?;
    let iteration = &facts.iteration;
    let mut about = vec![
        format!("QC Import Report {} of {}, {}", facts.number, facts.customer, facts.environment),
        format!("Product {}, release {}, build {}", facts.product, facts.release, facts.build),
        format!("Facts of the document: {digest}"),
        format!("Source dump: {}", iteration.dump),
        format!("Specification: {}", iteration.spec),
        format!("Catalogue: {}", iteration.catalogue),
    ];
    about.extend(iteration.package.map(|package| format!("Package: {package}")));
    about.extend(iteration.base.map(|base| format!("Keeps the ids of iteration {base}")));
    for line in &about {
        sheet.texts(&["document", "", line])?;
        sheet.end()?;
    }
    sheet.texts(&["summary", "", &facts.summary])?;
    sheet.end()?;
    for note in &facts.notes {
        sheet.texts(&["note", "", note])?;
        sheet.end()?;
    }
    for field in facts.conversion.iter().filter(|field| field.rule == IGNORE) {
        let why = field.note.as_deref().unwrap_or("not populated");
        let note = format!("{}, {}: {why}", field.target_table, field.target_column);
        sheet.texts(&["left empty", "", &note])?;
        sheet.end()?;
    }
    for section in &facts.sections {
        for reason in &section.filtered_by {
            sheet.texts(&[LEFT_OUT, &section.name, &reason.reason])?;
            sheet.number(reason.rows)?;
            sheet.end()?;
        }
    }
    for finding in facts.findings.iter().filter(|finding| finding.resolved) {
        let note = format!("Finding {} by {}: {}", finding.number, finding.who, finding.state);
        sheet.texts(&["finding", "", &note])?;
        sheet.end()?;
    }
    Ok(sheet.row)
}

/// What a reader should look at: rules that rejected rows, warnings, findings that are open.
fn warnings(sheet: &mut Sheet<'_>, facts: &Facts) -> Result<(), XlsxError> {
    sheet.headings(&[
        ("Kind", 16),
        ("Section", 24),
        ("Rule", 14),
        ("Target column", 24),
        ("Rows", 12),
        ("Warning", 80),
    ])?;
    for rule in &facts.rejected {
        sheet.texts(&["rejected", &rule.section, &rule.rule, &rule.field])?;
        sheet.number(rule.rows)?;
        sheet.text(&places(rule))?;
        sheet.end()?;
    }
    for warning in &facts.warnings {
        sheet.texts(&["warning", "", "", "", "", warning])?;
        sheet.end()?;
    }
    for finding in facts.findings.iter().filter(|finding| !finding.resolved) {
        let note = format!("Finding {} by {}: {}", finding.number, finding.who, finding.state);
        sheet.texts(&["finding", "", "", "", "", &note])?;
        sheet.end()?;
    }
    Ok(())
}

/// Says where the first rows stand that a rule rejected.
fn places(rule: &RejectedRule) -> String {
    let mut files: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for place in &rule.places {
        files.entry(&place.file).or_default().push(place.line.to_string());
    }
    let words: Vec<String> = files
        .into_iter()
        .map(|(file, lines)| {
            let noun = if lines.len() == 1 { "line" } else { "lines" };
            format!("{file}, {noun} {}", lines.join(", "))
        })
        .collect();
    let shown = rule.places.len() as u64;
    let first = if rule.rows > shown && shown > 0 { "the first places: " } else { "" };
    format!("{first}{}", words.join("; "))
}

fn sum(facts: &Facts, of: fn(&Section) -> u64) -> u64 {
    facts.sections.iter().map(of).sum()
}

fn accounted(section: &Section) -> u64 {
    section.written + section.rejected + section.filtered
}

/// Returns the rows of a section that were left out, added up by their reasons.
fn reasons(section: &Section) -> u64 {
    section.filtered_by.iter().map(|reason| reason.rows).sum()
}

/// Rows read of each source. The sections stand in the same lines here and in the import report.
fn load(sheet: &mut Sheet<'_>, facts: &Facts) -> Result<(), XlsxError> {
    sheet.headings(&[
        ("Section", 24),
        ("Source table", 28),
        ("Target table", 28),
        ("Rows read", 14),
        ("Accounted for", 14),
        ("Check", 12),
    ])?;
    for section in &facts.sections {
        let line = sheet.line();
        sheet.texts(&[&section.name, &section.source, &section.target])?;
        sheet.number(section.read)?;
        let formula = format!("='{IMPORT}'!E{line}+'{IMPORT}'!F{line}+'{IMPORT}'!G{line}");
        sheet.formula(&formula, accounted(section))?;
        let agrees = check(section.read == accounted(section));
        sheet.verdict(&format!("=IF(D{line}=E{line},\"{AGREES}\",\"{DIFFERS}\")"), agrees)?;
        sheet.end()?;
    }
    let (line, last) = (sheet.line(), sheet.row.max(2));
    let (read, found) = (sum(facts, |section| section.read), sum(facts, accounted));
    sheet.total = true;
    sheet.texts(&["Total", "", ""])?;
    sheet.formula(&format!("=SUM(D2:D{last})"), read)?;
    sheet.formula(&format!("=SUM(E2:E{last})"), found)?;
    sheet.verdict(
        &format!("=IF(D{line}=E{line},\"{AGREES}\",\"{DIFFERS}\")"),
        check(read == found),
    )?;
    sheet.end()?;
    Ok(())
}

/// Rows written, rejected and left out: with the rows read, and what the reasons for leaving rows out add up to.
fn import(sheet: &mut Sheet<'_>, facts: &Facts, noted: u32) -> Result<(), XlsxError> {
    sheet.headings(&[
        ("Section", 24),
        ("Target table", 28),
        ("Source table", 28),
        ("Rows read", 14),
        ("Rows written", 14),
        ("Rows rejected", 14),
        ("Rows left out", 14),
        ("Left out by reason", 14),
        ("Difference", 12),
        ("Check", 12),
    ])?;
    let says =
        |line: u32| format!("=IF(AND(I{line}=0,G{line}=H{line}),\"{AGREES}\",\"{DIFFERS}\")");
    let difference = |read: u64, found: u64| i128::from(read) - i128::from(found);
    for section in &facts.sections {
        let line = sheet.line();
        sheet.texts(&[&section.name, &section.target, &section.source])?;
        sheet.formula(&format!("='{LOAD}'!D{line}"), section.read)?;
        sheet.number(section.written)?;
        sheet.number(section.rejected)?;
        sheet.number(section.filtered)?;
        let of_notes = |column: &str| format!("'{NOTES}'!${column}$2:${column}${noted}");
        sheet.formula(
            &format!(
                "=SUMPRODUCT(({}=\"{LEFT_OUT}\")*({}=A{line})*{})",
                of_notes("A"),
                of_notes("B"),
                of_notes("D")
            ),
            reasons(section),
        )?;
        sheet.formula(
            &format!("=D{line}-E{line}-F{line}-G{line}"),
            difference(section.read, accounted(section)),
        )?;
        let agrees = section.read == accounted(section) && section.filtered == reasons(section);
        sheet.verdict(&says(line), check(agrees))?;
        sheet.end()?;
    }
    let (line, last) = (sheet.line(), sheet.row.max(2));
    let (read, found) = (sum(facts, |section| section.read), sum(facts, accounted));
    let (left_out, by_reason) = (sum(facts, |section| section.filtered), sum(facts, reasons));
    sheet.total = true;
    sheet.texts(&["Total", "", ""])?;
    for (column, total) in [
        ("D", read),
        ("E", sum(facts, |section| section.written)),
        ("F", sum(facts, |section| section.rejected)),
        ("G", left_out),
        ("H", by_reason),
    ] {
        sheet.formula(&format!("=SUM({column}2:{column}{last})"), total)?;
    }
    sheet.formula(&format!("=D{line}-E{line}-F{line}-G{line}"), difference(read, found))?;
    sheet.verdict(&says(line), check(read == found && left_out == by_reason))?;
    sheet.end()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Range, Reader as _, Xlsx};

    use super::*;

    fn read(facts: &Facts) -> Vec<(String, Range<Data>)> {
        let bytes = workbook(facts, &Digest::ZERO).unwrap();
        let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
        book.sheet_names()
            .into_iter()
            .map(|name| {
                let range = book.worksheet_range(&name).unwrap();
                (name, range)
            })
            .collect()
    }

    fn rows<'r>(sheets: &'r [(String, Range<Data>)], name: &str) -> Vec<&'r [Data]> {
        let (_, range) = sheets.iter().find(|(known, _)| known == name).unwrap();
        range.rows().collect()
    }

    fn text(cell: &Data) -> String {
        cell.to_string()
    }

    #[test]
    fn there_are_five_sheets_and_the_same_facts_give_the_same_bytes() {
        let facts = Facts::sample();
        let names: Vec<String> = read(&facts).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, SHEETS);
        assert_eq!(
            workbook(&facts, &Digest::ZERO).unwrap(),
            workbook(&facts, &Digest::ZERO).unwrap()
        );
    }

    #[test]
    fn every_populated_field_has_a_row_and_no_other() {
        let mut facts = Facts::sample();
        let mut empty = facts.conversion[0].clone();
        empty.rule = IGNORE.to_owned();
        empty.target_column = "Not filled".to_owned();
        empty.note = Some("nobody needs it".to_owned());
        facts.conversion.push(empty);
        let sheets = read(&facts);
        let logic = rows(&sheets, LOGIC);
        assert_eq!(logic.len(), facts.conversion.len(), "a heading, and all but the empty one");
        for (row, field) in logic[1..].iter().zip(&facts.conversion) {
            assert_eq!(text(&row[0]), field.target_table);
            assert_eq!(text(&row[1]), field.target_column);
            assert_eq!(text(&row[4]), field.rule);
        }
        let noted = rows(&sheets, NOTES);
        assert!(noted.iter().any(|row| text(&row[2]).ends_with("Not filled: nobody needs it")));
    }

    #[test]
    fn counts_reconcile_and_totals_are_the_sums() {
        let facts = Facts::sample();
        let sheets = read(&facts);
        let (load, import) = (rows(&sheets, LOAD), rows(&sheets, IMPORT));
        assert_eq!(load.len(), facts.sections.len() + 2);
        assert_eq!(import.len(), facts.sections.len() + 2);
        for row in &load[1..] {
            assert_eq!(text(&row[3]), text(&row[4]));
            assert_eq!(text(&row[5]), AGREES);
        }
        for row in &import[1..] {
            assert_eq!(text(&row[6]), text(&row[7]));
            assert_eq!((text(&row[8]), text(&row[9])), ("0".to_owned(), AGREES.to_owned()));
        }
        let total = import.last().unwrap();
        let expected = [
            sum(&facts, |section| section.read),
            sum(&facts, |section| section.written),
            sum(&facts, |section| section.rejected),
            sum(&facts, |section| section.filtered),
        ];
        let found: Vec<String> = total[3..7].iter().map(text).collect();
        assert_eq!(found, expected.map(|number| number.to_string()));
    }

    #[test]
    fn counts_that_do_not_add_up_are_said_to_differ() {
        let mut facts = Facts::sample();
        facts.sections[0].written -= 1;
        let sheets = read(&facts);
        let (load, import) = (rows(&sheets, LOAD), rows(&sheets, IMPORT));
        assert_eq!(text(&load[1][5]), DIFFERS);
        assert_eq!(
            (text(&import[1][8]), text(&import[1][9])),
            ("1".to_owned(), DIFFERS.to_owned())
        );
        assert_eq!(text(&import[2][9]), AGREES);
        assert_eq!(text(&import.last().unwrap()[9]), DIFFERS);
    }

    #[test]
    fn a_text_that_begins_like_a_formula_stays_text_and_a_long_one_is_cut() {
        let mut facts = Facts::sample();
        facts.notes = vec!["=1+1".to_owned(), "x".repeat(40_000)];
        let sheets = read(&facts);
        let noted: Vec<String> = rows(&sheets, NOTES)
            .into_iter()
            .filter(|row| text(&row[0]) == "note")
            .map(|row| text(&row[2]))
            .collect();
        assert_eq!(noted[0], "=1+1");
        assert!(noted[1].starts_with("xxx") && noted[1].ends_with("have all of it)"));
    }
}
