//! Stub rows: stand-ins for rows of a package that an instance does not have. They are marked, and never extracted.

use landfall_catalogue::{Catalogue, Column, Kind as ColumnKind, Table};
use rusqlite::{Connection, OptionalExtension as _, params_from_iter, types::Value};

use crate::{
    Error,
    connection::location,
    error::{During, names},
    natural_key,
    schema::{self, quoted},
    value,
};

/// Returns the id of the row with that natural key, making a stub where there is none.
pub(super) fn ensure(
    connection: &Connection,
    catalogue: &Catalogue,
    table: &Table,
    key: &str,
) -> Result<i64, Error> {
    let path = location(connection);
    let expression = natural_key::expression(catalogue, table, "main", "r")?;
    let found = connection
        .query_row(
            &format!(
                "SELECT r.\"id\" FROM main.{} AS r WHERE {expression} = ?1",
                quoted(&table.name)
            ),
            [key],
            |row| row.get::<_, i64>(0),
        )
        .optional()
        .during(&format!("look up a row of `{}`", table.name), &path)?;
    match found {
        Some(id) => Ok(id),
        None => insert(connection, catalogue, table, &natural_key::parts(table, key)?),
    }
}

/// Inserts a stub: its natural key as given, every other column that needs a value with one that says nothing.
fn insert(
    connection: &Connection,
    catalogue: &Catalogue,
    table: &Table,
    key: &[Option<String>],
) -> Result<i64, Error> {
    let path = location(connection);
    let action = format!("make a stub row of `{}`", table.name);
    let id: i64 = connection
        .query_row(
            &format!(
                "SELECT coalesce(max(r.\"id\"), 0) + 1 FROM main.{} AS r",
                quoted(&table.name)
            ),
            [],
            |row| row.get(0),
        )
        .during(&action, &path)?;
    let mut columns = vec![quoted("id")];
    let mut places = vec!["?1".to_owned()];
    let mut values = vec![Value::Integer(id)];
    for column in table.columns.iter().filter(|column| column.name != "id") {
        let part = table.natural_key.iter().position(|name| *name == column.name);
        let value = match part.and_then(|index| key.get(index)) {
            Some(Some(text)) => key_value(connection, catalogue, table, column, text)?,
            Some(None) => continue,
            None if !column.required || column.default.is_some() => continue,
            None => match column.references.as_deref() {
                Some(target) if target == table.name => Value::Integer(id),
                Some(target) => Value::Integer(any(connection, catalogue, target)?),
                None if must_differ(table, column) => Value::Text(format!("stub {id}")),
                None => {
                    columns.push(quoted(&column.name));
                    places.push(schema::neutral_literal(column));
                    continue;
                }
            },
        };
        values.push(value);
        columns.push(quoted(&column.name));
        places.push(format!("?{}", values.len()));
    }
    connection
        .execute(
            &format!(
                "INSERT INTO main.{} ({}) VALUES ({})",
                quoted(&table.name),
                columns.join(", "),
                places.join(", ")
            ),
            params_from_iter(values),
        )
        .during(&action, &path)?;
    connection
        .execute(
            "INSERT INTO main.landfall_stub (table_name, row_id) VALUES (?1, ?2)",
            rusqlite::params![table.name, id],
        )
        .during(&action, &path)?;
    Ok(id)
}

/// Returns the value of a natural key's column; where the column is a reference, the id of the row it names.
fn key_value(
    connection: &Connection,
    catalogue: &Catalogue,
    table: &Table,
    column: &Column,
    text: &str,
) -> Result<Value, Error> {
    if let Some(target) = column.references.as_deref().and_then(|name| catalogue.table(name)) {
        return ensure(connection, catalogue, target, text).map(Value::Integer);
    }
    value::from_canonical(column, text).ok_or_else(|| Error::WrongKey {
        table: table.name.clone(),
        expected: format!("values of the types of {}", names(&table.natural_key)),
    })
}

/// Returns the id of any row of the table, for a reference that a stub must have; makes a stub where there is none.
fn any(connection: &Connection, catalogue: &Catalogue, table: &str) -> Result<i64, Error> {
    let table =
        catalogue.table(table).ok_or_else(|| Error::UnknownTable { table: table.to_owned() })?;
    let least = connection
        .query_row(
            &format!("SELECT min(r.\"id\") FROM main.{} AS r", quoted(&table.name)),
            [],
            |row| row.get::<_, Option<i64>>(0),
        )
        .during(&format!("look up a row of `{}`", table.name), &location(connection))?;
    match least {
        Some(id) => Ok(id),
        None => insert(connection, catalogue, table, &[]),
    }
}

/// Tells whether a value that says nothing would collide with that of another stub.
fn must_differ(table: &Table, column: &Column) -> bool {
    column.kind == ColumnKind::Text
        && column.values.is_empty()
        && table.unique.iter().any(|columns| columns.contains(&column.name))
}
