use landfall_core::{environment::Role, plan::PackageKind};
use landfall_masking::scan::{self, Files};
use serde_json::json;

use super::Build;
use crate::{Installation, Reporter, Result, error::Error, files, operation::StepOutcome};

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
    let configuration = packages
        .iter()
        .find(|package| package.kind == PackageKind::Configuration)
        .map(|package| installation.packages.path(&package.digest));
    let scratch = build.work.join(format!("scan-{role}"));
    files::folder(&scratch)?;
    let report = scan::scan(
        Files {
            package: package.path(),
            configuration: configuration.as_deref(),
            instance: &build.instance(role),
            scratch: &scratch,
        },
        catalogue,
        &mut |p| reporter.progress(p.done as u64, Some(p.total as u64), "tables"),
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
