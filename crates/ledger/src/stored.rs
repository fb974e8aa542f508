//! Reading a stream without taking the facts of its entries apart: for whoever folds them into a state.

use std::borrow::Cow;

use landfall_core::{digest::Digest, entry::Entry, time::Timestamp};
use rusqlite::{Connection, Row, params};

use crate::{
    Error, Ledger, Transaction, quick,
    read::{signed, text},
};

/// An entry as it is stored. It was checked as [`Ledger::stream`] checks entries; its facts are still JSON.
#[derive(Debug)]
pub struct Stored<'a> {
    /// The position in the ledger.
    pub sequence: u64,
    /// The position in its stream.
    pub version: u64,
    /// When it was appended.
    pub time: Timestamp,
    /// What happened, with its stream's noun.
    pub kind: Cow<'a, str>,
    /// The version of the facts' shape.
    pub kind_version: u32,
    /// The facts, as JSON.
    pub body: Cow<'a, str>,
    line: &'a [u8],
}

impl Stored<'_> {
    /// Returns the whole entry.
    ///
    /// # Errors
    /// When the line is not an entry.
    pub fn entry(&self) -> Result<Entry, Error> {
        parse(self.sequence, self.line)
    }
}

impl Ledger {
    /// Hands the entries of a stream after version `after` to `f` one by one, in their order.
    ///
    /// # Errors
    /// The first error of `f`; when an entry cannot be relied upon or the store fails.
    pub fn stream_stored<E: From<Error>>(
        &self,
        stream: &str,
        after: u64,
        f: impl FnMut(&Stored<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        stream_stored(&self.connection, stream, after, f)
    }
}

impl Transaction<'_> {
    /// As [`Ledger::stream_stored`], what was appended in this transaction included.
    ///
    /// # Errors
    /// The first error of `f`; when an entry cannot be relied upon or the store fails.
    pub fn stream_stored<E: From<Error>>(
        &self,
        stream: &str,
        after: u64,
        f: impl FnMut(&Stored<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        stream_stored(self.connection, stream, after, f)
    }
}

fn stream_stored<E: From<Error>>(
    connection: &Connection,
    stream: &str,
    after: u64,
    mut f: impl FnMut(&Stored<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let mut statement = connection
        .prepare_cached(
            "SELECT sequence, hash, line FROM entry WHERE stream = ?1 AND version > ?2 ORDER BY version",
        )
        .map_err(Error::from)?;
    let mut rows = statement.query(params![stream, signed(after)]).map_err(Error::from)?;
    let mut version = after;
    while let Some(row) = rows.next().map_err(Error::from)? {
        version += 1;
        let stored = stored_of(row, stream, version)?;
        f(&stored)?;
    }
    Ok(())
}

/// Reads a row and checks it against its hash, its position and its stream.
fn stored_of<'a>(row: &'a Row<'_>, stream: &str, version: u64) -> Result<Stored<'a>, Error> {
    let position: i64 = row.get(0)?;
    let sequence = u64::try_from(position).unwrap_or_default();
    let unreadable = |what: &str| Error::Unreadable { sequence, what: what.to_owned() };
    let line = text(row.get_ref(2)?);
    if text(row.get_ref(1)?) != Digest::of(line).to_string().as_bytes() {
        return Err(unreadable("its line does not have its hash"));
    }
    let (said, stored) = if let Some(quick) = quick::read(line) {
        (
            (quick.sequence, Cow::Borrowed(quick.stream), quick.version),
            Stored {
                sequence,
                version,
                time: quick.time,
                kind: Cow::Borrowed(quick.kind),
                kind_version: quick.kind_version,
                body: Cow::Borrowed(quick.body),
                line,
            },
        )
    } else {
        let entry = parse(sequence, line)?;
        let body = serde_json::to_string(&entry.body)
            .map_err(|_| unreadable("its facts cannot be read"))?;
        (
            (entry.sequence, Cow::Owned(entry.stream), entry.version),
            Stored {
                sequence,
                version,
                time: entry.time,
                kind: Cow::Owned(entry.kind),
                kind_version: entry.kind_version,
                body: Cow::Owned(body),
                line,
            },
        )
    };
    if said.0 != sequence {
        return Err(unreadable("its line says that it is another entry"));
    }
    if said.1 != stream || said.2 != version {
        return Err(unreadable("it does not stand where its stream has it"));
    }
    Ok(stored)
}

fn parse(sequence: u64, line: &[u8]) -> Result<Entry, Error> {
    serde_json::from_slice(line)
        .map_err(|_| Error::Unreadable { sequence, what: "its line is not an entry".to_owned() })
}
