//! The facts of a go-live record: the six steps with their owners and evidence, and what fell due.

use landfall_core::{
    customer::{Customer, DocumentKind, DumpPurpose, Environment, GoLiveStep, State, Subject},
    digest::Digest,
    entry::Entry,
    environment::Kind,
    plan::{PackageFacts, PackageKind},
    policy::Condition,
    signature::{self, Record, Signature},
};
use landfall_documents::{Block, facts as shared, go_live_record as record};
use serde_json::Value;

use super::{About, iq, iq::capital, label_words, required, value};
use crate::{
    Result,
    story::{material_words, sentence},
};

/// Returns the facts.
pub(crate) fn facts(about: &About<'_>) -> Result<(Value, u32)> {
    let prod = about.environment()?;
    let steps: Vec<record::Step> =
        GoLiveStep::ALL.into_iter().map(|step| step_of(about, prod, step)).collect();
    let due = due(about);
    let facts = record::Facts {
        number: about.number.to_owned(),
        customer: about.state.name.clone(),
        environment: label_words(prod.label),
        product: prod.plan.release.product.clone(),
        release: prod.plan.release.release.to_string(),
        build: prod.plan.release.build.clone(),
        summary: summary(about, prod, &steps, &due),
        live: about.state.since.get("live").copied(),
        instances: about.instances()?,
        steps,
        comparison: iq::comparison(about, prod),
        due,
        final_qc: about
            .state
            .final_qc
            .iter()
            .map(|signature| printed(signature, report_of(about, prod)))
            .collect(),
        awaited: signature::awaited(Record::FinalQc, &about.state.final_qc)
            .into_iter()
            .map(|(_, role)| role.title().to_owned())
            .collect(),
        references: references(about, prod),
        timeline: about.timeline_with(|entry| belongs(about.state, entry)),
        attachments: attachments(about, prod),
        ledger: about.ledger(),
        required_signatures: required(DocumentKind::GoLiveRecord, Kind::Prod),
    };
    Ok((value(&facts)?, 0))
}

impl About<'_> {
    /// Returns the timeline with further entries of the customer, in order.
    pub(super) fn timeline_with(&self, also: impl Fn(&Entry) -> bool) -> Vec<shared::Event> {
        let mut events = self.timeline();
        for entry in self.material.entries.iter().filter(|entry| also(entry)) {
            if events.iter().all(|event| event.entry != entry.sequence) {
                events.push(shared::Event {
                    time: entry.time,
                    what: sentence(entry),
                    who: who(entry),
                    entry: entry.sequence,
                });
            }
        }
        events.sort_by_key(|event| event.entry);
        events
    }
}

/// Returns who made an entry, as documents name people.
pub(super) fn who(entry: &Entry) -> String {
    format!("{} ({})", entry.actor.name, entry.actor.role.replace('-', " "))
}

/// Returns a signature of the customer as documents print it; `bound` is the digest of the record as it is now.
pub(super) fn printed(
    signature: &Signature,
    bound: Option<Digest>,
) -> landfall_documents::Signature {
    landfall_documents::Signature {
        name: signature.name.clone(),
        role: signature.role.title().to_owned(),
        meaning: signature.meaning.statement().to_owned(),
        time: signature.time,
        block: Block::Acceptance,
        valid: bound == Some(signature.digest),
        bound_to: signature.digest,
        reason: None,
        rejected: false,
    }
}

/// Returns what the signatures of the final quality check are bound to: the report of PROD's IQ.
fn report_of(about: &About<'_>, prod: &Environment) -> Option<Digest> {
    prod.iq
        .as_ref()
        .and_then(|number| about.state.documents.get(number))
        .and_then(|document| document.facts)
        .or(Some(prod.plan_digest))
}

fn summary(
    about: &About<'_>,
    prod: &Environment,
    steps: &[record::Step],
    due: &[record::Due],
) -> String {
    let state = about.state;
    let live = state
        .since
        .get("live")
        .map_or_else(|| "is not live".to_owned(), |time| format!("is live since {}", time.date()));
    let count =
        |wanted: record::StepState| steps.iter().filter(|step| step.state == wanted).count();
    let done = match (count(record::StepState::Done), count(record::StepState::NotApplicable)) {
        (6, _) => "All six steps were done by their owners.".to_owned(),
        (done, 0) => format!("{done} of six steps were done."),
        (done, skipped) => format!(
            "{done} of six steps were done by their owners; {skipped} do not apply, because there is no source database."
        ),
    };
    let configuration = match state.difference() {
        None => "the configuration that was validated",
        Some(_) => {
            "a configuration whose difference from the validated one customer quality signed"
        }
    };
    let migration = match package(prod, PackageKind::Migration) {
        Some(_) => " and the output of the migration program on the final source dump",
        None => " and no migrated data",
    };
    let destroyed = due.iter().filter(|one| one.state == "destroyed").count();
    let fell_due = match (due.len(), destroyed) {
        (0, _) => "Nothing fell due with it.".to_owned(),
        (1, 0) => "One thing fell due with it and is still open.".to_owned(),
        (1, _) => "One thing fell due with it and is destroyed.".to_owned(),
        (all, gone) if all == gone => {
            format!("{all} things fell due with it and are destroyed.")
        }
        (all, gone) => format!(
            "{all} things fell due with it: {gone} destroyed, {} still open.",
            all.saturating_sub(gone)
        ),
    };
    format!(
        "{} of {} {live}. {done} PROD holds {configuration}{migration}. {fell_due}",
        label_words(prod.label),
        state.name
    )
}

