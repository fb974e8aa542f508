use landfall_core::environment::Role;
use landfall_instances::instance;
use serde_json::json;

use super::Build;
use crate::{Installation, Result, operation::StepOutcome};

/// Builds indexes, checks every reference and makes the file durable; from here on the instance is a finished one.
pub(super) fn carry_out(
    installation: &Installation,
    build: &Build<'_>,
    role: Role,
) -> Result<StepOutcome> {
    let catalogue = build.catalogue(installation)?;
    let path = build.instance(role);
    instance::finish(&path, catalogue)?;
    let identity = instance::identity(&path)?;
    let name = identity.get("name").cloned().unwrap_or_default();
    Ok(StepOutcome {
        facts: json!({ "instance": role, "identity": identity }),
        tests: Vec::new(),
        note: name,
    })
}
