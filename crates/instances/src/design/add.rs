//! Add: another version of a study's design, and the study where it is new.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use landfall_catalogue::{Catalogue, Table};
use rusqlite::{Connection, OptionalExtension as _, params_from_iter, types::Value};

use super::{
    Cell, Content, DESIGN, Keep, Row, STUDY, Shape, Study, TableWritten, Written,
    content::value,
    shape::{Part, STUDY_COLUMN},
};
use crate::{
    connection,
    error::During,
    instance, natural_key,
    record::{Error, refused},
    schema::quoted,
    value::canonical_value,
};

/// A version that is to be added.
#[derive(Debug, Clone)]
pub struct Addition<'a> {
    /// The study; it is made where no study has its protocol code, and left as it is where one has.
    pub study: &'a Study,
    /// The version. Its number is given here: the next one of the study. A reference out of designs that leads nowhere is left
    /// empty and told.
    pub content: &'a Content,
}

/// Adds a version to a finished instance, in one durable transaction: all of it or nothing. No other row is changed.
///
/// # Errors
/// [`Error::Taken`] when another version has its OID, those of [`Content::complete`], and [`Error::Instance`].
pub fn add(
    path: &Path,
    catalogue: &Catalogue,
    addition: &Addition<'_>,
    keep: Keep<'_>,
) -> Result<Written, Error> {
    let shape = Shape::of(catalogue)?;
    let mut content = addition.content.clone();
    content.complete(&shape)?;
    instance::check(path, catalogue)?;
    let mut connection = connection::changing(path)?;
    natural_key::register(&connection)?;
    let transaction = connection::begin(&mut connection, path)?;
    let mut tables = touched(&shape, &content);
    let found = study_id(&transaction, path, &addition.study.protocol_code)?;
    if found.is_none() {
        tables.insert(0, shape.study());
    }
    let mut written: Vec<TableWritten> = Vec::with_capacity(tables.len());
    for table in &tables {
        written.push(TableWritten {
            table: table.name.clone(),
            added: match table.name.as_str() {
                STUDY => 1,
                name => content.rows(name).len() as u64,
            },
            removed: 0,
            before: keep.state(&transaction, table)?,
            after: None,
        });
    }
    let study = match found {
        Some(id) => id,
        None => add_study(&transaction, &shape, addition.study)?,
    };
    let revision = next_revision(&transaction, path, study)?;
    content.set("revision", revision.to_string());
    let (outside, loose) = outside(&transaction, path, &shape, &content)?;
    let version_id = insert(&transaction, &shape, study, &content, &outside)?;
    for (done, table) in written.iter_mut().zip(&tables) {
        done.after = keep.state(&transaction, table)?;
    }
    let written = Written {
        study: addition.study.protocol_code.clone(),
        new_study: found.is_none(),
        version_id,
        oid: content.value("oid").unwrap_or_default().to_owned(),
        revision,
        tables: written,
        erased: Vec::new(),
        loose,
    };
    keep.finish(transaction, path, &written)?;
    Ok(written)
}

/// Returns the tables of which a version has rows.
fn touched<'a>(shape: &Shape<'a>, content: &Content) -> Vec<&'a Table> {
    shape.tables().filter(|table| !content.rows(&table.name).is_empty()).collect()
}

/// Returns the id of the study with that protocol code.
pub(super) fn study_id(
    connection: &Connection,
    path: &Path,
    protocol_code: &str,
) -> Result<Option<i64>, Error> {
    let found = connection
        .query_row(
            "SELECT \"id\" FROM main.\"study\" WHERE \"protocol_code\" = ?1",
            [protocol_code],
            |row| row.get(0),
        )
        .optional()
        .during("look up a study", path)?;
    Ok(found)
}

fn add_study(connection: &Connection, shape: &Shape<'_>, study: &Study) -> Result<i64, Error> {
    let mut columns = vec![("protocol_code", study.protocol_code.as_str())];
    columns.push(("name", study.name.as_str()));
    if let Some(title) = &study.title {
        columns.push(("title", title.as_str()));
    }
    let table = shape.study();
    let mut values = Vec::with_capacity(columns.len());
    for (name, text) in &columns {
        let column = table.column(name).ok_or_else(|| Error::UnknownColumn {
            table: table.name.clone(),
            column: (*name).to_owned(),
            columns: String::new(),
        })?;
        values.push(canonical_value(column, text).map_err(|cause| Error::WrongValue {
            table: table.name.clone(),
            column: column.name.clone(),
            cause,
        })?);
    }
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    insert_row(connection, table, &names, values)
}

