//! Deviations of qualified builds.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{CustomerId, Label, PersonId},
    signature::Signature,
    time::Timestamp,
};

/// Something that went wrong in a qualified build: what failed, why, what was done, how it was tested again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deviation {
    /// Its number within the customer, from 1.
    pub number: u32,
    /// The environment.
    pub label: Label,
    /// The position in the stream at which it was opened.
    pub position: u64,
    /// The tests that failed; none where a person opened it.
    pub tests: Vec<FailedTest>,
    /// What happened, in words.
    pub description: String,
    /// Who built, or who opened it.
    pub opened_by: PersonId,
    /// When.
    pub opened: Timestamp,
    /// Impact, cause and fix, once somebody has stated them.
    pub resolution: Option<Resolution>,
    /// The operation in which the same tests passed.
    pub retest: Option<u32>,
    /// The closure by vendor quality.
    pub approval: Option<Signature>,
    /// Under which condition it was closed, where there is one.
    pub condition: Option<String>,
}

impl Deviation {
    /// Returns the name on documents and in commands: `ACME-DEV-001`.
    #[must_use]
    pub fn name(&self, customer: &CustomerId) -> String {
        format!("{}-DEV-{:03}", customer.as_str().to_uppercase(), self.number)
    }

    /// Tells whether vendor quality has not closed it yet.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.approval.is_none()
    }
}

/// A test that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FailedTest {
    /// Its id in the plan.
    pub id: String,
    /// What the plan expects.
    pub expected: String,
    /// What the probe found.
    pub actual: String,
}

/// What was found out about a deviation, and done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resolution {
    /// What it affects.
    pub impact: String,
    /// Why it happened.
    pub cause: String,
    /// What was done.
    pub fix: String,
    /// Who states it.
    pub by: PersonId,
    /// When.
    pub time: Timestamp,
}
