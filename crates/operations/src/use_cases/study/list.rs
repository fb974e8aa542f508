//! List and show: the studies of an instance, and a version of a design with all it has.

use std::collections::BTreeMap;

use landfall_core::{digest::Digest, ids::Address};
use landfall_instances::design::{self, Line, Listed, ListedVersion, Shape};
use serde::Serialize;

use super::{super::environment::environment, find_study, find_version};
use crate::{Installation, Result};

/// A version of a study's design, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StudyView {
    /// The instance.
    pub address: Address,
    /// The study with its versions.
    #[serde(flatten)]
    pub study: Listed,
    /// The version that is shown.
    pub version: ListedVersion,
    /// The digest of its rows.
    pub content: Digest,
    /// Its rows by table, as `(table, title, rows)`, in load order.
    pub tables: Vec<(String, String, Vec<Line>)>,
}

impl Installation {
    /// Lists the studies of an instance with the versions of their designs.
    ///
    /// # Errors
    /// When there is no such instance.
    pub fn study_list(&self, address: &Address) -> Result<Vec<Listed>> {
        let path = self.instance_path(address)?;
        let state = self.customer(&address.customer)?;
        let target = environment(&state, address.label)?;
        Ok(design::list(&path, self.catalogue(&target.plan.release.release)?)?)
    }

    /// Shows a version of a study's design: the last one, unless another is named.
    ///
    /// # Errors
    /// When there is no such instance, study or version.
    pub fn study_show(
        &self,
        address: &Address,
        study: &str,
        revision: Option<i64>,
    ) -> Result<StudyView> {
        let path = self.instance_path(address)?;
        let state = self.customer(&address.customer)?;
        let target = environment(&state, address.label)?;
        let catalogue = self.catalogue(&target.plan.release.release)?;
        let place = address.to_string();
        let listed = find_study(&path, catalogue, study, &place)?;
        let version = find_version(&listed, revision, &place)?;
        let shape = Shape::of(catalogue)?;
        let content = design::read(&path, catalogue, version.id)?;
        let mut lines: BTreeMap<String, Vec<Line>> = content.lines(&shape);
        let tables = shape
            .tables()
            .filter_map(|table| {
                let lines = lines.remove(&table.name).filter(|lines| !lines.is_empty())?;
                Some((table.name.clone(), table.title.clone(), lines))
            })
            .collect();
        Ok(StudyView {
            address: address.clone(),
            version,
            content: content.digest(&shape)?,
            tables,
            study: listed,
        })
    }
}
