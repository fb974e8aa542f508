//! What the IQ is about: packages, people, system, and what had to be true before.

use landfall_core::{
    customer::{DocumentKind, Environment, GoLiveStep, Iteration, IterationState, Subject},
    entry::Entry,
    environment::Kind,
    plan::{PackageFacts, PackageKind},
    signature::{Meaning, Signature},
};
use landfall_documents::{facts as shared, iq};
use serde_json::Value;

use super::{
    About, capital, label_words,
    run::{difference_report, iteration},
};
use crate::{
    StepView,
    facts::golive::{find, text},
};

/// Returns the migration package that the environment is made of; none where there is no source database.
pub(super) fn migration(target: &Environment) -> Option<&PackageFacts> {
    target
        .plan
        .content
        .packages()
        .into_iter()
        .find(|package| package.kind == PackageKind::Migration)
}

/// Returns the declaration that there is no source database, where the environment is made without a migration.
pub(super) fn declared_without_migration<'a>(
    about: &'a About<'_>,
    target: &Environment,
) -> Option<&'a (Signature, String)> {
    about.state.no_migration.as_ref().filter(|_| migration(target).is_none())
}

pub(super) fn references(about: &About<'_>, target: &Environment) -> Vec<shared::Reference> {
    let plan = &target.plan;
    let mut list = vec![
        shared::Reference {
            name: "Lifecycle policy".to_owned(),
            version: super::super::policy_version(&about.material.policy, plan.policy),
            digest: Some(plan.policy),
        },
        shared::Reference {
            name: format!("Catalogue of {}", plan.release.product),
            version: plan.release.release.to_string(),
            digest: Some(plan.release.catalogue),
        },
        shared::Reference {
            name: "Installation plan (steps, tests and packages of this document)".to_owned(),
            version: String::new(),
            digest: Some(target.plan_digest),
        },
    ];
    for package in plan.content.packages() {
        list.push(shared::Reference {
            name: format!("{} package", capital(package.kind.as_str())),
            version: package.source.clone(),
            digest: Some(package.digest),
        });
        if let Some(iteration) =
            about.state.iterations.iter().find(|iteration| {
                iteration.package.as_ref().map(|p| p.digest) == Some(package.digest)
            })
        {
            list.push(shared::Reference {
                name: "Migration spec".to_owned(),
                version: format!("of iteration {}", iteration.number),
                digest: Some(iteration.spec),
            });
            list.push(shared::Reference {
                name: "Source dump".to_owned(),
                version: format!("of iteration {}", iteration.number),
                digest: Some(iteration.dump),
            });
        }
    }
    if let Some((signature, _)) = declared_without_migration(about, target) {
        list.push(shared::Reference {
            name: "Declaration that there is no source database".to_owned(),
            version: format!("signed by {}", signature.name),
            digest: Some(signature.digest),
        });
    }
    list.extend(difference_reference(about, target));
    list
}

/// Names the report of what differs from the validated configuration, with both packages.
fn difference_reference(about: &About<'_>, target: &Environment) -> Option<shared::Reference> {
    let report = difference_report(about, target)?;
    let packages = about.state.difference().map_or_else(String::new, |(validated, val, prod)| {
        format!(
            ": configuration {} of {validated}, {} of {}",
            val.short(),
            prod.short(),
            target.label
        )
    });
    Some(shared::Reference {
        name: "Difference report".to_owned(),
        version: format!("{}{packages}", report.number),
        digest: report.facts,
    })
}

/// Says who signed an iteration off, when, and in which entries.
pub(super) fn signers(about: &About<'_>, signed: &Iteration) -> String {
    let signers: Vec<String> = signed
        .signatures
        .iter()
        .map(|signature| {
            let time = signature.time.to_string();
            let entry = find(about, "iteration-signed", |entry| {
                entry.body.get("number").and_then(Value::as_u64) == Some(u64::from(signed.number))
                    && text(entry, "/signature/person") == Some(signature.person.as_str())
                    && text(entry, "/signature/time") == Some(time.as_str())
            });
            let (name, role, day) =
                (&signature.name, signature.role.title(), signature.time.date());
            match entry {
                Some(entry) => format!("{name} ({role}) on {day}, entry {}", entry.sequence),
                None => format!("{name} ({role}) on {day}"),
            }
        })
        .collect();
    signers.join(" and ")
}

/// Says how the final run goes with the iteration that is signed: the sign-off is bound to that iteration's output.
pub(super) fn made_with(run: &Iteration, signed: &Iteration) -> String {
    let how = match (run.spec == signed.spec, run.catalogue == signed.catalogue) {
        (true, true) => "the spec, maps and catalogue",
        (true, false) => "the spec and maps, but not the catalogue,",
        (false, true) => "the catalogue, but not the spec,",
        (false, false) => "neither the spec nor the catalogue",
    };
    format!("{how} of signed iteration {}", signed.number)
}

