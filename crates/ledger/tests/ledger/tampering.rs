//! Every column of every entry, changed by somebody who owns the file: the changed entry is the one named.

use landfall_core::digest::Digest;
use landfall_ledger::{Problem, Verification};
use proptest::{prelude::*, test_runner::Config};
use rusqlite::{Connection, params};
use serde_json::json;

use crate::support::{Sample, forge, stored, tamper};

/// The ways to change an entry; each keeps the types that the table wants.
#[derive(Debug, Clone, Copy)]
enum Change {
    Sequence,
    Stream,
    Version,
    Time,
    Kind,
    Hash,
    Line,
    LineAndHash,
    Body,
    Actor,
    KindEverywhere,
    StreamEverywhere,
    TimeEverywhere,
    PreviousEverywhere,
    SequenceInLine,
    Removed,
    Unreadable,
}

const CHANGES: [Change; 17] = [
    Change::Sequence,
    Change::Stream,
    Change::Version,
    Change::Time,
    Change::Kind,
    Change::Hash,
    Change::Line,
    Change::LineAndHash,
    Change::Body,
    Change::Actor,
    Change::KindEverywhere,
    Change::StreamEverywhere,
    Change::TimeEverywhere,
    Change::PreviousEverywhere,
    Change::SequenceInLine,
    Change::Removed,
    Change::Unreadable,
];

impl Change {
    fn make(self, connection: &Connection, position: u64) {
        let set = |assignment: &str| {
            let sql = format!("UPDATE entry SET {assignment} WHERE sequence = ?1");
            assert_eq!(connection.execute(&sql, [position as i64]).unwrap(), 1);
        };
        let mut entry = stored(connection, position);
        match self {
            Self::Sequence => return set("sequence = sequence + 1000"),
            Self::Stream => return set("stream = 'elsewhere'"),
            Self::Version => return set("version = version + 1000"),
            Self::Time => return set("time = '2026-03-02T09:00:59Z'"),
            Self::Kind => return set("kind = 'customer.unnoted'"),
            Self::Hash => {
                let hash = Digest::of(b"other").to_string();
                return set(&format!("hash = '{hash}'"));
            }
            Self::Line => return set("line = replace(line, 'to be seen', 'to be SEEN')"),
            Self::LineAndHash => {
                // The same facts in another spelling, with its hash.
                let line = serde_json::to_string_pretty(&entry).unwrap();
                let hash = Digest::of(line.as_bytes()).to_string();
                let sql = "UPDATE entry SET line = ?2, hash = ?3 WHERE sequence = ?1";
                connection.execute(sql, params![position as i64, line, hash]).unwrap();
                return;
            }
            Self::Removed => {
                let sql = "DELETE FROM entry WHERE sequence = ?1";
                assert_eq!(connection.execute(sql, [position as i64]).unwrap(), 1);
                return;
            }
            Self::Unreadable => return set("line = 'x'"),
            Self::Body => entry.body = json!({"index": "another"}),
            Self::Actor => entry.actor.name = "Somebody Else".to_owned(),
            Self::KindEverywhere => entry.kind = "customer.unnoted".to_owned(),
            Self::StreamEverywhere => entry.stream = "elsewhere".to_owned(),
            Self::TimeEverywhere => entry.time = entry.time.plus_days(-400),
            Self::PreviousEverywhere => entry.previous = Digest::of(b"other"),
            Self::SequenceInLine => entry.sequence += 1,
        }
        forge(connection, position, &entry);
    }
}

fn verify(sample: &Sample) -> Verification {
    sample.ledger().verify().unwrap()
}

proptest! {
    #![proptest_config(Config { cases: 64, failure_persistence: None, ..Config::default() })]

    #[test]
    fn the_changed_entry_is_named(
        streams in prop::collection::vec(prop::sample::select(vec!["a", "b/c", "vendor"]), 1..9),
        choice in any::<prop::sample::Index>(),
        change in prop::sample::select(CHANGES.to_vec()),
    ) {
        let sample = Sample::new(&streams);
        let position = choice.index(streams.len()) as u64 + 1;
        prop_assert!(verify(&sample).is_intact());
        tamper(&sample.path(), |connection| change.make(connection, position));
        let verification = verify(&sample);
        prop_assert_eq!(
            verification.problems.first().and_then(Problem::sequence),
            Some(position),
            "{:?}: {:?}", change, verification.problems
        );
        // An export shows the same, wherever the change reaches the exported line.
        let mut export = Vec::new();
        sample.ledger().export(&mut export).unwrap();
        let exported = landfall_ledger::verify_export(export.as_slice(), None).unwrap();
        let columns_only = matches!(
            change,
            Change::Stream | Change::Version | Change::Time | Change::Kind | Change::Hash
        );
        prop_assert!(exported.is_intact() == columns_only || matches!(change, Change::Sequence));
    }
}

#[test]
fn every_change_of_every_entry_of_one_ledger_is_named() {
    for change in CHANGES {
        for position in 1..=4 {
            let sample = Sample::new(&["a", "b", "a", "a"]);
            tamper(&sample.path(), |connection| change.make(connection, position));
            let verification = verify(&sample);
            let first = verification.problems.first().and_then(Problem::sequence);
            assert_eq!(first, Some(position), "{change:?}: {:?}", verification.problems);
        }
    }
}

#[test]
fn only_the_changed_entry_is_named() {
    let sample = Sample::new(&["a", "a", "a", "a", "a"]);
    tamper(&sample.path(), |connection| Change::Body.make(connection, 3));
    let problems = verify(&sample).problems;
    assert_eq!(problems.len(), 1, "{problems:?}");
    let sentence = problems[0].to_string();
    assert_eq!(sentence, "entry `3` is bad: its content is not what entry `4` vouches for");
}

