//! The same people in every format of the field are the same migration package.

#![expect(clippy::unwrap_used, reason = "a test's helpers may fail the test")]

use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::Value;

/// As many people as it takes for every defect of the sample: the last is a value too many in the row of number 607.
const VOLUNTEERS: &str = "610";

/// Every form but the usual one, with the options that make it.
const FORMS: &[(&str, &[&str])] = &[
    ("csv-gzip", &["--pack", "gzip"]),
    ("csv-zstd", &["--format", "csv", "--pack", "zstd"]),
    ("csv-utf-16", &["--format", "csv-utf-16"]),
    ("csv-utf-16-gzip", &["--format", "csv-utf-16", "--pack", "gzip"]),
    ("json-lines", &["--format", "json-lines"]),
    ("json-lines-zstd", &["--format", "json-lines", "--pack", "zstd"]),
    ("excel", &["--format", "excel"]),
    ("pg-dump", &["--format", "pg-dump"]),
    ("pg-dump-gzip", &["--format", "pg-dump", "--pack", "gzip"]),
    ("mysql-dump", &["--format", "mysql-dump"]),
    ("mysql-dump-zstd", &["--format", "mysql-dump", "--pack", "zstd"]),
];

fn landfall(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_landfall"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("LANDFALL_DATA")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// Runs a command that succeeds and returns its one line of JSON.
fn json(folder: &Path, arguments: &[&str]) -> Value {
    let output = landfall(folder, arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Writes the sample and returns what was written.
fn written(folder: &Path, name: &str, options: &[&str]) -> Value {
    let mut arguments =
        vec!["sample", "source", name, "--volunteers", VOLUNTEERS, "--seed", "11", "--json"];
    arguments.extend_from_slice(options);
    json(folder, &arguments)
}

/// Runs the migration of a sample and returns its report.
fn tried(folder: &Path, name: &str) -> Value {
    let (spec, out) = (format!("{name}/spec"), format!("{name}-out"));
    json(folder, &["migration", "try", &spec, "--source", name, "--out", &out, "--json"])
}

/// Returns what a report says of the content: the package, and the counts of every section.
fn content(report: &Value) -> (String, Vec<(String, Vec<u64>)>) {
    let sections = report["sections"].as_array().unwrap().iter().map(|section| {
        let counts = ["read", "written", "rejected", "filtered"];
        let counts = counts.iter().map(|name| section[name].as_u64().unwrap()).collect();
        (section["section"].as_str().unwrap().to_owned(), counts)
    });
    (report["package"].as_str().unwrap().to_owned(), sections.collect())
}

#[test]
fn the_same_people_are_the_same_package_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let usual = written(at, "usual", &[]);
    let expected = content(&tried(at, "usual"));
    assert_eq!(usual["malformed"], 2);
    for (name, options) in FORMS {
        let facts = written(at, name, options);
        for same in ["people", "duplicates", "impossible_dates", "missing_names", "too_long"] {
            assert_eq!(facts[same], usual[same], "{name}: {same}");
        }
        assert_eq!(facts["malformed"], usual["malformed"], "{name}");
        assert_eq!(facts["plain_letters"], 0, "{name}");
        assert_eq!(content(&tried(at, name)), expected, "{name}");
    }
}

#[test]
fn the_old_code_page_gives_the_package_of_the_letters_that_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    written(at, "usual", &[]);
    let mut replaced = 0;
    for entry in fs::read_dir(at.join("usual")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let mut text = fs::read_to_string(&path).unwrap();
            for (letter, plain) in [("Ł", "L"), ("ł", "l"), ("ń", "n"), ("ř", "r"), ("ı", "i")]
            {
                replaced += text.matches(letter).count();
                text = text.replace(letter, plain);
            }
            fs::write(&path, text).unwrap();
        }
    }
    let facts = written(at, "old", &["--format", "csv-windows-1252"]);
    assert!(replaced > 0);
    assert_eq!(facts["plain_letters"].as_u64(), u64::try_from(replaced).ok());
    assert_eq!(content(&tried(at, "old")), content(&tried(at, "usual")));
}

#[test]
fn what_no_file_can_be_is_refused_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for (options, code, part) in [
        (&["5", "--format", "excel", "--pack", "gzip"][..], 1, "leave out `--pack`"),
        (&["2000000", "--format", "excel"][..], 1, "at most 1048574 rows on a sheet"),
        (&["1", "--format", "json-lines"][..], 1, "take more volunteers"),
        (&["5", "--format", "xml"][..], 2, "expected `csv`"),
        (&["5", "--pack", "zip"][..], 2, "expected `none` or `gzip` or `zstd`"),
    ] {
        let arguments = [&["sample", "source", "new", "--seed", "1", "--volunteers"][..], options];
        let output = landfall(at, &arguments.concat());
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains(part), "expected `{part}` in: {said}");
        assert_eq!(fs::read_dir(at).unwrap().count(), 0, "{options:?}");
    }
}
