//! What an entry says happened, in words that follow the actor's name.

use landfall_core::{
    customer::{self, BuildFailure, DumpPurpose, MaterialKind, MaterialName, PromotionCounts},
    entry::Entry,
    operation::{self, Task},
    plan::Purpose,
    vendor::{self, ClockKind},
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Says what an entry records, in the past tense, as it follows its actor's name: `requested acme/val-1 (formal)`.
#[must_use]
pub fn sentence(entry: &Entry) -> String {
    let known = match entry.kind.split_once('.') {
        Some(("customer", kind)) => {
            let customer = entry.stream.strip_prefix("customer/").unwrap_or_default();
            event(kind, entry).map(|event| of_customer(customer, &event))
        }
        Some(("operation", kind)) => {
            event(kind, entry).map(|event| of_operation(&operation(&entry.stream), &event))
        }
        Some(("vendor", kind)) => event(kind, entry).map(|event| of_vendor(&event)),
        Some(("records", "design-changed" | "design-exported")) => of_designs(&entry.body),
        Some(("records", _)) => of_records(&entry.body),
        Some(("rechecks", _)) => of_rechecks(entry),
        Some(_) | None => None,
    };
    known.unwrap_or_else(|| plain(entry))
}

/// Reads the event that an entry holds; none where this version does not know it.
fn event<T: DeserializeOwned>(kind: &str, entry: &Entry) -> Option<T> {
    serde_json::from_value(json!({ "kind": kind, "body": entry.body })).ok()
}

/// The words of an entry that nothing else knows: its kind and its stream.
fn plain(entry: &Entry) -> String {
    let kind = entry.kind.rsplit('.').next().unwrap_or(&entry.kind).replace('-', " ");
    format!("{kind}, in `{}`", entry.stream)
}

/// Names the operation of a stream: `operation 3 of acme`.
fn operation(stream: &str) -> String {
    match stream.strip_prefix("operation/").and_then(|rest| rest.rsplit_once('/')) {
        Some((customer, number)) => format!("operation {number} of {customer}"),
        None => stream.to_owned(),
    }
}

fn of_customer(id: &str, event: &customer::Event) -> String {
    use customer::Event;
    match event {
        Event::ProspectAdded { name, .. } => format!("added the prospect {name} ({id})"),
        Event::ContractSigned { reference } => format!("recorded contract `{reference}` of {id}"),
        Event::EnvironmentRequested { plan, .. } => {
            let purpose = match plan.purpose {
                Some(Purpose::Formal) => " (formal)",
                Some(Purpose::Informal) => " (informal)",
                None => "",
            };
            format!("requested {id}/{}{purpose}", plan.label)
        }
        Event::BuildStarted { label, operation, .. } => {
            format!("began to build {id}/{label}, operation {operation}")
        }
        Event::EnvironmentBuilt { label, operation, .. } => {
            format!("built {id}/{label}, operation {operation}")
        }
        Event::BuildStopped { label, failure, .. } => {
            let why = match failure {
                BuildFailure::Failed { checks, first } => {
                    format!("{checks} checks failed, the first: {first}")
                }
                BuildFailure::Errored { message } => format!("errored: {message}"),
                BuildFailure::Aborted => "aborted by a person".to_owned(),
            };
            format!("stopped building {id}/{label}: {why}")
        }
        Event::EnvironmentOpened { label } => format!("put {id}/{label} into use"),
        Event::EnvironmentAccepted { label, .. } => format!("accepted {id}/{label}, signed"),
        Event::DemoLent { label, until } => format!("lent {id}/{label} until {}", until.human()),
        Event::DemoExpired { label, rule, .. } => {
            format!("ended the loan of {id}/{label} ({rule})")
        }
        Event::DumpRegistered { digest, purpose, files, .. } => {
            let what = match purpose {
                DumpPurpose::Iteration => "a source dump",
                DumpPurpose::Final => "the final source dump",
            };
            format!("registered {what} of {id}, {} ({files} files)", digest.short())
        }
        Event::SpecRecorded { digest, .. } => {
            format!("recorded migration spec {} of {id}", digest.short())
        }
        Event::IterationStarted { number, operation, is_final, .. } => {
            let what = if *is_final { " on the final dump" } else { "" };
            format!("began iteration {number} of {id}{what}, operation {operation}")
        }
        Event::IterationRun { number, package, .. } => {
            format!("ran iteration {number} of {id}, package {}", package.digest.short())
        }
        Event::IterationStopped { number, failure } => {
            let why = match failure {
                BuildFailure::Failed { first, .. } => first.as_str(),
                BuildFailure::Errored { message } => message.as_str(),
                BuildFailure::Aborted => "aborted by a person",
            };
            format!("ended the run of iteration {number} of {id} without output: {why}")
        }
        Event::IterationPublished { number } => format!("published iteration {number} to {id}"),
        Event::FindingAdded { iteration, number, .. } => {
            format!("added finding {number} to iteration {iteration} of {id}")
        }
        Event::FindingResolved { iteration, number, .. } => {
            format!("resolved finding {number} of iteration {iteration} of {id}")
        }
        Event::IterationSigned { number, signature, complete } => {
            let rest = if *complete { "; it is signed off" } else { "" };
            format!("signed iteration {number} of {id} ({}){rest}", signature.meaning.as_str())
        }
        Event::SourceChosen { target, label, .. } => {
            format!(
                "agreed, signed, that the configuration of {} comes from {id}/{label}",
                target.title()
            )
        }
        Event::ConfigurationExtracted { label, target, package, .. } => format!(
            "extracted the configuration for {} from {id}/{label}, package {}",
            target.title(),
            package.digest.short()
        ),
        Event::DocumentFrozen { number, is_plan, facts, .. } => {
            let what = if *is_plan { "the plan of" } else { "the facts of" };
            format!("froze {what} {number}, {}", facts.short())
        }
        Event::DocumentSigned { number, signature } => {
            format!("signed {number} ({})", signature.meaning.as_str())
        }
        Event::DocumentRejected { number, .. } => format!("rejected {number}, signed"),
        Event::ValidationCompleted { label, .. } => {
            format!("completed validation in {id}/{label}, signed")
        }
        Event::GoLiveStepDone { step } => {
            format!("finished go-live step {} of {id}: {}", step.number(), step.title().1)
        }
        Event::FinalQcSigned { signature } => {
            format!("signed the final quality check of {id} ({})", signature.meaning.as_str())
        }
        Event::WentLive { label } => format!("declared {id}/{label} live"),
        Event::EnvironmentDue { label, rule, destroy_by } => {
            format!("marked {id}/{label} due for destruction by {} ({rule})", destroy_by.date())
        }
        Event::EnvironmentHeld { label } => format!("held {id}/{label}"),
        Event::EnvironmentReleased { label } => format!("lifted the hold of {id}/{label}"),
        Event::EnvironmentClosed { label } => format!("closed {id}/{label}"),
        Event::EnvironmentAbandoned { label, .. } => {
            format!("gave {id}/{label} up before it was built")
        }
        Event::DestructionStarted { label, rule, .. } => {
            format!("began to destroy {id}/{label} ({rule})")
        }
        Event::EnvironmentDestroyed { label, key, .. } => {
            let key = key
                .as_ref()
                .map_or_else(String::new, |key| format!(", and with it masking key `{key}`"));
            format!("destroyed {id}/{label}{key}")
        }
        Event::NoMigrationDeclared { .. } => {
            format!("declared, signed, that {id} has no source database to migrate")
        }
        Event::GoLiveStepNotApplicable { step } => format!(
            "noted that go-live step {} of {id} does not apply: {}",
            step.number(),
            step.title().1
        ),
        Event::WithdrawalSigned { number, signature, complete, .. } => {
            let rest = if *complete { "; the sign-off is withdrawn" } else { "" };
            format!(
                "signed the withdrawal of the sign-off of iteration {number} of {id} ({}){rest}",
                signature.meaning.as_str()
            )
        }
        Event::EnvironmentRejected { label, .. } => format!("rejected {id}/{label}, signed"),
        Event::FinalQcRejected { .. } => {
            format!("rejected the final quality check of {id}, signed")
        }
        Event::DeviationOpened { number, label, tests, description, .. } => {
            let tests: Vec<_> = tests.iter().map(|test| test.id.as_str()).collect();
            let failed =
                if tests.is_empty() { String::new() } else { format!(" ({})", tests.join(", ")) };
            format!(
                "opened deviation {} of {id}/{label}: {description}{failed}",
                deviation_name(id, *number)
            )
        }
        Event::DeviationResolved { number, resolution } => format!(
            "resolved deviation {}: impact: {}; cause: {}; fix: {}",
            deviation_name(id, *number),
            resolution.impact,
            resolution.cause,
            resolution.fix
        ),
        Event::DeviationRetested { number, operation } => format!(
            "tested deviation {} again: what had failed passed in operation {operation}",
            deviation_name(id, *number)
        ),
        Event::DeviationApproved { number, condition, .. } => {
            let condition = condition
                .as_ref()
                .map_or_else(String::new, |text| format!(", on the condition: {text}"));
            format!("closed deviation {}, signed{condition}", deviation_name(id, *number))
        }
        Event::ChangeRequested { number, label, role, table, verb, .. } => {
            let verb = verb_words(verb);
            format!(
                "asked for change {}: a row of {table} in {id}/{label}/{role} to be {verb}",
                change_name(id, *number)
            )
        }
        Event::ChangeApproved { number, .. } => {
            format!("approved change {}, signed", change_name(id, *number))
        }
        Event::ChangeRejected { number, .. } => {
            format!("rejected change {}, signed", change_name(id, *number))
        }
        Event::ChangeMade { number } => format!("made change {}", change_name(id, *number)),
        Event::PromotionStarted { from, to, package, counts } => format!(
            "began to promote configuration {} from {id}/{from} to {id}/{to}: {}",
            package.digest.short(),
            promotion_words(*counts)
        ),
        Event::ConfigurationPromoted { from, to, package, counts } => format!(
            "promoted configuration {} from {id}/{from} to {id}/{to}: {}",
            package.short(),
            promotion_words(*counts)
        ),
        Event::MaterialsDue { materials, rule, destroy_by } => format!(
            "marked due for destruction by {} ({rule}), of {id}: {}",
            destroy_by.date(),
            materials_words(materials)
        ),
        Event::MaterialsDestructionStarted { operation, materials } => format!(
            "began to destroy, operation {operation}, of {id}: {}",
            materials_words(materials)
        ),
        Event::MaterialsDestroyed { operation, materials } => {
            format!("destroyed, operation {operation}, of {id}: {}", materials_words(materials))
        }
        Event::VendorEstablished { id } => {
            format!("made the vendor, as `{id}`, the owner of environments")
        }
        Event::EnvironmentReset { plan, .. } => {
            format!(
                "asked for {id}/{} to be made anew on release {}",
                plan.label, plan.release.release
            )
        }
        Event::CommandRejected { command, refusal } => rejected(command, refusal),
    }
}

/// Names a deviation as documents do: `ACME-DEV-001`.
fn deviation_name(id: &str, number: u32) -> String {
    format!("{}-DEV-{number:03}", id.to_uppercase())
}

/// Names a change of a controlled environment as documents do: `ACME-ECR-001`.
fn change_name(id: &str, number: u32) -> String {
    format!("{}-ECR-{number:03}", id.to_uppercase())
}

fn promotion_words(counts: PromotionCounts) -> String {
    format!("{} rows added, {} changed, {} kept", counts.added, counts.changed, counts.kept)
}

/// Names a material as people read it: `source dump 091ef672b2d4`, `rejected rows of iteration 2`.
pub(crate) fn material_words(kind: MaterialKind, name: &str) -> String {
    match kind {
        MaterialKind::Dump | MaterialKind::Package => {
            format!("{} {}", kind.title(), name.chars().take(12).collect::<String>())
        }
        MaterialKind::Rejects | MaterialKind::KeyMap => {
            format!("{} of iteration {name}", kind.title())
        }
    }
}

fn materials_words(materials: &[MaterialName]) -> String {
    let words: Vec<_> =
        materials.iter().map(|material| material_words(material.kind, &material.name)).collect();
    words.join(", ")
}

fn of_operation(name: &str, event: &operation::Event) -> String {
    use operation::Event;
    match event {
        Event::AttemptStarted { task, attempt } => {
            let what = match task {
                Task::Build { label } => format!("building {label}"),
                Task::Migrate { iteration } => format!("iteration {iteration}"),
                Task::Destroy { label } => format!("destroying {label}"),
                Task::DestroyMaterials => "destroying dumps and packages".to_owned(),
            };
            format!("started attempt {attempt} of {name}, {what}")
        }
        Event::StepDone { number, title, tests, .. } => {
            let failed = tests.iter().filter(|test| !test.passed).count();
            let result = match (tests.len(), failed) {
                (0, _) => String::new(),
                (1, 0) => "; 1 test passed".to_owned(),
                (1, _) => "; 1 test failed".to_owned(),
                (run, 0) => format!("; {run} tests passed"),
                (run, failed) => format!("; {failed} of {run} tests failed"),
            };
            format!("did step {number} of {name}: {title}{result}")
        }
        Event::Ended { outcome, .. } => format!("ended {name}: {}", outcome.as_str()),
    }
}

fn of_vendor(event: &vendor::Event) -> String {
    use vendor::Event;
    match event {
        Event::DirectoryCreated { clock, landfall } => {
            let clock = match clock {
                ClockKind::System => "system",
                ClockKind::Demonstration => "demonstration",
            };
            format!("made the data directory on the {clock} clock, by version {landfall}")
        }
        Event::PolicyAdopted { digest, signature } => {
            let signed = if signature.is_some() { ", signed" } else { "" };
            format!("put policy {} into force{signed}", digest.short())
        }
        Event::CatalogueAdopted { release, digest, signature } => {
            let signed = if signature.is_some() { ", signed" } else { "" };
            format!(
                "put the catalogue of release {release}, {}, into force{signed}",
                digest.short()
            )
        }
        Event::PersonAdded { person } => {
            format!("added {} ({}) as {}", person.name, person.id, person.role.title())
        }
        Event::ClockMoved { to } => format!("moved the clock to {}", to.human()),
        Event::SignedIn { .. } => "signed in".to_owned(),
        Event::AuthenticationFailed { person, failures, locked } => {
            let rest = if *locked { "; the account is locked" } else { "" };
            format!("noted failed authentication {failures} as `{person}`{rest}")
        }
        Event::PersonUnlocked { person } => format!("lifted the lock-out of `{person}`"),
        Event::CommandRejected { command, refusal } => rejected(command, refusal),
    }
}

fn rejected(command: &str, refusal: &landfall_core::refusal::Refusal) -> String {
    format!("was refused `{command}`: {} [{}]", refusal.message, refusal.code)
}

/// What is done to a row, in the past tense.
fn verb_words(verb: &str) -> &str {
    match verb {
        "add" => "added",
        "set" => "changed",
        "archive" => "archived",
        verb => verb,
    }
}

/// The words of a recheck: what was compared, and how many differences there were.
fn of_rechecks(entry: &Entry) -> Option<String> {
    let place = entry.stream.strip_prefix("rechecks/")?;
    let iq = entry.body.get("document").and_then(Value::as_str).unwrap_or("its IQ");
    let differences: u64 = entry
        .body
        .get("instances")?
        .as_array()?
        .iter()
        .flat_map(|instance| [instance.get("drift"), instance.get("failed")])
        .filter_map(|count| count.and_then(Value::as_u64))
        .sum();
    let found = match differences {
        0 => "no drift".to_owned(),
        1 => "1 difference".to_owned(),
        several => format!("{several} differences"),
    };
    Some(format!("rechecked {place} against {iq}: {found}"))
}

/// The words of what was done with the design of a study.
fn of_designs(body: &Value) -> Option<String> {
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let number = |name: &str| body.get(name).and_then(Value::as_u64);
    let (instance, study, oid) = (text("instance")?, text("study")?, text("oid")?);
    let version =
        format!("version {} (`{oid}`) of the design of study {study}", number("revision")?);
    if let Some(format) = text("format") {
        return Some(format!("exported {version} from {instance} as ODM {format}"));
    }
    let erased: u64 = body
        .get("erased")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|one| one.get("rows").and_then(Value::as_u64))
        .sum();
    let request = request(body, instance);
    Some(match text("verb")? {
        "pushed" => {
            let data = match erased {
                0 => "the study had no data there".to_owned(),
                1 => "1 row of the study's data there was erased".to_owned(),
                rows => format!("{rows} rows of the study's data there were erased"),
            };
            format!("pushed {version} to {instance}{request}; {data}")
        }
        verb => format!("{} {version} into {instance}{request}", verb_words(verb)),
    })
}

