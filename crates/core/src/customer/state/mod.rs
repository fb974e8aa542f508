//! Everything that the rules need to know of a customer, folded from its stream.

mod change;
mod deviation;
mod document;
mod environment;
mod golive;
mod material;
mod migration;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use change::ChangeRequest;
pub use deviation::{Deviation, FailedTest, Resolution};
pub use document::{Document, DocumentKind, Subject};
pub use environment::{Due, Environment, State};
pub use golive::{Extraction, GoLiveStep, Promotion, PromotionCounts, Source};
pub use material::{Material, MaterialKind, MaterialName};
pub use migration::{Dump, DumpPurpose, Finding, Iteration, IterationState, Spec};

use crate::{
    digest::Digest,
    environment::Kind,
    ids::{CustomerId, Label},
    plan::Content,
    signature::Signature,
    time::Timestamp,
};

/// How far a customer has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Before the contract.
    Prospect,
    /// The contract is signed.
    Contracted,
    /// PROD is live.
    Live,
    /// No customer at all: the vendor itself, as owner of its Community Dev.
    Vendor,
}

/// Everything that the rules need to know of a customer; folded from its stream.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Customer {
    /// The identity.
    pub id: CustomerId,
    /// The printed name.
    pub name: String,
    /// How far it has come.
    pub status: Status,
    /// When it was added, contracted and went live.
    pub since: BTreeMap<&'static str, Timestamp>,
    /// Its environments, by name.
    pub environments: BTreeMap<Label, Environment>,
    /// Source dumps received, in order.
    pub dumps: Vec<Dump>,
    /// Migration specs recorded, in order.
    pub specs: Vec<Spec>,
    /// Iterations of the migration, numbered from 1.
    pub iterations: Vec<Iteration>,
    /// The configuration sources agreed, by the kind they are for.
    pub sources: BTreeMap<Kind, Source>,
    /// Configuration packages extracted, in order.
    pub extractions: Vec<Extraction>,
    /// The signature that completed validation, with the VAL it was done in.
    pub validation: Option<(Label, Signature)>,
    /// The go-live steps that are done.
    pub golive: BTreeMap<GoLiveStep, Timestamp>,
    /// The signatures of the final quality check.
    pub final_qc: Vec<Signature>,
    /// The documents, by number.
    pub documents: BTreeMap<String, Document>,
    /// The signed declaration that there is no source database to migrate, with its reason.
    pub no_migration: Option<(Signature, String)>,
    /// The go-live steps that do not apply to this customer, and since when.
    pub not_applicable: BTreeMap<GoLiveStep, Timestamp>,
    /// The rejections of the final quality check, with their reasons.
    pub qc_rejections: Vec<(Signature, String)>,
    /// What went wrong in qualified builds, numbered from 1.
    pub deviations: Vec<Deviation>,
    /// Changes of records that need an approval, numbered from 1.
    pub changes: Vec<ChangeRequest>,
    /// What holds the customer's data outside its environments: dumps, packages, rejected rows, key maps.
    pub materials: Vec<Material>,
    /// Promotions of configuration, in order.
    pub promotions: Vec<Promotion>,
    /// How many operations were begun.
    pub operations: u32,
    /// The version of the stream.
    pub version: u64,
}

impl Customer {
    /// Returns the environment of that name.
    #[must_use]
    pub fn environment(&self, label: Label) -> Option<&Environment> {
        self.environments.get(&label)
    }

    /// Returns the iteration that both signatures signed off, the final run aside.
    #[must_use]
    pub fn signed_iteration(&self) -> Option<&Iteration> {
        self.iterations
            .iter()
            .rev()
            .find(|iteration| iteration.state == IterationState::Signed && !iteration.is_final)
    }

    /// Returns the run on the final dump, once it has a package.
    #[must_use]
    pub fn final_iteration(&self) -> Option<&Iteration> {
        self.iterations
            .iter()
            .rev()
            .find(|run| run.is_final && run.package.is_some() && !run.superseded)
    }

    /// Tells whether a go-live step is done or does not apply.
    #[must_use]
    pub fn settled(&self, step: GoLiveStep) -> bool {
        self.golive.contains_key(&step) || self.not_applicable.contains_key(&step)
    }

    /// Returns the final dump that counts, once the customer has provided it.
    #[must_use]
    pub fn final_dump(&self) -> Option<&Dump> {
        self.dumps.iter().rev().find(|dump| dump.purpose == DumpPurpose::Final && !dump.superseded)
    }

    /// Returns the documents about an environment as it stands, not about an earlier one of the same name.
    pub fn documents_of(&self, label: Label) -> impl Iterator<Item = &Document> {
        let since = self.environment(label).map_or(0, |there| there.position);
        self.documents
            .values()
            .filter(move |document| document.label() == Some(label) && document.position > since)
    }

    /// Returns the deviations of an environment as it stands: those of an earlier one of the same name are not its own.
    pub fn deviations_of(&self, label: Label) -> impl Iterator<Item = &Deviation> {
        let since = self.environment(label).map_or(0, |there| there.position);
        self.deviations
            .iter()
            .filter(move |deviation| deviation.label == label && deviation.position > since)
    }

