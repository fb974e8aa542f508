//! Dumps, specs and iterations of the migration program.

use serde::{Deserialize, Serialize};

use super::super::event::SectionCounts;
use crate::{
    digest::Digest, ids::PersonId, plan::PackageFacts, signature::Signature, time::Timestamp,
};

/// What a dump is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DumpPurpose {
    /// An iteration for review.
    Iteration,
    /// The run that makes PROD.
    Final,
}

/// A source dump that was received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dump {
    /// The digest over its files.
    pub digest: Digest,
    /// What it is for.
    pub purpose: DumpPurpose,
    /// How many files.
    pub files: u32,
    /// Their bytes.
    pub bytes: u64,
    /// When it was received.
    pub received: Timestamp,
    /// Whether it is void: a final dump counts for the sign-off it followed, until another replaces it.
    pub superseded: bool,
}

/// A migration spec that was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Spec {
    /// The digest over spec, maps and SQL.
    pub digest: Digest,
    /// The catalogue it is for.
    pub catalogue: Digest,
}

/// How far an iteration has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IterationState {
    /// The migration program is running.
    Running,
    /// The program has run; the vendor looks at the output.
    Run,
    /// The customer reviews the output.
    Published,
    /// The customer has signed the output off.
    Signed,
    /// The run stopped; it has no output.
    Stopped,
}

/// One run of the migration program.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Iteration {
    /// Its number, from 1.
    pub number: u32,
    /// How far it has come.
    pub state: IterationState,
    /// Whether it is the run on the final dump.
    pub is_final: bool,
    /// The dump.
    pub dump: Digest,
    /// The spec.
    pub spec: Digest,
    /// The catalogue.
    pub catalogue: Digest,
    /// The iteration whose ids it keeps.
    pub base: Option<u32>,
    /// The number of its operation.
    pub operation: u32,
    /// The package it made.
    pub package: Option<PackageFacts>,
    /// Its counts, by section.
    pub sections: Vec<SectionCounts>,
    /// What the customer found.
    pub findings: Vec<Finding>,
    /// The signatures of the sign-off.
    pub signatures: Vec<Signature>,
    /// The signatures of every withdrawal of the sign-off, in order.
    pub withdrawals: Vec<Signature>,
    /// How often the sign-off was withdrawn.
    pub withdrawn: u32,
    /// Whether it is void: a final run counts for the sign-off it followed, until another final dump comes.
    pub superseded: bool,
}

impl Iteration {
    /// Returns the signatures of a withdrawal that is not complete yet.
    pub fn pending_withdrawal(&self) -> impl Iterator<Item = &Signature> {
        let both = crate::signature::required(crate::signature::Record::Withdrawal).len();
        let past = usize::try_from(self.withdrawn).unwrap_or(usize::MAX).saturating_mul(both);
        self.withdrawals.iter().skip(past)
    }
}

/// Something a reviewer found in the output of an iteration. Its text stands in the destroyable store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Its number within the iteration, from 1.
    pub number: u32,
    /// The keyed digest of its text.
    pub text: Digest,
    /// Who found it.
    pub by: PersonId,
    /// The keyed digest of the resolution's text, once there is one.
    pub resolution: Option<Digest>,
}
