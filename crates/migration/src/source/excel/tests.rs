//! Workbooks that are written in the test.

use std::io::{Cursor, Write};

use super::*;

/// A workbook with the sheets given: name, rows in XML, merged cells. Style 1 is a date, 2 a date with time, 3 has five
/// digits.
fn workbook(sheets: &[(&str, &str, &[&str])]) -> Vec<u8> {
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let mut entries = String::new();
    let mut relations =
        format!("<Relationship Id=\"rId100\" Type=\"{OFFICE}/styles\" Target=\"styles.xml\"/>");
    let mut parts = Vec::new();
    for (index, (name, rows, merged)) in sheets.iter().enumerate() {
        let number = index + 1;
        entries.push_str(&format!(
            "<sheet name=\"{name}\" sheetId=\"{number}\" r:id=\"rId{number}\"/>"
        ));
        relations.push_str(&format!(
            "<Relationship Id=\"rId{number}\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>"
        ));
        let merged: String =
            merged.iter().map(|cells| format!("<mergeCell ref=\"{cells}\"/>")).collect();
        let merged =
            if merged.is_empty() { merged } else { format!("<mergeCells>{merged}</mergeCells>") };
        parts.push((
            format!("xl/worksheets/sheet{number}.xml"),
            format!(
                "<worksheet xmlns=\"{MAIN}\"><sheetData>{rows}</sheetData>{merged}</worksheet>"
            ),
        ));
    }
    parts.push((
        "xl/workbook.xml".to_owned(),
        format!(
            "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets>{entries}</sheets></workbook>"
        ),
    ));
    parts.push((
        "xl/_rels/workbook.xml.rels".to_owned(),
        format!("<Relationships xmlns=\"{RELATIONS}\">{relations}</Relationships>"),
    ));
    parts.push((
        "_rels/.rels".to_owned(),
        format!("<Relationships xmlns=\"{RELATIONS}\"><Relationship Id=\"rId1\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"),
    ));
    parts.push((
        "xl/styles.xml".to_owned(),
        format!("<styleSheet xmlns=\"{MAIN}\"><numFmts count=\"1\"><numFmt numFmtId=\"164\" formatCode=\"00000\"/></numFmts><cellXfs count=\"4\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"22\"/><xf numFmtId=\"164\"/></cellXfs></styleSheet>"),
    ));
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// Rows in XML: cells are `A1=text`, `B1#number`, `C1@date serial`, `D1!error`, `E1~` for an empty one.
fn rows_xml(rows: &[&[&str]]) -> String {
    let cell = |cell: &&str| {
        let at = cell.find(['=', '#', '@', '!', '~']).unwrap();
        let (place, rest) = cell.split_at(at);
        let (kind, value) = rest.split_at(1);
        match kind {
            "=" => format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{value}</t></is></c>"),
            "#" => format!("<c r=\"{place}\"><v>{value}</v></c>"),
            "@" => {
                let style = if value.contains('.') { 2 } else { 1 };
                format!("<c r=\"{place}\" s=\"{style}\"><v>{value}</v></c>")
            }
            "!" => format!("<c r=\"{place}\" t=\"e\"><f>A1</f><v>{value}</v></c>"),
            _ => format!("<c r=\"{place}\" s=\"0\"/>"),
        }
    };
    let row = |cells: &&[&str]| {
        let number = cells[0].chars().find(char::is_ascii_digit).unwrap();
        let cells: String = cells.iter().map(cell).collect();
        format!("<row r=\"{number}\">{cells}</row>")
    };
    rows.iter().map(row).collect()
}

fn excel(bytes: Vec<u8>, expected: &[&str]) -> Excel {
    Excel {
        file: "people.xlsx".to_owned(),
        input: Input::Held(bytes.into()),
        sheet: None,
        header_row: None,
        expected: expected.iter().map(|name| (*name).to_owned()).collect(),
        ignored: BTreeSet::new(),
        null: Vec::new(),
        layout: OnceLock::new(),
    }
}

fn one(rows: &[&[&str]], merged: &[&str], expected: &[&str]) -> Excel {
    excel(workbook(&[("Patients", &rows_xml(rows), merged)]), expected)
}

type Rows = Vec<(u64, Result<Vec<String>, String>)>;

fn rows(excel: &Excel) -> Rows {
    let mut rows = Vec::new();
    excel
        .read(&mut |row| {
            let cells = row.content.map_err(|defect| defect.reason).map(|record| {
                (0..record.len()).map(|i| record.get(i).unwrap_or("-").to_owned()).collect()
            });
            rows.push((row.line, cells));
            Ok(())
        })
        .unwrap();
    rows
}

const HEADER: &[&str] = &["A3=No", "B3= Name ", "D3=Born"];

#[test]
fn a_header_below_titles_is_found_and_values_are_texts() {
    let excel = one(
        &[
            &["A1=Patients of the unit", "B1~"],
            HEADER,
            &["A4#17", "B4=Ada", "D4@29280"],
            &["A6#18.5", "D6@29280.5"],
            &["A7#0.30000000000000004", "D7@0.25"],
            &["A8#1", "D8@60"],
            &["A9#1", "C9=stray"],
        ],
        &["A1:D1"],
        &["No", "Born"],
    );
    assert_eq!(excel.columns().unwrap(), ["No", "Name", "Born"]);
    let found = rows(&excel);
    let texts = |cells: [&str; 3]| Ok(cells.map(str::to_owned).to_vec());
    assert_eq!(found[0], (4, texts(["17", "Ada", "1980-02-29"])));
    assert_eq!(found[1], (6, texts(["18.5", "-", "1980-02-29T12:00:00"])));
    assert_eq!(found[2], (7, texts(["0.3", "-", "06:00:00"])));
    assert!(found[3].1.as_ref().unwrap_err().contains("`Patients`!D8"), "{found:?}");
    assert!(found[4].1.as_ref().unwrap_err().contains("`Patients`!C9 stands under no name"));
}

#[test]
fn merged_cells_fill_downwards_and_never_across() {
    let excel = one(
        &[HEADER, &["A4#1", "B4=Nowak"], &["A5#2", "B5~"], &["A6#3", "B6~"], &["A7=Ward"]],
        &["B4:B5", "A7:B7"],
        &["No", "Name", "Born"],
    );
    let found = rows(&excel);
    assert_eq!(found[1].1.as_ref().unwrap()[1], "Nowak");
    assert_eq!(found[2].1.as_ref().unwrap()[1], "-");
    let reason = found[3].1.as_ref().unwrap_err();
    assert!(reason.contains("`Patients`!A7 to `Patients`!B7"), "{reason}");
}

#[test]
fn errors_name_their_cell_unless_nobody_reads_them() {
    let sheet: &[&[&str]] = &[HEADER, &["A4#1", "D4!#REF!"], &["A5#2", "B5!#N/A"], &["A6#3"]];
    let mut excel = one(sheet, &[], &["No", "Name", "Born"]);
    let found = rows(&excel);
    assert!(found[0].1.as_ref().unwrap_err().contains("`Patients`!D4 holds the error `#REF!`"));
    assert!(found[1].1.is_err() && found[2].1.is_ok());
    excel.ignored.insert("Born".to_owned());
    excel.null.push("#N/A".to_owned());
    assert!(rows(&excel).iter().all(|(_, row)| row.is_ok()));
}

#[test]
fn two_header_rows_are_named_and_a_repeated_one_is_rejected() {
    let two: &[&[&str]] =
        &[&["A1=No", "B1=Name", "C1=x"], &["A2=Born", "B2=Town", "C2=y"], &["A3#1", "B3=a"]];
    let mut excel = one(two, &[], &["No", "Name", "Born", "Town"]);
    let error = excel.columns().unwrap_err().to_string();
    assert!(error.contains("`Patients`, found two, rows 1 and 2"), "{error}");
    excel.header_row = Some(2);
    assert_eq!(excel.columns().unwrap(), ["Born", "Town", "y"]);
    let again = one(&[HEADER, &["A4#1"], &["A5=NO", "B5=name", "D5=Born"]], &[], &["No", "Born"]);
    let found = rows(&again);
    assert!(found[0].1.is_ok());
    assert!(found[1].1.as_ref().unwrap_err().contains("repeats the header of row 3"));
}

#[test]
fn sheets_are_chosen_by_name_and_what_is_no_workbook_is_named() {
    let a = rows_xml(&[&["A1=No"], &["A2#1"]]);
    let mut excel = excel(workbook(&[("One", &a, &[]), ("Two", &a, &[])]), &["No"]);
    let error = excel.columns().unwrap_err().to_string();
    assert!(error.contains("found `One`, `Two`") && error.contains("people.xlsx#Sheet"), "{error}");
    excel.sheet = Some("Three".to_owned());
    assert!(excel.columns().unwrap_err().to_string().contains("the sheet `Three`"));
    excel.sheet = Some("Two".to_owned());
    assert_eq!(excel.columns().unwrap(), ["No"]);
    for (bytes, part) in [(&b"\xd0\xcf\x11\xe0"[..], "password"), (b"No,Name\n", "another kind")] {
        let error = self::excel(bytes.to_vec(), &[]).columns().unwrap_err().to_string();
        assert!(error.contains("people.xlsx") && error.contains(part), "{error}");
    }
}

/// A sheet with the names `No`, `Name` and `Born` in its first row, and the rows given in XML.
fn below_names(rows: &str, merged: &[&str]) -> Excel {
    let names = rows_xml(&[&["A1=No", "B1=Name", "C1=Born"]]);
    let bytes = workbook(&[("Patients", &format!("{names}{rows}"), merged)]);
    excel(bytes, &["No", "Name", "Born"])
}

fn reason(row: &(u64, Result<Vec<String>, String>)) -> &str {
    row.1.as_ref().unwrap_err()
}

#[test]
fn a_formula_without_a_result_is_no_empty_cell() {
    let mut excel = below_names(
        "<row r=\"2\"><c r=\"A2\"><v>1</v></c><c r=\"B2\"><f>A2</f><v/></c></row>\
         <row r=\"3\"><c r=\"A3\"><f>A2</f></c></row>\
         <row r=\"4\"><c r=\"A4\"><v>2</v></c><c r=\"B4\" t=\"str\"><f>A2</f><v></v></c></row>",
        &[],
    );
    let found = rows(&excel);
    assert_eq!(found.len(), 3);
    assert!(reason(&found[0]).contains("`Patients`!B2 holds a formula without a result"));
    assert!(reason(&found[1]).contains("`Patients`!A3 holds a formula without a result"));
    assert_eq!(found[2].1.as_ref().unwrap(), &["2", "-", "-"]);
    excel.ignored.insert("Name".to_owned());
    assert_eq!(rows(&excel)[0].1.as_ref().unwrap(), &["1", "-", "-"]);
}

#[test]
fn numbers_keep_the_zeros_that_are_shown_and_none_loses_digits() {
    let excel = below_names(
        "<row r=\"2\"><c r=\"A2\" s=\"3\"><v>1067</v></c><c r=\"B2\"><v>1067</v></c></row>\
         <row r=\"3\"><c r=\"A3\"><v>1234567890123456</v></c></row>",
        &[],
    );
    let found = rows(&excel);
    assert_eq!(found[0].1.as_ref().unwrap(), &["01067", "1067", "-"]);
    assert!(reason(&found[1]).contains("A3 holds a number of more than 15 digits"));
}

#[test]
fn an_unknown_error_rejects_its_row_alone_and_is_not_shown() {
    let mut excel = below_names(
        "<row r=\"2\"><c r=\"A2\" t=\"e\"><v>#SPILL!</v></c></row>\
         <row r=\"3\"><c r=\"A3\" t=\"e\"><v>Ada Nowak</v></c></row>\
         <row r=\"4\"><c r=\"A4\" t=\"b\"><v>Ada Nowak</v></c></row>\
         <row r=\"5\"><c r=\"A5\"><v>1</v></c></row>",
        &[],
    );
    let found = rows(&excel);
    assert!(reason(&found[0]).contains("A2 holds the error `#SPILL!`"));
    assert!(reason(&found[1]).contains("A3 holds an error that Excel does not know"));
    assert!(reason(&found[2]).contains("A4 holds a truth value"));
    assert!(found[3].1.is_ok());
    assert!(!format!("{found:?}").contains("Nowak"));
    excel.null.push("#SPILL!".to_owned());
    assert!(rows(&excel)[0].1.is_ok());
}

#[test]
fn xml_that_is_wrong_is_named_by_its_row_and_not_shown() {
    for cell in ["<is><t>Ada &Nowak; x</t></is>", "<is><t><Nowak></t></is>"] {
        let row = format!("<row r=\"72\"><c r=\"A72\" t=\"inlineStr\">{cell}</c></row>");
        let error = below_names(&row, &[]).columns().unwrap_err().to_string();
        assert!(error.contains("`Patients` cannot be read on from row 72"), "{error}");
        assert!(!error.contains("Nowak"), "{error}");
    }
}

#[test]
fn half_of_a_character_is_an_encoding_that_is_wrong() {
    let excel = below_names(
        "<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>a_xD83D_b</t></is></c></row>",
        &[],
    );
    assert!(reason(&rows(&excel)[0]).contains("A2 holds half of a character"));
}

#[test]
fn a_value_below_a_merged_cell_is_seen_by_nobody() {
    let below = rows_xml(&[
        &["A2#1", "B2=HU"],
        &["A3#2", "B3=Y"],
        &["A4#3", "C4=x"],
        &["A5#4", "B5=a"],
        &["A6#5", "B6=a"],
    ]);
    let mut excel = below_names(&below, &["B2:B3", "B4:C4", "B5:B6"]);
    let found = rows(&excel);
    assert_eq!(found[0].1.as_ref().unwrap()[1], "HU");
    assert!(reason(&found[1]).contains("B3 holds another value that nobody sees"));
    assert!(reason(&found[1]).contains("`Patients`!B2"));
    assert!(reason(&found[2]).contains("`Patients`!C4 holds another value"));
    assert_eq!(found[4].1.as_ref().unwrap()[1], "a");
    excel.ignored.extend(["Name", "Born"].map(str::to_owned));
    assert!(rows(&excel).iter().all(|(_, row)| row.is_ok()));
}

#[test]
fn cells_merged_across_harm_only_columns_that_are_read() {
    let mut excel = below_names(&rows_xml(&[&["A2#1", "B2=x"]]), &["B2:C2"]);
    assert!(rows(&excel)[0].1.is_err());
    excel.ignored.insert("Name".to_owned());
    assert!(rows(&excel)[0].1.is_err());
    excel.ignored.insert("Born".to_owned());
    assert_eq!(rows(&excel)[0].1.as_ref().unwrap(), &["1", "-", "-"]);
}

#[test]
fn merged_cells_that_overlap_are_refused() {
    let excel = below_names(&rows_xml(&[&["A2#1"]]), &["B2:B9", "B3:B9"]);
    let error = excel.columns().unwrap_err().to_string();
    assert!(error.contains("those from `Patients`!B3 over others"), "{error}");
}

#[test]
fn a_cell_that_stands_twice_and_a_row_too_long_are_rejected() {
    let long = "<c><v>1</v></c>".repeat(MOST_CELLS + 1);
    let excel = below_names(
        &format!(
            "{}<row r=\"3\">{long}</row>{}",
            rows_xml(&[&["A2=York", "A2=Hull", "B2=Y"]]),
            rows_xml(&[&["A4#1"]])
        ),
        &[],
    );
    let found = rows(&excel);
    assert!(reason(&found[0]).contains("cell `Patients`!A2 stands twice"));
    assert!(reason(&found[1]).contains("at most 16384 cells"));
    assert!(found[2].1.is_ok());
}

#[test]
fn sheets_on_which_something_stands_are_counted() {
    let filled = rows_xml(&[&["A1=No"], &["A2#1"]]);
    let mut excel = excel(
        workbook(&[
            ("Patients", &filled, &[]),
            // The attributes of a sheet, and its name.
            ("Secret\" state=\"hidden", &filled, &[]),
            ("Empty", &rows_xml(&[&["A1~"]]), &[]),
        ]),
        &["No"],
    );
    excel.sheet = Some("Patients".to_owned());
    let sheets = excel.sheets().unwrap();
    let found: Vec<_> =
        sheets.iter().map(|sheet| (sheet.name.as_str(), sheet.hidden, sheet.read)).collect();
    assert_eq!(found, [("Patients", false, true), ("Secret", true, false)]);
}
