//! The rows of one side, in the order of their natural keys.

use std::path::Path;

use landfall_catalogue::{Catalogue, Column, Table};
use landfall_core::digest::Digest;
use rusqlite::{Connection, Rows, Statement, types::ValueRef};

use super::{Content, Side, check_kind, table::takes_part};
use crate::{
    Error,
    closure::{self, Closure, Scope},
    connection,
    error::During,
    instance, natural_key,
    package::{Kind, check_shape},
    schema::{self, quoted, text_literal},
};

/// The schema in which the rows stand: each side has a connection of its own.
const MAIN: &str = "main";

/// A side that is being read, as it is at one moment.
pub(super) struct Opened<'a> {
    connection: Connection,
    path: &'a Path,
    catalogue: &'a Catalogue,
    /// The rows that do not travel; none for a package, of which every row does.
    closure: Option<Closure>,
}

/// One row.
pub(super) struct Row {
    /// Its natural key.
    pub(super) key: String,
    /// Whether a configuration package would carry it.
    pub(super) travels: bool,
    /// The key of the setting, in a table of settings.
    pub(super) setting: Option<String>,
    /// The values of the columns that were asked for, references as natural keys.
    pub(super) cells: Vec<Option<String>>,
}

/// The way through a table's rows.
pub(super) struct Cursor<'s> {
    rows: Rows<'s>,
    table: &'s Table,
    columns: &'s [&'s Column],
    path: &'s Path,
}

impl<'a> Opened<'a> {
    /// Opens a side for reading and makes the natural keys of its rows.
    pub(super) fn open(side: &Side<'a>) -> Result<Self, Error> {
        let catalogue = side.catalogue;
        let path = match side.content {
            Content::Instance(path) => {
                instance::check(path, catalogue)?;
                path
            }
            Content::Package(package) => {
                check_kind(package)?;
                package.path()
            }
        };
        let connection = connection::read_only(path)?;
        connection.execute_batch("BEGIN").during("begin reading", path)?;
        natural_key::register(&connection)?;
        let closure = match side.content {
            Content::Instance(_) => {
                let scope = Scope::Package(Kind::Configuration);
                Some(closure::compute(&connection, catalogue, scope, MAIN)?)
            }
            Content::Package(package) => {
                check_shape(&connection, catalogue, package, MAIN)?;
                None
            }
        };
        let opened = Self { connection, path, catalogue, closure };
        for table in catalogue.tables().iter().filter(|table| opened.is_known_by_key(table)) {
            natural_key::make_keys(&opened.connection, catalogue, table, MAIN)?;
        }
        Ok(opened)
    }

    /// Tells whether rows of the table are named by their natural keys: those that are compared, and those to which
    /// they refer. A package has no rows but the first.
    fn is_known_by_key(&self, table: &Table) -> bool {
        let referred = self.closure.is_some()
            && has_key(self.catalogue, table)
            && self
                .catalogue
                .tables()
                .iter()
                .filter(|other| takes_part(other))
                .any(|other| other.references().any(|(_, target)| target == table.name));
        takes_part(table) || referred
    }

