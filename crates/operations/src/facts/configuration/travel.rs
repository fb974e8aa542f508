//! Which records a configuration package would not carry, and why: what extraction decides, record by record.

use std::collections::BTreeMap;

use landfall_catalogue::{Catalogue, Filter, Table};

use super::rows::{Cells, Rows, cell, travels};

/// The records that stay, by table and id, each with its reason in the words of a package's manifest.
pub(super) type Staying<'a> = BTreeMap<&'a str, BTreeMap<i64, String>>;

/// Decides table by table. Tables come in load order, so what a record refers to is decided before it.
pub(super) fn staying<'a>(catalogue: &'a Catalogue, rows: &Rows<'_>) -> Staying<'a> {
    let mut staying = Staying::new();
    for table in catalogue.tables().iter().filter(|table| travels(table)) {
        let mut own = BTreeMap::new();
        for (id, cells) in rows.of(table) {
            let reason = if rows.is_stub(table, id) {
                Some("stub row".to_owned())
            } else {
                table
                    .filter
                    .as_ref()
                    .and_then(|filter| filtered(catalogue, filter, table, cells))
                    .or_else(|| left_behind(catalogue, &staying, table, cells))
            };
            if let Some(reason) = reason {
                own.insert(id, reason);
            }
        }
        follow_within(rows, table, &mut own);
        staying.insert(&table.name, own);
    }
    staying
}

/// Returns what the table's filter calls a record that does not pass.
fn filtered(
    catalogue: &Catalogue,
    filter: &Filter,
    table: &Table,
    cells: &Cells,
) -> Option<String> {
    let passes = match cell(table, cells, &filter.column) {
        None => false,
        Some(key) if filter.integration => !catalogue.is_integration_key(key),
        Some(text) => filter.keep.iter().any(|keep| keep == text),
    };
    (!passes).then(|| filter.reason.clone())
}

/// Returns why a record cannot go without what it refers to.
fn left_behind(
    catalogue: &Catalogue,
    staying: &Staying<'_>,
    table: &Table,
    cells: &Cells,
) -> Option<String> {
    table.references().filter(|(_, target)| *target != table.name).find_map(|(column, target)| {
        // A reference into the other package travels as the natural key of its row.
        if table.cross_reference(catalogue, column) {
            return None;
        }
        let id = cell(table, cells, &column.name)?;
        let Some(stays) = staying.get(target) else { return Some(format!("refers to `{target}`")) };
        let id = id.parse::<i64>().ok()?;
        stays.contains_key(&id).then(|| format!("refers to a left-out `{target}`"))
    })
}

/// Leaves the records behind that refer to one of their own table that stays, until nothing changes.
fn follow_within(rows: &Rows<'_>, table: &Table, own: &mut BTreeMap<i64, String>) {
    let columns: Vec<&str> = table
        .references()
        .filter(|(_, target)| *target == table.name)
        .map(|(column, _)| column.name.as_str())
        .collect();
    loop {
        let more: Vec<i64> = rows
            .of(table)
            .filter(|(id, cells)| {
                !own.contains_key(id)
                    && columns.iter().any(|column| {
                        cell(table, cells, column)
                            .and_then(|id| id.parse::<i64>().ok())
                            .is_some_and(|id| own.contains_key(&id))
                    })
            })
            .map(|(id, _)| id)
            .collect();
        if more.is_empty() {
            return;
        }
        own.extend(
            more.into_iter().map(|id| (id, format!("refers to a left-out `{}`", table.name))),
        );
    }
}
