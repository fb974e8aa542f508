//! The installation qualification (IQ): the plan, what was done, what was found, side by side.
//!
//! The same facts serve twice. Before the run they are the plan: no step is executed, no test is run, there is no
//! conclusion, and the signatures before the run bind to their digest. After the run they are the report, which names that digest.

mod run;
mod subject;

use landfall_core::digest::Digest;
use serde::{Deserialize, Serialize};

use crate::{
    Required,
    facts::{Attachment, Event, Instance, LedgerPosition, Reference, Revision},
};

pub use run::{
    Comparison, Conclusion, Deviation, Different, Equal, Execution, FailedTest, Figure, Outcome,
    Step, StepOutcome, Test, TestResult, Trace, TraceResult,
};
pub use subject::{
    Component, Counted, Definition, Excluded, LeftOut, Package, Prerequisite, RolePerson,
    StartUpFact, System, TableContent,
};

/// The template of this kind.
pub(crate) const TEMPLATE: &str = include_str!("template.typ");

/// The facts of an IQ.
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
    /// One paragraph for the first page: what was installed, from what, and how it ended.
    pub summary: String,
    /// The instances of the environment.
    pub instances: Vec<Instance>,
    /// The digest of the facts that were signed as the plan; none while these facts are the plan.
    pub plan_digest: Option<Digest>,
    /// The digest of the installation plan, which is part of what is signed as the plan: it alone is what the program
    /// carries out.
    pub installation_plan: Option<Digest>,
    /// Why the document exists.
    pub purpose: String,
    /// What it covers.
    pub scope: String,
    /// What it does not cover.
    pub exclusions: Vec<String>,
    /// Policy, catalogue, specification and packages, with their digests.
    pub references: Vec<Reference>,
    /// The words a reader may not know.
    pub definitions: Vec<Definition>,
    /// Who acts as what.
    pub roles: Vec<RolePerson>,
    /// What the environment runs on.
    pub system: System,
    /// What had to be true before the run, each with its evidence.
    pub prerequisites: Vec<Prerequisite>,
    /// The packages that were loaded.
    pub packages: Vec<Package>,
    /// The installation, step by step.
    pub installation: Vec<Step>,
    /// The tests: expected from the plan, actual from probes.
    pub tests: Vec<Test>,
    /// For PROD, what is equal to the validated VAL and what is not.
    pub comparison: Option<Comparison>,
    /// What did not go as planned; empty is shown as "None."
    pub deviations: Vec<Deviation>,
    /// Each requirement, the tests that show it, and the result.
    pub trace: Vec<Trace>,
    /// The conclusion; none before the run.
    pub conclusion: Option<Conclusion>,
    /// Files and records that belong to the document.
    pub attachments: Vec<Attachment>,
    /// The revisions so far.
    pub revisions: Vec<Revision>,
    /// How long the document is kept, and what ends the environment.
    pub retention: String,
    /// What happened, in order.
    pub timeline: Vec<Event>,
    /// Where the ledger stood when the facts were frozen.
    pub ledger: LedgerPosition,
    /// How the customer accepts the environment where that is not signed in this document; none where it is.
    pub acceptance: Option<String>,
    /// The signatures that the document asks for.
    pub required_signatures: Vec<Required>,
}

impl Facts {
    /// Returns the facts of an invented VAL.
    #[must_use]
    #[expect(clippy::expect_used, reason = "the sample is compiled in, and a test reads it")]
    pub fn sample() -> Self {
        serde_json::from_str(include_str!("sample.json")).expect("the sample of an IQ is complete")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_complete_and_every_test_traces_to_a_requirement() {
        let facts = Facts::sample();
        for test in &facts.tests {
            let traced = facts
                .trace
                .iter()
                .any(|trace| trace.number == test.requirement && trace.tests.contains(&test.id));
            assert!(traced, "{}", test.id);
        }
        for trace in &facts.trace {
            let applies = trace.result != TraceResult::NotApplicable;
            assert_eq!(applies, !trace.tests.is_empty(), "{}", trace.number);
            assert_eq!(applies, trace.reason.is_none(), "{}", trace.number);
        }
    }
}
