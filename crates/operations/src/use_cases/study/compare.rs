//! Compare: two versions of designs, in instances or in files.

use std::path::PathBuf;

use landfall_catalogue::Catalogue;
use landfall_core::ids::Address;
use landfall_instances::design::{
    self, Conflict, Content, Shape, TableDifference, compare, conflicts,
};
use serde::Serialize;

use super::{super::environment::environment, file, find_study, find_version, totals};
use crate::{
    Installation, Result,
    designs::{Choice, NotHeld},
};

/// Where a version is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DesignSource {
    /// In an instance: the study's protocol code, and the number of the version; the last unless it is given.
    Instance {
        /// The instance.
        address: Address,
        /// The study.
        study: String,
        /// The version.
        revision: Option<i64>,
    },
    /// In a file: its last version.
    File(PathBuf),
}

/// One side of a comparison, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DesignSide {
    /// Where it is, in words.
    pub name: String,
    /// The study.
    pub study: String,
    /// The version's OID.
    pub oid: String,
    /// What is not compared, because the tables cannot hold it; of a file.
    pub not_held: Vec<NotHeld>,
}

/// What two versions differ in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DesignDifference {
    /// The first.
    pub a: DesignSide,
    /// The second: what it has more is added, what it lacks is removed.
    pub b: DesignSide,
    /// How many rows are added.
    pub added: u64,
    /// How many are changed.
    pub changed: u64,
    /// How many are removed.
    pub removed: u64,
    /// OIDs that mean something else in the second.
    pub conflicts: Vec<Conflict>,
    /// Every table, in load order.
    pub tables: Vec<TableDifference>,
}

impl DesignDifference {
    /// Tells whether there is no difference.
    #[must_use]
    pub fn is_equal(&self) -> bool {
        self.added + self.changed + self.removed == 0
    }
}

impl Installation {
    /// Compares two versions of designs by table, row and column; rows by their OIDs and names.
    ///
    /// # Errors
    /// When a side is not there, or a file gives no design.
    pub fn study_diff(&self, a: &DesignSource, b: &DesignSource) -> Result<DesignDifference> {
        let catalogue = match (a, b) {
            (DesignSource::Instance { address, .. }, _)
            | (_, DesignSource::Instance { address, .. }) => {
                let state = self.customer(&address.customer)?;
                let target = environment(&state, address.label)?;
                self.catalogue(&target.plan.release.release)?
            }
            (DesignSource::File(_), DesignSource::File(_)) => {
                self.catalogue(&self.newest_release()?)?
            }
        };
        let shape = Shape::of(catalogue)?;
        let (a, first) = self.design_side(a, catalogue)?;
        let (b, second) = self.design_side(b, catalogue)?;
        let tables = compare(&shape, &first, &second);
        let (added, changed, removed) = totals(&tables);
        let conflicts = conflicts(&shape, &first, &second);
        Ok(DesignDifference { a, b, added, changed, removed, conflicts, tables })
    }

    fn design_side(
        &self,
        source: &DesignSource,
        catalogue: &Catalogue,
    ) -> Result<(DesignSide, Content)> {
        match source {
            DesignSource::Instance { address, study, revision } => {
                let path = self.instance_path(address)?;
                // An instance is read by the catalogue of its own release.
                let state = self.customer(&address.customer)?;
                let release = &environment(&state, address.label)?.plan.release.release;
                let own = self.catalogue(release)?;
                let place = address.to_string();
                let listed = find_study(&path, own, study, &place)?;
                let version = find_version(&listed, *revision, &place)?;
                let content = design::read(&path, own, version.id)?;
                let side = DesignSide {
                    name: format!("{place}, study {study}, version {}", version.revision),
                    study: study.clone(),
                    oid: version.oid,
                    not_held: Vec::new(),
                };
                Ok((side, content))
            }
            DesignSource::File(path) => {
                let shape = Shape::of(catalogue)?;
                let mut found = file::read(path, &Choice::default(), &shape)?;
                found.content.complete(&shape)?;
                let side = DesignSide {
                    name: path.display().to_string(),
                    study: found.study.protocol_code,
                    oid: found.content.value("oid").unwrap_or_default().to_owned(),
                    not_held: found.not_held,
                };
                Ok((side, found.content))
            }
        }
    }
}
