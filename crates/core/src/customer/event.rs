use serde::{Deserialize, Serialize};

use super::state::{
    DocumentKind, DumpPurpose, FailedTest, GoLiveStep, MaterialName, PromotionCounts, Resolution,
    Subject,
};
use crate::{
    digest::Digest,
    environment::{Kind, Role},
    ids::{CustomerId, Label, PersonId},
    plan::{PackageFacts, Plan},
    refusal::Refusal,
    signature::Signature,
    time::Timestamp,
};

/// What happened to a customer. Shipped events are never edited, only added to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    content = "body",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case"
)]
pub enum Event {
    /// A prospect was added.
    ProspectAdded {
        /// Its identity.
        id: CustomerId,
        /// Its printed name.
        name: String,
    },
    /// The contract was signed.
    ContractSigned {
        /// The contract's reference.
        reference: String,
    },
    /// An environment was requested, with its plan.
    EnvironmentRequested {
        /// What shall be done.
        plan: Box<Plan>,
        /// The digest of the plan.
        plan_digest: Digest,
        /// Who asked for it.
        author: PersonId,
        /// When its lifetime is over, where the policy limits it.
        expires: Option<Timestamp>,
    },
    /// A build was begun.
    BuildStarted {
        /// Which environment.
        label: Label,
        /// The operation's number.
        operation: u32,
        /// Who builds it.
        executor: PersonId,
    },
    /// A build was completed: the environment is visible.
    EnvironmentBuilt {
        /// Which environment.
        label: Label,
        /// The operation's number.
        operation: u32,
        /// Its instances.
        instances: Vec<InstanceFacts>,
    },
    /// A build was stopped by a failed check or an error; nothing is visible.
    BuildStopped {
        /// Which environment.
        label: Label,
        /// The operation's number.
        operation: u32,
        /// What stopped it.
        failure: BuildFailure,
    },
    /// An environment went into use.
    EnvironmentOpened {
        /// Which environment.
        label: Label,
    },
    /// The customer accepted a VAL.
    EnvironmentAccepted {
        /// Which environment.
        label: Label,
        /// The signature.
        signature: Signature,
    },
    /// A Demo was lent, or lent for longer.
    DemoLent {
        /// Which environment.
        label: Label,
        /// Until when.
        until: Timestamp,
    },
    /// A Demo's time ended; nobody can enter it.
    DemoExpired {
        /// Which environment.
        label: Label,
        /// The rule.
        rule: String,
        /// The last day.
        destroy_by: Timestamp,
    },
    /// A source dump was received.
    DumpRegistered {
        /// The digest over its files.
        digest: Digest,
        /// What it is for.
        purpose: DumpPurpose,
        /// How many files.
        files: u32,
        /// Their bytes.
        bytes: u64,
    },
    /// A migration spec was recorded.
    SpecRecorded {
        /// The digest over spec, maps and SQL.
        digest: Digest,
        /// The catalogue it is for.
        catalogue: Digest,
    },
    /// The migration program was started.
    IterationStarted {
        /// The iteration's number.
        number: u32,
        /// The operation's number.
        operation: u32,
        /// The dump.
        dump: Digest,
        /// The spec.
        spec: Digest,
        /// The catalogue.
        catalogue: Digest,
        /// The iteration whose ids it keeps.
        base: Option<u32>,
        /// Whether it is the run on the final dump.
        is_final: bool,
    },
    /// The migration program has run.
    IterationRun {
        /// The iteration's number.
        number: u32,
        /// The package it made.
        package: PackageFacts,
        /// The counts of each section.
        sections: Vec<SectionCounts>,
    },
    /// A run of the migration program stopped: its source or spec could not be used, or the machine broke.
    IterationStopped {
        /// The iteration's number.
        number: u32,
        /// What stopped it.
        failure: BuildFailure,
    },
    /// The output of an iteration was published to the customer.
    IterationPublished {
        /// The iteration's number.
        number: u32,
    },
    /// A reviewer found something. The text stands in the destroyable store.
    FindingAdded {
        /// The iteration's number.
        iteration: u32,
        /// The finding's number.
        number: u32,
        /// The keyed digest of the text.
        text: Digest,
        /// Who found it.
        by: PersonId,
    },
    /// A finding was resolved.
    FindingResolved {
        /// The iteration's number.
        iteration: u32,
        /// The finding's number.
        number: u32,
        /// The keyed digest of the resolution's text.
        text: Digest,
    },
    /// One of the signatures of a sign-off was given.
    IterationSigned {
        /// The iteration's number.
        number: u32,
        /// The signature.
        signature: Signature,
        /// Whether the sign-off is complete with it.
        complete: bool,
    },
    /// Customer quality agreed on the source of the configuration.
    SourceChosen {
        /// For which kind: VAL or PROD.
        target: Kind,
        /// The environment it comes from.
        label: Label,
        /// The signature.
        signature: Signature,
    },
    /// Configuration was extracted.
    ConfigurationExtracted {
        /// From which environment.
        label: Label,
        /// For which kind: VAL or PROD.
        target: Kind,
        /// The package.
        package: PackageFacts,
        /// Rows that stayed behind: table, reason, count.
        left_out: Vec<(String, String, u64)>,
    },
    /// The facts of a document were frozen.
    DocumentFrozen {
        /// Its number.
        number: String,
        /// What it is.
        kind: DocumentKind,
        /// What it is about.
        about: Subject,
        /// Whether these are the facts of the plan (an IQ before its run).
        is_plan: bool,
        /// The digest of the facts.
        facts: Digest,
        /// How many checks failed.
        failed_checks: u32,
        /// The ledger's head that the facts print.
        head: Digest,
    },
    /// A document was signed.
    DocumentSigned {
        /// Its number.
        number: String,
        /// The signature.
        signature: Signature,
    },
    /// A document was rejected.
    DocumentRejected {
        /// Its number.
        number: String,
        /// The signature of the rejection.
        signature: Signature,
        /// Why.
        reason: String,
    },
    /// Customer quality signed that validation is completed.
    ValidationCompleted {
        /// In which VAL.
        label: Label,
        /// The signature.
        signature: Signature,
    },
    /// A go-live step was done.
    GoLiveStepDone {
        /// Which step.
        step: GoLiveStep,
    },
    /// One of the signatures of the final quality check was given.
    FinalQcSigned {
        /// The signature.
        signature: Signature,
    },
    /// PROD is live.
    WentLive {
        /// PROD's name.
        label: Label,
    },
    /// An environment fell due for destruction.
    EnvironmentDue {
        /// Which environment.
        label: Label,
        /// The rule of the policy.
        rule: String,
        /// The last day.
        destroy_by: Timestamp,
    },
    /// An environment is held.
    EnvironmentHeld {
        /// Which environment.
        label: Label,
    },
    /// A hold was lifted.
    EnvironmentReleased {
        /// Which environment.
        label: Label,
    },
    /// Nobody can enter an environment any more.
    EnvironmentClosed {
        /// Which environment.
        label: Label,
    },
    /// A requested environment was given up before it was built.
    EnvironmentAbandoned {
        /// Which environment.
        label: Label,
        /// The masking key that was destroyed with it, where it was the last one to use it.
        key: Option<String>,
    },
    /// Destruction was begun.
    DestructionStarted {
        /// Which environment.
        label: Label,
        /// The operation's number.
        operation: u32,
        /// The rule, or `early`.
        rule: String,
        /// The approval, where it is not due yet.
        approval: Option<Signature>,
    },
    /// An environment is gone.
    EnvironmentDestroyed {
        /// Which environment.
        label: Label,
        /// The operation's number.
        operation: u32,
        /// The masking key that was destroyed with it, where it was the last one to use it.
        key: Option<String>,
    },
    /// The customer declared that there is no source database to migrate.
    NoMigrationDeclared {
        /// The signature.
        signature: Signature,
        /// Why.
        reason: String,
    },
    /// A go-live step does not apply to the customer.
    GoLiveStepNotApplicable {
        /// Which step.
        step: GoLiveStep,
    },
    /// One of the signatures that withdraw a sign-off was given.
    WithdrawalSigned {
        /// The iteration's number.
        number: u32,
        /// The signature.
        signature: Signature,
        /// Why.
        reason: String,
        /// Whether the sign-off is withdrawn with it.
        complete: bool,
    },
    /// The customer rejected a VAL.
    EnvironmentRejected {
        /// Which environment.
        label: Label,
        /// The signature.
        signature: Signature,
        /// Why.
        reason: String,
    },
    /// The customer rejected the final quality check.
    FinalQcRejected {
        /// The signature.
        signature: Signature,
        /// Why.
        reason: String,
    },
    /// Something went wrong in making a qualified environment.
    DeviationOpened {
        /// Its number.
        number: u32,
        /// Which environment.
        label: Label,
        /// The tests that failed.
        tests: Vec<FailedTest>,
        /// What happened.
        description: String,
        /// Who built, or who opened it.
        by: PersonId,
    },
    /// Impact, cause and fix of a deviation were stated.
    DeviationResolved {
        /// Its number.
        number: u32,
        /// What was found out and done.
        resolution: Resolution,
    },
    /// What had failed passed in a later run.
    DeviationRetested {
        /// Its number.
        number: u32,
        /// The operation in which it passed.
        operation: u32,
    },
    /// Vendor quality closed a deviation.
    DeviationApproved {
        /// Its number.
        number: u32,
        /// The signature.
        signature: Signature,
        /// Under which condition.
        condition: Option<String>,
    },
    /// A change of a record was asked for where changes need an approval.
    ChangeRequested {
        /// Its number.
        number: u32,
        /// Which environment.
        label: Label,
        /// Which instance.
        role: Role,
        /// The table.
        table: String,
        /// What shall be done.
        verb: String,
        /// The keyed digest of what shall be written.
        content: Digest,
        /// Who asked for it.
        by: PersonId,
        /// Why.
        reason: String,
    },
    /// Vendor quality approved a change.
    ChangeApproved {
        /// Its number.
        number: u32,
        /// The signature.
        signature: Signature,
    },
    /// Vendor quality rejected a change.
    ChangeRejected {
        /// Its number.
        number: u32,
        /// The signature.
        signature: Signature,
        /// Why.
        reason: String,
    },
    /// An approved change was made.
    ChangeMade {
        /// Its number.
        number: u32,
    },
    /// A promotion of configuration was begun.
    PromotionStarted {
        /// From where.
        from: Label,
        /// To where.
        to: Label,
        /// The configuration.
        package: PackageFacts,
        /// What it does to the rows.
        counts: PromotionCounts,
    },
    /// Configuration was taken from one environment into another.
    ConfigurationPromoted {
        /// From where.
        from: Label,
        /// To where.
        to: Label,
        /// The configuration.
        package: Digest,
        /// What it did to the rows.
        counts: PromotionCounts,
    },
    /// Dumps, packages and the like fell due for destruction.
    MaterialsDue {
        /// Which.
        materials: Vec<MaterialName>,
        /// The rule of the policy.
        rule: String,
        /// The last day.
        destroy_by: Timestamp,
    },
    /// Their destruction was begun.
    MaterialsDestructionStarted {
        /// The operation's number.
        operation: u32,
        /// Which.
        materials: Vec<MaterialName>,
    },
    /// They are gone.
    MaterialsDestroyed {
        /// The operation's number.
        operation: u32,
        /// Which.
        materials: Vec<MaterialName>,
    },
    /// The vendor became the owner of environments.
    VendorEstablished {
        /// The identity that is the vendor's own.
        id: CustomerId,
    },
    /// An environment of sample data is made anew.
    EnvironmentReset {
        /// What shall be done.
        plan: Box<Plan>,
        /// The digest of the plan.
        plan_digest: Digest,
        /// Who asked for it.
        author: PersonId,
    },
    /// A command was rejected.
    CommandRejected {
        /// The command's name.
        command: String,
        /// What the rule said.
        refusal: Refusal,
    },
}

