//! What can stop a scan; none of it is a survivor. No text holds a value.

use std::path::{Path, PathBuf};

/// A scan that could not be made, or that did not see what it was shown.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be opened.
    #[error("`{}` cannot be opened for the residual scan: {cause}", .path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        cause: rusqlite::Error,
    },
    /// A table cannot be read.
    #[error("table `{table}` of the {side} cannot be scanned: {cause}")]
    Read {
        /// Which of the files: "package", "instance", "configuration package", "scratch".
        side: &'static str,
        /// The table.
        table: String,
        /// What SQLite said.
        cause: rusqlite::Error,
    },
    /// The package lacks a table about volunteers, so nothing could be looked for.
    #[error(
        "expected table `{table}` in the package that was loaded, found none: give the scan the migration package or the snapshot"
    )]
    MissingTable {
        /// The table.
        table: String,
    },
    /// The instance lacks a table about volunteers.
    #[error(
        "expected table `{table}` in the instance, found none: give the scan the finished instance"
    )]
    MissingInInstance {
        /// The table.
        table: String,
    },
    /// A table does not lead to a volunteer although its columns speak of one.
    #[error(
        "table `{table}` has no path to the volunteer that its columns can follow: correct the catalogue"
    )]
    Astray {
        /// The table.
        table: String,
    },
    /// The planted check failed: the scan proves nothing, and no environment may be built on it.
    #[error(
        "the scan did not report what was planted: missed {missed}; reported without cause {extra}"
    )]
    Blind {
        /// Planted and not reported, as `table.column (rule)`.
        missed: String,
        /// Reported and not planted.
        extra: String,
    },
    /// The scratch files of the planted check cannot be written or removed.
    #[error("scratch file `{}` cannot be used: {cause}", .path.display())]
    Scratch {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
}

impl Error {
    pub(super) fn read(side: &'static str, table: &str, cause: rusqlite::Error) -> Self {
        Self::Read { side, table: table.to_owned(), cause }
    }

    pub(super) fn open(path: &Path, cause: rusqlite::Error) -> Self {
        Self::Open { path: path.to_owned(), cause }
    }
}
