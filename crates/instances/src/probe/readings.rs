//! Several probes of one finished file at once. Each reads through a connection of its own, so they need nothing of one
//! another, and the file is read once for each question, however often it is asked.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    thread,
};

use landfall_catalogue::Catalogue;

use super::{
    BrokenReferences, IntegrationValue, RowCount, content, foreign_key_violations,
    integration_values, integrity, package_form_column_digests, package_form_digests,
};
use crate::{
    Error,
    package::{Kind, TableDigest},
};

/// Threads that read ahead: the integrity of the file takes about as long as all the rest.
const THREADS: usize = 2;

/// The columns that count, by table.
pub type Kept = BTreeMap<String, Vec<String>>;

/// A question that takes its time, the longest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reading {
    /// [`integrity`].
    Integrity,
    /// [`package_form_digests`] of what travels with a migration.
    Migration,
    /// [`package_form_column_digests`] of what travels with a migration.
    Kept,
    /// [`foreign_key_violations`].
    References,
    /// [`integration_values`].
    Integration,
    /// [`package_form_digests`] of the configuration.
    Configuration,
    /// [`super::never_travelling_rows`].
    NeverTravelling,
}

/// The answers that were read of one file. What was not read ahead is read when it is asked for.
#[derive(Debug, Default)]
pub struct Readings {
    integrity: OnceLock<Vec<String>>,
    migration: OnceLock<Vec<TableDigest>>,
    kept: OnceLock<Vec<TableDigest>>,
    references: OnceLock<Vec<BrokenReferences>>,
    integration: OnceLock<Vec<IntegrationValue>>,
    configuration: OnceLock<Vec<TableDigest>>,
    never_travelling: OnceLock<Vec<RowCount>>,
}

impl Readings {
    /// Reads the answers to several questions on two threads. The file must not change between now and the last
    /// answer. A question that fails is left open: whoever asks it meets the error.
    #[must_use]
    pub fn ahead(
        path: &Path,
        catalogue: &Catalogue,
        wanted: &BTreeSet<Reading>,
        kept: &Kept,
    ) -> Self {
        let readings = Self::default();
        let queue: Vec<Reading> = wanted.iter().copied().collect();
        let next = AtomicUsize::new(0);
        let work = || {
            while let Some(reading) = queue.get(next.fetch_add(1, Relaxed)) {
                let _read_again_when_asked = readings.read(path, catalogue, *reading, kept);
            }
        };
        thread::scope(|scope| {
            for _ in 1..THREADS.min(queue.len()) {
                scope.spawn(work);
            }
            work();
        });
        readings
    }

    fn read(
        &self,
        path: &Path,
        catalogue: &Catalogue,
        reading: Reading,
        kept: &Kept,
    ) -> Result<(), Error> {
        match reading {
            Reading::Integrity => {
                self.integrity(path)?;
            }
            Reading::Migration => {
                self.migration(path, catalogue)?;
            }
            Reading::Kept => {
                self.kept(path, catalogue, kept)?;
            }
            Reading::References => {
                self.references(path)?;
            }
            Reading::Integration => {
                self.integration(path, catalogue)?;
            }
            Reading::Configuration => {
                self.configuration(path, catalogue)?;
            }
            Reading::NeverTravelling => {
                self.never_travelling(path, catalogue)?;
            }
        }
        Ok(())
    }

    /// As [`integrity`].
    ///
    /// # Errors
    /// As there.
    pub fn integrity(&self, path: &Path) -> Result<&[String], Error> {
        once(&self.integrity, || integrity(path))
    }

    /// As [`package_form_digests`] of what travels with a migration.
    ///
    /// # Errors
    /// As there.
    pub fn migration(&self, path: &Path, catalogue: &Catalogue) -> Result<&[TableDigest], Error> {
        once(&self.migration, || package_form_digests(path, catalogue, Kind::Migration))
    }

    /// As [`package_form_column_digests`] of what travels with a migration; the columns are asked for once.
    ///
    /// # Errors
    /// As there.
    pub fn kept(
        &self,
        path: &Path,
        catalogue: &Catalogue,
        kept: &Kept,
    ) -> Result<&[TableDigest], Error> {
        once(&self.kept, || {
            package_form_column_digests(path, catalogue, Kind::Migration, &|table| {
                kept.get(table).cloned().unwrap_or_default()
            })
        })
    }

    /// As [`foreign_key_violations`].
    ///
    /// # Errors
    /// As there.
    pub fn references(&self, path: &Path) -> Result<&[BrokenReferences], Error> {
        once(&self.references, || foreign_key_violations(path))
    }

    /// As [`integration_values`].
    ///
    /// # Errors
    /// As there.
    pub fn integration(
        &self,
        path: &Path,
        catalogue: &Catalogue,
    ) -> Result<&[IntegrationValue], Error> {
        once(&self.integration, || integration_values(path, catalogue))
    }

    /// As [`package_form_digests`] of the configuration.
    ///
    /// # Errors
    /// As there.
    pub fn configuration(
        &self,
        path: &Path,
        catalogue: &Catalogue,
    ) -> Result<&[TableDigest], Error> {
        once(&self.configuration, || package_form_digests(path, catalogue, Kind::Configuration))
    }

    /// As [`super::never_travelling_rows`].
    ///
    /// # Errors
    /// As there.
    pub fn never_travelling(
        &self,
        path: &Path,
        catalogue: &Catalogue,
    ) -> Result<&[RowCount], Error> {
        once(&self.never_travelling, || content::never_travelling_rows(path, catalogue))
    }
}

/// Returns the answer, reading it the first time.
fn once<T>(
    cell: &OnceLock<Vec<T>>,
    read: impl FnOnce() -> Result<Vec<T>, Error>,
) -> Result<&[T], Error> {
    if let Some(known) = cell.get() {
        return Ok(known);
    }
    let taken = read()?;
    Ok(cell.get_or_init(|| taken))
}
