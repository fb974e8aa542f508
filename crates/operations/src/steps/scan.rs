use landfall_core::{
    environment::Role,
    plan::{PackageKind, Probe, Step},
};
use landfall_masking::scan::Files;
use serde_json::json;

use super::Build;
use crate::{
    Installation, Reporter, Result, checking, error::Error, files, operation::StepOutcome,
};

/// Searches a masked instance for values of its source; the search first proves that it can see. Where the tests of the
/// instance are the very next step, what they will ask is read at the same time.
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
    let plan = build.plan;
    let tests_follow = plan.steps.windows(2).any(|pair| {
        matches!(pair, [Step::Scan { role: one }, Step::Verify { role: other }]
            if *one == role && *other == role)
    });
    let probes: Vec<&Probe> = plan
        .tests
        .iter()
        .filter(|test| tests_follow && test.role == Some(role))
        .map(|test| &test.probe)
        .collect();
    let (report, readings) = checking::search(
        Files {
            package: package.path(),
            configuration: configuration.as_deref(),
            instance: &build.instance(role),
            scratch: &scratch,
        },
        catalogue,
        &installation.policy,
        &probes,
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
    if tests_follow {
        build.readings.insert(role, readings);
    }
    build.scans.insert(role, report);
    Ok(StepOutcome { facts, tests: Vec::new(), note })
}
