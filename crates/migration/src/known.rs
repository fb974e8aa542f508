//! Digests that a run has met, and what it knows of each: a number.
//!
//! The newest are held in memory, up to [`MOST_HELD`]; more go to a table, sorted, and a filter tells without a look
//! which of them are not there. So the memory of a run stays flat, and few rows cost a look into a file.

use std::collections::HashMap;

use fastbloom::BloomFilter;
use rusqlite::{Connection, OptionalExtension as _, params};
use rustc_hash::FxBuildHasher;

use crate::{error::Error, keys::KeyDigest};

/// The most digests held at a time: as many as the standard library's table holds before it grows beyond 2^18 places,
/// 6.5 MB.
const MOST_HELD: usize = (1 << 18) / 8 * 7;
/// The bits of the filter over what stands in the table, 4 MB: at 2 million digests, one look of 40 is in vain.
const FILTER_BITS: usize = 1 << 25;
const FILTER_HASHES: u32 = 4;

/// Digests and their numbers, which are not negative.
pub(crate) struct Known {
    /// `SELECT` of a number by its digest.
    select: String,
    /// `INSERT OR REPLACE` of a digest and its number.
    insert: String,
    /// The number, and whether the table does not hold it yet.
    held: HashMap<KeyDigest, (i64, bool), FxBuildHasher>,
    beyond: Option<BloomFilter>,
}

impl Known {
    /// Makes an empty set; the statements have the parameters digest, and digest and number.
    pub(crate) fn new(select: String, insert: String) -> Self {
        Self { select, insert, held: HashMap::default(), beyond: None }
    }

    /// Makes an empty set over a table of its own, which is made in a scratch file.
    pub(crate) fn scratch(scratch: &Connection) -> Result<Self, Error> {
        let failed = Error::database("make a table for what the run knows");
        let make = || -> rusqlite::Result<String> {
            let count: i64 =
                scratch.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
            let table = format!("known_{count}");
            scratch.execute_batch(&format!(
                "CREATE TABLE {table} (digest BLOB PRIMARY KEY, number INTEGER) WITHOUT ROWID;"
            ))?;
            Ok(table)
        };
        let table = make().map_err(failed)?;
        Ok(Self::new(
            format!("SELECT number FROM {table} WHERE digest = ?1"),
            format!("INSERT OR REPLACE INTO {table} VALUES (?1, ?2)"),
        ))
    }

    /// Takes what a table holds already, digest by digest; `count` says how many come.
    pub(crate) fn take(&mut self, count: i64, digest: KeyDigest, number: i64) {
        if usize::try_from(count).is_ok_and(|count| count <= MOST_HELD / 2) {
            self.held.insert(digest, (number, false));
        } else {
            self.beyond.get_or_insert_with(filter).insert(&digest);
        }
    }

    /// Returns what is known of a digest.
    pub(crate) fn find(
        &self,
        connection: &Connection,
        digest: &KeyDigest,
    ) -> Result<Option<i64>, Error> {
        if let Some((number, _)) = self.held.get(digest) {
            return Ok(Some(*number));
        }
        if !self.beyond.as_ref().is_some_and(|beyond| beyond.contains(digest)) {
            return Ok(None);
        }
        connection
            .prepare_cached(&self.select)
            .and_then(|mut find| find.query_row([digest], |row| row.get(0)).optional())
            .map_err(Error::database("look up what the run knows"))
    }

    /// Remembers a digest with its number, or gives it another number.
    pub(crate) fn remember(
        &mut self,
        connection: &Connection,
        digest: KeyDigest,
        number: i64,
    ) -> Result<(), Error> {
        if self.held.len() >= MOST_HELD && !self.held.contains_key(&digest) {
            self.store(connection)?;
            let beyond = self.beyond.get_or_insert_with(filter);
            for digest in self.held.keys() {
                beyond.insert(digest);
            }
            self.held.clear();
        }
        if self.held.capacity() == 0 {
            // At once, so that memory does not depend on how many come, and nothing is moved later.
            self.held.reserve(MOST_HELD);
        }
        self.held.insert(digest, (number, true));
        Ok(())
    }

    /// Brings the table up to date: in the order of the digests, which is far cheaper than one by one as they come.
    pub(crate) fn store(&mut self, connection: &Connection) -> Result<(), Error> {
        let mut fresh: Vec<(KeyDigest, i64)> = Vec::new();
        for (digest, (number, is_fresh)) in &mut self.held {
            if std::mem::take(is_fresh) {
                fresh.push((*digest, *number));
            }
        }
        fresh.sort_unstable();
        let write = || -> rusqlite::Result<()> {
            let mut insert = connection.prepare_cached(&self.insert)?;
            for (digest, number) in &fresh {
                insert.execute(params![digest, number])?;
            }
            Ok(())
        };
        write().map_err(Error::database("store what the run knows"))
    }

    /// Frees the memory of a set that is not asked again.
    pub(crate) fn forget(&mut self) {
        self.held = HashMap::default();
        self.beyond = None;
    }
}

fn filter() -> BloomFilter {
    BloomFilter::with_num_bits(FILTER_BITS).seed(&0).hashes(FILTER_HASHES)
}

/// Opens a file that is thrown away after the run, for the tables of [`Known::scratch`].
pub(crate) fn scratch(path: &std::path::Path) -> Result<Connection, Error> {
    let open = || -> rusqlite::Result<Connection> {
        let connection = Connection::open(path)?;
        connection.execute_batch(
            "PRAGMA page_size = 8192;
             PRAGMA journal_mode = OFF;
             PRAGMA synchronous = OFF;
             PRAGMA locking_mode = EXCLUSIVE;
             PRAGMA cache_size = -8192;
             BEGIN;",
        )?;
        Ok(connection)
    };
    open().map_err(Error::database("make the scratch file"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(number: usize) -> KeyDigest {
        crate::keys::digest("test", [Some(number.to_string().as_str())])
    }

    #[test]
    fn what_is_no_longer_held_is_found_and_can_be_changed() {
        let connection = Connection::open_in_memory().unwrap();
        let mut known = Known::scratch(&connection).unwrap();
        let many = MOST_HELD + 1000;
        for number in 0..many {
            assert_eq!(known.find(&connection, &digest(number)).unwrap(), None);
            known.remember(&connection, digest(number), number as i64).unwrap();
        }
        assert!(known.held.len() <= 1000);
        known.remember(&connection, digest(5), 0).unwrap();
        known.store(&connection).unwrap();
        for number in [0, 1, 5, MOST_HELD - 1, many - 1] {
            let expected = if number == 5 { 0 } else { number as i64 };
            assert_eq!(known.find(&connection, &digest(number)).unwrap(), Some(expected));
        }
        assert_eq!(known.find(&connection, &digest(many)).unwrap(), None);
        let stored: i64 =
            connection.query_row("SELECT count(*) FROM known_0", [], |row| row.get(0)).unwrap();
        assert_eq!(usize::try_from(stored).unwrap(), many);
    }

    #[test]
    fn what_a_table_holds_is_taken_whether_it_fits_or_not() {
        let connection = Connection::open_in_memory().unwrap();
        for count in [10, i64::MAX] {
            let mut known = Known::scratch(&connection).unwrap();
            known.remember(&connection, digest(1), 7).unwrap();
            known.store(&connection).unwrap();
            known.forget();
            assert_eq!(known.find(&connection, &digest(1)).unwrap(), None);
            known.take(count, digest(1), 7);
            assert_eq!(known.find(&connection, &digest(1)).unwrap(), Some(7));
        }
    }
}