fn package(environment: &Environment, kind: PackageKind) -> Option<&PackageFacts> {
    environment.plan.content.packages().into_iter().find(|package| package.kind == kind)
}

fn step_of(about: &About<'_>, prod: &Environment, step: GoLiveStep) -> record::Step {
    let (owner, title) = step.title();
    let state = about.state;
    let mut made = record::Step {
        number: u32::try_from(step.number()).unwrap_or(u32::MAX),
        title: title.to_owned(),
        owner: owner.to_owned(),
        state: record::StepState::Open,
        reason: None,
        time: None,
        who: None,
        evidence: Vec::new(),
    };
    if let Some(time) = state.golive.get(&step) {
        made.state = record::StepState::Done;
        made.time = Some(*time);
        made.who = doers(about, prod, step).or_else(|| done_by(about, step).map(who));
        made.evidence = evidence(about, prod, step);
    } else if let Some(time) = state.not_applicable.get(&step) {
        made.state = record::StepState::NotApplicable;
        made.time = Some(*time);
        if let Some((signature, reason)) = &state.no_migration {
            made.reason = Some(reason.clone());
            made.who = Some(format!("{} ({})", signature.name, signature.role.title()));
            made.evidence = vec![
                shown(
                    "Declaration that there is no source database, signed".to_owned(),
                    about.entry("no-migration-declared"),
                    Some(signature.digest),
                ),
                shown(
                    "The step was recorded as not applicable".to_owned(),
                    iq::not_applicable(about, step),
                    None,
                ),
            ];
        }
    }
    made
}

/// Names the people of a step that more than one did: who built and who reviewed PROD, both signers of the final check.
fn doers(about: &About<'_>, prod: &Environment, step: GoLiveStep) -> Option<String> {
    match step {
        GoLiveStep::ReviewProd => {
            let builder = about.person(prod.executor.as_ref()?);
            let reviewer = who(done_by(about, step)?);
            Some(format!("{builder} built and configured; {reviewer} reviewed"))
        }
        GoLiveStep::FinalQc => {
            let signers: Vec<String> = about
                .state
                .final_qc
                .iter()
                .map(|signature| format!("{} ({})", signature.name, signature.role.title()))
                .collect();
            (!signers.is_empty()).then(|| signers.join("; "))
        }
        GoLiveStep::FinalDump
        | GoLiveStep::ExtractConfiguration
        | GoLiveStep::RunMigration
        | GoLiveStep::ProvideIq => None,
    }
}

/// Returns the entry that says that a step was done.
fn done_by<'a>(about: &'a About<'_>, step: GoLiveStep) -> Option<&'a Entry> {
    let name = serde_json::to_value(step).ok()?;
    find(about, "go-live-step-done", |entry| entry.body.get("step") == Some(&name))
}

/// Returns the newest entry of a kind that fits.
pub(super) fn find<'a>(
    about: &'a About<'_>,
    kind: &str,
    fits: impl Fn(&Entry) -> bool,
) -> Option<&'a Entry> {
    let kind = format!("customer.{kind}");
    about.material.entries.iter().rev().find(|entry| entry.kind == kind && fits(entry))
}

fn shown(what: String, entry: Option<&Entry>, digest: Option<Digest>) -> record::Evidence {
    let reference = entry.map_or_else(String::new, |entry| format!("entry {}", entry.sequence));
    record::Evidence { what, reference, digest }
}

fn evidence(about: &About<'_>, prod: &Environment, step: GoLiveStep) -> Vec<record::Evidence> {
    match step {
        GoLiveStep::FinalDump => final_dump(about),
        GoLiveStep::ExtractConfiguration => extraction(about, prod),
        GoLiveStep::RunMigration => final_run(about),
        GoLiveStep::ReviewProd => review(about, prod),
        GoLiveStep::ProvideIq => documents(about, prod, DocumentKind::Iq),
        GoLiveStep::FinalQc => final_check(about),
    }
}

