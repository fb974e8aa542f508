//! Documents on the disk: frozen facts, and one rendition for every signature. A rendition that a crash prevented is
//! made later from the same entries, and is the same.

use std::path::PathBuf;

use landfall_core::{
    canonical,
    customer::{
        self, Command, Customer, Document, DocumentKind, Environment, Event, Stamp, Subject,
    },
    digest::Digest,
    entry::Entry,
    ids::CustomerId,
    person::Person,
    signature::{self, Record, Signature},
    vendor::ClockKind,
};
use landfall_documents::{Block, Frame, Kind, Status};

use crate::{
    Installation, Result,
    error::Error,
    facts::{self, Material},
    files,
    installation::{customer_stream, read_event},
    paths::Paths,
};

impl Installation {
    /// Freezes the facts of a document: the file first, then the entry that names its digest.
    pub(crate) fn freeze(
        &mut self,
        customer: &CustomerId,
        subject: Subject,
        kind: DocumentKind,
        is_plan: bool,
        person: &Person,
    ) -> Result<String> {
        let material = Material::gather(self, customer, subject, kind)?;
        let paths = self.paths.clone();
        let events = self.command_with(customer, person, None, |state, head, now| {
            let state =
                state.ok_or_else(|| Error::Broken(format!("there is no customer `{customer}`")))?;
            if let Some(certified) = certificate(state, subject, kind) {
                return Err(Error::Input {
                    message: format!("`{certified}` certifies this already"),
                    hint: format!("`landfall document show {certified}` shows it"),
                });
            }
            let number = number_of(state, subject, kind, is_plan);
            let about = facts::About {
                material: &material,
                state,
                subject,
                number: &number,
                sequence: head.count,
                head: head.hash,
                now,
                author: person,
            };
            let (value, failed_checks) = match kind {
                DocumentKind::Iq => facts::iq::facts(&about, is_plan)?,
                DocumentKind::MaskingCertificate => facts::masking::facts(&about)?,
                DocumentKind::DestructionCertificate => facts::destruction::facts(&about)?,
                DocumentKind::ConfigurationReport => facts::configuration::facts(&about)?,
                DocumentKind::QcReport => facts::qc::facts(&about)?,
                DocumentKind::GoLiveRecord => facts::golive::facts(&about)?,
                DocumentKind::DifferenceReport => facts::difference::facts(&about)?,
                DocumentKind::MaterialsCertificate => facts::materials::facts(&about)?,
            };
            let bytes = canonical::to_vec(&value)?;
            let command = Command::FreezeDocument {
                kind,
                about: subject,
                is_plan,
                facts: Digest::of(&bytes),
                failed_checks,
                head: head.hash,
            };
            // Facts that were frozen are never written over: the rules come first, within this transaction.
            let policy = &material.policy;
            let context = customer::Context { policy, now, person: Some(person), reason: None };
            let Ok(events) = customer::decide(Some(state), &command, &context) else {
                return Ok(command);
            };
            let is_next = events.iter().any(|event| {
                matches!(event, Event::DocumentFrozen { number: given, .. } if *given == number)
            });
            if !is_next {
                return Err(Error::Broken(format!(
                    "the facts are those of document `{number}`, which is not the next one"
                )));
            }
            let path = facts_path(&paths, customer, &number, is_plan);
            if let Some(folder) = path.parent() {
                files::folder(folder)?;
            }
            files::write(&path, &bytes, true)?;
            Ok(command)
        })?;
        events
            .iter()
            .find_map(|event| match event {
                Event::DocumentFrozen { number, .. } => Some(number.clone()),
                _ => None,
            })
            .ok_or_else(|| Error::Broken("the document has no number".to_owned()))
    }

    /// Makes every rendition of a customer's documents that is not on the disk yet. One that cannot be made does not
    /// stop the others; the first such error is returned.
    pub(crate) fn render_missing(&self, customer: &CustomerId) -> Result<()> {
        let mut first = Ok(());
        self.each_rendition(customer, &mut |state, document, entry| {
            let made = self.render_one(state, document, entry);
            if first.is_ok() {
                first = made;
            }
            Ok(())
        })?;
        first
    }

    fn render_one(&self, state: &Customer, document: &Document, entry: &Entry) -> Result<()> {
        let pdf = rendition_path(&self.paths, &state.id, &document.number, document.renditions);
        let beside = pdf.with_extension("json");
        if pdf.is_file() && beside.is_file() {
            return Ok(());
        }
        let (rendered, machine) = self.render(state, document, entry)?;
        files::write(&beside, &machine, true)?;
        files::write(&pdf, &rendered, true)
    }

