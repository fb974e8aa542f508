//! What can go wrong with an instance or a package. No text holds a value of a volunteer's row.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

use landfall_core::{canonical::NotCanonical, digest::Digest};
use rusqlite::ErrorCode;

use crate::package::{Kind, Need};

/// A refused or broken operation on an instance or a package.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// SQLite refused a statement.
    #[error("cannot {action} in `{}`: {cause}", .path.display())]
    Sql {
        /// What was being done: "create table `site`".
        action: String,
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        cause: Box<rusqlite::Error>,
    },
    /// The file system refused something.
    #[error("cannot {action} `{}`: {cause}", .path.display())]
    File {
        /// What was being done: "rename".
        action: String,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// A file stands where a new one should be made.
    #[error("expected a new file, found that `{}` exists", .path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A file is missing.
    #[error("expected a file, found that `{}` does not exist", .path.display())]
    Absent {
        /// The file.
        path: PathBuf,
    },
    /// The file is a database, but not an instance.
    #[error("expected an instance, found that `{}` has no table `landfall_instance`", .path.display())]
    NotAnInstance {
        /// The file.
        path: PathBuf,
    },
    /// The identity names another release than the catalogue.
    #[error(
        "expected release `{expected}` of the catalogue, found `{found}` in the instance's identity"
    )]
    WrongRelease {
        /// The catalogue's release.
        expected: String,
        /// The identity's release.
        found: String,
    },
    /// The instance was made by another catalogue.
    #[error("expected an instance of catalogue `{expected}`, found `{found}` in `{}`", .path.display())]
    WrongCatalogue {
        /// The file.
        path: PathBuf,
        /// The digest of the catalogue at hand.
        expected: Digest,
        /// The digest that the instance says.
        found: String,
    },
    /// Rows are to be loaded into an instance that is complete.
    #[error("expected an instance that is being built, found that `{}` is finished", .path.display())]
    Finished {
        /// The file.
        path: PathBuf,
    },
    /// An instance that is still being built is to be used.
    #[error("expected a finished instance, found that `{}` is still being built", .path.display())]
    Unfinished {
        /// The file.
        path: PathBuf,
    },
    /// The package was made by another catalogue.
    #[error("expected a package of catalogue `{expected}`, found `{found}` in package `{package}`")]
    PackageCatalogue {
        /// The package.
        package: Digest,
        /// The digest of the catalogue at hand.
        expected: Digest,
        /// The digest that the package says.
        found: Digest,
    },
    /// The package carries something else than what is needed.
    #[error("expected a {expected} package, found that package `{package}` is of kind `{found}`")]
    WrongKind {
        /// The package.
        package: Digest,
        /// What it should carry.
        expected: Kind,
        /// What it carries.
        found: Kind,
    },
    /// The package's tables are not those of the catalogue.
    #[error("package table `{table}` differs from the catalogue: {what}")]
    PackageShape {
        /// The table.
        table: String,
        /// Expected and found.
        what: String,
    },
    /// A file does not hold what it says.
    #[error("`{}` is corrupted: {what}", .path.display())]
    Corrupted {
        /// The file.
        path: PathBuf,
        /// Expected and found.
        what: String,
    },
    /// The store has no such package.
    #[error("expected package `{digest}` in `{}`, found none", .folder.display())]
    NotInStore {
        /// The package.
        digest: Digest,
        /// The store's folder.
        folder: PathBuf,
    },
    /// Rows of the package refer to rows that the destination does not have. The text names no key: a migration may have
    /// taken it from its source.
    #[error("the instance lacks {} to which the package refers: {}", keys(.missing), by_table(.missing))]
    MissingKeys {
        /// Every missing natural key, sorted.
        missing: Vec<Need>,
    },
    /// Rows with the package's ids stand in the destination already.
    #[error("expected no row of the package in table `{table}` of the instance, found {rows}")]
    Occupied {
        /// The table.
        table: String,
        /// How many ids stand in both.
        rows: u64,
    },
    /// A load wrote another number of rows than the package holds.
    #[error("table `{table}`: expected {expected} rows as in the package, found {found} written")]
    RowsDiffer {
        /// The table.
        table: String,
        /// Rows in the package.
        expected: u64,
        /// Rows written.
        found: u64,
    },
    /// The treatment refused to treat a column, or its preparation failed.
    #[error("{place} cannot be treated: {reason}")]
    Treatment {
        /// The package, the table or the column.
        place: String,
        /// What the treatment said.
        reason: String,
    },
    /// Rows of a table that others refer to have no natural key.
    #[error("table `{table}` has rows without natural key: expected a value in {columns}")]
    NoNaturalKey {
        /// The table.
        table: String,
        /// Its natural key's columns.
        columns: String,
    },
    /// A natural key's text does not fit its table.
    #[error("the natural key of a row of `{table}` does not fit its columns: expected {expected}")]
    WrongKey {
        /// The table.
        table: String,
        /// What would have fitted.
        expected: String,
    },
    /// Rows are equal where they must differ.
    #[error("table `{table}` has rows that are equal in {columns}: expected each to differ")]
    Duplicate {
        /// The table.
        table: String,
        /// The columns.
        columns: String,
    },
    /// Rows refer to rows that do not exist.
    #[error("table `{table}` has {rows} references to rows of `{references}` that do not exist")]
    BrokenReferences {
        /// The table.
        table: String,
        /// The table referred to.
        references: String,
        /// How many.
        rows: u64,
    },
    /// A column holds a kind of value that no catalogue knows.
    #[error(
        "table `{table}`, column `{column}`: expected integer, text or bytes, found a floating-point number"
    )]
    Float {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// The catalogue has no such table.
    #[error("expected a table of the catalogue, found `{table}`")]
    UnknownTable {
        /// What was asked for.
        table: String,
    },
    /// The table has no such column.
    #[error("expected a column of table `{table}`, found `{column}`")]
    UnknownColumn {
        /// The table.
        table: String,
        /// What was asked for.
        column: String,
    },
    /// A value has no canonical form.
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
}

