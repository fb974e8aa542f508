//! Sample documents: what a page, a test or a reader of the format may look at. Their people and numbers are invented.

use landfall_core::{digest::Digest, time::Timestamp};
use serde_json::Value;

use crate::{
    Block, Frame, Kind, Signature, Status, destruction_certificate, iq, masking_certificate,
};

/// 2026-03-02T09:00:00Z, when the sample's first event happened.
const MORNING: i64 = 1_772_442_000;

/// Everything that a rendition needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The kind of document.
    pub kind: Kind,
    /// Its frame, bound to the facts.
    pub frame: Frame,
    /// Its facts.
    pub facts: Value,
    /// The signatures given so far.
    pub signatures: Vec<Signature>,
}

/// Returns the sample facts of a kind, as JSON.
#[must_use]
pub fn facts(kind: Kind) -> Value {
    let facts = match kind {
        Kind::Iq => serde_json::to_value(iq::Facts::sample()),
        Kind::MaskingCertificate => serde_json::to_value(masking_certificate::Facts::sample()),
        Kind::DestructionCertificate => {
            serde_json::to_value(destruction_certificate::Facts::sample())
        }
    };
    facts.unwrap_or_default()
}

/// Returns a whole sample document of a kind.
#[must_use]
pub fn of(kind: Kind) -> Sample {
    let facts = facts(kind);
    let facts_digest = Digest::of_canonical(&facts).unwrap_or(Digest::ZERO);
    let (title, status, seconds) = match kind {
        Kind::Iq => ("Installation of VAL 1", Status::Executed, 6 * 3600 + 20 * 60),
        Kind::MaskingCertificate => ("Masking of VAL 1", Status::Issued, 3 * 3600 + 120),
        Kind::DestructionCertificate => ("Destruction of VAL 1", Status::Issued, 57 * 86_400),
    };
    let issued = Timestamp::from_seconds(MORNING).plus_seconds(seconds);
    let number = facts.get("number").and_then(Value::as_str).unwrap_or_default().to_owned();
    let frame = Frame {
        number,
        title: title.to_owned(),
        customer: "Acme Clinical".to_owned(),
        environment: "Acme Clinical / VAL 1 (Main, Test)".to_owned(),
        status,
        revision: 1,
        effective: (status == Status::Issued).then_some(issued),
        demonstration: true,
        ledger_sequence: 712,
        ledger_head: Digest::of(b"the ledger's head when the sample was rendered"),
        facts_digest,
        issued,
    };
    Sample { kind, signatures: signatures(kind, facts_digest), frame, facts }
}

/// Returns the signatures that the sample of a kind bears.
fn signatures(kind: Kind, facts: Digest) -> Vec<Signature> {
    let given =
        |name: &str, role: &str, meaning: &str, seconds: i64, block: Block, digest| Signature {
            name: name.to_owned(),
            role: role.to_owned(),
            meaning: meaning.to_owned(),
            time: Timestamp::from_seconds(MORNING).plus_seconds(seconds),
            block,
            valid: true,
            bound_to: digest,
            reason: None,
            rejected: false,
        };
    match kind {
        Kind::Iq => {
            let plan = iq::Facts::sample().plan_digest.unwrap_or(facts);
            let (before, after) = (Block::PreApproval, Block::PostApproval);
            vec![
                given("Anna Berg", "engineer", "I wrote this plan.", 761, before, plan),
                given(
                    "Tomás Ortiz",
                    "engineer",
                    "I reviewed this plan; it is technically right.",
                    3787,
                    before,
                    plan,
                ),
                given(
                    "Ruth Adeyemi",
                    "quality",
                    "I approve this plan for execution.",
                    9000,
                    before,
                    plan,
                ),
                given(
                    "Anna Berg",
                    "engineer",
                    "I carried out this plan as reported.",
                    14_400,
                    after,
                    facts,
                ),
            ]
        }
        Kind::MaskingCertificate => Vec::new(),
        Kind::DestructionCertificate => vec![given(
            "Anna Berg",
            "engineer",
            "I carried out this destruction as reported.",
            57 * 86_400 - 1800,
            Block::PostApproval,
            facts,
        )],
    }
}
