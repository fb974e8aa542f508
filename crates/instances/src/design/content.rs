//! Content: a version of a design without the ids of an instance, and the names that its rows have.

use std::collections::{BTreeMap, BTreeSet};

use landfall_catalogue::Table;
use landfall_core::{canonical::NotCanonical, digest::Digest};
use serde::{Deserialize, Serialize};

use super::{DESIGN, Shape, shape::Part};
use crate::{record::Error, value::canonical_value};

/// A row: its columns but those that are NULL.
pub type Row = BTreeMap<String, Cell>;

/// What a column of a row holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cell {
    /// A value, as canonical text.
    Value(String),
    /// A row of the same design: its place in the list of its table.
    Row(usize),
    /// A row outside of the design, such as a lab test, by its natural key.
    Outside(String),
}

/// A version of a design: the rows of each table, in the order in which they were made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Content {
    /// By table; `study_design` has one row.
    pub tables: BTreeMap<String, Vec<Row>>,
}

/// The names of the rows of a design, by table.
pub(super) type Keys<'s> = BTreeMap<&'s str, Vec<String>>;

/// A row as people and comparisons know it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Line {
    /// What it is called within its table: OIDs, not ids: `F.VITALS/IG.VITALS`.
    pub key: String,
    /// Its columns but those that are NULL; a reference by the key of the row it means.
    pub columns: BTreeMap<String, String>,
}

impl Content {
    /// Returns the row of `study_design`.
    #[must_use]
    pub fn version(&self) -> Option<&Row> {
        self.tables.get(DESIGN).and_then(|rows| rows.first())
    }

    /// Returns a value of the row of `study_design`.
    #[must_use]
    pub fn value(&self, column: &str) -> Option<&str> {
        value(self.version()?, column)
    }

    /// Sets a value of the row of `study_design`.
    pub fn set(&mut self, column: &str, value: impl Into<String>) {
        let rows = self.tables.entry(DESIGN.to_owned()).or_default();
        if rows.is_empty() {
            rows.push(Row::new());
        }
        if let Some(row) = rows.first_mut() {
            row.insert(column.to_owned(), Cell::Value(value.into()));
        }
    }

    /// Adds a row and returns its place.
    pub fn push(&mut self, table: &str, row: Row) -> usize {
        let rows = self.tables.entry(table.to_owned()).or_default();
        rows.push(row);
        rows.len() - 1
    }

    /// Returns the rows of a table.
    #[must_use]
    pub fn rows(&self, table: &str) -> &[Row] {
        self.tables.get(table).map_or(&[], Vec::as_slice)
    }

    /// Counts the rows of all tables but `study_design`.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.tables
            .iter()
            .filter(|(table, _)| *table != DESIGN)
            .map(|(_, rows)| rows.len() as u64)
            .sum()
    }

    /// Gives columns that have none their default, brings values into their canonical form, and checks that every row
    /// fits its table: as it would stand in an instance.
    ///
    /// # Errors
    /// [`Error::UnknownTable`], [`Error::UnknownColumn`], [`Error::WrongValue`], [`Error::Missing`],
    /// [`Error::NoReference`], [`Error::Taken`]: the first, naming table and column.
    pub fn complete(&mut self, shape: &Shape<'_>) -> Result<(), Error> {
        if let Some(table) = self.tables.keys().find(|table| !shape.holds(table)) {
            return Err(Error::UnknownTable { table: table.clone() });
        }
        let counts: BTreeMap<String, usize> =
            self.tables.iter().map(|(table, rows)| (table.clone(), rows.len())).collect();
        for part in shape.parts() {
            for row in self.tables.get_mut(&part.table.name).into_iter().flatten() {
                complete_row(shape, part, row, &counts)?;
            }
        }
        self.check_unique(shape)
    }

    /// Refuses two rows with the same values where a table allows them once.
    fn check_unique(&self, shape: &Shape<'_>) -> Result<(), Error> {
        for part in shape.parts().filter(|part| part.owner.is_some()) {
            for columns in &part.table.unique {
                let mut seen = BTreeSet::new();
                for row in self.rows(&part.table.name) {
                    let cells: Vec<String> =
                        columns.iter().filter_map(|column| row.get(column)).map(plain).collect();
                    // A NULL is equal to nothing.
                    if cells.len() == columns.len() && !seen.insert(cells) {
                        return Err(Error::Taken {
                            table: part.table.name.clone(),
                            columns: columns.join(", "),
                        });
                    }
                }
            }
        }
        Ok(())
    }

    /// Returns the rows of every table by the names they have, sorted.
    #[must_use]
    pub fn lines(&self, shape: &Shape<'_>) -> BTreeMap<String, Vec<Line>> {
        let keys = self.keys(shape);
        let mut lines = BTreeMap::new();
        for part in shape.parts() {
            let name = part.table.name.as_str();
            let own = keys.get(name).map_or(&[][..], Vec::as_slice);
            let mut of_table: Vec<Line> = self
                .rows(name)
                .iter()
                .zip(own)
                .map(|(row, key)| Line { key: key.clone(), columns: told(part.table, row, &keys) })
                .collect();
            of_table.sort();
            lines.insert(name.to_owned(), of_table);
        }
        lines
    }

    /// Returns the names of the rows of every table, in the order of the rows.
    pub(super) fn keys<'s>(&self, shape: &Shape<'s>) -> Keys<'s> {
        let mut keys = Keys::new();
        for part in shape.parts() {
            let own = names(part, self.rows(&part.table.name), &keys);
            keys.insert(&part.table.name, own);
        }
        keys
    }

    /// Returns the digest of what the design says: of its rows by their names, in no order that an instance gives them.
    ///
    /// # Errors
    /// Never: texts and lists have a canonical form.
    pub fn digest(&self, shape: &Shape<'_>) -> Result<Digest, NotCanonical> {
        Digest::of_canonical(&self.lines(shape))
    }
}

