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
}

impl Meaning {
    /// Every meaning.
    pub const ALL: [Self; 9] = [
        Self::Author,
        Self::TechnicalReview,
        Self::PlanApproval,
        Self::Execution,
        Self::ExecutionReview,
        Self::ReportApproval,
        Self::CustomerReview,
        Self::CustomerApproval,
        Self::DestructionApproval,
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
        Record::ConfigurationSource | Record::Acceptance | Record::Validation => CUSTOMER_QUALITY,
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
