//! Probes: what is found in an instance, for tests. They know the instance, the rules and the catalogue of its release;
//! no probe can see a plan, so none can copy what is expected.

use std::{
    cell::OnceCell,
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use landfall_catalogue::{Catalogue, Travels};
use landfall_core::{
    environment::Kind,
    plan::{self, Probe},
    policy::Policy,
};
use landfall_instances::{
    fingerprint::Fingerprint,
    package::{self, TableDigest},
    probe::{self, Kept, Reading, Readings},
};
use landfall_ledger::Ledger;
use landfall_masking::scan::Report;
use serde_json::{Value, json};

use crate::{
    error::{Error, Result},
    packages::{mask_plan, unmasked_columns},
};

/// What a probe found: the text that stands beside the expected one, and the raw evidence.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) actual: String,
    pub(crate) evidence: Value,
}

impl Found {
    fn new(actual: impl Into<String>, evidence: Value) -> Self {
        Self { actual: actual.into(), evidence }
    }

    /// Says `nothing` when there is nothing, else lists what there is.
    fn none_or(nothing: &str, found: &[String]) -> Self {
        let actual = if found.is_empty() { nothing.to_owned() } else { found.join("; ") };
        Self { actual, evidence: json!(found) }
    }
}

/// An instance that is probed.
pub(crate) struct Probing<'a> {
    path: PathBuf,
    catalogue: &'a Catalogue,
    policy: &'a Policy,
    scan: Option<&'a Report>,
    /// What takes its time, read once, and perhaps ahead.
    readings: Readings,
    kept: OnceCell<Kept>,
}

impl<'a> Probing<'a> {
    pub(crate) fn of_instance(
        path: PathBuf,
        catalogue: &'a Catalogue,
        policy: &'a Policy,
        scan: Option<&'a Report>,
    ) -> Self {
        Self { path, catalogue, policy, scan, readings: Readings::default(), kept: OnceCell::new() }
    }

    /// Uses what was read ahead of the same file, which did not change since.
    pub(crate) fn with(self, readings: Readings) -> Self {
        Self { readings, ..self }
    }

    /// Looks at one thing.
    pub(crate) fn probe(&self, probe: &Probe) -> Result<Found> {
        match probe {
            Probe::BuildIdentity => self.build_identity(),
            Probe::InstanceIdentity => self.instance_identity(),
            Probe::Schema => self.schema(),
            Probe::Table { table } => self.table(table),
            Probe::UnmaskedColumns { table } => self.unmasked_columns(table),
            Probe::NeverTravelling => self.never_travelling(),
            Probe::References => self.references(),
            Probe::Integrity => self.integrity(),
            Probe::IntegrationSettings => self.integration_settings(),
            Probe::Accounts => self.accounts(),
            Probe::ResidualScan => Ok(self.residual_scan()),
            Probe::Ledger | Probe::Agreement | Probe::Retention => Err(Error::Broken(
                "a probe of the whole environment was asked of one instance".to_owned(),
            )),
        }
    }

    fn build_identity(&self) -> Result<Found> {
        let identity = probe::identity(&self.path)?;
        let get = |key: &str| identity.get(key).map_or("", String::as_str);
        let actual =
            plan::build_identity(get("product"), get("release"), get("build"), get("catalogue"));
        Ok(Found::new(actual, json!(identity)))
    }

    fn instance_identity(&self) -> Result<Found> {
        let identity = probe::identity(&self.path)?;
        let get = |key: &str| identity.get(key).map_or("", String::as_str);
        let actual = plan::instance_identity(get("customer"), get("environment"), get("role"));
        Ok(Found::new(actual, json!(identity)))
    }

    fn schema(&self) -> Result<Found> {
        let differences = probe::schema_differences(&self.path, self.catalogue)?;
        Ok(Found::none_or("no difference", &differences))
    }

    fn table(&self, name: &str) -> Result<Found> {
        let travels = self.catalogue.table(name).map(|table| table.travels);
        let tables = match travels {
            Some(Travels::Configuration) => {
                self.readings.configuration(&self.path, self.catalogue)?
            }
            Some(Travels::Migration) => self.readings.migration(&self.path, self.catalogue)?,
            Some(Travels::Never) | None => {
                return Ok(Found::new("no such travelling table", json!({ "table": name })));
            }
        };
        Ok(rows_of(tables, name))
    }

    fn unmasked_columns(&self, name: &str) -> Result<Found> {
        let kept = match self.kept.get() {
            Some(kept) => kept,
            None => {
                let taken = kept_columns(self.policy, self.catalogue)?;
                self.kept.get_or_init(|| taken)
            }
        };
        Ok(rows_of(self.readings.kept(&self.path, self.catalogue, kept)?, name))
    }

    fn never_travelling(&self) -> Result<Found> {
        let mut found = Vec::new();
        for count in self.readings.never_travelling(&self.path, self.catalogue)? {
            if count.rows > 0 {
                found.push(format!("{}: {} rows", count.table, count.rows));
            }
        }
        Ok(Found::none_or("no row", &found))
    }

    fn references(&self) -> Result<Found> {
        let broken: Vec<String> = self
            .readings
            .references(&self.path)?
            .iter()
            .map(|broken| {
                format!("{} -> {}: {} rows", broken.table, broken.references, broken.rows)
            })
            .collect();
        Ok(Found::none_or("none broken", &broken))
    }

    fn integrity(&self) -> Result<Found> {
        let mut problems = self.readings.integrity(&self.path)?.to_vec();
        problems.extend(
            probe::files_beside(&self.path).iter().map(|file| format!("a file beside it: {file}")),
        );
        Ok(Found::none_or("ok", &problems))
    }

