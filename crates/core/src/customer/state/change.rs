//! Changes of controlled environments that need an approval.

use serde::Serialize;

use crate::{
    digest::Digest,
    environment::Role,
    ids::{CustomerId, Label, PersonId},
    signature::Signature,
    time::Timestamp,
};

/// A change of a record that needs an approval (environment change record, ECR).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangeRequest {
    /// Its number within the customer, from 1.
    pub number: u32,
    /// The environment.
    pub label: Label,
    /// The instance.
    pub role: Role,
    /// The table.
    pub table: String,
    /// What shall be done: add, set, archive.
    pub verb: String,
    /// The keyed digest of what shall be written; the values stand in the destroyable store.
    pub content: Digest,
    /// Who asked for it.
    pub by: PersonId,
    /// When.
    pub requested: Timestamp,
    /// Why.
    pub reason: String,
    /// The decision of vendor quality: signature, whether it was approved, the reason of a rejection.
    pub decision: Option<(Signature, bool, Option<String>)>,
    /// Whether the change was made.
    pub applied: bool,
    /// The position in the stream at which it was recorded as made.
    pub made: Option<u64>,
}

impl ChangeRequest {
    /// Returns the name on documents and in commands: `ACME-ECR-001`.
    #[must_use]
    pub fn name(&self, customer: &CustomerId) -> String {
        format!("{}-ECR-{:03}", customer.as_str().to_uppercase(), self.number)
    }
}
