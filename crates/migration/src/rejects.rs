//! The store of rejected rows: the only place where source keys stand. It can be destroyed; the counts outlive it.

use std::{
    collections::{HashMap, HashSet},
    fs,
    path::Path,
};

use rusqlite::{Connection, OpenFlags, params};
use serde::Serialize;

use crate::error::Error;

/// One thing that was wrong with a row.
pub(crate) struct Entry<'a> {
    pub(crate) section: &'a str,
    pub(crate) source: &'a str,
    pub(crate) line: u64,
    pub(crate) source_key: &'a str,
    pub(crate) field: &'a str,
    pub(crate) rule: &'a str,
    pub(crate) reason: &'a str,
}

/// The rejected rows of a run: a SQLite file with the tables `rejected`, `replaced` and `merged`.
pub(crate) struct Rejects {
    connection: Connection,
}

impl Rejects {
    pub(crate) fn create(path: &Path) -> Result<Self, Error> {
        let failed = || Error::database("make the store of rejected rows");
        let connection = Connection::open(path).map_err(failed())?;
        connection
            .execute_batch(
                "PRAGMA journal_mode = OFF;
                 PRAGMA synchronous = OFF;
                 PRAGMA locking_mode = EXCLUSIVE;
                 CREATE TABLE rejected (
                   section TEXT NOT NULL, source TEXT NOT NULL, line INTEGER NOT NULL,
                   source_key TEXT NOT NULL, field TEXT NOT NULL, rule TEXT NOT NULL,
                   reason TEXT NOT NULL
                 ) STRICT;
                 CREATE TABLE replaced (
                   section TEXT NOT NULL, source TEXT NOT NULL, line INTEGER NOT NULL,
                   source_key TEXT NOT NULL, field TEXT NOT NULL, rule TEXT NOT NULL,
                   reason TEXT NOT NULL
                 ) STRICT;
                 CREATE TABLE merged (
                   section TEXT NOT NULL, source TEXT NOT NULL, line INTEGER NOT NULL,
                   source_key TEXT NOT NULL, id INTEGER NOT NULL
                 ) STRICT;
                 BEGIN;",
            )
            .map_err(failed())?;
        Ok(Self { connection })
    }

    /// Keeps a fault of a row that was rejected.
    pub(crate) fn rejected(&self, entry: &Entry<'_>) -> Result<(), Error> {
        self.insert("INSERT INTO rejected VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)", entry)
    }

    /// Keeps that a value was replaced as the spec says; its row was written.
    pub(crate) fn replaced(&self, entry: &Entry<'_>) -> Result<(), Error> {
        self.insert("INSERT INTO replaced VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)", entry)
    }

    fn insert(&self, sql: &str, entry: &Entry<'_>) -> Result<(), Error> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut insert| {
                insert.execute(params![
                    entry.section,
                    entry.source,
                    entry.line.cast_signed(),
                    entry.source_key,
                    entry.field,
                    entry.rule,
                    entry.reason
                ])
            })
            .map(|_| ())
            .map_err(Error::database("keep a rejected row"))
    }

    /// Keeps which row of the product a duplicate became part of.
    pub(crate) fn merged(
        &self,
        section: &str,
        source: &str,
        line: u64,
        source_key: &str,
        id: i64,
    ) -> Result<(), Error> {
        self.connection
            .prepare_cached("INSERT INTO merged VALUES (?1, ?2, ?3, ?4, ?5)")
            .and_then(|mut insert| {
                insert.execute(params![section, source, line.cast_signed(), source_key, id])
            })
            .map(|_| ())
            .map_err(Error::database("keep a merged row"))
    }

    /// Closes the store; it is complete on the disk afterwards.
    pub(crate) fn finish(self, path: &Path) -> Result<(), Error> {
        let failed = || Error::database("close the store of rejected rows");
        self.connection.execute_batch("COMMIT; PRAGMA journal_mode = DELETE;").map_err(failed())?;
        self.connection.close().map_err(|(_, error)| failed()(error))?;
        fs::File::open(path)
            .and_then(|file| file.sync_all())
            .map_err(|error| Error::file("wait for the disk to hold", path, error))
    }
}