/// An instance as the ledger knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct InstanceFacts {
    /// Main or Test.
    pub role: Role,
    /// Where it is, relative to the data directory.
    pub location: String,
    /// The digest of its content and schema when it was built.
    pub fingerprint: Digest,
}

/// What stopped a build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "outcome")]
pub enum BuildFailure {
    /// Checks said no.
    Failed {
        /// How many.
        checks: u32,
        /// The first one, in words.
        first: String,
    },
    /// The machine broke.
    Errored {
        /// What happened, without any volunteer's data.
        message: String,
    },
    /// A person stopped it.
    Aborted,
}

/// The counts of one section of a migration run: `read = written + rejected + filtered`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SectionCounts {
    /// The section's name.
    pub section: String,
    /// The table it fills.
    pub target: String,
    /// Source rows read.
    pub read: u64,
    /// Rows written.
    pub written: u64,
    /// Rows rejected, each kept with its reason.
    pub rejected: u64,
    /// Rows that the spec leaves out.
    pub filtered: u64,
}

impl Event {
    /// Reads an event from the last part of its entry's kind (`contract-signed`) and its facts as JSON. `None` where it
    /// is none that is known.
    #[must_use]
    pub fn read(kind: &str, body: &str) -> Option<Self> {
        let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !kind.bytes().all(is_word) {
            return None;
        }
        serde_json::from_str(&format!(r#"{{"kind":"{kind}","body":{body}}}"#)).ok()
    }
}
