use landfall_core::{digest::Digest, environment::Role, operation::TestResult, plan::Test};
use serde_json::json;

use super::Build;
use crate::{
    Installation, Result,
    operation::StepOutcome,
    probe::{self, Found, Probing},
};

/// Tests an instance: each probe tells what it finds, knowing nothing of the plan; the result is whether that equals
/// what the plan expects.
pub(super) fn carry_out(
    installation: &Installation,
    build: &mut Build<'_>,
    role: Role,
) -> Result<StepOutcome> {
    let catalogue = build.catalogue(installation)?;
    let instance = build.instance(role);
    let plan = build.plan;
    let mine = || plan.tests.iter().filter(move |test| test.role == Some(role));
    let readings = match build.readings.remove(&role) {
        Some(readings) => readings,
        None => {
            let probes = mine().map(|test| &test.probe);
            probe::read_ahead(&instance, catalogue, &installation.policy, probes)?
        }
    };
    let probing =
        Probing::of_instance(instance, catalogue, &installation.policy, build.scans.get(&role))
            .with(readings);
    let mut tests = Vec::new();
    let mut evidence = Vec::new();
    for test in mine() {
        let found = probing.probe(&test.probe)?;
        evidence.push(json!({ "test": test.id, "found": found.evidence }));
        tests.push(result(test, &found)?);
    }
    let passed = tests.iter().filter(|test| test.passed).count();
    let note = format!("{passed} of {} tests passed", tests.len());
    Ok(StepOutcome { facts: json!({ "instance": role, "evidence": evidence }), tests, note })
}

/// Puts what was found beside what was expected.
pub(super) fn result(test: &Test, found: &Found) -> Result<TestResult> {
    Ok(TestResult {
        id: test.id.clone(),
        passed: found.actual == test.expected,
        actual: found.actual.clone(),
        evidence: Digest::of_canonical(&found.evidence)?,
    })
}