fn final_dump(about: &About<'_>) -> Vec<record::Evidence> {
    let Some(dump) = about.state.final_dump() else { return Vec::new() };
    let name = dump.digest.to_string();
    let entry =
        find(about, "dump-registered", |entry| text(entry, "/digest") == Some(name.as_str()));
    vec![shown(format!("Final source dump, {} files", dump.files), entry, Some(dump.digest))]
}

fn extraction(about: &About<'_>, prod: &Environment) -> Vec<record::Evidence> {
    let mut list = Vec::new();
    if let Some(package) = package(prod, PackageKind::Configuration) {
        let name = package.digest.to_string();
        let entry = find(about, "configuration-extracted", |entry| {
            text(entry, "/package/digest") == Some(name.as_str())
                && text(entry, "/target") == Some(Kind::Prod.as_str())
        });
        let what = format!("Configuration package of {}", package.source);
        list.push(shown(what, entry, Some(package.digest)));
    }
    if let Some(source) = about.state.sources.get(&Kind::Prod) {
        let entry = find(about, "source-chosen", |entry| {
            text(entry, "/target") == Some(Kind::Prod.as_str())
        });
        let signer = &source.signature.name;
        list.push(shown(format!("Choice of the source, signed by {signer}"), entry, None));
    }
    list
}

fn final_run(about: &About<'_>) -> Vec<record::Evidence> {
    let Some(run) = about.state.final_iteration() else { return Vec::new() };
    let entry = find(about, "iteration-run", |entry| {
        entry.body.get("number").and_then(Value::as_u64) == Some(u64::from(run.number))
    });
    let digest = run.package.as_ref().map(|package| package.digest);
    let mut list =
        vec![shown(format!("Migration package of iteration {}", run.number), entry, digest)];
    for document in about.state.documents.values() {
        if document.about == Subject::Iteration(run.number) {
            list.push(record::Evidence {
                what: format!("QC report of iteration {}", run.number),
                reference: document.number.clone(),
                digest: document.facts,
            });
        }
    }
    list
}

fn review(about: &About<'_>, prod: &Environment) -> Vec<record::Evidence> {
    let roles: Vec<_> = prod.plan.instances.iter().map(|role| role.title()).collect();
    let mut list = vec![
        shown(
            format!("{} built, {}", label_words(prod.label), roles.join(" and ")),
            about.entry("environment-built"),
            None,
        ),
        shown(
            "Review of PROD Main by an engineer who did not build it".to_owned(),
            done_by(about, GoLiveStep::ReviewProd),
            None,
        ),
    ];
    if let Some(report) = iq::difference_report(about, prod) {
        list.push(record::Evidence {
            what: "Difference from the validated configuration, signed by customer quality"
                .to_owned(),
            reference: report.number.clone(),
            digest: report.facts,
        });
    }
    list
}

fn final_check(about: &About<'_>) -> Vec<record::Evidence> {
    about
        .state
        .final_qc
        .iter()
        .map(|signature| {
            let time = signature.time.to_string();
            let entry = find(about, "final-qc-signed", |entry| {
                text(entry, "/signature/person") == Some(signature.person.as_str())
                    && text(entry, "/signature/time") == Some(time.as_str())
            });
            let what = format!("Signature of {} ({})", signature.name, signature.role.title());
            shown(what, entry, Some(signature.digest))
        })
        .collect()
}

/// Returns a text of an entry's body.
pub(super) fn text<'e>(entry: &'e Entry, pointer: &str) -> Option<&'e str> {
    entry.body.pointer(pointer).and_then(Value::as_str)
}

/// Returns the documents of a kind about PROD as evidence.
fn documents(about: &About<'_>, prod: &Environment, kind: DocumentKind) -> Vec<record::Evidence> {
    about
        .state
        .documents_of(prod.label)
        .filter(|document| document.kind == kind)
        .map(|document| record::Evidence {
            what: format!("Installation qualification of {}", label_words(prod.label)),
            reference: document.number.clone(),
            digest: document.facts,
        })
        .collect()
}

/// Returns what fell due because PROD is live.
fn due(about: &About<'_>) -> Vec<record::Due> {
    let policy = &about.material.policy;
    let environments = about.state.environments.values().filter_map(|environment| {
        let due = environment.due.as_ref().filter(|due| by_going_live(&due.rule))?;
        let days = policy.rules(environment.label.kind()).destroy_within_days;
        Some(record::Due {
            what: label_words(environment.label),
            rule: rule_words(&due.rule, days),
            since: due.since,
            destroy_by: due.destroy_by,
            state: match (environment.state, &environment.hold) {
                (State::Destroyed, _) => "destroyed",
                (_, Some(_)) => "held",
                (State::Closed, None) => "closed",
                (
                    State::Requested
                    | State::Building
                    | State::Built
                    | State::InUse
                    | State::Destroying,
                    None,
                ) => "due",
            }
            .to_owned(),
        })
    });
    let held = about
        .state
        .environments
        .values()
        .any(|environment| environment.hold.is_some() && environment.state != State::Destroyed);
    let materials = about.state.materials.iter().filter_map(|material| {
        let due = material.due.as_ref().filter(|due| by_going_live(&due.rule))?;
        Some(record::Due {
            what: capital(&material_words(material.kind, &material.name)),
            rule: rule_words(&due.rule, Some(policy.outlives.destroy_within_days)),
            since: due.since,
            destroy_by: due.destroy_by,
            state: match (material.destroyed, held) {
                (Some(_), _) => "destroyed",
                (None, true) => "held",
                (None, false) => "due",
            }
            .to_owned(),
        })
    });
    environments.chain(materials).collect()
}

