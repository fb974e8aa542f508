//! The facts of a materials certificate: which dumps, packages, rejected rows and key maps are gone, and what stays.

use landfall_core::{
    customer::{
        DocumentKind, Environment, Iteration, Material, MaterialKind, MaterialName, State, Subject,
    },
    digest::Digest,
    entry::Entry,
    environment::Kind,
    plan::ReleaseFacts,
    time::Timestamp,
};
use landfall_documents::{
    destruction_certificate as destruction, facts as shared, materials_certificate as certificate,
};
use serde_json::Value;

use super::{
    About,
    golive::{rule_words, who},
    label_words, required, value,
};
use crate::{Result, StepView, error::Error, story::material_words};

/// How materials are removed, where the operation did not look for them again.
const REMOVED: &str = "Each file and folder was removed from the file system; the operation ends only when every removal has succeeded. Dumps and packages bear their digest as their name.";

/// Returns the facts.
pub(crate) fn facts(about: &About<'_>) -> Result<(Value, u32)> {
    let Subject::Materials(operation) = about.subject else {
        return Err(Error::Broken(format!("document `{}` is about no materials", about.number)));
    };
    let gone: Vec<&Material> = about
        .state
        .materials
        .iter()
        .filter(|material| material.operation == Some(operation))
        .collect();
    let started = entry_of(about, "materials-destruction-started", operation)?;
    let destroyed = entry_of(about, "materials-destroyed", operation)?;
    let authorised_by = authorised_by(about, &gone);
    let materials: Vec<certificate::Material> =
        gone.iter().map(|material| removed(about, material, destroyed.time)).collect();
    let looked = gone.iter().all(|material| {
        step_of(about, material).is_some_and(|step| step.facts.get("absent").is_some())
    });
    let release = release(about, &gone);
    let text =
        |of: fn(&ReleaseFacts) -> String| release.map_or_else(|| "not stated".to_owned(), of);
    let facts = certificate::Facts {
        number: about.number.to_owned(),
        customer: about.state.name.clone(),
        environment: "Migration materials".to_owned(),
        product: text(|release| release.product.clone()),
        release: text(|release| release.release.to_string()),
        build: text(|release| release.build.clone()),
        summary: summary(about, &gone, &materials),
        rules: rules(about, &gone),
        materials,
        reason: started.reason.clone(),
        hold: "none".to_owned(),
        policy: about.material.policy.digest(),
        operation,
        started: act(started, &authorised_by),
        destroyed: act(destroyed, &authorised_by),
        method: if looked { certificate::METHOD } else { REMOVED }.to_owned(),
        stays: stays(about),
        limits: certificate::standard_limits(),
        timeline: timeline(about),
        attachments: Vec::new(),
        ledger: about.ledger(),
        required_signatures: required(DocumentKind::MaterialsCertificate, Kind::Migration),
    };
    Ok((value(&facts)?, 0))
}

fn entry_of<'a>(about: &'a About<'_>, kind: &str, operation: u32) -> Result<&'a Entry> {
    let kind = format!("customer.{kind}");
    about
        .material
        .entries
        .iter()
        .find(|entry| {
            entry.kind == kind
                && entry.body.get("operation").and_then(Value::as_u64) == Some(u64::from(operation))
        })
        .ok_or_else(|| {
            Error::Broken(format!("the ledger holds no entry `{kind}` of operation {operation}"))
        })
}

fn act(entry: &Entry, authorised_by: &str) -> destruction::Act {
    destruction::Act {
        time: entry.time,
        who: who(entry),
        authorised_by: authorised_by.to_owned(),
        entry: entry.sequence,
    }
}

/// Names the entries by which the materials fell due.
fn authorised_by(about: &About<'_>, gone: &[&Material]) -> String {
    let entries: Vec<String> = about
        .material
        .entries
        .iter()
        .filter(|entry| entry.kind == "customer.materials-due")
        .filter(|entry| {
            let named: Vec<MaterialName> = entry
                .body
                .get("materials")
                .and_then(|materials| serde_json::from_value(materials.clone()).ok())
                .unwrap_or_default();
            gone.iter().any(|material| named.contains(&material.named()))
        })
        .map(|entry| entry.sequence.to_string())
        .collect();
    match entries.as_slice() {
        [] => "the policy".to_owned(),
        [one] => format!("the policy, entry {one}"),
        several => format!("the policy, entries {}", several.join(" and ")),
    }
}

