//! The JSON of every noun, as `docs/json.md` fixes it. Keys are snake case, words are kebab-case, times are RFC 3339.

use std::path::Path;

use landfall_core::{
    customer::{Customer, Deviation, Environment, GoLiveStep, Iteration, Material, Next},
    ids::CustomerId,
    plan::PackageFacts,
    signature::Signature,
};
use landfall_operations::{ChangeView, DocumentView, OperationView, PackageView, PersonView};
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    error::Failure,
    signed::{self, Records},
};

/// Returns the word that a value is written as.
pub(crate) fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(text)) => text,
        Ok(Value::Null) | Err(_) => String::new(),
        Ok(other) => other.to_string(),
    }
}

/// Returns a report as JSON.
pub(crate) fn serialised(report: &impl Serialize) -> Result<Value, Failure> {
    serde_json::to_value(report).map_err(|error| {
        Failure::absent(
            format!("the result has no JSON form: {error}"),
            "run the command without `--json`",
        )
    })
}

/// One thing that may be done next, with the command as it is to be typed.
pub(crate) fn next(item: &Next, command: &str) -> Value {
    json!({ "who": item.who, "what": item.what, "command": command })
}

/// A signature, and whether the record is still what was signed.
pub(crate) fn signature(signature: &Signature, holds: bool) -> Value {
    json!({
        "person": signature.person,
        "name": signature.name,
        "role": signature.role,
        "meaning": signature.meaning,
        "time": signature.time,
        "digest": signature.digest,
        "valid": holds,
    })
}

/// A change that needs an approval, without the row and its values: they may be a volunteer's, and stand in
/// `record changes` alone.
pub(crate) fn change(view: &ChangeView) -> Value {
    json!({
        "number": view.number,
        "address": view.address,
        "table": view.table,
        "verb": view.verb,
        "by": view.by,
        "requested": view.requested,
        "reason": view.reason,
        "state": view.state,
        "decision": view.decision,
        "rejection": view.rejection,
    })
}

/// A person.
pub(crate) fn person(view: &PersonView) -> Value {
    json!({
        "id": view.id,
        "name": view.name,
        "role": view.role,
        "customer": view.customer,
        "signed_in_until": view.signed_in_until,
        "locked": view.locked,
    })
}

/// A customer in a few words, as a list shows it.
pub(crate) fn customer_brief(customer: &Customer) -> Value {
    json!({
        "id": customer.id,
        "name": customer.name,
        "status": customer.status,
        "since": customer.since,
        "environments": customer.environments.keys().collect::<Vec<_>>(),
    })
}

/// An environment; locations begin with the data directory.
pub(crate) fn environment(directory: &Path, records: &Records, environment: &Environment) -> Value {
    let customer = &records.customer.id;
    let signed = |one: &Signature| signature(one, records.holds_for(environment, one));
    let open: Vec<String> = records
        .customer
        .deviations_of(environment.label)
        .filter(|deviation| deviation.is_open())
        .map(|deviation| deviation.name(customer))
        .collect();
    let plan = &environment.plan;
    // What was destroyed has no location any more.
    let standing = environment.state.has_content();
    let instances: Vec<Value> = environment
        .instances
        .iter()
        .map(|instance| {
            json!({
                "role": instance.role,
                "release": plan.release.release,
                "location": standing.then(|| directory.join(&instance.location).display().to_string()),
                "fingerprint": instance.fingerprint,
            })
        })
        .collect();
    let packages: Vec<Value> = plan.content.packages().into_iter().map(package_facts).collect();
    json!({
        "address": format!("{customer}/{}", environment.label),
        "kind": environment.label.kind(),
        "label": environment.label,
        "purpose": environment.purpose,
        "state": environment.state,
        "release": plan.release.release,
        "build": plan.release.build,
        "masked": plan.key.is_some(),
        "qualified": plan.qualified,
        "plan": environment.plan_digest,
        "requested_by": environment.author,
        "built_by": environment.executor,
        "operation": environment.operation,
        "destruction": environment.destruction,
        "instances": instances,
        "packages": packages,
        "failed_checks": environment.failed_checks,
        "iq": environment.iq,
        "accepted": environment.acceptance.as_ref().map(signed),
        "rejected": environment.rejection.as_ref().map(|(one, reason)| {
            json!({ "signature": signed(one), "reason": reason })
        }),
        "difference": environment.difference,
        "open_deviations": open,
        "lent_until": environment.lent_until,
        "expires": environment.expires,
        "due": environment.due,
        "held": environment.hold.is_some(),
        "since": environment.since,
    })
}

