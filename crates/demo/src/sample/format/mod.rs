//! The formats in which the sample is written: one file per format.

mod bytes;
mod csv;
mod excel;
mod json_lines;
mod mysql_dump;
mod pg_dump;

use std::{fmt, path::Path, str::FromStr};

use serde::Serialize;

use super::{Error, Sample, table::Table};

pub(super) use self::bytes::in_windows_1252;

/// Writes rows in one format.
pub(super) trait Writer {
    /// Begins a table.
    fn begin(&mut self, table: Table) -> Result<(), Error>;

    /// Writes a row of a table that was begun and not ended.
    fn row(&mut self, table: Table, cells: &[String]) -> Result<(), Error>;

    /// Ends a table.
    fn end(&mut self, table: Table) -> Result<(), Error>;

    /// Ends the last file.
    fn finish(self: Box<Self>) -> Result<(), Error>;
}

/// What the legacy database is handed over as.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub enum Format {
    /// A file of UTF-8 for each table.
    #[default]
    #[serde(rename = "csv")]
    Csv,
    /// A file for each table in the old code page of Windows. Letters that it does not have are written without their
    /// marks, as old systems did.
    #[serde(rename = "csv-windows-1252")]
    CsvWindows1252,
    /// A file of UTF-16, little-endian and with a byte order mark, for each table.
    #[serde(rename = "csv-utf-16")]
    CsvUtf16,
    /// A file for each table, one object on each line.
    #[serde(rename = "json-lines")]
    JsonLines,
    /// One workbook with a sheet for each table.
    #[serde(rename = "excel")]
    Excel,
    /// One plain SQL dump of PostgreSQL.
    #[serde(rename = "pg-dump")]
    PgDump,
    /// One plain SQL dump of MySQL.
    #[serde(rename = "mysql-dump")]
    MysqlDump,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 7] = [
        Self::Csv,
        Self::CsvWindows1252,
        Self::CsvUtf16,
        Self::JsonLines,
        Self::Excel,
        Self::PgDump,
        Self::MysqlDump,
    ];

    /// Returns the word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::CsvWindows1252 => "csv-windows-1252",
            Self::CsvUtf16 => "csv-utf-16",
            Self::JsonLines => "json-lines",
            Self::Excel => "excel",
            Self::PgDump => "pg-dump",
            Self::MysqlDump => "mysql-dump",
        }
    }

    /// Tells whether one file holds every table, one after the other.
    fn is_one_file(self) -> bool {
        match self {
            Self::Csv | Self::CsvWindows1252 | Self::CsvUtf16 | Self::JsonLines => false,
            Self::Excel | Self::PgDump | Self::MysqlDump => true,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What text files are packed with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Packing {
    /// Nothing.
    #[default]
    None,
    /// gzip: `people.csv.gz`.
    Gzip,
    /// Zstandard: `people.csv.zst`.
    Zstd,
}

impl Packing {
    /// Every way of packing.
    pub const ALL: [Self; 3] = [Self::None, Self::Gzip, Self::Zstd];

    /// Returns the word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    fn ending(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Gzip => ".gz",
            Self::Zstd => ".zst",
        }
    }
}

impl fmt::Display for Packing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A text that names no format, or no way of packing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, found `{found}`")]
pub struct UnknownForm {
    expected: String,
    found: String,
}

impl UnknownForm {
    fn new(known: &[&str], found: &str) -> Self {
        let known: Vec<String> = known.iter().map(|word| format!("`{word}`")).collect();
        Self { expected: known.join(" or "), found: found.chars().take(40).collect() }
    }
}

impl FromStr for Format {
    type Err = UnknownForm;

    fn from_str(text: &str) -> Result<Self, UnknownForm> {
        let known = Self::ALL.map(Self::as_str);
        Self::ALL
            .into_iter()
            .find(|format| format.as_str() == text)
            .ok_or_else(|| UnknownForm::new(&known, text))
    }
}

impl FromStr for Packing {
    type Err = UnknownForm;

    fn from_str(text: &str) -> Result<Self, UnknownForm> {
        let known = Self::ALL.map(Self::as_str);
        Self::ALL
            .into_iter()
            .find(|packing| packing.as_str() == text)
            .ok_or_else(|| UnknownForm::new(&known, text))
    }
}

/// The form of the files: what they are, and what they are packed with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Form {
    /// What they are.
    pub format: Format,
    /// What they are packed with.
    pub packing: Packing,
}

