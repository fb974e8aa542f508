//! The identity map: which row of the product a source key became. Ids are counted, never computed from a source
//! value, and an iteration keeps the ids of its base iteration.

use std::{
    collections::{BTreeSet, HashMap},
    fs,
    path::Path,
};

use landfall_core::digest::Hasher;
use rusqlite::{Connection, OpenFlags};

use crate::{error::Error, known};

/// The version of the file's format, kept in `user_version`.
const FORMAT: i64 = 1;

/// The first half of a SHA-256 over the section's name and the parts of a source key.
pub(crate) type KeyDigest = [u8; 16];

/// Computes the digest of a key. Parts are length-prefixed, so that no two keys read the same; NULL is no text.
pub(crate) fn digest<'t>(
    section: &str,
    parts: impl IntoIterator<Item = Option<&'t str>>,
) -> KeyDigest {
    let mut hasher = Hasher::new();
    add(&mut hasher, Some(section));
    for part in parts {
        add(&mut hasher, part);
    }
    first_half(hasher)
}

pub(crate) fn add(hasher: &mut Hasher, part: Option<&str>) {
    match part {
        None => hasher.update(&[0]),
        Some(text) => {
            hasher.update(&[1]);
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        }
    }
}

pub(crate) fn first_half(hasher: Hasher) -> KeyDigest {
    let digest = hasher.finish();
    let mut half = KeyDigest::default();
    half.copy_from_slice(&digest.as_bytes()[..16]);
    half
}

/// The identity map of a run: a SQLite file.
pub(crate) struct Keys {
    connection: Connection,
    tables: Vec<Known>,
}

/// The keys of one table.
struct Known {
    target: String,
    own: known::Known,
    merged: known::Known,
}

impl Keys {
    /// Makes a new map beside nothing, or as a copy of the base iteration's.
    pub(crate) fn create(path: &Path, base: Option<&Path>) -> Result<Self, Error> {
        let failed = || Error::database("make the identity map");
        if let Some(base) = base {
            fs::copy(base, path)
                .map_err(|error| Error::file("copy the identity map", base, error))?;
        }
        let connection = Connection::open(path).map_err(failed())?;
        if let Some(base) = base {
            let found: i64 = connection
                .query_row("PRAGMA user_version", [], |row| row.get(0))
                .map_err(failed())?;
            if found != FORMAT {
                return Err(Error::NotKeys { path: base.to_owned(), expected: FORMAT, found });
            }
        }
        connection
            .execute_batch(&format!(
                "PRAGMA page_size = 8192;
                 PRAGMA journal_mode = OFF;
                 PRAGMA synchronous = OFF;
                 PRAGMA locking_mode = EXCLUSIVE;
                 PRAGMA cache_size = -16384;
                 PRAGMA user_version = {FORMAT};
                 CREATE TABLE IF NOT EXISTS key (
                   target TEXT NOT NULL,
                   source_key_digest BLOB NOT NULL,
                   id INTEGER NOT NULL,
                   PRIMARY KEY (target, source_key_digest)
                 ) STRICT, WITHOUT ROWID;
                 CREATE TABLE IF NOT EXISTS alias (
                   target TEXT NOT NULL,
                   source_key_digest BLOB NOT NULL,
                   id INTEGER NOT NULL,
                   PRIMARY KEY (target, source_key_digest)
                 ) STRICT, WITHOUT ROWID;
                 DELETE FROM alias;
                 BEGIN;"
            ))
            .map_err(failed())?;
        Ok(Self { connection, tables: Vec::new() })
    }

