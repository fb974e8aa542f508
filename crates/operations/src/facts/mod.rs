//! The facts of documents: gathered from ledger, plan and evidence; nothing is written by hand.

pub(crate) mod configuration;
pub(crate) mod destruction;
pub(crate) mod difference;
pub(crate) mod golive;
pub(crate) mod iq;
pub(crate) mod masking;
pub(crate) mod materials;
pub(crate) mod qc;

use landfall_core::{
    customer::{Customer, DocumentKind, Environment, Subject},
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
    /// The operation that built the environment, or that destroyed the materials.
    pub(crate) build: Option<OperationView>,
    pub(crate) mask_plan: Option<MaskPlan>,
    pub(crate) key_fingerprint: Option<Digest>,
    /// Table, title and classes, for the masking certificate.
    pub(crate) titles: std::collections::BTreeMap<String, String>,
    /// What only one kind of document needs.
    pub(crate) special: Special,
}

/// What only one kind of document needs from the stores.
pub(crate) enum Special {
    /// Nothing.
    None,
    /// Every row of the configuration of an instance.
    Configuration(Box<configuration::Gathered>),
    /// What an iteration's spec and rejected rows say.
    Qc(Box<qc::Gathered>),
    /// How two configuration packages differ.
    Difference(Box<landfall_instances::compare::Comparison>),
}

impl Material {
    pub(crate) fn gather(
        installation: &Installation,
        customer: &CustomerId,
        subject: Subject,
        kind: DocumentKind,
    ) -> Result<Self> {
        let state = installation.customer(customer)?;
        let target = match subject {
            Subject::Environment(label) => Some(environment(&state, label)?),
            Subject::Iteration(_) | Subject::Materials(_) => None,
        };
        let catalogue = target
            .map(|target| installation.catalogue(&target.plan.release.release))
            .transpose()?;
        let operation = match subject {
            Subject::Environment(_) => target.and_then(|target| target.operation),
            Subject::Materials(number) => Some(number),
            Subject::Iteration(number) => state
                .iterations
                .iter()
                .find(|iteration| iteration.number == number)
                .map(|iteration| iteration.operation),
        };
        let special = match (kind, subject) {
            (DocumentKind::ConfigurationReport, Subject::Environment(label)) => {
                let gathered = configuration::gather(installation, customer, label)?;
                Special::Configuration(Box::new(gathered))
            }
            (DocumentKind::QcReport, Subject::Iteration(number)) => {
                Special::Qc(Box::new(qc::gather(installation, &state, number)?))
            }
            (DocumentKind::DifferenceReport, _) => match state.difference() {
                Some((_, val, prod)) => {
                    let both =
                        installation.configuration_diff(&val.to_string(), &prod.to_string())?;
                    Special::Difference(Box::new(both))
                }
                None => Special::None,
            },
            (
                DocumentKind::Iq
                | DocumentKind::MaskingCertificate
                | DocumentKind::DestructionCertificate
                | DocumentKind::ConfigurationReport
                | DocumentKind::QcReport
                | DocumentKind::GoLiveRecord
                | DocumentKind::MaterialsCertificate,
                _,
            ) => Special::None,
        };
        let key_fingerprint = match target.and_then(|target| target.plan.key.as_ref()) {
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
            build: operation.map(|number| installation.operation(customer, number)).transpose()?,
            mask_plan: catalogue.map(|known| installation.mask_plan(known)).transpose()?,
            key_fingerprint,
            titles: catalogue
                .iter()
                .flat_map(|catalogue| catalogue.tables())
                .map(|table| (table.name.clone(), table.title.clone()))
                .collect(),
            special,
        })
    }
}

/// What a document is about, and when.
pub(crate) struct About<'a> {
    pub(crate) material: &'a Material,
    pub(crate) state: &'a Customer,
    pub(crate) subject: Subject,
    pub(crate) number: &'a str,
    pub(crate) sequence: u64,
    pub(crate) head: Digest,
    pub(crate) now: Timestamp,
    pub(crate) author: &'a Person,
}

