//! Written: what a change of designs did, and how its transaction ends.

use std::path::Path;

use landfall_catalogue::Table;
use rusqlite::{Connection, Transaction};
use serde::{Deserialize, Serialize};

use crate::{
    drift::TableState,
    error::During,
    package::table_digest,
    record::{Error, Recorded, note_change},
};

/// What a change of designs did to an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Written {
    /// The protocol code of the study.
    pub study: String,
    /// Whether the study is new in the instance.
    pub new_study: bool,
    /// The id of the version that was written.
    pub version_id: i64,
    /// Its OID.
    pub oid: String,
    /// Its number within the study.
    pub revision: i64,
    /// The tables that were changed, in load order.
    pub tables: Vec<TableWritten>,
    /// What was erased about people, by table.
    pub erased: Vec<Erased>,
    /// References of the design that lead to rows which the instance lacks, and were left empty.
    pub loose: Vec<String>,
}

/// What a change of designs did to one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TableWritten {
    /// The table.
    pub table: String,
    /// How many rows were added.
    pub added: u64,
    /// How many rows were removed.
    pub removed: u64,
    /// What the table held before, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<TableState>,
    /// What it held after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<TableState>,
}

/// Rows about people that were erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Erased {
    /// The table.
    pub table: String,
    /// As a user sees it.
    pub title: String,
    /// How many rows.
    pub rows: u64,
}

/// Writes the note of a change, from what it did.
pub type Note<'a> = &'a dyn Fn(&Written) -> Result<String, serde_json::Error>;

/// What becomes of a change that was made within its transaction.
#[derive(Clone, Copy)]
pub enum Keep<'a> {
    /// It is taken back: it was made to see whether it can be.
    Rehearsed,
    /// It stays, with a note for the history; with `states`, what each table held before and after is told.
    Noted {
        /// Writes the note.
        note: Note<'a>,
        /// Whether the states of tables are taken.
        states: bool,
    },
}

impl std::fmt::Debug for Keep<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Rehearsed => "Rehearsed",
            Self::Noted { .. } => "Noted",
        })
    }
}

impl Keep<'_> {
    fn takes_states(self) -> bool {
        matches!(self, Self::Noted { states: true, .. })
    }

    /// Returns what a table holds now, where that is asked for.
    pub(super) fn state(
        self,
        connection: &Connection,
        table: &Table,
    ) -> Result<Option<TableState>, Error> {
        if !self.takes_states() {
            return Ok(None);
        }
        let columns: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        let found = table_digest(connection, "main", &table.name, &columns)?;
        Ok(Some(TableState::from(&found)))
    }

    /// Ends the transaction: commits it with its note, or takes everything back.
    pub(super) fn finish(
        self,
        transaction: Transaction<'_>,
        path: &Path,
        written: &Written,
    ) -> Result<(), Error> {
        match self {
            Self::Rehearsed => {
                transaction.rollback().during("take a rehearsed change back", path)?;
            }
            Self::Noted { note, .. } => {
                let text = note(written).map_err(|_| Error::Outbox { number: None })?;
                let recorded = Recorded { id: written.version_id, changes: Vec::new() };
                note_change(&transaction, path, &text, &recorded)?;
                transaction.commit().during("commit", path)?;
            }
        }
        Ok(())
    }
}
