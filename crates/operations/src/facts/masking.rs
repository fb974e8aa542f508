//! The facts of a masking certificate.

use std::collections::BTreeMap;

use landfall_core::{digest::Digest, plan::PackageKind};
use landfall_documents::{facts as shared, masking_certificate as certificate};
use landfall_masking::{
    Plan as MaskPlan, Treated,
    scan::{Report, Spot},
};
use serde_json::Value;

use super::{About, environment_words, label_words, value};
use crate::{Result, StepView, error::Error};

/// Returns the facts; none of its checks can have failed, or there would be no environment to certify.
pub(crate) fn facts(about: &About<'_>) -> Result<(Value, u32)> {
    let target = about.environment()?;
    let build = about
        .material
        .build
        .as_ref()
        .ok_or_else(|| Error::Broken("a masked environment without a build".to_owned()))?;
    let mask_plan = about
        .material
        .mask_plan
        .as_ref()
        .ok_or_else(|| Error::Broken("a masked environment without a mask plan".to_owned()))?;
    let done: Vec<&StepView> =
        build.steps.iter().filter(|step| step.attempt == build.attempts).collect();
    let mut scans = Vec::new();
    let mut values: BTreeMap<(String, String), u64> = BTreeMap::new();
    let mut rule: Vec<certificate::Clause> = Vec::new();
    let mut limits = certificate::standard_limits();
    let mut rows: BTreeMap<String, u64> = BTreeMap::new();
    for (index, step) in done.iter().enumerate() {
        let Some(report) = step.facts.get("report") else { continue };
        let report: Report = serde_json::from_value(report.clone())
            .map_err(|error| Error::Broken(format!("a scan's report cannot be read: {error}")))?;
        // The rule as the scan states it, exemptions included: what was searched is what is certified.
        rule = report
            .rules
            .iter()
            .map(|stated| certificate::Clause {
                letter: stated.rule.letter().to_string(),
                text: stated.statement.clone(),
            })
            .collect();
        let coincidences: u64 = report.coincidences.iter().map(|one| one.count).sum();
        if coincidences > 0 {
            limits.push(format!(
                "In {} {coincidences} cells equal a value of the source that already stood in the general configuration, which speaks of no volunteer.",
                step.facts.get("instance").and_then(Value::as_str).unwrap_or_default()
            ));
        }
        for column in &report.columns {
            *values.entry((column.table.clone(), column.column.clone())).or_default() +=
                column.values;
        }
        let started =
            index.checked_sub(1).and_then(|before| done.get(before)).map_or(step.time, |s| s.time);
        scans.push(scan_of(step, &report, started));
    }
    for package in target.plan.content.packages() {
        for table in &package.tables {
            rows.insert(table.name.clone(), table.rows);
        }
    }
    let tables = tables(about, mask_plan, &values, &rows);
    let masked: Vec<&certificate::Column> =
        tables.iter().flat_map(|table| &table.columns).filter(|column| !column.kept).collect();
    let columns_masked = masked.len() as u64;
    let values_masked: u64 = masked.iter().map(|column| column.values).sum();
    let survivors: u64 = scans.iter().map(|scan| scan.survivors).sum();
    let facts = certificate::Facts {
        number: about.number.to_owned(),
        customer: about.state.name.clone(),
        environment: label_words(target.label),
        product: target.plan.release.product.clone(),
        release: target.plan.release.release.to_string(),
        build: target.plan.release.build.clone(),
        summary: format!(
            "The volunteers of {} were masked before the first byte was written: {columns_masked} columns, {values_masked} values in {} instances. An independent search then found {survivors} values of the source.",
            environment_words(about.state, target),
            scans.len()
        ),
        statement: certificate::STATEMENT.to_owned(),
        instances: about.instances()?,
        packages: target
            .plan
            .content
            .packages()
            .iter()
            .filter(|package| package.kind == PackageKind::Migration)
            .map(|package| certificate::SourcePackage {
                kind: package.kind.as_str().to_owned(),
                source: package.source.clone(),
                digest: package.digest,
            })
            .collect(),
        rule,
        method: certificate::METHOD.to_owned(),
        tables,
        columns_masked,
        values_masked,
        scans,
        key: certificate::Key {
            name: format!(
                "{}, fingerprint {}",
                target.plan.key.clone().unwrap_or_default(),
                about.material.key_fingerprint.map_or_else(String::new, |digest| digest.short())
            ),
            scope: "every VAL of one validation".to_owned(),
            state: "kept until the last of them is destroyed".to_owned(),
            destroyed: None,
        },
        limits,
        references: vec![
            shared::Reference {
                name: "Lifecycle policy".to_owned(),
                version: super::policy_version(&about.material.policy, target.plan.policy),
                digest: Some(target.plan.policy),
            },
            shared::Reference {
                name: format!("Catalogue of {}", target.plan.release.product),
                version: target.plan.release.release.to_string(),
                digest: Some(target.plan.release.catalogue),
            },
            shared::Reference {
                name: "Mask plan".to_owned(),
                version: String::new(),
                digest: Some(mask_plan.digest()),
            },
        ],
        timeline: about.timeline(),
        attachments: Vec::new(),
        ledger: about.ledger(),
        required_signatures: Vec::new(),
    };
    Ok((value(&facts)?, 0))
}