/// Returns the step that removed a material. Where it was repeated after a crash, the one that still found files.
fn step_of<'a>(about: &'a About<'_>, material: &Material) -> Option<&'a StepView> {
    about
        .material
        .build
        .iter()
        .flat_map(|operation| &operation.steps)
        .filter(|step| text(step, "kind") == Some(material.kind.as_str()))
        .filter(|step| text(step, "name") == Some(material.name.as_str()))
        .max_by_key(|step| count(step, "files"))
}

fn text<'s>(step: &'s StepView, key: &str) -> Option<&'s str> {
    step.facts.get(key).and_then(Value::as_str)
}

fn count(step: &StepView, key: &str) -> u64 {
    step.facts.get(key).and_then(Value::as_u64).unwrap_or_default()
}

/// Returns what happened, in order; where the general words would list every material, their number stands instead.
fn timeline(about: &About<'_>) -> Vec<shared::Event> {
    let mut events = about.timeline();
    for event in &mut events {
        let entry = about.material.entries.iter().find(|entry| entry.sequence == event.entry);
        if let Some(what) = entry.and_then(counted_words) {
            event.what = what;
        }
    }
    events
}

/// Says how many materials an entry is about, where it is about materials.
fn counted_words(entry: &Entry) -> Option<String> {
    let count = entry.body.get("materials").and_then(Value::as_array)?.len();
    let materials = if count == 1 { "material" } else { "materials" };
    let of_body = |name: &str| entry.body.get(name).and_then(Value::as_str).unwrap_or_default();
    match entry.kind.as_str() {
        "customer.materials-due" => {
            let until = of_body("destroy-by").parse::<Timestamp>().ok();
            let until = until.map_or_else(String::new, |until| {
                format!(", to be destroyed by {}", until.human())
            });
            Some(format!("{count} {materials} fell due by the rule {}{until}", of_body("rule")))
        }
        "customer.materials-destruction-started" => {
            Some(format!("the destruction of {count} {materials} began"))
        }
        "customer.materials-destroyed" => Some(format!("{count} {materials} destroyed")),
        _ => None,
    }
}

/// Returns how many days late something was done, a day begun counted whole.
fn days_late(done: Timestamp, by: Timestamp) -> u32 {
    if done <= by {
        return 0;
    }
    // Rounded up: what is late by an hour is late.
    let days = done.plus_seconds(86_399).days_since(by);
    u32::try_from(days).unwrap_or(u32::MAX)
}

fn removed(about: &About<'_>, material: &Material, destroyed: Timestamp) -> certificate::Material {
    let step = step_of(about, material);
    let noted = |key: &str| step.and_then(|step| step.facts.get(key));
    let kept = is_kept(step);
    certificate::Material {
        kind: material.kind.title().to_owned(),
        name: if kept {
            format!(
                "{}; the same content is registered elsewhere and stays there",
                name(about, material)
            )
        } else {
            name(about, material)
        },
        digest: material.name.parse::<Digest>().ok().or_else(|| {
            noted("digest").and_then(Value::as_str).and_then(|digest| digest.parse().ok())
        }),
        files: step.map_or(0, |step| count(step, "files")),
        bytes: step.map(|step| count(step, "bytes")),
        rule: material.due.as_ref().map_or_else(String::new, |due| due.rule.clone()),
        due_since: material.due.as_ref().map(|due| due.since),
        destroy_by: material.due.as_ref().map(|due| due.destroy_by),
        days_late: material
            .due
            .as_ref()
            .map_or(0, |due| days_late(material.destroyed.unwrap_or(destroyed), due.destroy_by)),
        absent: noted("absent")
            .and_then(Value::as_bool)
            .unwrap_or(material.destroyed.is_some() && !kept),
    }
}

fn is_kept(step: Option<&StepView>) -> bool {
    step.and_then(|step| step.facts.get("kept-for-another-customer"))
        .and_then(Value::as_bool)
        .unwrap_or(false)
}

