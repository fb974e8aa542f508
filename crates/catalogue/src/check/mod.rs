//! The checks that a catalogue passes before it exists. One file per question; each stops at the first problem.

use std::collections::BTreeMap;

use crate::{
    error::{Error, Place, Problem},
    model::Table,
};

mod columns;
mod filters;
pub(crate) mod keys;
mod names;
mod natural_keys;
mod persons;
mod references;

/// The tables by name; names are unique once `names` has passed.
type Tables<'a> = BTreeMap<&'a str, &'a Table>;

/// Runs every check on the tables.
///
/// # Errors
/// The first refusal, naming file, table and column.
pub(crate) fn check(tables: &[Table]) -> Result<(), Error> {
    names::check(tables)?;
    let by_name: Tables<'_> = tables.iter().map(|table| (table.name.as_str(), table)).collect();
    for table in tables {
        columns::check(table)?;
        references::check(table, &by_name)?;
        natural_keys::check(table)?;
        filters::check(table)?;
        persons::check(table, &by_name)?;
    }
    natural_keys::check_cross_references(tables, &by_name)
}

/// Tells whether the text is `[a-z][a-z0-9_]*` and fits the shortest limit of an engine (63).
pub(crate) fn is_plain_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() <= 63
        && bytes.first().is_some_and(u8::is_ascii_lowercase)
        && bytes.iter().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
}

/// Refuses a table.
fn refuse_table(table: &Table, problem: Problem) -> Error {
    Error::refused(Place::table(&table.file(), &table.name), problem)
}

/// Refuses a column of a table.
fn refuse_column(table: &Table, column: &str, problem: Problem) -> Error {
    Error::refused(Place::column(&table.file(), &table.name, column), problem)
}
