//! The tables and indexes that a catalogue yields, as SQL: in an instance and in a package.

use landfall_catalogue::{Catalogue, Class, Column, Kind as ColumnKind, Table};

use crate::package::Kind;

/// The tables that an instance keeps about itself, beside those of the catalogue.
pub(crate) const OWN_TABLES: &str = "
    CREATE TABLE landfall_instance (
      key TEXT PRIMARY KEY,
      value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE landfall_loaded (
      kind TEXT NOT NULL,
      package TEXT NOT NULL,
      masked INTEGER NOT NULL CHECK (masked IN (0, 1))
    ) STRICT;
    CREATE TABLE landfall_stub (
      table_name TEXT NOT NULL,
      row_id INTEGER NOT NULL,
      PRIMARY KEY (table_name, row_id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE landfall_change (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      note TEXT NOT NULL,
      change TEXT NOT NULL
    ) STRICT;
";

/// The names of [`OWN_TABLES`]; a test compares the two.
pub(crate) const OWN_NAMES: [&str; 4] =
    ["landfall_change", "landfall_instance", "landfall_loaded", "landfall_stub"];

/// The beginning of the name of every table that is Landfall's own and not the catalogue's.
pub const OWN_PREFIX: &str = "landfall_";

/// One table or index of an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// `table` or `index`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// The table to which it belongs; its own name for a table.
    pub table: String,
    /// For an index: its columns.
    pub columns: Vec<String>,
    /// The statement that makes it, as SQLite stores it.
    pub sql: String,
}

/// One column of a table in a package.
#[derive(Debug, Clone, Copy)]
pub struct PackageColumn<'a> {
    /// The catalogue's column.
    pub column: &'a Column,
    /// For a reference into the other package: the table whose natural key the column holds as text.
    pub crosses: Option<&'a Table>,
}

/// Writes a name as an SQL identifier.
#[must_use]
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Writes a text as an SQL literal.
#[must_use]
pub fn text_literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Returns every table and index of an instance: tables in load order, then the indexes of each.
#[must_use]
pub fn objects(catalogue: &Catalogue) -> Vec<Object> {
    let tables = catalogue.tables().iter().map(|table| Object {
        kind: "table",
        name: table.name.clone(),
        table: table.name.clone(),
        columns: vec![],
        sql: create_table(table),
    });
    tables.chain(catalogue.tables().iter().flat_map(indexes)).collect()
}

/// Returns the statement that makes a table of an instance, without its indexes.
#[must_use]
pub fn create_table(table: &Table) -> String {
    let columns = table.columns.iter().map(|column| {
        let mut line = column_line(column, type_name(column.kind));
        if let Some(target) = &column.references {
            line.push_str(&format!(" REFERENCES {} (\"id\")", quoted(target)));
        }
        line
    });
    table_statement(&table.name, columns)
}

/// Returns the statement that makes a table of a package of that kind: no foreign keys, no indexes.
#[must_use]
pub fn create_package_table(catalogue: &Catalogue, table: &Table, kind: Kind) -> String {
    let columns = package_columns(catalogue, table, kind);
    table_statement(
        &table.name,
        columns.iter().map(|carried| match carried.crosses {
            None => column_line(carried.column, type_name(carried.column.kind)),
            Some(_) if carried.column.required => {
                format!("{} TEXT NOT NULL", quoted(&carried.column.name))
            }
            Some(_) => format!("{} TEXT", quoted(&carried.column.name)),
        }),
    )
}

/// Returns the columns of a table that a package of that kind carries, in the catalogue's order.
#[must_use]
pub fn package_columns<'a>(
    catalogue: &'a Catalogue,
    table: &'a Table,
    kind: Kind,
) -> Vec<PackageColumn<'a>> {
    table
        .columns
        .iter()
        .filter(|column| !stays(column))
        .map(|column| PackageColumn { column, crosses: crossed(catalogue, table, column, kind) })
        .collect()
}

/// Returns the table whose natural key stands in a package instead of the id, if the reference leads into the other
/// package. A snapshot holds every table, so nothing crosses.
pub(crate) fn crossed<'a>(
    catalogue: &'a Catalogue,
    table: &Table,
    column: &Column,
    kind: Kind,
) -> Option<&'a Table> {
    if kind == Kind::Snapshot || !table.cross_reference(catalogue, column) {
        return None;
    }
    catalogue.table(column.references.as_deref()?)
}

/// Tells whether the column's values belong to one instance and never enter a package.
#[must_use]
pub fn stays(column: &Column) -> bool {
    matches!(column.class, Class::Integration | Class::Secret)
}