    /// Opens the map that a run left, to read it.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let failed = || Error::database("open the identity map");
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(failed())?;
        let found: i64 =
            connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(failed())?;
        if found == FORMAT {
            Ok(Self { connection, tables: Vec::new() })
        } else {
            Err(Error::NotKeys { path: path.to_owned(), expected: FORMAT, found })
        }
    }

    /// Returns the keys whose rows became, or were merged into, rows of those ids, with the id and whether by a merge.
    /// Every key of the table is read once: ids have no index.
    pub(crate) fn keys_of(
        &self,
        target: &str,
        ids: &BTreeSet<i64>,
    ) -> Result<HashMap<KeyDigest, (i64, bool)>, Error> {
        let failed = || Error::database("read the identity map");
        let mut found = HashMap::new();
        // A key of its own comes last: it counts where a key has both.
        for (table, merged) in [("alias", true), ("key", false)] {
            let mut select = self
                .connection
                .prepare(&format!("SELECT source_key_digest, id FROM {table} WHERE target = ?1"))
                .map_err(failed())?;
            let mut rows = select.query([target]).map_err(failed())?;
            while let Some(row) = rows.next().map_err(failed())? {
                let id: i64 = row.get(1).map_err(failed())?;
                if ids.contains(&id) {
                    found.insert(row.get::<_, KeyDigest>(0).map_err(failed())?, (id, merged));
                }
            }
        }
        Ok(found)
    }

    /// Returns the greatest id ever given in a table, 0 where none was.
    pub(crate) fn greatest(&self, target: &str) -> Result<i64, Error> {
        self.connection
            .query_row("SELECT coalesce(max(id), 0) FROM key WHERE target = ?1", [target], |row| {
                row.get(0)
            })
            .map_err(Error::database("read the identity map"))
    }

    /// Returns the id that a key of its own has, in this run or an earlier one.
    pub(crate) fn own(&mut self, target: &str, key: &KeyDigest) -> Result<Option<i64>, Error> {
        let place = self.place(target)?;
        self.tables[place].own.find(&self.connection, key)
    }

    /// Returns the id of the row into which this run merged the key's row.
    pub(crate) fn merged(&mut self, target: &str, key: &KeyDigest) -> Result<Option<i64>, Error> {
        let place = self.place(target)?;
        self.tables[place].merged.find(&self.connection, key)
    }

    /// Gives a new key its id.
    pub(crate) fn give(&mut self, target: &str, key: &KeyDigest, id: i64) -> Result<(), Error> {
        let place = self.place(target)?;
        self.tables[place].own.remember(&self.connection, *key, id)
    }

    /// Remembers that the key's row is another row of this run.
    pub(crate) fn merge(&mut self, target: &str, key: &KeyDigest, id: i64) -> Result<(), Error> {
        let place = self.place(target)?;
        let merged = &mut self.tables[place].merged;
        if merged.find(&self.connection, key)?.is_none() {
            merged.remember(&self.connection, *key, id)?;
        }
        Ok(())
    }

    /// Stores the keys of a table; unless they are asked again, nothing of them stays in memory.
    pub(crate) fn settle(&mut self, target: &str, asked_again: bool) -> Result<(), Error> {
        let place = self.place(target)?;
        let Known { own, merged, .. } = &mut self.tables[place];
        for known in [own, merged] {
            known.store(&self.connection)?;
            if !asked_again {
                known.forget();
            }
        }
        Ok(())
    }

    /// Returns the place of a table, and reads what the base iteration knows of it where it is new.
    fn place(&mut self, target: &str) -> Result<usize, Error> {
        if let Some(place) = self.tables.iter().position(|table| table.target == target) {
            return Ok(place);
        }
        let name = target.replace('\'', "''");
        let statements = |table: &str| {
            known::Known::new(
                format!(
                    "SELECT id FROM {table} WHERE target = '{name}' AND source_key_digest = ?1"
                ),
                format!("INSERT OR REPLACE INTO {table} VALUES ('{name}', ?1, ?2)"),
            )
        };
        let (mut own, merged) = (statements("key"), statements("alias"));
        let mut take = || -> rusqlite::Result<()> {
            let count: i64 = self.connection.query_row(
                "SELECT count(*) FROM key WHERE target = ?1",
                [target],
                |row| row.get(0),
            )?;
            let mut keys = self
                .connection
                .prepare("SELECT source_key_digest, id FROM key WHERE target = ?1")?;
            let mut rows = keys.query([target])?;
            while let Some(row) = rows.next()? {
                own.take(count, row.get(0)?, row.get(1)?);
            }
            Ok(())
        };
        take().map_err(Error::database("read the identity map"))?;
        self.tables.push(Known { target: target.to_owned(), own, merged });
        Ok(self.tables.len() - 1)
    }

    /// Closes the map; it is complete on the disk afterwards.
    pub(crate) fn finish(mut self, path: &Path) -> Result<(), Error> {
        for Known { own, merged, .. } in &mut self.tables {
            own.store(&self.connection)?;
            merged.store(&self.connection)?;
        }
        let failed = || Error::database("close the identity map");
        self.connection.execute_batch("COMMIT; PRAGMA journal_mode = DELETE;").map_err(failed())?;
        self.connection.close().map_err(|(_, error)| failed()(error))?;
        fs::File::open(path)
            .and_then(|file| file.sync_all())
            .map_err(|error| Error::file("wait for the disk to hold", path, error))
    }
}

