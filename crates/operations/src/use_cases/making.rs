use std::path::Path;

use landfall_core::{
    customer::{self, Command, Customer, Document, DocumentKind, Subject},
    digest::Digest,
    ids::{Address, CustomerId},
    person::Person,
    vendor::ClockKind,
};
use landfall_documents::{
    Frame, Kind, Status, difference_report as report, facts as shared, render,
};
use landfall_instances::compare::SideFacts;
use serde_json::Value;

use super::Comparison;
use crate::{
    Caller, Installation, Result,
    error::Error,
    facts::{self, About, Material, difference},
    files,
    rendition::facts_path,
};

/// What stands instead of a number on what is no document.
const UNNUMBERED: &str = "Unnumbered";

impl Installation {
    /// Makes a document that people ask for: a configuration report, a QC report, the go-live record, the difference
    /// report. Returns its number; where nothing has changed since the newest one, that one's.
    ///
    /// # Errors
    /// When a rule says no, or the kind is made by another command.
    pub fn document_make(
        &mut self,
        caller: &Caller,
        customer: &CustomerId,
        kind: DocumentKind,
        about: Subject,
    ) -> Result<String> {
        let person = self.acting(caller)?;
        made_on_request(kind)?;
        let command = Command::FreezeDocument {
            kind,
            about,
            is_plan: false,
            facts: Digest::ZERO,
            failed_checks: 0,
            head: Digest::ZERO,
        };
        self.authorise(customer, &person, &command)?;
        if let Subject::Environment(label) = about {
            self.settle_records(customer, label)?;
        }
        let state = self.customer(customer)?;
        if let Some(number) = standing_difference(&state, kind, about) {
            self.render_missing(customer)?;
            return Ok(number);
        }
        // The rules are asked before anything is read or written for a document that must not be.
        let context = customer::Context {
            policy: &self.policy,
            now: self.now()?,
            person: Some(&person),
            reason: None,
        };
        if let Err(refusal) = customer::decide(Some(&state), &command, &context) {
            return Err(self.refused(customer, &person, command.name(), refusal));
        }
        let number = match self.unchanged(&state, kind, about, &person)? {
            Some(number) => number,
            None => self.freeze(customer, about, kind, false, &person)?,
        };
        self.render_missing(customer)?;
        Ok(number)
    }

    /// Returns the newest document of that kind about the same thing, if a new one would say the same.
    fn unchanged(
        &self,
        state: &Customer,
        kind: DocumentKind,
        subject: Subject,
        author: &Person,
    ) -> Result<Option<String>> {
        let Some(newest) = newest(state, kind, subject) else { return Ok(None) };
        let path = facts_path(&self.paths, &state.id, &newest.number, false);
        let Ok(bytes) = std::fs::read(&path) else { return Ok(None) };
        // What was changed on the disk is not what was frozen: a new document is made beside it.
        if newest.facts != Some(Digest::of(&bytes)) {
            return Ok(None);
        }
        let before: Value = serde_json::from_slice(&bytes)
            .map_err(|error| Error::Broken(format!("`{}` is no JSON: {error}", path.display())))?;
        let material = Material::gather(self, &state.id, subject, kind)?;
        let head = self.ledger.head()?;
        let about = About {
            material: &material,
            state,
            subject,
            number: &newest.number,
            sequence: head.count,
            head: head.hash,
            now: self.now()?,
            author,
        };
        let (now, _) = match kind {
            DocumentKind::ConfigurationReport => facts::configuration::facts(&about)?,
            DocumentKind::QcReport => facts::qc::facts(&about)?,
            DocumentKind::GoLiveRecord => facts::golive::facts(&about)?,
            DocumentKind::Iq
            | DocumentKind::MaskingCertificate
            | DocumentKind::DestructionCertificate
            | DocumentKind::DifferenceReport
            | DocumentKind::MaterialsCertificate => return Ok(None),
        };
        Ok((content(before) == content(now)).then(|| newest.number.clone()))
    }

