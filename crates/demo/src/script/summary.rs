//! What a demonstration has made, for people and scripts.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use landfall_core::{
    customer::{Customer, DocumentKind, Next, SectionCounts, State as Standing},
    digest::Digest,
    environment::{Kind, Role},
    ids::{CustomerId, Label, Release},
    plan::PackageKind,
};
use landfall_operations::DocumentView;
use serde::Serialize;
use serde_json::Value;

use super::{
    Error,
    state::{State, failing},
};

/// What a demonstration has made.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// The data directory.
    pub directory: PathBuf,
    /// The customer.
    pub customer: CustomerId,
    /// The customer's environments, in order of their names.
    pub environments: Vec<EnvironmentSummary>,
    /// The packages, in the order they were made.
    pub packages: Vec<PackageSummary>,
    /// The documents, in order of their numbers.
    pub documents: Vec<DocumentSummary>,
    /// The last run of the migration program; none before the first.
    pub migration: Option<MigrationSummary>,
    /// The last masked build; none before the first.
    pub masking: Option<MaskingSummary>,
    /// The ledger.
    pub ledger: LedgerSummary,
    /// Seconds by phase, in this process.
    pub timings: BTreeMap<&'static str, f64>,
    /// What comes next.
    pub next: Vec<Next>,
}

/// An environment.
#[derive(Debug, Clone, Serialize)]
pub struct EnvironmentSummary {
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub label: Label,
    /// Where it stands.
    pub state: Standing,
    /// Its instances, Main first; none before it was built.
    pub instances: Vec<InstanceSummary>,
}

/// An instance.
#[derive(Debug, Clone, Serialize)]
pub struct InstanceSummary {
    /// Main or Test.
    pub role: Role,
    /// What is installed.
    pub release: Release,
    /// Its file; none after it was destroyed.
    pub location: Option<PathBuf>,
}

/// A package.
#[derive(Debug, Clone, Serialize)]
pub struct PackageSummary {
    /// What it holds.
    pub kind: PackageKind,
    /// Its name.
    pub digest: Digest,
    /// Its file.
    pub path: PathBuf,
    /// Where it comes from.
    pub source: String,
    /// The instances it was loaded into, by address.
    pub loaded_into: Vec<String>,
}

/// A document.
#[derive(Debug, Clone, Serialize)]
pub struct DocumentSummary {
    /// Its number.
    pub number: String,
    /// What it is.
    pub kind: DocumentKind,
    /// What it is about, in words.
    pub about: String,
    /// Which environment it is about, where it is about one.
    pub environment: Option<Label>,
    /// The newest rendition.
    pub path: PathBuf,
    /// The digest of its facts.
    pub digest: Digest,
    /// How far it has come.
    pub status: String,
}

/// The counts of a migration: read is always written plus rejected plus filtered.
#[derive(Debug, Clone, Serialize)]
pub struct MigrationSummary {
    /// The iteration.
    pub iteration: u32,
    /// Source rows read.
    pub read: u64,
    /// Rows written.
    pub written: u64,
    /// Rows rejected.
    pub rejected: u64,
    /// Rows left out on purpose.
    pub filtered: u64,
    /// The same, by section.
    pub sections: Vec<SectionCounts>,
}

/// What masking did and its scan found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct MaskingSummary {
    /// Columns masked.
    pub columns: u64,
    /// Values masked, in all instances.
    pub values: u64,
    /// Source values that the scan found.
    pub survivors: u64,
}

/// The state of the ledger.
#[derive(Debug, Clone, Serialize)]
pub struct LedgerSummary {
    /// How many entries there are.
    pub entries: u64,
    /// The head.
    pub head: Digest,
    /// What verification found wrong; empty when it is intact.
    pub problems: Vec<String>,
}

/// Gathers the summary.
pub(super) fn of(state: &State, timings: BTreeMap<&'static str, f64>) -> Result<Summary, Error> {
    let customer = state.known_customer()?;
    let installation = &state.installation;
    let documents = installation.documents(&state.customer)?;
    let report = installation.ledger_verify()?;
    Ok(Summary {
        directory: state.directory.clone(),
        customer: state.customer.clone(),
        environments: environments(&customer, &state.directory),
        packages: installation
            .packages(&state.customer)?
            .into_iter()
            .map(|package| PackageSummary {
                kind: package.kind,
                digest: package.digest,
                path: package.path,
                source: package.source,
                loaded_into: package.loaded_into,
            })
            .collect(),
        migration: migration(&customer),
        masking: masking(&documents)?,
        documents: documents
            .into_iter()
            .map(|document| DocumentSummary {
                number: document.number,
                kind: document.kind,
                about: document.about,
                environment: document.environment,
                path: document.path,
                digest: document.digest,
                status: document.status,
            })
            .collect(),
        ledger: LedgerSummary {
            entries: report.entries,
            head: report.head,
            problems: report.problems,
        },
        timings,
        next: installation.next(&state.customer)?,
    })
}

fn environments(customer: &Customer, directory: &Path) -> Vec<EnvironmentSummary> {
    customer
        .environments
        .values()
        .map(|environment| EnvironmentSummary {
            kind: environment.label.kind(),
            label: environment.label,
            state: environment.state,
            instances: environment
                .instances
                .iter()
                .map(|instance| InstanceSummary {
                    role: instance.role,
                    release: environment.plan.release.release.clone(),
                    location: environment
                        .state
                        .has_content()
                        .then(|| directory.join(&instance.location)),
                })
                .collect(),
        })
        .collect()
}

fn migration(customer: &Customer) -> Option<MigrationSummary> {
    let last = customer.iterations.iter().rev().find(|iteration| iteration.package.is_some())?;
    let sum = |count: fn(&SectionCounts) -> u64| -> u64 { last.sections.iter().map(count).sum() };
    Some(MigrationSummary {
        iteration: last.number,
        read: sum(|section| section.read),
        written: sum(|section| section.written),
        rejected: sum(|section| section.rejected),
        filtered: sum(|section| section.filtered),
        sections: last.sections.clone(),
    })
}

/// Reads what the newest masking certificate states.
fn masking(documents: &[DocumentView]) -> Result<Option<MaskingSummary>, Error> {
    let newest =
        documents.iter().rfind(|document| document.kind == DocumentKind::MaskingCertificate);
    let Some(document) = newest else { return Ok(None) };
    let path = &document.facts_path;
    let bytes = fs::read(path).map_err(failing("read the facts", path))?;
    let facts: Value = serde_json::from_slice(&bytes).map_err(|error| {
        Error::Astray(format!("the facts of `{}` are no JSON: {error}", document.number))
    })?;
    let number = |value: &Value, name: &str| {
        value.get(name).and_then(Value::as_u64).ok_or_else(|| {
            Error::Astray(format!("the facts of `{}` do not state `{name}`", document.number))
        })
    };
    let mut survivors = 0;
    for scan in facts.get("scans").and_then(Value::as_array).into_iter().flatten() {
        survivors += number(scan, "survivors")?;
    }
    Ok(Some(MaskingSummary {
        columns: number(&facts, "columns_masked")?,
        values: number(&facts, "values_masked")?,
        survivors,
    }))
}
