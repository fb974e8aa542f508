//! The QC report of an iteration: what the migration program read and wrote, what it rejected, and who signed.
//!
//! It names files, lines, rules and counts; it never holds a value or a key of the source.

mod counts;
mod subject;
mod workbook;

use serde::{Deserialize, Serialize};

use crate::{
    Required, Signature,
    facts::{Attachment, Event, LedgerPosition, Reference},
};

pub use counts::{Before, Filtered, Place, RejectedRule, RuleCount, Section, SectionCount};
pub use subject::{Conversion, Finding, Iteration};
pub use workbook::{AGREES, DIFFERS, SHEETS, workbook};

/// The template of this kind.
pub(crate) const TEMPLATE: &str = include_str!("template.typ");

/// How many places of a rule are shown at most.
pub const MOST_PLACES: usize = 20;

/// The facts of a QC report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// The document's number.
    pub number: String,
    /// The customer's printed name.
    pub customer: String,
    /// The iteration in people's words (`Iteration 2`).
    pub environment: String,
    /// The product.
    pub product: String,
    /// The product's release.
    pub release: String,
    /// The product's build.
    pub build: String,
    /// One paragraph for the first page.
    pub summary: String,
    /// The iteration.
    pub iteration: Iteration,
    /// The counts, section by section, in the order of the run.
    pub sections: Vec<Section>,
    /// Which rules rejected rows, most frequent first.
    pub rejected: Vec<RejectedRule>,
    /// How each target column is filled, in the order of the run.
    pub conversion: Vec<Conversion>,
    /// What a reader should know.
    pub notes: Vec<String>,
    /// What a reader should look at before relying on the output.
    pub warnings: Vec<String>,
    /// What the customer found.
    pub findings: Vec<Finding>,
    /// The signatures of the sign-off that stand.
    pub sign_off: Vec<Signature>,
    /// The roles whose signature the sign-off still needs, in people's words.
    pub awaited: Vec<String>,
    /// The signatures by which a sign-off was withdrawn, each with its reason, in order.
    pub withdrawals: Vec<Signature>,
    /// The iteration before; none for the first.
    pub before: Option<Before>,
    /// Policy, specification and what signatures are bound to, with their digests.
    pub references: Vec<Reference>,
    /// What happened, in order.
    pub timeline: Vec<Event>,
    /// Files and records that belong to the document.
    pub attachments: Vec<Attachment>,
    /// Where the ledger stood when the facts were frozen.
    pub ledger: LedgerPosition,
    /// The signatures that the document itself asks for.
    pub required_signatures: Vec<Required>,
}

impl Facts {
    /// Returns the facts of an invented iteration.
    #[must_use]
    #[expect(clippy::expect_used, reason = "the sample is compiled in, and a test reads it")]
    pub fn sample() -> Self {
        serde_json::from_str(include_str!("sample.json"))
            .expect("the sample of a QC report is complete")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_adds_up() {
        let facts = Facts::sample();
        for section in &facts.sections {
            let filtered: u64 = section.filtered_by.iter().map(|one| one.rows).sum();
            assert_eq!(filtered, section.filtered, "{}", section.name);
            assert_eq!(
                section.read,
                section.written + section.rejected + section.filtered,
                "{}",
                section.name
            );
        }
        for rule in &facts.rejected {
            assert!(rule.places.len() <= MOST_PLACES, "{}", rule.rule);
            assert!(rule.rows >= rule.places.len() as u64, "{}", rule.rule);
            assert!(facts.sections.iter().any(|section| section.name == rule.section));
        }
    }
}
