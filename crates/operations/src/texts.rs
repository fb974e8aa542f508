//! Texts typed by people about a customer's data. They may be destroyed; the ledger holds their keyed digests.

use landfall_core::{digest::Digest, ids::CustomerId};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::{error::Result, files, paths::Paths, secrets};

pub(crate) struct Texts {
    connection: Connection,
    key: [u8; 32],
}

impl Texts {
    pub(crate) fn open(paths: &Paths, customer: &CustomerId) -> Result<Self> {
        let folder = paths.private(customer);
        files::folder(&folder)?;
        let key = secrets::key(&folder.join("texts.key"))?;
        let connection = Connection::open(folder.join("texts.sqlite"))?;
        connection.busy_timeout(std::time::Duration::from_secs(30))?;
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
             CREATE TABLE IF NOT EXISTS text (digest TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT;",
        )?;
        Ok(Self { connection, key })
    }

    pub(crate) fn key(&self) -> &[u8; 32] {
        &self.key
    }

    /// Keeps a text and returns its keyed digest.
    pub(crate) fn keep(&self, text: &str) -> Result<Digest> {
        let digest = secrets::keyed_digest(&self.key, text)?;
        self.connection.execute(
            "INSERT OR IGNORE INTO text (digest, text) VALUES (?1, ?2)",
            params![digest.to_string(), text],
        )?;
        Ok(digest)
    }

    pub(crate) fn read(&self, digest: &Digest) -> Result<Option<String>> {
        Ok(self
            .connection
            .query_row("SELECT text FROM text WHERE digest = ?1", [digest.to_string()], |row| {
                row.get(0)
            })
            .optional()?)
    }
}
