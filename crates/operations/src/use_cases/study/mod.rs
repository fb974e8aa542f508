//! The designs of studies: imported from CDISC ODM files and exported to them, listed, shown, compared, pushed from Main
//! to Test. Whether something may be done is decided in `landfall_core`; what a file says is mapped in `crate::designs`.

mod check;
mod compare;
mod convert;
mod export;
mod file;
mod import;
mod list;
mod proposal;
mod push;

use std::path::Path;

use landfall_catalogue::Catalogue;
use landfall_core::{
    customer::{
        Customer,
        decide::{DesignChange, Permit, may_change_design},
    },
    environment::Role,
    ids::Label,
    person::Person,
};
use landfall_instances::design::{self, Listed, ListedVersion, TableDifference};
use serde::Serialize;

pub use check::{DesignCheck, FindingCode, FindingPlace, study_check};
pub use compare::{DesignDifference, DesignSide, DesignSource};
pub use convert::{DesignConversion, DesignLoss, study_convert};
pub use export::{DesignExport, Format};
pub use file::FindingLine;
pub use import::{DesignImport, ImportOptions};
pub use landfall_instances::design::{
    ColumnDifference as DesignColumnDifference, Conflict as OidConflict, Erased as ErasedRows,
    Line as DesignLine, Listed as ListedStudy, ListedVersion as ListedDesign,
    RowDifference as DesignRowDifference, TableDifference as DesignTableDifference,
};
pub use list::StudyView;
pub(super) use proposal::{DesignEvent, DesignNote, DesignProposal};
pub use push::DesignPush;

use super::record::Changed;
use crate::{Caller, Installation, Result, error::Error};

/// The instance in which a change is made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target<'a> {
    /// The instance.
    pub(super) path: &'a Path,
    /// Main of the same environment.
    pub(super) main: &'a Path,
    /// The catalogue of its release.
    pub(super) catalogue: &'a Catalogue,
    /// Whether the environment is qualified: then what tables held before and after is told.
    pub(super) qualified: bool,
}

/// What became of a change of a design.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "outcome")]
pub enum DesignOutcome {
    /// It was looked at only.
    Previewed,
    /// The instance holds it already.
    Unchanged,
    /// It was made.
    Made {
        /// The id of the version.
        id: i64,
    },
    /// It waits for the approval of vendor quality.
    Requested {
        /// The change's number: `ACME-ECR-001`.
        number: String,
    },
}

impl From<Changed> for DesignOutcome {
    fn from(changed: Changed) -> Self {
        match changed {
            Changed::Made { id, .. } => Self::Made { id },
            Changed::Requested { number } => Self::Requested { number },
        }
    }
}

/// Rows that are added, changed and removed, in all tables.
fn totals(differences: &[TableDifference]) -> (u64, u64, u64) {
    let sum = |count: fn(&TableDifference) -> usize| {
        differences.iter().map(|one| count(one) as u64).sum::<u64>()
    };
    (sum(|one| one.added.len()), sum(|one| one.changed.len()), sum(|one| one.removed.len()))
}

impl Installation {
    /// Asks the rules whether a design may be changed; a refusal is recorded.
    fn permit_design(
        &mut self,
        caller: &Caller,
        person: &Person,
        state: &Customer,
        (label, role): (Label, Role),
        change: &DesignChange,
    ) -> Result<Permit> {
        let reason = caller.reason.as_deref();
        match may_change_design(state, label, role, change, person, reason, &self.policy) {
            Ok(permit) => Ok(permit),
            Err(refusal) => Err(self.refused(&state.id, person, "change-design", refusal)),
        }
    }
}

/// Finds a study of an instance by its protocol code.
fn find_study(path: &Path, catalogue: &Catalogue, code: &str, place: &str) -> Result<Listed> {
    design::study(path, catalogue, code)?.ok_or_else(|| Error::NotFound {
        what: format!("`{place}` has no study `{code}`"),
        hint: format!("`landfall study list {place}` shows its studies"),
    })
}

/// Finds a version of a study: the one with that number, else the last.
fn find_version(study: &Listed, revision: Option<i64>, place: &str) -> Result<ListedVersion> {
    let code = &study.study.protocol_code;
    let found = match revision {
        Some(revision) => study.versions.iter().find(|version| version.revision == revision),
        None => study.versions.last(),
    };
    found.cloned().ok_or_else(|| Error::NotFound {
        what: match revision {
            Some(revision) => format!("study `{code}` of `{place}` has no version {revision}"),
            None => format!("study `{code}` of `{place}` has no design"),
        },
        hint: format!("`landfall study list {place}` shows the versions"),
    })
}
