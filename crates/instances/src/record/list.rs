//! List: the records of a table.

use std::{collections::BTreeMap, ops::ControlFlow, path::Path};

use landfall_catalogue::{Catalogue, Class};

use super::{
    Error,
    change::{cells, text},
    typed::known_table,
};
use crate::{connection, error::During, instance, schema::quoted};

/// One record: canonical text per column, `None` for NULL.
pub type Row = BTreeMap<String, Option<String>>;

/// What is shown instead of a secret.
const HIDDEN: &str = "(secret)";

/// Lists the records of a table in the order of their ids, at most `limit` of them.
///
/// # Errors
/// [`Error::UnknownTable`], [`Error::Instance`].
pub fn list(
    path: &Path,
    catalogue: &Catalogue,
    table: &str,
    limit: Option<u64>,
) -> Result<Vec<Row>, Error> {
    let mut rows = vec![];
    for_each(path, catalogue, table, limit, &mut |row| {
        rows.push(row);
        ControlFlow::Continue(())
    })?;
    Ok(rows)
}

/// As [`list`], one record at a time, until `visit` breaks. Bytes are written as hexadecimal digits; the value of a
/// column of class `secret` is never shown.
///
/// # Errors
/// [`Error::UnknownTable`], [`Error::Instance`].
pub fn for_each(
    path: &Path,
    catalogue: &Catalogue,
    table: &str,
    limit: Option<u64>,
    visit: &mut dyn FnMut(Row) -> ControlFlow<()>,
) -> Result<(), Error> {
    let table = known_table(catalogue, table)?;
    instance::check(path, catalogue)?;
    let connection = connection::read_only(path)?;
    let action = format!("read the records of `{}`", table.name);
    // SQLite takes a negative limit as none.
    let limit = limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(i64::MAX));
    let sql = format!(
        "SELECT {} FROM main.{} AS r ORDER BY r.\"id\" LIMIT ?1",
        cells(table.columns.iter()),
        quoted(&table.name)
    );
    let mut statement = connection.prepare(&sql).during(&action, path)?;
    let mut found = statement.query([limit]).during(&action, path)?;
    while let Some(found) = found.next().during(&action, path)? {
        let mut row = Row::new();
        for (index, column) in table.columns.iter().enumerate() {
            let value = text(found.get_ref(index).during(&action, path)?);
            let value = match value {
                Some(_) if column.class == Class::Secret => Some(HIDDEN.to_owned()),
                value => value,
            };
            row.insert(column.name.clone(), value);
        }
        if visit(row).is_break() {
            return Ok(());
        }
    }
    Ok(())
}
