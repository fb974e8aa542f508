//! What is in an instance: rows, the packages they came from, stubs.

use std::path::Path;

use landfall_catalogue::{Catalogue, Table, Travels};
use landfall_core::digest::Digest;
use serde::{Deserialize, Serialize};

use crate::{Error, connection, error::During, schema::quoted};

/// The number of rows of one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowCount {
    /// The table.
    pub table: String,
    /// Its rows.
    pub rows: u64,
}

/// Counts the rows of every table of the catalogue, in load order.
///
/// # Errors
/// [`Error::Absent`], [`Error::Sql`] when a table is missing.
pub fn row_counts(path: &Path, catalogue: &Catalogue) -> Result<Vec<RowCount>, Error> {
    counts(path, catalogue.tables().iter())
}

/// As [`row_counts`], of the tables whose rows never travel.
///
/// # Errors
/// As [`row_counts`].
pub fn never_travelling_rows(path: &Path, catalogue: &Catalogue) -> Result<Vec<RowCount>, Error> {
    counts(path, catalogue.tables().iter().filter(|table| table.travels == Travels::Never))
}

fn counts<'t>(
    path: &Path,
    tables: impl Iterator<Item = &'t Table>,
) -> Result<Vec<RowCount>, Error> {
    let connection = connection::read_only(path)?;
    let mut counts = vec![];
    for table in tables {
        let rows: i64 = connection
            .query_row(&format!("SELECT count(*) FROM main.{}", quoted(&table.name)), [], |row| {
                row.get(0)
            })
            .during(&format!("count the rows of `{}`", table.name), path)?;
        counts.push(RowCount { table: table.name.clone(), rows: rows.unsigned_abs() });
    }
    Ok(counts)
}

/// A package that was loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Loaded {
    /// What it carries.
    pub kind: String,
    /// Its name.
    pub package: Digest,
    /// Whether it was masked on its way.
    pub masked: bool,
}

/// Returns the packages that were loaded into the instance, in their order.
///
/// # Errors
/// [`Error::Absent`], [`Error::Corrupted`] when a name is no digest, [`Error::Sql`].
pub fn packages_loaded(path: &Path) -> Result<Vec<Loaded>, Error> {
    let connection = connection::read_only(path)?;
    let action = "read the packages loaded";
    let mut statement = connection
        .prepare("SELECT kind, package, masked FROM main.landfall_loaded ORDER BY rowid")
        .during(action, path)?;
    let mut rows = statement.query([]).during(action, path)?;
    let mut loaded = vec![];
    while let Some(row) = rows.next().during(action, path)? {
        let package: String = row.get(1).during(action, path)?;
        loaded.push(Loaded {
            kind: row.get(0).during(action, path)?,
            package: package.parse().map_err(|_| Error::Corrupted {
                path: path.to_owned(),
                what: "expected digests in `landfall_loaded`, found another text".to_owned(),
            })?,
            masked: row.get(2).during(action, path)?,
        });
    }
    Ok(loaded)
}

/// Counts the stub rows per table, sorted by table; none in an instance with a configuration of its own.
///
/// # Errors
/// [`Error::Absent`], [`Error::Sql`].
pub fn stub_rows(path: &Path) -> Result<Vec<RowCount>, Error> {
    let connection = connection::read_only(path)?;
    let action = "count the stub rows";
    let mut statement = connection
        .prepare(
            "SELECT table_name, count(*) FROM main.landfall_stub
             GROUP BY table_name ORDER BY table_name",
        )
        .during(action, path)?;
    let stubs = statement
        .query_map([], |row| {
            Ok(RowCount { table: row.get(0)?, rows: row.get::<_, i64>(1)?.unsigned_abs() })
        })
        .during(action, path)?
        .collect::<Result<Vec<_>, _>>()
        .during(action, path)?;
    Ok(stubs)
}