pub(super) fn definitions() -> Vec<iq::Definition> {
    [
        ("Environment", "A pair (Main, Test) or a single instance of the product, made for one purpose."),
        ("Catalogue", "The declared data model of a release: tables, columns, what travels, what is about people."),
        ("Spec", "A folder that says how the customer's source becomes the product's tables; its maps say which value becomes which."),
        ("Iteration", "One run of the migration program: a spec and a dump of the source give a migration package."),
        ("Allow-list", "The tables that may travel in a package of a kind, as the policy lists them; what is not listed does not travel."),
        ("Package", "An immutable extract named by the digest of its content; what moves between environments moves as a package."),
        ("Digest", "A SHA-256 over canonical content: equal content has an equal digest."),
        ("Plan", "What shall be done and what must be found, signed before the run."),
        ("Operation", "The durable run of a plan: attempts, steps, evidence, outcome; it has a number within the customer."),
        ("Evidence", "What a step noted or a probe found; its digest is in the ledger."),
        ("Facts", "The content of this document as data, frozen under a digest; signatures are bound to that digest."),
        ("Rendition", "A PDF of the facts and of the signatures given so far; every signature makes a new one."),
        ("Probe", "A program that says what it finds in an instance; it knows nothing of the plan."),
        ("Entry", "One line of the ledger: who, when, what, why; it has a number."),
        ("Ledger", "The append-only, hash-chained record of all that happened; a head is the hash of its last entry."),
        ("Masked", "Volunteer identities are replaced before the first byte is written."),
    ]
    .map(|(term, meaning)| iq::Definition { term: term.to_owned(), meaning: meaning.to_owned() })
    .to_vec()
}

pub(super) fn roles(about: &About<'_>, target: &Environment) -> Vec<iq::RolePerson> {
    let mut list = vec![iq::RolePerson {
        role: "Author of the plan".to_owned(),
        person: about.person(&target.author),
    }];
    for executor in &target.executors {
        let is_last = target.executor.as_ref() == Some(executor);
        list.push(iq::RolePerson {
            role: if is_last { "Executor" } else { "Executor of an earlier build" }.to_owned(),
            person: about.person(executor),
        });
    }
    let document = target.iq.as_ref().and_then(|number| about.state.documents.get(number));
    for signature in document.iter().flat_map(|document| &document.plan_signatures) {
        let role = match signature.meaning {
            Meaning::TechnicalReview => "Technical reviewer of the plan",
            Meaning::PlanApproval => "Quality approval of the plan",
            _ => continue,
        };
        list.push(iq::RolePerson {
            role: role.to_owned(),
            person: about.person(&signature.person),
        });
    }
    list
}

