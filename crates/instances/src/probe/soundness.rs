//! Whether the file is sound: engine, integrity, references, nothing beside it.

use std::path::Path;

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::{Error, connection, connection::location, error::During};

/// References of one table to another that lead to no row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrokenReferences {
    /// The table that refers.
    pub table: String,
    /// The table referred to.
    pub references: String,
    /// How many.
    pub rows: u64,
}

/// Returns the version of the engine: `3.53.2`.
#[must_use]
pub fn sqlite_version() -> &'static str {
    rusqlite::version()
}

/// Runs the engine's integrity check: pages, indexes, types, NOT NULL and CHECK. Returns its findings (at most 100),
/// none when the file is sound.
///
/// # Errors
/// [`Error::Absent`], [`Error::Corrupted`] when the file cannot be read at all, [`Error::Sql`].
pub fn integrity(path: &Path) -> Result<Vec<String>, Error> {
    integrity_findings(&roomy(path)?)
}

/// Opens a file for checks that look rows up in any order: a page that is remembered is not read again.
fn roomy(path: &Path) -> Result<Connection, Error> {
    let connection = connection::read_only(path)?;
    connection.execute_batch("PRAGMA cache_size = -16384;").during("prepare reading", path)?;
    Ok(connection)
}

/// As [`integrity`], through an open connection.
pub(crate) fn integrity_findings(connection: &Connection) -> Result<Vec<String>, Error> {
    let mut findings: Vec<String> = vec![];
    connection
        .pragma_query(Some("main"), "integrity_check", |row| {
            findings.push(row.get(0)?);
            Ok(())
        })
        .during("check the integrity", &location(connection))?;
    findings.retain(|finding| finding != "ok");
    Ok(findings)
}

/// Returns the references that lead to no row, per pair of tables.
///
/// # Errors
/// [`Error::Absent`], [`Error::Sql`].
pub fn foreign_key_violations(path: &Path) -> Result<Vec<BrokenReferences>, Error> {
    broken_references(&roomy(path)?)
}

/// As [`foreign_key_violations`], through an open connection.
pub(crate) fn broken_references(connection: &Connection) -> Result<Vec<BrokenReferences>, Error> {
    let path = location(connection);
    let action = "check the references";
    let mut statement = connection
        .prepare(
            "SELECT f.\"table\", f.\"parent\", count(*) FROM pragma_foreign_key_check AS f
             GROUP BY f.\"table\", f.\"parent\" ORDER BY f.\"table\", f.\"parent\"",
        )
        .during(action, &path)?;
    let broken = statement
        .query_map([], |row| {
            Ok(BrokenReferences {
                table: row.get(0)?,
                references: row.get(1)?,
                rows: row.get::<_, i64>(2)?.unsigned_abs(),
            })
        })
        .during(action, &path)?
        .collect::<Result<Vec<_>, _>>()
        .during(action, &path)?;
    Ok(broken)
}

/// Returns the names of the files that SQLite left beside the instance: journal, write-ahead log, its index. A
/// finished instance has none.
#[must_use]
pub fn files_beside(path: &Path) -> Vec<String> {
    connection::beside(path)
        .iter()
        .filter(|beside| beside.exists())
        .filter_map(|beside| beside.file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .collect()
}
