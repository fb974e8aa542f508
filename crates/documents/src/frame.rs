//! What surrounds the facts: the number, the status and the place of a rendition in the ledger.

use landfall_core::{digest::Digest, time::Timestamp};
use serde::{Deserialize, Serialize};

/// How far a document has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Written, not approved.
    Draft,
    /// The plan is approved and may be executed.
    Approved,
    /// The plan was executed; the report awaits its signatures.
    Executed,
    /// The report is approved.
    Accepted,
    /// A signer rejected it.
    Rejected,
    /// A certificate, in force as it stands.
    Issued,
    /// A later revision replaces it.
    Superseded,
}

impl Status {
    /// Returns the name in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Approved => "approved",
            Self::Executed => "executed",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Issued => "issued",
            Self::Superseded => "superseded",
        }
    }
}

/// The frame of one rendition: what its first page, headers, footers and last page say beside the facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frame {
    /// The document's number; the facts bear the same.
    pub number: String,
    /// The document's title (`Installation of VAL 1`).
    pub title: String,
    /// The customer's printed name.
    pub customer: String,
    /// The environment and its instances (`Acme Clinical / VAL 1 (Main, Test)`), or what else the document is about
    /// (`Acme Clinical / iteration 2`).
    pub environment: String,
    /// How far the document has come.
    pub status: Status,
    /// The revision, counted from 1.
    pub revision: u32,
    /// When the document took effect; none while it has not.
    pub effective: Option<Timestamp>,
    /// Whether the data directory has a demonstration clock: every page is then marked DEMONSTRATION.
    pub demonstration: bool,
    /// The sequence of the ledger's last entry when this rendition was made.
    pub ledger_sequence: u64,
    /// The hash of that entry.
    pub ledger_head: Digest,
    /// The digest of the canonical facts.
    pub facts_digest: Digest,
    /// When this rendition was made; the PDF's date.
    pub issued: Timestamp,
}
