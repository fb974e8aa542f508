use super::*;

type Rows = Vec<(u64, Result<Vec<String>, &'static str>)>;

fn csv(bytes: &[u8]) -> Csv {
    Csv::of_spec("people.csv", bytes)
}

fn rows(csv: &Csv) -> Result<Rows, Error> {
    let mut rows = Vec::new();
    csv.read(&mut |row| {
        let cells = row
            .content
            .map_err(|defect| defect.rule)
            .map(|record| (0..record.len()).map(|i| record.get(i).unwrap().to_owned()).collect());
        rows.push((row.line, cells));
        Ok(())
    })?;
    Ok(rows)
}

fn texts(cells: &[&str]) -> Result<Vec<String>, &'static str> {
    Ok(cells.iter().map(|cell| (*cell).to_owned()).collect())
}

#[test]
fn rows_know_their_line_across_quotes_blank_lines_and_line_endings() {
    let csv = csv(b"\xef\xbb\xbfa,b\r\n1,\"x\ny\"\r\n\r\n2,\"say \"\"hi\"\"\"\r\n3,");
    assert_eq!(csv.columns().unwrap(), ["a", "b"]);
    assert_eq!(
        rows(&csv).unwrap(),
        vec![(2, texts(&["1", "x\ny"])), (5, texts(&["2", "say \"hi\""])), (6, texts(&["3", ""])),]
    );
}

#[test]
fn a_row_of_another_shape_is_a_defect_and_the_file_goes_on() {
    let rows = rows(&csv(b"a,b\n1\n1,2,3\n\"x\"y,2\n4,5\n")).unwrap();
    let rules: Vec<_> = rows.iter().map(|(line, row)| (*line, row.is_ok())).collect();
    assert_eq!(rules, [(2, false), (3, false), (4, false), (5, true)]);
}

