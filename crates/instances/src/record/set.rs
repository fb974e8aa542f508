//! Set: other values for columns of a record.

use std::path::Path;

use landfall_catalogue::Catalogue;
use rusqlite::{params_from_iter, types::Value};

use super::{
    Error, RecordKey, Recorded,
    change::{compare, read_row},
    error::refused,
    outbox::{self, Keep},
    typed::{check_setting, find, given, known_table},
};
use crate::{connection, instance, schema::quoted};

/// Sets columns of one record of a finished instance, in one durable transaction. Returns what is other than before;
/// setting a column to the value it has changes nothing.
///
/// # Errors
/// Naming table and column: [`Error::NotFound`], [`Error::Ambiguous`], [`Error::UnknownColumn`],
/// [`Error::WrongValue`], [`Error::Missing`], [`Error::NoReference`], [`Error::Taken`]; nothing is written then.
pub fn set<C: AsRef<str>, V: AsRef<str>>(
    path: &Path,
    catalogue: &Catalogue,
    table: &str,
    key: &RecordKey,
    values: &[(C, V)],
) -> Result<Recorded, Error> {
    set_with(path, catalogue, table, key, values, Keep::Silent)
}

/// As [`set`], keeping a note of it in the outbox within the same transaction.
///
/// # Errors
/// As [`set`].
pub fn set_noted<C: AsRef<str>, V: AsRef<str>>(
    path: &Path,
    catalogue: &Catalogue,
    table: &str,
    key: &RecordKey,
    values: &[(C, V)],
    note: &str,
) -> Result<Recorded, Error> {
    set_with(path, catalogue, table, key, values, Keep::Noted(note))
}

/// Checks everything that [`set`] checks and changes nothing.
///
/// # Errors
/// As [`set`].
pub fn set_rehearsed<C: AsRef<str>, V: AsRef<str>>(
    path: &Path,
    catalogue: &Catalogue,
    table: &str,
    key: &RecordKey,
    values: &[(C, V)],
) -> Result<Recorded, Error> {
    set_with(path, catalogue, table, key, values, Keep::Rehearsed)
}

fn set_with<C: AsRef<str>, V: AsRef<str>>(
    path: &Path,
    catalogue: &Catalogue,
    table: &str,
    key: &RecordKey,
    values: &[(C, V)],
    keep: Keep<'_>,
) -> Result<Recorded, Error> {
    let table = known_table(catalogue, table)?;
    if values.is_empty() {
        return Err(Error::Nothing { table: table.name.clone() });
    }
    instance::check(path, catalogue)?;
    let mut connection = connection::changing(path)?;
    let transaction = connection::begin(&mut connection, path)?;
    let id = find(&transaction, catalogue, table, key)?;
    let typed = given(&transaction, catalogue, table, values)?;
    let before = read_row(&transaction, table, id)?;
    let assignments: Vec<String> = typed
        .iter()
        .enumerate()
        .map(|(index, (column, _))| format!("{} = ?{}", quoted(&column.name), index + 1))
        .collect();
    let mut values: Vec<Value> = typed.into_iter().map(|(_, value)| value).collect();
    values.push(Value::Integer(id));
    let sql = format!(
        "UPDATE main.{} SET {} WHERE \"id\" = ?{}",
        quoted(&table.name),
        assignments.join(", "),
        values.len()
    );
    let action = format!("change a record of `{}`", table.name);
    if let Err(cause) = transaction.execute(&sql, params_from_iter(values)) {
        return Err(refused(&transaction, &table.name, &action, cause));
    }
    let after = read_row(&transaction, table, id)?;
    check_setting(catalogue, table, &after)?;
    let recorded = compare(table, id, Some(&before), &after);
    outbox::finish(transaction, path, keep, &recorded)?;
    Ok(recorded)
}
