use landfall_core::{digest::Digest, environment::Role};
use landfall_instances::{
    Unmasked,
    instance::{self, LoadOptions, LoadReport},
};
use serde_json::json;

use super::Build;
use crate::{Installation, Reporter, Result, operation::StepOutcome};

/// Loads a configuration package.
pub(super) fn carry_out(
    installation: &Installation,
    build: &Build<'_>,
    role: Role,
    package: &Digest,
    reporter: &mut dyn Reporter,
) -> Result<StepOutcome> {
    let catalogue = build.catalogue(installation)?;
    let package = installation.packages.open(package)?;
    let report = instance::load(
        &build.instance(role),
        catalogue,
        &package,
        &Unmasked,
        LoadOptions::default(),
        &mut |p| reporter.progress(p.done_tables as u64, Some(p.total_tables as u64), "tables"),
    )?;
    Ok(outcome(role, &report))
}

/// Returns what a load notes.
pub(super) fn outcome(role: Role, report: &LoadReport) -> StepOutcome {
    let rows: u64 = report.tables.iter().map(|table| table.rows).sum();
    StepOutcome {
        facts: json!({
            "instance": role,
            "package": report.package,
            "masked": report.masked,
            "rows": rows,
            "tables": report.tables,
            "stub-rows": report.stubs.len(),
        }),
        tests: Vec::new(),
        note: format!("{rows} rows"),
    }
}
