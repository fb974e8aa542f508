use crate::{
    digest::Digest,
    environment::{Kind, Role},
    ids::{CustomerId, Label},
    plan::{Content, PackageFacts, Purpose, ReleaseFacts},
    signature::Meaning,
    time::Timestamp,
};

use super::{
    decide::DesignChange,
    event::{BuildFailure, InstanceFacts, SectionCounts},
    state::{DocumentKind, DumpPurpose, FailedTest, PromotionCounts, Subject},
};

/// What somebody asks for. Signing commands are issued only after fresh authentication.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Add a prospect.
    AddProspect {
        /// Its identity.
        id: CustomerId,
        /// Its printed name.
        name: String,
    },
    /// Record that the contract is signed.
    SignContract {
        /// The contract's reference.
        reference: String,
    },
    /// Request an environment.
    RequestEnvironment {
        /// Of which kind.
        kind: Kind,
        /// Formal or informal, for VAL.
        purpose: Option<Purpose>,
        /// Where its content comes from.
        content: Content,
        /// What is installed.
        release: ReleaseFacts,
    },
    /// Begin to build it.
    StartBuild {
        /// Which environment.
        label: Label,
    },
    /// Record that it is built.
    CompleteBuild {
        /// Which environment.
        label: Label,
        /// Its instances.
        instances: Vec<InstanceFacts>,
    },
    /// Record that a build stopped.
    StopBuild {
        /// Which environment.
        label: Label,
        /// What stopped it.
        failure: BuildFailure,
        /// The tests that failed.
        tests: Vec<FailedTest>,
    },
    /// Accept a VAL for the customer.
    AcceptEnvironment {
        /// Which environment.
        label: Label,
    },
    /// Lend a Demo to the prospect, or extend the loan.
    LendDemo {
        /// Which environment.
        label: Label,
        /// For how many days from now.
        days: u32,
    },
    /// End a Demo's loan.
    ExpireDemo {
        /// Which environment.
        label: Label,
    },
    /// Register a source dump.
    RegisterDump {
        /// The digest over its files.
        digest: Digest,
        /// What it is for.
        purpose: DumpPurpose,
        /// How many files.
        files: u32,
        /// Their bytes.
        bytes: u64,
    },
    /// Record a migration spec.
    RecordSpec {
        /// The digest over spec, maps and SQL.
        digest: Digest,
        /// The catalogue it was checked against.
        catalogue: Digest,
    },
    /// Run the migration program.
    StartIteration {
        /// The dump.
        dump: Digest,
        /// The spec.
        spec: Digest,
    },
    /// Record what a run made.
    CompleteIteration {
        /// The iteration's number.
        number: u32,
        /// The package.
        package: PackageFacts,
        /// The counts.
        sections: Vec<SectionCounts>,
    },
    /// Record that a run stopped.
    StopIteration {
        /// The iteration's number.
        number: u32,
        /// What stopped it.
        failure: BuildFailure,
    },
    /// Publish the output to the customer.
    PublishIteration {
        /// The iteration's number.
        number: u32,
    },
    /// Say what is wrong with the output.
    AddFinding {
        /// The iteration's number.
        number: u32,
        /// The keyed digest of the text.
        text: Digest,
    },
    /// Say how a finding was resolved.
    ResolveFinding {
        /// The iteration's number.
        number: u32,
        /// The finding's number.
        finding: u32,
        /// The keyed digest of the text.
        text: Digest,
    },
    /// Sign the output off.
    SignIteration {
        /// The iteration's number.
        number: u32,
    },
    /// Agree on the source of the configuration.
    ChooseSource {
        /// For VAL or PROD.
        target: Kind,
        /// From where.
        label: Label,
    },
    /// Record an extraction.
    RecordExtraction {
        /// For VAL or PROD.
        target: Kind,
        /// From where.
        label: Label,
        /// The package.
        package: PackageFacts,
        /// Rows that stayed behind: table, reason, count.
        left_out: Vec<(String, String, u64)>,
    },
    /// Freeze the facts of a document.
    FreezeDocument {
        /// What it is.
        kind: DocumentKind,
        /// What it is about.
        about: Subject,
        /// Whether these are the facts of the plan.
        is_plan: bool,
        /// The digest of the facts.
        facts: Digest,
        /// How many checks failed.
        failed_checks: u32,
        /// The ledger's head that the facts print.
        head: Digest,
    },
    /// Sign a document.
    SignDocument {
        /// Its number.
        number: String,
        /// With which meaning.
        meaning: Meaning,
        /// The digest of the facts that were shown.
        shown: Digest,
    },
    /// Reject a document; the reason is the command's.
    RejectDocument {
        /// Its number.
        number: String,
        /// The digest of the facts that were shown.
        shown: Digest,
    },
    /// Sign that validation is completed.
    CompleteValidation {
        /// In which VAL.
        label: Label,
    },
    /// Go-live step 4: record the review of PROD Main.
    ReviewProd,
    /// Go-live step 5: provide the IQ to the customer.
    ProvideIq,
    /// Go-live step 6: sign the final quality check.
    SignFinalQc,
    /// Go live: a consequence, never typed.
    GoLive,
    /// Fall due: a consequence, never typed.
    MarkDue {
        /// Which environment.
        label: Label,
        /// The rule of the policy.
        rule: String,
    },
    /// Keep an environment whatever falls due.
    HoldEnvironment {
        /// Which environment.
        label: Label,
    },
    /// Lift a hold.
    ReleaseEnvironment {
        /// Which environment.
        label: Label,
    },
    /// Close an environment.
    CloseEnvironment {
        /// Which environment.
        label: Label,
    },
    /// Begin to destroy an environment.
    StartDestruction {
        /// Which environment.
        label: Label,
        /// Whether vendor quality signs for destroying before it is due.
        early: bool,
    },
    /// Record that it is gone.
    CompleteDestruction {
        /// Which environment.
        label: Label,
        /// When the certificate says it was done; for the record only.
        at: Timestamp,
    },
    /// Declare that there is no source database to migrate.
    DeclareNoMigration,
    /// Withdraw a sign-off.
    WithdrawSignOff {
        /// The iteration's number.
        number: u32,
    },
    /// Reject a VAL for the customer: it is not accepted, or its validation failed.
    RejectEnvironment {
        /// Which environment.
        label: Label,
    },
    /// Reject the final quality check.
    RejectFinalQc,
    /// Record that something went wrong in making a qualified environment.
    OpenDeviation {
        /// Which environment.
        label: Label,
        /// What happened.
        description: String,
    },
    /// State impact, cause and fix of a deviation.
    ResolveDeviation {
        /// Its number.
        number: u32,
        /// What it affects.
        impact: String,
        /// Why it happened.
        cause: String,
        /// What was done.
        fix: String,
    },
    /// Close a deviation for vendor quality.
    ApproveDeviation {
        /// Its number.
        number: u32,
        /// Under which condition.
        condition: Option<String>,
    },
    /// Ask for a change of a record where changes need an approval.
    RequestChange {
        /// Which environment.
        label: Label,
        /// Which instance.
        role: Role,
        /// The table.
        table: String,
        /// What shall be done: add, set, archive.
        verb: String,
        /// The keyed digest of what shall be written.
        content: Digest,
    },
    /// Ask for a change of a study's design where changes need an approval.
    RequestDesignChange {
        /// Which environment.
        label: Label,
        /// Which instance is changed.
        role: Role,
        /// What shall be done.
        change: DesignChange,
        /// The keyed digest of what shall be written.
        content: Digest,
    },
    /// Approve a change.
    ApproveChange {
        /// Its number.
        number: u32,
    },
    /// Reject a change; the reason is the command's.
    RejectChange {
        /// Its number.
        number: u32,
    },
    /// Record that an approved change was made.
    CompleteChange {
        /// Its number.
        number: u32,
    },
    /// Begin to take configuration from one environment into another.
    StartPromotion {
        /// From where.
        from: Label,
        /// To where.
        to: Label,
        /// The configuration.
        package: PackageFacts,
        /// What it does to the rows.
        counts: PromotionCounts,
    },
    /// Record that a promotion is done.
    CompletePromotion {
        /// To where.
        to: Label,
    },
    /// Dumps, packages and the like fall due: a consequence, never typed.
    MarkMaterialsDue {
        /// The rule of the policy.
        rule: String,
    },
    /// Begin to destroy the materials that are due.
    StartMaterialsDestruction,
    /// Record that they are gone.
    CompleteMaterialsDestruction {
        /// The operation's number.
        operation: u32,
    },
    /// Make the vendor the owner of environments.
    EstablishVendor,
    /// Make an environment of sample data anew.
    ResetEnvironment {
        /// Which environment.
        label: Label,
        /// What is installed.
        release: ReleaseFacts,
    },
}
