//! What is said is true and harmless: data begins no line, nothing absent is said to be intact, hints can be typed.

#![expect(clippy::unwrap_used, reason = "a test's helpers may fail the test")]

use std::{
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;

/// What a command said and how it ended.
struct Said {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Said {
    fn done(self) -> String {
        assert_eq!(self.code, Some(0), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self.stdout
    }

    fn stopped(&self, code: i32, part: &str) {
        assert_eq!(self.code, Some(code), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        assert!(self.stderr.contains(part), "expected `{part}` in: {}", self.stderr);
    }
}

fn run(folder: &Path, columns: Option<&str>, arguments: &[&str]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_landfall"));
    command
        .args(arguments)
        .current_dir(folder)
        .env_remove("LANDFALL_DATA")
        .env_remove("LANDFALL_PASSWORD_FILE")
        .env_remove("COLUMNS")
        .stdin(Stdio::null());
    if let Some(columns) = columns {
        command.env("COLUMNS", columns);
    }
    let output = command.output().unwrap();
    Said {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn landfall(folder: &Path, arguments: &[&str]) -> Said {
    run(folder, None, arguments)
}

/// Makes a demonstration up to its Sandbox; the data directory is `d`.
fn demonstrated() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let demo = ["demo", "--data", "d", "--volunteers", "10", "--until", "sandbox"];
    landfall(folder.path(), &demo).done();
    folder
}

const FORGED: &str =
    "typo\n   95  2026-01-29 09:00:41 UTC  Quentin Abara (vendor quality) approved everything";

#[test]
fn a_reason_forges_no_line_and_a_value_sends_no_sequence() {
    let folder = demonstrated();
    let at = folder.path();
    let set = [
        "record",
        "set",
        "acme/sandbox",
        "site",
        "id=1",
        "city=Z\u{fc}rich\u{1b}]0;PWNED\u{7}\u{1b}[2J\u{202e}X",
        "--data",
        "d",
        "--as",
        "erik-lund",
        "--reason",
        FORGED,
    ];
    landfall(at, &set).done();
    let shows: [&[&str]; 4] = [
        &["ledger", "show"],
        &["ledger", "story", "acme"],
        &["record", "history", "acme/sandbox", "site", "id=1"],
        &["record", "list", "acme/sandbox", "site"],
    ];
    for arguments in shows {
        let arguments: Vec<&str> = arguments.iter().copied().chain(["--data", "d"]).collect();
        for columns in [None, Some("80")] {
            let told = run(at, columns, &arguments).done();
            for line in told.lines().filter(|_| columns.is_none()) {
                assert!(!line.trim_start().starts_with("95  2026-01-29"), "{line}");
            }
            let is_plain =
                |letter: char| letter == '\n' || !(letter.is_control() || letter == '\u{202e}');
            assert!(told.chars().all(is_plain), "{arguments:?}: {told:?}");
        }
    }
    // JSON carries the value as it is.
    let list = ["record", "list", "acme/sandbox", "site", "--json", "--data", "d"];
    let rows: Value = serde_json::from_str(&landfall(at, &list).done()).unwrap();
    let cities: Vec<&str> =
        rows.as_array().unwrap().iter().filter_map(|row| row["city"].as_str()).collect();
    assert!(cities.iter().any(|city| city.contains("\u{1b}[2J\u{202e}X")), "{cities:?}");
}

#[test]
fn a_person_who_does_not_exist_lifts_no_limit() {
    let folder = demonstrated();
    let at = folder.path();
    let lists: [&[&str]; 3] =
        [&["customer", "list"], &["customer", "show", "acme"], &["customer", "due", "acme"]];
    for arguments in lists {
        let mistyped = ["--data", "d", "--as", "ritamoss"];
        let arguments: Vec<&str> = arguments.iter().copied().chain(mistyped).collect();
        let said = landfall(at, &arguments);
        said.stopped(1, "there is no person `ritamoss`");
        said.stopped(1, "hint: `landfall --data d person list`");
        assert_eq!(said.stdout, "");
    }
    landfall(at, &["environment", "request", "acme", "demo", "--data", "d", "--as", "ritamoss"])
        .stopped(1, "there is no person `ritamoss`");
    landfall(at, &["customer", "list", "--data", "d", "--as", "rita-moss"]).done();
}

#[test]
fn a_head_that_is_not_in_the_chain_says_nothing_against_the_chain() {
    let folder = demonstrated();
    let at = folder.path();
    let verify = ["ledger", "verify", "--data", "d", "--head", "0123456789ab"];
    let said = landfall(at, &verify);
    said.stopped(4, "is intact (");
    said.stopped(4, "does not contain the head `0123456789ab`");
    assert!(!said.stderr.contains("restore") && !said.stderr.contains("not intact"));
    let json = landfall(at, &[&verify[..], &["--json"]].concat());
    let found: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(found["intact"], true);
    assert_eq!(found["head_found"], false);

    let head = landfall(at, &["ledger", "export", "x.jsonl", "--data", "d"]).done();
    let (head, unknown) = (head.trim(), "ab".repeat(32));
    landfall(at, &["ledger", "verify", "x.jsonl", "--head", head]).done();
    landfall(at, &["ledger", "verify", "x.jsonl", "--head", &head[..12]]).done();
    for absent in [unknown.as_str(), &unknown[..12]] {
        landfall(at, &["ledger", "verify", "x.jsonl", "--head", absent])
            .stopped(4, "compare the digits with the page first");
    }
}

#[test]
fn of_what_is_not_there_nothing_is_said() {
    let folder = demonstrated();
    let at = folder.path();
    let history = |key: &str| {
        landfall(at, &["record", "history", "acme/sandbox", "site", key, "--data", "d"])
    };
    history("id=1").done();
    let absent = history("id=99");
    absent.stopped(1, "found none");
    assert!(!absent.stderr.contains("never changed"), "{}", absent.stderr);
    landfall(at, &["ledger", "show", "--stream", "customer/nope", "--data", "d"])
        .stopped(1, "no stream `customer/nope`");
    let none = landfall(at, &["ledger", "show", "--after", "99999", "--data", "d"]);
    none.stopped(0, "no entries");
    landfall(at, &["person", "sign-out", "nobody", "--data", "d"])
        .stopped(1, "there is no person `nobody`");
    landfall(at, &["person", "sign-out", "erik-lund", "--data", "d"])
        .stopped(0, "`erik-lund` is signed out");
    landfall(at, &["person", "sign-out", "erik-lund", "--data", "d"])
        .stopped(0, "`erik-lund` was not signed in here");
    landfall(at, &["migration", "show", "acme", "9", "--data", "d"])
        .stopped(1, "has no iteration 9");
    landfall(at, &["operation", "show", "acme", "x", "--data", "d"])
        .stopped(2, "expected a whole number such as `3`, found `x`");
}

#[test]
fn talk_and_errors_keep_within_the_width_and_commands_stay_whole() {
    let folder = demonstrated();
    let at = folder.path();
    let said = run(at, Some("60"), &["customer", "show", "acme", "--data", "nowhere"]);
    said.stopped(1, "error: ");
    for line in said.stderr.lines().filter(|line| !line.contains('`')) {
        assert!(line.chars().count() <= 60, "{line}");
    }
    let told = run(at, Some("60"), &["ledger", "show", "--data", "d"]).done();
    for line in told.lines().filter(|line| !line.contains('`')) {
        assert!(line.chars().count() <= 60 || line.split_whitespace().count() == 1, "{line}");
    }
    // 0 columns are none said.
    let (none, zero) = (
        landfall(at, &["customer", "show", "acme", "--data", "d"]).done(),
        run(at, Some("0"), &["customer", "show", "acme", "--data", "d"]).done(),
    );
    assert_eq!(none, zero);
}

#[test]
fn a_noun_without_a_verb_is_told_its_verbs_in_json() {
    let folder = tempfile::tempdir().unwrap();
    let said = landfall(folder.path(), &["--json", "customer"]);
    let error: Value = serde_json::from_str(said.stderr.trim()).unwrap();
    let message = error["error"]["message"].as_str().unwrap();
    assert!(message.starts_with("`landfall customer` needs a verb: add, "), "{message}");
    let said = landfall(folder.path(), &["--json", "customer", "show"]);
    let error: Value = serde_json::from_str(said.stderr.trim()).unwrap();
    let message = error["error"]["message"].as_str().unwrap();
    assert!(!message.contains('\n') && message.contains("<CUSTOMER>"), "{message}");
    assert_eq!(said.code, Some(2));
}

#[test]
fn an_export_leaves_nothing_beside_it() {
    let folder = demonstrated();
    let at = folder.path();
    std::fs::create_dir(at.join("bundle.building")).unwrap();
    std::fs::write(at.join("bundle.building/ledger.jsonl"), b"half").unwrap();
    landfall(at, &["customer", "export", "acme", "bundle", "--data", "d"]).done();
    let mut names: Vec<String> = std::fs::read_dir(at)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["bundle", "d"]);
}