#[test]
fn removed_entries_are_missing() {
    let sample = Sample::new(&["a", "b", "a", "a", "b", "a"]);
    tamper(&sample.path(), |connection| {
        connection.execute_batch("DELETE FROM entry WHERE sequence IN (2, 3, 6)").unwrap();
    });
    let problems = verify(&sample).problems;
    assert_eq!(
        problems,
        [Problem::Missing { sequence: 2, last: 3 }, Problem::Missing { sequence: 6, last: 6 }]
    );
    tamper(&sample.path(), |connection| {
        connection.execute_batch("DELETE FROM entry").unwrap();
    });
    assert_eq!(verify(&sample).problems, [Problem::Missing { sequence: 1, last: 6 }]);
}

#[test]
fn a_row_moved_elsewhere_is_recognised_by_its_line() {
    let sample = Sample::new(&["a", "a", "a"]);
    tamper(&sample.path(), |connection| {
        connection.execute_batch("UPDATE entry SET sequence = -5 WHERE sequence = 2").unwrap();
    });
    let problems = verify(&sample).problems;
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].to_string(), "entry `2` is bad: its column `sequence` holds `-5`");
}

#[test]
fn exchanged_entries_are_both_named() {
    let sample = Sample::new(&["a", "a", "a", "a"]);
    tamper(&sample.path(), |connection| {
        connection
            .execute_batch(
                "UPDATE entry SET sequence = 99 WHERE sequence = 2;
                 UPDATE entry SET sequence = 2 WHERE sequence = 3;
                 UPDATE entry SET sequence = 3 WHERE sequence = 99;",
            )
            .unwrap();
    });
    let positions: Vec<_> = verify(&sample).problems.iter().filter_map(Problem::sequence).collect();
    assert_eq!(positions, [2, 3]);
}

#[test]
fn a_copied_row_is_named() {
    let sample = Sample::new(&["a", "a", "a"]);
    tamper(&sample.path(), |connection| {
        connection
            .execute_batch(
                "INSERT INTO entry SELECT 9, stream, 9, time, kind, hash, line FROM entry WHERE sequence = 2",
            )
            .unwrap();
    });
    let problems = verify(&sample).problems;
    assert!(matches!(problems[..], [Problem::BadEntry { sequence: 9, .. }]), "{problems:?}");
}

#[test]
fn a_forged_end_without_its_head_is_in_doubt() {
    let sample = Sample::new(&["a", "a"]);
    tamper(&sample.path(), |connection| Change::Body.make(connection, 2));
    let problems = verify(&sample).problems;
    assert!(matches!(problems[..], [Problem::HeadMismatch { sequence: 2, .. }]), "{problems:?}");
}

#[test]
fn a_changed_head_is_reported() {
    for (sql, position) in [
        (format!("UPDATE head SET hash = '{}'", Digest::of(b"other")), Some(3)),
        ("UPDATE head SET count = 2".to_owned(), Some(3)),
        ("UPDATE head SET count = 12".to_owned(), Some(3)),
        ("UPDATE head SET hash = 'none'".to_owned(), None),
        ("DELETE FROM head".to_owned(), None),
    ] {
        let sample = Sample::new(&["a", "b", "a"]);
        tamper(&sample.path(), |connection| connection.execute_batch(&sql).unwrap());
        let problems = verify(&sample).problems;
        assert!(!problems.is_empty(), "{sql}");
        assert_eq!(problems[0].sequence(), position, "{sql}: {problems:?}");
    }
}

#[test]
fn entries_added_beside_the_head_are_reported() {
    let sample = Sample::new(&["a", "b"]);
    tamper(&sample.path(), |connection| {
        let mut entry = stored(connection, 2);
        entry.previous = Digest::of_canonical(&entry).unwrap();
        entry.sequence = 3;
        entry.version = 2;
        connection
            .execute_batch("INSERT INTO entry SELECT 3, stream, 2, time, kind, hash, line FROM entry WHERE sequence = 2")
            .unwrap();
        forge(connection, 3, &entry);
    });
    let problems = verify(&sample).problems;
    assert!(matches!(problems[..], [Problem::HeadMismatch { sequence: 3, .. }]), "{problems:?}");
}

#[test]
fn a_chain_forged_as_a_whole_is_still_out_of_order() {
    // All hashes and the head are recomputed, so only the rules of the content are left to break.
    let sample = Sample::new(&["a", "a", "a"]);
    for gap in [true, false] {
        tamper(&sample.path(), |connection| {
            let mut previous = Digest::ZERO;
            for position in 1..=3 {
                let mut entry = stored(connection, position);
                entry.previous = previous;
                entry.version = if gap && position == 3 { 4 } else { position };
                if !gap && position == 2 {
                    entry.time = entry.time.plus_days(-1);
                }
                forge(connection, position, &entry);
                previous = Digest::of_canonical(&entry).unwrap();
            }
            let sql = "UPDATE head SET hash = ?1";
            connection.execute(sql, [previous.to_string()]).unwrap();
        });
        let expected = if gap { 3 } else { 2 };
        let verification = verify(&sample);
        assert_eq!(verification.first_bad_entry(), Some(expected), "{:?}", verification.problems);
        let exported = landfall_ledger::verify_export(sample.export().as_slice(), None).unwrap();
        assert_eq!(exported.first_bad_entry(), Some(expected), "{:?}", exported.problems);
    }
}
