use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::event::{InstanceFacts, SectionCounts};
use crate::{
    digest::Digest,
    environment::{Kind, Role},
    ids::{CustomerId, Label, PersonId},
    plan::{Content, PackageFacts, Plan, Purpose},
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
    /// The position in the stream at which it was requested: an earlier environment may have had the same name.
    pub position: u64,
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
    /// The position in the stream at which that build was begun; none while it waits to be built.
    pub begun: Option<u64>,
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
    /// The rejection by the customer, with its reason: not accepted, or its validation failed.
    pub rejection: Option<(Signature, String)>,
    /// The number of the report of what differs from the validated VAL, where PROD needs one.
    pub difference: Option<String>,
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
    /// Whether it is void: a final dump counts for the sign-off it followed, until another replaces it.
    pub superseded: bool,
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
    /// The signatures of every withdrawal of the sign-off, in order.
    pub withdrawals: Vec<Signature>,
    /// How often the sign-off was withdrawn.
    pub withdrawn: u32,
    /// Whether it is void: a final run counts for the sign-off it followed, until another final dump comes.
    pub superseded: bool,
}

impl Iteration {
    /// Returns the signatures of a withdrawal that is not complete yet.
    pub fn pending_withdrawal(&self) -> impl Iterator<Item = &Signature> {
        let both = crate::signature::required(crate::signature::Record::Withdrawal).len();
        let past = usize::try_from(self.withdrawn).unwrap_or(usize::MAX).saturating_mul(both);
        self.withdrawals.iter().skip(past)
    }
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
    /// The position at which that environment was requested: the agreement is on none of the same name that follows.
    pub position: u64,
    /// The signature of customer quality.
    pub signature: Signature,
}

/// Configuration that was extracted from its agreed source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Extraction {
    /// The environment it comes from.
    pub label: Label,
    /// For which kind: VAL or PROD.
    pub target: Kind,
    /// The package.
    pub package: PackageFacts,
    /// The position at which that environment was requested.
    pub position: u64,
    /// The position at which it was extracted.
    pub taken: u64,
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
    /// Every setting of an instance, with the checksums of its scripts.
    ConfigurationReport,
    /// What an iteration read, wrote, rejected and left out.
    QcReport,
    /// The six go-live steps with owners and evidence.
    GoLiveRecord,
    /// Where PROD's configuration differs from the validated one.
    DifferenceReport,
    /// The proof that dumps, packages and what else held a customer's data are gone.
    MaterialsCertificate,
}

impl DocumentKind {
    /// Returns the name in commands and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Iq => "iq",
            Self::MaskingCertificate => "masking-certificate",
            Self::DestructionCertificate => "destruction-certificate",
            Self::ConfigurationReport => "configuration-report",
            Self::QcReport => "qc-report",
            Self::GoLiveRecord => "go-live-record",
            Self::DifferenceReport => "difference-report",
            Self::MaterialsCertificate => "materials-certificate",
        }
    }

    /// Returns the letters in a document's number.
    #[must_use]
    pub fn letters(self) -> &'static str {
        match self {
            Self::Iq => "IQ",
            Self::MaskingCertificate => "MC",
            Self::DestructionCertificate => "DC",
            Self::ConfigurationReport => "CR",
            Self::QcReport => "QC",
            Self::GoLiveRecord => "GL",
            Self::DifferenceReport => "DF",
            Self::MaterialsCertificate => "TC",
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
    /// What it is about.
    pub about: Subject,
    /// The position in the stream at which its first facts were frozen.
    pub position: u64,
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

/// What a document is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// An environment.
    Environment(Label),
    /// An iteration of the migration.
    Iteration(u32),
    /// The dumps, packages and what else an operation destroyed.
    Materials(u32),
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Environment(label) => write!(f, "{label}"),
            Self::Iteration(number) => write!(f, "iteration {number}"),
            Self::Materials(operation) => write!(f, "materials, operation {operation}"),
        }
    }
}

impl Document {
    /// Returns the environment it is about, where it is about one.
    #[must_use]
    pub fn label(&self) -> Option<Label> {
        match self.about {
            Subject::Environment(label) => Some(label),
            Subject::Iteration(_) | Subject::Materials(_) => None,
        }
    }
}

