//! What can go wrong before or during a run; never a value from a source.

use std::{fmt, io, path::PathBuf};

use serde::Serialize;

/// A migration that could not be checked or run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The spec does not fit the catalogue, the dump or itself; every problem found.
    #[error("{0}")]
    Problems(Problems),
    /// A source file that cannot be read to its end.
    #[error("source file `{file}`{}: {what}", Line(*line))]
    Source {
        /// Path of the file inside the dump (or the spec).
        file: String,
        /// Line of the file, counted from 1, where one can be named.
        line: Option<u64>,
        /// What was expected, what was found, what to do.
        what: String,
    },
    /// A file or folder that cannot be read or written.
    #[error("cannot {action} `{}`: {source}", path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A workbook that cannot be made or read at all; what is wrong in its cells are problems.
    #[error("the spec's workbook {what}")]
    Workbook {
        /// What was expected, what was found, what to do.
        what: String,
    },
    /// A working database that refused a statement.
    #[error("cannot {action}: {source}")]
    Database {
        /// What was tried.
        action: String,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// An identity map that was not written by a run of this program.
    #[error(
        "`{}` is no identity map of format {expected}: expected the `keys` file of the base iteration, found format {found}",
        path.display()
    )]
    NotKeys {
        /// The file.
        path: PathBuf,
        /// The format this program writes.
        expected: i64,
        /// The format found.
        found: i64,
    },
    /// A package that could not be written.
    #[error("the migration package cannot be written: {0}")]
    Package(#[source] Box<landfall_instances::Error>),
    /// A count that does not add up: a defect of the program, never of the data.
    #[error(
        "section `{section}` does not add up: {read} rows read, but {written} written, {rejected} rejected and {filtered} filtered; nothing was kept, report this"
    )]
    NotConserved {
        /// The section.
        section: String,
        /// Rows read.
        read: u64,
        /// Rows written.
        written: u64,
        /// Rows rejected.
        rejected: u64,
        /// Rows filtered.
        filtered: u64,
    },
    /// A table whose rows are not those the sections say they wrote: a defect of the program.
    #[error(
        "table `{table}` holds {found} rows in the package, expected the {expected} its sections wrote; nothing was kept, report this"
    )]
    NotReconciled {
        /// The target table.
        table: String,
        /// Rows the sections counted.
        expected: u64,
        /// Rows the package holds.
        found: u64,
    },
    /// A package whose volunteers cannot be compared with those of another.
    #[error("package {package} cannot be compared: expected {expected}, found {found}")]
    NotCompared {
        /// The package.
        package: landfall_core::digest::Digest,
        /// What was expected.
        expected: String,
        /// What was found.
        found: String,
    },
    /// Test volunteers that cannot be shown; never names one.
    #[error("{0}")]
    TestVolunteers(String),
    /// A value that has no canonical form.
    #[error(transparent)]
    NotCanonical(#[from] landfall_core::canonical::NotCanonical),
}

impl Error {
    pub(crate) fn file(action: &'static str, path: impl Into<PathBuf>, source: io::Error) -> Self {
        Self::File { action, path: path.into(), source }
    }

    /// Returns a closure that explains what SQLite refused.
    pub(crate) fn database(action: impl Into<String>) -> impl FnOnce(rusqlite::Error) -> Self {
        move |source| Self::Database { action: action.into(), source }
    }

    pub(crate) fn package(error: landfall_instances::Error) -> Self {
        Self::Package(Box::new(error))
    }
}

struct Line(Option<u64>);

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |line| write!(f, ", line {line}"))
    }
}

/// One thing that must be put right in a spec, its maps or its sources before it can run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Problem {
    /// The file to open: `spec.toml`, `maps/sex.csv`, or a source file.
    pub file: String,
    /// The section concerned, where there is one.
    pub section: Option<String>,
    /// The target column concerned, where there is one.
    pub field: Option<String>,
    /// What was expected, what was found, what to do.
    pub message: String,
}

impl Problem {
    pub(crate) fn new(file: impl Into<String>, message: impl Into<String>) -> Self {
        Self { file: file.into(), section: None, field: None, message: message.into() }
    }

    pub(crate) fn in_section(mut self, section: &str) -> Self {
        self.section = Some(section.to_owned());
        self
    }

    pub(crate) fn in_field(mut self, field: &str) -> Self {
        self.field = Some(field.to_owned());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(section) = &self.section {
            write!(f, ", section `{section}`")?;
        }
        if let Some(field) = &self.field {
            write!(f, ", field `{field}`")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// Every problem of a spec, at least one, in the order of the spec.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [one] => write!(f, "the spec has a problem: {one}"),
            several => {
                write!(f, "the spec has {} problems:", several.len())?;
                several.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
            }
        }
    }
}

/// Writes names for a message: `` `a`, `b` ``, cut after a dozen.
pub(crate) fn listed<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{}`", name.as_ref())).collect();
    match names.len() {
        0 => "none".to_owned(),
        1..=24 => names.join(", "),
        more => format!("{} and {} more", names[..24].join(", "), more - 24),
    }
}
