//! Read: the studies of an instance, the versions of their designs, and a version as a whole.

use std::{collections::BTreeMap, path::Path};

use landfall_catalogue::Catalogue;
use rusqlite::{Connection, OptionalExtension as _, types::Value};
use serde::Serialize;

use super::{
    Cell, Content, DESIGN, Row, Shape, Study,
    shape::{Part, STUDY_COLUMN},
};
use crate::{
    connection,
    error::During,
    instance, natural_key,
    record::{Error, text_of},
    schema::quoted,
};

/// A study as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// What it says itself.
    #[serde(flatten)]
    pub study: Study,
    /// Whether it is being designed, active or archived.
    pub status: String,
    /// The versions of its design, the first first.
    pub versions: Vec<ListedVersion>,
    /// How many rows about people hang on it.
    pub data: u64,
}

/// A version as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListedVersion {
    /// The row's id.
    pub id: i64,
    /// Its number within the study.
    pub revision: i64,
    /// Its OID.
    pub oid: String,
    /// Its name.
    pub name: String,
    /// Whether it is a draft, released or retired.
    pub status: String,
}

/// Lists the studies of a finished instance by their protocol codes.
///
/// # Errors
/// [`Error::UnknownTable`], [`Error::Instance`].
pub fn list(path: &Path, catalogue: &Catalogue) -> Result<Vec<Listed>, Error> {
    let shape = Shape::of(catalogue)?;
    instance::check(path, catalogue)?;
    let connection = connection::read_only(path)?;
    let action = "list the studies";
    let mut statement = connection
        .prepare(
            "SELECT \"id\", \"protocol_code\", \"name\", \"title\", \"status\" FROM main.\"study\"
             ORDER BY \"protocol_code\"",
        )
        .during(action, path)?;
    let found = statement
        .query_map([], |row| {
            let study = Study { protocol_code: row.get(1)?, name: row.get(2)?, title: row.get(3)? };
            Ok((row.get::<_, i64>(0)?, study, row.get::<_, String>(4)?))
        })
        .during(action, path)?
        .collect::<Result<Vec<_>, _>>()
        .during(action, path)?;
    let mut list = Vec::with_capacity(found.len());
    for (id, study, status) in found {
        list.push(Listed {
            study,
            status,
            versions: versions(&connection, path, id)?,
            data: data(&connection, path, &shape, id)?,
        });
    }
    Ok(list)
}

/// Returns the study with that protocol code.
///
/// # Errors
/// As [`list`].
pub fn study(
    path: &Path,
    catalogue: &Catalogue,
    protocol_code: &str,
) -> Result<Option<Listed>, Error> {
    Ok(list(path, catalogue)?.into_iter().find(|found| found.study.protocol_code == protocol_code))
}

fn versions(connection: &Connection, path: &Path, study: i64) -> Result<Vec<ListedVersion>, Error> {
    let action = "list the versions of a design";
    let sql = format!(
        "SELECT \"id\", \"revision\", \"oid\", \"name\", \"status\" FROM main.{} WHERE {} = ?1
         ORDER BY \"revision\", \"id\"",
        quoted(DESIGN),
        quoted(STUDY_COLUMN)
    );
    let mut statement = connection.prepare(&sql).during(action, path)?;
    let list = statement
        .query_map([study], |row| {
            Ok(ListedVersion {
                id: row.get(0)?,
                revision: row.get(1)?,
                oid: row.get(2)?,
                name: row.get(3)?,
                status: row.get(4)?,
            })
        })
        .during(action, path)?
        .collect::<Result<Vec<_>, _>>()
        .during(action, path)?;
    Ok(list)
}

/// Counts the rows about people that refer to a study.
fn data(connection: &Connection, path: &Path, shape: &Shape<'_>, study: i64) -> Result<u64, Error> {
    let mut all = 0;
    for table in shape.data() {
        for (column, _) in table.references().filter(|(_, target)| *target == super::STUDY) {
            let sql = format!(
                "SELECT count(*) FROM main.{} WHERE {} = ?1",
                quoted(&table.name),
                quoted(&column.name)
            );
            let rows: i64 = connection
                .query_row(&sql, [study], |row| row.get(0))
                .during(&format!("count rows of `{}`", table.name), path)?;
            all += rows.unsigned_abs();
        }
    }
    Ok(all)
}