/// The rules that PROD's going live sets in motion.
const BY_GOING_LIVE: [Condition; 2] =
    [Condition::ProdIsLive, Condition::ValidationIsCompletedAndProdIsLive];

fn by_going_live(rule: &str) -> bool {
    BY_GOING_LIVE.iter().any(|condition| condition.as_str() == rule)
}

/// Returns a rule that ends something in people's words: `destroyed within 14 days after PROD is live`.
pub(super) fn rule_words(rule: &str, days: Option<u32>) -> String {
    let condition = match rule {
        "prod-is-live" => "PROD is live".to_owned(),
        "validation-is-completed-and-prod-is-live" => {
            "validation is completed and PROD is live".to_owned()
        }
        "migration-is-signed-off" => "an iteration of the migration is signed off".to_owned(),
        "lifetime-is-over" => "its time is over".to_owned(),
        other => other.replace('-', " "),
    };
    match days {
        Some(days) => format!("destroyed within {days} days after {condition}"),
        None => format!("destroyed after {condition}"),
    }
}

fn references(about: &About<'_>, prod: &Environment) -> Vec<shared::Reference> {
    let mut list = vec![shared::Reference {
        name: "Lifecycle policy".to_owned(),
        version: super::policy_version(&about.material.policy, prod.plan.policy),
        digest: Some(prod.plan.policy),
    }];
    for (name, document) in attached(about, prod) {
        list.push(shared::Reference { name, version: String::new(), digest: Some(document) });
    }
    for package in prod.plan.content.packages() {
        list.push(shared::Reference {
            name: format!("{} package", capital(package.kind.as_str())),
            version: format!("from {}", package.source),
            digest: Some(package.digest),
        });
    }
    list
}

fn attachments(about: &About<'_>, prod: &Environment) -> Vec<shared::Attachment> {
    attached(about, prod)
        .into_iter()
        .map(|(name, digest)| shared::Attachment { name, digest })
        .collect()
}

/// Returns the documents that the record rests on: those about PROD and those about the final run.
fn attached(about: &About<'_>, prod: &Environment) -> Vec<(String, Digest)> {
    let run = about.state.final_iteration().map(|run| Subject::Iteration(run.number));
    let of_run = about.state.documents.values().filter(|document| Some(document.about) == run);
    about
        .state
        .documents_of(prod.label)
        .filter(|document| document.kind != DocumentKind::GoLiveRecord)
        .chain(of_run)
        .filter_map(|document| {
            let name = match document.kind {
                DocumentKind::Iq => "Installation qualification".to_owned(),
                DocumentKind::QcReport => "QC report".to_owned(),
                DocumentKind::MaskingCertificate
                | DocumentKind::DestructionCertificate
                | DocumentKind::ConfigurationReport
                | DocumentKind::GoLiveRecord
                | DocumentKind::DifferenceReport
                | DocumentKind::MaterialsCertificate => {
                    capital(&document.kind.as_str().replace('-', " "))
                }
            };
            Some((format!("{name} {}", document.number), document.facts?))
        })
        .collect()
}

/// Tells whether an entry belongs to going live although it does not name PROD.
fn belongs(state: &Customer, entry: &Entry) -> bool {
    match entry.kind.as_str() {
        "customer.go-live-step-done"
        | "customer.go-live-step-not-applicable"
        | "customer.no-migration-declared"
        | "customer.validation-completed"
        | "customer.withdrawal-signed"
        | "customer.final-qc-signed"
        | "customer.final-qc-rejected"
        | "customer.went-live" => true,
        "customer.dump-registered" => {
            entry.body.get("purpose") == serde_json::to_value(DumpPurpose::Final).ok().as_ref()
        }
        "customer.iteration-started" | "customer.iteration-run" => {
            let number = entry.body.get("number").and_then(Value::as_u64);
            let is_final = |number| {
                state.iterations.iter().any(|run| run.is_final && u64::from(run.number) == number)
            };
            number.is_some_and(is_final)
        }
        "customer.environment-due" | "customer.materials-due" => {
            text(entry, "/rule").is_some_and(by_going_live)
        }
        _ => false,
    }
}
