//! Clone: from a finished instance into a new one, without what belongs to an instance alone.

use std::{collections::BTreeSet, path::Path};

use landfall_catalogue::{Catalogue, Table};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::{check, create, load::RowsLoaded};
use crate::{
    Error, Identity,
    closure::{self, Closure, Scope},
    connection::{self, SOURCE},
    error::During,
    package::LeftOut,
    schema::{self, quoted},
};

/// What a clone does not carry, beside settings with integration keys, columns of class `integration` and `secret`,
/// and stub rows, none of which it ever carries.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CloneRules {
    /// The tables whose rows stay at the source, such as the users: they are invited anew.
    pub stays: BTreeSet<String>,
}

/// What a clone did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloneReport {
    /// Every table that was carried, in load order.
    pub tables: Vec<RowsLoaded>,
    /// What was left out and why.
    pub left_out: Vec<LeftOut>,
}

/// Clones a finished instance into a new one with an identity of its own; [`super::finish()`] completes it.
///
/// Every row of the catalogue's tables is carried with its id, except what the rules name. A reference to a row that
/// is not carried becomes NULL; where it must have a value, the row is left out as well.
///
/// # Errors
/// [`Error::Exists`], [`Error::Unfinished`], [`Error::WrongCatalogue`], [`Error::WrongRelease`],
/// [`Error::UnknownTable`] when the rules name a table that the catalogue lacks, [`Error::Sql`]. When it fails, no file
/// is left.
pub fn clone(
    source: &Path,
    target: &Path,
    catalogue: &Catalogue,
    identity: &Identity,
    rules: &CloneRules,
) -> Result<CloneReport, Error> {
    if let Some(unknown) = rules.stays.iter().find(|name| catalogue.table(name).is_none()) {
        return Err(Error::UnknownTable { table: unknown.clone() });
    }
    check(source, catalogue)?;
    create(target, catalogue, identity)?;
    connection::discard_on_failure(target, write(source, target, catalogue, rules))
}

fn write(
    source: &Path,
    target: &Path,
    catalogue: &Catalogue,
    rules: &CloneRules,
) -> Result<CloneReport, Error> {
    let connection = connection::building(target)?;
    connection::attach(&connection, source)?;
    let report = copy(&connection, target, catalogue, rules)?;
    connection::close_durably(connection, target)?;
    Ok(report)
}

fn copy(
    connection: &Connection,
    target: &Path,
    catalogue: &Catalogue,
    rules: &CloneRules,
) -> Result<CloneReport, Error> {
    let scope = Scope::Clone(rules);
    let transaction = connection.unchecked_transaction().during("begin", target)?;
    let closure = closure::compute(&transaction, catalogue, scope, SOURCE)?;
    let mut tables = vec![];
    for table in catalogue.tables().iter().filter(|table| scope.carries(table)) {
        let rows = transaction
            .execute(&statement(catalogue, scope, &closure, table), [])
            .during(&format!("clone table `{}`", table.name), target)? as u64;
        tables.push(RowsLoaded { table: table.name.clone(), rows });
    }
    transaction.commit().during("commit", target)?;
    Ok(CloneReport { tables, left_out: closure.left_out })
}

fn statement(catalogue: &Catalogue, scope: Scope<'_>, closure: &Closure, table: &Table) -> String {
    let mut columns = vec![];
    let mut cells = vec![];
    for column in &table.columns {
        let cell = format!("s.{}", quoted(&column.name));
        if schema::stays(column) {
            let Some(literal) = schema::absent_literal(column) else { continue };
            columns.push(quoted(&column.name));
            cells.push(literal);
            continue;
        }
        columns.push(quoted(&column.name));
        let reference = column.references.as_deref().filter(|_| scope.clears(column));
        cells.push(match reference.and_then(|name| catalogue.table(name)) {
            Some(target) if !scope.carries(target) => "NULL".to_owned(),
            Some(target) => match closure.leads_out(&target.name, &cell) {
                Some(condition) => format!("CASE WHEN {condition} THEN NULL ELSE {cell} END"),
                None => cell,
            },
            None => cell,
        });
    }
    let name = quoted(&table.name);
    format!(
        "INSERT INTO main.{name} ({}) SELECT {} FROM {SOURCE}.{name} AS s WHERE {} ORDER BY s.\"id\"",
        columns.join(", "),
        cells.join(", "),
        closure.condition(table, "s")
    )
}
