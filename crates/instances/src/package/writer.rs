//! A package that is written by a program instead of being extracted from an instance.

use std::path::{Path, PathBuf};

use landfall_catalogue::Catalogue;
use landfall_core::digest::Digest;
use rusqlite::Connection;

use super::manifest::{Extracted, Kind, Origin, create_tables, seal};
use crate::{Error, connection};

/// A package file that is being written: the migration program fills its tables.
///
/// The tables stand in package form: no foreign keys, no indexes; a reference into the other package is a text column
/// that holds the natural key; columns of class `integration` and `secret` are absent.
#[derive(Debug)]
pub struct Writer<'a> {
    connection: Connection,
    path: PathBuf,
    catalogue: &'a Catalogue,
    kind: Kind,
}

impl<'a> Writer<'a> {
    /// Makes a new package file with empty tables.
    ///
    /// # Errors
    /// [`Error::Exists`] when the file is there, [`Error::Sql`].
    pub fn create(path: &Path, catalogue: &'a Catalogue, kind: Kind) -> Result<Self, Error> {
        connection::refuse_existing(path)?;
        let made = connection::building(path).and_then(|connection| {
            create_tables(&connection, catalogue, kind)?;
            Ok(connection)
        });
        let connection = connection::discard_on_failure(path, made)?;
        Ok(Self { connection, path: path.to_owned(), catalogue, kind })
    }

    /// Returns the connection; the package is its `main` schema. Rows are written through it, best in transactions of
    /// many rows. After a failure the file is to be thrown away: it has no journal.
    #[must_use]
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Returns the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Computes the digests, writes the manifest, and waits until the file is on the disk. `base` is the package whose
    /// ids were kept. When it fails, the file is removed.
    ///
    /// # Errors
    /// [`Error::Float`] when a cell holds a floating-point number, [`Error::Sql`].
    pub fn finish(self, policy: Digest, base: Option<Digest>) -> Result<Extracted, Error> {
        let Self { connection, path, catalogue, kind } = self;
        let sealed = seal(&connection, catalogue, Origin { kind, policy, base }, vec![]).and_then(
            |extracted| {
                connection::close_durably(connection, &path)?;
                Ok(extracted)
            },
        );
        connection::discard_on_failure(&path, sealed)
    }
}
