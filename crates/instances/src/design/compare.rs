//! Compare: what one version of a design has that another has not, and which OIDs mean something else.

use std::collections::{BTreeMap, BTreeSet};

use landfall_catalogue::Table;
use serde::{Deserialize, Serialize};

use super::{
    Content, DESIGN, Row, Shape,
    content::{Keys, value, word},
};

/// The columns of `study_design` that tell versions apart and say nothing of the design.
const OF_THE_VERSION: [&str; 4] = ["oid", "revision", "status", "released_on"];

/// What two versions differ in, in one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableDifference {
    /// The table.
    pub table: String,
    /// As a user sees it.
    pub title: String,
    /// The rows that only the second has, by their keys.
    pub added: Vec<String>,
    /// The rows that only the first has.
    pub removed: Vec<String>,
    /// The rows that both have, with other values.
    pub changed: Vec<RowDifference>,
    /// How many rows are the same.
    pub equal: u64,
}

/// A row that both versions have, with other values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowDifference {
    /// Its key.
    pub key: String,
    /// The columns that differ.
    pub columns: Vec<ColumnDifference>,
}

/// A column that holds something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnDifference {
    /// The column.
    pub column: String,
    /// In the first version; none for NULL.
    pub old: Option<String>,
    /// In the second.
    pub new: Option<String>,
}

/// An OID that means something else in the second version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conflict {
    /// The OID.
    pub oid: String,
    /// What it means in the first version: `item of type integer`.
    pub before: String,
    /// What it would mean.
    pub after: String,
}

/// Compares two versions, table by table in load order; tables without a row are left out. OID, number, status and day of
/// release of the versions themselves are no difference.
#[must_use]
pub fn compare(shape: &Shape<'_>, first: &Content, second: &Content) -> Vec<TableDifference> {
    let (old_keys, new_keys) = (first.keys(shape), second.keys(shape));
    let mut list = Vec::new();
    for table in shape.tables() {
        let old = by_key(table, first, &old_keys);
        let new = by_key(table, second, &new_keys);
        if old.is_empty() && new.is_empty() {
            continue;
        }
        let mut found = TableDifference {
            table: table.name.clone(),
            title: table.title.clone(),
            added: Vec::new(),
            removed: Vec::new(),
            changed: Vec::new(),
            equal: 0,
        };
        for (&key, &row) in &new {
            let Some(before) = old.get(key).copied() else {
                found.added.push(key.to_owned());
                continue;
            };
            let columns = columns(table, (before, &old_keys), (row, &new_keys));
            if columns.is_empty() {
                found.equal += 1;
            } else {
                found.changed.push(RowDifference { key: key.to_owned(), columns });
            }
        }
        let gone = old.keys().filter(|key| !new.contains_key(*key));
        found.removed.extend(gone.map(|key| (*key).to_owned()));
        list.push(found);
    }
    list
}

/// Returns the rows of a table by their names, of which none stands twice.
fn by_key<'c>(
    table: &Table,
    content: &'c Content,
    keys: &'c Keys<'_>,
) -> BTreeMap<&'c str, &'c Row> {
    let own = keys.get(table.name.as_str()).map_or(&[][..], Vec::as_slice);
    own.iter().map(String::as_str).zip(content.rows(&table.name)).collect()
}

fn columns(
    table: &Table,
    (before, old_keys): (&Row, &Keys<'_>),
    (after, new_keys): (&Row, &Keys<'_>),
) -> Vec<ColumnDifference> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    names
        .into_iter()
        .filter(|name| table.name != DESIGN || !OF_THE_VERSION.contains(&name.as_str()))
        .filter_map(|name| {
            let old = before.get(name).map(|cell| word(table, name, cell, old_keys));
            let new = after.get(name).map(|cell| word(table, name, cell, new_keys));
            (old != new).then(|| ColumnDifference {
                column: name.clone(),
                old: old.map(str::to_owned),
                new: new.map(str::to_owned),
            })
        })
        .collect()
}

/// Finds the OIDs that mean something else in the second version: another kind of element, or another data type.
#[must_use]
pub fn conflicts(shape: &Shape<'_>, first: &Content, second: &Content) -> Vec<Conflict> {
    let (before, after) = (meanings(shape, first), meanings(shape, second));
    let mut list = BTreeSet::new();
    for (oid, was) in &before {
        let Some(is) = after.get(oid) else { continue };
        // In ODM an OID is unique among elements of one kind, so it may well be that of two.
        for (table, old) in was {
            let conflict = |new: &str| Conflict {
                oid: (*oid).to_owned(),
                before: old.clone(),
                after: new.to_owned(),
            };
            match is.get(table) {
                Some(new) if new != old => {
                    list.insert(conflict(new));
                }
                Some(_) => {}
                None => {
                    let others = is.iter().filter(|(other, _)| !was.contains_key(*other));
                    list.extend(others.map(|(_, new)| conflict(new)));
                }
            }
        }
    }
    list.into_iter().collect()
}

/// Says of each OID, by table, what it means: the table in words, with the data type where it has one.
fn meanings<'c>(
    shape: &Shape<'c>,
    content: &'c Content,
) -> BTreeMap<&'c str, BTreeMap<&'c str, String>> {
    let mut all: BTreeMap<&str, BTreeMap<&str, String>> = BTreeMap::new();
    for table in shape.tables().filter(|table| table.name != DESIGN) {
        for row in content.rows(&table.name) {
            let Some(oid) = value(row, "oid") else { continue };
            let name = table.name.replace('_', " ");
            let meaning = match value(row, "data_type") {
                Some(data_type) => format!("{name} of type {data_type}"),
                None => name,
            };
            all.entry(oid).or_default().insert(table.name.as_str(), meaning);
        }
    }
    all
}