/// Names a material by the iterations that made or read it.
fn name(about: &About<'_>, material: &Material) -> String {
    let runs: Vec<&Iteration> = runs_of(about, material).collect();
    let words: Vec<String> = runs
        .iter()
        .map(|run| {
            if run.is_final {
                format!("iteration {}, the final run", run.number)
            } else {
                format!("iteration {}", run.number)
            }
        })
        .collect();
    if !words.is_empty() {
        return format!("of {}", words.join(" and "));
    }
    let received = about.state.dumps.iter().find(|dump| {
        material.kind == MaterialKind::Dump && dump.digest.to_string() == material.name
    });
    match received {
        Some(dump) => format!("received on {}, never used", dump.received.date()),
        None => material_words(material.kind, &material.name),
    }
}

/// Returns the iterations that a material belongs to.
fn runs_of<'a>(
    about: &'a About<'_>,
    material: &'a Material,
) -> impl Iterator<Item = &'a Iteration> {
    about.state.iterations.iter().filter(move |run| match material.kind {
        MaterialKind::Dump => run.dump.to_string() == material.name,
        MaterialKind::Package => {
            run.package.as_ref().is_some_and(|package| package.digest.to_string() == material.name)
        }
        MaterialKind::Rejects | MaterialKind::KeyMap => run.number.to_string() == material.name,
    })
}

fn rules(about: &About<'_>, gone: &[&Material]) -> Vec<certificate::Rule> {
    let outlives = &about.material.policy.outlives;
    let mut names: Vec<&str> = gone
        .iter()
        .filter_map(|material| material.due.as_ref())
        .map(|due| due.rule.as_str())
        .collect();
    names.sort_unstable();
    names.dedup();
    names
        .into_iter()
        .map(|name| certificate::Rule {
            name: name.to_owned(),
            text: format!(
                "{} What it names is {}.",
                outlives.why,
                rule_words(name, Some(outlives.destroy_within_days))
            ),
        })
        .collect()
}

/// Returns the release whose catalogue the iterations were run with, or else that of any environment.
fn release<'a>(about: &'a About<'_>, gone: &[&Material]) -> Option<&'a ReleaseFacts> {
    let catalogue = gone.iter().find_map(|material| {
        about
            .state
            .iterations
            .iter()
            .rev()
            .find(|run| {
                run.dump.to_string() == material.name || run.number.to_string() == material.name
            })
            .map(|run| run.catalogue)
    });
    let mut releases: Vec<&ReleaseFacts> =
        about.state.environments.values().map(|environment| &environment.plan.release).collect();
    releases.sort_by_key(|release| Some(release.catalogue) == catalogue);
    releases.pop()
}

fn summary(about: &About<'_>, gone: &[&Material], materials: &[certificate::Material]) -> String {
    let kinds =
        [MaterialKind::Dump, MaterialKind::Package, MaterialKind::Rejects, MaterialKind::KeyMap];
    let words: Vec<String> = kinds
        .into_iter()
        .filter_map(|kind| {
            let count = gone.iter().filter(|material| material.kind == kind).count();
            (count > 0).then(|| {
                let several = match (kind, count) {
                    (_, 1) => kind.title(),
                    (MaterialKind::Dump, _) => "source dumps",
                    (MaterialKind::Package, _) => "migration packages",
                    (MaterialKind::Rejects, _) => "stores of rejected rows",
                    (MaterialKind::KeyMap, _) => "maps of source keys",
                };
                format!("{count} {several}")
            })
        })
        .collect();
    let present = materials.iter().filter(|material| !material.absent).count();
    let rest = match present {
        0 => "All of it is gone.".to_owned(),
        1 => "One of them stands in the store still, as the list says.".to_owned(),
        several => format!("{several} of them stand in the store still, as the list says."),
    };
    let late: Vec<u32> =
        materials.iter().map(|material| material.days_late).filter(|days| *days > 0).collect();
    let most = late.iter().copied().max().unwrap_or_default();
    let days = if most == 1 { "1 day".to_owned() } else { format!("{most} days") };
    let in_time = match late.len() {
        0 => "All of it was destroyed in time.".to_owned(),
        1 => format!("One of them was destroyed {days} late."),
        several => format!("{several} of them were destroyed late, by up to {days}."),
    };
    format!(
        "What the migration of {} left behind and was due by rule was destroyed: {}. {rest} {in_time} The ledger and the documents stay.",
        about.state.name,
        words.join(", ")
    )
}

