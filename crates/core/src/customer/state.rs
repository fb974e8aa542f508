use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::event::{InstanceFacts, SectionCounts};
use crate::{
    digest::Digest,
    environment::Kind,
    ids::{CustomerId, Label, PersonId},
    plan::{PackageFacts, Plan, Purpose},
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
    /// Configuration packages extracted: name of the source, package.
    pub extractions: Vec<(Label, Kind, PackageFacts)>,
    /// The signature that completed validation, with the VAL it was done in.
    pub validation: Option<(Label, Signature)>,
    /// The go-live steps that are done.
    pub golive: BTreeMap<GoLiveStep, Timestamp>,
    /// The signatures of the final quality check.
    pub final_qc: Vec<Signature>,
    /// The documents, by number.
    pub documents: BTreeMap<String, Document>,
    /// How many operations were begun.
    pub operations: u32,
    /// The version of the stream.
    pub version: u64,
}

/// Where an environment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Requested; a qualified one waits for its plan to be signed.
    Requested,
    /// Being built; not visible yet.
    Building,
    /// Built and visible; a qualified one waits for its report to be signed and to be accepted.
    Built,
    /// In use.
    InUse,
    /// Nobody can enter; the content is intact.
    Closed,
    /// Being destroyed.
    Destroying,
    /// Gone; ledger and documents stay.
    Destroyed,
}

impl State {
    /// Returns the name in JSON and commands.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Building => "building",
            Self::Built => "built",
            Self::InUse => "in-use",
            Self::Closed => "closed",
            Self::Destroying => "destroying",
            Self::Destroyed => "destroyed",
        }
    }

    /// Tells whether the instances exist with their content.
    #[must_use]
    pub fn has_content(self) -> bool {
        match self {
            Self::Built | Self::InUse | Self::Closed => true,
            Self::Requested | Self::Building | Self::Destroying | Self::Destroyed => false,
        }
    }
}

/// One environment of a customer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Environment {
    /// Its name.
    pub label: Label,
    /// Formal or informal, for VAL.
    pub purpose: Option<Purpose>,
    /// Where it stands.
    pub state: State,
    /// What shall be, or was, done to make it.
    pub plan: Plan,
    /// The digest of the plan.
    pub plan_digest: Digest,
    /// Who asked for it: the author of its plan.
    pub author: PersonId,
    /// Who builds, or built, it.
    pub executor: Option<PersonId>,
    /// Everybody who ever began to build it.
    pub executors: Vec<PersonId>,
    /// The number of the operation that builds, or built, it.
    pub operation: Option<u32>,
    /// The number of the operation that destroys, or destroyed, it.
    pub destruction: Option<u32>,
    /// Its instances, once they exist.
    pub instances: Vec<InstanceFacts>,
    /// How many checks of the last build failed.
    pub failed_checks: u32,
    /// The number of its IQ, where it has one.
    pub iq: Option<String>,
    /// The acceptance by the customer.
    pub acceptance: Option<Signature>,
    /// Until when a Demo is lent.
    pub lent_until: Option<Timestamp>,
    /// When its lifetime is over, where the policy limits it.
    pub expires: Option<Timestamp>,
    /// Why it is due for destruction.
    pub due: Option<Due>,
    /// Why it is held.
    pub hold: Option<String>,
    /// When it was requested, built, closed and destroyed.
    pub since: BTreeMap<&'static str, Timestamp>,
}

/// Why and by when an environment is to be destroyed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Due {
    /// The rule of the policy.
    pub rule: String,
    /// Since when.
    pub since: Timestamp,
    /// The last day.
    pub destroy_by: Timestamp,
}

/// What a dump is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DumpPurpose {
    /// An iteration for review.
    Iteration,
    /// The run that makes PROD.
    Final,
}

/// A source dump that was received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dump {
    /// The digest over its files.
    pub digest: Digest,
    /// What it is for.
    pub purpose: DumpPurpose,
    /// How many files.
    pub files: u32,
    /// Their bytes.
    pub bytes: u64,
    /// When it was received.
    pub received: Timestamp,
}

/// A migration spec that was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Spec {
    /// The digest over spec, maps and SQL.
    pub digest: Digest,
    /// The catalogue it is for.
    pub catalogue: Digest,
}

/// How far an iteration has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IterationState {
    /// The migration program is running.
    Running,
    /// The program has run; the vendor looks at the output.
    Run,
    /// The customer reviews the output.
    Published,
    /// The customer has signed the output off.
    Signed,
    /// The run stopped; it has no output.
    Stopped,
}

