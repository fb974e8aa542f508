//! Signatures as a document shows them.

use landfall_core::{digest::Digest, time::Timestamp};
use serde::{Deserialize, Serialize};

/// Where in a document a signature stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Block {
    /// On the plan, before the run.
    PreApproval,
    /// On the report, after the run.
    PostApproval,
    /// By the customer.
    Acceptance,
}

/// A signature as it is printed: name, date and time, and meaning (21 CFR 11.50), bound to a digest (11.70).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// The printed name as at the time.
    pub name: String,
    /// The role as at the time, in people's words (`engineer`).
    pub role: String,
    /// What the signature means, word for word as in the [`Required`] whose place it fills.
    pub meaning: String,
    /// When it was given (UTC).
    pub time: Timestamp,
    /// Where it stands.
    pub block: Block,
    /// Whether it still holds: false once the record it is bound to has changed.
    pub valid: bool,
    /// The digest of the record that was shown to the signer.
    pub bound_to: Digest,
    /// Why, where a reason was asked for (a rejection always has one).
    pub reason: Option<String>,
    /// Whether the signer rejected the record instead of approving it.
    pub rejected: bool,
}

/// A signature that the document asks for; while no valid signature of its block and meaning is given, its lines stay empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Required {
    /// Where it will stand.
    pub block: Block,
    /// The role that gives it, in people's words.
    pub role: String,
    /// What it will mean; unique within its block.
    pub meaning: String,
}
