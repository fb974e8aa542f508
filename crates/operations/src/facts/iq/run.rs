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
use crate::{StepView, facts::titled};

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
                    who: titled(&view.who),
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
        "the final run must use the spec of the signed iteration",
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
        figures: figures(validated, target),
    })
}

/// Returns what is compared by its value.
fn figures(validated: &Environment, target: &Environment) -> Vec<iq::Figure> {
    const SEARCHED: &str =
        "what is masked is also searched for unmasked values, instance by instance";
    let mut list = Vec::new();
    let mut put = |name: &str, there: Option<String>, here: Option<String>, reason: &str| {
        if there.is_none() && here.is_none() {
            return;
        }
        let [there, here] = [there, here].map(|value| value.unwrap_or_else(|| "none".to_owned()));
        list.push(iq::Figure {
            name: name.to_owned(),
            reason: (there != here).then(|| reason.to_owned()),
            validated: there,
            here,
        });
    };
    let both = |of: &dyn Fn(&Environment) -> Option<String>| (of(validated), of(target));
    let (there, here) = both(&|one| {
        let release = &one.plan.release;
        Some(format!("{} {}, build {}", release.product, release.release, release.build))
    });
    put("Product, release and build", there, here, "another release is installed");
    let (there, here) = both(&|one| {
        let roles: Vec<_> = one.plan.instances.iter().map(|role| role.title()).collect();
        Some(roles.join(", "))
    });
    put("Instances", there, here, "the policy gives each kind its instances");
    let (there, here) = both(&|one| source(one, PackageKind::Configuration));
    put(
        "Source of the configuration",
        there,
        here,
        "customer quality agreed on the source for each of them, and signed; whether the content differs stands above",
    );
    let (there, here) = both(&|one| rows(one, PackageKind::Configuration));
    put("Rows of the configuration", there, here, "the configurations differ, as stated above");
    let (there, here) = both(&|one| {
        source(one, PackageKind::Migration)?;
        Some(if one.plan.key.is_some() { "masked" } else { "not masked" }.to_owned())
    });
    put(
        "Volunteers",
        there,
        here,
        "volunteer PHI is masked in VAL; PROD holds the customer's volunteers as they are",
    );
    let (there, here) = both(&|one| source(one, PackageKind::Migration));
    put("Run of the migration program", there, here, "PROD is made from the final source dump");
    let (there, here) = both(&|one| rows(one, PackageKind::Migration));
    put(
        "Rows of the migration output",
        there,
        here,
        "the final source dump holds what the customer's source held when it was taken",
    );
    let (there, here) = both(&|one| Some(one.plan.steps.len().to_string()));
    put("Installation steps", there, here, SEARCHED);
    let (there, here) = both(&|one| Some(one.plan.tests.len().to_string()));
    put("Tests", there, here, SEARCHED);
    list
}

/// Returns what a package of an environment was taken from.
fn source(environment: &Environment, kind: PackageKind) -> Option<String> {
    let packages = environment.plan.content.packages();
    packages.iter().find(|package| package.kind == kind).map(|package| package.source.clone())
}

/// Counts the rows of a package of an environment.
fn rows(environment: &Environment, kind: PackageKind) -> Option<String> {
    let packages = environment.plan.content.packages();
    let package = packages.iter().find(|package| package.kind == kind)?;
    Some(amount(package.tables.iter().map(|table| table.rows).sum()))
}

/// Writes a number with a comma before each group of three digits.
fn amount(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
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
pub(super) fn iteration<'a>(
    about: &'a About<'_>,
    environment: &Environment,
) -> Option<&'a Iteration> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped() {
        assert_eq!(amount(97), "97");
        assert_eq!(amount(2_327), "2,327");
        assert_eq!(amount(1_002_432), "1,002,432");
    }
}
