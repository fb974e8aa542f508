//! The go-live record: the six steps with their owners and evidence, what VAL and PROD share, and what fell due.

use landfall_core::{digest::Digest, time::Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    Required, Signature,
    facts::{Attachment, Event, Instance, LedgerPosition, Reference},
    iq::Comparison,
};

/// The template of this kind.
pub(crate) const TEMPLATE: &str = include_str!("template.typ");

/// How far a step has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepState {
    /// Done.
    Done,
    /// There is nothing to do for this customer; the reason says why.
    NotApplicable,
    /// Not done yet.
    Open,
}

/// What shows that a step was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// What it is (`Configuration package of preprod`).
    pub what: String,
    /// The number of a document, or of a ledger entry (`ACME-IQ-002`, `entry 512`).
    pub reference: String,
    /// The digest, where it has one.
    pub digest: Option<Digest>,
}

/// One of the six steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its number, from 1 to 6.
    pub number: u32,
    /// What is done.
    pub title: String,
    /// Who owns it (`customer`, `vendor`).
    pub owner: String,
    /// How far it has come.
    pub state: StepState,
    /// Why it is not applicable; none for the others.
    pub reason: Option<String>,
    /// When it was done, or declared not applicable (UTC); none while it is open.
    pub time: Option<Timestamp>,
    /// By whom: printed name and role; none while it is open.
    pub who: Option<String>,
    /// What shows it.
    pub evidence: Vec<Evidence>,
}

/// Something that fell due because PROD is live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Due {
    /// What fell due (`VAL 1`, `Source dump of iteration 2`).
    pub what: String,
    /// The rule of the policy, in people's words.
    pub rule: String,
    /// Since when (UTC).
    pub since: Timestamp,
    /// By when it must be destroyed (UTC).
    pub destroy_by: Timestamp,
    /// Where it stands (`due`, `held`, `destroyed`).
    pub state: String,
}

/// The facts of a go-live record.
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
    /// Since when PROD is live (UTC); none while it is not.
    pub live: Option<Timestamp>,
    /// The instances of PROD.
    pub instances: Vec<Instance>,
    /// The six steps, in order.
    pub steps: Vec<Step>,
    /// What PROD shares with the validated VAL and where they differ; none while there is no PROD.
    pub comparison: Option<Comparison>,
    /// What fell due.
    pub due: Vec<Due>,
    /// The signatures of the final quality check.
    pub final_qc: Vec<Signature>,
    /// The roles whose signature the final quality check still needs, in people's words.
    pub awaited: Vec<String>,
    /// What the steps rest on and what signatures are bound to, with their digests.
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
    /// Returns the facts of an invented go-live.
    #[must_use]
    #[expect(clippy::expect_used, reason = "the sample is compiled in, and a test reads it")]
    pub fn sample() -> Self {
        serde_json::from_str(include_str!("sample.json"))
            .expect("the sample of a go-live record is complete")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_has_the_six_steps_in_order_and_evidence_of_each_that_is_done() {
        let facts = Facts::sample();
        let numbers: Vec<u32> = facts.steps.iter().map(|step| step.number).collect();
        assert_eq!(numbers, [1, 2, 3, 4, 5, 6]);
        for step in &facts.steps {
            match step.state {
                StepState::Done => {
                    assert!(!step.evidence.is_empty() && step.time.is_some() && step.who.is_some());
                }
                StepState::NotApplicable => assert!(step.reason.is_some()),
                StepState::Open => assert!(step.time.is_none()),
            }
        }
        for due in &facts.due {
            assert!(due.since < due.destroy_by, "{}", due.what);
        }
    }
}