    /// Writes the comparison of two configurations, named as for [`Self::configuration_diff`], as a PDF: unnumbered and
    /// unsigned, for reading and no record.
    ///
    /// # Errors
    /// When a name means nothing or several things, or the file exists or cannot be written.
    pub fn configuration_diff_pdf(&self, a: &str, b: &str, file: &Path) -> Result<()> {
        let comparison = self.configuration_diff(a, b)?;
        let (head, now) = (self.ledger.head()?, self.now()?);
        let facts = self.comparison_facts(&comparison)?;
        let value = serde_json::to_value(&facts)
            .map_err(|error| Error::Broken(format!("the facts cannot be written: {error}")))?;
        let frame = Frame {
            number: UNNUMBERED.to_owned(),
            title: format!("Comparison of {}", facts.environment),
            customer: facts.customer.clone(),
            environment: facts.environment.clone(),
            status: Status::Draft,
            revision: 1,
            effective: None,
            demonstration: self.clock() == ClockKind::Demonstration,
            ledger_sequence: head.count,
            ledger_head: head.hash,
            facts_digest: Digest::of_canonical(&value)?,
            issued: now,
        };
        let pdf = render(Kind::DifferenceReport, &frame, &value, &[])?;
        files::write(file, &pdf, false)
    }

    fn comparison_facts(&self, comparison: &Comparison) -> Result<report::Facts> {
        let head = self.ledger.head()?;
        let catalogue = self.catalogue(&comparison.b.release)?;
        let (first, second) = (words(&comparison.a), words(&comparison.b));
        let count = |own: fn(&super::TableDifference) -> usize| -> u64 {
            comparison.tables.iter().map(|table| table.equal + own(table) as u64).sum()
        };
        let mut references = Vec::new();
        for side in [&comparison.a, &comparison.b] {
            let own = self.catalogue(&side.release)?;
            references.push(shared::Reference {
                name: format!("Catalogue of {}", own.product()),
                version: side.release.to_string(),
                digest: Some(own.digest()),
            });
        }
        references.dedup();
        Ok(report::Facts {
            number: UNNUMBERED.to_owned(),
            customer: self.customers_compared(comparison)?,
            environment: format!("{first} and {second}"),
            product: catalogue.product().to_owned(),
            release: comparison.b.release.to_string(),
            build: catalogue.build().to_owned(),
            summary: format!(
                "Two configurations were compared: {} A record counts as added where only {second} has it, and as removed where only {first} has it.",
                difference::counts_words(comparison)
            ),
            purpose: "For reading; it is no record.".to_owned(),
            meaning: "Nothing is signed.".to_owned(),
            validated: side(
                &comparison.a,
                count(|table| table.removed.len() + table.changed.len()),
            ),
            prod: side(&comparison.b, count(|table| table.added.len() + table.changed.len())),
            tables: difference::tables(comparison),
            invisible: comparison.invisible,
            not_compared: difference::not_compared(comparison),
            references,
            timeline: Vec::new(),
            attachments: Vec::new(),
            ledger: shared::LedgerPosition { sequence: head.count, head: head.hash },
            required_signatures: Vec::new(),
        })
    }

