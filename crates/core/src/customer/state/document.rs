//! Documents: frozen facts and the signatures that bind to them.

use serde::{Deserialize, Serialize};

use crate::{digest::Digest, ids::Label, signature::Signature};

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
