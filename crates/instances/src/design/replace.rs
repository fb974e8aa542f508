//! Replace: Test gets a version of Main's design. What Test had of the study's designs goes, and with it every row about
//! people that hangs on the study.

use std::{collections::BTreeMap, path::Path};

use landfall_catalogue::{Catalogue, Table};
use rusqlite::{Connection, OptionalExtension as _, types::Value};

use super::{
    Content, Erased, Keep, STUDY, Shape, TableWritten, Written,
    add::{insert, insert_row, outside, study_id},
    shape::STUDY_COLUMN,
};
use crate::{
    connection,
    error::During,
    instance, natural_key,
    record::{Error, refused},
    schema::quoted,
};

/// A version that takes the place of all others.
#[derive(Debug, Clone)]
pub struct Replacement<'a> {
    /// The instance from which it comes: the study is copied from it where the other lacks it.
    pub source: &'a Path,
    /// The protocol code of the study.
    pub study: &'a str,
    /// The version, as it was read there. It keeps its number.
    pub content: &'a Content,
}

/// Where the ids of rows stand that go.
const GONE: &str = "temp.landfall_gone";

/// Puts a version in the place of every version that a study has in a finished instance, and erases the study's rows
/// about people there, in one durable transaction: all of it or nothing. The study itself stays as it is. Rows outside of
/// designs to which the version refers (a lab test) are found by natural key; a reference to what the instance lacks is
/// left empty and told.
///
/// # Errors
/// [`Error::NotFound`] when the source has no such study, those of [`Content::complete`], and [`Error::Instance`].
pub fn replace(
    path: &Path,
    catalogue: &Catalogue,
    replacement: &Replacement<'_>,
    keep: Keep<'_>,
) -> Result<Written, Error> {
    let shape = Shape::of(catalogue)?;
    let mut content = replacement.content.clone();
    content.complete(&shape)?;
    instance::check(path, catalogue)?;
    let mut connection = connection::changing(path)?;
    natural_key::register(&connection)?;
    let transaction = connection::begin(&mut connection, path)?;
    transaction
        .execute_batch("PRAGMA defer_foreign_keys = ON")
        .during("prepare the replacement", path)?;
    let found = study_id(&transaction, path, replacement.study)?;
    mark(&transaction, path, &shape, found)?;
    let counts = counts(&transaction, path)?;
    let loosened = loosened(&shape);
    let mut tables: Vec<(&Table, TableWritten)> = Vec::new();
    for table in catalogue.tables() {
        let added = match table.name.as_str() {
            STUDY => u64::from(found.is_none()),
            name => content.rows(name).len() as u64,
        };
        let removed = counts.get(&table.name).copied().unwrap_or(0);
        let is_set = loosened
            .iter()
            .any(|(other, _, target)| other.name == table.name && counts.contains_key(*target));
        if added > 0 || removed > 0 || is_set {
            let before = keep.state(&transaction, table)?;
            let name = table.name.clone();
            tables.push((table, TableWritten { table: name, added, removed, before, after: None }));
        }
    }
    remove(&transaction, path, &shape, &loosened)?;
    let study = match found {
        Some(id) => id,
        None => copy_study(&transaction, &shape, replacement)?,
    };
    let (outside, loose) = outside(&transaction, path, &shape, &content)?;
    let version_id = insert(&transaction, &shape, study, &content, &outside)?;
    for (table, done) in &mut tables {
        done.after = keep.state(&transaction, table)?;
    }
    let erased = shape.data().filter_map(|table| {
        let rows = counts.get(&table.name).copied().filter(|rows| *rows > 0)?;
        Some(Erased { table: table.name.clone(), title: table.title.clone(), rows })
    });
    let written = Written {
        study: replacement.study.to_owned(),
        new_study: found.is_none(),
        version_id,
        oid: content.value("oid").unwrap_or_default().to_owned(),
        revision: content.value("revision").and_then(|text| text.parse().ok()).unwrap_or(1),
        erased: erased.collect(),
        tables: tables.into_iter().map(|(_, done)| done).collect(),
        loose,
    };
    keep.finish(transaction, path, &written)?;
    Ok(written)
}

/// Notes the ids of all rows that go: the study's versions with what hangs on them, and the rows about people that hang on
/// the study or on those. Rows of `study` are noted with their table and stay.
fn mark(
    connection: &Connection,
    path: &Path,
    shape: &Shape<'_>,
    study: Option<i64>,
) -> Result<(), Error> {
    let action = "note what is to be removed";
    connection
        .execute_batch(&format!(
            "DROP TABLE IF EXISTS {GONE};
             CREATE TABLE {GONE} (table_name TEXT NOT NULL, row_id INTEGER NOT NULL,
               PRIMARY KEY (table_name, row_id)) WITHOUT ROWID"
        ))
        .during(action, path)?;
    let Some(study) = study else { return Ok(()) };
    connection
        .execute(&format!("INSERT INTO {GONE} VALUES ('{STUDY}', ?1)"), [study])
        .during(action, path)?;
    for part in shape.parts() {
        let (column, target) = part
            .owner
            .map_or((STUDY_COLUMN, STUDY), |(column, target)| (column.name.as_str(), target));
        mark_rows(connection, path, part.table, &[(column, target)])?;
    }
    for table in shape.data() {
        let columns: Vec<(&str, &str)> = table
            .references()
            .filter(|(_, target)| {
                *target == STUDY
                    || shape.holds(target)
                    || shape.data().any(|other| other.name == *target)
            })
            .map(|(column, target)| (column.name.as_str(), target))
            .collect();
        mark_rows(connection, path, table, &columns)?;
    }
    Ok(())
}

