//! Showing that the store refuses what it must, for an inspector who asks.

use rusqlite::{TransactionBehavior, ffi::SQLITE_CONSTRAINT_TRIGGER};

use crate::{Error, Ledger};

/// What the store must refuse, each aimed at the last entry or the head.
const STATEMENTS: [&str; 5] = [
    "UPDATE entry SET time = '2000-01-01T00:00:00Z' WHERE sequence = (SELECT max(sequence) FROM entry)",
    "DELETE FROM entry WHERE sequence = (SELECT max(sequence) FROM entry)",
    "INSERT OR REPLACE INTO entry SELECT * FROM entry WHERE sequence = (SELECT max(sequence) FROM entry)",
    "UPDATE head SET count = count - 1",
    "DELETE FROM head",
];

impl Ledger {
    /// Tries to change, remove and replace the last entry, and to set back and remove the head, in a transaction that
    /// is always rolled back; returns each statement with the refusal of the store.
    ///
    /// # Errors
    /// [`Error::NotRefused`] when a statement succeeded, [`Error::Empty`] when there is no entry to try it on,
    /// [`Error::ReadOnly`] when the ledger was opened for reading (it would refuse everything, which shows nothing).
    pub fn demonstrate_append_only(&self) -> Result<Vec<(String, String)>, Error> {
        if !self.writable {
            return Err(Error::ReadOnly);
        }
        let attempt =
            rusqlite::Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?;
        if crate::read::head(&attempt)?.count == 0 {
            return Err(Error::Empty);
        }
        let mut refusals = Vec::new();
        for statement in STATEMENTS {
            match attempt.execute(statement, []) {
                Err(rusqlite::Error::SqliteFailure(code, Some(refusal)))
                    if code.extended_code == SQLITE_CONSTRAINT_TRIGGER =>
                {
                    refusals.push((statement.to_owned(), refusal));
                }
                // Leaving drops the transaction, which rolls it back.
                Ok(_) => return Err(Error::NotRefused { statement: statement.to_owned() }),
                Err(error) => return Err(error.into()),
            }
        }
        attempt.rollback()?;
        Ok(refusals)
    }
}
