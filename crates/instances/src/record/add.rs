//! Add: a new record.

use std::path::Path;

use landfall_catalogue::Catalogue;
use rusqlite::{Connection, params_from_iter, types::Value};

use super::{
    Error, Recorded,
    change::{compare, read_row},
    error::refused,
    outbox::{self, Keep},
    typed::{check_setting, given, known_table},
};
use crate::{connection, error::During, instance, schema::quoted};

/// Adds a record to a finished instance, in one durable transaction. Columns that are not given take their default or
/// NULL; the id is the next one.
///
/// # Errors
/// Naming table and column: [`Error::UnknownColumn`], [`Error::WrongValue`], [`Error::Missing`], [`Error::NoReference`],
/// [`Error::Taken`]; nothing is written then.
pub fn add<C: AsRef<str>, V: AsRef<str>>(
    path: &Path,
    catalogue: &Catalogue,
    table: &str,
    values: &[(C, V)],
) -> Result<Recorded, Error> {
    add_with(path, catalogue, table, values, Keep::Silent)
}

/// As [`add`], keeping a note of it in the outbox within the same transaction.
///
/// # Errors
/// As [`add`].
pub fn add_noted<C: AsRef<str>, V: AsRef<str>>(
    path: &Path,
    catalogue: &Catalogue,
    table: &str,
    values: &[(C, V)],
    note: &str,
) -> Result<Recorded, Error> {
    add_with(path, catalogue, table, values, Keep::Noted(note))
}

/// Checks everything that [`add`] checks and changes nothing.
///
/// # Errors
/// As [`add`].
pub fn add_rehearsed<C: AsRef<str>, V: AsRef<str>>(
    path: &Path,
    catalogue: &Catalogue,
    table: &str,
    values: &[(C, V)],
) -> Result<Recorded, Error> {
    add_with(path, catalogue, table, values, Keep::Rehearsed)
}

fn add_with<C: AsRef<str>, V: AsRef<str>>(
    path: &Path,
    catalogue: &Catalogue,
    table: &str,
    values: &[(C, V)],
    keep: Keep<'_>,
) -> Result<Recorded, Error> {
    instance::check(path, catalogue)?;
    let mut connection = connection::changing(path)?;
    let transaction = connection::begin(&mut connection, path)?;
    let recorded = insert(&transaction, catalogue, table, values)?;
    outbox::finish(transaction, path, keep, &recorded)?;
    Ok(recorded)
}

/// Adds many records, each a table and its values, in one durable transaction: all of them or none. A record may refer
/// to those before it.
///
/// # Errors
/// As [`add`].
pub fn add_all<C: AsRef<str>, V: AsRef<str>>(
    path: &Path,
    catalogue: &Catalogue,
    records: &[(String, Vec<(C, V)>)],
) -> Result<(), Error> {
    instance::check(path, catalogue)?;
    let mut connection = connection::changing(path)?;
    let transaction = connection::begin(&mut connection, path)?;
    for (table, values) in records {
        insert(&transaction, catalogue, table, values)?;
    }
    transaction.commit().during("commit", path)?;
    Ok(())
}

fn insert<C: AsRef<str>, V: AsRef<str>>(
    transaction: &Connection,
    catalogue: &Catalogue,
    table: &str,
    values: &[(C, V)],
) -> Result<Recorded, Error> {
    let table = known_table(catalogue, table)?;
    let typed = given(transaction, catalogue, table, values)?;
    for column in table.columns.iter().filter(|column| column.name != "id") {
        let needed = column.required && column.default.is_none();
        if needed && !typed.iter().any(|(other, _)| other.name == column.name) {
            return Err(Error::Missing { table: table.name.clone(), column: column.name.clone() });
        }
    }
    let columns: Vec<String> = typed.iter().map(|(column, _)| quoted(&column.name)).collect();
    let places: Vec<String> = (1..=typed.len()).map(|index| format!("?{index}")).collect();
    let values: Vec<Value> = typed.into_iter().map(|(_, value)| value).collect();
    let sql = if columns.is_empty() {
        format!("INSERT INTO main.{} DEFAULT VALUES", quoted(&table.name))
    } else {
        format!(
            "INSERT INTO main.{} ({}) VALUES ({})",
            quoted(&table.name),
            columns.join(", "),
            places.join(", ")
        )
    };
    let action = format!("add a record to `{}`", table.name);
    if let Err(cause) = transaction.execute(&sql, params_from_iter(values)) {
        return Err(refused(transaction, &table.name, &action, cause));
    }
    let id = transaction.last_insert_rowid();
    let after = read_row(transaction, table, id)?;
    check_setting(catalogue, table, &after)?;
    Ok(compare(table, id, None, &after))
}
