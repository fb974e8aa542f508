//! Documents on the disk: frozen facts, and one rendition for every signature. A rendition that a crash prevented is
//! made later from the same entries, and is the same.

use std::path::PathBuf;

use landfall_core::{
    canonical,
    customer::{self, Command, Customer, Document, DocumentKind, Environment, Event, Stamp},
    digest::Digest,
    entry::Entry,
    ids::{CustomerId, Label},
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
        label: Label,
        kind: DocumentKind,
        is_plan: bool,
        person: &Person,
    ) -> Result<String> {
        let material = Material::gather(self, customer, label)?;
        let paths = self.paths.clone();
        let events = self.command_with(customer, person, None, |state, head, now| {
            let state =
                state.ok_or_else(|| Error::Broken(format!("there is no customer `{customer}`")))?;
            let number = number_of(state, label, kind, is_plan);
            let about = facts::About {
                material: &material,
                state,
                label,
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
            };
            let bytes = canonical::to_vec(&value)?;
            let path = facts_path(&paths, customer, &number, is_plan);
            if let Some(folder) = path.parent() {
                files::folder(folder)?;
            }
            files::write(&path, &bytes, true)?;
            Ok(Command::FreezeDocument {
                kind,
                label,
                is_plan,
                facts: Digest::of(&bytes),
                failed_checks,
                head: head.hash,
            })
        })?;
        events
            .iter()
            .find_map(|event| match event {
                Event::DocumentFrozen { number, .. } => Some(number.clone()),
                _ => None,
            })
            .ok_or_else(|| Error::Broken("the document has no number".to_owned()))
    }

    /// Makes every rendition of a customer's documents that is not on the disk yet.
    pub(crate) fn render_missing(&self, customer: &CustomerId) -> Result<()> {
        self.each_rendition(customer, &mut |state, document, entry| {
            let pdf = rendition_path(&self.paths, &state.id, &document.number, document.renditions);
            let beside = pdf.with_extension("json");
            if pdf.is_file() && beside.is_file() {
                return Ok(());
            }
            let (rendered, machine) = self.render(state, document, entry)?;
            files::write(&beside, &machine, true)?;
            files::write(&pdf, &rendered, true)
        })
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
        let environment = state.environment(document.label).ok_or_else(|| {
            Error::Broken(format!("there is no environment `{}`", document.label))
        })?;
        let status = status(document, environment);
        let frame = Frame {
            number: document.number.clone(),
            title: title(document),
            customer: state.name.clone(),
            environment: facts::environment_words(state, environment),
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
        };
        let rendered = landfall_documents::render(kind, &frame, &value, &signatures)?;
        let machine =
            canonical::to_vec(&serde_json::json!({ "frame": frame, "signatures": signatures }))?;
        Ok((rendered, machine))
    }
}

/// Returns the number that a document has, or will get.
fn number_of(state: &Customer, label: Label, kind: DocumentKind, is_plan: bool) -> String {
    let known = state.environment(label).and_then(|environment| environment.iq.clone());
    match (kind, is_plan, known) {
        (DocumentKind::Iq, false, Some(number)) => number,
        (
            DocumentKind::Iq
            | DocumentKind::MaskingCertificate
            | DocumentKind::DestructionCertificate,
            _,
            _,
        ) => state.next_document(kind),
    }
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
pub(crate) fn status(document: &Document, environment: &Environment) -> Status {
    if document.rejection.is_some() {
        return Status::Rejected;
    }
    match (document.kind, document.facts) {
        (DocumentKind::MaskingCertificate | DocumentKind::DestructionCertificate, _) => {
            Status::Issued
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
            let needs_acceptance =
                environment.label.kind() == landfall_core::environment::Kind::Val;
            if signed && (environment.acceptance.is_some() || !needs_acceptance) {
                Status::Accepted
            } else {
                Status::Executed
            }
        }
    }
}

fn title(document: &Document) -> String {
    let place = facts::label_words(document.label);
    match document.kind {
        DocumentKind::Iq => format!("Installation of {place}"),
        DocumentKind::MaskingCertificate => format!("Masking of {place}"),
        DocumentKind::DestructionCertificate => format!("Destruction of {place}"),
    }
}

/// Returns the signatures of a document as they are printed.
pub(crate) fn signatures(
    document: &Document,
    environment: &Environment,
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
        list.push(print(signature, Block::PostApproval, document.facts, false));
    }
    if let Some((signature, reason)) = &document.rejection {
        let block = if document.facts.is_some() { Block::PostApproval } else { Block::PreApproval };
        let mut rejection = print(signature, block, document.facts.or(document.plan), true);
        rejection.reason = Some(reason.clone());
        list.push(rejection);
    }
    if document.kind == DocumentKind::Iq
        && let Some(signature) = &environment.acceptance
    {
        list.push(print(signature, Block::Acceptance, document.facts, false));
    }
    list
}
