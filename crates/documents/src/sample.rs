//! Sample documents: what a page, a test or a reader of the format may look at. Their people and numbers are invented.

use landfall_core::{digest::Digest, time::Timestamp};
use serde_json::Value;

use crate::{
    Block, Frame, Kind, Signature, Status, configuration_report, destruction_certificate,
    difference_report, go_live_record, iq, masking_certificate, materials_certificate, qc_report,
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
        Kind::ConfigurationReport => serde_json::to_value(configuration_report::Facts::sample()),
        Kind::QcReport => serde_json::to_value(qc_report::Facts::sample()),
        Kind::GoLiveRecord => serde_json::to_value(go_live_record::Facts::sample()),
        Kind::DifferenceReport => serde_json::to_value(difference_report::Facts::sample()),
        Kind::MaterialsCertificate => serde_json::to_value(materials_certificate::Facts::sample()),
    };
    facts.unwrap_or_default()
}

/// Returns a whole sample document of a kind.
#[must_use]
pub fn of(kind: Kind) -> Sample {
    let facts = facts(kind);
    let facts_digest = Digest::of_canonical(&facts).unwrap_or(Digest::ZERO);
    let (title, about) = subject(kind);
    let (status, seconds) = match kind {
        Kind::Iq => (Status::Executed, 6 * 3600 + 20 * 60),
        Kind::MaskingCertificate => (Status::Issued, 3 * 3600 + 120),
        Kind::DestructionCertificate => (Status::Issued, 57 * 86_400),
        Kind::ConfigurationReport => (Status::Issued, 6 * 3600),
        Kind::QcReport => (Status::Issued, 7 * 3600),
        Kind::GoLiveRecord => (Status::Issued, 49 * 86_400 + 8 * 3600),
        Kind::DifferenceReport => (Status::Accepted, 43 * 86_400),
        Kind::MaterialsCertificate => (Status::Issued, 58 * 86_400),
    };
    let issued = Timestamp::from_seconds(MORNING).plus_seconds(seconds);
    let number = facts.get("number").and_then(Value::as_str).unwrap_or_default().to_owned();
    let frame = Frame {
        number,
        title: title.to_owned(),
        customer: "Acme Clinical".to_owned(),
        environment: format!("Acme Clinical / {about}"),
        status,
        revision: 1,
        effective: matches!(status, Status::Accepted | Status::Issued).then_some(issued),
        demonstration: true,
        ledger_sequence: 712,
        ledger_head: Digest::of(b"the ledger's head when the sample was rendered"),
        facts_digest,
        issued,
    };
    Sample { kind, signatures: signatures(kind, facts_digest), frame, facts }
}

/// Returns the title of the sample of a kind, and what of the customer it is about.
fn subject(kind: Kind) -> (&'static str, &'static str) {
    let (val, prod) = ("VAL 1 (Main, Test)", "PROD (Main, Test)");
    match kind {
        Kind::Iq => ("Installation of VAL 1", val),
        Kind::MaskingCertificate => ("Masking of VAL 1", val),
        Kind::DestructionCertificate => ("Destruction of VAL 1", val),
        Kind::ConfigurationReport => ("Configuration of prePROD", "prePROD (Main)"),
        Kind::QcReport => ("Migration, iteration 2", "iteration 2"),
        Kind::GoLiveRecord => ("Go-live", prod),
        Kind::DifferenceReport => ("Difference of PROD from the validated VAL 1", prod),
        Kind::MaterialsCertificate => {
            ("Destruction of migration materials", "materials, operation 19")
        }
    }
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
        Kind::MaskingCertificate
        | Kind::ConfigurationReport
        | Kind::QcReport
        | Kind::GoLiveRecord
        | Kind::MaterialsCertificate => Vec::new(),
        Kind::DifferenceReport => vec![given(
            "Mei Lindqvist",
            "customer quality",
            "I approve this for the customer's quality.",
            43 * 86_400 - 3600,
            Block::Acceptance,
            facts,
        )],
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
