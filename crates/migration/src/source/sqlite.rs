//! A table or view of a SQLite database, opened read only.

use std::path::PathBuf;

use rusqlite::{Connection, OpenFlags, types::ValueRef};

use super::{Defect, Format, Record, Row, check_columns};
use crate::{
    error::{Error, listed},
    quote,
    spec::model,
};

/// A table or view of a SQLite file.
pub(crate) struct Sqlite {
    file: String,
    path: PathBuf,
    table: String,
}

impl Sqlite {
    pub(crate) fn new(source: &model::Source, path: PathBuf) -> Self {
        Self {
            file: source.file.clone(),
            path,
            table: source.table.clone().unwrap_or_else(|| source.name.clone()),
        }
    }

    fn open(&self) -> Result<Connection, Error> {
        let mut beside = self.path.clone().into_os_string();
        beside.push("-wal");
        if std::fs::metadata(PathBuf::from(beside)).is_ok_and(|facts| facts.len() > 0) {
            return Err(self.wrong(
                "expected one file, found a write-ahead log with rows of its own beside it; close the database (or checkpoint it) and dump it again",
            ));
        }
        // A dump does not change: `immutable` reads it without locks, even on a read-only medium.
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
            | OpenFlags::SQLITE_OPEN_URI
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let path = self.path.to_str().ok_or_else(|| {
            self.wrong("expected a path of UTF-8 characters; rename the file or its folder")
        })?;
        let uri = format!("file:{}?immutable=1", escaped(path));
        let connection =
            Connection::open_with_flags(uri, flags).map_err(|error| self.refused(&error))?;
        let tables: Vec<String> = connection
            .prepare("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY name")
            .and_then(|mut names| names.query_map([], |row| row.get(0))?.collect())
            .map_err(|error| self.refused(&error))?;
        if !tables.contains(&self.table) {
            return Err(self.wrong(&format!(
                "expected the table `{}`, found {}; correct `table` in the spec",
                self.table,
                listed(&tables)
            )));
        }
        Ok(connection)
    }

    /// Returns the statement that yields all rows in an order that depends on the content alone.
    fn statement(&self, connection: &Connection) -> Result<String, Error> {
        let all = format!("SELECT * FROM {}", quote(&self.table));
        let by_row = format!("{all} ORDER BY rowid");
        if connection.prepare(&by_row).is_ok() {
            return Ok(by_row);
        }
        let count = connection.prepare(&all).map_err(|error| self.refused(&error))?.column_count();
        let order: Vec<String> = (1..=count).map(|column| column.to_string()).collect();
        Ok(format!("{all} ORDER BY {}", order.join(", ")))
    }

    fn refused(&self, error: &rusqlite::Error) -> Error {
        self.wrong(&format!(
            "expected a SQLite database that can be read, found: {error}; ask for the file again or correct `format`"
        ))
    }

    fn wrong(&self, what: &str) -> Error {
        Error::Source { file: self.file.clone(), line: None, what: what.to_owned() }
    }
}

impl Format for Sqlite {
    fn columns(&self) -> Result<Vec<String>, Error> {
        let connection = self.open()?;
        let statement = self.statement(&connection)?;
        let statement = connection.prepare(&statement).map_err(|error| self.refused(&error))?;
        let names: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
        check_columns(&self.file, &names)?;
        Ok(names)
    }

    fn read(&self, visit: &mut dyn FnMut(Row<'_>) -> Result<(), Error>) -> Result<(), Error> {
        let connection = self.open()?;
        let statement = self.statement(&connection)?;
        let mut statement = connection.prepare(&statement).map_err(|error| self.refused(&error))?;
        let count = statement.column_count();
        let mut rows = statement.query([]).map_err(|error| self.refused(&error))?;
        let mut record = Record::default();
        let mut line = 0;
        while let Some(row) = rows.next().map_err(|error| self.refused(&error))? {
            line += 1;
            record.clear();
            let mut defect = None;
            for index in 0..count {
                match row.get_ref(index).map_err(|error| self.refused(&error))? {
                    ValueRef::Null => record.push(None),
                    ValueRef::Integer(number) => record.push(Some(&number.to_string())),
                    ValueRef::Real(number) => record.push(Some(&number.to_string())),
                    ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
                        Ok(text) if !text.contains('\0') => record.push(Some(text)),
                        Ok(_) => defect = Some(Defect::encoding("holds a NUL character")),
                        Err(_) => defect = Some(Defect::encoding("is not UTF-8")),
                    },
                    // As a target column of type bytes takes them.
                    ValueRef::Blob(bytes) => record.push(Some(&hexadecimal(bytes))),
                }
            }
            visit(Row { line, content: defect.map_or(Ok(&record), Err) })?;
        }
        Ok(())
    }
}

/// Writes bytes as hexadecimal digits.
fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

/// Escapes the characters that mean something in a SQLite file name of URI form.
fn escaped(path: &str) -> String {
    path.replace('%', "%25").replace('?', "%3f").replace('#', "%23")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: PathBuf, table: &str) -> Sqlite {
        Sqlite { file: "legacy.db".to_owned(), path, table: table.to_owned() }
    }

    #[test]
    fn rows_come_in_order_as_texts_and_the_file_is_untouched() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a #1?.db");
        let legacy = Connection::open(&path).unwrap();
        legacy
            .execute_batch(
                "CREATE TABLE people(id INTEGER, weight REAL, note TEXT);
                 INSERT INTO people VALUES (2, 80.5, NULL), (1, 70.0, 'x'), (3, 1, x'00ff');",
            )
            .unwrap();
        drop(legacy);
        let before = std::fs::read(&path).unwrap();
        let sqlite = source(path.clone(), "people");
        assert_eq!(sqlite.columns().unwrap(), ["id", "weight", "note"]);
        let mut rows = Vec::new();
        sqlite
            .read(&mut |row| {
                rows.push(row.content.map_err(|defect| defect.rule).map(|record| {
                    (0..record.len())
                        .map(|index| record.get(index).map(str::to_owned))
                        .collect::<Vec<_>>()
                }));
                Ok(())
            })
            .unwrap();
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            rows,
            vec![
                Ok(vec![text("2"), text("80.5"), None]),
                Ok(vec![text("1"), text("70"), text("x")]),
                Ok(vec![text("3"), text("1"), text("00ff")]),
            ]
        );
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }

    #[test]
    fn a_missing_table_and_a_file_that_is_no_database_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.db");
        Connection::open(&path).unwrap().execute_batch("CREATE TABLE a(b)").unwrap();
        let error = source(path.clone(), "people").columns().unwrap_err().to_string();
        assert!(error.contains("expected the table `people`, found `a`"), "{error}");
        std::fs::write(&path, "id,name\n").unwrap();
        let error = source(path, "people").columns().unwrap_err().to_string();
        assert!(error.contains("legacy.db") && error.contains("SQLite database"), "{error}");
    }
}