/// A package as a plan or an iteration knows it.
pub(crate) fn package_facts(package: &PackageFacts) -> Value {
    let tables: Vec<Value> = package
        .tables
        .iter()
        .map(|table| json!({ "name": table.name, "rows": table.rows, "digest": table.digest }))
        .collect();
    json!({ "kind": package.kind, "digest": package.digest, "source": package.source, "tables": tables })
}

/// A stored package.
pub(crate) fn package(view: &PackageView) -> Value {
    let tables: Vec<Value> =
        view.tables.iter().map(|(name, rows)| json!({ "name": name, "rows": rows })).collect();
    let left_out: Vec<Value> = view
        .left_out
        .iter()
        .map(|(table, reason, rows)| json!({ "table": table, "reason": reason, "rows": rows }))
        .collect();
    json!({
        "kind": view.kind,
        "digest": view.digest,
        "path": view.path.display().to_string(),
        "source": view.source,
        "sources": view.sources,
        "loaded_into": view.loaded_into,
        "tables": tables,
        "left_out": left_out,
    })
}

/// The totals of an iteration's sections: read, written, rejected, filtered.
pub(crate) fn totals(iteration: &Iteration) -> [u64; 4] {
    iteration.sections.iter().fold([0; 4], |[read, written, rejected, filtered], section| {
        [
            read + section.read,
            written + section.written,
            rejected + section.rejected,
            filtered + section.filtered,
        ]
    })
}

/// An iteration of the migration.
pub(crate) fn iteration(iteration: &Iteration) -> Value {
    let [read, written, rejected, filtered] = totals(iteration);
    let signed = |list: &[Signature]| -> Vec<Value> {
        list.iter().map(|one| signature(one, signed::holds_for_iteration(iteration, one))).collect()
    };
    let findings: Vec<Value> = iteration
        .findings
        .iter()
        .map(|finding| {
            json!({ "number": finding.number, "by": finding.by, "resolved": finding.resolution.is_some() })
        })
        .collect();
    json!({
        "number": iteration.number,
        "state": iteration.state,
        "final": iteration.is_final,
        "dump": iteration.dump,
        "spec": iteration.spec,
        "catalogue": iteration.catalogue,
        "base": iteration.base,
        "operation": iteration.operation,
        "package": iteration.package.as_ref().map(package_facts),
        "read": read,
        "written": written,
        "rejected": rejected,
        "filtered": filtered,
        "sections": iteration.sections,
        "findings": findings,
        "signatures": signed(&iteration.signatures),
        "withdrawn": iteration.withdrawn,
        "withdrawals": signed(&iteration.withdrawals),
        "superseded": iteration.superseded,
    })
}

/// The agreed sources and the extracted packages of a customer's configuration.
pub(crate) fn configuration(records: &Records) -> Value {
    let customer = &records.customer;
    let sources: Vec<Value> = customer
        .sources
        .iter()
        .map(|(target, source)| {
            json!({
                "for": target,
                "source": format!("{}/{}", customer.id, source.label),
                "signature": signature(&source.signature, records.holds_for_source(source)),
            })
        })
        .collect();
    let extractions: Vec<Value> = customer
        .extractions
        .iter()
        .map(|known| {
            json!({
                "for": known.target,
                "source": format!("{}/{}", customer.id, known.label),
                "package": package_facts(&known.package),
            })
        })
        .collect();
    json!({ "sources": sources, "extractions": extractions })
}

