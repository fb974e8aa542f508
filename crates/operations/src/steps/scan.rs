use landfall_core::{environment::Role, plan::PackageKind};
use landfall_masking::scan;
use serde_json::json;

use super::Build;
use crate::{Installation, Reporter, Result, error::Error, operation::StepOutcome};

/// Searches a masked instance for values of its source; the search first proves that it can see.
pub(super) fn carry_out(
    installation: &Installation,
    build: &mut Build<'_>,
    role: Role,
    reporter: &mut dyn Reporter,
) -> Result<StepOutcome> {
    let catalogue = build.catalogue(installation)?;
    let packages = build.plan.content.packages();
    let migration = packages
        .iter()
        .find(|package| package.kind == PackageKind::Migration)
        .ok_or_else(|| Error::Broken("a scan without a migration package".to_owned()))?;
    let package = installation.packages.open(&migration.digest)?;
    let report = scan(
        package.path(),
        &build.instance(role),
        catalogue,
        &build.work.join(format!("scan-{role}")),
        &mut |p| reporter.progress(p.done, Some(p.total), p.unit),
    )?;
    let facts = json!({
        "instance": role,
        "survivors": report.survivors.len(),
        "cells": report.cells_scanned,
        "report": report,
    });
    let note = format!(
        "{} cells, {} survivors; {} of {} planted values found",
        report.cells_scanned,
        report.survivors.len(),
        report.planted.found.len(),
        report.planted.planted.len()
    );
    build.scans.insert(role, report);
    Ok(StepOutcome { facts, tests: Vec::new(), note })
}
