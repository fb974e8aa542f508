//! The facts of an IQ: the plan before the run, plan and evidence side by side after it.

mod checks;
mod deviation;
mod run;
mod subject;

use landfall_core::{
    customer::{DocumentKind, Environment},
    digest::Digest,
    environment::Kind,
};
use landfall_documents::{facts as shared, iq};
use serde_json::Value;

use super::{About, environment_words, golive::rule_words, label_words, required, value};
use crate::{Result, StepView};

pub(super) use run::{comparison, difference_report};
pub(super) use subject::not_applicable;

/// Returns the facts and how many checks failed.
pub(crate) fn facts(about: &About<'_>, is_plan: bool) -> Result<(Value, u32)> {
    let target = about.environment()?;
    let kind = about.label()?.kind();
    let done = if is_plan { Vec::new() } else { last_attempt(about) };
    let tests = checks::tests(target, &done);
    let failed = checks::count(&tests, iq::TestResult::Fail);
    let deviations = if is_plan { Vec::new() } else { deviation::deviations(about, target) };
    let facts = iq::Facts {
        number: about.number.to_owned(),
        customer: about.state.name.clone(),
        environment: label_words(target.label),
        product: target.plan.release.product.clone(),
        release: target.plan.release.release.to_string(),
        build: target.plan.release.build.clone(),
        summary: summary(about, target, is_plan, &tests, &deviations),
        instances: about.instances()?,
        plan_digest: if is_plan { None } else { plan_digest(about, target) },
        installation_plan: Some(target.plan_digest),
        purpose: format!(
            "To show, with evidence, that {} is installed as its approved plan says.",
            environment_words(about.state, target)
        ),
        scope: scope(target),
        exclusions: exclusions(about, target),
        references: subject::references(about, target),
        definitions: subject::definitions(),
        roles: subject::roles(about, target),
        system: subject::system(&done),
        prerequisites: subject::prerequisites(about, target),
        packages: subject::packages(about, target),
        installation: run::installation(about, target, &done),
        trace: checks::trace(target, &tests),
        tests,
        comparison: if kind == Kind::Prod { comparison(about, target) } else { None },
        conclusion: (!is_plan).then(|| deviation::conclusion(failed, &deviations)),
        deviations,
        attachments: attachments(about, target),
        revisions: vec![revision(about, target, is_plan)],
        retention: retention(about, target),
        timeline: about.timeline_with(|entry| deviation::concerns(about, target, entry)),
        ledger: about.ledger(),
        acceptance: acceptance(about, target),
        required_signatures: required(DocumentKind::Iq, kind),
    };
    Ok((value(&facts)?, u32::try_from(failed).unwrap_or(u32::MAX)))
}

/// Says on the first page what is installed, from what, and how it ended.
fn summary(
    about: &About<'_>,
    target: &Environment,
    is_plan: bool,
    tests: &[iq::Test],
    deviations: &[iq::Deviation],
) -> String {
    let plan = &target.plan;
    let packages: Vec<_> = plan
        .content
        .packages()
        .iter()
        .map(|package| {
            let (kind, digest) = (package.kind.as_str(), package.digest.short());
            format!("{kind} package {digest} from {}", package.source)
        })
        .collect();
    let what = format!(
        "installed on release {} (build {}) from the {}",
        plan.release.release,
        plan.release.build,
        packages.join(" and the ")
    );
    let place = format!("{} of {}", label_words(target.label), about.state.name);
    let declared =
        subject::declared_without_migration(about, target).map_or_else(String::new, |(signature, _)| {
            format!(
                " There is no migration output: {} ({}) declared on {} that there is no source database to migrate.",
                signature.name,
                signature.role.title(),
                signature.time.date()
            )
        });
    if is_plan {
        return format!(
            "This plan says how {place} is to be {what}.{declared} {} tests will compare what is found with what this plan expects.",
            tests.len()
        );
    }
    let closed = match deviations.len() {
        0 => String::new(),
        1 => " One deviation was opened on the way, and closed.".to_owned(),
        several => format!(" {several} deviations were opened on the way, and closed."),
    };
    format!(
        "{place} was {what}.{declared} {} of {} tests found what the signed plan expects; {} did not.{closed}",
        checks::count(tests, iq::TestResult::Pass),
        tests.len(),
        checks::count(tests, iq::TestResult::Fail)
    )
}

fn scope(target: &Environment) -> String {
    let migration = match subject::migration(target) {
        Some(_) => "migration output, ",
        None => "",
    };
    format!(
        "The installation of the database instances named here: release and schema, general configuration, {migration}identity, references, accounts, and the ledger that records them."
    )
}