pub(super) fn system(done: &[&StepView]) -> iq::System {
    let noted = |step: &StepView, key: &str| {
        step.facts.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let provision = done.iter().find(|step| step.facts.get("engine").is_some());
    let mut start_up = Vec::new();
    for step in done {
        let Some(identity) = step.facts.get("identity").and_then(Value::as_object) else {
            continue;
        };
        let instance = step.facts.get("instance").and_then(Value::as_str).unwrap_or_default();
        for (name, value) in identity {
            start_up.push(iq::StartUpFact {
                instance: capital(instance),
                name: name.clone(),
                value: value.as_str().unwrap_or_default().to_owned(),
            });
        }
    }
    iq::System {
        engine: provision.map_or_else(
            || format!("SQLite {}", landfall_instances::probe::sqlite_version()),
            |step| noted(step, "engine"),
        ),
        server: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        components: vec![
            iq::Component {
                name: "Landfall".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
            },
            iq::Component {
                name: "SQLite".to_owned(),
                version: landfall_instances::probe::sqlite_version().to_owned(),
            },
        ],
        start_up,
    }
}

pub(super) fn prerequisites(about: &About<'_>, target: &Environment) -> Vec<iq::Prerequisite> {
    let state = about.state;
    let kind = target.label.kind();
    let mut list = vec![prerequisite(
        "The contract is signed.",
        "recorded by vendor sales".to_owned(),
        about.entry("contract-signed"),
        state.since.contains_key("contracted"),
    )];
    if let Some(source) = state.sources.get(&kind) {
        list.push(prerequisite(
            "Customer quality agreed on the source of the configuration.",
            format!("{}, signed by {}", source.label, source.signature.name),
            // These entries name the source, not what is made of it.
            find(about, "source-chosen", |entry| text(entry, "/target") == Some(kind.as_str())),
            true,
        ));
    }
    list.push(prerequisite(
        "The configuration was extracted from that source.",
        packages_words(target, PackageKind::Configuration),
        extracted(about, target),
        true,
    ));
    if let Some((signature, reason)) = declared_without_migration(about, target) {
        list.push(prerequisite(
            "The customer declared that there is no source database to migrate.",
            format!("{reason} (signed by {})", signature.name),
            about.entry("no-migration-declared"),
            true,
        ));
    }
    match kind {
        Kind::Val => list.extend(signed_off(about, target)),
        Kind::Prod => list.extend(of_prod(about, target)),
        Kind::Demo | Kind::Sandbox | Kind::Migration | Kind::Preprod | Kind::CommunityDev => {}
    }
    list
}

/// Returns the entry of the extraction of the configuration that the environment is made of.
fn extracted<'a>(about: &'a About<'_>, target: &Environment) -> Option<&'a Entry> {
    let packages = target.plan.content.packages();
    let package = packages.iter().find(|package| package.kind == PackageKind::Configuration)?;
    let name = package.digest.to_string();
    find(about, "configuration-extracted", |entry| {
        text(entry, "/package/digest") == Some(name.as_str())
            && text(entry, "/target") == Some(target.label.kind().as_str())
    })
}

fn signed_off(about: &About<'_>, target: &Environment) -> Option<iq::Prerequisite> {
    migration(target)?;
    let signed = about
        .state
        .iterations
        .iter()
        .rev()
        .find(|iteration| iteration.state == IterationState::Signed);
    Some(prerequisite(
        "The migration output is signed off by the customer.",
        signed.map_or_else(String::new, |iteration| {
            format!("iteration {}, signed by {}", iteration.number, signers(about, iteration))
        }),
        about.entry("iteration-signed"),
        signed.is_some(),
    ))
}

fn of_prod(about: &About<'_>, target: &Environment) -> Vec<iq::Prerequisite> {
    let state = about.state;
    let mut list = vec![prerequisite(
        "Validation is completed and signed.",
        state.validation.as_ref().map_or_else(String::new, |(label, signature)| {
            format!("{label}, signed by {}", signature.name)
        }),
        find(about, "validation-completed", |_| true),
        state.validation.is_some(),
    )];
    if migration(target).is_some() {
        list.push(prerequisite(
            "The customer provided the final source dump.",
            "registered and copied".to_owned(),
            about.entry("dump-registered"),
            true,
        ));
        list.push(final_run(about, target));
    } else {
        for step in [GoLiveStep::FinalDump, GoLiveStep::RunMigration] {
            let (owner, title) = step.title();
            list.push(prerequisite(
                &format!("Go-live step {} is not applicable: {title}.", step.number()),
                format!("the {owner}'s step; there is no source database"),
                not_applicable(about, step),
                state.not_applicable.contains_key(&step),
            ));
        }
    }
    list.extend(difference_signed(about, target));
    list
}

/// Says with what the final run was made. Nobody signs its output: the sign-off is bound to that of an earlier iteration.
fn final_run(about: &About<'_>, target: &Environment) -> iq::Prerequisite {
    let package = packages_words(target, PackageKind::Migration);
    let entry = about.entry("iteration-run");
    match (iteration(about, target), about.state.signed_iteration()) {
        (Some(run), Some(signed)) => prerequisite(
            &format!(
                "The migration program ran on the final dump with {}.",
                made_with(run, signed)
            ),
            format!(
                "{package}, spec {}; the sign-off is bound to the output of iteration {}, which was made with spec {}: {}",
                run.spec.short(),
                signed.number,
                signed.spec.short(),
                signers(about, signed)
            ),
            entry,
            run.spec == signed.spec && run.catalogue == signed.catalogue,
        ),
        (Some(_) | None, Some(_) | None) => prerequisite(
            "The migration program ran on the final dump with the spec of a signed iteration.",
            package,
            entry,
            false,
        ),
    }
}

/// Returns the entry that records that a go-live step does not apply.
pub(in crate::facts) fn not_applicable<'a>(
    about: &'a About<'_>,
    step: GoLiveStep,
) -> Option<&'a Entry> {
    let name = serde_json::to_value(step).ok()?;
    about.material.entries.iter().rev().find(|entry| {
        entry.kind == "customer.go-live-step-not-applicable"
            && entry.body.get("step") == Some(&name)
    })
}