impl Error {
    /// Tells what to do next, where there is something to do.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Sql { cause, .. } if cause.sqlite_error_code() == Some(ErrorCode::DiskFull) => {
                Some("free space on the disk that holds the file, then run the same command again")
            }
            Self::Sql { cause, .. }
                if matches!(
                    cause.sqlite_error_code(),
                    Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
                ) =>
            {
                Some(
                    "another process uses the file: wait until it has finished, then run the same command again",
                )
            }
            Self::Exists { .. } => {
                Some("remove what an interrupted build left, or choose another name")
            }
            Self::Unfinished { .. } => Some("build the instance again: the build was interrupted"),
            Self::Finished { .. } => {
                Some("build a new instance; change a finished one with `landfall record`")
            }
            Self::WrongCatalogue { .. }
            | Self::PackageCatalogue { .. }
            | Self::WrongRelease { .. } => Some("use the catalogue of the release that made it"),
            Self::PackageShape { .. } | Self::Corrupted { .. } => {
                Some("extract the package again from its source")
            }
            Self::WrongKind { .. } => {
                Some("name another package: `landfall package list` shows their kinds")
            }
            Self::NotInStore { .. } => Some("extract the package first"),
            Self::MissingKeys { .. } => Some(
                "the package's manifest names them under `needs`: add them to the source of the configuration and extract it again, or correct the migration's spec",
            ),
            Self::Duplicate { .. } => {
                Some("correct the rows in the source, then extract the package again")
            }
            Self::Sql { .. }
            | Self::File { .. }
            | Self::Absent { .. }
            | Self::NotAnInstance { .. }
            | Self::Occupied { .. }
            | Self::RowsDiffer { .. }
            | Self::Treatment { .. }
            | Self::NoNaturalKey { .. }
            | Self::WrongKey { .. }
            | Self::BrokenReferences { .. }
            | Self::Float { .. }
            | Self::UnknownTable { .. }
            | Self::UnknownColumn { .. }
            | Self::NotCanonical(_) => None,
        }
    }
}

fn keys(missing: &[Need]) -> String {
    match missing.len() {
        1 => "a record".to_owned(),
        count => format!("{count} records"),
    }
}

fn by_table(missing: &[Need]) -> String {
    let mut tables: BTreeMap<&str, usize> = BTreeMap::new();
    for need in missing {
        *tables.entry(&need.table).or_default() += 1;
    }
    tables
        .iter()
        .map(|(table, count)| format!("{count} of `{table}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Lists names for an error's text: "`a`, `b`".
pub(crate) fn names<S: AsRef<str>>(names: &[S]) -> String {
    names.iter().map(|name| format!("`{}`", name.as_ref())).collect::<Vec<_>>().join(", ")
}

/// Turns the error of a library into ours, saying what was being done and where.
pub(crate) trait During<T> {
    fn during(self, action: &str, path: &Path) -> Result<T, Error>;
}

impl<T> During<T> for rusqlite::Result<T> {
    fn during(self, action: &str, path: &Path) -> Result<T, Error> {
        self.map_err(|cause| match cause.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Error::Corrupted {
                path: path.to_owned(),
                what: format!("expected a database that can be read, found: {cause}"),
            },
            _ => Error::Sql {
                action: action.to_owned(),
                path: path.to_owned(),
                cause: Box::new(cause),
            },
        })
    }
}

impl<T> During<T> for io::Result<T> {
    fn during(self, action: &str, path: &Path) -> Result<T, Error> {
        self.map_err(|cause| Error::File {
            action: action.to_owned(),
            path: path.to_owned(),
            cause,
        })
    }
}
