//! Ledgers to try things on, and the means of an adversary who owns the file.

use std::path::{Path, PathBuf};

use landfall_core::{
    digest::Digest,
    entry::{Actor, Entry, NewEntry},
    time::Timestamp,
};
use landfall_ledger::{Error, Ledger};
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A ledger in a folder of its own, which goes when this is dropped.
pub(crate) struct Sample {
    folder: TempDir,
}

impl Sample {
    /// Writes one entry for each stream name given, in that order.
    pub(crate) fn new(streams: &[&str]) -> Self {
        let sample = Self { folder: tempfile::tempdir().unwrap() };
        let mut ledger = Ledger::create(&sample.path()).unwrap();
        for (index, stream) in streams.iter().enumerate() {
            append(&mut ledger, stream, json!({"index": index, "note": "é \"\n\\"})).unwrap();
        }
        sample
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("ledger.sqlite")
    }

    pub(crate) fn ledger(&self) -> Ledger {
        Ledger::open_read_only(&self.path()).unwrap()
    }

    pub(crate) fn export(&self) -> Vec<u8> {
        let mut export = Vec::new();
        self.ledger().export(&mut export).unwrap();
        export
    }
}

/// Makes the entry that is to be appended.
pub(crate) fn fact(stream: &str, body: Value) -> NewEntry {
    NewEntry {
        stream: stream.to_owned(),
        kind: "customer.noted".to_owned(),
        kind_version: 1,
        body,
        reason: Some("to be seen".to_owned()),
        actor: Actor::landfall(),
        on_behalf_of: None,
        correlation: None,
    }
}

/// Appends one entry, a minute after the last one.
pub(crate) fn append(ledger: &mut Ledger, stream: &str, body: Value) -> Result<Entry, Error> {
    ledger.write(next_minute, |transaction| {
        let version = transaction.version(stream)?;
        transaction.append(version, fact(stream, body))
    })
}

/// A clock that moves by a minute at each write.
pub(crate) fn next_minute(last: Option<Timestamp>) -> Timestamp {
    last.map_or(Timestamp::from_seconds(1_772_442_000), |last| last.plus_seconds(60))
}

/// Runs SQL as somebody who owns the file: without the triggers, which are put back as they were.
pub(crate) fn tamper(path: &Path, work: impl FnOnce(&Connection)) {
    let connection = Connection::open(path).unwrap();
    let triggers: Vec<(String, String)> = connection
        .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for (name, _) in &triggers {
        connection.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
    }
    work(&connection);
    for (_, sql) in &triggers {
        connection.execute_batch(sql).unwrap();
    }
}

/// Returns the entry at a position, as it is stored.
pub(crate) fn stored(connection: &Connection, sequence: u64) -> Entry {
    let line: String = connection
        .query_row("SELECT line FROM entry WHERE sequence = ?1", [sequence as i64], |row| {
            row.get(0)
        })
        .unwrap();
    serde_json::from_str(&line).unwrap()
}

/// Replaces an entry with all its columns, its hash included: a forgery that is right in itself.
pub(crate) fn forge(connection: &Connection, position: u64, entry: &Entry) {
    let line = landfall_core::canonical::to_string(entry).unwrap();
    let changed = connection
        .execute(
            "UPDATE entry SET stream = ?2, version = ?3, time = ?4, kind = ?5, hash = ?6, line = ?7 WHERE sequence = ?1",
            rusqlite::params![
                position as i64,
                entry.stream,
                entry.version as i64,
                entry.time.to_string(),
                entry.kind,
                Digest::of(line.as_bytes()).to_string(),
                line
            ],
        )
        .unwrap();
    assert_eq!(changed, 1);
}
