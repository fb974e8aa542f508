//! Natural keys: how a row is known outside its instance.
//!
//! One column: its value as text. Several: the canonical JSON array of their texts, NULL as `null`. A key column that
//! is itself a reference stands for the natural key of the row it refers to, so no id of an instance ever enters a key.

use landfall_catalogue::{Catalogue, Kind as ColumnKind, Table};
use landfall_core::canonical;
use rusqlite::{Connection, ErrorCode, functions::FunctionFlags};

use crate::{
    Error,
    connection::location,
    error::{During, names},
    schema::quoted,
};

/// The SQL function that writes several texts as one key.
const FUNCTION: &str = "landfall_natural_key";

/// How many tables a key may lead through; a catalogue has no such cycles, this only bounds the recursion.
const DEEPEST: usize = 8;

/// Registers the SQL function that [`expression`] uses.
pub(crate) fn register(connection: &Connection) -> Result<(), Error> {
    connection
        .create_scalar_function(
            FUNCTION,
            -1,
            FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC,
            |context| {
                let mut parts = Vec::with_capacity(context.len());
                for index in 0..context.len() {
                    parts.push(context.get::<Option<String>>(index)?);
                }
                canonical::to_string(&parts)
                    .map_err(|error| rusqlite::Error::UserFunctionError(Box::new(error)))
            },
        )
        .during("register the natural key function", &location(connection))
}

/// Returns the SQL expression of the natural key of the row `alias` of the table, in the attached `schema`.
pub(crate) fn expression(
    catalogue: &Catalogue,
    table: &Table,
    schema: &str,
    alias: &str,
) -> Result<String, Error> {
    expression_at(catalogue, table, schema, alias, 0)
}

fn expression_at(
    catalogue: &Catalogue,
    table: &Table,
    schema: &str,
    alias: &str,
    depth: usize,
) -> Result<String, Error> {
    let none =
        || Error::NoNaturalKey { table: table.name.clone(), columns: names(&table.natural_key) };
    if table.natural_key.is_empty() || depth > DEEPEST {
        return Err(none());
    }
    let mut parts = Vec::with_capacity(table.natural_key.len());
    for name in &table.natural_key {
        let column = table.column(name).ok_or_else(none)?;
        let cell = format!("{}.{}", quoted(alias), quoted(name));
        let target = column.references.as_deref().and_then(|target| catalogue.table(target));
        parts.push(match (target, column.kind) {
            (Some(target), _) => {
                let inner = format!("{alias}_{name}");
                let key = expression_at(catalogue, target, schema, &inner, depth + 1)?;
                let inner = quoted(&inner);
                let target = quoted(&target.name);
                format!(
                    "(SELECT {key} FROM {schema}.{target} AS {inner} WHERE {inner}.\"id\" = {cell})"
                )
            }
            (None, ColumnKind::Bytes) => format!("hex({cell})"),
            (None, ColumnKind::Integer | ColumnKind::Boolean) => format!("CAST({cell} AS TEXT)"),
            (
                None,
                ColumnKind::Decimal | ColumnKind::Text | ColumnKind::Date | ColumnKind::DateTime,
            ) => cell,
        });
    }
    Ok(match parts.as_slice() {
        [single] => single.clone(),
        several => format!("{FUNCTION}({})", several.join(", ")),
    })
}

/// Takes a key apart into the texts of the table's key columns.
pub(crate) fn parts(table: &Table, key: &str) -> Result<Vec<Option<String>>, Error> {
    if table.natural_key.len() == 1 {
        return Ok(vec![Some(key.to_owned())]);
    }
    let wrong = || Error::WrongKey {
        table: table.name.clone(),
        expected: format!("a JSON array of the texts of {}", names(&table.natural_key)),
    };
    let parts = serde_json::from_str::<Vec<Option<String>>>(key).map_err(|_| wrong())?;
    if parts.len() == table.natural_key.len() { Ok(parts) } else { Err(wrong()) }
}

/// Returns the temporary table that [`make_keys`] fills.
pub(crate) fn keys_table(table: &Table) -> String {
    format!("temp.{}", quoted(&format!("landfall_key_of_{}", table.name)))
}

/// Returns the temporary table that [`make_ids`] fills.
pub(crate) fn ids_table(table: &Table) -> String {
    format!("temp.{}", quoted(&format!("landfall_id_of_{}", table.name)))
}

/// Makes the temporary table `(id, key)` of every row of a table, for writing keys instead of ids.
pub(crate) fn make_keys(
    connection: &Connection,
    catalogue: &Catalogue,
    table: &Table,
    schema: &str,
) -> Result<(), Error> {
    let name = keys_table(table);
    let key = expression(catalogue, table, schema, "r")?;
    make(
        connection,
        table,
        &format!("CREATE TABLE {name} (id INTEGER PRIMARY KEY, key TEXT NOT NULL)"),
        &format!(
            "INSERT INTO {name} (id, key) SELECT r.\"id\", {key} FROM {schema}.{} AS r",
            quoted(&table.name)
        ),
    )
}

/// Makes the temporary table `(key, id)` of every row of a table, for writing ids instead of keys.
pub(crate) fn make_ids(
    connection: &Connection,
    catalogue: &Catalogue,
    table: &Table,
    schema: &str,
) -> Result<(), Error> {
    let name = ids_table(table);
    let key = expression(catalogue, table, schema, "r")?;
    make(
        connection,
        table,
        &format!(
            "CREATE TABLE {name} (key TEXT PRIMARY KEY NOT NULL, id INTEGER NOT NULL) WITHOUT ROWID"
        ),
        &format!(
            "INSERT INTO {name} (key, id) SELECT {key}, r.\"id\" FROM {schema}.{} AS r",
            quoted(&table.name)
        ),
    )
}

fn make(connection: &Connection, table: &Table, create: &str, fill: &str) -> Result<(), Error> {
    let path = location(connection);
    connection.execute_batch(create).during("make a table of natural keys", &path)?;
    match connection.execute(fill, []) {
        Ok(_) => Ok(()),
        Err(cause) if cause.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
            let columns = names(&table.natural_key);
            let not_null = cause.sqlite_error().is_some_and(|error| {
                error.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_NOTNULL
            });
            Err(if not_null {
                Error::NoNaturalKey { table: table.name.clone(), columns }
            } else {
                Error::Duplicate { table: table.name.clone(), columns }
            })
        }
        Err(cause) => {
            Err(cause).during(&format!("read the natural keys of `{}`", table.name), &path)
        }
    }
}
