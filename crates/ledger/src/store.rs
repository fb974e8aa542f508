//! The file of the ledger: one SQLite database that its own triggers keep append-only.

use std::{path::Path, time::Duration};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use crate::Error;

/// What a new ledger holds: tables, index, triggers and the head of the empty chain.
pub(crate) const SCHEMA: &str = include_str!("schema.sql");
/// Marks the file as a ledger of Landfall (the bytes `LFLG`).
pub(crate) const APPLICATION: i64 = 0x4C46_4C47;
/// The version of the file's layout.
pub(crate) const FORMAT: i64 = 1;

const PATIENCE: Duration = Duration::from_secs(30);

/// An open ledger. Every process opens its own; readers never wait, writers wait for each other up to 30 seconds.
#[derive(Debug)]
pub struct Ledger {
    pub(crate) connection: Connection,
    pub(crate) writable: bool,
}

impl Ledger {
    /// Creates an empty ledger; one that was interrupted before it was complete is completed.
    ///
    /// # Errors
    /// [`Error::Exists`] when a file with content stands at the path; others when it cannot be written.
    pub fn create(path: &Path) -> Result<Self, Error> {
        let connection = Connection::open_with_flags(
            path,
            OpenFlags::SQLITE_OPEN_READ_WRITE
                | OpenFlags::SQLITE_OPEN_CREATE
                | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        connection.busy_timeout(PATIENCE)?;
        refuse_content(&connection, path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        let transaction =
            rusqlite::Transaction::new_unchecked(&connection, TransactionBehavior::Immediate)?;
        // Another process may have created it while this one waited for the lock.
        refuse_content(&transaction, path)?;
        transaction.execute_batch(SCHEMA)?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", FORMAT)?;
        transaction.commit()?;
        Ok(Self { connection, writable: true })
    }

    /// Opens a ledger for reading and appending.
    ///
    /// # Errors
    /// When there is none, when it is not one, or when it is damaged or of a later format.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        if let Some(what) = oddity(&connection, path)? {
            return Err(Error::Damaged { what });
        }
        let writable = !connection.is_readonly("main")?;
        if writable {
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "FULL")?;
        }
        Ok(Self { connection, writable })
    }

    /// Opens a ledger for reading only. Oddities that [`Ledger::verify`] reports do not prevent it.
    ///
    /// # Errors
    /// When there is none, when it is not one, or when it is too damaged to be opened.
    pub fn open_read_only(path: &Path) -> Result<Self, Error> {
        let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        oddity(&connection, path)?;
        Ok(Self { connection, writable: false })
    }
}

fn connect(path: &Path, access: OpenFlags) -> Result<Connection, Error> {
    if !path.is_file() {
        return Err(Error::Absent { path: path.to_owned() });
    }
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    Ok(connection)
}

fn refuse_content(connection: &Connection, path: &Path) -> Result<(), Error> {
    match connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)) {
        Ok(0_i64) => Ok(()),
        Ok(_) => Err(Error::Exists { path: path.to_owned() }),
        Err(error) => match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                Err(Error::Exists { path: path.to_owned() })
            }
            Some(_) | None => Err(error.into()),
        },
    }
}

/// Tells a ledger from other files; returns what is odd about one that can still be read.
fn oddity(connection: &Connection, path: &Path) -> Result<Option<String>, Error> {
    let tables = connection.query_row(
        "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('entry', 'head')",
        [],
        |row| row.get::<_, i64>(0),
    );
    let tables = match tables {
        Ok(tables) => tables,
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
            return Err(Error::NotALedger { path: path.to_owned() });
        }
        Err(error) => return Err(error.into()),
    };
    let (application, format) = marks(connection)?;
    if tables == 0 {
        return Err(Error::NotALedger { path: path.to_owned() });
    }
    if application == APPLICATION && format > FORMAT {
        return Err(Error::Format { path: path.to_owned(), expected: FORMAT, found: format });
    }
    if application != APPLICATION || format != FORMAT {
        return Ok(Some("the marks in the file's beginning are not those of a ledger".to_owned()));
    }
    Ok(None)
}

/// Returns the file's application mark and format version.
pub(crate) fn marks(connection: &Connection) -> Result<(i64, i64), rusqlite::Error> {
    let application =
        connection.pragma_query_value(None, "application_id", |row| row.get::<_, i64>(0))?;
    let format = connection.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))?;
    Ok((application, format))
}