/// The words that name the change request which was carried out, where there was one.
fn request(body: &Value, instance: &str) -> String {
    body.get("change-request").and_then(Value::as_u64).map_or_else(String::new, |number| {
        let customer = instance.split('/').next().unwrap_or_default();
        format!(", by change {}-ECR-{number:03}", customer.to_uppercase())
    })
}

/// The words of a change to a record; its columns are named, its values are not.
fn of_records(body: &Value) -> Option<String> {
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let id = body.get("id").and_then(Value::as_i64)?;
    let columns: Vec<&str> = body
        .get("columns")
        .and_then(Value::as_array)?
        .iter()
        .filter_map(|column| column.get("column").and_then(Value::as_str))
        .collect();
    let what = verb_words(text("verb")?);
    let columns =
        if columns.is_empty() { String::new() } else { format!(" ({})", columns.join(", ")) };
    let instance = text("instance")?;
    let request = request(body, instance);
    Some(format!("{what} row {id} of {} in {instance}{columns}{request}", text("table")?))
}

#[cfg(test)]
mod tests {
    use landfall_core::{digest::Digest, entry::Actor, time::Timestamp};

    use super::*;

    fn entry(stream: &str, kind: &str, body: Value) -> Entry {
        Entry {
            sequence: 1,
            stream: stream.to_owned(),
            version: 1,
            time: Timestamp::from_seconds(0),
            actor: Actor::landfall(),
            on_behalf_of: None,
            kind: kind.to_owned(),
            kind_version: 1,
            body,
            reason: None,
            correlation: None,
            previous: Digest::ZERO,
        }
    }

