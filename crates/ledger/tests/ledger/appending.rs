//! What is appended, read back, ordered and refused.

use landfall_core::{digest::Digest, time::Timestamp};
use landfall_ledger::{Error, Head, Ledger};
use serde_json::json;

use crate::support::{Sample, append, fact, next_minute};

#[test]
fn a_new_ledger_is_empty_and_intact() {
    let sample = Sample::new(&[]);
    let ledger = sample.ledger();
    assert_eq!(ledger.head().unwrap(), Head { count: 0, hash: Digest::ZERO });
    assert!(ledger.entries(0, None).unwrap().is_empty());
    assert!(ledger.stream("vendor").unwrap().is_empty());
    assert_eq!(ledger.contains_head(&Digest::ZERO).unwrap(), Some(0));
    let verification = ledger.verify().unwrap();
    assert!(verification.is_intact(), "{verification:?}");
    assert_eq!(verification.entries, 0);
}

#[test]
fn entries_are_chained_and_counted_per_stream() {
    let sample = Sample::new(&["a", "b", "a"]);
    let ledger = sample.ledger();
    let entries = ledger.entries(0, None).unwrap();
    let places: Vec<_> =
        entries.iter().map(|e| (e.sequence, e.stream.as_str(), e.version)).collect();
    assert_eq!(places, [(1, "a", 1), (2, "b", 1), (3, "a", 2)]);
    assert_eq!(entries[0].previous, Digest::ZERO);
    let hashes: Vec<_> = entries.iter().map(|e| Digest::of_canonical(e).unwrap()).collect();
    assert_eq!(entries[1].previous, hashes[0]);
    assert_eq!(entries[2].previous, hashes[1]);
    assert_eq!(ledger.head().unwrap(), Head { count: 3, hash: hashes[2] });
    for (hash, position) in hashes.iter().zip([1, 2, 3]) {
        assert_eq!(ledger.contains_head(hash).unwrap(), Some(position));
    }
    assert_eq!(ledger.contains_head(&Digest::of(b"other")).unwrap(), None);
    assert_eq!(ledger.entries(1, Some(1)).unwrap(), entries[1..2]);
    assert_eq!(ledger.entry(2).unwrap().as_ref(), Some(&entries[1]));
    assert_eq!(ledger.entry(4).unwrap(), None);
    assert_eq!(ledger.streams().unwrap(), ["a", "b"]);
    assert_eq!(ledger.version("a").unwrap(), 2);
    assert_eq!(ledger.stream("a").unwrap().len(), 2);
    assert!(ledger.verify().unwrap().is_intact());
}

#[test]
fn work_that_fails_leaves_nothing() {
    let sample = Sample::new(&["a"]);
    let mut ledger = Ledger::open(&sample.path()).unwrap();
    let before = ledger.head().unwrap();
    let result: Result<(), Error> = ledger.write(next_minute, |transaction| {
        transaction.append(1, fact("a", json!({})))?;
        assert_eq!(transaction.head().count, 2);
        assert_eq!(transaction.stream("a")?.len(), 2);
        transaction.append(1, fact("a", json!({})))?;
        Ok(())
    });
    assert!(matches!(
        result,
        Err(Error::WrongVersion { ref stream, expected: 1, found: 2 }) if stream == "a"
    ));
    assert_eq!(ledger.head().unwrap(), before);
    assert_eq!(ledger.stream("a").unwrap().len(), 1);
}

#[test]
fn callers_may_use_an_error_of_their_own() {
    #[derive(Debug)]
    enum Refusal {
        Rule,
        Ledger,
    }
    impl From<Error> for Refusal {
        fn from(_: Error) -> Self {
            Self::Ledger
        }
    }
    let sample = Sample::new(&["a"]);
    let mut ledger = Ledger::open(&sample.path()).unwrap();
    let rule = ledger.write(next_minute, |_| Err::<(), _>(Refusal::Rule));
    assert!(matches!(rule, Err(Refusal::Rule)));
    let version = ledger.write(next_minute, |transaction| {
        transaction.append(7, fact("a", json!({})))?;
        Ok::<_, Refusal>(())
    });
    assert!(matches!(version, Err(Refusal::Ledger)));
}

#[test]
fn time_never_runs_backwards() {
    let sample = Sample::new(&["a"]);
    let mut ledger = Ledger::open(&sample.path()).unwrap();
    let first = ledger.entry(1).unwrap().unwrap().time;
    let mut asked = None;
    let entry = ledger
        .write(
            |last| {
                asked = last;
                Timestamp::from_seconds(0)
            },
            |transaction| {
                assert_eq!(transaction.now(), first);
                transaction.append(0, fact("b", json!({})))
            },
        )
        .unwrap();
    assert_eq!(asked, Some(first));
    assert_eq!(entry.time, first);
}