/// Reads a version by the id of its row.
///
/// # Errors
/// [`Error::NotFound`] when there is no such version, [`Error::Instance`].
pub fn read(path: &Path, catalogue: &Catalogue, version: i64) -> Result<Content, Error> {
    let shape = Shape::of(catalogue)?;
    instance::check(path, catalogue)?;
    let connection = connection::read_only(path)?;
    natural_key::register(&connection)?;
    connection.execute_batch("BEGIN").during("begin reading", path)?;
    let there = connection
        .query_row(
            &format!("SELECT 1 FROM main.{} WHERE \"id\" = ?1", quoted(DESIGN)),
            [version],
            |_| Ok(()),
        )
        .optional()
        .during("look up a version of a design", path)?;
    if there.is_none() {
        return Err(Error::NotFound { table: DESIGN.to_owned() });
    }
    let mut content = Content::default();
    let mut places: BTreeMap<&str, BTreeMap<i64, usize>> = BTreeMap::new();
    for part in shape.parts() {
        let (rows, own) = part_rows(&connection, path, &shape, part, version, &places)?;
        places.insert(&part.table.name, own);
        if !rows.is_empty() {
            content.tables.insert(part.table.name.clone(), rows);
        }
    }
    Ok(content)
}

/// Reads the rows of a part that belong to the version, with their places by id.
fn part_rows(
    connection: &Connection,
    path: &Path,
    shape: &Shape<'_>,
    part: Part<'_>,
    version: i64,
    places: &BTreeMap<&str, BTreeMap<i64, usize>>,
) -> Result<(Vec<Row>, BTreeMap<i64, usize>), Error> {
    let table = part.table;
    let action = format!("read the rows of `{}`", table.name);
    let columns: Vec<_> = shape.columns(part).collect();
    let mut cells = vec!["r.\"id\"".to_owned()];
    for column in &columns {
        let outside = column.references.as_deref().filter(|target| !shape.holds(target));
        cells.push(match outside.and_then(|target| shape.catalogue().table(target)) {
            Some(target) => format!(
                "(SELECT {} FROM main.{} AS t WHERE t.\"id\" = r.{})",
                natural_key::expression(shape.catalogue(), target, "main", "t")?,
                quoted(&target.name),
                quoted(&column.name)
            ),
            None => format!("r.{}", quoted(&column.name)),
        });
    }
    let sql = format!(
        "SELECT {} FROM main.{} AS r WHERE r.\"id\" IN ({}) ORDER BY r.\"id\"",
        cells.join(", "),
        quoted(&table.name),
        of_version(shape, part)
    );
    let mut statement = connection.prepare(&sql).during(&action, path)?;
    let mut cursor = statement.query([version]).during(&action, path)?;
    let (mut rows, mut own) = (Vec::new(), BTreeMap::new());
    while let Some(found) = cursor.next().during(&action, path)? {
        let id: i64 = found.get(0).during(&action, path)?;
        let mut row = Row::new();
        for (index, column) in columns.iter().enumerate() {
            let value: Value = found.get(index + 1).during(&action, path)?;
            let Some(text) = text_of(&value) else { continue };
            let cell = match (column.references.as_deref(), value) {
                (None, _) => Cell::Value(text),
                (Some(target), Value::Integer(id)) if shape.holds(target) => {
                    // A reference into another version of a design, which only a record change can make.
                    let Some(place) = places.get(target).and_then(|own| own.get(&id)) else {
                        return Err(Error::OtherDesign {
                            table: table.name.clone(),
                            column: column.name.clone(),
                            references: target.to_owned(),
                            id,
                        });
                    };
                    Cell::Row(*place)
                }
                (Some(_), _) => Cell::Outside(text),
            };
            row.insert(column.name.clone(), cell);
        }
        own.insert(id, rows.len());
        rows.push(row);
    }
    Ok((rows, own))
}

/// Returns the query of the ids of the rows of a part that belong to version `?1`.
pub(super) fn of_version(shape: &Shape<'_>, part: Part<'_>) -> String {
    let Some((column, target)) = part.owner else { return "?1".to_owned() };
    let owners = match shape.parts().find(|other| other.table.name == target) {
        Some(owner) if owner.owner.is_some() => of_version(shape, owner),
        _ => "?1".to_owned(),
    };
    format!(
        "SELECT \"id\" FROM main.{} WHERE {} IN ({owners})",
        quoted(&part.table.name),
        quoted(&column.name)
    )
}
