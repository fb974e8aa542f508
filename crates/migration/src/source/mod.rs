//! Sources: one file per format. Every format yields rows of texts and says which rows are broken.

mod csv;
mod decode;
pub(crate) mod excel;
mod json_lines;
mod mysql_dump;
mod pg_dump;
mod sql_text;
mod sqlite;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{error::Error, spec::model};

pub(crate) use self::csv::read_spec_table;
use self::{csv::Csv, excel::Excel, json_lines::JsonLines};

/// The column that staging adds to every source: the line, or the row's number.
pub(crate) const LINE: &str = "landfall_line";

/// A format of source: what columns it has, and its rows in their order.
///
/// Sources are read in parallel, each by one thread.
pub(crate) trait Format: Send + Sync {
    /// Returns the columns, as their header (or table) names them.
    fn columns(&self) -> Result<Vec<String>, Error>;

    /// Asks what may be wrong where the columns have other names than the spec knows.
    fn question(&self) -> &'static str {
        "does the file begin with its header line?"
    }

    /// Hands over every row in order; stops at the first error of the visitor.
    fn read(&self, visit: &mut dyn FnMut(Row<'_>) -> Result<(), Error>) -> Result<(), Error>;

    /// Returns what people should know of the source although it can be read, once its columns were read.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }

    /// Returns the sheets of a workbook on which something stands; other files have none.
    fn sheets(&self) -> Result<Vec<Sheet>, Error> {
        Ok(Vec::new())
    }
}

/// A sheet of a workbook.
pub(crate) struct Sheet {
    pub(crate) name: String,
    pub(crate) hidden: bool,
    /// Whether it is the one that is the source.
    pub(crate) read: bool,
}

/// A row of a source.
pub(crate) struct Row<'a> {
    /// The line on which it begins, for a workbook the row of its sheet, for a database its number, from 1.
    pub(crate) line: u64,
    pub(crate) content: Result<&'a Record, Defect>,
}

/// Why a row cannot be used at all, although the rows after it can.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Defect {
    /// `shape` or `encoding`.
    pub(crate) rule: &'static str,
    pub(crate) reason: String,
}

impl Defect {
    pub(crate) fn shape(reason: impl Into<String>) -> Self {
        Self { rule: "shape", reason: reason.into() }
    }

    pub(crate) fn encoding(reason: impl Into<String>) -> Self {
        Self { rule: "encoding", reason: reason.into() }
    }
}

/// The texts of one row; the buffers are used again for the next row.
#[derive(Debug, Default)]
pub(crate) struct Record {
    text: String,
    ends: Vec<usize>,
    absent: Vec<bool>,
}

impl Record {
    /// Returns how many cells the row has.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns the text of a cell; none where the source holds NULL or has no such cell.
    pub(crate) fn get(&self, index: usize) -> Option<&str> {
        if self.absent.get(index).copied().unwrap_or(false) {
            return None;
        }
        let end = *self.ends.get(index)?;
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        self.text.get(start..end)
    }

    fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        self.absent.clear();
    }

    fn push(&mut self, text: Option<&str>) {
        self.text.push_str(text.unwrap_or_default());
        self.ends.push(self.text.len());
        self.absent.push(text.is_none());
    }
}

/// Where a source's bytes are: in the dump, or in the spec (a list that the spec brings along).
#[derive(Debug, Clone)]
pub(crate) enum Input {
    File(PathBuf),
    Held(Arc<[u8]>),
}

/// Opens a declared source. `expected` are the columns that the spec names: the header row of a workbook is found by them.
pub(crate) fn open(
    source: &model::Source,
    input: Input,
    expected: &[String],
) -> Result<Box<dyn Format>, Error> {
    if let Input::File(path) = &input {
        readable(&source.file, path)?;
    }
    match source.format {
        model::Format::Csv | model::Format::Tsv => Ok(Box::new(Csv::new(source, input))),
        model::Format::JsonLines => Ok(Box::new(JsonLines::new(source, input))),
        model::Format::Excel => Ok(Box::new(Excel::new(source, input, expected))),
        model::Format::PgDump => Ok(Box::new(pg_dump::PgDump::new(source, input))),
        model::Format::MysqlDump => Ok(Box::new(mysql_dump::MysqlDump::new(source, input))),
        model::Format::Sqlite => match input {
            Input::File(path) => Ok(Box::new(sqlite::Sqlite::new(source, path))),
            Input::Held(_) => Err(Error::Source {
                file: source.file.clone(),
                line: None,
                what: "a list inside the spec is a text file or a workbook, found format `sqlite`"
                    .to_owned(),
            }),
        },
    }
}

