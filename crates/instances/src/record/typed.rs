//! Texts that people type, as values of columns.

use landfall_catalogue::{Catalogue, Column, Table};
use rusqlite::{Connection, OptionalExtension as _, params_from_iter, types::Value};

use super::Error;
use crate::{
    connection::location,
    error::{During, names},
    natural_key,
    schema::quoted,
    value::canonical_value,
};

/// Which record is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordKey {
    /// The record with that id.
    Id(i64),
    /// The one record with these values in these columns, usually those of the natural key.
    Natural(Vec<(String, String)>),
}

/// Returns the catalogue's table of that name.
pub(super) fn known_table<'a>(catalogue: &'a Catalogue, table: &str) -> Result<&'a Table, Error> {
    catalogue.table(table).ok_or_else(|| Error::UnknownTable { table: table.to_owned() })
}

/// Returns the column of that name, or the reference column of that name without `_id`.
pub(super) fn known_column<'a>(table: &'a Table, name: &str) -> Result<&'a Column, Error> {
    let reference =
        || table.column(&format!("{name}_id")).filter(|column| column.references.is_some());
    table.column(name).or_else(reference).ok_or_else(|| Error::UnknownColumn {
        table: table.name.clone(),
        column: name.to_owned(),
        columns: names(&table.columns.iter().map(|column| &column.name).collect::<Vec<_>>()),
    })
}

/// Reads given columns and texts as values to write; neither the id nor a column twice.
pub(super) fn given<'a, C: AsRef<str>, V: AsRef<str>>(
    connection: &Connection,
    catalogue: &Catalogue,
    table: &'a Table,
    values: &[(C, V)],
) -> Result<Vec<(&'a Column, Value)>, Error> {
    let mut typed: Vec<(&Column, Value)> = Vec::with_capacity(values.len());
    for (name, text) in values {
        let column = known_column(table, name.as_ref())?;
        if column.name == "id" {
            return Err(Error::IdGiven { table: table.name.clone() });
        }
        if typed.iter().any(|(other, _)| other.name == column.name) {
            return Err(Error::Twice { table: table.name.clone(), column: column.name.clone() });
        }
        typed.push((column, value(connection, catalogue, table, column, text.as_ref())?));
    }
    Ok(typed)
}

/// Reads one text as the value of a column; a reference by natural key or id.
fn value(
    connection: &Connection,
    catalogue: &Catalogue,
    table: &Table,
    column: &Column,
    text: &str,
) -> Result<Value, Error> {
    if text.is_empty() {
        return if column.required {
            Err(Error::Missing { table: table.name.clone(), column: column.name.clone() })
        } else {
            Ok(Value::Null)
        };
    }
    if let Some(target) = column.references.as_deref() {
        let target = known_table(catalogue, target)?;
        return match referred(connection, catalogue, target, text)? {
            Some(id) => Ok(Value::Integer(id)),
            None => Err(Error::NoReference {
                table: table.name.clone(),
                column: column.name.clone(),
                references: target.name.clone(),
                expected: match target.natural_key.as_slice() {
                    [] => "the id".to_owned(),
                    [single] => format!("the id or `{single}`"),
                    several => format!("the id or a JSON array of {}", names(several)),
                },
            }),
        };
    }
    canonical_value(column, text).map_err(|cause| Error::WrongValue {
        table: table.name.clone(),
        column: column.name.clone(),
        cause,
    })
}

/// Returns the id of the row that a text names. The natural key comes first: a site may well be called `1001`.
fn referred(
    connection: &Connection,
    catalogue: &Catalogue,
    target: &Table,
    text: &str,
) -> Result<Option<i64>, Error> {
    let path = location(connection);
    let action = format!("look up a row of `{}`", target.name);
    if !target.natural_key.is_empty() {
        natural_key::register(connection)?;
        let key = natural_key::expression(catalogue, target, "main", "r")?;
        let found = connection
            .query_row(
                &format!(
                    "SELECT r.\"id\" FROM main.{} AS r WHERE {key} = ?1",
                    quoted(&target.name)
                ),
                [text],
                |row| row.get::<_, i64>(0),
            )
            .optional()
            .during(&action, &path)?;
        if found.is_some() {
            return Ok(found);
        }
    }
    let Ok(id) = text.parse::<i64>() else { return Ok(None) };
    let found = connection
        .query_row(
            &format!("SELECT r.\"id\" FROM main.{} AS r WHERE r.\"id\" = ?1", quoted(&target.name)),
            [id],
            |row| row.get::<_, i64>(0),
        )
        .optional()
        .during(&action, &path)?;
    Ok(found)
}

/// Returns the id of the one row that the key means.
pub(super) fn find(
    connection: &Connection,
    catalogue: &Catalogue,
    table: &Table,
    key: &RecordKey,
) -> Result<i64, Error> {
    let (condition, values) = match key {
        RecordKey::Id(id) => ("r.\"id\" = ?1".to_owned(), vec![Value::Integer(*id)]),
        RecordKey::Natural(pairs) => {
            if pairs.is_empty() {
                return Err(Error::NotFound { table: table.name.clone() });
            }
            let typed = given(connection, catalogue, table, pairs)?;
            let conditions: Vec<String> = typed
                .iter()
                .enumerate()
                .map(|(index, (column, _))| format!("r.{} IS ?{}", quoted(&column.name), index + 1))
                .collect();
            (conditions.join(" AND "), typed.into_iter().map(|(_, value)| value).collect())
        }
    };
    let (rows, id) = connection
        .query_row(
            &format!(
                "SELECT count(*), min(r.\"id\") FROM main.{} AS r WHERE {condition}",
                quoted(&table.name)
            ),
            params_from_iter(values),
            |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?)),
        )
        .during(&format!("look up a record of `{}`", table.name), &location(connection))?;
    match (rows, id) {
        (1, Some(id)) => Ok(id),
        (_, None) => Err(Error::NotFound { table: table.name.clone() }),
        (rows, Some(_)) => {
            Err(Error::Ambiguous { table: table.name.clone(), rows: rows.unsigned_abs() })
        }
    }
}

/// Checks a setting's value against the type that the catalogue knows for its key. `row` is the row as it would stand.
pub(super) fn check_setting(
    catalogue: &Catalogue,
    table: &Table,
    row: &[Option<String>],
) -> Result<(), Error> {
    let Some(filter) = table.filter.as_ref().filter(|filter| filter.integration) else {
        return Ok(());
    };
    let cell = |name: &str| {
        let index = table.columns.iter().position(|column| column.name == name)?;
        row.get(index)?.as_deref()
    };
    let (Some(key), Some(value)) = (cell(&filter.column), cell("value")) else { return Ok(()) };
    match catalogue.known_key(key) {
        Some(known) if !known.accepts(value) => Err(Error::WrongSetting {
            key: key.to_owned(),
            expected: if known.values.is_empty() {
                format!("a value of type `{}`", known.value_type)
            } else {
                format!("one of {}", names(&known.values))
            },
        }),
        _ => Ok(()),
    }
}
