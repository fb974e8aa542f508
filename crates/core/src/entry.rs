//! The shape of a ledger entry: what every recorded fact says about itself.

use serde::{Deserialize, Serialize};

use crate::{digest::Digest, time::Timestamp};

/// Who acted: identity, printed name and role as they were at the time. Never typed by the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// The person's identity, or `landfall` for automation.
    pub id: String,
    /// The printed name.
    pub name: String,
    /// The role as at the time, or `automation`.
    pub role: String,
}

impl Actor {
    /// The automation: it acts only on the authority of the entry that caused it.
    #[must_use]
    pub fn landfall() -> Self {
        Self { id: "landfall".into(), name: "Landfall".into(), role: "automation".into() }
    }
}

/// An entry that is to be appended; the ledger adds sequence, version, time and hashes.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEntry {
    /// The stream it belongs to: `customer/acme`, `vendor`, `operation/7`, `records/acme/val-1`.
    pub stream: String,
    /// What happened, past tense, with its stream's noun: `customer.contract-signed`.
    pub kind: String,
    /// The version of the body's shape, from 1.
    pub kind_version: u32,
    /// The facts. No floats, no integer above 2^53, no personal data of volunteers.
    pub body: serde_json::Value,
    /// Why, where the command gave a reason that may be shown to everybody.
    pub reason: Option<String>,
    /// Who acted.
    pub actor: Actor,
    /// The person for whom automation or another person acted.
    pub on_behalf_of: Option<String>,
    /// Binds the entries of one operation or command together.
    pub correlation: Option<String>,
}

/// One entry of the ledger. Its canonical JSON is the stored line, and `SHA-256(line)` is its hash.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The position in the ledger, from 1, without gaps.
    pub sequence: u64,
    /// The stream it belongs to.
    pub stream: String,
    /// The position in the stream, from 1, without gaps.
    pub version: u64,
    /// When it was appended (UTC); never before the entry before it.
    pub time: Timestamp,
    /// Who acted.
    pub actor: Actor,
    /// The person for whom it was done, where another acted.
    pub on_behalf_of: Option<String>,
    /// What happened.
    pub kind: String,
    /// The version of the body's shape.
    pub kind_version: u32,
    /// The facts.
    pub body: serde_json::Value,
    /// Why.
    pub reason: Option<String>,
    /// What binds it to others.
    pub correlation: Option<String>,
    /// The hash of the entry before; 64 zeros before the first.
    pub previous: Digest,
}
