use landfall_core::{environment::Role, plan::Step};
use landfall_instances::instance;
use serde_json::json;

use super::Build;
use crate::{Installation, Result, operation::StepOutcome};

/// Makes an empty instance of the release, aside. A clone makes its own.
pub(super) fn carry_out(
    installation: &Installation,
    build: &Build<'_>,
    role: Role,
) -> Result<StepOutcome> {
    let catalogue = build.catalogue(installation)?;
    let cloned = build.plan.steps.iter().any(|step| match step {
        Step::Clone { role: other, .. } => *other == role,
        _ => false,
    });
    if !cloned {
        instance::create(&build.instance(role), catalogue, &build.identity(role))?;
    }
    Ok(StepOutcome {
        facts: json!({
            "instance": role,
            "product": catalogue.product(),
            "release": catalogue.release(),
            "build": catalogue.build(),
            "catalogue": catalogue.digest(),
            "tables": catalogue.tables().len(),
            "engine": format!("SQLite {}", landfall_instances::probe::sqlite_version()),
            "runtime": format!("Landfall {}, {} {}", env!("CARGO_PKG_VERSION"), std::env::consts::OS, std::env::consts::ARCH),
        }),
        tests: Vec::new(),
        note: format!("release {}, build {}", catalogue.release(), catalogue.build()),
    })
}
