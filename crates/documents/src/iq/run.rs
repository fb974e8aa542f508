//! What was done and what was found.

use landfall_core::{digest::Digest, time::Timestamp};
use serde::{Deserialize, Serialize};

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepOutcome {
    /// Done as planned.
    Completed,
    /// A rule said no.
    Rejected,
    /// A check said no.
    Failed,
    /// The machine broke.
    Errored,
    /// A person stopped it.
    Aborted,
}

/// What was done in a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Execution {
    /// What was done, in people's words.
    pub what: String,
    /// Who executed it: printed name and role.
    pub who: String,
    /// When the last attempt began (UTC).
    pub started: Timestamp,
    /// When it ended (UTC).
    pub ended: Timestamp,
    /// How it ended.
    pub outcome: StepOutcome,
    /// The digest of the step's evidence.
    pub evidence_digest: Digest,
    /// How many attempts it took, counted from 1.
    pub attempts: u32,
}

/// A step of the installation, as planned and as executed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its number in the plan, counted from 1.
    pub number: u32,
    /// The role of the instance it acts on; empty where it acts on none.
    pub instance: String,
    /// What the plan says.
    pub planned: String,
    /// What was done; none before the run.
    pub executed: Option<Execution>,
}

/// What a test showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TestResult {
    /// Found what was expected.
    Pass,
    /// Found something else.
    Fail,
    /// Has not run.
    NotRun,
}

/// A test of the installation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// Its id, unique in the document (`T-03M`).
    pub id: String,
    /// What it is called.
    pub title: String,
    /// The number of the requirement it shows (`R-03`).
    pub requirement: String,
    /// Why it is done.
    pub purpose: String,
    /// How it is done.
    pub procedure: String,
    /// What the plan expects.
    pub expected: String,
    /// What the probe found; none before the run.
    pub actual: Option<String>,
    /// The digest of the raw evidence; none before the run.
    pub evidence_digest: Option<Digest>,
    /// Whether they agree.
    pub result: TestResult,
    /// Who ran it: printed name and role; none before the run.
    pub executor: Option<String>,
    /// When it ran (UTC); none before the run.
    pub time: Option<Timestamp>,
    /// The role of the instance tested; empty where none is.
    pub instance: String,
}

/// Something that is the same as in the validated VAL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Equal {
    /// What it is.
    pub name: String,
    /// The digest of both.
    pub digest: Digest,
}

/// Something that differs from the validated VAL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Different {
    /// What it is.
    pub name: String,
    /// Its digest in the validated VAL; none where it had none.
    pub validated: Option<Digest>,
    /// Its digest here; none where it has none.
    pub here: Option<Digest>,
    /// Why it may differ.
    pub reason: String,
}

/// Something that is compared by its value: a count, a name, a yes or no.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// What it is.
    pub name: String,
    /// What it is in the validated VAL.
    pub validated: String,
    /// What it is here.
    pub here: String,
    /// Why they differ; none where they are equal.
    pub reason: Option<String>,
}

/// The comparison with the validated VAL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// The number of the validated VAL's IQ, or the VAL's address.
    pub validated: String,
    /// What is equal.
    pub equal: Vec<Equal>,
    /// What differs, with reasons.
    pub different: Vec<Different>,
    /// What is compared by its value, equal or not.
    #[serde(default)]
    pub figures: Vec<Figure>,
}

/// A test that found something else than the plan expects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FailedTest {
    /// The test's id.
    pub id: String,
    /// What the plan expects.
    pub expected: String,
    /// What the probe found.
    pub actual: String,
}

/// Something that did not go as planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deviation {
    /// Its name (`ACME-DEV-001`).
    pub number: String,
    /// Where it was found: the operation, and what it did.
    pub found_in: String,
    /// When it was opened (UTC).
    pub opened: Timestamp,
    /// Who opened it: printed name and role, or the program.
    pub opened_by: String,
    /// The tests that failed; empty where it was opened for another reason.
    pub tests: Vec<FailedTest>,
    /// What happened.
    pub description: String,
    /// What it affects.
    pub impact: String,
    /// Why it happened.
    pub cause: String,
    /// What was done about it.
    pub fix: String,
    /// Who said what was done: printed name and role; none while nobody has.
    pub fixed_by: Option<String>,
    /// When (UTC); none while nobody has.
    pub fixed: Option<Timestamp>,
    /// The operation in which the tests ran again, and how it ended.
    pub retest: String,
    /// Whether it is open or closed, in people's words.
    pub closure: String,
    /// Who approved the closure: printed name and role; empty while nobody has.
    pub approver: String,
    /// When the closure was approved (UTC); none while the deviation is open.
    pub approved: Option<Timestamp>,
    /// What the approver's signature means, word for word; none while the deviation is open.
    pub meaning: Option<String>,
    /// The condition under which it was closed, where there is one.
    pub condition: Option<String>,
}

/// What the tests of a requirement showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TraceResult {
    /// Each found what was expected.
    Pass,
    /// One found something else.
    Fail,
    /// One has not run, or there is none.
    NotRun,
    /// The requirement does not apply here; the reason says why.
    NotApplicable,
}

/// A requirement, the tests that show it, and the result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trace {
    /// The requirement's number (`R-03`).
    pub number: String,
    /// The requirement.
    pub requirement: String,
    /// Where it comes from.
    pub source: String,
    /// The ids of its tests.
    pub tests: Vec<String>,
    /// The result of all of them together.
    pub result: TraceResult,
    /// Why the requirement does not apply; none where it does.
    pub reason: Option<String>,
}

/// What the IQ concludes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The installation may be used. With deviations it reads "accepted, N deviations closed".
    Accepted,
    /// It may be used under conditions: each is listed, with the deviation it belongs to.
    AcceptedWithConditions,
    /// It may not be used.
    Rejected,
}

/// The conclusion and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conclusion {
    /// What is concluded.
    pub outcome: Outcome,
    /// The conditions, where there are any.
    pub conditions: Vec<String>,
    /// The reasons, in people's words.
    pub text: String,
}
