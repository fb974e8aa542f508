//! Whether the tables and indexes are those that the catalogue yields.

use std::{collections::BTreeMap, path::Path};

use landfall_catalogue::{Catalogue, Column, Table};
use rusqlite::Connection;

use crate::{
    Error, connection,
    connection::location,
    error::During,
    fingerprint::normalised,
    schema::{self, OWN_NAMES, Object, type_name},
};

/// Compares the instance's tables, columns and indexes with what the catalogue yields. Returns one sentence per
/// difference, naming what is missing, extra or changed; none when they agree.
///
/// # Errors
/// [`Error::Absent`], [`Error::Sql`].
pub fn schema_differences(path: &Path, catalogue: &Catalogue) -> Result<Vec<String>, Error> {
    let connection = connection::read_only(path)?;
    let mut found = read(&connection)?;
    let mut differences = vec![];
    for own in OWN_NAMES {
        if found.remove(&("table".to_owned(), own.to_owned())).is_none() {
            differences.push(format!("table `{own}` is missing"));
        }
    }
    for object in schema::objects(catalogue) {
        let key = (object.kind.to_owned(), object.name.clone());
        match found.remove(&key) {
            None => differences.push(format!("{} `{}` is missing", object.kind, object.name)),
            Some(sql) if normalised(&sql) == normalised(&object.sql) => {}
            Some(_) => describe(&connection, catalogue, &object, &mut differences)?,
        }
    }
    for (kind, name) in found.into_keys() {
        differences.push(format!("{kind} `{name}` is extra"));
    }
    Ok(differences)
}

/// Reads kind and name of everything in the schema, with its statement; what SQLite makes for itself is left out.
fn read(connection: &Connection) -> Result<BTreeMap<(String, String), String>, Error> {
    let path = location(connection);
    let action = "read the schema";
    let mut statement = connection
        .prepare(
            "SELECT type, name, coalesce(sql, '') FROM sqlite_schema
             WHERE substr(name, 1, 7) <> 'sqlite_'",
        )
        .during(action, &path)?;
    let objects = statement
        .query_map([], |row| {
            let key = (row.get::<_, String>(0)?, row.get::<_, String>(1)?);
            Ok((key, row.get::<_, String>(2)?))
        })
        .during(action, &path)?
        .collect::<Result<BTreeMap<_, _>, _>>()
        .during(action, &path)?;
    Ok(objects)
}

fn describe(
    connection: &Connection,
    catalogue: &Catalogue,
    object: &Object,
    differences: &mut Vec<String>,
) -> Result<(), Error> {
    let before = differences.len();
    if object.kind == "table"
        && let Some(table) = catalogue.table(&object.name)
    {
        describe_columns(connection, table, differences)?;
    }
    if differences.len() == before {
        differences.push(format!(
            "{} `{}` has another definition than the catalogue yields",
            object.kind, object.name
        ));
    }
    Ok(())
}

fn describe_columns(
    connection: &Connection,
    table: &Table,
    differences: &mut Vec<String>,
) -> Result<(), Error> {
    let mut found = read_columns(connection, table)?;
    for column in &table.columns {
        let expected = described(column);
        match found.remove(&column.name) {
            None => differences
                .push(format!("column `{}` of table `{}` is missing", column.name, table.name)),
            Some(actual) if actual == expected => {}
            Some(actual) => differences.push(format!(
                "column `{}` of table `{}` differs: expected `{expected}`, found `{actual}`",
                column.name, table.name
            )),
        }
    }
    for name in found.into_keys() {
        differences.push(format!("column `{name}` of table `{}` is extra", table.name));
    }
    Ok(())
}

fn described(column: &Column) -> String {
    let type_name = type_name(column.kind);
    if column.name == "id" {
        format!("{type_name} PRIMARY KEY")
    } else if column.required {
        format!("{type_name} NOT NULL")
    } else {
        type_name.to_owned()
    }
}

fn read_columns(connection: &Connection, table: &Table) -> Result<BTreeMap<String, String>, Error> {
    let path = location(connection);
    let action = format!("read the columns of `{}`", table.name);
    let mut statement = connection
        .prepare("SELECT c.name, c.type, c.\"notnull\", c.pk FROM pragma_table_xinfo(?1) AS c")
        .during(&action, &path)?;
    let columns = statement
        .query_map([&table.name], |row| {
            let name: String = row.get(0)?;
            let mut described: String = row.get(1)?;
            if row.get::<_, i64>(3)? > 0 {
                described.push_str(" PRIMARY KEY");
            } else if row.get::<_, bool>(2)? {
                described.push_str(" NOT NULL");
            }
            Ok((name, described))
        })
        .during(&action, &path)?
        .collect::<Result<BTreeMap<_, _>, _>>()
        .during(&action, &path)?;
    Ok(columns)
}
