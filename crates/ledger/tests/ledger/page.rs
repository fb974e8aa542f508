//! The verifier printed in `docs/ledger-format.md` is run as a stranger would run it.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use crate::support::Sample;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/ledger-format.md");

fn verifier() -> String {
    let page = fs::read_to_string(PAGE).unwrap();
    let (_, after) = page.split_once("```python\n").unwrap();
    let (program, rest) = after.split_once("```\n").unwrap();
    assert!(!rest.contains("```python"), "the page holds one program");
    program.to_owned()
}

/// Runs the page's program on an export; `None` where there is no Python.
fn run(folder: &Path, export: &[u8], head: Option<&str>) -> Option<Output> {
    let program = folder.join("verify.py");
    let file = folder.join("export.jsonl");
    fs::write(&program, verifier()).unwrap();
    fs::write(&file, export).unwrap();
    let output = Command::new("python3").arg(&program).arg(&file).args(head).output();
    match output {
        Ok(output) => Some(output),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!(
                "NOT RUN: the verifier of docs/ledger-format.md, because `python3` is absent"
            );
            None
        }
        Err(error) => panic!("python3 cannot be run: {error}"),
    }
}

#[test]
fn the_program_is_at_most_thirty_lines() {
    assert!(verifier().lines().count() <= 30);
}

#[test]
fn the_program_accepts_an_export_and_names_what_is_bad() {
    let sample = Sample::new(&["a", "b", "a", "a"]);
    let folder = tempfile::tempdir().unwrap();
    let export = String::from_utf8(sample.export()).unwrap();
    let head = sample.ledger().head().unwrap().hash.to_string();
    let Some(intact) = run(folder.path(), export.as_bytes(), Some(&head)) else { return };
    let printed = String::from_utf8_lossy(&intact.stdout);
    assert!(intact.status.success(), "{intact:?}");
    assert_eq!(printed.trim_end(), "intact");

    let (line, _) = export.split_once('\n').unwrap();
    for (changed, head, words) in [
        (export.replace("\"index\":1", "\"index\":9"), None, "entry 2 is bad"),
        (export.replace("\"index\":0", "\"index\":9"), None, "entry 1 is bad"),
        (export.replace("\"index\":3", "\"index\":9"), None, "entry 4 is bad"),
        (export.replacen(&format!("{line}\n"), "", 1), None, "expected 4 entries, found 3"),
        (export.replace("\"count\":4", "\"count\": 4"), None, "the trailer is bad"),
        (export.replace("\"count\":4", "\"count\":5"), None, "expected 5 entries, found 4"),
        (export.trim_end().to_owned(), None, "the export is cut off"),
        (String::new(), None, "the export is cut off"),
        (format!("{export}\n"), None, "the trailer is bad"),
        (export.clone(), Some("f".repeat(64)), "the chain does not contain the head"),
    ] {
        let Some(output) = run(folder.path(), changed.as_bytes(), head.as_deref()) else { return };
        assert_eq!(output.status.code(), Some(1), "{words}: {output:?}");
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(printed.contains(words), "expected {words}, found {printed}");
    }
}