    /// Prepares reading the given columns of the table's rows.
    pub(super) fn prepare(
        &self,
        table: &Table,
        columns: &[&Column],
        travelling_only: bool,
    ) -> Result<Statement<'_>, Error> {
        let travels = match &self.closure {
            Some(closure) => closure.condition(table, "r"),
            None => "1".to_owned(),
        };
        let setting = match table.filter.as_ref().filter(|filter| filter.integration) {
            Some(filter) => format!("r.{}", quoted(&filter.column)),
            None => "NULL".to_owned(),
        };
        let mut cells = vec!["k.key".to_owned(), travels.clone(), setting];
        let mut joins = String::new();
        for (index, column) in columns.iter().enumerate() {
            let cell = format!("r.{}", quoted(&column.name));
            cells.push(match self.leads_to(table, column) {
                None => cell,
                Some(target) if self.is_known_by_key(target) => {
                    joins.push_str(&format!(
                        " LEFT JOIN {} AS key_{index} ON key_{index}.id = {cell}",
                        natural_key::keys_table(target)
                    ));
                    format!("key_{index}.key")
                }
                // A row that nothing but its id tells apart: only whether there is one can be compared.
                Some(target) => format!(
                    "CASE WHEN {cell} IS NULL THEN NULL ELSE {} END",
                    text_literal(&format!("(a row of `{}`)", target.name))
                ),
            });
        }
        let mut conditions = vec![];
        if self.closure.is_some() {
            conditions.push(format!(
                "NOT EXISTS (SELECT 1 FROM {MAIN}.landfall_stub AS t
                 WHERE t.table_name = {} AND t.row_id = r.\"id\")",
                text_literal(&table.name)
            ));
        }
        if travelling_only {
            conditions.push(travels);
        }
        let condition =
            if conditions.is_empty() { "1".to_owned() } else { conditions.join(" AND ") };
        let sql = format!(
            "SELECT {} FROM {} AS r JOIN {} AS k ON k.id = r.\"id\"{joins}
             WHERE {condition} ORDER BY k.key",
            cells.join(", "),
            closure::from(MAIN, table),
            natural_key::keys_table(table)
        );
        self.connection.prepare(&sql).during(&reading(table), self.path)
    }

    /// Goes through the rows of a prepared statement, which must be of the same table and columns.
    pub(super) fn rows<'s>(
        &'s self,
        statement: &'s mut Statement<'_>,
        table: &'s Table,
        columns: &'s [&'s Column],
    ) -> Result<Cursor<'s>, Error> {
        let rows = statement.query([]).during(&reading(table), self.path)?;
        Ok(Cursor { rows, table, columns, path: self.path })
    }

    /// Returns the table to whose row the column's id leads. A reference out of a package holds the key itself.
    fn leads_to(&self, table: &Table, column: &Column) -> Option<&'a Table> {
        let target = self.catalogue.table(column.references.as_deref()?)?;
        let is_id = self.closure.is_some()
            || schema::crossed(self.catalogue, table, column, Kind::Configuration).is_none();
        is_id.then_some(target)
    }
}

impl Cursor<'_> {
    /// Returns the next row; none after the last.
    pub(super) fn next(&mut self) -> Result<Option<Row>, Error> {
        let action = reading(self.table);
        let Some(row) = self.rows.next().during(&action, self.path)? else { return Ok(None) };
        let mut cells = Vec::with_capacity(self.columns.len());
        for (index, column) in self.columns.iter().enumerate() {
            cells.push(match row.get_ref(FIRST_CELL + index).during(&action, self.path)? {
                ValueRef::Null => None,
                ValueRef::Integer(number) => Some(number.to_string()),
                ValueRef::Text(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
                ValueRef::Blob(bytes) => {
                    Some(format!("{} bytes with SHA-256 {}", bytes.len(), Digest::of(bytes)))
                }
                ValueRef::Real(_) => {
                    return Err(Error::Float {
                        table: self.table.name.clone(),
                        column: column.name.clone(),
                    });
                }
            });
        }
        Ok(Some(Row {
            key: row.get(0).during(&action, self.path)?,
            travels: row.get(1).during(&action, self.path)?,
            setting: row.get(2).during(&action, self.path)?,
            cells,
        }))
    }
}

/// The place of the first column that was asked for: key, `travels` and the setting's key stand before it.
const FIRST_CELL: usize = 3;

fn reading(table: &Table) -> String {
    format!("read table `{}`", table.name)
}

/// Tells whether the rows of a table can be named to others: they have a natural key and are no people's.
pub(super) fn has_key(catalogue: &Catalogue, table: &Table) -> bool {
    table.person.is_none() && natural_key::expression(catalogue, table, MAIN, "r").is_ok()
}
