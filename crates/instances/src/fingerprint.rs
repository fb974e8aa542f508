//! Fingerprints: what an instance holds, as digests. Two instances with equal content have equal fingerprints.

use std::path::Path;

use landfall_catalogue::{Catalogue, Table};
use landfall_core::digest::Digest;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::{
    Error, connection,
    connection::location,
    error::During,
    package::{TableDigest, table_digest},
};

/// The fingerprint of an instance. Landfall's own tables, which say whose instance it is, are not part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fingerprint {
    /// The digest of the tables' and indexes' definitions.
    pub schema: Digest,
    /// Every table of the catalogue with all its columns, in load order.
    pub tables: Vec<TableDigest>,
    /// The SHA-256 of the canonical JSON of `schema` and `tables`.
    pub digest: Digest,
}

/// What [`Fingerprint::digest`] is the digest of.
#[derive(Serialize)]
struct Content<'a> {
    schema: Digest,
    tables: &'a [TableDigest],
}

/// Computes the fingerprint of an instance. Memory stays flat.
///
/// # Errors
/// [`Error::Absent`], [`Error::Float`], [`Error::Sql`] when a table or column of the catalogue is missing.
pub fn fingerprint(path: &Path, catalogue: &Catalogue) -> Result<Fingerprint, Error> {
    let connection = connection::read_only(path)?;
    let transaction = connection.unchecked_transaction().during("begin reading", path)?;
    let schema = schema_digest(&transaction)?;
    let mut tables = Vec::with_capacity(catalogue.tables().len());
    for table in catalogue.tables() {
        let columns: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        tables.push(table_digest(&transaction, "main", &table.name, &columns)?);
    }
    let digest = Digest::of_canonical(&Content { schema, tables: &tables })?;
    Ok(Fingerprint { schema, tables, digest })
}

/// Computes the digest of some columns of one table, rows in the order of their ids: for comparing what masks leave
/// alone. The columns stand in the digest in the given order.
///
/// # Errors
/// [`Error::UnknownTable`], [`Error::UnknownColumn`], and those of [`fingerprint`].
pub fn column_digest(
    path: &Path,
    catalogue: &Catalogue,
    table: &str,
    columns: &[&str],
) -> Result<TableDigest, Error> {
    let table = known_table(catalogue, table)?;
    if let Some(unknown) = columns.iter().find(|name| table.column(name).is_none()) {
        return Err(Error::UnknownColumn {
            table: table.name.clone(),
            column: (*unknown).to_owned(),
        });
    }
    table_digest(&connection::read_only(path)?, "main", &table.name, columns)
}

/// Returns the catalogue's table of that name.
fn known_table<'a>(catalogue: &'a Catalogue, table: &str) -> Result<&'a Table, Error> {
    catalogue.table(table).ok_or_else(|| Error::UnknownTable { table: table.to_owned() })
}

/// Returns the digest of the definitions: one line per object, sorted, white space made equal.
fn schema_digest(connection: &Connection) -> Result<Digest, Error> {
    let path = location(connection);
    let action = "read the schema";
    let mut statement = connection
        .prepare(
            "SELECT type, name, sql FROM sqlite_schema
             WHERE substr(tbl_name, 1, 9) <> 'landfall_'
               AND substr(tbl_name, 1, 7) <> 'sqlite_' AND sql IS NOT NULL",
        )
        .during(action, &path)?;
    let mut lines = statement
        .query_map([], |row| {
            let kind: String = row.get(0)?;
            let name: String = row.get(1)?;
            let sql: String = row.get(2)?;
            Ok(format!("{kind} {name} {}", normalised(&sql)))
        })
        .during(action, &path)?
        .collect::<Result<Vec<_>, _>>()
        .during(action, &path)?;
    lines.sort_unstable();
    Ok(Digest::of(lines.join("\n").as_bytes()))
}

/// Writes a statement with single spaces, so that line breaks do not count.
pub(crate) fn normalised(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}