/// Something that went wrong in a qualified build: what failed, why, what was done, how it was tested again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deviation {
    /// Its number within the customer, from 1.
    pub number: u32,
    /// The environment.
    pub label: Label,
    /// The position in the stream at which it was opened.
    pub position: u64,
    /// The tests that failed; none where a person opened it.
    pub tests: Vec<FailedTest>,
    /// What happened, in words.
    pub description: String,
    /// Who built, or who opened it.
    pub opened_by: PersonId,
    /// When.
    pub opened: Timestamp,
    /// Impact, cause and fix, once somebody has stated them.
    pub resolution: Option<Resolution>,
    /// The operation in which the same tests passed.
    pub retest: Option<u32>,
    /// The closure by vendor quality.
    pub approval: Option<Signature>,
    /// Under which condition it was closed, where there is one.
    pub condition: Option<String>,
}

impl Deviation {
    /// Returns the name on documents and in commands: `ACME-DEV-001`.
    #[must_use]
    pub fn name(&self, customer: &CustomerId) -> String {
        format!("{}-DEV-{:03}", customer.as_str().to_uppercase(), self.number)
    }

    /// Tells whether vendor quality has not closed it yet.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.approval.is_none()
    }
}

/// A test that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FailedTest {
    /// Its id in the plan.
    pub id: String,
    /// What the plan expects.
    pub expected: String,
    /// What the probe found.
    pub actual: String,
}

/// What was found out about a deviation, and done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resolution {
    /// What it affects.
    pub impact: String,
    /// Why it happened.
    pub cause: String,
    /// What was done.
    pub fix: String,
    /// Who states it.
    pub by: PersonId,
    /// When.
    pub time: Timestamp,
}

/// A change of a record that needs an approval (environment change record, ECR).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangeRequest {
    /// Its number within the customer, from 1.
    pub number: u32,
    /// The environment.
    pub label: Label,
    /// The instance.
    pub role: Role,
    /// The table.
    pub table: String,
    /// What shall be done: add, set, archive.
    pub verb: String,
    /// The keyed digest of what shall be written; the values stand in the destroyable store.
    pub content: Digest,
    /// Who asked for it.
    pub by: PersonId,
    /// When.
    pub requested: Timestamp,
    /// Why.
    pub reason: String,
    /// The decision of vendor quality: signature, whether it was approved, the reason of a rejection.
    pub decision: Option<(Signature, bool, Option<String>)>,
    /// Whether the change was made.
    pub applied: bool,
    /// The position in the stream at which it was recorded as made.
    pub made: Option<u64>,
}

impl ChangeRequest {
    /// Returns the name on documents and in commands: `ACME-ECR-001`.
    #[must_use]
    pub fn name(&self, customer: &CustomerId) -> String {
        format!("{}-ECR-{:03}", customer.as_str().to_uppercase(), self.number)
    }
}

/// What a material is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MaterialKind {
    /// A source dump; its name is its digest.
    Dump,
    /// A migration package; its name is its digest.
    Package,
    /// The rejected rows of an iteration; its name is the iteration's number.
    Rejects,
    /// The map from source keys to ids of an iteration; its name is the iteration's number.
    KeyMap,
}

impl MaterialKind {
    /// Returns the name in commands and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dump => "dump",
            Self::Package => "package",
            Self::Rejects => "rejects",
            Self::KeyMap => "key-map",
        }
    }

    /// Returns what people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Dump => "source dump",
            Self::Package => "migration package",
            Self::Rejects => "rejected rows",
            Self::KeyMap => "map of source keys",
        }
    }
}

/// Names one material.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaterialName {
    /// What it is.
    pub kind: MaterialKind,
    /// Its digest, or its iteration's number.
    pub name: String,
}

/// Something that holds a customer's data outside its environments and outlives them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Material {
    /// What it is.
    pub kind: MaterialKind,
    /// Its digest, or its iteration's number.
    pub name: String,
    /// Why it is due for destruction.
    pub due: Option<Due>,
    /// The operation that destroys, or destroyed, it.
    pub operation: Option<u32>,
    /// When it was destroyed.
    pub destroyed: Option<Timestamp>,
}

impl Material {
    /// Returns what names it.
    #[must_use]
    pub fn named(&self) -> MaterialName {
        MaterialName { kind: self.kind, name: self.name.clone() }
    }
}

/// Configuration that was taken from one environment into another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Promotion {
    /// From where.
    pub from: Label,
    /// To where.
    pub to: Label,
    /// The position at which the environment that it goes to was requested.
    pub position: u64,
    /// The configuration.
    pub package: PackageFacts,
    /// What it does to the rows.
    pub counts: PromotionCounts,
    /// Whether it is done.
    pub done: bool,
}

/// What a promotion does to the rows of its destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PromotionCounts {
    /// Rows that are new there.
    pub added: u64,
    /// Rows that become others.
    pub changed: u64,
    /// Rows that only the destination has.
    pub kept: u64,
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
