//! What happens to values on their way from a package into an instance.

use std::path::Path;

use landfall_catalogue::{Column, Table};
use rusqlite::types::ValueRef;

pub use crate::cells::Cells;

/// What becomes of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Its values are copied.
    Copied,
    /// NULL is written in their place.
    Removed,
    /// Each value is given to the treatment of the table's rows.
    Treated,
}

/// Whom a row concerns, and how a statement finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The SQL expression of a whole number, the same for all rows of one owner.
    pub expression: String,
    /// The joins that it needs, or an empty text. They must yield exactly one row per row of the package.
    pub joins: String,
}

/// Decides, per column, what is written instead of the package's value. Masks are one; [`Unmasked`] is the other.
///
/// A table of which a column is treated is read row by row, and each value of such a column goes through
/// [`Rows::cell`]; every other table is copied inside the database. Every refusal is a text that names table and column,
/// never a value.
pub trait Treatment: Sync {
    /// Returns what becomes of a column.
    ///
    /// # Errors
    /// A text when the column has no treatment although it needs one: the load stops before the first write.
    fn way(&self, table: &Table, column: &Column) -> Result<Way, String>;

    /// Returns whom the rows of a table with treated columns concern; `alias` is the name of the package's row in the
    /// statement, and the tables of the package stand in the schema `main`.
    ///
    /// # Errors
    /// A text when nobody can be reached.
    fn owner(&self, table: &Table, alias: &str) -> Result<Owner, String>;

    /// Reads the package as far as it is needed beforehand. Called once per load, before the first write, on a thread
    /// of its own: the package is only read, and so is the instance meanwhile.
    ///
    /// # Errors
    /// A text when the preparation fails.
    fn prepare<'t>(&'t self, package: &Path) -> Result<Box<dyn Prepared + 't>, String>;

    /// Returns whether the instance is marked as masked after the load.
    fn masks(&self) -> bool {
        true
    }
}

/// A treatment that has read what it needs.
pub trait Prepared: Send + Sync {
    /// Returns the treatment of the rows of one table; `columns` are those of the way [`Way::Treated`].
    ///
    /// # Errors
    /// A text when a column has no treatment.
    fn rows<'p>(&'p self, table: &Table, columns: &[&Column])
    -> Result<Box<dyn Rows + 'p>, String>;
}

/// The treatment of the rows of one table, in the order of their ids.
pub trait Rows {
    /// Writes one cell: what stands in the instance instead of `value`, which stands in the package in the column of
    /// that number.
    ///
    /// # Errors
    /// A text when the value cannot be treated: the load ends, and the instance is to be thrown away.
    fn cell(
        &mut self,
        column: usize,
        owner: i64,
        id: i64,
        value: ValueRef<'_>,
        cells: &mut Cells,
    ) -> Result<(), String>;
}

/// Copies everything as it stands.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unmasked;

impl Treatment for Unmasked {
    fn way(&self, _: &Table, _: &Column) -> Result<Way, String> {
        Ok(Way::Copied)
    }

    fn owner(&self, _: &Table, alias: &str) -> Result<Owner, String> {
        Ok(Owner { expression: format!("{alias}.\"id\""), joins: String::new() })
    }

    fn prepare<'t>(&'t self, _: &Path) -> Result<Box<dyn Prepared + 't>, String> {
        Ok(Box::new(*self))
    }

    fn masks(&self) -> bool {
        false
    }
}

impl Prepared for Unmasked {
    fn rows<'p>(&'p self, _: &Table, _: &[&Column]) -> Result<Box<dyn Rows + 'p>, String> {
        Ok(Box::new(*self))
    }
}

impl Rows for Unmasked {
    fn cell(
        &mut self,
        _: usize,
        _: i64,
        _: i64,
        value: ValueRef<'_>,
        cells: &mut Cells,
    ) -> Result<(), String> {
        cells.push(value);
        Ok(())
    }
}
