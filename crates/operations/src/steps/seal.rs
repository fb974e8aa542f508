use landfall_core::{digest::Digest, environment::Role, plan::Probe};
use landfall_instances::drift::{self, Baseline};
use serde::Serialize;
use serde_json::json;

use super::{Build, verify::result};
use crate::{Installation, Result, files, operation::StepOutcome, probe};

/// What the ledger keeps of a sealed instance.
#[derive(Debug, Serialize)]
struct Sealed {
    instance: Role,
    content: Digest,
    schema: Digest,
    /// What a recheck compares the instance with, where it is qualified.
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline: Option<Baseline>,
}

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
    let mut sealed = Vec::new();
    for role in &plan.instances {
        let fingerprint = build.fingerprint(installation, *role)?;
        let baseline = if plan.qualified {
            let catalogue = build.catalogue(installation)?;
            Some(drift::baseline_of(&build.instance(*role), catalogue, &fingerprint)?)
        } else {
            None
        };
        sealed.push(Sealed {
            instance: *role,
            content: fingerprint.digest,
            schema: fingerprint.schema,
            baseline,
        });
    }
    if tests.iter().all(|test| test.passed) {
        files::rename(&build.aside, &installation.paths.environment(&plan.customer, plan.label))?;
    }
    Ok(StepOutcome {
        facts: json!({ "instances": sealed }),
        tests,
        note: format!("{}/{}", plan.customer, plan.label),
    })
}