impl About<'_> {
    /// Returns the environment's name.
    fn label(&self) -> Result<Label> {
        match self.subject {
            Subject::Environment(label) => Ok(label),
            Subject::Iteration(_) | Subject::Materials(_) => Err(crate::Error::Broken(format!(
                "document `{}` is about no environment",
                self.number
            ))),
        }
    }

    fn environment(&self) -> Result<&Environment> {
        environment(self.state, self.label()?)
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
        let label = self.label()?;
        let target = self.environment()?;
        let plan = &target.plan;
        Ok(plan
            .instances
            .iter()
            .map(|role| {
                let built = target.instances.iter().find(|instance| instance.role == *role);
                shared::Instance {
                    role: role.title().to_owned(),
                    // The name that the instance itself states.
                    name: format!("{} {} {}", self.state.id, label_words(label), role.title()),
                    address: format!("{}/{label}/{role}", self.state.id),
                    location: built.map_or_else(
                        || format!("instances/{}/{label}/{role}.sqlite", self.state.id),
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
            .filter(|entry| self.concerns(entry))
            .map(|entry| shared::Event {
                time: entry.time,
                what: sentence(entry),
                who: format!("{} ({})", entry.actor.name, entry.actor.role.replace('-', " ")),
                entry: entry.sequence,
            })
            .collect()
    }

    /// Returns the last entry of a kind about the environment as it stands, or about none.
    fn entry(&self, kind: &str) -> Option<&Entry> {
        let kind = format!("customer.{kind}");
        self.material.entries.iter().rev().find(|entry| {
            let here = match self.subject {
                Subject::Environment(label) if names_any(&entry.body) => {
                    names_label(&entry.body, label) && entry.version >= since(self.state, label)
                }
                Subject::Environment(_) | Subject::Iteration(_) | Subject::Materials(_) => true,
            };
            entry.kind == kind && here
        })
    }

    /// Tells whether an entry belongs on the timeline.
    fn concerns(&self, entry: &Entry) -> bool {
        let number = |name: &str| entry.body.get(name).and_then(serde_json::Value::as_u64);
        match self.subject {
            Subject::Environment(label) => {
                concerns(entry, label, since(self.state, label), self.state)
            }
            Subject::Iteration(iteration) => {
                let own = Some(u64::from(iteration));
                number("iteration") == own
                    || (number("number") == own
                        && (entry.kind.starts_with("customer.iteration-")
                            || entry.kind == "customer.withdrawal-signed"))
            }
            Subject::Materials(operation) => {
                number("operation") == Some(u64::from(operation))
                    || entry.kind == "customer.materials-due"
            }
        }
    }
}

/// Returns the position at which an environment was requested: what came before was about another of the same name.
fn since(state: &Customer, label: Label) -> u64 {
    state.environment(label).map_or(0, |there| there.position)
}

/// Tells whether an entry belongs on the timeline of an environment that was requested at a position.
fn concerns(entry: &Entry, label: Label, since: u64, state: &Customer) -> bool {
    // Where its configuration comes from is agreed before it is requested.
    let target = entry.body.get("target").and_then(serde_json::Value::as_str);
    if target == Some(label.kind().as_str()) {
        return true;
    }
    let number = entry.body.get("number").and_then(serde_json::Value::as_str);
    let own_document = number
        .and_then(|number| state.documents.get(number))
        .is_some_and(|document| document.label() == Some(label) && document.position >= since);
    entry.version >= since && (names_label(&entry.body, label) || own_document)
}

/// Tells whether an entry is about one environment by name.
fn names_any(body: &serde_json::Value) -> bool {
    body.get("label").is_some() || body.pointer("/plan/label").is_some()
}

fn names_label(body: &serde_json::Value, label: Label) -> bool {
    let text = label.to_string();
    body.get("label").and_then(serde_json::Value::as_str) == Some(text.as_str())
        || body.pointer("/plan/label").and_then(serde_json::Value::as_str) == Some(text.as_str())
}

/// Returns what stands beside the digest of the policy that a plan was made under: its name and version, where that
/// policy is the one in force.
fn policy_version(policy: &Policy, planned: Digest) -> String {
    if policy.digest() == planned {
        format!("{} {}", policy.name, policy.version)
    } else {
        "another policy is in force now".to_owned()
    }
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
        DocumentKind::DifferenceReport => of(Record::Difference, Block::Acceptance).collect(),
        DocumentKind::MaskingCertificate
        | DocumentKind::DestructionCertificate
        | DocumentKind::ConfigurationReport
        | DocumentKind::QcReport
        | DocumentKind::GoLiveRecord
        | DocumentKind::MaterialsCertificate => Vec::new(),
    }
}

/// Returns a person as documents name them, from how an operation names them: `Erik Lund (vendor-engineer)` becomes
/// `Erik Lund (vendor engineer)`.
pub(crate) fn titled(who: &str) -> String {
    match who.rsplit_once(" (") {
        Some((name, role)) => format!("{name} ({}", role.replace('-', " ")),
        None => who.to_owned(),
    }
}

/// Writes facts as JSON.
fn value<T: serde::Serialize>(facts: &T) -> Result<serde_json::Value> {
    serde_json::to_value(facts)
        .map_err(|error| crate::Error::Broken(format!("the facts cannot be written: {error}")))
}

#[cfg(test)]
mod tests {
    use landfall_core::{
        customer::{Event, Stamp, evolve},
        entry::Actor,
    };
    use serde_json::json;

    use super::*;

    fn entry(version: u64, body: serde_json::Value) -> Entry {
        Entry {
            sequence: version,
            stream: "customer/acme".to_owned(),
            version,
            time: Timestamp::from_seconds(1_767_603_600),
            actor: Actor::landfall(),
            on_behalf_of: None,
            kind: "customer.environment-closed".to_owned(),
            kind_version: 1,
            body,
            reason: None,
            correlation: None,
            previous: Digest::ZERO,
        }
    }

    #[test]
    fn an_earlier_environment_of_the_same_name_is_another() {
        let added =
            Event::ProspectAdded { id: "acme".parse().unwrap(), name: "Acme Clinical".to_owned() };
        let stamp = Stamp { time: Timestamp::from_seconds(1_767_603_600) };
        let state = evolve(None, &added, stamp).unwrap();
        let prod = Label::single(Kind::Prod);
        let own = |version| concerns(&entry(version, json!({ "label": "prod" })), prod, 5, &state);
        assert!(!own(4));
        assert!(own(5));
        let chosen = entry(3, json!({ "target": "prod", "label": "val-1" }));
        assert!(concerns(&chosen, prod, 5, &state));
        assert!(!concerns(&entry(6, json!({ "label": "val-1" })), prod, 5, &state));
    }

    #[test]
    fn a_role_is_spelled_as_people_read_it_and_a_name_keeps_its_hyphen() {
        assert_eq!(titled("Anne-Lie Berg (vendor-engineer)"), "Anne-Lie Berg (vendor engineer)");
        assert_eq!(titled("Landfall"), "Landfall");
    }

    #[test]
    fn a_policy_is_named_only_while_it_is_in_force() {
        let policy = Policy::embedded().unwrap();
        assert!(policy_version(&policy, policy.digest()).starts_with(&policy.name));
        assert_eq!(policy_version(&policy, Digest::ZERO), "another policy is in force now");
    }
}
