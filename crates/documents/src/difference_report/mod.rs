//! The difference report: in what PROD's configuration package is not the one that was validated.

use landfall_core::digest::Digest;
use serde::{Deserialize, Serialize};

use crate::{
    Required,
    facts::{Attachment, Event, LedgerPosition, Reference},
};

/// The template of this kind.
pub(crate) const TEMPLATE: &str = include_str!("template.typ");

/// Why the report exists.
pub const PURPOSE: &str = "PROD is to be built from a configuration package that is not the one with which VAL was validated. This report lists every difference between the two, so that the customer's quality can decide before PROD is built.";

/// What the signature on it says.
pub const MEANING: &str = "By signing, customer quality says that it has seen every difference listed here and agrees that PROD is built with it although it was not part of the validation. PROD is not built without this signature.";

/// What the validated side is called in tables.
pub const VALIDATED: &str = "Validated";

/// What the side of PROD is called in tables.
pub const PROD: &str = "PROD";

/// One of the two packages, or an instance that is compared with something for reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Side {
    /// What it is called in tables; empty for [`VALIDATED`] or [`PROD`].
    #[serde(default)]
    pub label: String,
    /// The environment in people's words (`VAL 1`).
    pub environment: String,
    /// The digest of its configuration package; none for an instance, of which no package was made here.
    pub package: Option<Digest>,
    /// What the package was extracted from (`acme/sandbox/main`).
    pub source: String,
    /// The release of its catalogue.
    pub release: String,
    /// How many records the package holds.
    pub records: u64,
    /// The number of the IQ that shows it, where there is one.
    pub iq: Option<String>,
}

/// A field of a record that only one package has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// The name a user sees.
    pub title: String,
    /// Its value; none where there is none.
    pub value: Option<String>,
}

/// A record that only one package has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Its natural key in people's words.
    pub key: String,
    /// Its fields; empty where the comparison names records only.
    pub fields: Vec<Field>,
}

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LineChange {
    /// It stands in both.
    Same,
    /// It stands only in PROD's package.
    Added,
    /// It stands only in the validated package.
    Removed,
}

/// A line of a script in which the packages differ, or an equal line beside one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// What became of it.
    pub change: LineChange,
    /// Its number in the validated text, from 1; none where it is added.
    pub old: Option<u64>,
    /// Its number in PROD's text, from 1; none where it is removed.
    pub new: Option<u64>,
    /// The line.
    pub text: String,
}

/// A field that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldChange {
    /// The column.
    pub column: String,
    /// The name a user sees.
    pub title: String,
    /// The validated value; none where there was none, and where `lines` say it.
    pub old: Option<String>,
    /// The value of PROD's package; none where there is none, and where `lines` say it.
    pub new: Option<String>,
    /// For scripts, templates and texts of several lines: the lines that differ, with equal ones around them. A gap in
    /// the numbers is a stretch of equal lines. Empty for other fields.
    pub lines: Vec<Line>,
}

/// A record that both packages have with other values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowChange {
    /// Its natural key in people's words.
    pub key: String,
    /// The fields that differ, in the catalogue's order.
    pub fields: Vec<FieldChange>,
}

/// A table that travels with the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// The table's name.
    pub name: String,
    /// The name a user sees.
    pub title: String,
    /// How many records both have with the same values.
    pub equal: u64,
    /// The records that only PROD's package has.
    pub added: Vec<Record>,
    /// The records that only the validated package has.
    pub removed: Vec<Record>,
    /// The records that both have with other values.
    pub changed: Vec<RowChange>,
}

/// The facts of a difference report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// The document's number.
    pub number: String,
    /// The customer's printed name.
    pub customer: String,
    /// The environment in people's words (`PROD`).
    pub environment: String,
    /// The product.
    pub product: String,
    /// The product's release.
    pub release: String,
    /// The product's build.
    pub build: String,
    /// One paragraph for the first page.
    pub summary: String,
    /// Why the report exists; see [`PURPOSE`].
    pub purpose: String,
    /// What the signature on it says; see [`MEANING`].
    pub meaning: String,
    /// The validated VAL and its configuration package.
    pub validated: Side,
    /// PROD and the configuration package it is to be built from.
    pub prod: Side,
    /// Every table that was compared, in the catalogue's order, also those without a difference.
    pub tables: Vec<Table>,
    /// How many fields differ in invisible characters only; that counts as no difference.
    pub invisible: u64,
    /// The tables and columns that only one of the two releases has; they are not compared.
    pub not_compared: Vec<String>,
    /// Policy and catalogue, with their digests.
    pub references: Vec<Reference>,
    /// What happened, in order.
    pub timeline: Vec<Event>,
    /// Files and records that belong to the document.
    pub attachments: Vec<Attachment>,
    /// Where the ledger stood when the facts were frozen.
    pub ledger: LedgerPosition,
    /// The signatures that the document asks for: customer quality's.
    pub required_signatures: Vec<Required>,
}

impl Facts {
    /// Returns the facts of an invented difference.
    #[must_use]
    #[expect(clippy::expect_used, reason = "the sample is compiled in, and a test reads it")]
    pub fn sample() -> Self {
        serde_json::from_str(include_str!("sample.json"))
            .expect("the sample of a difference report is complete")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_uses_the_standard_words_and_asks_for_one_signature() {
        let facts = Facts::sample();
        assert_eq!(facts.purpose, PURPOSE);
        assert_eq!(facts.meaning, MEANING);
        assert_eq!(facts.required_signatures.len(), 1);
        assert_ne!(facts.validated.package, facts.prod.package);
        assert_eq!((facts.validated.label.as_str(), facts.prod.label.as_str()), (VALIDATED, PROD));
    }

    #[test]
    fn the_sample_counts_the_records_of_both_packages() {
        let facts = Facts::sample();
        let count = |of: fn(&Table) -> usize| -> u64 {
            facts.tables.iter().map(|table| table.equal + of(table) as u64).sum()
        };
        assert_eq!(
            count(|table| table.removed.len() + table.changed.len()),
            facts.validated.records
        );
        assert_eq!(count(|table| table.added.len() + table.changed.len()), facts.prod.records);
    }

    #[test]
    fn the_lines_of_the_sample_are_numbered_on_their_side_only() {
        let facts = Facts::sample();
        let lines: Vec<&Line> = facts
            .tables
            .iter()
            .flat_map(|table| &table.changed)
            .flat_map(|row| &row.fields)
            .flat_map(|field| &field.lines)
            .collect();
        assert!(!lines.is_empty());
        for line in lines {
            let sides = match line.change {
                LineChange::Same => (true, true),
                LineChange::Added => (false, true),
                LineChange::Removed => (true, false),
            };
            assert_eq!((line.old.is_some(), line.new.is_some()), sides, "{}", line.text);
        }
    }
}