    /// Renders every rendition of a document again; returns each file that there should be with the digest it should
    /// have.
    pub(crate) fn renditions_of(
        &self,
        customer: &CustomerId,
        number: &str,
    ) -> Result<Vec<(PathBuf, Digest)>> {
        let mut list = Vec::new();
        self.each_rendition(customer, &mut |state, document, entry| {
            if document.number == number {
                let pdf = rendition_path(&self.paths, &state.id, number, document.renditions);
                let (rendered, machine) = self.render(state, document, entry)?;
                list.push((pdf.with_extension("json"), Digest::of(&machine)));
                list.push((pdf, Digest::of(&rendered)));
            }
            Ok(())
        })?;
        Ok(list)
    }

    /// Visits the entries that made renditions, each with the state and the document as at that time.
    fn each_rendition(
        &self,
        customer: &CustomerId,
        visit: &mut dyn FnMut(&Customer, &Document, &Entry) -> Result<()>,
    ) -> Result<()> {
        let mut state: Option<Customer> = None;
        for entry in self.ledger.stream(&customer_stream(customer))? {
            let event: Event = read_event(&entry, "customer.")?;
            state = customer::evolve(state, &event, Stamp { time: entry.time });
            let Some(state) = &state else { continue };
            let number = match &event {
                Event::DocumentFrozen { number, .. }
                | Event::DocumentSigned { number, .. }
                | Event::DocumentRejected { number, .. } => Some(number.clone()),
                Event::EnvironmentAccepted { label, .. } => {
                    state.environment(*label).and_then(|environment| environment.iq.clone())
                }
                _ => None,
            };
            if let Some(document) = number.and_then(|number| state.documents.get(&number)) {
                visit(state, document, &entry)?;
            }
        }
        Ok(())
    }

    /// Returns the bytes of a rendition: the PDF, and its frame and signatures as JSON.
    fn render(
        &self,
        state: &Customer,
        document: &Document,
        entry: &Entry,
    ) -> Result<(Vec<u8>, Vec<u8>)> {
        let is_plan = document.facts.is_none();
        let path = facts_path(&self.paths, &state.id, &document.number, is_plan);
        let bytes = std::fs::read(&path).map_err(files::failing("read the facts", &path))?;
        let digest = Digest::of(&bytes);
        if Some(digest) != document.facts.or(document.plan) {
            return Err(Error::Broken(format!(
                "the facts of document `{}` are not those that the ledger names: `{}` was changed",
                document.number,
                path.display()
            )));
        }
        let value: serde_json::Value = serde_json::from_slice(&bytes)
            .map_err(|error| Error::Broken(format!("`{}` is no JSON: {error}", path.display())))?;
        let environment = document
            .label()
            .map(|label| crate::use_cases::environment(state, label))
            .transpose()?;
        let status = status(document, environment);
        let frame = Frame {
            number: document.number.clone(),
            title: title(document),
            customer: state.name.clone(),
            environment: environment.map_or_else(
                || format!("{} / {}", state.name, document.about),
                |environment| facts::environment_words(state, environment),
            ),
            status,
            revision: 1,
            effective: matches!(status, Status::Accepted | Status::Issued).then_some(entry.time),
            demonstration: self.clock() == ClockKind::Demonstration,
            ledger_sequence: entry.sequence,
            ledger_head: Digest::of_canonical(entry)?,
            facts_digest: digest,
            issued: entry.time,
        };
        let signatures = signatures(document, environment);
        let kind = match document.kind {
            DocumentKind::Iq => Kind::Iq,
            DocumentKind::MaskingCertificate => Kind::MaskingCertificate,
            DocumentKind::DestructionCertificate => Kind::DestructionCertificate,
            DocumentKind::ConfigurationReport => Kind::ConfigurationReport,
            DocumentKind::QcReport => Kind::QcReport,
            DocumentKind::GoLiveRecord => Kind::GoLiveRecord,
            DocumentKind::DifferenceReport => Kind::DifferenceReport,
            DocumentKind::MaterialsCertificate => Kind::MaterialsCertificate,
        };
        let rendered = landfall_documents::render(kind, &frame, &value, &signatures)?;
        let machine =
            canonical::to_vec(&serde_json::json!({ "frame": frame, "signatures": signatures }))?;
        Ok((rendered, machine))
    }
}

/// Returns the certificate of that kind that there is already of the same environment or operation: each is made once.
fn certificate(state: &Customer, subject: Subject, kind: DocumentKind) -> Option<String> {
    let is_one = |document: &&Document| document.kind == kind && document.about == subject;
    match (kind, subject) {
        (
            DocumentKind::MaskingCertificate | DocumentKind::DestructionCertificate,
            Subject::Environment(label),
        ) => state.documents_of(label).find(is_one).map(|document| document.number.clone()),
        (DocumentKind::MaterialsCertificate, _) => {
            state.documents.values().find(is_one).map(|document| document.number.clone())
        }
        (
            DocumentKind::Iq
            | DocumentKind::MaskingCertificate
            | DocumentKind::DestructionCertificate
            | DocumentKind::ConfigurationReport
            | DocumentKind::QcReport
            | DocumentKind::GoLiveRecord
            | DocumentKind::DifferenceReport,
            _,
        ) => None,
    }
}

