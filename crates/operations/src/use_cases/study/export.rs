//! Export: a version of a design leaves as an ODM file that says where it comes from.

use landfall_core::{
    customer::decide::may_export_design, digest::Digest, environment::Role, ids::Address,
};
use landfall_instances::design::{self, ListedVersion, Shape};
use landfall_odm::{Fate, Keep, Version};
use serde::Serialize;

use super::{super::environment::environment, DesignEvent, find_study, find_version};
use crate::{
    Caller, Installation, Result,
    designs::{Identity, NotHeld, grouped, odm},
};

/// A version of ODM that is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub enum Format {
    /// ODM 1.3.2.
    #[default]
    #[serde(rename = "1.3.2")]
    V1_3_2,
    /// ODM 2.0.
    #[serde(rename = "2.0")]
    V2_0,
}

impl Format {
    /// Returns the value of `ODMVersion`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.version().as_str()
    }

    pub(super) fn version(self) -> Version {
        match self {
            Self::V1_3_2 => Version::V1_3_2,
            Self::V2_0 => Version::V2_0,
        }
    }
}

/// A version that leaves as a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DesignExport {
    /// From where.
    pub address: Address,
    /// The protocol code of the study.
    pub study: String,
    /// The version.
    pub version: ListedVersion,
    /// The version of ODM.
    pub format: Format,
    /// The digest of the file.
    pub file: Digest,
    /// What the file cannot say of the design.
    pub not_held: Vec<NotHeld>,
    /// What was lost by writing it in the version of ODM, and what CDISC's schema refuses.
    pub lost: Vec<NotHeld>,
    /// The file.
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

impl Installation {
    /// Makes an ODM file of a version of a study's design: the last one, unless another is named. The file says from which
    /// instance it comes. The ledger is told before anybody has the file.
    ///
    /// # Errors
    /// When a rule says no, or the instance has no such study or version.
    pub fn study_export(
        &mut self,
        caller: &Caller,
        address: &Address,
        study: &str,
        revision: Option<i64>,
        format: Format,
    ) -> Result<DesignExport> {
        let person = self.acting(caller)?;
        let state = self.customer(&address.customer)?;
        if let Err(refusal) = may_export_design(&state, address.label, &person, &self.policy) {
            return Err(self.refused(&address.customer, &person, "export-design", refusal));
        }
        self.settle_records(&address.customer, address.label)?;
        let path = self.instance_path(address)?;
        let role = address.role.unwrap_or(Role::Main);
        let instance = format!("{}/{}/{role}", address.customer, address.label);
        let environment = environment(&state, address.label)?;
        let catalogue = self.catalogue(&environment.plan.release.release)?;
        let listed = find_study(&path, catalogue, study, &instance)?;
        let version = find_version(&listed, revision, &instance)?;
        let content = design::read(&path, catalogue, version.id)?;
        let digest = content.digest(&Shape::of(catalogue)?)?;
        let identity = Identity {
            instance: instance.clone(),
            kind: address.label.kind().title().to_owned(),
            product: catalogue.product().to_owned(),
            release: format!("{} ({})", catalogue.release(), catalogue.build()),
            time: self.now()?.to_string(),
            head: self.ledger.head()?.hash.to_string(),
        };
        let (design, not_held) = odm(&listed.study, &content, &identity);
        let written = landfall_odm::write_keeping(&design, format.version(), Keep::Schema);
        let file = Digest::of(&written.bytes);
        let invalid = written.notes.iter().filter(|note| note.fate == Fate::Invalid);
        let event = DesignEvent::DesignExported {
            instance,
            study: study.to_owned(),
            oid: version.oid.clone(),
            revision: version.revision,
            format: format.as_str().to_owned(),
            file,
            content: digest,
        };
        let stream = format!("records/{}/{}", address.customer, address.label);
        self.append(&stream, "records.", &[event], &person.actor(), caller.reason.as_deref())?;
        Ok(DesignExport {
            address: address.clone(),
            study: study.to_owned(),
            version,
            format,
            file,
            not_held,
            lost: grouped(written.lost.iter().chain(invalid)),
            bytes: written.bytes,
        })
    }
}
