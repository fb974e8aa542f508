//! Reading entries: each is checked against its own hash, position and stream before it is handed out.

use landfall_core::{digest::Digest, entry::Entry};
use rusqlite::{Connection, OptionalExtension as _, Params, Row, types::ValueRef};
use serde::{Deserialize, Serialize};

use crate::{Error, Ledger};

/// The end of the chain; each copy of it outside the ledger is an anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The number of entries.
    pub count: u64,
    /// The hash of the last entry; 64 zeros when there is none.
    #[serde(rename = "head")]
    pub hash: Digest,
}

impl Ledger {
    /// Returns the entries of a stream in their order; none when the stream does not exist.
    ///
    /// # Errors
    /// When an entry cannot be relied upon or the store fails.
    pub fn stream(&self, stream: &str) -> Result<Vec<Entry>, Error> {
        self::stream(&self.connection, stream)
    }

    /// Hands the entries of a stream to `f` one by one, in their order.
    ///
    /// # Errors
    /// The first error of `f`, or as [`Ledger::stream`].
    pub fn stream_each(
        &self,
        stream: &str,
        f: &mut dyn FnMut(Entry) -> Result<(), Error>,
    ) -> Result<(), Error> {
        stream_each(&self.connection, stream, f)
    }

    /// Returns the entries that stand after position `after`, at most `limit` of them.
    ///
    /// # Errors
    /// When an entry cannot be relied upon or the store fails.
    pub fn entries(&self, after: u64, limit: Option<u64>) -> Result<Vec<Entry>, Error> {
        let mut entries = Vec::new();
        self.entries_each(after, limit, &mut |entry| {
            entries.push(entry);
            Ok(())
        })?;
        Ok(entries)
    }

    /// Hands the entries after position `after` to `f` one by one, at most `limit` of them.
    ///
    /// # Errors
    /// The first error of `f`, or as [`Ledger::entries`].
    pub fn entries_each(
        &self,
        after: u64,
        limit: Option<u64>,
        f: &mut dyn FnMut(Entry) -> Result<(), Error>,
    ) -> Result<(), Error> {
        // A negative limit is SQLite's word for none.
        let limit = limit.map_or(-1, signed);
        each(
            &self.connection,
            "SELECT sequence, hash, line FROM entry WHERE sequence > ?1 ORDER BY sequence LIMIT ?2",
            [signed(after), limit],
            f,
        )
    }

    /// Returns the entry at a position; none when the ledger is shorter.
    ///
    /// # Errors
    /// When the entry cannot be relied upon or the store fails.
    pub fn entry(&self, sequence: u64) -> Result<Option<Entry>, Error> {
        let mut found = None;
        each(
            &self.connection,
            "SELECT sequence, hash, line FROM entry WHERE sequence = ?1",
            [signed(sequence)],
            &mut |entry| {
                found = Some(entry);
                Ok(())
            },
        )?;
        Ok(found)
    }

    /// Returns the names of all streams, sorted.
    ///
    /// # Errors
    /// When the store fails.
    pub fn streams(&self) -> Result<Vec<String>, Error> {
        let mut statement =
            self.connection.prepare("SELECT DISTINCT stream FROM entry ORDER BY stream")?;
        let streams = statement.query_map([], |row| row.get(0))?;
        Ok(streams.collect::<Result<_, _>>()?)
    }

    /// Returns the number of entries of a stream; 0 when it does not exist.
    ///
    /// # Errors
    /// When the store fails.
    pub fn version(&self, stream: &str) -> Result<u64, Error> {
        version(&self.connection, stream)
    }

    /// Returns the end of the chain as it is recorded.
    ///
    /// # Errors
    /// [`Error::HeadLost`] when the record is gone; others when the store fails.
    pub fn head(&self) -> Result<Head, Error> {
        head(&self.connection)
    }

    /// Returns the position of the entry whose hash this is: the count of entries when the hash was the head. The
    /// head of the empty ledger has position 0.
    ///
    /// # Errors
    /// When the entry found cannot be relied upon or the store fails.
    pub fn contains_head(&self, hash: &Digest) -> Result<Option<u64>, Error> {
        if *hash == Digest::ZERO {
            return Ok(Some(0));
        }
        let mut found = None;
        each(
            &self.connection,
            "SELECT sequence, hash, line FROM entry WHERE hash = ?1 ORDER BY sequence LIMIT 1",
            [hash.to_string()],
            &mut |entry| {
                found = Some(entry.sequence);
                Ok(())
            },
        )?;
        Ok(found)
    }
}

/// Returns a position as SQLite holds it.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Returns the bytes of a text; a value of another type has none.
pub(crate) fn text(value: ValueRef<'_>) -> &[u8] {
    match value {
        ValueRef::Text(bytes) => bytes,
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Blob(_) => &[],
    }
}

pub(crate) fn head(connection: &Connection) -> Result<Head, Error> {
    let row: Option<(i64, String)> = connection
        .query_row("SELECT count, hash FROM head WHERE id = 1", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let (count, hash) = row.ok_or(Error::HeadLost)?;
    match (u64::try_from(count), hash.parse::<Digest>()) {
        (Ok(count), Ok(hash)) => Ok(Head { count, hash }),
        (_, _) => Err(Error::Damaged {
            what: "the head record does not hold a count and a hash".to_owned(),
        }),
    }
}

pub(crate) fn version(connection: &Connection, stream: &str) -> Result<u64, Error> {
    let version: i64 = connection
        .prepare_cached("SELECT coalesce(max(version), 0) FROM entry WHERE stream = ?1")?
        .query_row([stream], |row| row.get(0))?;
    u64::try_from(version)
        .map_err(|_| Error::Damaged { what: "a stream has a version below 0".to_owned() })
}

pub(crate) fn stream(connection: &Connection, stream: &str) -> Result<Vec<Entry>, Error> {
    let mut entries = Vec::new();
    stream_each(connection, stream, &mut |entry| {
        entries.push(entry);
        Ok(())
    })?;
    Ok(entries)
}

fn stream_each(
    connection: &Connection,
    stream: &str,
    f: &mut dyn FnMut(Entry) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut version = 0;
    each(
        connection,
        "SELECT sequence, hash, line FROM entry WHERE stream = ?1 ORDER BY version",
        [stream],
        &mut |entry| {
            version += 1;
            if entry.stream != stream || entry.version != version {
                return Err(Error::Unreadable {
                    sequence: entry.sequence,
                    what: "it does not stand where its stream has it".to_owned(),
                });
            }
            f(entry)
        },
    )
}

fn each(
    connection: &Connection,
    sql: &str,
    parameters: impl Params,
    f: &mut dyn FnMut(Entry) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(parameters)?;
    while let Some(row) = rows.next()? {
        f(entry_of(row)?)?;
    }
    Ok(())
}

fn entry_of(row: &Row<'_>) -> Result<Entry, Error> {
    let position: i64 = row.get(0)?;
    let sequence = u64::try_from(position).unwrap_or_default();
    let unreadable = |what: &str| Error::Unreadable { sequence, what: what.to_owned() };
    let line = text(row.get_ref(2)?);
    if text(row.get_ref(1)?) != Digest::of(line).to_string().as_bytes() {
        return Err(unreadable("its line does not have its hash"));
    }
    let entry: Entry =
        serde_json::from_slice(line).map_err(|_| unreadable("its line is not an entry"))?;
    if entry.sequence != sequence {
        return Err(unreadable("its line says that it is another entry"));
    }
    Ok(entry)
}
