//! Entries of the ledger as plain sentences.

use landfall_core::entry::Entry;
use serde_json::Value;

/// Says what an entry records, in the past tense, without its actor and time.
#[must_use]
pub fn sentence(entry: &Entry) -> String {
    let body = &entry.body;
    let text = |key: &str| words(body.get(key));
    let kind = entry.kind.split_once('.').map_or(entry.kind.as_str(), |(_, kind)| kind);
    match kind {
        "directory-created" => format!("made the data directory with the {} clock", text("clock")),
        "policy-adopted" => format!("brought policy {} into force", short(body.get("digest"))),
        "catalogue-adopted" => format!(
            "brought the catalogue of release {} ({}) into force",
            text("release"),
            short(body.get("digest"))
        ),
        "person-added" => format!(
            "added {} as {}",
            words(body.pointer("/person/name")),
            words(body.pointer("/person/role")).replace('-', " ")
        ),
        "clock-moved" => format!("moved the demonstration clock to {}", text("to")),
        "signed-in" => "signed in".to_owned(),
        "authentication-failed" => format!(
            "a password for {} was wrong, {} in a row{}",
            text("person"),
            text("failures"),
            if body.get("locked") == Some(&Value::Bool(true)) { "; locked out" } else { "" }
        ),
        "person-unlocked" => format!("lifted the lock-out of {}", text("person")),
        "prospect-added" => format!("added {} as a prospect", text("name")),
        "contract-signed" => format!("recorded the signed contract {}", text("reference")),
        "environment-requested" => {
            format!("requested {}", words(body.pointer("/plan/label")))
        }
        "build-started" => format!("began to build {}", text("label")),
        "environment-built" => format!("completed {}: every check passed", text("label")),
        "build-stopped" => format!(
            "the build of {} stopped: {}",
            text("label"),
            words(body.pointer("/failure/outcome"))
        ),
        "environment-opened" => format!("put {} into use", text("label")),
        "environment-accepted" => format!("accepted {}", text("label")),
        "demo-lent" => format!("lent {} until {}", text("label"), text("until")),
        "demo-expired" => format!("ended {}: its time was over", text("label")),
        "dump-registered" => format!(
            "received a source dump for {}: {} files, {} bytes",
            if text("purpose") == "final" { "the final run" } else { "an iteration" },
            text("files"),
            text("bytes")
        ),
        "spec-recorded" => format!("recorded migration spec {}", short(body.get("digest"))),
        "iteration-started" => format!("began iteration {} of the migration", text("number")),
        "iteration-run" => format!(
            "ran iteration {}: package {}",
            text("number"),
            short(body.pointer("/package/digest"))
        ),
        "iteration-published" => format!("published iteration {}", text("number")),
        "finding-added" => {
            format!("added finding {} to iteration {}", text("number"), text("iteration"))
        }
        "finding-resolved" => {
            format!("resolved finding {} of iteration {}", text("number"), text("iteration"))
        }
        "iteration-signed" => format!(
            "signed iteration {} off{}",
            text("number"),
            if body.get("complete") == Some(&Value::Bool(true)) {
                "; the sign-off is complete"
            } else {
                ""
            }
        ),
        "source-chosen" => format!(
            "agreed that the configuration of {} comes from {}",
            text("target"),
            text("label")
        ),
        "configuration-extracted" => format!(
            "extracted the configuration of {} for {}: package {}",
            text("label"),
            text("target"),
            short(body.pointer("/package/digest"))
        ),
        "document-frozen" => format!(
            "issued {} {}",
            if body.get("is-plan") == Some(&Value::Bool(true)) {
                "the plan of"
            } else {
                "document"
            },
            text("number")
        ),
        "document-signed" => format!(
            "signed {} as {}",
            text("number"),
            words(body.pointer("/signature/meaning")).replace('-', " ")
        ),
        "document-rejected" => format!("rejected {}", text("number")),
        "validation-completed" => {
            format!("signed that validation is completed in {}", text("label"))
        }
        "go-live-step-done" => format!("did go-live step `{}`", text("step").replace('-', " ")),
        "final-qc-signed" => "signed the final quality check".to_owned(),
        "went-live" => "PROD went live".to_owned(),
        "environment-due" => format!(
            "{} fell due for destruction ({}), by {}",
            text("label"),
            text("rule").replace('-', " "),
            text("destroy-by")
        ),
        "environment-held" => format!("put a hold on {}", text("label")),
        "environment-released" => format!("lifted the hold on {}", text("label")),
        "environment-closed" => format!("closed {}", text("label")),
        "destruction-started" => {
            format!("began to destroy {} ({})", text("label"), text("rule").replace('-', " "))
        }
        "environment-destroyed" => format!("destroyed {}", text("label")),
        "command-rejected" => format!(
            "was refused `{}`: {} [{}]",
            text("command"),
            words(body.pointer("/refusal/message")),
            words(body.pointer("/refusal/code"))
        ),
        "attempt-started" => format!("began attempt {}", text("attempt")),
        "step-done" => format!("step {}: {}", text("number"), text("title")),
        "ended" => format!("the operation ended: {}", text("outcome")),
        "record-changed" => format!(
            "{} record {} of `{}` in {}",
            text("verb"),
            text("id"),
            text("table"),
            text("instance")
        ),
        _ => entry.kind.clone(),
    }
}

fn words(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

fn short(value: Option<&Value>) -> String {
    words(value).chars().take(12).collect()
}
