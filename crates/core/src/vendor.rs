//! The vendor's own stream: people, the rules in force, the clock of a demonstration directory.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    digest::Digest,
    ids::{CustomerId, PersonId, Release},
    person::{Person, Role, name_fault},
    refusal::{self, Refusal},
    signature::{Meaning, Signature},
    time::Timestamp,
};

/// Which clock a data directory runs on; entry 1 says it, and it cannot change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClockKind {
    /// The machine's clock.
    System,
    /// A clock that moves only when it is told to; every document is marked DEMONSTRATION.
    Demonstration,
}

/// What happened at the vendor. Shipped events are never edited, only added to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    content = "body",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case"
)]
pub enum Event {
    /// The data directory was made. Always entry 1.
    DirectoryCreated {
        /// Its clock.
        clock: ClockKind,
        /// The version of Landfall that made it.
        landfall: String,
    },
    /// A policy came into force.
    PolicyAdopted {
        /// Its digest.
        digest: Digest,
        /// The signature of vendor quality; none for what a directory begins with.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        signature: Option<Signature>,
    },
    /// A catalogue came into force.
    CatalogueAdopted {
        /// The release it declares.
        release: Release,
        /// Its digest.
        digest: Digest,
        /// The signature of vendor quality; none for what a directory begins with.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        signature: Option<Signature>,
    },
    /// A person was added.
    PersonAdded {
        /// Who.
        person: Person,
    },
    /// The demonstration clock was moved forward.
    ClockMoved {
        /// To when.
        to: Timestamp,
    },
    /// A person signed in.
    SignedIn {
        /// Who.
        person: PersonId,
        /// Names the session, without opening it.
        session: String,
    },
    /// A sign-in or a signature failed.
    AuthenticationFailed {
        /// Who was claimed.
        person: PersonId,
        /// How many times in a row.
        failures: u32,
        /// Whether the person is locked out now.
        locked: bool,
    },
    /// Vendor quality lifted a lock-out and set a new password.
    PersonUnlocked {
        /// Who.
        person: PersonId,
    },
    /// A command was rejected.
    CommandRejected {
        /// The command's name.
        command: String,
        /// What the rule said.
        refusal: Refusal,
    },
}

/// What somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Add a person.
    AddPerson {
        /// Who.
        person: Person,
    },
    /// Move the demonstration clock forward.
    MoveClock {
        /// To when.
        to: Timestamp,
    },
    /// Lift a lock-out.
    UnlockPerson {
        /// Who.
        person: PersonId,
    },
    /// Put a policy in force.
    AdoptPolicy {
        /// Its digest.
        digest: Digest,
    },
    /// Put the catalogue of a release in force.
    AdoptCatalogue {
        /// The release it declares.
        release: Release,
        /// Its digest.
        digest: Digest,
        /// Environments that stand on another catalogue of that release, by address.
        standing: Vec<String>,
    },
}

impl Command {
    /// Returns the command's name in the ledger.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::AddPerson { .. } => "add-person",
            Self::MoveClock { .. } => "move-clock",
            Self::UnlockPerson { .. } => "unlock-person",
            Self::AdoptPolicy { .. } => "adopt-policy",
            Self::AdoptCatalogue { .. } => "adopt-catalogue",
        }
    }
}

/// What the rules need to know of the vendor; folded from its stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vendor {
    /// The directory's clock.
    pub clock: ClockKind,
    /// The policy in force.
    pub policy: Option<Digest>,
    /// The catalogues in force.
    pub catalogues: BTreeMap<Release, Digest>,
    /// Everybody who may act.
    pub people: BTreeMap<PersonId, Person>,
    /// The version of the stream.
    pub version: u64,
}

/// Failed sign-ins and signatures in a row after which a person is locked out.
pub const FAILURES_BEFORE_LOCK: u32 = 3;

/// Applies an event; the first makes the vendor.
#[must_use]
pub fn evolve(state: Option<Vendor>, event: &Event) -> Option<Vendor> {
    let mut vendor = match (state, event) {
        (None, Event::DirectoryCreated { clock, .. }) => {
            return Some(Vendor {
                clock: *clock,
                policy: None,
                catalogues: BTreeMap::new(),
                people: BTreeMap::new(),
                version: 1,
            });
        }
        (None, _) => return None,
        (Some(vendor), _) => vendor,
    };
    vendor.version += 1;
    match event {
        Event::DirectoryCreated { .. }
        | Event::ClockMoved { .. }
        | Event::SignedIn { .. }
        | Event::AuthenticationFailed { .. }
        | Event::PersonUnlocked { .. }
        | Event::CommandRejected { .. } => {}
        Event::PolicyAdopted { digest, .. } => vendor.policy = Some(*digest),
        Event::CatalogueAdopted { release, digest, .. } => {
            vendor.catalogues.insert(release.clone(), *digest);
        }
        Event::PersonAdded { person } => {
            vendor.people.insert(person.id.clone(), person.clone());
        }
    }
    Some(vendor)
}

