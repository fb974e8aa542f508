//! What happens to values on their way from a package into an instance.

use landfall_catalogue::{Column, Table};
use rusqlite::Connection;

/// Decides, per column, what is written instead of the package's value. Masks are one; [`Unmasked`] is the other.
///
/// Every refusal is a text that names table and column, never a value.
pub trait Treatment {
    /// Returns the SQL expression to write instead of the source column, or `None` to copy it. `alias` is the name of
    /// the package's row in the statement.
    ///
    /// # Errors
    /// A text when the column has no treatment although it needs one: the load stops before the first write.
    fn expression(
        &self,
        table: &Table,
        column: &Column,
        alias: &str,
    ) -> Result<Option<String>, String>;

    /// Registers the SQL functions and temporary tables that the expressions use. Called once per load, before the
    /// first write; `package_schema` is the name under which the package is attached.
    ///
    /// # Errors
    /// A text when the preparation fails.
    fn prepare(&self, connection: &Connection, package_schema: &str) -> Result<(), String>;

    /// Returns the joins that the expressions of this table need to reach the person, or an empty text. They must
    /// yield exactly one row per row of the package.
    ///
    /// # Errors
    /// A text when the person cannot be reached.
    fn joins(&self, table: &Table, alias: &str) -> Result<String, String>;

    /// Returns whether the instance is marked as masked after the load.
    fn masks(&self) -> bool {
        true
    }
}

/// Copies everything as it stands.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unmasked;

impl Treatment for Unmasked {
    fn expression(&self, _: &Table, _: &Column, _: &str) -> Result<Option<String>, String> {
        Ok(None)
    }

    fn prepare(&self, _: &Connection, _: &str) -> Result<(), String> {
        Ok(())
    }

    fn joins(&self, _: &Table, _: &str) -> Result<String, String> {
        Ok(String::new())
    }

    fn masks(&self) -> bool {
        false
    }
}
