//! Signatures as every listing shows them, and whether the records are still those that were signed.

use landfall_core::{
    customer::{Customer, Deviation, Environment, Iteration, Source},
    digest::Digest,
    ids::CustomerId,
    signature::Signature,
};
use landfall_operations::{DocumentView, Installation, SignatureView};

use super::{colour::Tone, error::Failure, table::Cell};

/// A customer, and its documents as they stand on the disk.
#[derive(Debug)]
pub(crate) struct Records {
    /// The customer.
    pub(crate) customer: Customer,
    /// Its documents, in order of their numbers.
    pub(crate) documents: Vec<DocumentView>,
}

impl Records {
    /// Reads what is known of a customer.
    pub(crate) fn of(installation: &Installation, id: &CustomerId) -> Result<Self, Failure> {
        Ok(Self { customer: installation.customer(id)?, documents: installation.documents(id)? })
    }

    /// Tells whether a signature about an environment holds: it binds to the environment's plan or IQ, and neither has
    /// changed.
    pub(crate) fn holds_for(&self, environment: &Environment, signature: &Signature) -> bool {
        let document =
            environment.iq.as_ref().and_then(|number| self.customer.documents.get(number));
        let mut bound = vec![environment.plan_digest];
        if let Some(document) = document {
            bound.extend(document.plan);
            bound.extend(document.facts);
        }
        bound.contains(&signature.digest) && self.are_whole(signature.digest)
    }

    /// Tells whether a signature on what a document says holds, whichever document that is.
    pub(crate) fn holds_for_documents(&self, signature: &Signature) -> bool {
        let known = self
            .customer
            .documents
            .values()
            .any(|document| [document.plan, document.facts].contains(&Some(signature.digest)));
        let planned = self
            .customer
            .environments
            .values()
            .any(|environment| environment.plan_digest == signature.digest);
        (known || planned) && self.are_whole(signature.digest)
    }

    /// Tells whether the agreement on a configuration source holds: it binds to the plan of the source.
    pub(crate) fn holds_for_source(&self, source: &Source) -> bool {
        self.customer
            .environment(source.label)
            .is_some_and(|environment| environment.plan_digest == source.signature.digest)
    }

    /// Tells whether the signature of the declaration that there is no source database holds.
    pub(crate) fn holds_for_declaration(&self, signature: &Signature, reason: &str) -> bool {
        let declared = ("no source database", self.customer.id.as_str(), reason);
        Digest::of_canonical(&declared).is_ok_and(|digest| digest == signature.digest)
    }

    /// Tells whether a document is on the disk what was signed.
    pub(crate) fn is_whole(&self, number: &str) -> bool {
        self.documents
            .iter()
            .filter(|view| view.number == number)
            .all(|view| view.signatures.iter().all(|signature| signature.valid))
    }

    /// Tells whether no document with those facts was changed on the disk.
    fn are_whole(&self, facts: Digest) -> bool {
        self.documents
            .iter()
            .filter(|view| view.digest == facts)
            .all(|view| view.signatures.iter().all(|signature| signature.valid))
    }
}

/// Tells whether a signature on an iteration holds: it binds to the package that the iteration made.
pub(crate) fn holds_for_iteration(iteration: &Iteration, signature: &Signature) -> bool {
    iteration.package.as_ref().map(|package| package.digest) == Some(signature.digest)
}

/// Tells whether the signature that closed a deviation holds: it binds to the deviation as it stood before, and to the
/// condition.
pub(crate) fn holds_for_deviation(deviation: &Deviation, signature: &Signature) -> bool {
    let open = Deviation { approval: None, condition: None, ..deviation.clone() };
    // A run after the closure may have noted its retest.
    let untested = Deviation { retest: None, ..open.clone() };
    [open, untested].iter().any(|stood| {
        Digest::of_canonical(&(stood, &deviation.condition))
            .is_ok_and(|digest| digest == signature.digest)
    })
}

/// Returns a signature in words: printed name, role, date and time with its zone, meaning; and INVALID where the record
/// is not what was signed.
pub(crate) fn text(signature: &Signature, holds: bool) -> String {
    format!(
        "{}{}, {}, {}: {}",
        if holds { "" } else { "INVALID: " },
        signature.name,
        signature.role.title(),
        signature.time.human(),
        signature.meaning.statement()
    )
}

/// Returns a signature as a field of a table.
pub(crate) fn cell(signature: &Signature, holds: bool) -> Cell {
    let tone = if holds { Tone::Done } else { Tone::Failed };
    Cell::toned(text(signature, holds), tone)
}

/// Returns a signature that a use case has checked as a field of a table.
pub(crate) fn of_view(view: &SignatureView) -> Cell {
    let text = format!("{}, {}, {}: {}", view.name, view.role, view.time.human(), view.meaning);
    if view.valid {
        Cell::toned(text, Tone::Done)
    } else {
        Cell::toned(format!("INVALID: {text}"), Tone::Failed)
    }
}

#[cfg(test)]
mod tests {
    use landfall_core::{person::Role, signature::Meaning};

    use super::*;

    #[test]
    fn a_signature_says_who_when_what_it_means_and_whether_it_holds() {
        let signature = Signature {
            person: "carla".parse().unwrap(),
            name: "Carla Quality".to_owned(),
            role: Role::CustomerQuality,
            meaning: Meaning::CustomerApproval,
            time: "2026-03-12T09:00:00Z".parse().unwrap(),
            digest: Digest::ZERO,
        };
        let expected = "Carla Quality, customer quality, 2026-03-12 09:00:00 UTC: I approve this for the customer's quality.";
        assert_eq!(text(&signature, true), expected);
        assert_eq!(text(&signature, false), format!("INVALID: {expected}"));
    }
}
