//! What was done, and what PROD shares with the validated VAL.

use std::collections::BTreeSet;

use landfall_core::{
    customer::{Document, Environment, Iteration},
    digest::Digest,
    plan::PackageKind,
    time::Timestamp,
};
use landfall_documents::iq;
use serde_json::Value;

use super::About;
use crate::StepView;

/// Returns the installation, step by step.
pub(super) fn installation(
    about: &About<'_>,
    target: &Environment,
    done: &[&StepView],
) -> Vec<iq::Step> {
    let attempts = earlier_builds(about, target)
        .saturating_add(about.material.build.as_ref().map_or(1, |build| build.attempts));
    let mut started: Timestamp = target.since.get("building").copied().unwrap_or(about.now);
    target
        .plan
        .steps
        .iter()
        .enumerate()
        .map(|(index, step)| {
            let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
            let executed = done.iter().find(|view| view.number == number).map(|view| {
                let failed = view.tests.iter().any(|test| !test.passed);
                let execution = iq::Execution {
                    what: view.title.clone(),
                    who: view.who.clone(),
                    started,
                    ended: view.time,
                    outcome: if failed {
                        iq::StepOutcome::Failed
                    } else {
                        iq::StepOutcome::Completed
                    },
                    evidence_digest: view.evidence,
                    attempts,
                };
                started = view.time;
                execution
            });
            iq::Step {
                number,
                instance: step.role().map_or("", |role| role.title()).to_owned(),
                planned: step.title(),
                executed,
            }
        })
        .collect()
}

/// Counts the builds of the environment that were stopped before the one that made it. One that another person went on
/// with is one build.
fn earlier_builds(about: &About<'_>, target: &Environment) -> u32 {
    let earlier: BTreeSet<u64> = about
        .material
        .entries
        .iter()
        .filter(|entry| {
            entry.kind == "customer.build-started"
                && entry.version >= target.position
                && super::super::names_label(&entry.body, target.label)
        })
        .filter_map(|entry| entry.body.get("operation").and_then(Value::as_u64))
        .filter(|operation| Some(*operation) != target.operation.map(u64::from))
        .collect();
    u32::try_from(earlier.len()).unwrap_or(u32::MAX)
}

/// Says what PROD shares with the validated VAL and where it differs; none while nothing is validated.
pub(in crate::facts) fn comparison(
    about: &About<'_>,
    target: &Environment,
) -> Option<iq::Comparison> {
    let (label, _) = about.state.validation.as_ref()?;
    let validated = about.state.environment(*label)?;
    let mut equal = Vec::new();
    let mut different = Vec::new();
    let mut put = |name: &str, there: Option<Digest>, here: Option<Digest>, reason: &str| {
        match (there, here) {
            // What neither has cannot differ: without a source database there is no migration.
            (None, None) => {}
            (Some(there), Some(here)) if there == here => {
                equal.push(iq::Equal { name: name.to_owned(), digest: here });
            }
            (validated, here) => different.push(iq::Different {
                name: name.to_owned(),
                validated,
                here,
                reason: reason.to_owned(),
            }),
        }
    };
    put(
        "Policy",
        Some(validated.plan.policy),
        Some(target.plan.policy),
        "the policy was adopted anew between the two",
    );
    put(
        "Catalogue of the release",
        Some(validated.plan.release.catalogue),
        Some(target.plan.release.catalogue),
        "another release is installed",
    );
    put(
        "Configuration package",
        package(validated, PackageKind::Configuration),
        package(target, PackageKind::Configuration),
        &configuration_reason(about, target),
    );
    put(
        "Migration package",
        package(validated, PackageKind::Migration),
        package(target, PackageKind::Migration),
        "PROD holds the output of the migration program on the final source dump",
    );
    let (there, here) = (iteration(about, validated), iteration(about, target));
    put(
        "Migration spec and maps",
        there.map(|iteration| iteration.spec),
        here.map(|iteration| iteration.spec),
        "the final run must use the signed spec",
    );
    put(
        "Source dump",
        there.map(|iteration| iteration.dump),
        here.map(|iteration| iteration.dump),
        "the customer provided the final dump after validation",
    );
    Some(iq::Comparison {
        validated: validated.iq.clone().unwrap_or_else(|| format!("{}/{label}", about.state.id)),
        equal,
        different,
    })
}

fn package(environment: &Environment, kind: PackageKind) -> Option<Digest> {
    environment
        .plan
        .content
        .packages()
        .iter()
        .find(|package| package.kind == kind)
        .map(|package| package.digest)
}

/// Returns the iteration whose output an environment was made of.
fn iteration<'a>(about: &'a About<'_>, environment: &Environment) -> Option<&'a Iteration> {
    let made_of = package(environment, PackageKind::Migration)?;
    about
        .state
        .iterations
        .iter()
        .find(|iteration| iteration.package.as_ref().map(|package| package.digest) == Some(made_of))
}

/// Says why PROD's configuration may be another than the validated one.
fn configuration_reason(about: &About<'_>, target: &Environment) -> String {
    let predefined = "the configuration was predefined for PROD";
    match difference_report(about, target) {
        None => {
            format!("{predefined}; customer quality signs the difference before the build")
        }
        Some(report) => match report.signatures.first() {
            None => format!("{predefined}; report {} lists every difference", report.number),
            Some(signature) => format!(
                "{predefined}; report {} lists every difference and was signed by {} on {}",
                report.number,
                signature.name,
                signature.time.date()
            ),
        },
    }
}

/// Returns the report of what differs from the validated configuration, where PROD has one that was not rejected.
pub(in crate::facts) fn difference_report<'a>(
    about: &'a About<'_>,
    target: &Environment,
) -> Option<&'a Document> {
    target
        .difference
        .as_ref()
        .and_then(|number| about.state.documents.get(number))
        .filter(|document| document.rejection.is_none())
}
