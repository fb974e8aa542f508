//! Several threads and processes append to one ledger, and one of them is killed.

use std::{
    env, fs,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use landfall_ledger::Ledger;
use serde_json::json;

use crate::support::{Sample, append};

const PATH: &str = "LANDFALL_TEST_LEDGER";
const STREAM: &str = "LANDFALL_TEST_STREAM";
const TIMES: &str = "LANDFALL_TEST_TIMES";

/// Appends to a stream of one's own and to a shared one, in turn.
fn append_often(path: &Path, stream: &str, times: u64) {
    let mut ledger = Ledger::open(path).unwrap();
    for index in 0..times {
        let stream = if index % 2 == 0 { stream } else { "shared" };
        append(&mut ledger, stream, json!({"index": index})).unwrap();
    }
}

fn start(path: &Path, stream: &str, times: u64) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["--ignored", "--exact", "processes::a_process_that_appends"])
        .env(PATH, path)
        .env(STREAM, stream)
        .env(TIMES, times.to_string())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
#[ignore = "the other tests start it as a process of its own"]
fn a_process_that_appends() {
    let (Some(path), Ok(stream), Ok(times)) =
        (env::var_os(PATH), env::var(STREAM), env::var(TIMES))
    else {
        println!("NOT RUN: only the other tests of this file name a ledger to append to");
        return;
    };
    append_often(Path::new(&path), &stream, times.parse().unwrap());
}

#[test]
fn threads_and_processes_append_to_one_chain() {
    let sample = Sample::new(&["shared"]);
    let path = sample.path();
    let mut children = [start(&path, "first", 30), start(&path, "second", 30)];
    thread::scope(|scope| {
        for stream in ["third", "fourth"] {
            let path = &path;
            scope.spawn(move || append_often(path, stream, 30));
        }
    });
    for child in &mut children {
        assert!(child.wait().unwrap().success());
    }
    let ledger = sample.ledger();
    assert_eq!(ledger.head().unwrap().count, 121);
    assert_eq!(ledger.version("shared").unwrap(), 61);
    for stream in ["first", "second", "third", "fourth"] {
        assert_eq!(ledger.stream(stream).unwrap().len(), 15);
    }
    let verification = ledger.verify().unwrap();
    assert!(verification.is_intact(), "{:?}", verification.problems);
}

#[test]
fn a_killed_process_leaves_whole_entries_only() {
    let sample = Sample::new(&["shared"]);
    let path = sample.path();
    for round in 0..3 {
        let reader = sample.ledger();
        let before = reader.head().unwrap().count;
        let mut child = start(&path, &format!("killed-{round}"), u64::MAX);
        let mut waited = 0;
        while reader.head().unwrap().count < before + 5 {
            assert!(waited < 60_000, "the process has not appended for a minute");
            thread::sleep(Duration::from_millis(1));
            waited += 1;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let verification = reader.verify().unwrap();
        assert!(verification.is_intact(), "{:?}", verification.problems);
        assert!(verification.entries >= before + 5);
    }
    append_often(&path, "after", 2);
    assert!(sample.ledger().verify().unwrap().is_intact());
}

#[test]
fn a_closed_ledger_is_one_file() {
    let sample = Sample::new(&["a", "b"]);
    let folder = sample.path().parent().unwrap().to_owned();
    let names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(names, ["ledger.sqlite"]);
}
