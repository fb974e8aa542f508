//! What a change of a record did.

use landfall_catalogue::{Column, Table};
use rusqlite::{
    Connection,
    types::{Value, ValueRef},
};
use serde::{Deserialize, Serialize};

use super::Error;
use crate::{connection::location, error::During, schema::quoted};

/// One column of one record before and after. The values are as they stand: whoever writes them into the ledger or
/// onto a screen decides what is shown and what only as a digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordChange {
    /// The table.
    pub table: String,
    /// The record's id.
    pub id: i64,
    /// The column.
    pub column: String,
    /// The canonical text before; `None` for NULL and for a new record.
    pub old: Option<String>,
    /// The canonical text after; `None` for NULL.
    pub new: Option<String>,
}

/// What an add, set or archive did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// The record's id.
    pub id: i64,
    /// The columns whose values are others now, in the catalogue's order.
    pub changes: Vec<RecordChange>,
}

/// Reads a row as canonical texts, in the order of the table's columns; bytes as hexadecimal digits.
pub(super) fn read_row(
    connection: &Connection,
    table: &Table,
    id: i64,
) -> Result<Vec<Option<String>>, Error> {
    let cells = cells(table.columns.iter());
    let sql = format!("SELECT {cells} FROM main.{} AS r WHERE r.\"id\" = ?1", quoted(&table.name));
    let row = connection
        .query_row(&sql, [id], |row| {
            (0..table.columns.len())
                .map(|index| row.get_ref(index).map(text))
                .collect::<rusqlite::Result<Vec<_>>>()
        })
        .during(&format!("read a record of `{}`", table.name), &location(connection))?;
    Ok(row)
}

/// Lists columns of the row `r` for a statement.
pub(super) fn cells<'a>(columns: impl Iterator<Item = &'a Column>) -> String {
    columns.map(|column| format!("r.{}", quoted(&column.name))).collect::<Vec<_>>().join(", ")
}

/// Writes a stored value as canonical text.
pub(super) fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Blob(bytes) => Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect()),
    }
}

/// Writes a value as canonical text.
pub(crate) fn text_of(value: &Value) -> Option<String> {
    text(ValueRef::from(value))
}

/// Compares a row before and after; `before` is `None` for a new record.
pub(super) fn compare(
    table: &Table,
    id: i64,
    before: Option<&[Option<String>]>,
    after: &[Option<String>],
) -> Recorded {
    let mut changes = vec![];
    for (index, column) in table.columns.iter().enumerate() {
        let old = before.and_then(|row| row.get(index)).cloned().flatten();
        let new = after.get(index).cloned().flatten();
        if old != new && column.name != "id" {
            changes.push(RecordChange {
                table: table.name.clone(),
                id,
                column: column.name.clone(),
                old,
                new,
            });
        }
    }
    Recorded { id, changes }
}
