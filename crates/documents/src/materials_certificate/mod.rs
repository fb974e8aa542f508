//! The materials certificate: which dumps, staging files, packages, rejected rows and keys are gone, why, and what stays.

use landfall_core::{digest::Digest, time::Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    Required,
    destruction_certificate::{Act, Stays},
    facts::{Attachment, Event, LedgerPosition},
};

/// The template of this kind.
pub(crate) const TEMPLATE: &str = include_str!("template.typ");

/// How materials are removed.
pub const METHOD: &str = "Each file and folder was removed from the file system and then looked for again. Digests were taken before.";

/// How keys are removed; stands after [`METHOD`] where a key is among the materials.
pub const KEY_METHOD: &str = "Each key was overwritten in the key store and then looked for again.";

/// A rule of the policy by which something was due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name; materials name it.
    pub name: String,
    /// The rule in people's words.
    pub text: String,
}

/// Something that was destroyed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Material {
    /// What it was, in people's words (`dump`, `staging`, `package`, `rejected rows`, `key map`, `masking key`).
    pub kind: String,
    /// Its name in people's words (`of iteration 1`, `acme validation key 1`); never a value of the source.
    pub name: String,
    /// Its digest before removal; none for a key.
    pub digest: Option<Digest>,
    /// How many files.
    pub files: u64,
    /// Their size in bytes, where known.
    pub bytes: Option<u64>,
    /// The name of the rule by which it was due.
    pub rule: String,
    /// Since when it was due (UTC).
    pub due_since: Option<Timestamp>,
    /// The last moment at which it was to be destroyed by the rule (UTC).
    #[serde(default)]
    pub destroy_by: Option<Timestamp>,
    /// How many days late it was destroyed, a day begun counted whole; 0 where it was in time.
    #[serde(default)]
    pub days_late: u32,
    /// Whether it was absent when it was looked for again.
    pub absent: bool,
}

/// The facts of a materials certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// The document's number.
    pub number: String,
    /// The customer's printed name.
    pub customer: String,
    /// What was destroyed, in people's words (`Migration materials`).
    pub environment: String,
    /// The product.
    pub product: String,
    /// The product's release.
    pub release: String,
    /// The product's build.
    pub build: String,
    /// One paragraph for the first page.
    pub summary: String,
    /// What was destroyed.
    pub materials: Vec<Material>,
    /// The rules by which it was due.
    pub rules: Vec<Rule>,
    /// The reason that was given, where one was; nothing about a person.
    pub reason: Option<String>,
    /// What was known of legal holds (`none`).
    pub hold: String,
    /// The digest of the policy in force.
    pub policy: Digest,
    /// The number of the operation.
    pub operation: u32,
    /// The beginning: from here on nothing uses the materials.
    pub started: Act,
    /// The end: the materials are removed.
    pub destroyed: Act,
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
    /// Returns the facts of an invented end of materials.
    #[must_use]
    #[expect(clippy::expect_used, reason = "the sample is compiled in, and a test reads it")]
    pub fn sample() -> Self {
        serde_json::from_str(include_str!("sample.json"))
            .expect("the sample of a materials certificate is complete")
    }
}

/// Returns what no materials certificate may claim, as certificates print it.
#[must_use]
pub fn standard_limits() -> Vec<String> {
    [
        "Storage media were not erased: removal ends access through the program and the file system. Copies made outside Landfall, such as backups of the server, follow their own retention.",
        "The customer's own copies of its source data, and what it delivered by other ways, are not covered.",
        "Rows that were loaded from these materials into an environment are not destroyed by this; they end with the environment.",
    ]
    .map(str::to_owned)
    .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_uses_the_standard_words_and_names_a_rule_for_everything() {
        let facts = Facts::sample();
        assert_eq!(facts.method, format!("{METHOD} {KEY_METHOD}"));
        assert!(facts.materials.iter().any(|material| material.kind.contains("key")));
        assert!(facts.materials.iter().any(|material| material.days_late > 0));
        assert_eq!(facts.limits, standard_limits());
        assert!(facts.started.time <= facts.destroyed.time);
        for material in &facts.materials {
            assert!(facts.rules.iter().any(|rule| rule.name == material.rule), "{}", material.name);
        }
    }
}