/// Notes the rows of a table that refer, by one of the columns, to a row that is noted.
fn mark_rows(
    connection: &Connection,
    path: &Path,
    table: &Table,
    columns: &[(&str, &str)],
) -> Result<(), Error> {
    let conditions: Vec<String> = columns
        .iter()
        .map(|(column, target)| {
            format!(
                "{} IN (SELECT row_id FROM {GONE} WHERE table_name = '{target}')",
                quoted(column)
            )
        })
        .collect();
    let sql = format!(
        "INSERT OR IGNORE INTO {GONE} SELECT '{name}', \"id\" FROM main.{} WHERE {}",
        quoted(&table.name),
        conditions.join(" OR "),
        name = table.name
    );
    connection.execute(&sql, []).during(&format!("note rows of `{}`", table.name), path)?;
    Ok(())
}

/// Counts the noted rows by table; those of `study` stay and do not count.
fn counts(connection: &Connection, path: &Path) -> Result<BTreeMap<String, u64>, Error> {
    let action = "count what is to be removed";
    let sql = format!(
        "SELECT table_name, count(*) FROM {GONE} WHERE table_name <> '{STUDY}' GROUP BY table_name"
    );
    let mut statement = connection.prepare(&sql).during(action, path)?;
    let counts = statement
        .query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?.unsigned_abs())))
        .during(action, path)?
        .collect::<Result<_, _>>()
        .during(action, path)?;
    Ok(counts)
}

/// Finds the references from other tables to rows that may go: they are left empty. A catalogue that requires one makes
/// its table a part of the design.
fn loosened<'a>(shape: &Shape<'a>) -> Vec<(&'a Table, &'a str, &'a str)> {
    let goes = |name: &str| shape.holds(name) || shape.data().any(|table| table.name == name);
    shape
        .catalogue()
        .tables()
        .iter()
        .filter(|table| !goes(&table.name))
        .flat_map(|table| table.references().map(move |(column, target)| (table, column, target)))
        .filter(|(_, column, target)| !column.required && goes(target))
        .map(|(table, column, target)| (table, column.name.as_str(), target))
        .collect()
}

fn remove(
    connection: &Connection,
    path: &Path,
    shape: &Shape<'_>,
    loosened: &[(&Table, &str, &str)],
) -> Result<(), Error> {
    for (table, column, target) in loosened {
        let column = quoted(column);
        let sql = format!(
            "UPDATE main.{} SET {column} = NULL
             WHERE {column} IN (SELECT row_id FROM {GONE} WHERE table_name = '{target}')",
            quoted(&table.name)
        );
        connection
            .execute(&sql, [])
            .during(&format!("leave references of `{}` empty", table.name), path)?;
    }
    let mut tables: Vec<&Table> = shape.tables().chain(shape.data()).collect();
    let order: BTreeMap<&str, usize> = shape
        .catalogue()
        .tables()
        .iter()
        .enumerate()
        .map(|(index, table)| (table.name.as_str(), index))
        .collect();
    // What refers to others goes before them.
    tables.sort_by_key(|table| std::cmp::Reverse(order.get(table.name.as_str()).copied()));
    for table in tables {
        let sql = format!(
            "DELETE FROM main.{} WHERE \"id\" IN
             (SELECT row_id FROM {GONE} WHERE table_name = '{name}')",
            quoted(&table.name),
            name = table.name
        );
        let action = format!("remove rows of `{}`", table.name);
        if let Err(cause) = connection.execute(&sql, []) {
            return Err(refused(connection, &table.name, &action, cause));
        }
    }
    Ok(())
}

/// Copies the row of the study, but for its id.
fn copy_study(
    connection: &Connection,
    shape: &Shape<'_>,
    replacement: &Replacement<'_>,
) -> Result<i64, Error> {
    let table = shape.study();
    let names: Vec<&str> = table
        .columns
        .iter()
        .filter(|column| column.name != "id" && column.references.is_none())
        .map(|column| column.name.as_str())
        .collect();
    let source = connection::read_only(replacement.source)?;
    let cells: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    let sql = format!(
        "SELECT {} FROM main.{} WHERE \"protocol_code\" = ?1",
        cells.join(", "),
        quoted(&table.name)
    );
    let values = source
        .query_row(&sql, [replacement.study], |row| {
            (0..names.len()).map(|index| row.get(index)).collect::<rusqlite::Result<Vec<Value>>>()
        })
        .optional()
        .during("read a study", replacement.source)?
        .ok_or_else(|| Error::NotFound { table: table.name.clone() })?;
    insert_row(connection, table, &names, values)
}