#[test]
fn a_file_cut_off_is_an_error_that_names_the_line() {
    for (text, line) in [("a,b\n1,2\n3,\"open\n4,5\n", 3), ("a,b\n1,2\n3", 3)] {
        match rows(&csv(text.as_bytes())) {
            Err(Error::Source { line: found, what, .. }) => {
                assert_eq!(found, Some(line));
                assert!(what.contains("cut off"), "{what}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn wrong_encodings_are_told_apart() {
    let error = csv(b"\xff\xfea\0,\0b\0").columns().unwrap_err().to_string();
    assert!(error.contains("expected utf-8") && error.contains("utf-16le"), "{error}");
    let mut wide = csv(b"\xff\xfea\0,\0b\0\n\0\xe9\0,\0\x00\xd8\n\0\xe9\0,\0x\0");
    wide.encoding = None;
    let found: Vec<_> = rows(&wide).unwrap().into_iter().map(|(_, row)| row).collect();
    assert_eq!(found, vec![Err("encoding"), texts(&["é", "x"])]);
    let error = csv(b"a\0,\0b\0").columns().unwrap_err().to_string();
    assert!(error.contains("bytes of value 0"), "{error}");
    let broken = csv(b"a,b\nJos\xe9,1\nAda,2\n\xc3,\xa9\n");
    let found: Vec<_> = rows(&broken).unwrap().into_iter().map(|(_, row)| row).collect();
    assert_eq!(found, vec![Err("encoding"), texts(&["Ada", "2"]), Err("encoding")]);
    let mut latin = csv(b"a,b\nJos\xe9,\x80\nAda,\x81\n");
    latin.encoding = Some(model::Encoding::Windows1252);
    let found: Vec<_> = rows(&latin).unwrap().into_iter().map(|(_, row)| row).collect();
    assert_eq!(found, vec![texts(&["José", "€"]), Err("encoding")]);
}

#[test]
fn a_byte_that_is_no_text_is_named_with_its_field() {
    let mut reasons = Vec::new();
    csv(b"a,b\nAda,Jos\xe9\n\xc3,\xa9\n")
        .read(&mut |row| {
            reasons.push(row.content.unwrap_err().reason);
            Ok(())
        })
        .unwrap();
    assert!(reasons[0].contains("the byte 0xE9 as byte 4 of field 2"), "{reasons:?}");
    assert!(reasons[1].contains("of field 2"), "{reasons:?}");
}

#[test]
fn a_header_names_every_column_once() {
    for (text, expected) in [
        (&b""[..], "empty"),
        (&b"a,A\n"[..], "columns 1 and 2"),
        (&b"a,,b\n"[..], "column 2"),
        (&b"a,b\r1,2\r"[..], "CR alone"),
        (&b"a,landfall_line\n"[..], "reserved"),
    ] {
        let error = csv(text).columns().unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn lines_that_a_quote_takes_along_are_rows_of_their_own() {
    let text = b"name,code\nHull,\"HU\nYork,Y\nBath,B\nEly,\"E\"\nWells,W\n";
    let mut found = Vec::new();
    csv(text)
        .read(&mut |row| {
            found.push((row.line, row.content.map(|_| ()).map_err(|defect| defect.reason)));
            Ok(())
        })
        .unwrap();
    let lines: Vec<_> = found.iter().map(|(line, row)| (*line, row.is_ok())).collect();
    assert_eq!(lines, [(2, false), (3, false), (4, false), (5, false), (6, true)]);
    let reason = |index: usize| found[index].1.clone().unwrap_err();
    assert!(reason(0).contains("begins at line 2 and ends at line 5"), "{}", reason(0));
    assert!(reason(3).contains("inside the row that begins at line 2"), "{}", reason(3));
    // The same where a field is missing, but not in a row that is whole.
    let lines: Vec<_> = rows(&csv(b"a,b\n\"1\n2\"\n3,\"4\n5\"\n"))
        .unwrap()
        .into_iter()
        .map(|(line, row)| (line, row.is_ok()))
        .collect();
    assert_eq!(lines, [(2, false), (3, false), (4, true)]);
    let swallowed = format!("a,b\n1,\"{}\"x\n", "2,3\n".repeat(10_001));
    let error = rows(&csv(swallowed.as_bytes())).unwrap_err().to_string();
    assert!(error.contains("line 2") && error.contains("ends at line 10003"), "{error}");
}

#[test]
fn a_row_that_would_fill_the_memory_is_rejected_or_ends_the_file() {
    let long = "x".repeat(LONGEST_ROW);
    let commas = ",".repeat(LONGEST_ROW);
    let text = format!("a,b\n1,{long}\n{commas}\n2,3\n");
    let mut found = Vec::new();
    csv(text.as_bytes())
        .read(&mut |row| {
            found.push((row.line, row.content.map(|_| ()).map_err(|defect| defect.reason)));
            Ok(())
        })
        .unwrap();
    assert_eq!(found.len(), 3);
    let reason = found[0].1.clone().unwrap_err();
    assert!(reason.contains("a row of at most 16777216 bytes"), "{reason}");
    let reason = found[1].1.clone().unwrap_err();
    assert_eq!(reason, "expected 2 fields, found 16777217");
    assert_eq!(found[2], (4, Ok(())));
    let open = format!("a,b\n1,2\n3,\"{}", "4,5\n".repeat(LONGEST_ROW / 4 + 1));
    let error = rows(&csv(open.as_bytes())).unwrap_err().to_string();
    assert!(error.contains("line 3") && error.contains("a quote is missing"), "{error}");
    for (text, part) in [
        (format!("{long}x\n1\n"), "a header row of at most"),
        (format!("a\r{long}"), "CR alone"),
        ("a,b\r1,2".repeat(2000), "CR alone"),
        (",".repeat(5000), "found 5001"),
    ] {
        let error = csv(text.as_bytes()).columns().unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn a_header_line_that_is_there_again_is_no_row() {
    let text = "name,code\nHull,HU\nname,code\n\u{feff}name, code\nname,x\n";
    let rules: Vec<_> = rows(&csv(text.as_bytes())).unwrap();
    let expected = [
        (2, texts(&["Hull", "HU"])),
        (3, Err("shape")),
        (4, Err("shape")),
        (5, texts(&["name", "x"])),
    ];
    assert_eq!(rules, expected);
}

#[test]
fn what_programs_write_around_the_rows_is_known() {
    let found = rows(&csv(b"name,code\r\nHull,HU\r\n\x1a")).unwrap();
    assert_eq!(found, vec![(2, texts(&["Hull", "HU"]))]);
    assert!(rows(&csv(b"name,code\nHull,HU\n\x1b")).is_err());
    for text in ["sep=,\nname,code\n", "SEP=;\nname;code\n", "sep=\t\nname\n"] {
        let error = csv(text.as_bytes()).columns().unwrap_err().to_string();
        assert!(error.contains("line 1") && error.contains("`sep=`"), "{error}");
    }
    assert_eq!(csv(b"sep=a,b\n").columns().unwrap(), ["sep=a", "b"]);
}

#[test]
fn single_bytes_that_are_utf_8_or_another_code_page_reject_their_row() {
    let mut mixed = csv(b"a,b\nK\xf6ln,1\nZ\xc3\xbcrich,2\n");
    mixed.encoding = Some(model::Encoding::Windows1252);
    assert_eq!(rows(&mixed).unwrap(), vec![(2, texts(&["K\u{f6}ln", "1"])), (3, Err("encoding"))]);
    let mut quotes = csv(b"a,b\n\x93Q\x94,1\n\xe9,2\n");
    quotes.encoding = Some(model::Encoding::Iso88591);
    assert_eq!(rows(&quotes).unwrap(), vec![(2, Err("encoding")), (3, texts(&["é", "2"]))]);
    let mut header = csv(b"Stra\xc3\x9fe,b\n1,2\n");
    header.encoding = Some(model::Encoding::Windows1252);
    let error = header.columns().unwrap_err().to_string();
    assert!(error.contains("line 1") && error.contains("found UTF-8 as byte 5"), "{error}");
}

#[test]
fn one_nul_is_a_fault_of_its_row() {
    let found = rows(&csv(b"name,code\nHull,1\nYo\0rk,2\nBath,3\n")).unwrap();
    let ok: Vec<_> = found.iter().map(|(line, row)| (*line, row.is_ok())).collect();
    assert_eq!(ok, [(2, true), (3, false), (4, true)]);
    let error = csv(b"name,code,\0town\nHull,1,2\n").columns().unwrap_err().to_string();
    assert!(error.contains("NUL character") && error.contains("UTF-16"), "{error}");
}

proptest::proptest! {
    #[test]
    fn well_formed_files_are_read_as_the_csv_crate_reads_them(
        cells in proptest::collection::vec(
            proptest::collection::vec("[a-z\",\n é]{0,6}", 3), 0..20),
        crlf in proptest::bool::ANY,
    ) {
        let terminator = if crlf { ::csv::Terminator::CRLF } else { ::csv::Terminator::Any(b'\n') };
        let mut writer = ::csv::WriterBuilder::new().terminator(terminator).from_writer(Vec::new());
        writer.write_record(["one", "two", "three"]).unwrap();
        for row in &cells {
            writer.write_record(row).unwrap();
        }
        let bytes = writer.into_inner().unwrap();
        let found: Vec<Vec<String>> =
            rows(&csv(&bytes)).unwrap().into_iter().map(|(_, row)| row.unwrap()).collect();
        proptest::prop_assert_eq!(found, cells);
    }
}