impl Form {
    /// Refuses what no file can be.
    pub(super) fn check(self, sample: &Sample) -> Result<(), Error> {
        if self.format != Format::Excel {
            return Ok(());
        }
        if self.packing != Packing::None {
            return Err(Error::Packed(self.packing));
        }
        excel::check(sample)
    }

    /// Returns the name of the file that holds a table.
    pub(super) fn file(self, table: Table) -> String {
        let ending = self.packing.ending();
        match self.format {
            Format::Csv | Format::CsvWindows1252 | Format::CsvUtf16 => {
                format!("{}.csv{ending}", table.name())
            }
            Format::JsonLines => format!("{}.jsonl{ending}", table.name()),
            Format::Excel => "legacy.xlsx".to_owned(),
            Format::PgDump | Format::MysqlDump => format!("legacy.sql{ending}"),
        }
    }

    /// Names a table in what is said of the files: the file, and the table where the file holds several.
    pub(super) fn place(self, table: Table) -> String {
        let file = self.file(table);
        if self.format.is_one_file() { format!("{file}#{}", table.name()) } else { file }
    }

    /// Returns the lines of the spec that say where a table stands.
    pub(super) fn declaration(self, table: Table) -> String {
        let name = table.name();
        let (file, format, option) = match self.format {
            Format::Csv => (self.file(table), "csv", String::new()),
            Format::CsvWindows1252 => {
                (self.file(table), "csv", "encoding = \"windows-1252\"\n".to_owned())
            }
            Format::CsvUtf16 => (self.file(table), "csv", "encoding = \"utf-16le\"\n".to_owned()),
            Format::JsonLines => (self.file(table), "json-lines", String::new()),
            Format::Excel => (self.place(table), "excel", String::new()),
            Format::PgDump => (self.file(table), "pg-dump", format!("table = \"{name}\"\n")),
            Format::MysqlDump => (self.file(table), "mysql-dump", format!("table = \"{name}\"\n")),
        };
        format!("file = \"{file}\"\nformat = \"{format}\"\n{option}")
    }

    /// Returns the tables in the groups in which their rows are written: all at once, or one after the other.
    pub(super) fn groups(self) -> Vec<Vec<Table>> {
        if self.format.is_one_file() {
            Table::ALL.into_iter().map(|table| vec![table]).collect()
        } else {
            vec![Table::ALL.to_vec()]
        }
    }

    /// Begins the files.
    pub(super) fn writer(self, folder: &Path) -> Result<Box<dyn Writer>, Error> {
        Ok(match self.format {
            Format::Csv | Format::CsvWindows1252 | Format::CsvUtf16 => {
                Box::new(csv::Csv::new(folder, self))
            }
            Format::JsonLines => Box::new(json_lines::JsonLines::new(folder, self)),
            Format::Excel => Box::new(excel::Excel::new(folder, self)),
            Format::PgDump => Box::new(pg_dump::PgDump::create(folder, self)?),
            Format::MysqlDump => Box::new(mysql_dump::MysqlDump::create(folder, self)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_and_packings_are_named_by_their_words() {
        for format in Format::ALL {
            assert_eq!(format.as_str().parse::<Format>(), Ok(format));
            assert_eq!(serde_json::to_value(format).unwrap(), format.as_str());
        }
        for packing in Packing::ALL {
            assert_eq!(packing.as_str().parse::<Packing>(), Ok(packing));
            assert_eq!(serde_json::to_value(packing).unwrap(), packing.as_str());
        }
        let error = "xml".parse::<Format>().unwrap_err().to_string();
        assert!(error.contains("`pg-dump`") && error.contains("found `xml`"), "{error}");
    }

    #[test]
    fn a_workbook_is_not_packed_and_holds_no_more_rows_than_excel_does() {
        let sample = |volunteers| Sample { volunteers, seed: 1, extra: 0 };
        let excel = Form { format: Format::Excel, packing: Packing::None };
        let packed = Form { packing: Packing::Gzip, ..excel };
        assert!(matches!(packed.check(&sample(1)), Err(Error::Packed(Packing::Gzip))));
        assert!(excel.check(&sample(1_000)).is_ok());
        assert!(matches!(excel.check(&sample(2_000_000)), Err(Error::Rows { .. })));
        assert!(Form::default().check(&sample(2_000_000)).is_ok());
    }
}
