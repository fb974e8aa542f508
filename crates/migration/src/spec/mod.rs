//! The spec: a folder with `spec.toml`, value maps, SQL expressions and lists.

pub(crate) mod check;
mod load;
pub(crate) mod model;
mod workbook;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use landfall_catalogue::Catalogue;
use landfall_core::{digest::Digest, ids::Release};

use crate::{
    error::{Error, Problems},
    report::Checked,
};

/// A migration spec, read completely: nothing is looked up in its folder later.
#[derive(Debug, Clone)]
pub struct Spec {
    folder: PathBuf,
    model: model::Model,
    maps: BTreeMap<String, ValueMap>,
    expressions: BTreeMap<String, String>,
    lists: BTreeMap<String, Arc<[u8]>>,
    digest: Digest,
    maps_digest: Digest,
}

/// A value map: what each source text becomes; an empty text stands for no value.
pub(crate) type ValueMap = BTreeMap<String, String>;

impl Spec {
    /// Reads a spec folder: `spec.toml`, `maps/*.csv`, and the SQL files and lists it names.
    ///
    /// # Errors
    /// [`Error::Problems`] naming file and line of every text that cannot be read or understood.
    pub fn load(folder: &Path) -> Result<Self, Error> {
        load::load(folder)
    }

    /// Returns the digest of everything that decides what a run does: the model of `spec.toml`
    /// (not its layout or remarks), the maps, the SQL files and the lists.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Returns the digest of the value maps alone.
    #[must_use]
    pub fn maps_digest(&self) -> Digest {
        self.maps_digest
    }

    /// Returns the name people read.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.model.name
    }

    /// Returns the product whose catalogue the spec is written for.
    #[must_use]
    pub fn product(&self) -> &str {
        &self.model.product
    }

    /// Returns the release whose catalogue the spec is written for.
    #[must_use]
    pub fn release(&self) -> &Release {
        &self.model.release
    }

    /// Returns the folder the spec was read from.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns the external ids of the test volunteers: those by which people review an iteration. They may be those of
    /// people: show them only to those who may see the source.
    #[must_use]
    pub fn test_volunteers(&self) -> &[String] {
        &self.model.test_volunteers
    }

    /// Checks the spec against a catalogue and the headers of a dump, without reading the rows.
    ///
    /// # Errors
    /// [`Error::Problems`] with every problem found.
    pub fn check(&self, catalogue: &Catalogue, dump: &Path) -> Result<Checked, Error> {
        let plan = check::plan(self, catalogue, dump)
            .map_err(|problems| Error::Problems(Problems(problems)))?;
        Ok(plan.summary())
    }

    pub(crate) fn model(&self) -> &model::Model {
        &self.model
    }

    pub(crate) fn map(&self, name: &str) -> Option<&ValueMap> {
        self.maps.get(name)
    }

    pub(crate) fn map_names(&self) -> impl Iterator<Item = &str> {
        self.maps.keys().map(String::as_str)
    }

    pub(crate) fn expression(&self, file: &str) -> Option<&str> {
        self.expressions.get(file).map(String::as_str)
    }

    pub(crate) fn list(&self, file: &str) -> Option<Arc<[u8]>> {
        self.lists.get(file).map(Arc::clone)
    }
}
