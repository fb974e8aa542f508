//! What the tests of both dialects read a dump with.

use crate::{
    source::{Defect, Format},
    spec::model,
};

/// A line, and the row that was read there or why there is none.
pub(in crate::source) type Line = (u64, Result<String, String>);

/// The source `town` in the file `town.sql`.
pub(in crate::source) fn source(format: &str, options: &str) -> model::Source {
    let text = format!("name = \"town\"\nfile = \"town.sql\"\nformat = \"{format}\"\n{options}");
    toml::from_str(&text).unwrap()
}

/// Every row with its line: its cells joined by `|`, with `~` for none, or why it cannot be read.
pub(in crate::source) fn lines(dump: &dyn Format) -> Result<Vec<Line>, String> {
    let mut rows = Vec::new();
    let read = dump.read(&mut |row| {
        let cells = row.content.map_err(|Defect { reason, .. }| reason).map(|record| {
            let cells: Vec<&str> =
                (0..record.len()).map(|index| record.get(index).unwrap_or("~")).collect();
            cells.join("|")
        });
        rows.push((row.line, cells));
        Ok(())
    });
    read.map(|()| rows).map_err(|error| error.to_string())
}

/// Every row, without its line.
pub(in crate::source) fn rows(dump: &dyn Format) -> Result<Vec<Result<String, String>>, String> {
    Ok(lines(dump)?.into_iter().map(|(_, row)| row).collect())
}
