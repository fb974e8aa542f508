//! The facts of documents: gathered from ledger, plan and evidence; nothing is written by hand.

pub(crate) mod destruction;
pub(crate) mod iq;
pub(crate) mod masking;

use landfall_core::{
    customer::{Customer, DocumentKind, Environment},
    digest::Digest,
    entry::Entry,
    environment::Kind,
    ids::{CustomerId, Label},
    person::Person,
    policy::Policy,
    signature::{self, Record},
    time::Timestamp,
    vendor::Vendor,
};
use landfall_documents::{Block, Required, facts as shared};
use landfall_masking::{MaskKey, Plan as MaskPlan};

use crate::{
    Installation, OperationView, Result, installation::customer_stream, secrets, story::sentence,
    use_cases::environment,
};

/// What stands outside the customer's state and goes into documents; gathered before the facts are frozen.
pub(crate) struct Material {
    pub(crate) vendor: Vendor,
    pub(crate) policy: Policy,
    pub(crate) entries: Vec<Entry>,
    pub(crate) build: Option<OperationView>,
    pub(crate) mask_plan: MaskPlan,
    pub(crate) key_fingerprint: Option<Digest>,
    /// Table, title and classes, for the masking certificate.
    pub(crate) titles: std::collections::BTreeMap<String, String>,
}

impl Material {
    pub(crate) fn gather(
        installation: &Installation,
        customer: &CustomerId,
        label: Label,
    ) -> Result<Self> {
        let state = installation.customer(customer)?;
        let target = environment(&state, label)?;
        let catalogue = installation.catalogue(&target.plan.release.release)?;
        let view = |number: Option<u32>| {
            number.map(|number| installation.operation(customer, number)).transpose()
        };
        let key_fingerprint = match &target.plan.key {
            Some(name) => {
                let path = installation.paths.key(customer, name);
                if path.is_file() {
                    Some(MaskKey::from_bytes(secrets::key(&path)?).fingerprint())
                } else {
                    None
                }
            }
            None => None,
        };
        Ok(Self {
            vendor: installation.vendor()?,
            policy: installation.policy.clone(),
            entries: installation.ledger.stream(&customer_stream(customer))?,
            build: view(target.operation)?,
            mask_plan: installation.mask_plan(catalogue)?,
            key_fingerprint,
            titles: catalogue
                .tables()
                .iter()
                .map(|table| (table.name.clone(), table.title.clone()))
                .collect(),
        })
    }
}

/// What a document is about, and when.
pub(crate) struct About<'a> {
    pub(crate) material: &'a Material,
    pub(crate) state: &'a Customer,
    pub(crate) label: Label,
    pub(crate) number: &'a str,
    pub(crate) sequence: u64,
    pub(crate) head: Digest,
    pub(crate) now: Timestamp,
    pub(crate) author: &'a Person,
}

impl About<'_> {
    fn environment(&self) -> Result<&Environment> {
        environment(self.state, self.label)
    }

    /// Returns a person as documents name them: printed name and role.
    fn person(&self, id: &landfall_core::ids::PersonId) -> String {
        self.material.vendor.people.get(id).map_or_else(
            || id.to_string(),
            |person| format!("{} ({})", person.name, person.role.title()),
        )
    }

    fn ledger(&self) -> shared::LedgerPosition {
        shared::LedgerPosition { sequence: self.sequence, head: self.head }
    }

    /// Returns the instances; before the build without the digest of their content.
    fn instances(&self) -> Result<Vec<shared::Instance>> {
        let target = self.environment()?;
        let plan = &target.plan;
        Ok(plan
            .instances
            .iter()
            .map(|role| {
                let built = target.instances.iter().find(|instance| instance.role == *role);
                shared::Instance {
                    role: role.title().to_owned(),
                    name: format!(
                        "{} {} {}",
                        self.state.name,
                        label_words(self.label),
                        role.title()
                    ),
                    address: format!("{}/{}/{role}", self.state.id, self.label),
                    location: built.map_or_else(
                        || format!("instances/{}/{}/{role}.sqlite", self.state.id, self.label),
                        |instance| instance.location.clone(),
                    ),
                    release: plan.release.release.to_string(),
                    build: plan.release.build.clone(),
                    content: built.map(|instance| instance.fingerprint),
                }
            })
            .collect())
    }

    /// Returns what happened to the environment, in order, with entry numbers.
    fn timeline(&self) -> Vec<shared::Event> {
        self.material
            .entries
            .iter()
            .filter(|entry| concerns(entry, self.label, self.state))
            .map(|entry| shared::Event {
                time: entry.time,
                what: sentence(entry),
                who: format!("{} ({})", entry.actor.name, entry.actor.role.replace('-', " ")),
                entry: entry.sequence,
            })
            .collect()
    }

    /// Returns the number of the last entry of a kind about the environment.
    fn entry(&self, kind: &str) -> Option<&Entry> {
        self.material.entries.iter().rev().find(|entry| {
            entry.kind == format!("customer.{kind}")
                && (names_label(&entry.body, self.label) || entry.body.get("label").is_none())
        })
    }
}

/// Tells whether an entry belongs on the timeline of an environment.
fn concerns(entry: &Entry, label: Label, state: &Customer) -> bool {
    if names_label(&entry.body, label) {
        return true;
    }
    let number = entry.body.get("number").and_then(serde_json::Value::as_str);
    let own_document = number
        .and_then(|number| state.documents.get(number))
        .is_some_and(|document| document.label == label);
    let target = entry.body.get("target").and_then(serde_json::Value::as_str);
    let own_source = target == Some(label.kind().as_str());
    own_document || own_source
}

fn names_label(body: &serde_json::Value, label: Label) -> bool {
    let text = label.to_string();
    body.get("label").and_then(serde_json::Value::as_str) == Some(text.as_str())
        || body.pointer("/plan/label").and_then(serde_json::Value::as_str) == Some(text.as_str())
}

/// Returns an environment's name in people's words: `VAL 2`, `PROD`.
pub(crate) fn label_words(label: Label) -> String {
    match label.number() {
        Some(number) => format!("{} {number}", label.kind().title()),
        None => label.kind().title().to_owned(),
    }
}

/// Returns an environment with its customer and instances: `Acme Clinical / VAL 2 (Main, Test)`.
pub(crate) fn environment_words(state: &Customer, environment: &Environment) -> String {
    let roles: Vec<_> = environment.plan.instances.iter().map(|role| role.title()).collect();
    format!("{} / {} ({})", state.name, label_words(environment.label), roles.join(", "))
}

/// Returns the signatures that a kind of document asks for.
fn required(kind: DocumentKind, environment: Kind) -> Vec<Required> {
    let of = |record: Record, block: Block| {
        signature::required(record).iter().map(move |(meaning, role)| Required {
            block,
            role: role.title().to_owned(),
            meaning: meaning.statement().to_owned(),
        })
    };
    match kind {
        DocumentKind::Iq => {
            let mut list: Vec<Required> = of(Record::IqPlan, Block::PreApproval)
                .chain(of(Record::IqReport, Block::PostApproval))
                .collect();
            if environment == Kind::Val {
                list.extend(of(Record::Acceptance, Block::Acceptance));
            }
            list
        }
        DocumentKind::MaskingCertificate | DocumentKind::DestructionCertificate => Vec::new(),
    }
}

/// Writes facts as JSON.
fn value<T: serde::Serialize>(facts: &T) -> Result<serde_json::Value> {
    serde_json::to_value(facts)
        .map_err(|error| crate::Error::Broken(format!("the facts cannot be written: {error}")))
}
