//! Facts that several kinds of documents share. Texts are shown as they are; none is read as markup.

use landfall_core::{
    digest::Digest,
    time::{Date, Timestamp},
};
use serde::{Deserialize, Serialize};

/// An instance that a document is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instance {
    /// The role in people's words (`Main`, `Test`); other facts name the instance by it.
    pub role: String,
    /// The instance's name.
    pub name: String,
    /// The address (`acme/val-1/main`).
    pub address: String,
    /// Where the database is: a path within the data directory, or a database on a server.
    pub location: String,
    /// The product's release.
    pub release: String,
    /// The product's build.
    pub build: String,
    /// The digest of the whole content (its fingerprint) at the end of the run; none before it.
    pub content: Option<Digest>,
}

/// Something a document refers to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// What it is (`Lifecycle policy`).
    pub name: String,
    /// Which version; may be empty where the digest is the version.
    pub version: String,
    /// Its digest, where it has one.
    pub digest: Option<Digest>,
}

/// One event of the timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// When it happened (UTC).
    pub time: Timestamp,
    /// What happened, in people's words.
    pub what: String,
    /// Who did it: printed name and role, or the program and the approval it acted under.
    pub who: String,
    /// The sequence of the ledger entry that records it.
    pub entry: u64,
}

/// A file or record that belongs to the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// What it is.
    pub name: String,
    /// Its digest.
    pub digest: Digest,
}

/// One revision of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revision {
    /// The revision, counted from 1.
    pub revision: u32,
    /// The day it was made (UTC).
    pub date: Date,
    /// Who made it.
    pub author: String,
    /// What it changed.
    pub change: String,
}

/// A place in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerPosition {
    /// The sequence of the last entry when the facts were frozen.
    pub sequence: u64,
    /// The hash of that entry.
    pub head: Digest,
}