/// Says whether customer quality signed the difference, where PROD's configuration is not the validated one.
fn difference_signed(about: &About<'_>, target: &Environment) -> Option<iq::Prerequisite> {
    about.state.difference()?;
    let report = difference_report(about, target);
    let signed = report.and_then(|report| {
        let signature = report.signatures.first()?;
        Some(format!("{}, signed by {}", report.number, signature.name))
    });
    let entry = report.and_then(|report| {
        about.material.entries.iter().rev().find(|entry| {
            entry.kind == "customer.document-signed"
                && entry.body.get("number").and_then(Value::as_str) == Some(report.number.as_str())
        })
    });
    let met = signed.is_some();
    Some(prerequisite(
        "Customer quality signed the difference between the validated configuration and PROD's.",
        signed.unwrap_or_else(|| {
            "not signed yet: without the signature PROD is not built".to_owned()
        }),
        entry,
        met,
    ))
}

fn prerequisite(
    statement: &str,
    evidence: String,
    entry: Option<&Entry>,
    met: bool,
) -> iq::Prerequisite {
    iq::Prerequisite {
        statement: statement.to_owned(),
        evidence,
        reference: entry.map_or_else(String::new, |entry| format!("entry {}", entry.sequence)),
        met,
    }
}

fn packages_words(target: &Environment, kind: PackageKind) -> String {
    target
        .plan
        .content
        .packages()
        .iter()
        .filter(|package| package.kind == kind)
        .map(|package| format!("package {}", package.digest.short()))
        .collect()
}

pub(super) fn packages(about: &About<'_>, target: &Environment) -> Vec<iq::Package> {
    target
        .plan
        .content
        .packages()
        .into_iter()
        .map(|package| package_of(about, target, package))
        .collect()
}

/// How the reason begins why a table leaves all its rows behind: the allow-list does not name it.
const NOT_ALLOWED: &str = "not part of a ";

fn package_of(about: &About<'_>, target: &Environment, package: &PackageFacts) -> iq::Package {
    let is_configuration = package.kind == PackageKind::Configuration;
    let all = extracted(about, target)
        .filter(|_| is_configuration)
        .and_then(|entry| entry.body.get("left-out"))
        .and_then(|left| serde_json::from_value::<Vec<(String, String, u64)>>(left.clone()).ok())
        .unwrap_or_default();
    let (other, left_out): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|(_, reason, _)| reason.starts_with(NOT_ALLOWED));
    iq::Package {
        kind: package.kind.as_str().to_owned(),
        digest: package.digest,
        source: package.source.clone(),
        tables: package
            .tables
            .iter()
            .map(|table| iq::TableContent {
                name: table.name.clone(),
                rows: table.rows,
                digest: table.digest,
            })
            .collect(),
        left_out: left_out
            .into_iter()
            .map(|(table, reason, rows)| iq::LeftOut { table, reason, rows })
            .collect(),
        excluded: (!other.is_empty()).then(|| iq::Excluded {
            rows: other.iter().map(|(_, _, rows)| rows).sum(),
            tables: other.into_iter().map(|(table, _, _)| table).collect(),
        }),
        counted: match package.kind {
            PackageKind::Migration => iteration(about, target).map(|run| counted(about, run)),
            PackageKind::Configuration | PackageKind::Snapshot => None,
        },
        note: if is_configuration { came_through(about, target) } else { None },
    }
}

/// Returns what the run that made a migration package counted, over all its sections.
fn counted(about: &About<'_>, run: &Iteration) -> iq::Counted {
    let state = about.state;
    let report = state.documents.values().rev().find(|document| {
        document.kind == DocumentKind::QcReport
            && document.about == Subject::Iteration(run.number)
            && document.facts.is_some()
    });
    iq::Counted {
        run: format!("iteration {}", run.number),
        read: run.sections.iter().map(|section| section.read).sum(),
        written: run.sections.iter().map(|section| section.written).sum(),
        rejected: run.sections.iter().map(|section| section.rejected).sum(),
        filtered: run.sections.iter().map(|section| section.filtered).sum(),
        report: match report {
            Some(report) => format!("QC report {}", report.number),
            None => format!(
                "a QC report, which `landfall migration report {} {}` makes",
                state.id, run.number
            ),
        },
    }
}

/// Says where it stands what was left out of the configuration before, where it came through a VAL.
fn came_through(about: &About<'_>, target: &Environment) -> Option<String> {
    let source = text(extracted(about, target)?, "/label")?;
    let val = about
        .state
        .environments
        .values()
        .find(|there| there.label.kind() == Kind::Val && there.label.to_string() == source)?;
    let number = val.iq.as_ref()?;
    Some(format!(
        "This configuration came through {}: what was left out on the way into it stands in {number}, under the same heading.",
        label_words(val.label)
    ))
}