/// One run of the migration program.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Iteration {
    /// Its number, from 1.
    pub number: u32,
    /// How far it has come.
    pub state: IterationState,
    /// Whether it is the run on the final dump.
    pub is_final: bool,
    /// The dump.
    pub dump: Digest,
    /// The spec.
    pub spec: Digest,
    /// The catalogue.
    pub catalogue: Digest,
    /// The iteration whose ids it keeps.
    pub base: Option<u32>,
    /// The number of its operation.
    pub operation: u32,
    /// The package it made.
    pub package: Option<PackageFacts>,
    /// Its counts, by section.
    pub sections: Vec<SectionCounts>,
    /// What the customer found.
    pub findings: Vec<Finding>,
    /// The signatures of the sign-off.
    pub signatures: Vec<Signature>,
}

/// Something a reviewer found in the output of an iteration. Its text stands in the destroyable store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Its number within the iteration, from 1.
    pub number: u32,
    /// The keyed digest of its text.
    pub text: Digest,
    /// Who found it.
    pub by: PersonId,
    /// The keyed digest of the resolution's text, once there is one.
    pub resolution: Option<Digest>,
}

/// The configuration source agreed with the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// The environment.
    pub label: Label,
    /// The signature of customer quality.
    pub signature: Signature,
}

/// The go-live steps, in order, as the requirement lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GoLiveStep {
    /// Customer: provides the final source dump and related files.
    FinalDump,
    /// Vendor: extracts the configuration from the source agreed with the customer.
    ExtractConfiguration,
    /// Vendor: runs the migration program to produce the new instance.
    RunMigration,
    /// Vendor: populates, configures and reviews the final PROD Main instance.
    ReviewProd,
    /// Vendor: provides the formal IQ documentation.
    ProvideIq,
    /// Customer: performs the final quality check.
    FinalQc,
}

impl GoLiveStep {
    /// The six steps in order.
    pub const ALL: [Self; 6] = [
        Self::FinalDump,
        Self::ExtractConfiguration,
        Self::RunMigration,
        Self::ReviewProd,
        Self::ProvideIq,
        Self::FinalQc,
    ];

    /// Returns the step's number, from 1.
    #[must_use]
    pub fn number(self) -> usize {
        Self::ALL.iter().position(|step| *step == self).map_or(0, |index| index + 1)
    }

    /// Returns who owns it and what is done.
    #[must_use]
    pub fn title(self) -> (&'static str, &'static str) {
        match self {
            Self::FinalDump => ("customer", "provide the final source dump and related files"),
            Self::ExtractConfiguration => {
                ("vendor", "extract the configuration from the agreed source")
            }
            Self::RunMigration => ("vendor", "run the migration program on the final dump"),
            Self::ReviewProd => ("vendor", "populate, configure and review PROD Main"),
            Self::ProvideIq => ("vendor", "provide the formal IQ documentation"),
            Self::FinalQc => ("customer", "perform the final quality check"),
        }
    }
}

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentKind {
    /// The installation qualification: plan first, report after the run.
    Iq,
    /// The proof that a VAL holds no volunteer PHI.
    MaskingCertificate,
    /// The proof that an environment is gone.
    DestructionCertificate,
}

impl DocumentKind {
    /// Returns the name in commands and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Iq => "iq",
            Self::MaskingCertificate => "masking-certificate",
            Self::DestructionCertificate => "destruction-certificate",
        }
    }

    /// Returns the letters in a document's number.
    #[must_use]
    pub fn letters(self) -> &'static str {
        match self {
            Self::Iq => "IQ",
            Self::MaskingCertificate => "MC",
            Self::DestructionCertificate => "DC",
        }
    }
}

/// A document: frozen facts and the signatures that bind to them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Document {
    /// Its number: `ACME-IQ-001`.
    pub number: String,
    /// What it is.
    pub kind: DocumentKind,
    /// Which environment it is about.
    pub label: Label,
    /// The digest of the plan's facts, for an IQ.
    pub plan: Option<Digest>,
    /// The signatures on the plan.
    pub plan_signatures: Vec<Signature>,
    /// The digest of the (final) facts, once they are frozen.
    pub facts: Option<Digest>,
    /// The signatures on the (final) facts.
    pub signatures: Vec<Signature>,
    /// Who rejected it, when and why.
    pub rejection: Option<(Signature, String)>,
    /// How many checks its report says failed.
    pub failed_checks: u32,
    /// The ledger's head when it was first and last frozen.
    pub heads: Vec<Digest>,
    /// How many renditions its signatures have made.
    pub renditions: u32,
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
            .find(|iteration| iteration.is_final && iteration.package.is_some())
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