fn next_revision(connection: &Connection, path: &Path, study: i64) -> Result<i64, Error> {
    let found: Option<i64> = connection
        .query_row(
            &format!(
                "SELECT max(\"revision\") FROM main.{} WHERE {} = ?1",
                quoted(DESIGN),
                quoted(STUDY_COLUMN)
            ),
            [study],
            |row| row.get(0),
        )
        .during("number a version of a design", path)?;
    Ok(found.unwrap_or(0).saturating_add(1))
}

/// Writes a version that is complete, and returns its id. `outside` has the ids of rows that stand outside of designs,
/// by table and natural key; what is not in it is left empty.
pub(super) fn insert(
    connection: &Connection,
    shape: &Shape<'_>,
    study: i64,
    content: &Content,
    outside: &Outside,
) -> Result<i64, Error> {
    let mut ids: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for part in shape.parts() {
        let rows = content.rows(&part.table.name);
        let mut own = Vec::with_capacity(rows.len());
        for row in rows {
            let (mut names, mut values) = (vec![], vec![]);
            if part.owner.is_none() {
                names.push(STUDY_COLUMN);
                values.push(Value::Integer(study));
            }
            for column in shape.columns(part) {
                let Some(cell) = row.get(&column.name) else { continue };
                let target = column.references.as_deref().unwrap_or_default();
                let value = match cell {
                    Cell::Value(_) => typed(part, row, &column.name)?,
                    Cell::Row(place) => ids
                        .get(target)
                        .and_then(|ids| ids.get(*place))
                        .map(|id| Value::Integer(*id)),
                    Cell::Outside(key) => {
                        let id = outside.get(&(target.to_owned(), key.clone()));
                        id.map(|id| Value::Integer(*id))
                    }
                };
                if let Some(value) = value {
                    names.push(&column.name);
                    values.push(value);
                }
            }
            own.push(insert_row(connection, part.table, &names, values)?);
        }
        ids.insert(&part.table.name, own);
    }
    ids.get(DESIGN)
        .and_then(|own| own.first())
        .copied()
        .ok_or_else(|| Error::Missing { table: DESIGN.to_owned(), column: "oid".to_owned() })
}

fn typed(part: Part<'_>, row: &Row, name: &str) -> Result<Option<Value>, Error> {
    let (Some(column), Some(text)) = (part.table.column(name), value(row, name)) else {
        return Ok(None);
    };
    canonical_value(column, text).map(Some).map_err(|cause| Error::WrongValue {
        table: part.table.name.clone(),
        column: column.name.clone(),
        cause,
    })
}

/// Inserts a row and returns its id.
pub(super) fn insert_row(
    connection: &Connection,
    table: &Table,
    names: &[&str],
    values: Vec<Value>,
) -> Result<i64, Error> {
    let columns: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    let places: Vec<String> = (1..=names.len()).map(|index| format!("?{index}")).collect();
    let sql = format!(
        "INSERT INTO main.{} ({}) VALUES ({})",
        quoted(&table.name),
        columns.join(", "),
        places.join(", ")
    );
    let action = format!("add a row to `{}`", table.name);
    let inserted = connection
        .prepare_cached(&sql)
        .and_then(|mut statement| statement.execute(params_from_iter(values)));
    match inserted {
        Ok(_) => Ok(connection.last_insert_rowid()),
        Err(cause) => Err(refused(connection, &table.name, &action, cause)),
    }
}

/// The ids of rows outside of designs, by table and natural key.
pub(super) type Outside = BTreeMap<(String, String), i64>;

/// Finds the rows outside of designs that a version refers to, and names those that the instance lacks.
pub(super) fn outside(
    connection: &Connection,
    path: &Path,
    shape: &Shape<'_>,
    content: &Content,
) -> Result<(Outside, Vec<String>), Error> {
    let mut wanted = BTreeSet::new();
    for part in shape.parts() {
        for row in content.rows(&part.table.name) {
            for column in shape.columns(part) {
                if let (Some(Cell::Outside(key)), Some(target)) =
                    (row.get(&column.name), column.references.as_deref())
                {
                    wanted.insert((target.to_owned(), key.clone()));
                }
            }
        }
    }
    let (mut found, mut loose) = (Outside::new(), Vec::new());
    for (name, key) in wanted {
        let table = shape
            .catalogue()
            .table(&name)
            .ok_or_else(|| Error::UnknownTable { table: name.clone() })?;
        let sql = format!(
            "SELECT r.\"id\" FROM main.{} AS r WHERE {} = ?1",
            quoted(&name),
            natural_key::expression(shape.catalogue(), table, "main", "r")?
        );
        let id: Option<i64> = connection
            .query_row(&sql, [&key], |row| row.get(0))
            .optional()
            .during(&format!("look up a row of `{name}`"), path)?;
        match id {
            Some(id) => {
                found.insert((name, key), id);
            }
            None => loose.push(format!("{} `{key}`", name.replace('_', " "))),
        }
    }
    Ok((found, loose))
}
