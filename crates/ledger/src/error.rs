//! What can go wrong with a ledger, in words that say what to do next.

use std::{io, path::PathBuf};

/// A ledger that could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No file stands at the path.
    #[error("expected a ledger at `{}`, found no file: name the data directory that holds it", .path.display())]
    Absent {
        /// Where the ledger was expected.
        path: PathBuf,
    },
    /// A ledger cannot be created where a file already stands.
    #[error("expected no file at `{}`, found one: open it, or choose another data directory", .path.display())]
    Exists {
        /// Where the ledger was to be created.
        path: PathBuf,
    },
    /// The file is something else, or its beginning was overwritten.
    #[error("expected a ledger at `{}`, found a file that is not one: restore the ledger from a copy if it was one", .path.display())]
    NotALedger {
        /// The file.
        path: PathBuf,
    },
    /// The file was written by a later version of Landfall.
    #[error("expected ledger format `{expected}` or earlier at `{}`, found `{found}`: use the version of Landfall that wrote it", .path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// The newest format that this version knows.
        expected: i64,
        /// The format of the file.
        found: i64,
    },
    /// The stored bytes are not what was written.
    #[error(
        "the ledger is damaged ({what}): run `landfall ledger verify`, then restore the ledger from a copy"
    )]
    Damaged {
        /// What was found.
        what: String,
    },
    /// The record of the head is gone.
    #[error(
        "the ledger has lost its head record: run `landfall ledger verify`, then restore the ledger from a copy"
    )]
    HeadLost,
    /// One entry cannot be relied upon.
    #[error(
        "entry `{sequence}` is bad ({what}): run `landfall ledger verify`, then restore the ledger from a copy"
    )]
    Unreadable {
        /// Which entry.
        sequence: u64,
        /// What is wrong with it.
        what: String,
    },
    /// Another process held the ledger for too long.
    #[error(
        "another process kept the ledger locked for more than 30 seconds: run the command again when it has ended"
    )]
    Busy,
    /// The disk has no room.
    #[error(
        "the disk that holds the ledger is full: make room, then run the command again; nothing was recorded"
    )]
    DiskFull,
    /// The ledger was opened for reading, or its file may not be written.
    #[error("the ledger may only be read here: run the command as the owner of the data directory")]
    ReadOnly,
    /// The file or its folder may not be opened.
    #[error(
        "the ledger cannot be opened: check that its file and folder may be read and written (a copy on read-only media has to be copied to a folder first)"
    )]
    CannotOpen,
    /// Somebody else appended to the stream first.
    #[error(
        "expected stream `{stream}` at version `{expected}`, found `{found}`: read it again and decide again"
    )]
    WrongVersion {
        /// The stream.
        stream: String,
        /// The version that the caller had seen.
        expected: u64,
        /// The version that the stream has.
        found: u64,
    },
    /// The entry cannot be recorded as it is.
    #[error("entry `{kind}` cannot be recorded: {what}")]
    Refused {
        /// The kind of the entry.
        kind: String,
        /// What is wrong with it, without the value.
        what: String,
    },
    /// An append failed, but the work went on as if it had not.
    #[error(
        "an append failed before the end of the work, so nothing of it was recorded: run the command again"
    )]
    Unfinished,
    /// A statement that must be refused was not.
    #[error(
        "the store did not refuse `{statement}`: its triggers are missing; run `landfall ledger verify`"
    )]
    NotRefused {
        /// The statement; its effect was rolled back.
        statement: String,
    },
    /// The refusal cannot be shown on an empty ledger.
    #[error("the ledger holds no entry whose change could be refused: append one first")]
    Empty,
    /// An export cannot be read or written.
    #[error("the export cannot be read or written: {0}")]
    Io(#[from] io::Error),
    /// The store failed in a way that has no words of its own.
    #[error("the ledger's store failed: {0}")]
    Store(#[source] rusqlite::Error),
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        match error.sqlite_error_code() {
            Some(Code::DatabaseBusy | Code::DatabaseLocked) => Self::Busy,
            Some(Code::DiskFull) => Self::DiskFull,
            Some(Code::ReadOnly) => Self::ReadOnly,
            Some(Code::CannotOpen | Code::PermissionDenied) => Self::CannotOpen,
            Some(Code::DatabaseCorrupt) => Self::Damaged {
                what: "the file is cut off, or a part of it was overwritten".to_owned(),
            },
            Some(Code::NotADatabase) => Self::Damaged {
                what: "the beginning of the file is not that of a database".to_owned(),
            },
            Some(_) | None => Self::Store(error),
        }
    }
}