    /// Returns the printed names of the customers whose instances were compared.
    fn customers_compared(&self, comparison: &Comparison) -> Result<String> {
        let mut names = Vec::new();
        for side in [&comparison.a, &comparison.b] {
            if let Ok(address) = side.name.parse::<Address>() {
                let name = self.customer(&address.customer)?.name;
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        Ok(if names.is_empty() { "not stated".to_owned() } else { names.join(" and ") })
    }
}

/// Describes one side. An instance has no package: what extraction would make of it is not known without extracting.
fn side(side: &SideFacts, records: u64) -> report::Side {
    report::Side {
        label: words(side),
        environment: words(side),
        package: side.package,
        source: side.name.clone(),
        release: side.release.to_string(),
        records,
        iq: None,
    }
}

/// Returns how a side is called on a page: an address, or a package by the beginning of its digest.
fn words(side: &SideFacts) -> String {
    side.package.map_or_else(|| side.name.clone(), |package| format!("package {}", package.short()))
}

/// Refuses what other commands make.
fn made_on_request(kind: DocumentKind) -> Result<()> {
    let (what, hint) = match kind {
        DocumentKind::ConfigurationReport
        | DocumentKind::QcReport
        | DocumentKind::GoLiveRecord
        | DocumentKind::DifferenceReport => return Ok(()),
        DocumentKind::Iq => (
            "an IQ is made with its environment: the plan when a formal VAL or PROD is requested, the report when it is built",
            "`landfall environment request CUSTOMER val --formal`, then `landfall environment build ADDRESS`",
        ),
        DocumentKind::MaskingCertificate => (
            "a masking certificate is made when a VAL is built",
            "`landfall environment build ADDRESS`",
        ),
        DocumentKind::DestructionCertificate => (
            "a destruction certificate is made when an environment is destroyed",
            "`landfall environment destroy ADDRESS`",
        ),
        DocumentKind::MaterialsCertificate => (
            "a materials certificate is made when dumps, packages and the like are destroyed",
            "`landfall migration destroy CUSTOMER`",
        ),
    };
    Err(Error::Input { message: what.to_owned(), hint: hint.to_owned() })
}

/// Returns the difference report of PROD that stands: it is made once.
fn standing_difference(state: &Customer, kind: DocumentKind, about: Subject) -> Option<String> {
    let Subject::Environment(label) = about else { return None };
    if kind != DocumentKind::DifferenceReport {
        return None;
    }
    let number = state.environment(label)?.difference.as_ref()?;
    let document = state.documents.get(number)?;
    document.rejection.is_none().then(|| document.number.clone())
}

/// Returns the newest document of a kind about the same thing; not about an earlier environment of the same name.
fn newest(state: &Customer, kind: DocumentKind, subject: Subject) -> Option<&Document> {
    let fits = |document: &&Document| document.kind == kind && document.about == subject;
    match subject {
        Subject::Environment(label) => {
            state.documents_of(label).filter(fits).max_by_key(|document| document.position)
        }
        Subject::Iteration(_) | Subject::Materials(_) => {
            state.documents.values().filter(fits).max_by_key(|document| document.position)
        }
    }
}

/// Leaves out of facts what says when and under which number they were frozen.
fn content(mut facts: Value) -> Value {
    if let Some(fields) = facts.as_object_mut() {
        for name in ["number", "summary", "taken", "timeline", "ledger"] {
            fields.remove(name);
        }
    }
    facts
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn time_and_number_make_no_other_content() {
        let facts = |number: &str, taken: &str, records: u64| {
            json!({
                "number": number,
                "taken": taken,
                "summary": taken,
                "timeline": [taken],
                "ledger": { "sequence": 4 },
                "modules": records,
            })
        };
        let first = facts("ACME-CR-001", "2026-01-05T09:00:00Z", 7);
        let same = facts("ACME-CR-002", "2026-01-06T09:00:00Z", 7);
        let other = facts("ACME-CR-002", "2026-01-06T09:00:00Z", 8);
        assert_eq!(content(first.clone()), content(same));
        assert_ne!(content(first), content(other));
    }

    #[test]
    fn what_other_commands_make_is_refused_with_their_name() {
        for (kind, command) in [
            (DocumentKind::Iq, "environment request"),
            (DocumentKind::MaskingCertificate, "environment build"),
            (DocumentKind::DestructionCertificate, "environment destroy"),
            (DocumentKind::MaterialsCertificate, "migration destroy"),
        ] {
            let hint = made_on_request(kind).unwrap_err().hint().unwrap();
            assert!(hint.contains(command), "{hint}");
        }
        assert!(made_on_request(DocumentKind::QcReport).is_ok());
    }
}
