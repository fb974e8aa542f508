//! The tests: expected from the plan, actual from probes, and the requirements that they trace to.

use std::collections::BTreeMap;

use landfall_core::{
    customer::Environment,
    operation::TestResult as Recorded,
    plan::{Probe, REQUIREMENTS, Test},
};
use landfall_documents::iq;

use crate::StepView;

/// Returns the tests of the plan, each with what was found in the steps that were done.
pub(super) fn tests(target: &Environment, done: &[&StepView]) -> Vec<iq::Test> {
    let results = results(done);
    target
        .plan
        .tests
        .iter()
        .map(|test| test_of(test, results.get(test.id.as_str()).copied()))
        .collect()
}

/// Returns how many tests showed that.
pub(super) fn count(tests: &[iq::Test], result: iq::TestResult) -> usize {
    tests.iter().filter(|test| test.result == result).count()
}

/// Returns the result of each test, with the step that ran it.
fn results<'a>(done: &[&'a StepView]) -> BTreeMap<&'a str, (&'a Recorded, &'a StepView)> {
    done.iter()
        .flat_map(|step| step.tests.iter().map(move |test| (test.id.as_str(), (test, *step))))
        .collect()
}

fn test_of(test: &Test, result: Option<(&Recorded, &StepView)>) -> iq::Test {
    let (title, procedure) = describe(&test.probe);
    let requirement = REQUIREMENTS
        .iter()
        .find(|(id, _, _)| *id == test.requirement)
        .map_or("", |(_, text, _)| text);
    iq::Test {
        id: test.id.clone(),
        title,
        requirement: test.requirement.clone(),
        purpose: requirement.to_owned(),
        procedure: procedure.to_owned(),
        expected: test.expected.clone(),
        actual: result.map(|(recorded, _)| recorded.actual.clone()),
        evidence_digest: result.map(|(recorded, _)| recorded.evidence),
        result: match result {
            None => iq::TestResult::NotRun,
            Some((recorded, _)) if recorded.passed => iq::TestResult::Pass,
            Some(_) => iq::TestResult::Fail,
        },
        executor: result.map(|(_, step)| step.who.clone()),
        time: result.map(|(_, step)| step.time),
        instance: test.role.map_or("", |role| role.title()).to_owned(),
    }
}

/// Returns title and procedure of a test.
fn describe(probe: &Probe) -> (String, &'static str) {
    match probe {
        Probe::BuildIdentity => (
            "Build identity".into(),
            "Read product, release, build and catalogue digest from the instance's own identity.",
        ),
        Probe::InstanceIdentity => (
            "Instance identity".into(),
            "Read customer, environment and role from the instance's own identity.",
        ),
        Probe::Schema => (
            "Schema".into(),
            "Compare every table, column and index of the instance with the release's catalogue and list the differences.",
        ),
        Probe::Table { table } => (
            format!("Content of {table}"),
            "Count the rows and compute the digest over all of them, in the order of their ids, in the form in which a package carries them.",
        ),
        Probe::UnmaskedColumns { table } => (
            format!("Content of {table}, unmasked columns"),
            "Count the rows and compute the digest over the columns that masking leaves as they are.",
        ),
        Probe::NeverTravelling => (
            "Nothing else arrived".into(),
            "Count the rows of every table that never travels between environments.",
        ),
        Probe::References => (
            "References".into(),
            "Look for rows that refer to a row that does not exist, in every table.",
        ),
        Probe::Integrity => (
            "Database integrity".into(),
            "Run the database's own integrity check and look for journal files beside it.",
        ),
        Probe::IntegrationSettings => (
            "Integration settings".into(),
            "List every integration setting, end point and credential that holds a value.",
        ),
        Probe::Accounts => {
            ("Accounts".into(), "Count the accounts and look for shared and default names.")
        }
        Probe::ResidualScan => (
            "Residual scan".into(),
            "Plant one surviving value per personal column in a scratch instance and see that each is found; then search every cell of the instance for values of the source.",
        ),
        Probe::Ledger => (
            "Ledger".into(),
            "Verify the whole chain; try to change, delete and replace an entry, and see each attempt refused.",
        ),
        Probe::Agreement => (
            "Main and Test".into(),
            "Compare schema and content of the two instances, table by table.",
        ),
        Probe::Retention => (
            "Retention".into(),
            "Read from the policy in force what ends an environment of this kind.",
        ),
    }
}

/// Returns each requirement that a test shows, with the result of all its tests together.
pub(super) fn trace(tests: &[iq::Test]) -> Vec<iq::Trace> {
    REQUIREMENTS
        .iter()
        .filter_map(|(number, requirement, source)| {
            let own: Vec<&iq::Test> =
                tests.iter().filter(|test| test.requirement == *number).collect();
            let result = if own.iter().any(|test| test.result == iq::TestResult::Fail) {
                iq::TestResult::Fail
            } else if own.iter().any(|test| test.result == iq::TestResult::NotRun) {
                iq::TestResult::NotRun
            } else {
                iq::TestResult::Pass
            };
            (!own.is_empty()).then(|| iq::Trace {
                number: (*number).to_owned(),
                requirement: (*requirement).to_owned(),
                source: (*source).to_owned(),
                tests: own.iter().map(|test| test.id.clone()).collect(),
                result,
            })
        })
        .collect()
}