fn exclusions(about: &About<'_>, target: &Environment) -> Vec<String> {
    vec![
        "Operational and performance qualification, and the customer's own validation, are documented elsewhere.".to_owned(),
        "Integration settings and credentials are not installed: they belong to each environment and are entered there.".to_owned(),
        migrated(about, target),
    ]
}

/// Says who answers for the migrated data. The output of the final run is signed by nobody before PROD is checked.
fn migrated(about: &About<'_>, target: &Environment) -> String {
    if subject::migration(target).is_none() {
        return "Migrated data: there is none, because the customer declared that there is no source database to migrate.".to_owned();
    }
    let Some(run) = run::iteration(about, target) else {
        return "The correctness of the migrated data is not shown by this document.".to_owned();
    };
    let number = run.number;
    if !run.is_final {
        let signers = subject::signers(about, run);
        return format!(
            "The correctness of the migrated data is reviewed and signed by the customer per iteration; iteration {number} was signed by {signers}. This document shows that the signed output arrived."
        );
    }
    let with = about.state.signed_iteration().map_or_else(String::new, |signed| {
        format!(
            ", made with {}, which was signed by {}",
            subject::made_with(run, signed),
            subject::signers(about, signed)
        )
    });
    format!(
        "The correctness of the migrated data: {} holds the migration program's output on the final source dump (iteration {number}){with}. The output of the final run itself is neither published nor signed; the customer checks it in the final quality check. This document shows that this output arrived.",
        label_words(target.label)
    )
}

/// Says how the customer accepts PROD: no signature on this document says it.
fn acceptance(about: &About<'_>, target: &Environment) -> Option<String> {
    (target.label.kind() == Kind::Prod).then(|| {
        format!(
            "The signatures above are the vendor's. The customer's acceptance of PROD is the final quality check, the last of the go-live steps: customer reviewer and customer quality sign it after this report is approved, bound to the digest of these facts. It stands in the ledger (`landfall golive show {0}`) and, with printed names and times, in the go-live record (`landfall golive record {0}`). Before it PROD is not live.",
            about.state.id
        )
    })
}

/// Says how long the document is kept, what ends the environment, and when.
fn retention(about: &About<'_>, target: &Environment) -> String {
    let rules = about.material.policy.rules(target.label.kind());
    let environment = match (rules.due_when.is_empty(), rules.destroy_within_days) {
        (true, _) | (false, None) => format!(
            "it is kept and never destroyed by policy. Of its kind the policy says: {}",
            rules.why
        ),
        (false, days) => {
            let when: Vec<_> = rules
                .due_when
                .iter()
                .map(|condition| rule_words(condition.as_str(), days))
                .collect();
            let due = target.due.as_ref().map_or_else(
                || "It was not due when these facts were frozen.".to_owned(),
                |due| {
                    format!(
                        "It is due since {} and must be destroyed by {}.",
                        due.since.human(),
                        due.destroy_by.human()
                    )
                },
            );
            format!("it is {}. {due}", when.join(", or "))
        }
    };
    format!(
        "This document and the ledger are kept as long as the records they describe and survive the environment. The environment: {environment}"
    )
}

/// Returns the digest of the plan's facts, which its signatures are bound to.
fn plan_digest(about: &About<'_>, target: &Environment) -> Option<Digest> {
    target.iq.as_ref().and_then(|number| about.state.documents.get(number))?.plan
}

/// Returns the steps of the attempt that completed the build.
fn last_attempt<'a>(about: &'a About<'_>) -> Vec<&'a StepView> {
    let Some(build) = &about.material.build else { return Vec::new() };
    build.steps.iter().filter(|step| step.attempt == build.attempts).collect()
}

/// Returns the only revision. With the closure of the last deviation it is quality who has the report made; what it
/// reports is still the executor's.
fn revision(about: &About<'_>, target: &Environment, is_plan: bool) -> shared::Revision {
    let executor = target
        .executor
        .as_ref()
        .filter(|_| !is_plan && about.author.role != landfall_core::person::Role::VendorEngineer);
    shared::Revision {
        revision: 1,
        date: about.now.date(),
        author: executor.map_or_else(
            || format!("{} ({})", about.author.name, about.author.role.title()),
            |executor| about.person(executor),
        ),
        change: if is_plan {
            "First issue: the plan."
        } else {
            "First issue: the plan was carried out; results added."
        }
        .to_owned(),
    }
}

fn attachments(about: &About<'_>, target: &Environment) -> Vec<shared::Attachment> {
    about
        .state
        .documents_of(target.label)
        .filter(|document| document.kind != DocumentKind::Iq)
        .filter_map(|document| {
            document.facts.map(|digest| shared::Attachment {
                name: format!(
                    "{} {}",
                    capital(&document.kind.as_str().replace('-', " ")),
                    document.number
                ),
                digest,
            })
        })
        .collect()
}

/// Writes a text with a capital at its beginning.
pub(in crate::facts) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
