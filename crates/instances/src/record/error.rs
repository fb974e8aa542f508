//! What can be wrong with a change of a record. No text holds a value of a row.

use rusqlite::{Connection, ErrorCode, ffi};

use crate::{connection::location, value::WrongValue};

/// A refused or broken change of a record.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The catalogue has no such table.
    #[error("expected a table of the catalogue, found `{table}`")]
    UnknownTable {
        /// What was asked for.
        table: String,
    },
    /// The table has no such column.
    #[error("expected a column of table `{table}` ({columns}), found `{column}`")]
    UnknownColumn {
        /// The table.
        table: String,
        /// What was asked for.
        column: String,
        /// The table's columns.
        columns: String,
    },
    /// A column was given twice.
    #[error("table `{table}`, column `{column}`: expected one value, found two")]
    Twice {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// The id was given; it is Landfall's to give, and never changes.
    #[error("table `{table}`: expected columns other than `id`, found `id`")]
    IdGiven {
        /// The table.
        table: String,
    },
    /// A text is no value of its column.
    #[error("table `{table}`, column `{column}`: {cause}")]
    WrongValue {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// What was expected.
        cause: WrongValue,
    },
    /// A column that needs a value got none.
    #[error("table `{table}`, column `{column}`: expected a value, found none")]
    Missing {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A reference leads to no row.
    #[error(
        "table `{table}`, column `{column}`: expected {expected} of a row of `{references}`, found no such row"
    )]
    NoReference {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The table referred to.
        references: String,
        /// How a row of it may be named.
        expected: String,
    },
    /// A row of a study's design refers to a row of another design, which does not pass with it.
    #[error(
        "table `{table}`, column `{column}`: expected a `{references}` of the same design, found id {id}, which belongs to another design or a library"
    )]
    OtherDesign {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The table referred to.
        references: String,
        /// The row that is referred to.
        id: i64,
    },
    /// A setting's value is not of the key's type.
    #[error("setting `{key}`: expected {expected}")]
    WrongSetting {
        /// The setting's key.
        key: String,
        /// What would have been right.
        expected: String,
    },
    /// No row is meant.
    #[error("table `{table}`: expected one row with the given id or key, found none")]
    NotFound {
        /// The table.
        table: String,
    },
    /// Several rows are meant.
    #[error("table `{table}`: expected one row with the given key, found {rows}")]
    Ambiguous {
        /// The table.
        table: String,
        /// How many.
        rows: u64,
    },
    /// Nothing was given to change.
    #[error("table `{table}`: expected at least one column with a value, found none")]
    Nothing {
        /// The table.
        table: String,
    },
    /// The table's rows cannot be archived.
    #[error("table `{table}`: expected a column `archived`, found none")]
    NotArchivable {
        /// The table.
        table: String,
    },
    /// Another row has the same values where they must differ.
    #[error(
        "table `{table}`: expected values that no other row has in `{columns}`, found a row that has them"
    )]
    Taken {
        /// The table.
        table: String,
        /// The columns.
        columns: String,
    },
    /// A noted change cannot be kept or read.
    #[error("a noted change of the instance (number {}) cannot be kept or read; the instance was changed by something else", .number.map_or_else(|| "new".to_owned(), |number| number.to_string()))]
    Outbox {
        /// Its number, where it has one.
        number: Option<i64>,
    },
    /// The instance or its file is at fault.
    #[error(transparent)]
    Instance(#[from] crate::Error),
}

impl Error {
    /// Tells what to do next, where there is something to do.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::UnknownTable { .. } => Some("`landfall catalogue show RELEASE` lists the tables"),
            Self::UnknownColumn { .. } => Some(
                "give columns as `column=value`; `landfall catalogue show RELEASE TABLE` lists them",
            ),
            Self::NoReference { .. } => {
                Some("add the record that it refers to first, or name one that exists")
            }
            Self::OtherDesign { .. } => Some(
                "a design passes as a whole: add a copy of that row, and of what hangs on it, to the study's own design and refer to the copy",
            ),
            Self::NotFound { .. } => {
                Some("`landfall record list ADDRESS TABLE` shows the records and their ids")
            }
            Self::Ambiguous { .. } => Some("name the record by its id, or by more columns"),
            Self::NotArchivable { .. } => {
                Some("records of this table are never archived; change a column of theirs instead")
            }
            Self::Taken { .. } => {
                Some("change the record that has them with `landfall record set`")
            }
            Self::Instance(error) => error.hint(),
            Self::Twice { .. }
            | Self::IdGiven { .. }
            | Self::WrongValue { .. }
            | Self::Missing { .. }
            | Self::WrongSetting { .. }
            | Self::Nothing { .. }
            | Self::Outbox { .. } => None,
        }
    }
}

/// Turns the refusal of a statement on a table into an error that names its columns.
pub(crate) fn refused(
    connection: &Connection,
    table: &str,
    action: &str,
    cause: rusqlite::Error,
) -> Error {
    if cause.sqlite_error_code() == Some(ErrorCode::ConstraintViolation)
        && cause.sqlite_extended_error_code() == Some(ffi::SQLITE_CONSTRAINT_UNIQUE)
        && let rusqlite::Error::SqliteFailure(_, Some(message)) = &cause
    {
        // "UNIQUE constraint failed: site.name, site.city": names only, never values.
        let columns = message.split_once(": ").map_or("", |(_, columns)| columns);
        let columns = columns.replace(&format!("{table}."), "");
        return Error::Taken { table: table.to_owned(), columns };
    }
    Error::Instance(crate::Error::Sql {
        action: action.to_owned(),
        path: location(connection),
        cause: Box::new(cause),
    })
}