#[test]
fn bodies_that_languages_read_differently_are_refused() {
    let sample = Sample::new(&["a"]);
    let mut ledger = Ledger::open(&sample.path()).unwrap();
    for body in [json!({"a": 0.1}), json!([9_007_199_254_740_993_u64]), json!(2.0)] {
        let error = append(&mut ledger, "a", body).unwrap_err();
        assert!(matches!(error, Error::Refused { .. }), "{error}");
        assert!(error.to_string().starts_with("entry `customer.noted` cannot be recorded"));
    }
    assert_eq!(ledger.head().unwrap().count, 1);
    assert!(append(&mut ledger, "a", json!([9_007_199_254_740_992_u64])).is_ok());
}

#[test]
fn the_store_refuses_to_change_what_it_holds() {
    let sample = Sample::new(&["a", "b"]);
    let ledger = Ledger::open(&sample.path()).unwrap();
    let before = ledger.head().unwrap();
    let refusals = ledger.demonstrate_append_only().unwrap();
    for verb in ["UPDATE entry", "DELETE FROM entry", "INSERT OR REPLACE", "UPDATE head"] {
        let shown = refusals.iter().find(|(statement, _)| statement.starts_with(verb)).unwrap();
        assert_eq!(shown.1, "the ledger is append-only");
    }
    assert_eq!(ledger.head().unwrap(), before);
    assert!(ledger.verify().unwrap().is_intact());
}

#[test]
fn the_demonstration_fails_where_it_would_show_nothing() {
    let sample = Sample::new(&["a"]);
    assert!(matches!(sample.ledger().demonstrate_append_only(), Err(Error::ReadOnly)));
    let connection = rusqlite::Connection::open(sample.path()).unwrap();
    connection.execute_batch("DROP TRIGGER entry_refuses_delete").unwrap();
    drop(connection);
    let ledger = Ledger::open(&sample.path()).unwrap();
    let error = ledger.demonstrate_append_only().unwrap_err();
    assert!(matches!(&error, Error::NotRefused { statement } if statement.starts_with("DELETE")));
    assert_eq!(ledger.entries(0, None).unwrap().len(), 1);

    let empty = Sample::new(&[]);
    let ledger = Ledger::open(&empty.path()).unwrap();
    assert!(matches!(ledger.demonstrate_append_only(), Err(Error::Empty)));
}

#[test]
fn replacing_rows_is_refused_in_every_way() {
    let sample = Sample::new(&["a", "b"]);
    let connection = rusqlite::Connection::open(sample.path()).unwrap();
    for statement in [
        "INSERT OR REPLACE INTO entry VALUES (3, 'a', 1, 't', 'k', 'h', 'l')",
        "INSERT OR REPLACE INTO entry VALUES (1, 'c', 1, 't', 'k', 'h', 'l')",
        "INSERT INTO entry VALUES (4, 'c', 1, 't', 'k', 'h', 'l')",
        "INSERT INTO entry (stream, version, time, kind, hash, line) VALUES ('c', 1, 't', 'k', 'h', 'l')",
        "UPDATE OR REPLACE entry SET sequence = 1",
        "UPDATE head SET count = 3",
        "UPDATE head SET hash = 'h'",
        "INSERT OR REPLACE INTO head VALUES (1, 0, 'h')",
        "DELETE FROM head",
    ] {
        let refusal = connection.execute(statement, []).unwrap_err().to_string();
        assert!(refusal.contains("the ledger is append-only"), "{statement}: {refusal}");
    }
}

#[test]
fn a_ledger_is_created_once_and_only_where_nothing_stands() {
    let sample = Sample::new(&["a"]);
    assert!(matches!(Ledger::create(&sample.path()), Err(Error::Exists { .. })));
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "not a database, but long enough to look at".repeat(40)).unwrap();
    let before = std::fs::read(&text).unwrap();
    assert!(matches!(Ledger::create(&text), Err(Error::Exists { .. })));
    assert_eq!(std::fs::read(&text).unwrap(), before);
    // What an interrupted creation leaves is an empty file.
    let interrupted = folder.path().join("ledger.sqlite");
    std::fs::write(&interrupted, "").unwrap();
    assert!(matches!(Ledger::open(&interrupted), Err(Error::NotALedger { .. })));
    let mut ledger = Ledger::create(&interrupted).unwrap();
    append(&mut ledger, "a", json!({})).unwrap();
    assert!(ledger.verify().unwrap().is_intact());
}