/// Returns the indexes of a table: first those that forbid equal rows, then those for looking up.
#[must_use]
pub fn indexes(table: &Table) -> Vec<Object> {
    let unique = table.unique.iter().map(|columns| index(table, columns, "UNIQUE INDEX", "unique"));
    let plain = table.indexes.iter().map(|columns| index(table, columns, "INDEX", "index"));
    unique.chain(plain).collect()
}

fn index(table: &Table, columns: &[String], words: &str, ending: &str) -> Object {
    let name = format!("{}_{}_{ending}", table.name, columns.join("_"));
    let listed = columns.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(", ");
    Object {
        kind: "index",
        sql: format!("CREATE {words} {} ON {} ({listed})", quoted(&name), quoted(&table.name)),
        name,
        table: table.name.clone(),
        columns: columns.to_vec(),
    }
}

fn table_statement(name: &str, columns: impl Iterator<Item = String>) -> String {
    let columns = columns.collect::<Vec<_>>().join(",\n  ");
    format!("CREATE TABLE {} (\n  {columns}\n) STRICT", quoted(name))
}

fn column_line(column: &Column, type_name: &str) -> String {
    let name = quoted(&column.name);
    if column.name == "id" {
        return format!("{name} {type_name} PRIMARY KEY");
    }
    let mut line = format!("{name} {type_name}");
    if column.required {
        line.push_str(" NOT NULL");
    }
    if let Some(default) = &column.default {
        line.push_str(&format!(" DEFAULT {}", literal(column, default)));
    }
    if column.kind == ColumnKind::Boolean {
        line.push_str(&format!(" CHECK ({name} IN (0, 1))"));
    } else if !column.values.is_empty() {
        let values =
            column.values.iter().map(|value| literal(column, value)).collect::<Vec<_>>().join(", ");
        line.push_str(&format!(" CHECK ({name} IN ({values}))"));
    }
    line
}

/// Returns the type of a column in a STRICT table. A decimal is text, because a float would not be exact.
#[must_use]
pub fn type_name(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Integer | ColumnKind::Boolean => "INTEGER",
        ColumnKind::Decimal | ColumnKind::Text | ColumnKind::Date | ColumnKind::DateTime => "TEXT",
        ColumnKind::Bytes => "BLOB",
    }
}

/// Writes a canonical text of the catalogue as a literal of the column's type.
fn literal(column: &Column, text: &str) -> String {
    match column.kind {
        // A text that is no number would be refused by the STRICT table, so it cannot pass unseen.
        ColumnKind::Integer | ColumnKind::Boolean => {
            text.parse::<i64>().map_or_else(|_| text_literal(text), |number| number.to_string())
        }
        ColumnKind::Bytes => format!("X{}", text_literal(text)),
        ColumnKind::Decimal | ColumnKind::Text | ColumnKind::Date | ColumnKind::DateTime => {
            text_literal(text)
        }
    }
}

/// Returns a literal that says nothing and that the column accepts: its first allowed value, else empty, zero, the
/// first day of 1900.
#[must_use]
pub fn neutral_literal(column: &Column) -> String {
    if let Some(first) = column.values.first() {
        return literal(column, first);
    }
    match column.kind {
        ColumnKind::Integer | ColumnKind::Boolean => "0",
        ColumnKind::Decimal => "'0'",
        ColumnKind::Text => "''",
        ColumnKind::Date => "'1900-01-01'",
        ColumnKind::DateTime => "'1900-01-01T00:00:00Z'",
        ColumnKind::Bytes => "X''",
    }
    .to_owned()
}

/// Returns the literal for a column that a package does not carry, where leaving the column out of the statement
/// (so that it takes NULL or its default) is not enough.
pub(crate) fn absent_literal(column: &Column) -> Option<String> {
    (column.required && column.default.is_none()).then(|| neutral_literal(column))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_those_of_the_own_tables() {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        connection.execute_batch(OWN_TABLES).unwrap();
        let mut statement = connection
            .prepare(
                "SELECT name FROM sqlite_schema
                 WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_' ORDER BY name",
            )
            .unwrap();
        let names: Vec<String> =
            statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        assert_eq!(names, OWN_NAMES);
    }

    #[test]
    fn names_and_texts_cannot_leave_their_quotes() {
        assert_eq!(quoted("a\"b"), "\"a\"\"b\"");
        assert_eq!(text_literal("it's"), "'it''s'");
    }
}
