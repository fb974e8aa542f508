use std::io::Write;

use super::*;

type Cells = Vec<Option<String>>;

fn source(text: &[u8], ignored: &[&str]) -> JsonLines {
    JsonLines {
        file: "people.jsonl".to_owned(),
        input: Input::Held(text.into()),
        encoding: None,
        ignored: ignored.iter().map(|name| (*name).to_owned()).collect(),
    }
}

fn rows(source: &JsonLines) -> Vec<(u64, Result<Cells, Defect>)> {
    let mut rows = Vec::new();
    source
        .read(&mut |row| {
            let cells = row.content.map(|record| {
                (0..record.len()).map(|index| record.get(index).map(str::to_owned)).collect()
            });
            rows.push((row.line, cells));
            Ok(())
        })
        .unwrap();
    rows
}

fn cells(cells: &[Option<&str>]) -> Result<Cells, Defect> {
    Ok(cells.iter().map(|cell| cell.map(str::to_owned)).collect())
}

#[test]
fn values_are_as_they_are_written_and_nested_ones_have_points() {
    let json = source(
        "{\"No\":7,\"Amount\":5.00,\"Big\":12345678901234567890.10,\"Smokes\":true,\"Name\":\"Jos\\u00e9\"}\n\n\
         {\"No\":8,\"Address\":{\"Town\":\"Hull\",\"Geo\":{\"x\":1e3}},\"Name\":null}\r\n\
         {\"Address\":null,\"No\":9}"
            .as_bytes(),
        &[],
    );
    assert_eq!(
        json.columns().unwrap(),
        ["No", "Amount", "Big", "Smokes", "Name", "Address.Town", "Address.Geo.x"]
    );
    assert_eq!(
        rows(&json),
        vec![
            (
                1,
                cells(&[
                    Some("7"),
                    Some("5.00"),
                    Some("12345678901234567890.10"),
                    Some("true"),
                    Some("José"),
                    None,
                    None
                ])
            ),
            (3, cells(&[Some("8"), None, None, None, None, Some("Hull"), Some("1e3")])),
            (4, cells(&[Some("9"), None, None, None, None, None, None])),
        ]
    );
}

#[test]
fn a_line_that_is_no_object_is_a_defect_and_the_file_goes_on() {
    let text = b"{\"a\":\"Nowak\"}\n[1,\"Nowak\"]\n\"Nowak\"\n12\nNowak\n{\"a\":\"Nowak\n{\"a\":\"Nowak\" \"b\"}\n\
        {\"a\":\"\xff\"}\n{\"a\":[\"Nowak\"]}\n{\"a\":1,\"a\":2}\n{\"a\":\"\\ud800\"}\n{\"a\":\"\\u0000\"}\n{\"a\":[ ]}\n";
    let found = rows(&source(text, &[]));
    let expected = [
        (2, "shape", "found a list"),
        (3, "shape", "found a text"),
        (4, "shape", "found a number"),
        (5, "shape", "no JSON"),
        (6, "shape", "found one of which"),
        (7, "shape", "column"),
        (8, "encoding", "byte 7 of the line"),
        (9, "shape", "column 1, found a list"),
        (10, "shape", "found one twice"),
        (11, "encoding", "half a character"),
        (12, "encoding", "NUL"),
    ];
    assert_eq!(found.len(), expected.len() + 2);
    assert_eq!(found.last(), Some(&(13, cells(&[None]))));
    for ((line, content), (expected, rule, part)) in found.iter().skip(1).zip(expected) {
        let defect = content.as_ref().unwrap_err();
        assert_eq!((*line, defect.rule), (expected, rule));
        assert!(defect.reason.contains(part), "{defect:?}");
        assert!(!defect.reason.contains("Nowak"), "{defect:?}");
    }
    assert_eq!(rows(&source(text, &["a"])).iter().filter(|(_, row)| row.is_ok()).count(), 3);
}

#[test]
fn a_file_without_objects_and_names_alike_are_named() {
    for (text, part) in [
        (&b"[{\"a\":1},\n{\"a\":2}]"[..], "a JSON list"),
        (b"a,b\n1,2\n", "one JSON object"),
        (b"{\"a\":1,\"A\":2}", "differ in more than case"),
        (b"{\"\":1}", "empty one"),
        (b"{\"landfall_line\":1}", "reserved"),
    ] {
        let error = source(text, &[]).columns().unwrap_err().to_string();
        assert!(error.contains("people.jsonl") && error.contains(part), "{error}");
    }
}

#[test]
fn what_would_fill_the_memory_is_rejected_and_the_file_goes_on() {
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(LONGEST_ROW));
    let most = format!("{{\"a\":\"{}\"}}", "x".repeat(LONGEST_ROW - 8));
    let members = format!("{{{}\"a\":1}}", "\"a\":1,".repeat(MOST_MEMBERS));
    let name = format!("{{\"a\":1,\"{}\":2}}", "n".repeat(LONGEST_NAME + 1));
    let text = format!("{{\"a\":1}}\n{long}\n{members}\n{name}\n{most}\n{{\"a\":2}}");
    let json = source(text.as_bytes(), &[]);
    assert_eq!(json.columns().unwrap(), ["a"]);
    let found = rows(&json);
    let lines: Vec<_> = found.iter().map(|(line, row)| (*line, row.is_ok())).collect();
    assert_eq!(lines, [(1, true), (2, false), (3, false), (4, false), (5, true), (6, true)]);
    for (index, part) in [
        (1, "a line of at most 16777216 bytes"),
        (2, "at most 3998 names"),
        (3, "names of at most 1000 bytes"),
    ] {
        let defect = found[index].1.as_ref().unwrap_err();
        assert_eq!(defect.rule, "shape");
        assert!(defect.reason.contains(part), "{defect:?}");
    }
}

#[test]
fn the_rows_before_the_cut_of_a_packed_file_are_read() {
    let text: String = (0..3).map(|number| format!("{{\"a\":{number}}}\n")).collect();
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(text.as_bytes()).unwrap();
    let packed = writer.finish().unwrap();
    let json = source(&packed[..packed.len() - 4], &[]);
    assert_eq!(json.columns().unwrap(), ["a"]);
    let found = rows(&json);
    assert_eq!(found.len(), 4);
    assert_eq!(found[2], (3, cells(&[Some("2")])));
    let defect = found[3].1.as_ref().unwrap_err();
    assert_eq!((found[3].0, defect.rule), (4, "shape"));
    assert!(defect.reason.contains("cut off after 24 bytes"), "{defect:?}");
}

#[test]
fn a_file_of_which_no_line_is_an_object_says_why() {
    for (text, part) in [
        (&b"{\"a\":1},\n{\"a\":2},\n"[..], "found none (line 1: expected a whole JSON object"),
        (b"\n12\n", "found none (line 2: expected a JSON object, found a number)"),
        (b"\n", "found none; correct `format`"),
    ] {
        let error = source(text, &[]).columns().unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
}
