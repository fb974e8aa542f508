//! The facts of a destruction certificate.

use landfall_core::{customer::Environment, entry::Entry};
use landfall_documents::destruction_certificate as certificate;
use serde_json::Value;

use super::{About, environment_words, golive::rule_words, label_words, value};
use crate::{Result, error::Error};

/// Returns the facts.
pub(crate) fn facts(about: &About<'_>) -> Result<(Value, u32)> {
    let target = about.environment()?;
    let started = about
        .entry("destruction-started")
        .ok_or_else(|| Error::Broken("a destruction without a beginning".to_owned()))?;
    let destroyed = about
        .entry("environment-destroyed")
        .ok_or_else(|| Error::Broken("a destruction without an end".to_owned()))?;
    let closed = about
        .entry("environment-closed")
        .or_else(|| about.entry("demo-expired"))
        .ok_or_else(|| Error::Broken("a destruction without a closure".to_owned()))?;
    let rule = started.body.get("rule").and_then(Value::as_str).unwrap_or_default();
    let in_words = in_words(about, target, rule);
    let approval = started.body.pointer("/approval/name").and_then(Value::as_str);
    let authorised_by = approval.map_or_else(
        || {
            about.entry("environment-due").or_else(|| about.entry("demo-expired")).map_or_else(
                || "the policy".to_owned(),
                |due| format!("the policy, entry {}", due.sequence),
            )
        },
        |name| format!("{name} (vendor quality), entry {}", started.sequence),
    );
    let absent = !target.instances.is_empty();
    let mut removed: Vec<certificate::Removed> = target
        .instances
        .iter()
        .map(|instance| certificate::Removed {
            kind: "database file".to_owned(),
            name: instance.location.clone(),
            digest: Some(instance.fingerprint),
            bytes: None,
            absent,
        })
        .collect();
    let key = destroyed.body.get("key").and_then(Value::as_str);
    if let Some(key) = key {
        removed.push(certificate::Removed {
            kind: "masking key".to_owned(),
            name: key.to_owned(),
            digest: None,
            bytes: None,
            absent: true,
        });
    }
    let act = |entry: &Entry, authorised_by: String| certificate::Act {
        time: entry.time,
        who: format!("{} ({})", entry.actor.name, entry.actor.role.replace('-', " ")),
        authorised_by,
        entry: entry.sequence,
    };
    let facts = certificate::Facts {
        number: about.number.to_owned(),
        customer: about.state.name.clone(),
        environment: label_words(about.label()?),
        product: target.plan.release.product.clone(),
        release: target.plan.release.release.to_string(),
        build: target.plan.release.build.clone(),
        summary: format!(
            "{} was closed on {} and destroyed on {}. {in_words}",
            environment_words(about.state, target),
            closed.time.date(),
            destroyed.time.date(),
        ),
        instances: about.instances()?,
        why: certificate::Why {
            rule: rule.to_owned(),
            text: in_words,
            due_since: target.due.as_ref().map(|due| due.since),
            early: approval.is_some(),
            reason: started.reason.clone(),
            hold: "none".to_owned(),
            policy: target.plan.policy,
        },
        closed: act(closed, authorised_by.clone()),
        destroyed: act(destroyed, authorised_by),
        removed,
        method: certificate::METHOD.to_owned(),
        stays: vec![
            certificate::Stays {
                what: "The ledger".to_owned(),
                place: "ledger.sqlite".to_owned(),
                why:
                    "It records the environment from request to destruction and is never destroyed."
                        .to_owned(),
            },
            certificate::Stays {
                what: "Documents and their facts".to_owned(),
                place: format!("documents/{}", about.state.id),
                why: "They are kept as long as the records they describe.".to_owned(),
            },
        ],
        limits: certificate::standard_limits(),
        timeline: about.timeline(),
        attachments: Vec::new(),
        ledger: about.ledger(),
        required_signatures: Vec::new(),
    };
    Ok((value(&facts)?, 0))
}

/// Says why the environment was destroyed: by which rule, or by whose approval.
fn in_words(about: &About<'_>, target: &Environment, rule: &str) -> String {
    let kind = target.label.kind();
    if target.due.is_none() {
        return "No rule had made it due: vendor quality approved, with a signature and a reason, that it be destroyed before."
            .to_owned();
    }
    let days = about.material.policy.rules(kind).destroy_within_days;
    format!("The rule: {} is {}.", kind.title(), rule_words(rule, days))
}
