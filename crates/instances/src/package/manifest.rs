//! What a package says about itself.

use std::{
    cmp::Reverse,
    fmt, panic,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use landfall_catalogue::Catalogue;
use landfall_core::{canonical, digest::Digest, ids::Release};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::{digest::table_digest, open::needs};
use crate::{Error, connection, error::During, schema};

/// The version of the package format that this code writes and reads.
pub const FORMAT: u32 = 1;

/// What a package carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// How the product is set up: roles, sites, settings, devices, labs, labels.
    Configuration,
    /// Who the volunteers are, and their history.
    Migration,
    /// Everything but what belongs to the instance itself.
    Snapshot,
}

impl Kind {
    /// Returns the name in commands, files and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Migration => "migration",
            Self::Snapshot => "snapshot",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The content of one table: how many rows, and their digest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableDigest {
    /// The table.
    pub name: String,
    /// How many rows it has.
    pub rows: u64,
    /// The digest over its columns' names and its rows in the order of their ids.
    pub digest: Digest,
}

/// A row of another package to which this one refers, by natural key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Need {
    /// The table of the row.
    pub table: String,
    /// Its natural key: the text of its one column, or a canonical JSON array of several.
    pub key: String,
}

/// The manifest. The SHA-256 of its canonical JSON is the package's name. It holds no time, path, actor, engine or
/// instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The version of the format; see [`FORMAT`].
    pub format: u32,
    /// What it carries.
    pub kind: Kind,
    /// The product.
    pub product: String,
    /// The product's release.
    pub release: Release,
    /// The digest of the catalogue that says what the tables mean.
    pub catalogue: Digest,
    /// The digest of the policy under which it was extracted.
    pub policy: Digest,
    /// The package whose ids a migration run kept.
    pub base: Option<Digest>,
    /// Every table that travels with the kind, in load order, also those without rows.
    pub tables: Vec<TableDigest>,
    /// What must stand in the destination before this is loaded, sorted.
    pub needs: Vec<Need>,
}

impl Manifest {
    /// Returns the package's name: the SHA-256 of the canonical manifest.
    ///
    /// # Errors
    /// [`Error::NotCanonical`], which the fields of a manifest cannot cause.
    pub fn digest(&self) -> Result<Digest, Error> {
        Ok(Digest::of_canonical(self)?)
    }
}

/// Rows, or the values of one column, that did not pass, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// The table.
    pub table: String,
    /// Why: `archived site`, ``refers to a left-out `site` ``.
    pub reason: String,
    /// How many.
    pub rows: u64,
}

/// A package that was just written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extracted {
    /// Its name.
    pub digest: Digest,
    /// Its manifest.
    pub manifest: Manifest,
    /// What was left out and why. It is not part of the name: a package extracted again from an instance that was
    /// loaded from it leaves out nothing and is the same package.
    pub left_out: Vec<LeftOut>,
}

/// The tables that a package keeps about itself.
const OWN_TABLES: &str = "
    CREATE TABLE landfall_manifest (manifest TEXT NOT NULL) STRICT;
    CREATE TABLE landfall_left_out (
      table_name TEXT NOT NULL,
      reason TEXT NOT NULL,
      rows INTEGER NOT NULL
    ) STRICT;
";

/// Makes the tables of a package, empty.
pub(super) fn create_tables(
    connection: &Connection,
    catalogue: &Catalogue,
    kind: Kind,
) -> Result<(), Error> {
    let path = connection::location(connection);
    connection.execute_batch(OWN_TABLES).during("create the manifest's tables", &path)?;
    for table in catalogue.tables().iter().filter(|table| kind.carries(table)) {
        connection
            .execute_batch(&schema::create_package_table(catalogue, table, kind))
            .during(&format!("create table `{}`", table.name), &path)?;
    }
    Ok(())
}

/// What the manifest says beside the content.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin {
    pub(super) kind: Kind,
    pub(super) policy: Digest,
    pub(super) base: Option<Digest>,
}

/// Computes the digest of every table that travels, in load order, on two threads: the largest tables first, each by
/// whichever thread is free.
fn table_digests(
    connection: &Connection,
    path: &Path,
    catalogue: &Catalogue,
    kind: Kind,
) -> Result<Vec<TableDigest>, Error> {
    let carried: Vec<_> = catalogue.tables().iter().filter(|table| kind.carries(table)).collect();
    let digest = |connection: &Connection, index: usize| {
        let table = carried[index];
        let columns = schema::package_columns(catalogue, table, kind);
        let columns: Vec<&str> =
            columns.iter().map(|carried| carried.column.name.as_str()).collect();
        table_digest(connection, "main", &table.name, &columns)
    };
    let mut order: Vec<(i64, usize)> = vec![];
    for (index, table) in carried.iter().enumerate() {
        let sql = format!("SELECT coalesce(max(id), 0) FROM main.{}", schema::quoted(&table.name));
        let greatest =
            connection.query_row(&sql, [], |row| row.get(0)).during("read the ids", path)?;
        order.push((greatest, index));
    }
    order.sort_by_key(|(greatest, _)| Reverse(*greatest));
    let next = AtomicUsize::new(0);
    let share = |connection: &Connection| -> Result<Vec<(usize, TableDigest)>, Error> {
        let mut done = vec![];
        while let Some((_, index)) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
            done.push((*index, digest(connection, *index)?));
        }
        Ok(done)
    };
    // A file that is being built belongs to its connection alone, until the next use after this.
    connection
        .execute_batch("PRAGMA main.locking_mode = NORMAL; SELECT 1 FROM main.sqlite_schema;")
        .during("share the file", path)?;
    let (ours, theirs) = thread::scope(|scope| {
        let other = scope.spawn(|| share(&connection::read_only(path)?));
        let ours = share(connection);
        (ours, other.join().unwrap_or_else(|panicked| panic::resume_unwind(panicked)))
    });
    let mut done = ours?;
    done.extend(theirs?);
    done.sort_by_key(|(index, _)| *index);
    Ok(done.into_iter().map(|(_, digest)| digest).collect())
}

/// Computes the digests of what stands in the file and writes the manifest.
pub(super) fn seal(
    connection: &Connection,
    catalogue: &Catalogue,
    origin: Origin,
    left_out: Vec<LeftOut>,
) -> Result<Extracted, Error> {
    let path = connection::location(connection);
    let tables = table_digests(connection, &path, catalogue, origin.kind)?;
    let manifest = Manifest {
        format: FORMAT,
        kind: origin.kind,
        product: catalogue.product().to_owned(),
        release: catalogue.release().clone(),
        catalogue: catalogue.digest(),
        policy: origin.policy,
        base: origin.base,
        tables,
        needs: needs(connection, catalogue, origin.kind, "main")?,
    };
    let text = canonical::to_string(&manifest)?;
    let transaction = connection.unchecked_transaction().during("write the manifest", &path)?;
    transaction
        .execute("INSERT INTO landfall_manifest (manifest) VALUES (?1)", [&text])
        .during("write the manifest", &path)?;
    for left in &left_out {
        let rows = i64::try_from(left.rows).unwrap_or(i64::MAX);
        transaction
            .execute(
                "INSERT INTO landfall_left_out (table_name, reason, rows) VALUES (?1, ?2, ?3)",
                rusqlite::params![left.table, left.reason, rows],
            )
            .during("write what was left out", &path)?;
    }
    transaction.commit().during("write the manifest", &path)?;
    Ok(Extracted { digest: Digest::of(text.as_bytes()), manifest, left_out })
}