fn tables(
    about: &About<'_>,
    mask_plan: &MaskPlan,
    values: &BTreeMap<(String, String), u64>,
    rows: &BTreeMap<String, u64>,
) -> Vec<certificate::Table> {
    let mut tables: Vec<certificate::Table> = Vec::new();
    for line in mask_plan.lines() {
        // A table that does not travel holds no volunteers here.
        let Some(count) = rows.get(&line.table) else { continue };
        let kept = matches!(line.treatment, Treated::Keep { .. });
        let column = certificate::Column {
            name: line.column.clone(),
            class: line.class.name().to_owned(),
            subject: line.subject.name().to_owned(),
            treatment: if kept { "kept".to_owned() } else { line.treatment.words() },
            kept,
            reason: match &line.treatment {
                Treated::Keep { reason } => reason.clone(),
                _ => String::new(),
            },
            values: values.get(&(line.table.clone(), line.column.clone())).copied().unwrap_or(0),
        };
        match tables.last_mut() {
            Some(table) if table.name == line.table => table.columns.push(column),
            _ => tables.push(certificate::Table {
                name: line.table.clone(),
                title: about.material.titles.get(&line.table).cloned().unwrap_or_default(),
                rows: *count,
                columns: vec![column],
            }),
        }
    }
    tables
}

fn scan_of(
    step: &StepView,
    report: &Report,
    started: landfall_core::time::Timestamp,
) -> certificate::Scan {
    let instance = step.facts.get("instance").and_then(Value::as_str).unwrap_or_default();
    let reported = |spot: &Spot| report.planted.found.contains(spot);
    certificate::Scan {
        instance: if instance == "main" { "Main" } else { "Test" }.to_owned(),
        started,
        ended: step.time,
        source_values: report.columns.iter().map(|column| column.source_values).sum(),
        values_compared: report.cells_scanned,
        survivors: report.survivors.iter().map(|survivor| survivor.count).sum(),
        found: Vec::new(),
        planted: certificate::Planted {
            columns: report.planted.planted.len() as u64,
            reported: report.planted.found.len() as u64,
            results: report
                .planted
                .planted
                .iter()
                .map(|spot| certificate::PlantedColumn {
                    table: spot.table.clone(),
                    column: spot.column.clone(),
                    reported: reported(spot),
                })
                .collect(),
            unexpected: report
                .planted
                .found
                .iter()
                .filter(|spot| !report.planted.planted.contains(spot))
                .map(|spot| format!("{}.{}", spot.table, spot.column))
                .collect(),
        },
        evidence_digest: Digest::of_canonical(report).unwrap_or(step.evidence),
    }
}