/// Names the rows of a table: by the first set of columns that may hold the same values once within the design, else
/// by owner and name; rows of the same name are counted.
fn names(part: Part<'_>, rows: &[Row], keys: &Keys<'_>) -> Vec<String> {
    let Some((owner, of)) = part.owner else { return vec![String::new(); rows.len()] };
    let unique = part.table.unique.iter().find(|columns| columns.contains(&owner.name));
    let mut known_by = vec![owner.name.clone()];
    match unique {
        Some(columns) => {
            known_by.extend(columns.iter().filter(|name| **name != owner.name).cloned());
        }
        None => known_by.push("name".to_owned()),
    }
    let mut counted: BTreeMap<String, u32> = BTreeMap::new();
    rows.iter()
        .map(|row| {
            let parts: Vec<&str> = known_by
                .iter()
                // What belongs to the version itself needs no word of it.
                .filter(|name| of != DESIGN || **name != owner.name)
                .filter_map(|name| row.get(name).map(|cell| word(part.table, name, cell, keys)))
                .collect();
            let key = parts.join("/");
            let number = counted.entry(key.clone()).or_default();
            *number += 1;
            if *number == 1 { key } else { format!("{key}#{number}") }
        })
        .collect()
}

/// Returns a value of a row.
pub(super) fn value<'r>(row: &'r Row, column: &str) -> Option<&'r str> {
    match row.get(column) {
        Some(Cell::Value(text)) => Some(text),
        Some(Cell::Row(_) | Cell::Outside(_)) | None => None,
    }
}

fn complete_row(
    shape: &Shape<'_>,
    part: Part<'_>,
    row: &mut Row,
    counts: &BTreeMap<String, usize>,
) -> Result<(), Error> {
    let table = part.table;
    if let Some(name) = row.keys().find(|name| !shape.columns(part).any(|own| own.name == **name)) {
        return Err(Error::UnknownColumn {
            table: table.name.clone(),
            column: name.clone(),
            columns: crate::error::names(
                &shape.columns(part).map(|column| &column.name).collect::<Vec<_>>(),
            ),
        });
    }
    for column in shape.columns(part) {
        let refer = |references: &str| Error::NoReference {
            table: table.name.clone(),
            column: column.name.clone(),
            references: references.to_owned(),
            expected: "the place".to_owned(),
        };
        match (row.get_mut(&column.name), column.references.as_deref()) {
            (Some(Cell::Value(text)), None) => {
                let value = canonical_value(column, text).map_err(|cause| Error::WrongValue {
                    table: table.name.clone(),
                    column: column.name.clone(),
                    cause,
                })?;
                if let Some(canonical) = crate::record::text_of(&value) {
                    *text = canonical;
                }
            }
            (Some(Cell::Row(place)), Some(target))
                if shape.holds(target) && counts.get(target).is_some_and(|all| *place < *all) => {}
            (Some(Cell::Outside(_)), Some(target)) if !shape.holds(target) => {}
            (Some(_), target) => return Err(refer(target.unwrap_or_default())),
            (None, _) => match &column.default {
                Some(default) => {
                    row.insert(column.name.clone(), Cell::Value(default.clone()));
                }
                None if column.required => {
                    return Err(Error::Missing {
                        table: table.name.clone(),
                        column: column.name.clone(),
                    });
                }
                None => {}
            },
        }
    }
    Ok(())
}

fn told(table: &Table, row: &Row, keys: &Keys<'_>) -> BTreeMap<String, String> {
    row.iter()
        .map(|(name, cell)| (name.clone(), word(table, name, cell, keys).to_owned()))
        .collect()
}

/// Returns a cell as people read it: a reference by the key of its row.
pub(super) fn word<'w>(table: &Table, name: &str, cell: &'w Cell, keys: &'w Keys<'_>) -> &'w str {
    match cell {
        Cell::Value(text) | Cell::Outside(text) => text,
        Cell::Row(place) => table
            .column(name)
            .and_then(|column| column.references.as_deref())
            .and_then(|target| keys.get(target))
            .and_then(|own| own.get(*place))
            .map_or("", String::as_str),
    }
}

/// Writes a cell so that two are equal only where they say the same.
fn plain(cell: &Cell) -> String {
    match cell {
        Cell::Value(text) => format!("v{text}"),
        Cell::Row(place) => format!("r{place}"),
        Cell::Outside(key) => format!("o{key}"),
    }
}
