//! Which records are signed, by whom, with which meaning.

use serde::{Deserialize, Serialize};

use crate::{digest::Digest, ids::PersonId, person::Role, time::Timestamp};

/// What a signature means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Meaning {
    /// Wrote the plan.
    Author,
    /// Reviewed the plan technically.
    TechnicalReview,
    /// Approves the plan for quality.
    PlanApproval,
    /// Carried the plan out.
    Execution,
    /// Reviewed what was carried out.
    ExecutionReview,
    /// Approves the report for quality.
    ReportApproval,
    /// Accepts, for the customer, after review.
    CustomerReview,
    /// Accepts, for the customer's quality.
    CustomerApproval,
    /// Approves destruction before it is due.
    DestructionApproval,
    /// Declares, for the customer's quality, what is so.
    Declaration,
    /// Withdraws a sign-off after review.
    WithdrawalReview,
    /// Withdraws a sign-off for the customer's quality.
    WithdrawalApproval,
    /// Rejects for the customer.
    Rejection,
    /// Closes a deviation.
    DeviationApproval,
    /// Decides on a change of a controlled environment.
    ChangeDecision,
    /// Puts a policy or a catalogue in force.
    Adoption,
}

impl Meaning {
    /// Every meaning.
    pub const ALL: [Self; 16] = [
        Self::Author,
        Self::TechnicalReview,
        Self::PlanApproval,
        Self::Execution,
        Self::ExecutionReview,
        Self::ReportApproval,
        Self::CustomerReview,
        Self::CustomerApproval,
        Self::DestructionApproval,
        Self::Declaration,
        Self::WithdrawalReview,
        Self::WithdrawalApproval,
        Self::Rejection,
        Self::DeviationApproval,
        Self::ChangeDecision,
        Self::Adoption,
    ];

    /// Returns the name in commands and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Author => "author",
            Self::TechnicalReview => "technical-review",
            Self::PlanApproval => "plan-approval",
            Self::Execution => "execution",
            Self::ExecutionReview => "execution-review",
            Self::ReportApproval => "report-approval",
            Self::CustomerReview => "customer-review",
            Self::CustomerApproval => "customer-approval",
            Self::DestructionApproval => "destruction-approval",
            Self::Declaration => "declaration",
            Self::WithdrawalReview => "withdrawal-review",
            Self::WithdrawalApproval => "withdrawal-approval",
            Self::Rejection => "rejection",
            Self::DeviationApproval => "deviation-approval",
            Self::ChangeDecision => "change-decision",
            Self::Adoption => "adoption",
        }
    }

    /// Returns what the signer says by signing, as it is printed.
    #[must_use]
    pub fn statement(self) -> &'static str {
        match self {
            Self::Author => "I wrote this plan.",
            Self::TechnicalReview => "I reviewed this plan; it is technically right.",
            Self::PlanApproval => "I approve this plan for execution.",
            Self::Execution => "I carried out this plan as reported.",
            Self::ExecutionReview => "I reviewed this report against its plan and evidence.",
            Self::ReportApproval => "I approve this report.",
            Self::CustomerReview => "I reviewed this for the customer and accept it.",
            Self::CustomerApproval => "I approve this for the customer's quality.",
            Self::DestructionApproval => "I approve the destruction before it is due.",
            Self::Declaration => "I declare that there is no source database to migrate.",
            Self::WithdrawalReview => "I withdraw the sign-off for the customer.",
            Self::WithdrawalApproval => "I withdraw the sign-off for the customer's quality.",
            Self::Rejection => "I reject this for the customer.",
            Self::DeviationApproval => {
                "I reviewed impact, cause, fix and retest, and close this deviation."
            }
            Self::ChangeDecision => "I decided on this change of a controlled environment.",
            Self::Adoption => "I put these rules in force.",
        }
    }
}

/// What is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Record {
    /// The output of an iteration.
    IterationSignOff,
    /// The choice of the configuration source.
    ConfigurationSource,
    /// An IQ's plan, before the run.
    IqPlan,
    /// An IQ's report, after the run.
    IqReport,
    /// The acceptance of a VAL.
    Acceptance,
    /// The completion of validation.
    Validation,
    /// The final quality check of PROD.
    FinalQc,
    /// Destruction before it is due.
    EarlyDestruction,
    /// The declaration that there is no source database.
    NoMigration,
    /// The withdrawal of a sign-off.
    Withdrawal,
    /// Where PROD's configuration differs from the validated one.
    Difference,
    /// The closure of a deviation.
    Deviation,
    /// A change of a controlled environment.
    Change,
    /// A policy or a catalogue.
    Rules,
}

