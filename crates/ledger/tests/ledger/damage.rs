//! Damage outside the entries, and files that are no ledger.

use std::{
    fs::{self, OpenOptions},
    io::{Seek as _, SeekFrom, Write as _},
};

use landfall_ledger::{Error, Ledger, Problem};
use rusqlite::Connection;
use serde_json::json;

use crate::support::{Sample, fact, next_minute, tamper};

fn storage_problems(sql: &str) -> Vec<String> {
    let sample = Sample::new(&["a", "b", "a"]);
    Connection::open(sample.path()).unwrap().execute_batch(sql).unwrap();
    let verification = sample.ledger().verify().unwrap();
    assert_eq!(verification.entries, 3);
    verification
        .problems
        .into_iter()
        .map(|problem| match problem {
            Problem::Storage { what } => what,
            other => panic!("expected damage of the storage, found: {other}"),
        })
        .collect()
}

#[test]
fn whatever_keeps_the_ledger_append_only_is_missed() {
    for (sql, what) in [
        ("DROP TRIGGER entry_refuses_update", "the trigger `entry_refuses_update` is missing"),
        ("DROP TRIGGER head_follows_the_last", "the trigger `head_follows_the_last` is missing"),
        ("DROP INDEX entry_hash", "the index `entry_hash` is missing"),
        (
            "DROP TRIGGER entry_refuses_delete;
             CREATE TRIGGER entry_refuses_delete BEFORE DELETE ON entry WHEN 0
             BEGIN SELECT RAISE(ABORT, 'no'); END",
            "the trigger `entry_refuses_delete` was changed",
        ),
        ("CREATE TABLE notes (text TEXT)", "the table `notes` does not belong to a ledger"),
        (
            "PRAGMA application_id = 7",
            "the marks in the file's beginning are not those of a ledger",
        ),
    ] {
        assert_eq!(storage_problems(sql), [what], "{sql}");
    }
}

#[test]
fn what_the_database_itself_finds_wrong_is_damage() {
    // The index is forgotten without giving back its page.
    let problems = storage_problems(
        "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'entry_hash'",
    );
    assert!(problems.iter().any(|what| what.contains("never used")), "{problems:?}");
    assert!(problems.contains(&"the index `entry_hash` is missing".to_owned()), "{problems:?}");
}

#[test]
fn a_page_that_cannot_be_read_does_not_hide_the_others() {
    let sample = Sample::new(&[]);
    let mut ledger = Ledger::open(&sample.path()).unwrap();
    ledger
        .write(next_minute, |transaction| {
            for version in 0..200 {
                transaction.append(version, fact("a", json!({"text": "x".repeat(300)})))?;
            }
            Ok::<_, Error>(())
        })
        .unwrap();
    drop(ledger);
    let connection = Connection::open(sample.path()).unwrap();
    let pages: Vec<i64> = connection
        .prepare(
            "SELECT pageno FROM dbstat WHERE name = 'entry' AND pagetype = 'leaf' ORDER BY path",
        )
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let size: i64 = connection.pragma_query_value(None, "page_size", |row| row.get(0)).unwrap();
    drop(connection);
    assert!(pages.len() > 10, "{pages:?}");
    let middle = pages[pages.len() / 2];
    let mut file = OpenOptions::new().write(true).open(sample.path()).unwrap();
    file.seek(SeekFrom::Start(((middle - 1) * size).cast_unsigned())).unwrap();
    file.write_all(&vec![0; usize::try_from(size).unwrap()]).unwrap();
    drop(file);

    let verification = sample.ledger().verify().unwrap();
    let lost: Vec<u64> = verification.problems.iter().filter_map(Problem::sequence).collect();
    assert!(!lost.is_empty() && lost.len() < 50, "{:?}", verification.problems);
    assert!(lost.windows(2).all(|pair| pair[0] + 1 == pair[1]), "{lost:?}");
    assert!(lost[0] > 1 && lost[lost.len() - 1] < 200, "{lost:?}");
    assert_eq!(verification.entries, 200 - lost.len() as u64);
    assert!(verification.problems.iter().any(|p| matches!(p, Problem::Storage { .. })));
}

#[test]
fn a_file_that_is_cut_off_is_said_to_be() {
    let sample = Sample::new(&["a", "b", "c", "d"]);
    let length = fs::metadata(sample.path()).unwrap().len();
    OpenOptions::new().write(true).open(sample.path()).unwrap().set_len(length / 2).unwrap();
    for result in [Ledger::open(&sample.path()), Ledger::open_read_only(&sample.path())] {
        let error = result.unwrap_err();
        assert!(matches!(error, Error::Damaged { .. }), "{error:?}");
        assert!(error.to_string().contains("cut off"), "{error}");
    }
}

#[test]
fn other_files_are_not_taken_for_ledgers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    assert!(matches!(Ledger::open(&path), Err(Error::Absent { .. })));
    assert!(matches!(Ledger::open_read_only(&path), Err(Error::Absent { .. })));
    assert!(!path.exists());
    fs::write(&path, "some other text that is as long as a page may be\n".repeat(200)).unwrap();
    assert!(matches!(Ledger::open(&path), Err(Error::NotALedger { .. })));
    assert!(matches!(Ledger::open_read_only(&path), Err(Error::NotALedger { .. })));
    fs::remove_file(&path).unwrap();
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE other (id INTEGER)").unwrap();
    assert!(matches!(Ledger::open(&path), Err(Error::NotALedger { .. })));
}

#[test]
fn a_later_format_is_refused_and_odd_marks_are_damage() {
    let sample = Sample::new(&["a"]);
    let connection = Connection::open(sample.path()).unwrap();
    connection.execute_batch("PRAGMA user_version = 2").unwrap();
    let error = Ledger::open(&sample.path()).unwrap_err();
    assert!(matches!(error, Error::Format { expected: 1, found: 2, .. }), "{error:?}");
    connection.execute_batch("PRAGMA user_version = 1; PRAGMA application_id = 7").unwrap();
    assert!(matches!(Ledger::open(&sample.path()), Err(Error::Damaged { .. })));
}

#[test]
fn reading_and_appending_stop_at_a_bad_entry() {
    let sample = Sample::new(&["a", "b"]);
    tamper(&sample.path(), |connection| {
        connection
            .execute_batch(
                "UPDATE entry SET line = replace(line, 'seen', 'SEEN') WHERE sequence = 1",
            )
            .unwrap();
    });
    let ledger = sample.ledger();
    assert!(matches!(ledger.stream("a"), Err(Error::Unreadable { sequence: 1, .. })));
    assert!(matches!(ledger.entry(1), Err(Error::Unreadable { sequence: 1, .. })));
    assert_eq!(ledger.stream("b").unwrap().len(), 1);

    tamper(&sample.path(), |connection| {
        connection.execute_batch("DELETE FROM entry WHERE sequence = 2").unwrap();
    });
    let mut ledger = Ledger::open(&sample.path()).unwrap();
    let result = ledger.write(next_minute, |transaction| {
        transaction.append(0, fact("c", json!({})))?;
        Ok::<_, Error>(())
    });
    assert!(matches!(result, Err(Error::Damaged { .. })));
}