/// A set of ids, one bit each.
#[derive(Debug, Default)]
pub(crate) struct IdSet(Vec<u64>);

impl IdSet {
    pub(crate) fn insert(&mut self, id: i64) {
        let (word, bit) = Self::place(id);
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= bit;
    }

    pub(crate) fn contains(&self, id: i64) -> bool {
        let (word, bit) = Self::place(id);
        self.0.get(word).is_some_and(|bits| bits & bit != 0)
    }

    fn place(id: i64) -> (usize, u64) {
        let id = usize::try_from(id).unwrap_or_default();
        (id / 64, 1 << (id % 64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_differ_have_digests_that_differ() {
        let of = |parts: &[Option<&str>]| digest("Volunteers", parts.iter().copied());
        let keys = [
            of(&[Some("ab"), Some("c")]),
            of(&[Some("a"), Some("bc")]),
            of(&[Some("abc")]),
            of(&[Some("abc"), None]),
            of(&[Some("abc"), Some("")]),
            digest("Studies", [Some("abc")]),
        ];
        for (index, key) in keys.iter().enumerate() {
            assert!(!keys[..index].contains(key));
        }
    }

    #[test]
    fn a_later_run_keeps_ids_and_forgets_merges() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (folder.path().join("1"), folder.path().join("2"));
        let key = |text: &str| digest("V", [Some(text)]);
        let mut keys = Keys::create(&first, None).unwrap();
        keys.give("volunteer", &key("a"), 1).unwrap();
        keys.merge("volunteer", &key("b"), 1).unwrap();
        assert_eq!(keys.merged("volunteer", &key("b")).unwrap(), Some(1));
        keys.finish(&first).unwrap();
        let mut keys = Keys::create(&second, Some(&first)).unwrap();
        assert_eq!(keys.own("volunteer", &key("a")).unwrap(), Some(1));
        assert_eq!(keys.own("study", &key("a")).unwrap(), None);
        assert_eq!(keys.merged("volunteer", &key("b")).unwrap(), None);
        assert_eq!(keys.greatest("volunteer").unwrap(), 1);
        assert_eq!(keys.greatest("study").unwrap(), 0);
    }

    #[test]
    fn a_file_that_is_no_map_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let other = folder.path().join("other");
        Connection::open(&other).unwrap().execute_batch("CREATE TABLE a(b)").unwrap();
        let made = Keys::create(&folder.path().join("keys"), Some(&other));
        assert!(matches!(made, Err(Error::NotKeys { found: 0, .. })));
    }

    #[test]
    fn ids_are_remembered_one_by_one() {
        let mut ids = IdSet::default();
        for id in [1, 64, 1000] {
            assert!(!ids.contains(id));
            ids.insert(id);
            assert!(ids.contains(id));
        }
        assert!(!ids.contains(63));
        assert!(!ids.contains(1_000_000));
    }
}
