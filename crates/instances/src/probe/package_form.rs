//! The content of an instance as a package would carry it.

use std::path::Path;

use landfall_catalogue::Catalogue;

use crate::{
    Error,
    closure::{self, Scope, Selection},
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
    digests(path, catalogue, kind, None)
}

/// Names, for a table, the columns that count.
pub type Choice<'a> = dyn Fn(&str) -> Vec<String> + 'a;

/// As [`package_form_digests`], over chosen columns only: `columns` names, for a table, those that count. Columns that
/// a package does not carry are passed over.
///
/// # Errors
/// As [`package_form_digests`].
pub fn package_form_column_digests(
    path: &Path,
    catalogue: &Catalogue,
    kind: Kind,
    columns: &Choice<'_>,
) -> Result<Vec<TableDigest>, Error> {
    digests(path, catalogue, kind, Some(columns))
}

fn digests(
    path: &Path,
    catalogue: &Catalogue,
    kind: Kind,
    chosen: Option<&Choice<'_>>,
) -> Result<Vec<TableDigest>, Error> {
    let connection = connection::read_only(path)?;
    let transaction = connection.unchecked_transaction().during("begin reading", path)?;
    let closure = closure::passing(&transaction, catalogue, Scope::Package(kind), "main")?;
    closure::make_keys(&transaction, catalogue, kind, "main")?;
    let mut tables = vec![];
    for table in catalogue.tables().iter().filter(|table| kind.carries(table)) {
        let wanted = chosen.map(|chosen| chosen(&table.name));
        let Selection { columns, sql } =
            closure::select_columns(catalogue, &closure, kind, table, "main", wanted.as_deref());
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        tables.push(query_digest(&transaction, &table.name, &columns, &sql)?);
    }
    Ok(tables)
}