/// Returns the number that a document has, or will get.
fn number_of(state: &Customer, subject: Subject, kind: DocumentKind, is_plan: bool) -> String {
    let known = match subject {
        Subject::Environment(label) if kind == DocumentKind::Iq && !is_plan => {
            state.environment(label).and_then(|environment| environment.iq.clone())
        }
        Subject::Environment(_) | Subject::Iteration(_) | Subject::Materials(_) => None,
    };
    known.unwrap_or_else(|| state.next_document(kind))
}

/// Returns the file of a document's facts: those of the plan, or the final ones.
pub(crate) fn facts_path(
    paths: &Paths,
    customer: &CustomerId,
    number: &str,
    is_plan: bool,
) -> PathBuf {
    paths.document(customer, number).join(if is_plan { "plan.json" } else { "facts.json" })
}

/// Returns the file of a rendition; renditions count from 1.
pub(crate) fn rendition_path(
    paths: &Paths,
    customer: &CustomerId,
    number: &str,
    rendition: u32,
) -> PathBuf {
    paths.document(customer, number).join(format!("{number}-r{rendition}.pdf"))
}

/// Returns how far a document has come.
pub(crate) fn status(document: &Document, environment: Option<&Environment>) -> Status {
    if document.rejection.is_some() {
        return Status::Rejected;
    }
    match (document.kind, document.facts) {
        (
            DocumentKind::MaskingCertificate
            | DocumentKind::DestructionCertificate
            | DocumentKind::ConfigurationReport
            | DocumentKind::QcReport
            | DocumentKind::GoLiveRecord
            | DocumentKind::MaterialsCertificate,
            _,
        ) => Status::Issued,
        (DocumentKind::DifferenceReport, _) => {
            if signature::awaited(Record::Difference, &document.signatures).is_empty() {
                Status::Accepted
            } else {
                Status::Draft
            }
        }
        (DocumentKind::Iq, None) => {
            if signature::awaited(Record::IqPlan, &document.plan_signatures).is_empty() {
                Status::Approved
            } else {
                Status::Draft
            }
        }
        (DocumentKind::Iq, Some(_)) => {
            let signed = signature::awaited(Record::IqReport, &document.signatures).is_empty();
            let waits = environment.is_some_and(|environment| {
                environment.label.kind() == landfall_core::environment::Kind::Val
                    && environment.acceptance.is_none()
            });
            if signed && !waits { Status::Accepted } else { Status::Executed }
        }
    }
}

fn title(document: &Document) -> String {
    let place = match document.about {
        Subject::Environment(label) => facts::label_words(label),
        Subject::Iteration(number) => format!("iteration {number}"),
        Subject::Materials(operation) => format!("dumps and packages, operation {operation}"),
    };
    match document.kind {
        DocumentKind::Iq => format!("Installation of {place}"),
        DocumentKind::MaskingCertificate => format!("Masking of {place}"),
        DocumentKind::DestructionCertificate | DocumentKind::MaterialsCertificate => {
            format!("Destruction of {place}")
        }
        DocumentKind::ConfigurationReport => format!("Configuration of {place}"),
        DocumentKind::QcReport => format!("Quality control of {place}"),
        DocumentKind::GoLiveRecord => format!("Going live of {place}"),
        DocumentKind::DifferenceReport => {
            format!("Difference between the validated configuration and {place}")
        }
    }
}

/// Returns the signatures of a document as they are printed.
pub(crate) fn signatures(
    document: &Document,
    environment: Option<&Environment>,
) -> Vec<landfall_documents::Signature> {
    let print = |signature: &Signature, block: Block, bound: Option<Digest>, rejected: bool| {
        landfall_documents::Signature {
            name: signature.name.clone(),
            role: signature.role.title().to_owned(),
            meaning: signature.meaning.statement().to_owned(),
            time: signature.time,
            block,
            valid: bound == Some(signature.digest),
            bound_to: signature.digest,
            reason: None,
            rejected,
        }
    };
    let mut list = Vec::new();
    for signature in &document.plan_signatures {
        list.push(print(signature, Block::PreApproval, document.plan, false));
    }
    for signature in &document.signatures {
        let block = match document.kind {
            DocumentKind::DifferenceReport => Block::Acceptance,
            _ => Block::PostApproval,
        };
        list.push(print(signature, block, document.facts, false));
    }
    if let Some((signature, reason)) = &document.rejection {
        let block = if document.facts.is_some() { Block::PostApproval } else { Block::PreApproval };
        let mut rejection = print(signature, block, document.facts.or(document.plan), true);
        rejection.reason = Some(reason.clone());
        list.push(rejection);
    }
    if document.kind == DocumentKind::Iq
        && let Some(signature) = environment.and_then(|there| there.acceptance.as_ref())
    {
        list.push(print(signature, Block::Acceptance, document.facts, false));
    }
    list
}
