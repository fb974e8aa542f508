//! Ctrl-C in the middle: exit code 130, one line that says so, nothing left behind, and the same command completes.

#![expect(clippy::unwrap_used, reason = "a test's helpers may fail the test")]

use std::{
    fs,
    io::Read as _,
    path::Path,
    process::{Child, Command, Output, Stdio},
};

/// Returns the command as a person starts it: no signal is ignored, whoever runs the tests.
fn landfall(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("env");
    command
        .args(["--default-signal=INT", "--default-signal=TERM", "--default-signal=HUP"])
        .arg(env!("CARGO_BIN_EXE_landfall"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("LANDFALL_DATA")
        .env_remove("LANDFALL_PASSWORD_FILE")
        .env_remove("COLUMNS")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn send(signal: &str, child: &Child) {
    let line = format!("kill -{signal} {}", child.id());
    assert!(Command::new("sh").args(["-c", &line]).status().unwrap().success());
}

/// Starts a command, sends a signal as soon as it has said a text, and returns its exit code and all of stderr.
fn stopped(folder: &Path, arguments: &[&str], said: &str, signal: &str) -> (Option<i32>, String) {
    let mut child = landfall(folder, arguments).stdout(Stdio::null()).spawn().unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let mut heard = Vec::new();
    let mut piece = [0; 256];
    while !String::from_utf8_lossy(&heard).contains(said) {
        let length = stderr.read(&mut piece).unwrap();
        assert!(
            length > 0,
            "it ended before it said `{said}`: {}",
            String::from_utf8_lossy(&heard)
        );
        heard.extend_from_slice(&piece[..length]);
    }
    send(signal, &child);
    stderr.read_to_end(&mut heard).unwrap();
    (child.wait().unwrap().code(), String::from_utf8(heard).unwrap())
}

fn completed(output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_demonstration_that_was_interrupted_is_completed_by_the_same_command() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let demo = ["demo", "--data", "d", "--volunteers", "20"];
    // A demonstration has many operations; it is stopped within its first one, and once more further on.
    for (said, signal) in [("step 1/", "INT"), ("iteration 1", "TERM")] {
        let (code, stderr) = stopped(at, &demo, said, signal);
        assert_eq!(code, Some(130), "{stderr}");
        let last = stderr.lines().last().unwrap();
        assert!(last.starts_with("interrupted: `landfall demo` was stopped"), "{stderr}");
        assert!(last.contains("the same command, run again, completes it"), "{stderr}");
        assert!(!stderr.contains("panicked"), "{stderr}");
        completed(&landfall(at, &["ledger", "verify", "--data", "d"]).output().unwrap());
    }
    // Continued, it needs no number again: it was begun with them.
    completed(&landfall(at, &["demo", "--data", "d"]).output().unwrap());
    completed(&landfall(at, &["ledger", "verify", "--data", "d"]).output().unwrap());
}

#[test]
fn an_interruption_is_one_line_of_json_where_json_is_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let demo = ["demo", "--data", "d", "--volunteers", "20", "--json"];
    let (code, stderr) = stopped(folder.path(), &demo, "step 1/", "INT");
    assert_eq!(code, Some(130), "{stderr}");
    let error: serde_json::Value = serde_json::from_str(stderr.lines().last().unwrap()).unwrap();
    assert_eq!(error["error"]["kind"], "interrupted");
    assert_eq!(error["error"]["code"], serde_json::Value::Null);
}

#[test]
fn a_trial_that_was_interrupted_leaves_nothing_and_can_be_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let source = ["sample", "source", "src", "--volunteers", "600", "--seed", "1"];
    completed(&landfall(at, &source).output().unwrap());
    let tried = ["migration", "try", "src/spec", "--source", "src", "--out", "out"];
    let (code, stderr) = stopped(at, &tried, "step 1/1", "INT");
    assert_eq!(code, Some(130), "{stderr}");
    let names = || {
        let mut names: Vec<String> = fs::read_dir(at)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names(), ["src"], "{stderr}");
    // What a killed process left does not stand in the way either.
    fs::create_dir(at.join("out.building")).unwrap();
    fs::write(at.join("out.building/package.sqlite"), b"half").unwrap();
    completed(&landfall(at, &tried).output().unwrap());
    assert_eq!(names(), ["out", "src"]);
    assert!(at.join("out/package.sqlite").is_file());
}
