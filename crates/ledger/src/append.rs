//! Appending: one short write transaction, in which the caller decides on what it reads.

use landfall_core::{
    digest::Digest,
    entry::{Entry, NewEntry},
    time::Timestamp,
};
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};

use crate::{
    Error, Head, Ledger, line,
    read::{self, signed},
};

/// The write transaction of a ledger: what is read in it cannot change before it ends.
#[derive(Debug)]
pub struct Transaction<'a> {
    pub(crate) connection: &'a Connection,
    head: Head,
    now: Timestamp,
    broken: bool,
}

impl Ledger {
    /// Runs `work` inside one write transaction; what it appends is durable when this returns, or nothing is.
    ///
    /// `now` is asked once the ledger is locked and is given the last entry's time; an earlier answer than that
    /// counts as that time, so that time never runs backwards along the chain.
    ///
    /// # Errors
    /// Whatever `work` returns, and [`Error`] when the ledger is locked, damaged or cannot be written. Nothing is
    /// recorded then.
    pub fn write<T, E: From<Error>>(
        &mut self,
        now: impl FnOnce(Option<Timestamp>) -> Timestamp,
        work: impl FnOnce(&mut Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let sqlite = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(Error::from)?;
        let head = read::head(&sqlite)?;
        let last = last_time(&sqlite, head)?;
        let now = now(last);
        let now = last.map_or(now, |last| last.max(now));
        let mut transaction = Transaction { connection: &sqlite, head, now, broken: false };
        let value = work(&mut transaction)?;
        if transaction.broken {
            return Err(Error::Unfinished.into());
        }
        sqlite.commit().map_err(Error::from)?;
        Ok(value)
    }
}

impl Transaction<'_> {
    /// Returns the entries of a stream in their order; none when the stream does not exist.
    ///
    /// # Errors
    /// When an entry cannot be relied upon or the store fails.
    pub fn stream(&self, stream: &str) -> Result<Vec<Entry>, Error> {
        read::stream(self.connection, stream)
    }

    /// Returns the number of entries of a stream.
    ///
    /// # Errors
    /// When the store fails.
    pub fn version(&self, stream: &str) -> Result<u64, Error> {
        read::version(self.connection, stream)
    }

    /// Returns the time that every entry of this transaction bears.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Returns the head, what was appended in this transaction included.
    #[must_use]
    pub fn head(&self) -> Head {
        self.head
    }

    /// Appends an entry to its stream, which must have `expected_version` entries.
    ///
    /// # Errors
    /// [`Error::WrongVersion`] when the stream has moved on, [`Error::Refused`] when the entry holds what no entry
    /// may hold; others when the store fails, after which nothing of the transaction is recorded.
    pub fn append(&mut self, expected_version: u64, new: NewEntry) -> Result<Entry, Error> {
        let found = self.version(&new.stream)?;
        if found != expected_version {
            return Err(Error::WrongVersion {
                stream: new.stream,
                expected: expected_version,
                found,
            });
        }
        let entry = Entry {
            sequence: self.head.count + 1,
            stream: new.stream,
            version: found + 1,
            time: self.now,
            actor: new.actor,
            on_behalf_of: new.on_behalf_of,
            kind: new.kind,
            kind_version: new.kind_version,
            body: new.body,
            reason: new.reason,
            correlation: new.correlation,
            previous: self.head.hash,
        };
        let line = line::write(&entry)
            .map_err(|what| Error::Refused { kind: entry.kind.clone(), what })?;
        let hash = Digest::of(line.as_bytes());
        let stored = store(self.connection, &entry, &line, hash);
        // Half of an append must not be committed by work that goes on in spite of the error.
        self.broken |= stored.is_err();
        stored?;
        self.head = Head { count: entry.sequence, hash };
        Ok(entry)
    }
}

fn store(connection: &Connection, entry: &Entry, line: &str, hash: Digest) -> Result<(), Error> {
    let hash = hash.to_string();
    connection
        .prepare_cached(
            "INSERT INTO entry (sequence, stream, version, time, kind, hash, line) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            signed(entry.sequence),
            entry.stream,
            signed(entry.version),
            entry.time.to_string(),
            entry.kind,
            hash,
            line
        ])?;
    connection
        .prepare_cached("UPDATE head SET count = ?1, hash = ?2 WHERE id = 1")?
        .execute(params![signed(entry.sequence), hash])?;
    Ok(())
}

/// Returns the time of the last entry, and refuses to continue a chain whose end is not what the head says.
fn last_time(connection: &Connection, head: Head) -> Result<Option<Timestamp>, Error> {
    let last: Option<(i64, String, String)> = connection
        .query_row(
            "SELECT sequence, hash, time FROM entry ORDER BY sequence DESC LIMIT 1",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .optional()?;
    let (sequence, hash, time) = match last {
        None if head.count == 0 => return Ok(None),
        None => (0, String::new(), String::new()),
        Some(last) => last,
    };
    if sequence != signed(head.count) || hash != head.hash.to_string() {
        return Err(Error::Damaged {
            what: "the head record and the last entry do not agree".to_owned(),
        });
    }
    time.parse().map(Some).map_err(|_| Error::Unreadable {
        sequence: head.count,
        what: "its time cannot be read".to_owned(),
    })
}
