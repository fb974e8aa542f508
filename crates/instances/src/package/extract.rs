//! Extract: from a finished instance to a package, under the passage rules of the catalogue.

use std::path::Path;

use landfall_catalogue::Catalogue;
use landfall_core::digest::Digest;
use rusqlite::Connection;

use super::manifest::{Extracted, Kind, LeftOut, Origin, create_tables, seal};
use crate::{
    Error,
    closure::{self, Scope},
    connection::{self, SOURCE},
    error::During,
    instance,
    schema::quoted,
};

/// What is to be extracted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extraction {
    /// What the package carries.
    pub kind: Kind,
    /// The digest of the policy in force, for the manifest.
    pub policy: Digest,
    /// The package whose ids the rows keep, for the manifest.
    pub base: Option<Digest>,
}

/// Extracts a package from a finished instance into a new file. The instance is only read.
///
/// Rows pass by allow-list: their table must travel with the kind, the table's filter must keep them, and everything
/// they refer to must pass too. Columns of class `integration` and `secret`, settings with integration keys and stub
/// rows never pass. When it fails, the new file is removed.
///
/// # Errors
/// [`Error::Exists`] when the target is there, [`Error::Unfinished`], [`Error::WrongCatalogue`],
/// [`Error::NoNaturalKey`] when a row that is referred to across packages has none, [`Error::Sql`].
pub fn extract(
    instance: &Path,
    catalogue: &Catalogue,
    extraction: &Extraction,
    target: &Path,
) -> Result<Extracted, Error> {
    connection::refuse_existing(target)?;
    instance::check(instance, catalogue)?;
    let written = write(instance, catalogue, extraction, target);
    connection::discard_on_failure(target, written)
}

fn write(
    instance: &Path,
    catalogue: &Catalogue,
    extraction: &Extraction,
    target: &Path,
) -> Result<Extracted, Error> {
    let connection = connection::building(target)?;
    connection::attach(&connection, instance)?;
    let left_out = copy(&connection, catalogue, extraction.kind, target)?;
    connection
        .execute_batch(&format!("DETACH DATABASE {SOURCE}"))
        .during("close the instance", instance)?;
    let origin = Origin { kind: extraction.kind, policy: extraction.policy, base: extraction.base };
    let extracted = seal(&connection, catalogue, origin, left_out)?;
    connection::close_durably(connection, target)?;
    Ok(extracted)
}

/// Copies the rows that pass, within one transaction: the instance is read as it is at one moment.
fn copy(
    connection: &Connection,
    catalogue: &Catalogue,
    kind: Kind,
    target: &Path,
) -> Result<Vec<LeftOut>, Error> {
    let transaction = connection.unchecked_transaction().during("begin", target)?;
    create_tables(&transaction, catalogue, kind)?;
    let closure = closure::compute(&transaction, catalogue, Scope::Package(kind), SOURCE)?;
    closure::make_keys(&transaction, catalogue, kind, SOURCE)?;
    for table in catalogue.tables().iter().filter(|table| kind.carries(table)) {
        let selection = closure::select(catalogue, &closure, kind, table, SOURCE);
        let columns =
            selection.columns.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(", ");
        transaction
            .execute(
                &format!("INSERT INTO main.{} ({columns}) {}", quoted(&table.name), selection.sql),
                [],
            )
            .during(&format!("extract table `{}`", table.name), target)?;
    }
    transaction.commit().during("commit", target)?;
    Ok(closure.left_out)
}
