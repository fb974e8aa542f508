//! Finish: indexes, checks, and one durable file.

use std::path::Path;

use landfall_catalogue::Catalogue;
use rusqlite::{Connection, ErrorCode};

use super::identity::check_catalogue;
use crate::{
    Error, connection,
    connection::location,
    error::{During, names},
    probe, schema,
};

/// The mark of a finished instance in `PRAGMA user_version`: the version of its layout.
const LAYOUT: i64 = 1;

/// Completes an instance: makes the indexes, checks that every reference leads to a row, and leaves one durable file with
/// nothing beside it. A finished instance stays as it is, so that an interrupted step can be repeated.
///
/// What a build may have got wrong is proved here: that values which must differ do (the indexes), and that references
/// lead somewhere, because neither was enforced while the rows were written. That pages, indexes and types are sound is
/// proved once, on the file at rest, by [`crate::probe::integrity()`]: every instance has that test before it is
/// accepted, and a failed one rejects the build.
///
/// # Errors
/// [`Error::Duplicate`] naming the table and columns whose values must differ, [`Error::BrokenReferences`],
/// [`Error::Corrupted`], [`Error::WrongCatalogue`], [`Error::Sql`]. After any of them the file is to be thrown away.
pub fn finish(path: &Path, catalogue: &Catalogue) -> Result<(), Error> {
    connection::there(path)?;
    let connection = connection::building(path)?;
    check_catalogue(&connection, catalogue)?;
    if is_finished(&connection)? {
        return Ok(());
    }
    make_indexes(&connection, catalogue, path)?;
    if let Some(broken) = probe::broken_references(&connection)?.into_iter().next() {
        return Err(Error::BrokenReferences {
            table: broken.table,
            references: broken.references,
            rows: broken.rows,
        });
    }
    connection
        .execute_batch(&format!(
            "PRAGMA main.locking_mode = NORMAL;
             PRAGMA main.synchronous = FULL;
             PRAGMA main.journal_mode = DELETE;
             PRAGMA main.user_version = {LAYOUT};"
        ))
        .during("mark as finished", path)?;
    connection::close_durably(connection, path)?;
    for left in connection::beside(path) {
        connection::remove(&left)?;
    }
    connection::sync_folder(path)
}

fn make_indexes(connection: &Connection, catalogue: &Catalogue, path: &Path) -> Result<(), Error> {
    let transaction = connection.unchecked_transaction().during("begin", path)?;
    for index in schema::objects(catalogue).into_iter().filter(|object| object.kind == "index") {
        match transaction.execute_batch(&index.sql) {
            Ok(()) => {}
            Err(cause) if cause.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
                return Err(Error::Duplicate {
                    table: index.table,
                    columns: names(&index.columns),
                });
            }
            Err(cause) => {
                return Err(cause).during(&format!("create index `{}`", index.name), path);
            }
        }
    }
    transaction.commit().during("commit", path)
}

/// Tells whether the instance was finished.
pub(crate) fn is_finished(connection: &Connection) -> Result<bool, Error> {
    connection
        .pragma_query_value(Some("main"), "user_version", |row| row.get::<_, i64>(0))
        .map(|layout| layout == LAYOUT)
        .during("read the layout's version", &location(connection))
}
