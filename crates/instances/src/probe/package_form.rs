//! The content of an instance as a package would carry it.

use std::path::Path;

use landfall_catalogue::Catalogue;

use crate::{
    Error,
    closure::{self, Scope},
    connection,
    error::During,
    package::{Kind, TableDigest, query_digest},
};

/// Computes, for every table that travels with the kind, the digest that a package extracted now would have: references
/// into the other package as natural keys, columns that stay at the destination absent, only rows that pass. The result
/// can be compared to a manifest's tables.
///
/// # Errors
/// [`Error::Absent`], [`Error::NoNaturalKey`], [`Error::Float`], [`Error::Sql`].
pub fn package_form_digests(
    path: &Path,
    catalogue: &Catalogue,
    kind: Kind,
) -> Result<Vec<TableDigest>, Error> {
    let connection = connection::read_only(path)?;
    let transaction = connection.unchecked_transaction().during("begin reading", path)?;
    let closure = closure::compute(&transaction, catalogue, Scope::Package(kind), "main")?;
    closure::make_keys(&transaction, catalogue, kind, "main")?;
    let mut tables = vec![];
    for table in catalogue.tables().iter().filter(|table| kind.carries(table)) {
        let selection = closure::select(catalogue, &closure, kind, table, "main");
        let columns: Vec<&str> = selection.columns.iter().map(String::as_str).collect();
        tables.push(query_digest(&transaction, &table.name, &columns, &selection.sql)?);
    }
    Ok(tables)
}
