//! The texts of a spec folder, made from its parts: `spec.toml` and maps.

use std::fmt::Write as _;

use toml::{Table, Value};

use crate::spec::ValueMap;

/// Writes the entries of a table, one `key = value` per line.
pub(super) fn entries(table: &Table) -> String {
    let mut text = String::new();
    for (key, value) in table {
        // Writing to a text does not fail.
        let _ = writeln!(text, "{key} = {value}");
    }
    text
}

/// Writes `spec.toml` from the table of a whole spec.
pub(super) fn spec(mut spec: Table) -> String {
    let sources = tables(spec.remove("source"));
    let sections = tables(spec.remove("section"));
    let mut text = entries(&spec);
    for source in sources {
        text.push_str("\n[[source]]\n");
        text.push_str(&entries(&source));
    }
    for mut section in sections {
        let fields = tables(section.remove("field"));
        text.push_str("\n[[section]]\n");
        text.push_str(&entries(&section));
        for field in fields {
            text.push_str("[[section.field]]\n");
            text.push_str(&entries(&field));
        }
    }
    text
}

/// Returns the tables of an array of tables.
pub(super) fn tables(value: Option<Value>) -> Vec<Table> {
    let Some(Value::Array(values)) = value else { return Vec::new() };
    values
        .into_iter()
        .filter_map(|value| match value {
            Value::Table(table) => Some(table),
            Value::String(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Boolean(_)
            | Value::Datetime(_)
            | Value::Array(_) => None,
        })
        .collect()
}

/// Writes a value map as the CSV file that a spec folder holds.
pub(super) fn map(map: &ValueMap) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut text = "source,target\n".to_owned();
    for (source, target) in map {
        let _ = writeln!(text, "{},{}", quoted(source), quoted(target));
    }
    text
}