/// Refuses a file that is no workbook, and one that would fill the memory or never end, by the limits of sources: for
/// workbooks that are no source.
pub(crate) fn guard_workbook(path: &Path) -> Result<(), Error> {
    excel::guard(&path.display().to_string(), &Input::File(path.to_owned()))
}

fn readable(file: &str, path: &Path) -> Result<(), Error> {
    let wrong = |what: String| Error::Source { file: file.to_owned(), line: None, what };
    let facts = fs::metadata(path).map_err(|error| {
        match error.kind() {
        std::io::ErrorKind::NotFound => wrong(
            "expected this file in the dump, found none; put it there or correct `file` in the spec"
                .to_owned(),
        ),
        _ => wrong(format!("cannot be read: {error}")),
    }
    })?;
    if !facts.is_file() {
        return Err(wrong("expected a file, found a folder".to_owned()));
    }
    if facts.len() == 0 {
        return Err(wrong(
            "is empty: expected a header row at least; ask for the file again".to_owned(),
        ));
    }
    Ok(())
}

/// The most columns of a source: staging adds one, and a table has at most 2000.
const MOST_COLUMNS: usize = 1999;

/// The most bytes of one row of a text, 16 MiB: a row that is longer is rejected, so that no file fills the memory.
pub(crate) const LONGEST_ROW: usize = 16 << 20;

fn too_many(columns: usize) -> String {
    format!(
        "expected at most {MOST_COLUMNS} columns, found {columns}; check the delimiter, or have the file exported in parts"
    )
}

/// Checks the names of a source's columns: none empty, none twice, none reserved, not too many. A name is never shown:
/// where the header line is missing, it is somebody's data.
///
/// Names are compared without regard to ASCII case, because SQL expressions do so.
pub(crate) fn check_columns(file: &str, columns: &[String]) -> Result<(), Error> {
    let wrong = |what: String| Error::Source { file: file.to_owned(), line: Some(1), what };
    if columns.len() > MOST_COLUMNS {
        return Err(wrong(too_many(columns.len())));
    }
    for (index, name) in columns.iter().enumerate() {
        if name.is_empty() {
            return Err(wrong(format!(
                "expected a name for every column, found none for column {}; complete the header line, or put it in front if the file begins without it",
                index + 1
            )));
        }
        if name.eq_ignore_ascii_case(LINE) {
            return Err(wrong(format!("the column name `{LINE}` is reserved; rename the column")));
        }
        let before = columns[..index].iter().position(|other| other.eq_ignore_ascii_case(name));
        if let Some(before) = before {
            return Err(wrong(format!(
                "expected every column once, found the same name in columns {} and {}; rename one of them, or put the header line in front if the file begins without it",
                before + 1,
                index + 1
            )));
        }
    }
    Ok(())
}

/// Tells whether a first row is a header: at least half of the names that are expected stand in it, however they are
/// written. Where it is none, it may be somebody's data, and nothing of it is shown.
pub(crate) fn is_header<S: AsRef<str>>(
    columns: &[String],
    expected: impl IntoIterator<Item = S>,
) -> bool {
    let expected: BTreeSet<String> =
        expected.into_iter().map(|name| plain(name.as_ref())).collect();
    let columns: BTreeSet<String> = columns.iter().map(|name| plain(name)).collect();
    let there = columns.intersection(&expected).count();
    there > 0 && there * 2 >= expected.len()
}

/// Returns a name without case and separators.
pub(crate) fn plain(name: &str) -> String {
    let letters: String = name
        .chars()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    if letters.is_empty() { name.to_owned() } else { letters }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_header_has_half_of_the_expected_names() {
        let header = columns(&["Birth Date", "FORENAME", "Extra"]);
        assert!(is_header(&header, ["birth_date", "Forename", "Surname", "Town"]));
        assert!(!is_header(&header, ["Forename", "Surname", "Town"]));
        assert!(!is_header(&columns(&["Ada", "Nowak"]), ["Forename", "Surname"]));
        assert!(!is_header(&header, [""; 0]));
    }

    #[test]
    fn what_stands_in_the_place_of_names_is_not_repeated() {
        for (names, part) in [
            (columns(&["Ada", "Nowak", "NOWAK"]), "columns 2 and 3"),
            (columns(&["Ada", "Nowak", ""]), "column 3"),
            ((0..2000).map(|number| format!("Nowak {number}")).collect(), "found 2000"),
        ] {
            let error = check_columns("people.csv", &names).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
            assert!(!error.to_lowercase().contains("nowak"), "{error}");
        }
    }
}
