//! Cells that the filter did not let pass, kept until the source was asked exactly. They lie in a private database on
//! the disk that SQLite removes by itself, so memory stays flat however many there are.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, params};

use super::{
    error::Error,
    filter::{Code, Filter},
    place::Places,
    report::Survivor,
    trace,
};

const SIDE: &str = "scratch";
const TABLE: &str = "hit";

/// The hits of one scan. Threads add to them in any order; what is confirmed of them does not depend on it.
pub(super) struct Hits(Mutex<Connection>);

/// Survivors, and coincidences with configuration.
pub(super) type Confirmed = (Vec<Survivor>, Vec<Survivor>);

impl Hits {
    /// Makes an empty list.
    pub(super) fn new() -> Result<Self, Error> {
        // The empty name is SQLite's way to ask for a private file that vanishes with the connection.
        let connection = Connection::open("").map_err(failed)?;
        connection
            .execute_batch(
                "PRAGMA journal_mode = OFF;
                 PRAGMA synchronous = OFF;
                 CREATE TABLE hit (
                     trace BLOB NOT NULL,
                     key INTEGER NOT NULL,
                     place INTEGER NOT NULL,
                     configured INTEGER NOT NULL,
                     cells INTEGER NOT NULL,
                     source INTEGER,
                     PRIMARY KEY (trace, place, configured)
                 ) STRICT, WITHOUT ROWID;
                 BEGIN;",
            )
            .map_err(failed)?;
        Ok(Self(Mutex::new(connection)))
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a cell that may hold a source value, with what the filter keeps of it; `configured` when the configuration
    /// package held the same cell.
    pub(super) fn add(
        &self,
        trace: &[u8],
        key: u64,
        place: usize,
        configured: bool,
    ) -> Result<(), Error> {
        self.connection()
            .prepare_cached(
                "INSERT INTO hit (trace, key, place, configured, cells) VALUES (?1, ?2, ?3, ?4, 1)
                 ON CONFLICT DO UPDATE SET cells = cells + 1",
            )
            .and_then(|mut statement| {
                statement.execute(params![
                    trace,
                    key.cast_signed(),
                    number(place),
                    i64::from(configured)
                ])
            })
            .map_err(failed)?;
        Ok(())
    }

    /// Returns a filter over the traces of all hits; nothing when there are none.
    pub(super) fn filter(&self) -> Result<Option<Filter>, Error> {
        let connection = self.connection();
        let count: i64 = connection
            .query_row("SELECT count(*) FROM hit", [], |row| row.get(0))
            .map_err(failed)?;
        if count == 0 {
            return Ok(None);
        }
        let filter = Filter::sized(u64::try_from(count).unwrap_or_default());
        let mut statement = connection.prepare("SELECT key FROM hit").map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let key: i64 = row.get(0).map_err(failed)?;
            filter.add(key.cast_unsigned(), Code::BOUND);
        }
        Ok(Some(filter))
    }

    /// Marks the hits of a trace that the source has, with the place of its value: the first of the catalogue, unless it
    /// is the very place where the value was found. In whatever order the places come, the same one stays.
    pub(super) fn confirm(&self, trace: &[u8], source: usize) -> Result<(), Error> {
        self.connection()
            .prepare_cached(
                "UPDATE hit SET source = ?2 WHERE trace = ?1
                 AND (source IS NULL OR place = ?2 OR (source > ?2 AND source <> place))",
            )
            .and_then(|mut statement| statement.execute(params![trace, number(source)]))
            .map_err(failed)?;
        Ok(())
    }

    /// Returns what was confirmed, by place.
    pub(super) fn confirmed(&self, places: &Places) -> Result<Confirmed, Error> {
        let connection = self.connection();
        let mut statement = connection
            .prepare(
                "SELECT substr(trace, 1, 2), source, place, configured, sum(cells) FROM hit
                 WHERE source IS NOT NULL GROUP BY 1, 2, 3, 4 ORDER BY 3, 2, 1",
            )
            .map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        let (mut survivors, mut coincidences) = (Vec::<Survivor>::new(), Vec::<Survivor>::new());
        while let Some(row) = rows.next().map_err(failed)? {
            let head: Vec<u8> = row.get(0).map_err(failed)?;
            let source: i64 = row.get(1).map_err(failed)?;
            let place: i64 = row.get(2).map_err(failed)?;
            let configured: i64 = row.get(3).map_err(failed)?;
            let cells: i64 = row.get(4).map_err(failed)?;
            let (source_table, source_column) = places.name(index(source));
            let (found_table, found_column) = places.name(index(place));
            let found = Survivor {
                rule: trace::rule(&head),
                source_table: source_table.to_owned(),
                source_column: source_column.to_owned(),
                found_table: found_table.to_owned(),
                found_column: found_column.to_owned(),
                count: u64::try_from(cells).unwrap_or_default(),
            };
            let list = if configured == 0 { &mut survivors } else { &mut coincidences };
            list.push(found);
        }
        Ok((merged(survivors), merged(coincidences)))
    }
}

/// Adds up the entries of one rule and place that different kinds of traces found.
fn merged(mut list: Vec<Survivor>) -> Vec<Survivor> {
    // The count is compared last, so entries of one place stand together.
    list.sort();
    let mut merged: Vec<Survivor> = Vec::with_capacity(list.len());
    for one in list {
        let again = merged.last().is_some_and(|last| {
            last.rule == one.rule
                && last.source_table == one.source_table
                && last.source_column == one.source_column
                && last.found_table == one.found_table
                && last.found_column == one.found_column
        });
        if again && let Some(last) = merged.last_mut() {
            last.count += one.count;
        } else {
            merged.push(one);
        }
    }
    merged
}

fn failed(cause: rusqlite::Error) -> Error {
    Error::read(SIDE, TABLE, cause)
}

fn number(place: usize) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}

fn index(number: i64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