/// The six go-live steps.
pub(crate) fn golive(records: &Records) -> Value {
    let customer = &records.customer;
    let signed = |one: &Signature| signature(one, records.holds_for_documents(one));
    GoLiveStep::ALL
        .into_iter()
        .map(|step| {
            let (owner, what) = step.title();
            let is_last = match step {
                GoLiveStep::FinalQc => true,
                GoLiveStep::FinalDump
                | GoLiveStep::ExtractConfiguration
                | GoLiveStep::RunMigration
                | GoLiveStep::ReviewProd
                | GoLiveStep::ProvideIq => false,
            };
            let signatures: Vec<Value> =
                customer.final_qc.iter().filter(|_| is_last).map(signed).collect();
            let rejections: Vec<Value> = customer
                .qc_rejections
                .iter()
                .filter(|_| is_last)
                .map(|(one, reason)| json!({ "signature": signed(one), "reason": reason }))
                .collect();
            json!({
                "number": step.number(),
                "step": step,
                "owner": owner,
                "what": what,
                "done": customer.golive.get(&step),
                "not_applicable": customer.not_applicable.get(&step),
                "signatures": signatures,
                "rejections": rejections,
            })
        })
        .collect()
}

/// A document.
pub(crate) fn document(view: &DocumentView) -> Value {
    let signatures: Vec<Value> = view
        .signatures
        .iter()
        .map(|signature| {
            json!({
                "name": signature.name,
                "role": signature.role,
                "meaning": signature.meaning,
                "time": signature.time,
                "valid": signature.valid,
            })
        })
        .collect();
    let awaited: Vec<Value> = view
        .awaited
        .iter()
        .map(|(meaning, role)| json!({ "meaning": meaning, "role": role }))
        .collect();
    let renditions: Vec<String> =
        view.renditions.iter().map(|path| path.display().to_string()).collect();
    json!({
        "number": view.number,
        "kind": view.kind,
        "about": view.about,
        "environment": view.environment,
        "status": view.status,
        "path": view.path.display().to_string(),
        "facts_path": view.facts_path.display().to_string(),
        "digest": view.digest,
        "signatures": signatures,
        "awaited": awaited,
        "renditions": renditions,
    })
}

/// An operation with its steps.
pub(crate) fn operation(view: &OperationView) -> Value {
    let steps: Vec<Value> = view
        .steps
        .iter()
        .map(|step| {
            json!({
                "number": step.number,
                "title": step.title,
                "attempt": step.attempt,
                "time": step.time,
                "who": step.who,
                "facts": step.facts,
                "evidence": step.evidence,
                "tests": step.tests,
            })
        })
        .collect();
    json!({
        "number": view.number,
        "task": view.task,
        "title": view.title,
        "outcome": view.outcome,
        "attempts": view.attempts,
        "steps": steps,
    })
}

/// A deviation.
pub(crate) fn deviation(customer: &CustomerId, deviation: &Deviation) -> Value {
    json!({
        "name": deviation.name(customer),
        "address": format!("{customer}/{}", deviation.label),
        "state": deviation_state(deviation),
        "description": deviation.description,
        "tests": deviation.tests,
        "opened_by": deviation.opened_by,
        "opened": deviation.opened,
        "resolution": deviation.resolution,
        "retest": deviation.retest,
        "approval": deviation
            .approval
            .as_ref()
            .map(|one| signature(one, signed::holds_for_deviation(deviation, one))),
        "condition": deviation.condition,
    })
}

/// Returns how far a deviation has come.
pub(crate) fn deviation_state(deviation: &Deviation) -> &'static str {
    match (&deviation.approval, &deviation.condition, &deviation.resolution, deviation.retest) {
        (Some(_), Some(_), _, _) => "closed-with-condition",
        (Some(_), None, _, _) => "closed",
        (None, _, Some(_), Some(_)) => "retested",
        (None, _, Some(_), None) => "resolved",
        (None, _, None, _) => "open",
    }
}

/// What holds a customer's data outside its environments.
pub(crate) fn material(material: &Material) -> Value {
    json!({
        "kind": material.kind,
        "name": material.name,
        "due": material.due,
        "operation": material.operation,
        "destroyed": material.destroyed,
    })
}

#[cfg(test)]
mod tests {
    use landfall_core::{environment::Kind, signature::Meaning};

    use super::*;

    #[test]
    fn a_word_is_what_the_json_says() {
        assert_eq!(word(&Kind::CommunityDev), "community-dev");
        assert_eq!(word(&Meaning::TechnicalReview), "technical-review");
        assert_eq!(word(&None::<u32>), "");
        assert_eq!(word(&7), "7");
    }
}
