//! The destruction certificate: what is gone, why, when and by whom, and what stays.

use landfall_core::{digest::Digest, time::Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    Required,
    facts::{Attachment, Event, Instance, LedgerPosition},
};

/// The template of this kind.
pub(crate) const TEMPLATE: &str = include_str!("template.typ");

/// How things are removed.
pub const METHOD: &str = "Each file was removed from the file system and then looked for again; each key was overwritten in the key store and then looked for again.";

/// Why something was destroyed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Why {
    /// The rule of the policy, by name.
    pub rule: String,
    /// The rule in people's words.
    pub text: String,
    /// Since when it was due (UTC); none where no rule made it due.
    pub due_since: Option<Timestamp>,
    /// Whether it was destroyed before it was due.
    pub early: bool,
    /// The reason that was given, where one was asked for; nothing about a person.
    pub reason: Option<String>,
    /// What was known of legal holds (`none`).
    pub hold: String,
    /// The digest of the policy in force.
    pub policy: Digest,
}

/// One of the two phases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Act {
    /// When (UTC).
    pub time: Timestamp,
    /// By whom: printed name and role, or the program.
    pub who: String,
    /// What authorised it: a rule, a signature, a ledger entry.
    pub authorised_by: String,
    /// The sequence of the ledger entry that records it.
    pub entry: u64,
}

/// Something that was removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Removed {
    /// What it was (`database`, `file`, `package`, `dump`, `key`).
    pub kind: String,
    /// Its name: a path within the data directory, or a key's name.
    pub name: String,
    /// Its digest before removal; none for a key.
    pub digest: Option<Digest>,
    /// Its size in bytes, where known.
    pub bytes: Option<u64>,
    /// Whether it was absent when it was looked for again.
    pub absent: bool,
}

/// Something that stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stays {
    /// What it is.
    pub what: String,
    /// Where it is.
    pub place: String,
    /// How long, and why.
    pub why: String,
}

/// The facts of a destruction certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// The document's number.
    pub number: String,
    /// The customer's printed name.
    pub customer: String,
    /// The environment in people's words (`VAL 1`), or what else was destroyed.
    pub environment: String,
    /// The product.
    pub product: String,
    /// The product's release.
    pub release: String,
    /// The product's build.
    pub build: String,
    /// One paragraph for the first page.
    pub summary: String,
    /// The instances that are gone; empty where only files or keys were destroyed.
    pub instances: Vec<Instance>,
    /// Why.
    pub why: Why,
    /// The first phase: nobody can enter, the content is intact.
    pub closed: Act,
    /// The second phase: the content is removed.
    pub destroyed: Act,
    /// What was removed.
    pub removed: Vec<Removed>,
    /// How it was removed; see [`METHOD`].
    pub method: String,
    /// What stays.
    pub stays: Vec<Stays>,
    /// What the certificate does not say; see [`standard_limits`].
    pub limits: Vec<String>,
    /// What happened, in order.
    pub timeline: Vec<Event>,
    /// Files and records that belong to the document.
    pub attachments: Vec<Attachment>,
    /// Where the ledger stood when the facts were frozen.
    pub ledger: LedgerPosition,
    /// The signatures that the document asks for.
    pub required_signatures: Vec<Required>,
}

impl Facts {
    /// Returns the facts of an invented VAL's end.
    #[must_use]
    #[expect(clippy::expect_used, reason = "the sample is compiled in, and a test reads it")]
    pub fn sample() -> Self {
        serde_json::from_str(include_str!("sample.json"))
            .expect("the sample of a destruction certificate is complete")
    }
}

/// Returns what no destruction certificate may claim, as certificates print it.
#[must_use]
pub fn standard_limits() -> Vec<String> {
    [
        "Storage media were not erased: removal ends access through the program and the file system. Copies made outside Landfall, such as backups of the server, follow their own retention.",
        "Destroying the key ends the recomputation of pseudonyms; it does not change data that was exported before.",
    ]
    .map(str::to_owned)
    .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_uses_the_standard_words() {
        let facts = Facts::sample();
        assert_eq!(facts.method, METHOD);
        assert_eq!(facts.limits, standard_limits());
        assert!(facts.closed.time < facts.destroyed.time);
    }
}