    /// Returns the digest of the configuration that an environment was, or shall be, composed of.
    #[must_use]
    pub fn configuration_of(&self, label: Label) -> Option<Digest> {
        match &self.environment(label)?.plan.content {
            Content::Composition { configuration, .. } => Some(configuration.digest),
            Content::Empty
            | Content::DemoSet
            | Content::Clone { .. }
            | Content::VendorDemo { .. }
            | Content::Iteration { .. } => None,
        }
    }

    /// Returns the agreed source of the configuration of VAL or PROD. An agreement on an environment that another of
    /// its name has followed is none.
    #[must_use]
    pub fn agreed(&self, target: Kind) -> Option<&Source> {
        self.sources.get(&target).filter(|source| self.stands(source.label, source.position))
    }

    /// Returns the latest configuration that was extracted from the agreed source.
    #[must_use]
    pub fn extraction(&self, target: Kind) -> Option<&Extraction> {
        let source = self.agreed(target)?;
        self.extractions.iter().rev().find(|known| {
            known.target == target
                && known.label == source.label
                && known.position == source.position
        })
    }

    /// Returns the promotion to an environment that was begun and is not done.
    #[must_use]
    pub fn promotion_to(&self, to: Label) -> Option<&Promotion> {
        self.promotions
            .iter()
            .find(|known| known.to == to && !known.done && self.stands(known.to, known.position))
    }

    /// Tells whether the environment of that name is the one that was requested at that position.
    fn stands(&self, label: Label, position: u64) -> bool {
        self.environment(label).is_some_and(|there| there.position == position)
    }

    /// Tells whether the environment of a deviation is gone, or another of its name has followed: nothing is tested
    /// again in it.
    #[must_use]
    pub fn outlived(&self, deviation: &Deviation) -> bool {
        self.environment(deviation.label).is_none_or(|there| {
            there.state == State::Destroyed || there.position > deviation.position
        })
    }

    /// Tells whether an environment is, or shall be, composed with the migration output that is signed off now, or
    /// without any where none is.
    #[must_use]
    pub fn has_signed_output(&self, environment: &Environment) -> bool {
        let migrated = match &environment.plan.content {
            Content::Composition { migration, .. } => {
                migration.as_ref().map(|package| package.digest)
            }
            Content::Empty
            | Content::DemoSet
            | Content::Clone { .. }
            | Content::VendorDemo { .. }
            | Content::Iteration { .. } => None,
        };
        let signed = self.signed_iteration().and_then(|iteration| iteration.package.as_ref());
        migrated == signed.map(|package| package.digest)
    }

    /// Returns the configurations of the validated VAL and of PROD, where PROD gets another one than was validated:
    /// the packages differ, or PROD lacks a change that was approved and made in the VAL.
    #[must_use]
    pub fn difference(&self) -> Option<(Label, Digest, Digest)> {
        let (validated, _) = self.validation.as_ref()?;
        let prod = self.configuration_of(Label::single(Kind::Prod))?;
        let val = self.configuration_of(*validated)?;
        let differs = val != prod || self.missed_changes(*validated).next().is_some();
        differs.then_some((*validated, val, prod))
    }

    /// Returns the changes made in a VAL that PROD's configuration lacks: all that were made before PROD's build was
    /// begun, but for those that were made before the configuration was extracted from that same VAL.
    pub fn missed_changes(&self, val: Label) -> impl Iterator<Item = &ChangeRequest> {
        let prod = self.environment(Label::single(Kind::Prod));
        let package = prod.and_then(|prod| self.configuration_of(prod.label));
        let taken = self
            .extractions
            .iter()
            .rev()
            .find(|known| known.target == Kind::Prod && Some(known.package.digest) == package)
            .filter(|known| known.label == val)
            .map_or(0, |known| known.taken);
        let begun = prod.and_then(|prod| prod.begun).unwrap_or(u64::MAX);
        self.changes.iter().filter(move |change| {
            change.label == val && change.made.is_some_and(|at| taken < at && at < begun)
        })
    }

    /// Returns the environments of a kind, in order of their numbers.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Environment> {
        self.environments.values().filter(move |environment| environment.label.kind() == kind)
    }

    /// Returns the name the next environment of a kind gets.
    #[must_use]
    pub fn next_label(&self, kind: Kind, repeats: bool) -> Label {
        if repeats {
            let last = self.of_kind(kind).filter_map(|e| e.label.number()).max().unwrap_or(0);
            Label::numbered(kind, last + 1)
        } else {
            Label::single(kind)
        }
    }

    /// Returns the number the next document of a kind gets.
    #[must_use]
    pub fn next_document(&self, kind: DocumentKind) -> String {
        let count = self.documents.values().filter(|document| document.kind == kind).count();
        format!("{}-{}-{:03}", self.id.as_str().to_uppercase(), kind.letters(), count + 1)
    }
}
