use landfall_core::{environment::Role, plan::Probe};
use serde_json::json;

use super::{Build, verify::result};
use crate::{Installation, Result, operation::StepOutcome, probe};

/// Compares Main and Test: they are made of the same packages in the same way, so their content must be equal.
pub(super) fn carry_out(installation: &Installation, build: &mut Build<'_>) -> Result<StepOutcome> {
    let main = build.fingerprint(installation, Role::Main)?;
    let test = build.fingerprint(installation, Role::Test)?;
    let found = probe::agreement(&main, &test);
    let mut tests = Vec::new();
    for test in build.plan.tests.iter().filter(|test| test.probe == Probe::Agreement) {
        tests.push(result(test, &found)?);
    }
    Ok(StepOutcome {
        facts: json!({ "main": main.digest, "test": test.digest }),
        tests,
        note: found.actual,
    })
}
