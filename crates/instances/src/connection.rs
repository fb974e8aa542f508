//! Opening files: read only, for building aside, for a change in a finished instance.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use crate::{Error, error::During};

/// The name under which an instance or package that is read is attached.
pub(crate) const SOURCE: &str = "source";

/// Opens an existing file for reading only.
pub(crate) fn read_only(path: &Path) -> Result<Connection, Error> {
    there(path)?;
    take_back(path)?;
    Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .during("open a connection", path)
}

/// Takes back a change that was cut off while it was written: its journal still lies beside the file, and SQLite plays it
/// back only for a connection that may write. While another process is changing the file the journal is that process's, and
/// SQLite leaves it alone.
fn take_back(path: &Path) -> Result<(), Error> {
    let [journal, ..] = beside(path);
    if !journal.is_file() {
        return Ok(());
    }
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .during("open a connection", path)?;
    // Whatever is read first makes SQLite look at the journal.
    connection
        .query_row("SELECT count(*) FROM main.sqlite_schema", [], |_| Ok(()))
        .during("take back a change that was cut off", path)
}

/// Opens a file that is being built aside, making it when it is not there.
///
/// Nothing is durable here: after a crash the file is thrown away and built again, so there is no journal and no
/// waiting for the disk. Foreign keys are checked once, at the end, which is far cheaper than per row. So are the lists
/// of allowed values, for each of which SQLite would make a table in memory with every row: what comes from a package was
/// checked when it was written, and the integrity check of the instance at rest reads every row against its lists.
pub(crate) fn building(path: &Path) -> Result<Connection, Error> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_URI
            | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .during("open a connection", path)?;
    connection
        .execute_batch(
            "PRAGMA main.page_size = 8192;
             PRAGMA main.journal_mode = OFF;
             PRAGMA main.synchronous = OFF;
             PRAGMA main.locking_mode = EXCLUSIVE;
             PRAGMA main.cache_size = -49152;
             PRAGMA foreign_keys = OFF;
             PRAGMA ignore_check_constraints = ON;",
        )
        .during("prepare the build", path)?;
    Ok(connection)
}

/// Opens a finished instance for a durable change; references are enforced per statement.
pub(crate) fn changing(path: &Path) -> Result<Connection, Error> {
    there(path)?;
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .during("open a connection", path)?;
    connection
        .execute_batch(
            "PRAGMA journal_mode = DELETE;
             PRAGMA synchronous = FULL;
             PRAGMA secure_delete = ON;
             PRAGMA foreign_keys = ON;",
        )
        .during("prepare the change", path)?;
    Ok(connection)
}

/// Begins a durable change: nobody else begins one before it ends.
pub(crate) fn begin<'c>(
    connection: &'c mut Connection,
    path: &Path,
) -> Result<Transaction<'c>, Error> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate).during("begin", path)
}

/// Attaches a file for reading only, under [`SOURCE`].
pub(crate) fn attach(connection: &Connection, path: &Path) -> Result<(), Error> {
    there(path)?;
    take_back(path)?;
    let absolute = fs::canonicalize(path).during("find", path)?;
    connection
        .execute(&format!("ATTACH DATABASE ?1 AS {SOURCE}"), [uri(&absolute)])
        .during("attach for reading", path)?;
    connection
        .execute_batch(&format!("PRAGMA {SOURCE}.cache_size = -16384;"))
        .during("prepare reading", path)
}

/// Writes a path as the URI of a database that is only read; everything that is not plain is escaped.
fn uri(path: &Path) -> String {
    let mut text = String::from("file:");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                text.push(char::from(*byte));
            }
            other => text.push_str(&format!("%{other:02X}")),
        }
    }
    text.push_str("?mode=ro");
    text
}

/// Returns the file of a connection, for an error's text.
pub(crate) fn location(connection: &Connection) -> PathBuf {
    PathBuf::from(connection.path().unwrap_or_default())
}

/// Refuses a path where a file stands.
pub(crate) fn refuse_existing(path: &Path) -> Result<(), Error> {
    match fs::symlink_metadata(path) {
        Ok(_) => Err(Error::Exists { path: path.to_owned() }),
        Err(_) => Ok(()),
    }
}

/// Refuses a path where no file stands.
pub(crate) fn there(path: &Path) -> Result<(), Error> {
    if path.is_file() { Ok(()) } else { Err(Error::Absent { path: path.to_owned() }) }
}

/// Closes the connection and waits until file and folder are on the disk.
pub(crate) fn close_durably(connection: Connection, path: &Path) -> Result<(), Error> {
    connection.close().map_err(|(_, cause)| cause).during("close the connection", path)?;
    sync(path)
}

/// Waits until the file and its entry in the folder are on the disk.
pub(crate) fn sync(path: &Path) -> Result<(), Error> {
    fs::File::open(path).and_then(|file| file.sync_all()).during("make durable", path)?;
    sync_folder(path)
}

/// Waits until the entry of the file in its folder (its name, or its absence) is on the disk.
pub(crate) fn sync_folder(path: &Path) -> Result<(), Error> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    fs::File::open(folder).and_then(|folder| folder.sync_all()).during("make durable", folder)
}

/// Returns the files that SQLite may leave beside a database: rollback journal, write-ahead log, its index.
pub(crate) fn beside(path: &Path) -> [PathBuf; 3] {
    ["-journal", "-wal", "-shm"].map(|ending| {
        let mut name = OsString::from(path.as_os_str());
        name.push(ending);
        PathBuf::from(name)
    })
}

/// Removes a file if it is there.
pub(crate) fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
            Err(cause).during("remove", path)
        }
        _ => Ok(()),
    }
}

/// Removes the half of a file that a failed build made; the failure itself is what the caller hears about.
pub(crate) fn discard_on_failure<T>(path: &Path, result: Result<T, Error>) -> Result<T, Error> {
    if result.is_err() {
        // A file that cannot be removed is refused by the next build, which names it.
        let _removed = fs::remove_file(path);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_that_was_cut_off_is_taken_back_by_whoever_reads_next() {
        let folder = tempfile::tempdir().unwrap();
        let (path, cut) = (folder.path().join("main.sqlite"), folder.path().join("cut.sqlite"));
        let connection = Connection::open(&path).unwrap();
        connection
            .execute_batch(
                "PRAGMA cache_size = 4;
                 CREATE TABLE one (value INTEGER, padding TEXT);
                 WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
                 INSERT INTO one SELECT 1, hex(zeroblob(100)) FROM n;
                 BEGIN;
                 UPDATE one SET value = 2;",
            )
            .unwrap();
        // More than fits into memory was written already: this is what a process leaves behind that is killed here.
        fs::copy(&path, &cut).unwrap();
        fs::copy(&beside(&path)[0], &beside(&cut)[0]).unwrap();
        let sum = |connection: &Connection| {
            connection.query_row("SELECT sum(value) FROM one", [], |row| row.get::<_, i64>(0))
        };
        assert!(!fs::read(&beside(&cut)[0]).unwrap().is_empty());
        assert_eq!(sum(&read_only(&cut).unwrap()), Ok(5000));
        assert!(!beside(&cut)[0].exists());
        // The journal of a change that goes on is nobody else's.
        assert_eq!(sum(&connection), Ok(10_000));
    }

    #[test]
    fn a_path_is_escaped_in_the_uri() {
        assert_eq!(uri(Path::new("/a b/c?d#e%.sqlite")), "file:/a%20b/c%3Fd%23e%25.sqlite?mode=ro");
    }
}
