//! The records of the configuration of an instance, read once, as they are at one moment.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use landfall_catalogue::{Catalogue, Class, Column, Subject, Table, Travels};
use landfall_core::digest::Digest;
use landfall_instances::schema::{quoted, stays, text_literal};
use rusqlite::{Connection, OpenFlags, types::ValueRef};

use crate::{Result, error::Error};

/// How deep a key may lead through references; a catalogue has no such cycles, this only bounds the recursion.
const DEEPEST: usize = 8;

/// The values of one record, in the order of the table's columns. Of what is never shown there is only whether it is set.
pub(super) type Cells = Vec<Option<String>>;

/// Every record of every table that travels as configuration, by table and id.
pub(super) struct Rows<'a> {
    catalogue: &'a Catalogue,
    tables: BTreeMap<&'a str, BTreeMap<i64, Cells>>,
    stubs: BTreeSet<(String, i64)>,
}

/// Tells whether rows of the table travel as configuration.
pub(super) fn travels(table: &Table) -> bool {
    table.travels == Travels::Configuration
}

/// Tells whether a column's values are never read, only whether there are any: what belongs to one installation, and
/// what speaks of a volunteer.
pub(super) fn is_hidden(column: &Column) -> bool {
    stays(column) || column.subject == Subject::Volunteer
}

impl<'a> Rows<'a> {
    /// Reads the file of a finished instance.
    pub(super) fn read(path: &Path, catalogue: &'a Catalogue) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let read = || -> rusqlite::Result<Self> {
            let connection = Connection::open_with_flags(path, flags)?;
            connection.execute_batch("BEGIN")?;
            let mut tables = BTreeMap::new();
            for table in catalogue.tables().iter().filter(|table| travels(table)) {
                tables.insert(table.name.as_str(), records(&connection, table)?);
            }
            Ok(Self { catalogue, tables, stubs: stubs(&connection)? })
        };
        read().map_err(|error| {
            Error::Broken(format!(
                "the configuration in `{}` cannot be read: {error}",
                path.display()
            ))
        })
    }

    /// Returns the records of a table, by id.
    pub(super) fn of(&self, table: &Table) -> impl Iterator<Item = (i64, &Cells)> {
        self.tables.get(table.name.as_str()).into_iter().flatten().map(|(id, cells)| (*id, cells))
    }

    /// Tells whether a record only stands for one that is elsewhere, so that others can refer to it.
    pub(super) fn is_stub(&self, table: &Table, id: i64) -> bool {
        self.stubs.contains(&(table.name.clone(), id))
    }

    /// Returns how many records only stand for others.
    pub(super) fn stub_count(&self) -> usize {
        self.stubs.iter().filter(|(table, _)| self.tables.contains_key(table.as_str())).count()
    }

    /// Returns the natural key of a record in people's words: the texts of its columns, a reference as the key of the
    /// record to which it leads.
    pub(super) fn key(&self, table: &Table, cells: &Cells) -> String {
        self.key_at(table, cells, 0)
    }

    fn key_at(&self, table: &Table, cells: &Cells, depth: usize) -> String {
        let is_part = table.natural_key.len() > 1;
        let parts: Vec<String> = table
            .natural_key
            .iter()
            .map(|name| {
                let text = cell(table, cells, name);
                let target = table.column(name).and_then(|column| column.references.as_deref());
                match (text, target) {
                    (None, _) => "(none)".to_owned(),
                    (Some(text), None) => text.to_owned(),
                    (Some(text), Some(target)) => self.reference_at(target, text, is_part, depth),
                }
            })
            .collect();
        parts.join(", ")
    }

    /// Returns the record to which a reference leads, in people's words.
    pub(super) fn reference(&self, target: &str, id: &str) -> String {
        self.reference_at(target, id, false, 0)
    }

    /// Writes a key of several texts in brackets where it is a part of another key.
    fn reference_at(&self, target: &str, id: &str, is_part: bool, depth: usize) -> String {
        let found = self
            .catalogue
            .table(target)
            .zip(id.parse::<i64>().ok().and_then(|id| self.tables.get(target)?.get(&id)));
        match found {
            Some((table, cells)) if depth < DEEPEST => {
                let key = self.key_at(table, cells, depth + 1);
                if is_part && table.natural_key.len() > 1 { format!("({key})") } else { key }
            }
            // The row of a table that is no configuration: who it is does not belong here.
            Some(_) | None => format!("(a row of `{target}`)"),
        }
    }
}

/// Returns the value of a column.
pub(super) fn cell<'r>(table: &Table, cells: &'r Cells, name: &str) -> Option<&'r str> {
    let index = table.columns.iter().position(|column| column.name == name)?;
    cells.get(index)?.as_deref()
}

fn records(connection: &Connection, table: &Table) -> rusqlite::Result<BTreeMap<i64, Cells>> {
    let cells: Vec<String> = table.columns.iter().map(selected).collect();
    let sql = format!("SELECT {} FROM main.{} AS r", cells.join(", "), quoted(&table.name));
    let mut statement = connection.prepare(&sql)?;
    let mut found = statement.query([])?;
    let mut records = BTreeMap::new();
    while let Some(row) = found.next()? {
        let mut cells = Cells::with_capacity(table.columns.len());
        for index in 0..table.columns.len() {
            cells.push(text(row.get_ref(index)?));
        }
        // The catalogue has `id` as the first column of every table.
        records.insert(row.get(0)?, cells);
    }
    Ok(records)
}

/// Returns the SQL of a column; what is never shown does not leave the database.
fn selected(column: &Column) -> String {
    let cell = format!("r.{}", quoted(&column.name));
    if column.class == Class::Secret {
        "NULL".to_owned()
    } else if is_hidden(column) {
        let empty = text_literal("");
        format!("CASE WHEN {cell} IS NULL OR {cell} = {empty} THEN NULL ELSE 1 END")
    } else {
        cell
    }
}

fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Blob(bytes) => {
            Some(format!("{} bytes with SHA-256 {}", bytes.len(), Digest::of(bytes)))
        }
    }
}

fn stubs(connection: &Connection) -> rusqlite::Result<BTreeSet<(String, i64)>> {
    let mut statement = connection.prepare("SELECT table_name, row_id FROM main.landfall_stub")?;
    let found = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    found.collect()
}