    #[test]
    fn designs_are_told_in_words() {
        let told = |kind: &str, body: Value| sentence(&entry("records/acme/prod", kind, body));
        let version = json!({
            "instance": "acme/prod/main", "change": 4, "verb": "imported", "table": "study_design", "id": 9,
            "columns": [], "change-request": 2, "study": "LF-101", "oid": "MDV.2", "revision": 2,
            "tables": [], "erased": [],
        });
        assert_eq!(
            told("records.design-changed", version.clone()),
            "imported version 2 (`MDV.2`) of the design of study LF-101 into acme/prod/main, by change ACME-ECR-002"
        );
        let mut push = version;
        push["verb"] = json!("pushed");
        push["instance"] = json!("acme/prod/test");
        push["erased"] = json!([{ "table": "appointment", "title": "Appointments", "rows": 3 }]);
        assert_eq!(
            told("records.design-changed", push),
            "pushed version 2 (`MDV.2`) of the design of study LF-101 to acme/prod/test, by change ACME-ECR-002; \
             3 rows of the study's data there were erased"
        );
        let export = json!({
            "instance": "acme/sandbox/main", "study": "LF-101", "oid": "MDV.2", "revision": 2, "format": "1.3.2",
        });
        assert_eq!(
            told("records.design-exported", export),
            "exported version 2 (`MDV.2`) of the design of study LF-101 from acme/sandbox/main as ODM 1.3.2"
        );
    }

