//! Credentials and sessions: who has proven to be whom. They stand outside the ledger and its export.

use std::path::Path;

use landfall_core::{digest::Digest, ids::PersonId, time::Timestamp, vendor::FAILURES_BEFORE_LOCK};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::{
    error::{Error, Result},
    secrets::Password,
};

/// How long a session lasts, in seconds: 8 hours.
pub const SESSION_SECONDS: i64 = 8 * 3600;

pub(crate) struct Credentials {
    connection: Connection,
}

/// What came of checking a password.
pub(crate) enum Checked {
    /// It is right.
    Right,
    /// It is wrong; so many failures in a row.
    Wrong { failures: u32, locked: bool },
    /// The person is locked out; the password was not looked at.
    Locked,
}

impl Credentials {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(std::time::Duration::from_secs(30))?;
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
             CREATE TABLE IF NOT EXISTS credential (
                 person TEXT PRIMARY KEY, hash TEXT NOT NULL, failures INTEGER NOT NULL DEFAULT 0) STRICT;
             CREATE TABLE IF NOT EXISTS session (
                 token TEXT PRIMARY KEY, person TEXT NOT NULL, until INTEGER NOT NULL,
                 told INTEGER NOT NULL DEFAULT 0) STRICT;",
        )?;
        Ok(Self { connection })
    }

    pub(crate) fn set(&self, person: &PersonId, password: &Password) -> Result<()> {
        self.connection.execute(
            "INSERT INTO credential (person, hash) VALUES (?1, ?2)
             ON CONFLICT (person) DO UPDATE SET hash = ?2, failures = 0",
            params![person.as_str(), password.hash()?],
        )?;
        Ok(())
    }

    pub(crate) fn forget(&self, person: &PersonId) -> Result<()> {
        self.connection.execute("DELETE FROM credential WHERE person = ?1", [person.as_str()])?;
        Ok(())
    }

    pub(crate) fn check(&self, person: &PersonId, password: &Password) -> Result<Checked> {
        let known: Option<(String, u32)> = self
            .connection
            .query_row(
                "SELECT hash, failures FROM credential WHERE person = ?1",
                [person.as_str()],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        let Some((hash, failures)) = known else {
            return Err(Error::NotFound {
                what: format!("there is no person `{person}` with a password"),
                hint: "`landfall person list` shows everybody".to_owned(),
            });
        };
        if failures >= FAILURES_BEFORE_LOCK {
            return Ok(Checked::Locked);
        }
        let right = password.matches(&hash);
        // Counted in the database, so that two processes cannot share one attempt.
        let failures: u32 = self.connection.query_row(
            "UPDATE credential SET failures = CASE WHEN ?2 THEN 0 ELSE failures + 1 END
             WHERE person = ?1 RETURNING failures",
            params![person.as_str(), right],
            |row| row.get(0),
        )?;
        Ok(if right {
            Checked::Right
        } else {
            Checked::Wrong { failures, locked: failures >= FAILURES_BEFORE_LOCK }
        })
    }

    pub(crate) fn locked(&self, person: &PersonId) -> Result<bool> {
        let failures: Option<u32> = self
            .connection
            .query_row(
                "SELECT failures FROM credential WHERE person = ?1",
                [person.as_str()],
                |row| row.get(0),
            )
            .optional()?;
        Ok(failures.is_some_and(|failures| failures >= FAILURES_BEFORE_LOCK))
    }

    pub(crate) fn open_session(
        &self,
        person: &PersonId,
        token: &str,
        until: Timestamp,
    ) -> Result<()> {
        self.connection.execute("DELETE FROM session WHERE person = ?1", [person.as_str()])?;
        self.connection.execute(
            "INSERT INTO session (token, person, until) VALUES (?1, ?2, ?3)",
            params![Digest::of(token.as_bytes()).to_string(), person.as_str(), until.as_seconds()],
        )?;
        Ok(())
    }

    /// Returns until when the token opens a session of that person, if it does now.
    pub(crate) fn session(
        &self,
        person: &PersonId,
        token: &str,
        now: Timestamp,
    ) -> Result<Option<Timestamp>> {
        let until: Option<i64> = self
            .connection
            .query_row(
                "SELECT until FROM session WHERE token = ?1 AND person = ?2",
                params![Digest::of(token.as_bytes()).to_string(), person.as_str()],
                |row| row.get(0),
            )
            .optional()?;
        Ok(until.map(Timestamp::from_seconds).filter(|until| *until > now))
    }

    /// Returns the sessions that the ledger may not know yet: person, and the name of the session.
    pub(crate) fn untold_sessions(&self) -> Result<Vec<(PersonId, String)>> {
        let mut statement = self
            .connection
            .prepare("SELECT person, token FROM session WHERE told = 0 ORDER BY rowid")?;
        let rows = statement
            .query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?
            .collect::<std::result::Result<Vec<_>, _>>()?;
        Ok(rows
            .into_iter()
            .filter_map(|(person, token)| Some((person.parse().ok()?, session_name(&token))))
            .collect())
    }

    pub(crate) fn session_told(&self, person: &PersonId) -> Result<()> {
        self.connection
            .execute("UPDATE session SET told = 1 WHERE person = ?1", [person.as_str()])?;
        Ok(())
    }

    pub(crate) fn close_sessions(&self, person: &PersonId) -> Result<()> {
        self.connection.execute("DELETE FROM session WHERE person = ?1", [person.as_str()])?;
        Ok(())
    }
}

/// Returns the name of a session: the beginning of the digest of its token, which opens nothing.
fn session_name(token_digest: &str) -> String {
    token_digest.chars().take(12).collect()
}