    fn integration_settings(&self) -> Result<Found> {
        let values: Vec<String> = self
            .readings
            .integration(&self.path, self.catalogue)?
            .iter()
            .map(|value| match &value.key {
                Some(key) => format!("{} `{key}`", value.table),
                None => format!("{}.{}: {} rows", value.table, value.column, value.rows),
            })
            .collect();
        Ok(Found::none_or("none", &values))
    }

    fn accounts(&self) -> Result<Found> {
        let users = probe::users(&self.path, self.catalogue)?;
        let actual = match (users.count, users.shared.as_slice()) {
            (0, []) => "none".to_owned(),
            (count, []) => format!("{count} accounts"),
            (count, shared) => format!("{count} accounts, shared: {}", shared.join(", ")),
        };
        Ok(Found::new(actual, json!({ "accounts": users.count, "shared": users.shared })))
    }

    fn residual_scan(&self) -> Found {
        match self.scan {
            None => Found::new("no scan was made", Value::Null),
            Some(report) => Found::new(
                format!(
                    "{} survivors; {} of {} planted values found",
                    report.survivors.len(),
                    report.planted.found.len(),
                    report.planted.planted.len()
                ),
                json!(report),
            ),
        }
    }
}

/// Reads ahead, on two threads, what some probes will ask of a finished instance.
pub(crate) fn read_ahead<'p>(
    path: &Path,
    catalogue: &Catalogue,
    policy: &Policy,
    probes: impl Iterator<Item = &'p Probe>,
) -> Result<Readings> {
    let wanted: BTreeSet<Reading> =
        probes.filter_map(|probe| reading_of(probe, catalogue)).collect();
    let kept = if wanted.contains(&Reading::Kept) {
        kept_columns(policy, catalogue)?
    } else {
        Kept::new()
    };
    Ok(Readings::ahead(path, catalogue, &wanted, &kept))
}

/// Returns what a probe will read, where that takes its time.
fn reading_of(probe: &Probe, catalogue: &Catalogue) -> Option<Reading> {
    match probe {
        Probe::Table { table } => match catalogue.table(table)?.travels {
            Travels::Configuration => Some(Reading::Configuration),
            Travels::Migration => Some(Reading::Migration),
            Travels::Never => None,
        },
        Probe::UnmaskedColumns { .. } => Some(Reading::Kept),
        Probe::NeverTravelling => Some(Reading::NeverTravelling),
        Probe::References => Some(Reading::References),
        Probe::Integrity => Some(Reading::Integrity),
        Probe::IntegrationSettings => Some(Reading::Integration),
        Probe::BuildIdentity
        | Probe::InstanceIdentity
        | Probe::Schema
        | Probe::Accounts
        | Probe::ResidualScan
        | Probe::Ledger
        | Probe::Agreement
        | Probe::Retention => None,
    }
}

/// Returns, for every table that travels with a migration, the columns that masking leaves as they are.
fn kept_columns(policy: &Policy, catalogue: &Catalogue) -> Result<Kept> {
    let masks = mask_plan(policy, catalogue)?;
    catalogue
        .tables()
        .iter()
        .filter(|table| table.travels == Travels::Migration)
        .map(|table| {
            let kind = package::Kind::Migration;
            Ok((table.name.clone(), unmasked_columns(catalogue, &masks, &table.name, kind)?))
        })
        .collect()
}

fn rows_of(tables: &[TableDigest], name: &str) -> Found {
    match tables.iter().find(|table| table.name == name) {
        Some(table) => Found::new(
            plan::rows_and_digest(table.rows, &table.digest),
            json!({ "table": name, "rows": table.rows, "digest": table.digest }),
        ),
        None => Found::new("no such travelling table", json!({ "table": name })),
    }
}

/// Looks whether Main and Test hold the same.
pub(crate) fn agreement(main: &Fingerprint, test: &Fingerprint) -> Found {
    let mut different = Vec::new();
    if main.schema != test.schema {
        different.push("the schema differs".to_owned());
    }
    for (one, other) in main.tables.iter().zip(&test.tables) {
        if one != other {
            different.push(format!("table `{}` differs", one.name));
        }
    }
    let mut found = Found::none_or("equal", &different);
    found.evidence = json!({ "main": main.digest, "test": test.digest, "different": different });
    found
}

/// Looks at the ledger: the chain, and whether it refuses change and deletion.
pub(crate) fn ledger(ledger: &Ledger) -> Result<Found> {
    let verification = ledger.verify()?;
    let chain = match verification.problems.first() {
        None => "chain intact".to_owned(),
        Some(problem) => problem.to_string(),
    };
    let refusals = ledger.demonstrate_append_only()?;
    let mut parts = vec![chain];
    for (statement, _) in &refusals {
        let verb = statement.split_whitespace().next().unwrap_or_default();
        let verb = if verb == "INSERT" { "replacement" } else { verb };
        let part = format!("{verb} refused");
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    let evidence = json!({
        "entries": verification.entries,
        "head": verification.head,
        "refusals": refusals,
    });
    Ok(Found::new(parts.join("; "), evidence))
}

/// Looks up the rule that ends an environment of the kind.
pub(crate) fn retention(kind: Kind, policy: &Policy) -> Found {
    let rule = plan::retention(kind, policy);
    Found::new(rule.clone(), json!({ "kind": kind, "rule": rule, "policy": policy.digest() }))
}
