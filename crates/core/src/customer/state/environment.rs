//! Environments: where each stands, why it is due, who vouched for it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::event::InstanceFacts;
use crate::{
    digest::Digest,
    ids::{Label, PersonId},
    plan::{Plan, Purpose},
    signature::Signature,
    time::Timestamp,
};

/// Where an environment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Requested; a qualified one waits for its plan to be signed.
    Requested,
    /// Being built; not visible yet.
    Building,
    /// Built and visible; a qualified one waits for its report to be signed and to be accepted.
    Built,
    /// In use.
    InUse,
    /// Nobody can enter; the content is intact.
    Closed,
    /// Being destroyed.
    Destroying,
    /// Gone; ledger and documents stay.
    Destroyed,
}

impl State {
    /// Returns the name in JSON and commands.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Building => "building",
            Self::Built => "built",
            Self::InUse => "in-use",
            Self::Closed => "closed",
            Self::Destroying => "destroying",
            Self::Destroyed => "destroyed",
        }
    }

    /// Tells whether the instances exist with their content.
    #[must_use]
    pub fn has_content(self) -> bool {
        match self {
            Self::Built | Self::InUse | Self::Closed => true,
            Self::Requested | Self::Building | Self::Destroying | Self::Destroyed => false,
        }
    }
}

/// One environment of a customer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Environment {
    /// Its name.
    pub label: Label,
    /// The position in the stream at which it was requested: an earlier environment may have had the same name.
    pub position: u64,
    /// Formal or informal, for VAL.
    pub purpose: Option<Purpose>,
    /// Where it stands.
    pub state: State,
    /// What shall be, or was, done to make it.
    pub plan: Plan,
    /// The digest of the plan.
    pub plan_digest: Digest,
    /// Who asked for it: the author of its plan.
    pub author: PersonId,
    /// Who builds, or built, it.
    pub executor: Option<PersonId>,
    /// Everybody who ever began to build it.
    pub executors: Vec<PersonId>,
    /// The number of the operation that builds, or built, it.
    pub operation: Option<u32>,
    /// The position in the stream at which that build was begun; none while it waits to be built.
    pub begun: Option<u64>,
    /// The number of the operation that destroys, or destroyed, it.
    pub destruction: Option<u32>,
    /// Its instances, once they exist.
    pub instances: Vec<InstanceFacts>,
    /// How many checks of the last build failed.
    pub failed_checks: u32,
    /// The number of its IQ, where it has one.
    pub iq: Option<String>,
    /// The acceptance by the customer.
    pub acceptance: Option<Signature>,
    /// The rejection by the customer, with its reason: not accepted, or its validation failed.
    pub rejection: Option<(Signature, String)>,
    /// The number of the report of what differs from the validated VAL, where PROD needs one.
    pub difference: Option<String>,
    /// Until when a Demo is lent.
    pub lent_until: Option<Timestamp>,
    /// When its lifetime is over, where the policy limits it.
    pub expires: Option<Timestamp>,
    /// Why it is due for destruction.
    pub due: Option<Due>,
    /// Why it is held.
    pub hold: Option<String>,
    /// When it was requested, built, closed and destroyed.
    pub since: BTreeMap<&'static str, Timestamp>,
}

/// Why and by when an environment is to be destroyed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Due {
    /// The rule of the policy.
    pub rule: String,
    /// Since when.
    pub since: Timestamp,
    /// The last day.
    pub destroy_by: Timestamp,
}
