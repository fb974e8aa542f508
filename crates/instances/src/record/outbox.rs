//! The outbox: a change and the note of it are one transaction, so that no change stays untold after a crash.
//!
//! Whoever keeps the history of changes gives a note with each change, writes the [`pending`] ones into the history, and
//! [`settle`]s them. A change that was told but not settled when the process died is told again under the same number.

use std::path::Path;

use rusqlite::{Connection, Transaction, params};

use super::{Error, Recorded};
use crate::{connection, error::During};

/// A change that was made and not settled yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Counts the noted changes of the instance, never twice the same.
    pub number: i64,
    /// The note that was given with it.
    pub note: String,
    /// What was done.
    pub recorded: Recorded,
}

/// What becomes of a change that was made within its transaction.
#[derive(Debug, Clone, Copy)]
pub(super) enum Keep<'a> {
    /// It stays, and nobody keeps a history.
    Silent,
    /// It stays, with a note for the history.
    Noted(&'a str),
    /// It is taken back: it was made to see whether it can be.
    Rehearsed,
}

/// Ends the transaction of a change.
pub(super) fn finish(
    transaction: Transaction<'_>,
    path: &Path,
    keep: Keep<'_>,
    recorded: &Recorded,
) -> Result<(), Error> {
    match keep {
        Keep::Silent => {}
        Keep::Noted(note) => note_change(&transaction, path, note, recorded)?,
        Keep::Rehearsed => {
            transaction.rollback().during("take a rehearsed change back", path)?;
            return Ok(());
        }
    }
    transaction.commit().during("commit", path)?;
    Ok(())
}

/// Keeps a change within its own transaction.
pub(crate) fn note_change(
    transaction: &Connection,
    path: &Path,
    note: &str,
    recorded: &Recorded,
) -> Result<(), Error> {
    let change = serde_json::to_string(recorded).map_err(|_| Error::Outbox { number: None })?;
    transaction
        .execute(
            "INSERT INTO landfall_change (note, change) VALUES (?1, ?2)",
            params![note, change],
        )
        .during("note the change", path)?;
    Ok(())
}

/// Returns the changes that are not settled, in their order.
///
/// # Errors
/// When the instance cannot be read.
pub fn pending(path: &Path) -> Result<Vec<Pending>, Error> {
    let connection = connection::read_only(path)?;
    let action = "read the noted changes";
    let mut statement = connection
        .prepare("SELECT number, note, change FROM main.landfall_change ORDER BY number")
        .during(action, path)?;
    let rows = statement
        .query_map([], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
        })
        .during(action, path)?
        .collect::<Result<Vec<_>, _>>()
        .during(action, path)?;
    rows.into_iter()
        .map(|(number, note, change)| {
            let recorded = serde_json::from_str(&change)
                .map_err(|_| Error::Outbox { number: Some(number) })?;
            Ok(Pending { number, note, recorded })
        })
        .collect()
}

/// Forgets a change that the history holds now.
///
/// # Errors
/// When the instance cannot be written.
pub fn settle(path: &Path, number: i64) -> Result<(), Error> {
    let connection = connection::changing(path)?;
    connection
        .execute("DELETE FROM main.landfall_change WHERE number = ?1", [number])
        .during("settle a noted change", path)?;
    Ok(())
}
