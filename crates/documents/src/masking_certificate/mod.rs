//! The masking certificate: that a masked environment holds no value of its source that the rule covers.

mod scan;

use landfall_core::{digest::Digest, time::Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    Required,
    facts::{Attachment, Event, Instance, LedgerPosition, Reference},
};

pub use scan::{Planted, PlantedColumn, Scan, Survivor};

/// The template of this kind.
pub(crate) const TEMPLATE: &str = include_str!("template.typ");

/// What the certificate certifies.
pub const STATEMENT: &str = "At the time of the scans, no value of the source that the rule below covers stood in the instances named here.";

/// How the scan works.
pub const METHOD: &str = "The scan shares no code and no list of types with the masks. A filter of fixed size holds the source values; what the filter finds is checked exactly against the source.";

/// A case in which the scan fails the build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clause {
    /// Its letter: `a`, `b`, `c`.
    pub letter: String,
    /// The case, in people's words.
    pub text: String,
}

/// A package that was loaded under the masks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourcePackage {
    /// The kind (`configuration`, `migration`, `snapshot`).
    pub kind: String,
    /// What it was extracted from.
    pub source: String,
    /// The digest that is its name.
    pub digest: Digest,
}

/// A column, its class and its treatment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// The column's name.
    pub name: String,
    /// The class (`first-name`, `none`).
    pub class: String,
    /// Whom it is about (`volunteer`, `staff`, `organisation`, `none`).
    pub subject: String,
    /// What was done with its values, in people's words.
    pub treatment: String,
    /// Whether its values stay as they are; a kept column of class `none` or `key` is listed by name and class alone.
    pub kept: bool,
    /// Why the treatment is not the one of the class; empty where it is.
    pub reason: String,
    /// How many values (not NULL) it holds.
    pub values: u64,
}

/// A table and all its columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// The table's name.
    pub name: String,
    /// The name a user sees (`Volunteers > Volunteer`).
    pub title: String,
    /// How many rows were loaded.
    pub rows: u64,
    /// Every column, in the catalogue's order.
    pub columns: Vec<Column>,
}

/// The key that the pseudonyms were made with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// Its name; never the key.
    pub name: String,
    /// What it belongs to.
    pub scope: String,
    /// Whether it is in use or destroyed, in people's words.
    pub state: String,
    /// When it was destroyed (UTC).
    pub destroyed: Option<Timestamp>,
}

/// The facts of a masking certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// The document's number.
    pub number: String,
    /// The customer's printed name.
    pub customer: String,
    /// The environment in people's words (`VAL 1`).
    pub environment: String,
    /// The product.
    pub product: String,
    /// The product's release.
    pub release: String,
    /// The product's build.
    pub build: String,
    /// One paragraph for the first page.
    pub summary: String,
    /// What is certified; see [`STATEMENT`].
    pub statement: String,
    /// The masked instances; each must have a scan.
    pub instances: Vec<Instance>,
    /// The packages that were loaded.
    pub packages: Vec<SourcePackage>,
    /// The rule used; see [`standard_rule`].
    pub rule: Vec<Clause>,
    /// How the scan works; see [`METHOD`].
    pub method: String,
    /// Every table and column, with class and treatment.
    pub tables: Vec<Table>,
    /// How many columns were masked.
    pub columns_masked: u64,
    /// How many values were masked, in all instances together.
    pub values_masked: u64,
    /// The scans, one for each instance.
    pub scans: Vec<Scan>,
    /// The key.
    pub key: Key,
    /// What the certificate does not say; see [`standard_limits`].
    pub limits: Vec<String>,
    /// Policy, catalogue and mask plan, with their digests.
    pub references: Vec<Reference>,
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
    /// Returns the facts of an invented VAL.
    #[must_use]
    #[expect(clippy::expect_used, reason = "the sample is compiled in, and a test reads it")]
    pub fn sample() -> Self {
        serde_json::from_str(include_str!("sample.json"))
            .expect("the sample of a masking certificate is complete")
    }
}

/// Returns the rule of the residual scan, clause by clause, as certificates print it.
#[must_use]
pub fn standard_rule() -> Vec<Clause> {
    const RULE: [(&str, &str); 3] = [
        (
            "a",
            "A source value of a unique class (external id, e-mail, phone, national id, account, address line, full postcode) stands in any column of any table, whole or as a token of 6 or more characters, after case-folding and removing separators; or a free text or file of the source stands whole.",
        ),
        (
            "b",
            "A part of a source name stands in a column of its class, or a source first name followed by its last name stands anywhere.",
        ),
        ("c", "A date or city in a volunteer's own rows equals that volunteer's source value."),
    ];
    RULE.into_iter()
        .map(|(letter, text)| Clause { letter: letter.to_owned(), text: text.to_owned() })
        .collect()
}

/// Returns what no masking certificate may claim, as certificates print it.
#[must_use]
pub fn standard_limits() -> Vec<String> {
    [
        "Dates are moved by one offset per person, so intervals hold. Moved dates are not de-identified under the HIPAA Safe Harbor rule; that needs an expert's determination.",
        "Masked is not automatically anonymous under the GDPR: quasi-identifiers that are kept are listed above.",
        "Internal ids stay, because rows must join. Whoever holds the production database can still join on them.",
        "The scan covers the rule as written: it cannot recognise a person from a combination of values that are each permitted.",
    ]
    .map(str::to_owned)
    .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_uses_the_standard_words_and_scans_every_instance() {
        let facts = Facts::sample();
        assert_eq!(facts.statement, STATEMENT);
        assert_eq!(facts.method, METHOD);
        assert_eq!(facts.rule, standard_rule());
        assert_eq!(facts.limits, standard_limits());
        for instance in &facts.instances {
            assert!(facts.scans.iter().any(|scan| scan.instance == instance.role));
        }
    }
}