impl Record {
    /// Every record that is signed.
    pub const ALL: [Self; 14] = [
        Self::IterationSignOff,
        Self::Withdrawal,
        Self::NoMigration,
        Self::ConfigurationSource,
        Self::IqPlan,
        Self::IqReport,
        Self::Deviation,
        Self::Acceptance,
        Self::Validation,
        Self::Difference,
        Self::FinalQc,
        Self::Change,
        Self::EarlyDestruction,
        Self::Rules,
    ];

    /// Returns what people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::IterationSignOff => "sign-off of an iteration",
            Self::ConfigurationSource => "agreement on the configuration source",
            Self::IqPlan => "IQ plan, before the run",
            Self::IqReport => "IQ report, after the run",
            Self::Acceptance => "acceptance of a VAL",
            Self::Validation => "completion of validation",
            Self::FinalQc => "final quality check",
            Self::EarlyDestruction => "destruction before due",
            Self::NoMigration => "declaration that there is no source database",
            Self::Withdrawal => "withdrawal of a sign-off",
            Self::Difference => "difference between validated and final configuration",
            Self::Deviation => "closure of a deviation",
            Self::Change => "change of a controlled environment",
            Self::Rules => "adoption of a policy or catalogue",
        }
    }
}

/// The signature table: which meanings a record needs, and the role that gives each.
#[must_use]
pub fn required(record: Record) -> &'static [(Meaning, Role)] {
    const CUSTOMER_BOTH: &[(Meaning, Role)] = &[
        (Meaning::CustomerReview, Role::CustomerReviewer),
        (Meaning::CustomerApproval, Role::CustomerQuality),
    ];
    const CUSTOMER_QUALITY: &[(Meaning, Role)] =
        &[(Meaning::CustomerApproval, Role::CustomerQuality)];
    match record {
        Record::IterationSignOff | Record::FinalQc => CUSTOMER_BOTH,
        Record::ConfigurationSource
        | Record::Acceptance
        | Record::Validation
        | Record::Difference => CUSTOMER_QUALITY,
        Record::NoMigration => &[(Meaning::Declaration, Role::CustomerQuality)],
        Record::Withdrawal => &[
            (Meaning::WithdrawalReview, Role::CustomerReviewer),
            (Meaning::WithdrawalApproval, Role::CustomerQuality),
        ],
        Record::Deviation => &[(Meaning::DeviationApproval, Role::VendorQuality)],
        Record::Change => &[(Meaning::ChangeDecision, Role::VendorQuality)],
        Record::Rules => &[(Meaning::Adoption, Role::VendorQuality)],
        Record::IqPlan => &[
            (Meaning::Author, Role::VendorEngineer),
            (Meaning::TechnicalReview, Role::VendorEngineer),
            (Meaning::PlanApproval, Role::VendorQuality),
        ],
        Record::IqReport => &[
            (Meaning::Execution, Role::VendorEngineer),
            (Meaning::ExecutionReview, Role::VendorEngineer),
            (Meaning::ReportApproval, Role::VendorQuality),
        ],
        Record::EarlyDestruction => &[(Meaning::DestructionApproval, Role::VendorQuality)],
    }
}

/// A signature as it was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// Who signed.
    pub person: PersonId,
    /// The printed name as at the time.
    pub name: String,
    /// The role as at the time.
    pub role: Role,
    /// What it means.
    pub meaning: Meaning,
    /// When (UTC).
    pub time: Timestamp,
    /// The digest of the record that was shown.
    pub digest: Digest,
}

/// Returns the meanings that are still awaited, in the order of the table.
#[must_use]
pub fn awaited(record: Record, given: &[Signature]) -> Vec<(Meaning, Role)> {
    required(record)
        .iter()
        .copied()
        .filter(|(meaning, _)| !given.iter().any(|signature| signature.meaning == *meaning))
        .collect()
}
