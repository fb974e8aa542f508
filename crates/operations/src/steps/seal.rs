use landfall_core::plan::Probe;
use serde_json::json;

use super::{Build, verify::result};
use crate::{Installation, Result, files, operation::StepOutcome, probe};

/// Runs the tests of the environment as a whole, then makes all its instances visible with one rename.
pub(super) fn carry_out(installation: &Installation, build: &mut Build<'_>) -> Result<StepOutcome> {
    let plan = build.plan;
    let mut tests = Vec::new();
    for test in plan.tests.iter().filter(|test| test.role.is_none()) {
        let found = match &test.probe {
            Probe::Ledger => probe::ledger(&installation.ledger)?,
            Probe::Retention => probe::retention(plan.label.kind(), &installation.policy),
            _ => continue,
        };
        tests.push(result(test, &found)?);
    }
    let mut fingerprints = Vec::new();
    for role in &plan.instances {
        let fingerprint = build.fingerprint(installation, *role)?;
        fingerprints.push(json!({ "instance": role, "content": fingerprint.digest, "schema": fingerprint.schema }));
    }
    if tests.iter().all(|test| test.passed) {
        files::rename(&build.aside, &installation.paths.environment(&plan.customer, plan.label))?;
    }
    Ok(StepOutcome {
        facts: json!({ "instances": fingerprints }),
        tests,
        note: format!("{}/{}", plan.customer, plan.label),
    })
}