fn stays(about: &About<'_>) -> Vec<destruction::Stays> {
    let state = about.state;
    let mut list = vec![
        destruction::Stays {
            what: "Counts, rules and digests of the iterations".to_owned(),
            place: "ledger.sqlite".to_owned(),
            why: "They give a reason for every row that did not arrive and are never destroyed."
                .to_owned(),
        },
        destruction::Stays {
            what: "Documents and their facts".to_owned(),
            place: format!("documents/{}", state.id),
            why: "They are kept as long as the records they describe.".to_owned(),
        },
        destruction::Stays {
            what: "Migration specs with their value maps".to_owned(),
            place: format!("specs/{}", state.id),
            why: "They say how every value came about; they hold no row of the source.".to_owned(),
        },
    ];
    for material in state.materials.iter().filter(|material| material.operation.is_none()) {
        let why = match &material.due {
            None => "No rule has made it due yet.".to_owned(),
            Some(due) => format!("It is due and is to be destroyed by {}.", due.destroy_by.date()),
        };
        list.push(destruction::Stays {
            what: format!(
                "{} {}",
                super::iq::capital(material.kind.title()),
                name(about, material)
            ),
            place: match material.kind {
                MaterialKind::Dump => format!("dumps/{}", state.id),
                MaterialKind::Package => "packages".to_owned(),
                MaterialKind::Rejects | MaterialKind::KeyMap => format!("private/{}", state.id),
            },
            why,
        });
    }
    for environment in state.environments.values().filter(|environment| holds_rows(environment)) {
        list.push(destruction::Stays {
            what: label_words(environment.label),
            place: format!("instances/{}/{}", state.id, environment.label),
            why: "Rows that were loaded into it end with the environment.".to_owned(),
        });
    }
    list
}

/// Tells whether an environment stands that was made of migrated rows.
fn holds_rows(environment: &Environment) -> bool {
    let migrated = environment
        .plan
        .content
        .packages()
        .iter()
        .any(|package| package.kind == landfall_core::plan::PackageKind::Migration);
    match environment.state {
        State::Built | State::InUse | State::Closed | State::Destroying => migrated,
        State::Requested | State::Building | State::Destroyed => false,
    }
}

#[cfg(test)]
mod tests {
    use landfall_core::entry::Actor;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_day_that_has_begun_is_a_day_late() {
        let by = Timestamp::from_seconds(1_767_603_600);
        assert_eq!(days_late(by, by), 0);
        assert_eq!(days_late(by.plus_seconds(-1), by), 0);
        assert_eq!(days_late(by.plus_seconds(1), by), 1);
        assert_eq!(days_late(by.plus_days(1), by), 1);
        assert_eq!(days_late(by.plus_days(1).plus_seconds(1), by), 2);
    }

    #[test]
    fn the_timeline_counts_materials() {
        let entry = |kind: &str, body| Entry {
            sequence: 4,
            stream: "customer/acme".to_owned(),
            version: 4,
            time: Timestamp::from_seconds(1_767_603_600),
            actor: Actor::landfall(),
            on_behalf_of: None,
            kind: format!("customer.{kind}"),
            kind_version: 1,
            body,
            reason: None,
            correlation: None,
            previous: Digest::ZERO,
        };
        let due = json!({
            "materials": [{ "kind": "key-map", "name": "2" }, { "kind": "rejects", "name": "2" }],
            "rule": "prod-is-live",
            "destroy-by": "2026-04-03T11:00:04Z",
        });
        assert_eq!(
            counted_words(&entry("materials-due", due)).as_deref(),
            Some(
                "2 materials fell due by the rule prod-is-live, to be destroyed by 2026-04-03 11:00:04 UTC"
            )
        );
        assert_eq!(counted_words(&entry("iteration-signed", json!({}))), None);
    }
}
