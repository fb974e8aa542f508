//! Create: a new instance with empty tables.

use std::path::Path;

use landfall_catalogue::Catalogue;

use crate::{Error, Identity, connection, error::During, schema};

/// Creates a new instance: its tables, without indexes, and its identity. [`super::finish()`] completes it.
///
/// # Errors
/// [`Error::Exists`] when the file is there, [`Error::WrongRelease`] when the identity names another release than the
/// catalogue, [`Error::Sql`]. When it fails, no file is left.
pub fn create(path: &Path, catalogue: &Catalogue, identity: &Identity) -> Result<(), Error> {
    connection::refuse_existing(path)?;
    if identity.release != *catalogue.release() {
        return Err(Error::WrongRelease {
            expected: catalogue.release().to_string(),
            found: identity.release.to_string(),
        });
    }
    connection::discard_on_failure(path, write(path, catalogue, identity))
}

fn write(path: &Path, catalogue: &Catalogue, identity: &Identity) -> Result<(), Error> {
    let connection = connection::building(path)?;
    let transaction = connection.unchecked_transaction().during("begin", path)?;
    transaction
        .execute_batch(schema::OWN_TABLES)
        .during("create the instance's own tables", path)?;
    for table in catalogue.tables() {
        transaction
            .execute_batch(&schema::create_table(table))
            .during(&format!("create table `{}`", table.name), path)?;
    }
    for (key, value) in identity.rows(catalogue) {
        transaction
            .execute(
                "INSERT INTO landfall_instance (key, value) VALUES (?1, ?2)",
                rusqlite::params![key, value],
            )
            .during("write the identity", path)?;
    }
    transaction.commit().during("commit", path)?;
    connection::close_durably(connection, path)
}
