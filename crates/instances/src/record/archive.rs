//! Archive: a record that is kept and no longer used.

use std::path::Path;

use landfall_catalogue::{Catalogue, Kind as ColumnKind};

use super::{Error, RecordKey, Recorded, set, set_noted, set_rehearsed, typed::known_table};

/// The column that says a record is archived.
const ARCHIVED: &str = "archived";

/// Archives one record of a finished instance: its column `archived` becomes true.
///
/// # Errors
/// [`Error::NotArchivable`] when the table has no such column, and those of [`super::set()`].
pub fn archive(
    path: &Path,
    catalogue: &Catalogue,
    table: &str,
    key: &RecordKey,
) -> Result<Recorded, Error> {
    archivable(catalogue, table)?;
    set(path, catalogue, table, key, &[(ARCHIVED, "true")])
}

/// As [`archive`], keeping a note of it in the outbox within the same transaction.
///
/// # Errors
/// As [`archive`].
pub fn archive_noted(
    path: &Path,
    catalogue: &Catalogue,
    table: &str,
    key: &RecordKey,
    note: &str,
) -> Result<Recorded, Error> {
    archivable(catalogue, table)?;
    set_noted(path, catalogue, table, key, &[(ARCHIVED, "true")], note)
}

/// Checks everything that [`archive`] checks and changes nothing.
///
/// # Errors
/// As [`archive`].
pub fn archive_rehearsed(
    path: &Path,
    catalogue: &Catalogue,
    table: &str,
    key: &RecordKey,
) -> Result<Recorded, Error> {
    archivable(catalogue, table)?;
    set_rehearsed(path, catalogue, table, key, &[(ARCHIVED, "true")])
}

fn archivable(catalogue: &Catalogue, table: &str) -> Result<(), Error> {
    let declared = known_table(catalogue, table)?;
    match declared.column(ARCHIVED) {
        Some(column) if column.kind == ColumnKind::Boolean => Ok(()),
        _ => Err(Error::NotArchivable { table: declared.name.clone() }),
    }
}