    #[test]
    fn events_are_told_in_words() {
        let told = |stream: &str, kind: &str, body: Value| sentence(&entry(stream, kind, body));
        assert_eq!(
            told("customer/acme", "customer.contract-signed", json!({ "reference": "C-17" })),
            "recorded contract `C-17` of acme"
        );
        assert_eq!(
            told("customer/acme", "customer.environment-closed", json!({ "label": "val-2" })),
            "closed acme/val-2"
        );
        assert_eq!(
            told(
                "customer/acme",
                "customer.deviation-opened",
                json!({
                    "number": 2,
                    "label": "val-2",
                    "tests": [{ "id": "M-004", "expected": "1 row", "actual": "2 rows" }],
                    "description": "test M-004 of the build failed",
                    "by": "erik",
                })
            ),
            "opened deviation ACME-DEV-002 of acme/val-2: test M-004 of the build failed (M-004)"
        );
        assert_eq!(
            told(
                "customer/acme",
                "customer.materials-due",
                json!({
                    "materials": [
                        { "kind": "dump", "name": "091ef672b2d4cf53d642baa58053280e" },
                        { "kind": "key-map", "name": "2" },
                    ],
                    "rule": "prod-is-live",
                    "destroy-by": "2026-04-03T11:00:04Z",
                })
            ),
            "marked due for destruction by 2026-04-03 (prod-is-live), of acme: source dump 091ef672b2d4, map of source keys of iteration 2"
        );
        assert_eq!(
            told("customer/acme", "customer.change-made", json!({ "number": 7 })),
            "made change ACME-ECR-007"
        );
        assert_eq!(
            told(
                "operation/acme/3",
                "operation.ended",
                json!({ "outcome": "completed", "attempt": 1 })
            ),
            "ended operation 3 of acme: completed"
        );
        assert_eq!(
            told(
                "vendor",
                "vendor.signed-in",
                json!({ "person": "anna", "session": "0123456789ab" })
            ),
            "signed in"
        );
        assert_eq!(
            told(
                "records/acme/sandbox/main",
                "records.record-changed",
                json!({
                    "instance": "acme/sandbox/main",
                    "verb": "set",
                    "table": "site",
                    "id": 7,
                    "columns": [{ "column": "phone", "old": null, "new": "1", "digest": false }],
                })
            ),
            "changed row 7 of site in acme/sandbox/main (phone)"
        );
        assert_eq!(
            told(
                "records/acme/prod",
                "records.record-changed",
                json!({
                    "instance": "acme/prod/main",
                    "verb": "archived",
                    "table": "site",
                    "id": 3,
                    "columns": [],
                    "change-request": 12,
                })
            ),
            "archived row 3 of site in acme/prod/main, by change ACME-ECR-012"
        );
        assert_eq!(
            told(
                "rechecks/acme/prod",
                "rechecks.document-rechecked",
                json!({
                    "document": "ACME-IQ-002",
                    "drifted": true,
                    "instances": [{ "drift": 2, "failed": 1 }, { "drift": 0, "failed": 0 }],
                })
            ),
            "rechecked acme/prod against ACME-IQ-002: 3 differences"
        );
    }

    #[test]
    fn an_unknown_kind_is_still_told() {
        let told = sentence(&entry("customer/acme", "customer.something-new", json!({})));
        assert_eq!(told, "something new, in `customer/acme`");
    }
}
