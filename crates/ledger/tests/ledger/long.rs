//! Ledgers that several processors verify in pieces, and indexes that do not hold what the rows hold.

use landfall_core::digest::Digest;
use landfall_ledger::{Error, Ledger, Problem};
use rusqlite::Connection;
use serde_json::json;

use crate::support::{Sample, fact, forge, next_minute, stored, tamper};

/// More than two pieces of 2048 entries.
const ENTRIES: u64 = 5000;

/// Writes a long ledger with two streams; some names in it are beyond ASCII.
fn long() -> Sample {
    let sample = Sample::new(&[]);
    let mut ledger = Ledger::open(&sample.path()).unwrap();
    for number in 0..5 {
        ledger
            .write(next_minute, |transaction| {
                for index in 0..ENTRIES / 5 {
                    let stream = if index % 7 == 0 { "b/c" } else { "a" };
                    let version = transaction.version(stream)?;
                    let name = if index % 50 == 0 { "é" } else { "number" };
                    let body = json!({"index": index, name: number, "text": "é \"\n"});
                    transaction.append(version, fact(stream, body))?;
                }
                Ok::<_, Error>(())
            })
            .unwrap();
    }
    sample
}

#[test]
fn a_long_ledger_is_intact_and_a_change_anywhere_in_it_is_named() {
    let sample = long();
    let verification = sample.ledger().verify().unwrap();
    assert!(verification.is_intact(), "{:?}", verification.problems);
    assert_eq!(verification.entries, ENTRIES);
    assert_eq!(verification.head, sample.ledger().head().unwrap().hash);
    // The seams of the pieces, and places inside them.
    for position in [1, 1000, 2048, 2049, 4097, 4999] {
        let before = stored(&Connection::open(sample.path()).unwrap(), position);
        let mut changed = before.clone();
        changed.body = json!({"index": "another"});
        tamper(&sample.path(), |connection| forge(connection, position, &changed));
        let problems = sample.ledger().verify().unwrap().problems;
        let named: Vec<_> = problems.iter().map(Problem::sequence).collect();
        assert_eq!(named, [Some(position)], "{problems:?}");
        tamper(&sample.path(), |connection| forge(connection, position, &before));
        assert!(sample.ledger().verify().unwrap().is_intact());
    }
}

#[test]
fn an_order_broken_at_a_seam_is_named() {
    for (gap, position) in [(true, 2049), (false, 2049), (true, 3000), (false, 3000)] {
        let sample = long();
        tamper(&sample.path(), |connection| {
            connection.execute_batch("BEGIN").unwrap();
            let mut previous = stored(connection, position).previous;
            for sequence in position..=ENTRIES {
                let mut entry = stored(connection, sequence);
                entry.previous = previous;
                if sequence == position && gap {
                    entry.version += 10_000;
                }
                if sequence == position && !gap {
                    entry.time = entry.time.plus_days(-1);
                }
                forge(connection, sequence, &entry);
                previous = Digest::of_canonical(&entry).unwrap();
            }
            let sql = "UPDATE head SET hash = ?1";
            connection.execute(sql, [previous.to_string()]).unwrap();
            connection.execute_batch("COMMIT").unwrap();
        });
        let verification = sample.ledger().verify().unwrap();
        assert_eq!(verification.first_bad_entry(), Some(position), "{:?}", verification.problems);
    }
}

/// Makes the index of hashes anew with another definition, under the name and the words of the right one.
fn replace_index(sample: &Sample, definition: &str) {
    let connection = Connection::open(sample.path()).unwrap();
    connection
        .execute_batch(&format!(
            "DROP INDEX entry_hash;
             CREATE INDEX entry_hash ON entry {definition};
             PRAGMA writable_schema = ON;
             UPDATE sqlite_schema SET sql = 'CREATE INDEX entry_hash ON entry (hash)' WHERE name = 'entry_hash';"
        ))
        .unwrap();
}

#[test]
fn an_index_that_does_not_hold_the_rows_is_damage() {
    for sample in [Sample::new(&["a", "b", "a"]), long()] {
        for definition in ["(kind)", "(upper(hash))", "(hash) WHERE sequence <> 2", "(hash DESC)"] {
            replace_index(&sample, definition);
            let problems = sample.ledger().verify().unwrap().problems;
            assert!(
                problems.iter().any(|problem| matches!(problem, Problem::Storage { .. })),
                "{definition}: {problems:?}"
            );
        }
        replace_index(&sample, "(hash)");
        let problems = sample.ledger().verify().unwrap().problems;
        assert!(problems.is_empty(), "{problems:?}");
    }
}

#[test]
fn a_count_forged_to_be_huge_ends_soon() {
    let sample = Sample::new(&["a", "b", "a"]);
    tamper(&sample.path(), |connection| {
        connection.execute_batch("UPDATE head SET count = 4000000000000000").unwrap();
    });
    assert!(!sample.ledger().verify().unwrap().is_intact());
}

#[test]
fn a_stream_is_handed_out_as_it_is_stored() {
    let sample = Sample::new(&["a", "b", "a", "a"]);
    let ledger = sample.ledger();
    let mut seen = Vec::new();
    ledger
        .stream_stored("a", 1, |stored| {
            let entry = stored.entry()?;
            assert_eq!((stored.sequence, stored.version), (entry.sequence, entry.version));
            assert_eq!((stored.time, stored.kind.as_ref()), (entry.time, entry.kind.as_str()));
            let body: serde_json::Value = serde_json::from_str(&stored.body).unwrap();
            assert_eq!(body, entry.body);
            seen.push(entry);
            Ok::<_, Error>(())
        })
        .unwrap();
    assert_eq!(seen, ledger.stream("a").unwrap()[1..]);
    tamper(&sample.path(), |connection| {
        connection.execute_batch("DELETE FROM entry WHERE sequence = 3").unwrap();
    });
    let result = sample.ledger().stream_stored("a", 1, |_| Ok::<_, Error>(()));
    assert!(matches!(result, Err(Error::Unreadable { sequence: 4, .. })), "{result:?}");
}
