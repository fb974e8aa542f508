//! JSON Lines: a file for each table, one object on each line.
//!
//! What has no value is `null` in one half of the columns and missing in the other. An object cannot have a value too
//! few or too many: such a row breaks off before its end, or has its last name twice, so that it cannot be read either.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::{Form, Writer, bytes::Output};
use crate::sample::{
    Error,
    table::{Kind, Table, is_number},
};

/// The files that are being written.
pub(super) struct JsonLines {
    folder: PathBuf,
    form: Form,
    files: Vec<Lines>,
}

struct Lines {
    table: Table,
    output: Output,
    rows: u64,
}

impl JsonLines {
    pub(super) fn new(folder: &Path, form: Form) -> Self {
        Self { folder: folder.to_owned(), form, files: Vec::new() }
    }
}

impl Writer for JsonLines {
    fn begin(&mut self, table: Table) -> Result<(), Error> {
        let output = Output::create(&self.folder, self.form, table)?;
        self.files.push(Lines { table, output, rows: 0 });
        Ok(())
    }

    fn row(&mut self, table: Table, cells: &[String]) -> Result<(), Error> {
        let Some(lines) = self.files.iter_mut().find(|lines| lines.table == table) else {
            return Ok(());
        };
        // The first row names every column.
        let line = object(table, cells, lines.rows == 0)
            .map_err(|error| Error::file("write", lines.output.path())(io::Error::other(error)))?;
        lines.rows += 1;
        lines.output.text(&line)
    }

    fn end(&mut self, table: Table) -> Result<(), Error> {
        let Some(place) = self.files.iter().position(|lines| lines.table == table) else {
            return Ok(());
        };
        let lines = self.files.swap_remove(place);
        if lines.rows == 0 {
            return Err(Error::NoRows(self.form.file(table)));
        }
        lines.output.finish()
    }

    fn finish(self: Box<Self>) -> Result<(), Error> {
        Ok(())
    }
}

/// Writes a row as a line.
fn object(table: Table, cells: &[String], is_first: bool) -> Result<String, serde_json::Error> {
    let columns = table.columns();
    let mut members = Vec::with_capacity(columns.len());
    for (place, (column, cell)) in columns.iter().zip(cells).enumerate() {
        if cell.is_empty() && !is_first && place % 2 == 1 {
            continue;
        }
        members.push(member(table, column, cell)?);
    }
    for cell in cells.get(columns.len()..).unwrap_or_default() {
        let column = columns.last().copied().unwrap_or_default();
        members.push(member(table, column, cell)?);
    }
    let end = if cells.len() < columns.len() { "" } else { "}" };
    Ok(format!("{{{}{end}\n", members.join(", ")))
}

fn member(table: Table, column: &str, cell: &str) -> Result<String, serde_json::Error> {
    let numeric = matches!(table.kind(column), Kind::Number | Kind::Measure);
    let value = if cell.is_empty() {
        "null".to_owned()
    } else if numeric && is_number(cell) {
        cell.to_owned()
    } else {
        serde_json::to_string(cell)?
    };
    Ok(format!("{}: {value}", serde_json::to_string(column)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::person;
    use serde_json::Value;

    #[test]
    fn numbers_are_numbers_and_what_is_not_there_is_null_or_missing() {
        let row = person::make(3, 7).row;
        let line = object(Table::People, &row, false).unwrap();
        let whole = object(Table::People, &row, true).unwrap();
        let (line, whole): (Value, Value) =
            (serde_json::from_str(&line).unwrap(), serde_json::from_str(&whole).unwrap());
        assert!(whole["ROW_VERSION"].is_u64());
        assert_eq!(whole.as_object().unwrap().len(), row.len());
        for (column, cell) in person::COLUMNS.iter().zip(&row) {
            let text = match &whole[column] {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            assert_eq!(text, *cell, "{column}");
            assert_eq!(line.get(column).unwrap_or(&Value::Null), &whole[column], "{column}");
        }
        assert!(line.as_object().unwrap().len() < row.len());
    }

    #[test]
    fn a_row_of_another_length_is_no_object() {
        let (few, many) = (person::make(3, 207).row, person::make(3, 607).row);
        let line = object(Table::People, &few, false).unwrap();
        assert!(serde_json::from_str::<Value>(&line).unwrap_err().is_eof());
        let line = object(Table::People, &many, false).unwrap();
        assert_eq!(line.matches("\"ROW_VERSION\"").count(), 2);
    }
}