/// One fault of a rejected row, as its store keeps it. Holds a source key: show it only to those who may see the source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rejected {
    /// The section.
    pub section: String,
    /// The source.
    pub source: String,
    /// The line of the source file, or the number of the row in a database.
    pub line: u64,
    /// The key of the source row; parts joined by ` | `, empty where the row could not be read.
    pub source_key: String,
    /// The target column; empty where the whole row is meant.
    pub field: String,
    /// The rule that said no.
    pub rule: String,
    /// What was expected.
    pub reason: String,
}

/// Reads the faults of rejected rows from a store, in the order in which they were found, `limit` at most.
///
/// # Errors
/// [`Error::Database`] when the file is no store of rejected rows.
pub fn rejected_rows(store: &Path, limit: usize) -> Result<Vec<Rejected>, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let read = || -> rusqlite::Result<Vec<Rejected>> {
        let connection = Connection::open_with_flags(store, flags)?;
        let mut rows = connection.prepare(
            "SELECT section, source, line, source_key, field, rule, reason FROM rejected
             ORDER BY rowid LIMIT ?1",
        )?;
        let rows = rows.query_map([limit], |row| {
            Ok(Rejected {
                section: row.get(0)?,
                source: row.get(1)?,
                line: row.get::<_, i64>(2)?.cast_unsigned(),
                source_key: row.get(3)?,
                field: row.get(4)?,
                rule: row.get(5)?,
                reason: row.get(6)?,
            })
        })?;
        rows.collect()
    };
    read().map_err(Error::database("read the store of rejected rows"))
}

/// What a run kept of one field of a row.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) field: String,
    pub(crate) rule: String,
    pub(crate) reason: String,
}

/// Where a row stands: its line and its key as the store keeps it. Rows without a key on one line share a place.
pub(crate) type RowPlace = (u64, String);

/// What a store holds of certain rows.
pub(crate) type KeptRows = HashMap<RowPlace, Vec<Kept>>;

/// The store that a run left, to read it.
pub(crate) struct Store {
    connection: Connection,
}

impl Store {
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)
            .map_err(Error::database("open the store of rejected rows"))?;
        Ok(Self { connection })
    }

    /// Returns the faults of a section's rejected rows at those places.
    pub(crate) fn rejected(
        &self,
        section: &str,
        places: &HashSet<RowPlace>,
    ) -> Result<KeptRows, Error> {
        self.kept("rejected", section, places)
    }

    /// Returns what was replaced in a section's written rows at those places.
    pub(crate) fn replaced(
        &self,
        section: &str,
        places: &HashSet<RowPlace>,
    ) -> Result<KeptRows, Error> {
        self.kept("replaced", section, places)
    }

    fn kept(
        &self,
        table: &str,
        section: &str,
        places: &HashSet<RowPlace>,
    ) -> Result<KeptRows, Error> {
        let failed = || Error::database("read the store of rejected rows");
        let mut kept = KeptRows::new();
        if places.is_empty() {
            return Ok(kept);
        }
        let mut select = self
            .connection
            .prepare(&format!(
                "SELECT line, source_key, field, rule, reason FROM {table}
                 WHERE section = ?1 ORDER BY rowid"
            ))
            .map_err(failed())?;
        let mut rows = select.query([section]).map_err(failed())?;
        while let Some(row) = rows.next().map_err(failed())? {
            let line: i64 = row.get(0).map_err(failed())?;
            let place = (line.cast_unsigned(), row.get(1).map_err(failed())?);
            if places.contains(&place) {
                kept.entry(place).or_default().push(Kept {
                    field: row.get(2).map_err(failed())?,
                    rule: row.get(3).map_err(failed())?,
                    reason: row.get(4).map_err(failed())?,
                });
            }
        }
        Ok(kept)
    }
}
