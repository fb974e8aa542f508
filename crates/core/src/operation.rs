//! The stream of one operation: the durable run of a plan, step by step, with evidence.

use serde::{Deserialize, Serialize};

use crate::{digest::Digest, ids::Label};

/// What an operation does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "operation")]
pub enum Task {
    /// Builds an environment after its plan.
    Build {
        /// Which environment.
        label: Label,
    },
    /// Runs the migration program.
    Migrate {
        /// The iteration's number.
        iteration: u32,
    },
    /// Destroys an environment.
    Destroy {
        /// Which environment.
        label: Label,
    },
    /// Destroys dumps, packages and the like.
    DestroyMaterials,
}

/// The four outcomes, which are four different words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Everything was done.
    Completed,
    /// A check said no.
    Failed,
    /// The machine broke.
    Errored,
    /// A person stopped it.
    Aborted,
}

impl Outcome {
    /// Returns the word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Errored => "errored",
            Self::Aborted => "aborted",
        }
    }
}

/// What a test found, beside what was expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TestResult {
    /// The test's id in the plan.
    pub id: String,
    /// What the probe found.
    pub actual: String,
    /// Whether it equals what the plan expects.
    pub passed: bool,
    /// The digest of the raw evidence.
    pub evidence: Digest,
}

/// What happened in an operation. Shipped events are never edited, only added to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    content = "body",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case"
)]
pub enum Event {
    /// A process began, or began again after a crash, to carry the operation out.
    AttemptStarted {
        /// What it does.
        task: Task,
        /// Counts the attempts from 1.
        attempt: u32,
    },
    /// A step was done.
    StepDone {
        /// Its number in the plan, from 1.
        number: u32,
        /// What was done, in the past tense.
        title: String,
        /// In which attempt.
        attempt: u32,
        /// What it noted: short texts and counts, never a volunteer's data.
        facts: serde_json::Value,
        /// The digest of the facts.
        evidence: Digest,
        /// The tests it ran.
        tests: Vec<TestResult>,
    },
    /// The operation ended.
    Ended {
        /// How.
        outcome: Outcome,
        /// In which attempt.
        attempt: u32,
    },
}

/// Returns the stream of an operation.
#[must_use]
pub fn stream(customer: &crate::ids::CustomerId, number: u32) -> String {
    format!("operation/{customer}/{number}")
}
