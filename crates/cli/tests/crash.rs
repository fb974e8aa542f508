//! `kill -9` at any moment, then the same command again: the result is that of an undisturbed run.

#![expect(clippy::unwrap_used, reason = "a test's helpers may fail the test")]

use std::{
    collections::BTreeMap,
    fs,
    os::unix::process::ExitStatusExt as _,
    path::Path,
    process::{Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};

const VOLUNTEERS: &str = "20";
const SIGKILL: i32 = 9;
/// More boundaries than any demonstration has; a run that reaches them does not get on.
const TOO_MANY: usize = 1500;

fn demo(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_landfall"));
    command
        .args(["demo", "--volunteers", VOLUNTEERS, "--json", "--data"])
        .arg(directory)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn killed(output: &Output) -> bool {
    output.status.signal() == Some(SIGKILL)
}

/// Everything of a finished demonstration that must not depend on crashes.
fn outcome(directory: &Path, output: &Output) -> BTreeMap<&'static str, Value> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let stdout = String::from_utf8(output.stdout.clone()).unwrap();
    let summary: Value = serde_json::from_str(stdout.lines().last().unwrap()).unwrap();
    let pick = |list: &str, keys: &[&str]| -> Value {
        summary[list]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| keys.iter().map(|key| one[*key].clone()).collect::<Vec<_>>())
            .collect()
    };
    let (lifecycle, fingerprints, tests) = ledger(&directory.join("ledger.sqlite"));
    BTreeMap::from([
        ("environments", pick("environments", &["label", "state"])),
        ("packages", pick("packages", &["kind", "digest"])),
        ("documents", pick("documents", &["number", "kind", "status"])),
        ("lifecycle", lifecycle),
        ("fingerprints", fingerprints),
        ("tests", tests),
        ("files", json!(files(directory))),
    ])
}

/// Reads events per stream in order (attempts aside), fingerprints of unmasked instances, and what every test found:
/// for masked instances that is row counts and digests over unmasked columns.
fn ledger(path: &Path) -> (Value, Value, Value) {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let mut lines = connection.prepare("SELECT line FROM entry ORDER BY sequence").unwrap();
    let mut lifecycle: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut fingerprints: BTreeMap<String, Value> = BTreeMap::new();
    let mut tests: BTreeMap<String, Value> = BTreeMap::new();
    for line in lines.query_map([], |row| row.get::<_, String>(0)).unwrap() {
        let entry: Value = serde_json::from_str(&line.unwrap()).unwrap();
        let (stream, kind) = (entry["stream"].as_str().unwrap(), entry["kind"].as_str().unwrap());
        let body = &entry["body"];
        if stream.starts_with("operation/") {
            for test in body["tests"].as_array().into_iter().flatten() {
                let key = format!("{stream} {}", test["id"].as_str().unwrap());
                tests.insert(key, json!([test["actual"], test["passed"]]));
            }
            continue;
        }
        let label = body["label"].as_str().unwrap_or_default();
        if kind == "customer.environment-built" && !label.starts_with("val") {
            fingerprints.insert(label.to_owned(), body["instances"].clone());
        }
        let about = [&body["label"], &body["number"], &body["change"], &body["table"], &body["id"]];
        lifecycle.entry(stream.to_owned()).or_default().push(json!([kind, about]));
    }
    (json!(lifecycle), json!(fingerprints), json!(tests))
}

fn files(directory: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![directory.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(directory).unwrap().display().to_string());
            }
        }
    }
    found.sort();
    found
}

fn compare(undisturbed: &BTreeMap<&str, Value>, disturbed: &BTreeMap<&str, Value>) {
    for (what, expected) in undisturbed {
        assert_eq!(expected, &disturbed[what], "{what} differ from the undisturbed run");
    }
}

fn verify(directory: &Path) {
    let output = Command::new(env!("CARGO_BIN_EXE_landfall"))
        .args(["ledger", "verify", "--data"])
        .arg(directory)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn killed_once_at_every_boundary_it_ends_as_if_undisturbed() {
    let folder = tempfile::tempdir().unwrap();
    let calm = folder.path().join("calm");
    let undisturbed = outcome(&calm, &demo(&calm).output().unwrap());
    let disturbed = folder.path().join("disturbed");
    let points = folder.path().join("points");
    let mut kills = 0;
    let output = loop {
        let output = demo(&disturbed).env("LANDFALL_FAIL_POINTS", &points).output().unwrap();
        if !killed(&output) {
            break output;
        }
        kills += 1;
        assert!(kills < TOO_MANY, "the demonstration does not get on");
    };
    println!("killed at {kills} boundaries");
    assert!(kills > 150, "expected a boundary after every step and command, found {kills}");
    compare(&undisturbed, &outcome(&disturbed, &output));
    verify(&disturbed);
}

#[test]
fn killed_at_ten_moments_it_ends_as_if_undisturbed() {
    let folder = tempfile::tempdir().unwrap();
    let calm = folder.path().join("calm");
    let begun = Instant::now();
    let undisturbed = outcome(&calm, &demo(&calm).output().unwrap());
    let whole = begun.elapsed();
    let disturbed = folder.path().join("disturbed");
    // Ten moments spread over the run by the golden ratio: each continues where the one before was killed.
    for moment in 1..=10_u32 {
        let share = (f64::from(moment) * 0.618_034).fract() / 4.0;
        let mut child =
            demo(&disturbed).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(whole.mul_f64(share).max(Duration::from_millis(5)));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let output = demo(&disturbed).output().unwrap();
    compare(&undisturbed, &outcome(&disturbed, &output));
    verify(&disturbed);
}
