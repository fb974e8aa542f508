//! The tests: expected from the plan, actual from probes, and the requirements that they trace to.

use std::collections::BTreeMap;

use landfall_core::{
    customer::Environment,
    operation::TestResult as Recorded,
    plan::{Probe, REQUIREMENTS, Test},
};
use landfall_documents::iq;

use super::subject;
use crate::{StepView, facts::titled};

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
        executor: result.map(|(_, step)| titled(&step.who)),
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

/// Returns each requirement, its tests, and their result together; or why it does not apply here.
pub(super) fn trace(target: &Environment, tests: &[iq::Test]) -> Vec<iq::Trace> {
    REQUIREMENTS
        .iter()
        .map(|(number, requirement, source)| {
            let own: Vec<&iq::Test> =
                tests.iter().filter(|test| test.requirement == *number).collect();
            let reason = if own.is_empty() { not_applicable(target, number) } else { None };
            let result = if reason.is_some() {
                iq::TraceResult::NotApplicable
            } else if own.iter().any(|test| test.result == iq::TestResult::Fail) {
                iq::TraceResult::Fail
            } else if own.is_empty() || own.iter().any(|test| test.result == iq::TestResult::NotRun)
            {
                iq::TraceResult::NotRun
            } else {
                iq::TraceResult::Pass
            };
            iq::Trace {
                number: (*number).to_owned(),
                requirement: (*requirement).to_owned(),
                source: source_words(source),
                tests: own.iter().map(|test| test.id.clone()).collect(),
                result,
                reason,
            }
        })
        .collect()
}

/// Says why a requirement that no test shows does not apply; none where nothing says so.
fn not_applicable(target: &Environment, requirement: &str) -> Option<String> {
    let migrated = subject::migration(target).is_some();
    let place = target.label.kind().title();
    match requirement {
        "R-04" if !migrated => Some(
            "there is no migration output: the customer declared that there is no source database to migrate".to_owned(),
        ),
        "R-07" if !migrated => Some("no volunteer arrives: there is no migration output".to_owned()),
        "R-07" if target.plan.key.is_none() => Some(format!(
            "{place} holds the customer's volunteers as they are; the policy masks them in VAL"
        )),
        "R-11" if target.plan.instances.len() < 2 => {
            Some(format!("{place} is a single instance"))
        }
        _ => None,
    }
}

/// Says where a requirement comes from in the words that a reader outside the program knows.
fn source_words(source: &str) -> String {
    match source.split_once(": ") {
        Some(("seed", what)) => format!("the product's onboarding requirement: {what}"),
        Some(("documentation", what)) => format!("product documentation: {what}"),
        Some(("landfall", what)) => format!("Landfall's own choice: {what}"),
        Some(("policy", what)) => format!("the lifecycle policy: {what}"),
        Some(("evidence", what)) => format!("Landfall's rules of evidence: {what}"),
        Some(_) | None => source.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_of_a_requirement_has_words() {
        for (number, _, source) in REQUIREMENTS {
            let words = source_words(source);
            assert!(!words.starts_with("seed") && !words.starts_with("evidence"), "{number}");
        }
        let seed = source_words("seed: lifecycle");
        assert_eq!(seed, "the product's onboarding requirement: lifecycle");
        assert_eq!(source_words("21 CFR 11.10(e)"), "21 CFR 11.10(e)");
    }
}