/// Decides a command of the vendor's stream. `actor` is none only for the first person of a new directory.
///
/// # Errors
/// The [`Refusal`] of the first rule that says no.
pub fn decide(
    vendor: &Vendor,
    command: &Command,
    actor: Option<&Person>,
    now: Timestamp,
    customers: &[CustomerId],
) -> Result<Vec<Event>, Refusal> {
    match command {
        Command::AddPerson { person } => add_person(vendor, person, actor, customers),
        Command::MoveClock { to } => match vendor.clock {
            ClockKind::Demonstration if *to > now => Ok(vec![Event::ClockMoved { to: *to }]),
            ClockKind::Demonstration => Err(refusal::CLOCK.because(
                format!("the clock stands at {} and cannot go back to {}", now.human(), to.human()),
                "give a later time",
            )),
            ClockKind::System => Err(refusal::CLOCK.because(
                "this data directory runs on the system clock",
                "the demonstration clock is chosen when a directory is made: `landfall init --demonstration`",
            )),
        },
        Command::UnlockPerson { person } => {
            only_quality(actor, "lift a lock-out")?;
            if actor.is_some_and(|actor| actor.id == *person) {
                return Err(refusal::AUTHORITY.because(
                    "nobody lifts their own lock-out",
                    "let another person of vendor quality do it",
                ));
            }
            if !vendor.people.contains_key(person) {
                return Err(refusal::AUTHORITY.because(
                    format!("there is no person `{person}`"),
                    "`landfall person list` shows everybody",
                ));
            }
            Ok(vec![Event::PersonUnlocked { person: person.clone() }])
        }
        Command::AdoptPolicy { digest } => {
            let in_force = vendor.policy == Some(*digest);
            let signature = adoption(actor, now, *digest, "this policy", in_force)?;
            Ok(vec![Event::PolicyAdopted { digest: *digest, signature: Some(signature) }])
        }
        Command::AdoptCatalogue { release, digest, standing } => {
            only_quality(actor, "adopt rules")?;
            if let Some(first) = standing.first() {
                return Err(refusal::ADOPTION.because(
                    format!(
                        "{} environments stand on release {release} as it was declared, `{first}` among them",
                        standing.len()
                    ),
                    "declare what is new as another release",
                ));
            }
            let in_force = vendor.catalogues.get(release) == Some(digest);
            let signature = adoption(actor, now, *digest, "this catalogue", in_force)?;
            Ok(vec![Event::CatalogueAdopted {
                release: release.clone(),
                digest: *digest,
                signature: Some(signature),
            }])
        }
    }
}

/// Signs, for vendor quality, that rules come into force.
fn adoption(
    actor: Option<&Person>,
    now: Timestamp,
    digest: Digest,
    what: &str,
    in_force: bool,
) -> Result<Signature, Refusal> {
    only_quality(actor, "adopt rules")?;
    if in_force {
        return Err(refusal::ADOPTION.because(
            format!("{what} is in force already ({})", digest.short()),
            "nothing is to be done",
        ));
    }
    let person = actor.ok_or_else(|| {
        refusal::AUTHORITY.because("nobody adopts rules", "sign in as a person of vendor quality")
    })?;
    Ok(Signature {
        person: person.id.clone(),
        name: person.name.clone(),
        role: person.role,
        meaning: Meaning::Adoption,
        time: now,
        digest,
    })
}

fn only_quality(actor: Option<&Person>, what: &str) -> Result<(), Refusal> {
    match actor.map(|actor| actor.role) {
        Some(Role::VendorQuality) => Ok(()),
        Some(
            Role::VendorSales
            | Role::VendorEngineer
            | Role::CustomerReviewer
            | Role::CustomerQuality,
        )
        | None => Err(refusal::AUTHORITY.because(
            format!("only vendor quality may {what}"),
            "sign in as a person of vendor quality, or ask one",
        )),
    }
}

fn add_person(
    vendor: &Vendor,
    person: &Person,
    actor: Option<&Person>,
    customers: &[CustomerId],
) -> Result<Vec<Event>, Refusal> {
    match actor {
        None if vendor.people.is_empty() && person.role == Role::VendorQuality => {}
        None => {
            return Err(refusal::FIRST_PERSON.because(
                "only the first person, of vendor quality, is added by nobody",
                "sign in as a person of vendor quality",
            ));
        }
        Some(_) => only_quality(actor, "add people")?,
    }
    if let Some(fault) = name_fault("a printed name", &person.name) {
        return Err(refusal::PERSON_NAME
            .because(fault, "give the name as it shall stand beside signatures with `--name`"));
    }
    if person.id.as_str() == "landfall" || vendor.people.contains_key(&person.id) {
        return Err(refusal::PERSON_EXISTS.because(
            format!("the identity `{}` is taken", person.id),
            "choose another identity; identities are never given twice",
        ));
    }
    match (&person.customer, person.role.is_customer()) {
        (Some(customer), true) if customers.contains(customer) => {}
        (Some(customer), true) => {
            return Err(refusal::PERSON_CUSTOMER.because(
                format!("there is no customer `{customer}`"),
                "add the customer first: `landfall customer add`",
            ));
        }
        (None, false) => {}
        (Some(_), false) | (None, true) => {
            return Err(refusal::PERSON_CUSTOMER.because(
                format!(
                    "a {} {}",
                    person.role.title(),
                    if person.role.is_customer() {
                        "belongs to a customer, and none was given"
                    } else {
                        "belongs to no customer"
                    }
                ),
                "give `--customer` for a customer's people only",
            ));
        }
    }
    Ok(vec![Event::PersonAdded { person: person.clone() }])
}
