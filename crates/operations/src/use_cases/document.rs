use std::path::{Path, PathBuf};

use landfall_core::{
    customer::{Command, Customer, Document, DocumentKind},
    digest::Digest,
    ids::{CustomerId, Label},
    person::Person,
    signature::{self, Meaning, Record},
    time::Timestamp,
};
use serde::Serialize;

use super::environment::environment;
use crate::{
    Caller, Installation, Result,
    error::Error,
    files,
    rendition::{facts_path, rendition_path, signatures, status},
};

/// A document as a list shows it.
#[derive(Debug, Clone, Serialize)]
pub struct DocumentView {
    /// Its number.
    pub number: String,
    /// What it is.
    pub kind: DocumentKind,
    /// What it is about, in words: `val-1`, `iteration 2`, `materials, operation 7`.
    pub about: String,
    /// Which environment it is about, where it is about one.
    pub environment: Option<Label>,
    /// How far it has come: draft, approved, executed, accepted, rejected, issued.
    pub status: String,
    /// The newest rendition.
    pub path: PathBuf,
    /// The canonical facts.
    pub facts_path: PathBuf,
    /// The digest of the facts: what signatures bind to.
    pub digest: Digest,
    /// The signatures, on plan and report.
    pub signatures: Vec<SignatureView>,
    /// The signatures that are awaited now: meaning and role.
    pub awaited: Vec<(String, String)>,
    /// Every rendition, the oldest first.
    pub renditions: Vec<PathBuf>,
}

/// A signature as every listing shows it: printed name, date and time, meaning.
#[derive(Debug, Clone, Serialize)]
pub struct SignatureView {
    /// The printed name.
    pub name: String,
    /// The role.
    pub role: String,
    /// What it means.
    pub meaning: String,
    /// When (UTC).
    pub time: Timestamp,
    /// Whether the record is still what was signed.
    pub valid: bool,
}

/// One thing that was checked about a document.
#[derive(Debug, Clone, Serialize)]
pub struct DocumentCheck {
    /// What was checked.
    pub what: String,
    /// Whether it holds.
    pub ok: bool,
    /// What was expected and found.
    pub detail: String,
}

impl Installation {
    /// Lists the documents of a customer.
    ///
    /// # Errors
    /// When there is no such customer.
    pub fn documents(&self, customer: &CustomerId) -> Result<Vec<DocumentView>> {
        let state = self.customer(customer)?;
        state.documents.values().map(|document| self.view_of(&state, document)).collect()
    }

    /// Returns one document.
    ///
    /// # Errors
    /// When there is no such document.
    pub fn document(&self, number: &str) -> Result<DocumentView> {
        let (state, document) = self.find_document(number)?;
        self.view_of(&state, &document)
    }

    /// Finds a document by its number alone; numbers begin with the customer's identity.
    fn find_document(&self, number: &str) -> Result<(Customer, Document)> {
        for customer in self.customers()? {
            let begins = format!("{}-", customer.as_str().to_uppercase());
            if number.starts_with(&begins) {
                let state = self.customer(&customer)?;
                if let Some(document) = state.documents.get(number).cloned() {
                    return Ok((state, document));
                }
            }
        }
        Err(Error::NotFound {
            what: format!("there is no document `{}`", number.chars().take(60).collect::<String>()),
            hint: "`landfall document list CUSTOMER` shows the documents".to_owned(),
        })
    }

    fn view_of(&self, state: &Customer, document: &Document) -> Result<DocumentView> {
        let target = document.label().map(|label| environment(state, label)).transpose()?;
        let renditions: Vec<PathBuf> = (1..=document.renditions)
            .map(|k| rendition_path(&self.paths, &state.id, &document.number, k))
            .collect();
        let awaited = match (document.kind, document.facts, document.rejection.is_some()) {
            (DocumentKind::Iq, None, false) => {
                signature::awaited(Record::IqPlan, &document.plan_signatures)
            }
            (DocumentKind::Iq, Some(_), false) => {
                signature::awaited(Record::IqReport, &document.signatures)
            }
            (DocumentKind::DifferenceReport, Some(_), false) => {
                signature::awaited(Record::Difference, &document.signatures)
            }
            (
                DocumentKind::Iq
                | DocumentKind::DifferenceReport
                | DocumentKind::MaskingCertificate
                | DocumentKind::DestructionCertificate
                | DocumentKind::ConfigurationReport
                | DocumentKind::QcReport
                | DocumentKind::GoLiveRecord
                | DocumentKind::MaterialsCertificate,
                _,
                _,
            ) => Vec::new(),
        };
        let digest = self.digest_on_disk(&state.id, document)?;
        let recorded = document.facts.or(document.plan).unwrap_or(Digest::ZERO);
        Ok(DocumentView {
            number: document.number.clone(),
            kind: document.kind,
            about: document.about.to_string(),
            environment: document.label(),
            status: status(document, target).as_str().to_owned(),
            path: renditions.last().cloned().unwrap_or_default(),
            facts_path: facts_path(
                &self.paths,
                &state.id,
                &document.number,
                document.facts.is_none(),
            ),
            digest: recorded,
            signatures: signatures(document, target)
                .into_iter()
                .map(|signature| SignatureView {
                    name: signature.name,
                    role: signature.role,
                    meaning: signature.meaning,
                    time: signature.time,
                    // A record that was changed on the disk shows its signatures as invalid.
                    valid: signature.valid && digest == Some(recorded),
                })
                .collect(),
            awaited: awaited
                .iter()
                .map(|(meaning, role)| (meaning.as_str().to_owned(), role.as_str().to_owned()))
                .collect(),
            renditions,
        })
    }

    fn digest_on_disk(&self, customer: &CustomerId, document: &Document) -> Result<Option<Digest>> {
        let path = facts_path(&self.paths, customer, &document.number, document.facts.is_none());
        match std::fs::read(&path) {
            Ok(bytes) => Ok(Some(Digest::of(&bytes))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(files::failing("read the facts", &path)(error)),
        }
    }

    /// Signs a document, with the awaited meaning that fits the person's role where none is given.
    ///
    /// # Errors
    /// When a rule or the password says no.
    pub fn document_sign(
        &mut self,
        caller: &Caller,
        number: &str,
        meaning: Option<Meaning>,
    ) -> Result<DocumentView> {
        let (state, document) = self.find_document(number)?;
        let person = self.signing(caller)?;
        let meaning = match meaning {
            Some(meaning) => meaning,
            None => fitting(&state, &document, &person),
        };
        let shown = self.digest_on_disk(&state.id, &document)?.unwrap_or(Digest::ZERO);
        let command = Command::SignDocument { number: number.to_owned(), meaning, shown };
        self.command(&state.id, &command, &person, caller.reason.as_deref())?;
        self.render_missing(&state.id)?;
        self.document(number)
    }

    /// Rejects a document, with signature and reason.
    ///
    /// # Errors
    /// When a rule or the password says no.
    pub fn document_reject(&mut self, caller: &Caller, number: &str) -> Result<DocumentView> {
        let (state, document) = self.find_document(number)?;
        let person = self.signing(caller)?;
        let shown = self.digest_on_disk(&state.id, &document)?.unwrap_or(Digest::ZERO);
        let command = Command::RejectDocument { number: number.to_owned(), shown };
        self.command(&state.id, &command, &person, caller.reason.as_deref())?;
        self.render_missing(&state.id)?;
        self.document(number)
    }

    /// Copies the newest rendition of a document, with its facts and machine-readable frame beside it, to a folder.
    ///
    /// # Errors
    /// When there is no such document, or a file of that name exists.
    pub fn document_export(&self, number: &str, to: &Path) -> Result<PathBuf> {
        let view = self.document(number)?;
        files::folder(to)?;
        let target = to.join(format!("{number}.pdf"));
        let beside = to.join(format!("{number}.signatures.json"));
        let pairs = [
            (&view.path, &target),
            (&view.facts_path, &to.join(format!("{number}.facts.json"))),
            (&view.path.with_extension("json"), &beside),
        ];
        for (from, to) in pairs {
            let bytes = std::fs::read(from).map_err(files::failing("read", from))?;
            files::write(to, &bytes, false)?;
        }
        Ok(target)
    }

    /// Verifies a document: facts against the ledger, signatures against the facts, the printed heads against the chain,
    /// and every rendition's presence.
    ///
    /// # Errors
    /// When there is no such document or the ledger cannot be read.
    pub fn document_verify(&self, number: &str) -> Result<Vec<DocumentCheck>> {
        let (state, document) = self.find_document(number)?;
        let view = self.view_of(&state, &document)?;
        let mut checks = Vec::new();
        for (is_plan, recorded) in [(true, document.plan), (false, document.facts)] {
            let Some(recorded) = recorded else { continue };
            let path = facts_path(&self.paths, &state.id, number, is_plan);
            let found = std::fs::read(&path).map(|bytes| Digest::of(&bytes)).ok();
            let what = if is_plan { "the plan's facts" } else { "the facts" };
            checks.push(DocumentCheck {
                what: format!("{what} are those that the ledger names"),
                ok: found == Some(recorded),
                detail: format!(
                    "expected {recorded}, found {}",
                    found.map_or_else(|| "no file".to_owned(), |digest| digest.to_string())
                ),
            });
        }
        for signature in &view.signatures {
            checks.push(DocumentCheck {
                what: format!("the signature of {} ({}) holds", signature.name, signature.role),
                ok: signature.valid,
                detail: format!("{} {}", signature.time.human(), signature.meaning),
            });
        }
        for (path, sequence, head) in self.printed_heads(&state.id, &document)? {
            let entry = self.ledger.entry(sequence)?;
            let found = entry.map(|entry| Digest::of_canonical(&entry)).transpose()?;
            checks.push(DocumentCheck {
                what: format!("the ledger head printed on {path} is in the chain"),
                ok: found == Some(head),
                detail: format!("entry {sequence}, {head}"),
            });
        }
        for (path, expected) in self.renditions_of(&state.id, number)? {
            let found = std::fs::read(&path).map(|bytes| Digest::of(&bytes)).ok();
            checks.push(DocumentCheck {
                what: format!("{} is what facts and signatures give", self.paths.relative(&path)),
                ok: found == Some(expected),
                detail: format!(
                    "expected {expected}, found {}",
                    found.map_or_else(|| "no file".to_owned(), |digest| digest.to_string())
                ),
            });
        }
        Ok(checks)
    }

    /// Returns the heads that a document's renditions and facts print: file, sequence, hash.
    pub(crate) fn printed_heads(
        &self,
        customer: &CustomerId,
        document: &Document,
    ) -> Result<Vec<(String, u64, Digest)>> {
        self.heads_in(&self.paths.document(customer, &document.number))
    }

    /// Returns the heads printed on every document that is stored, whatever the ledger knows of it.
    pub(crate) fn heads_on_disk(&self) -> Result<Vec<(String, u64, Digest)>> {
        let mut heads = Vec::new();
        for customer in folders(&self.paths.root().join("documents"))? {
            for document in folders(&customer)? {
                heads.extend(self.heads_in(&document)?);
            }
        }
        Ok(heads)
    }

    fn heads_in(&self, folder: &Path) -> Result<Vec<(String, u64, Digest)>> {
        let mut heads = Vec::new();
        for path in files::entries(folder)? {
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let bytes = std::fs::read(&path).map_err(files::failing("read", &path))?;
            let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap_or_default();
            let read = |sequence: &str, head: &str| {
                let sequence = value.pointer(sequence)?.as_u64()?;
                let head = value.pointer(head)?.as_str()?.parse().ok()?;
                Some((sequence, head))
            };
            let found = read("/frame/ledger_sequence", "/frame/ledger_head")
                .or_else(|| read("/ledger/sequence", "/ledger/head"));
            let (sequence, head) = found.unwrap_or((0, Digest::ZERO));
            heads.push((self.paths.relative(&path), sequence, head));
        }
        heads.sort();
        Ok(heads)
    }
}

/// Returns the folders in a folder, in order.
fn folders(folder: &Path) -> Result<Vec<PathBuf>> {
    Ok(files::entries(folder)?.into_iter().filter(|path| path.is_dir()).collect())
}

/// Returns the awaited meaning that fits the person: the author's for the author, the executor's for the executor.
fn fitting(state: &Customer, document: &Document, person: &Person) -> Meaning {
    let (record, given) = match (document.kind, document.facts) {
        (DocumentKind::DifferenceReport, _) => (Record::Difference, &document.signatures),
        (_, None) => (Record::IqPlan, &document.plan_signatures),
        (_, Some(_)) => (Record::IqReport, &document.signatures),
    };
    let target = document.label().and_then(|label| state.environment(label));
    let author = target.map(|target| &target.author) == Some(&person.id);
    let executor = target.and_then(|target| target.executor.as_ref()) == Some(&person.id);
    let made = match record {
        Record::IqPlan => author,
        Record::IqReport => executor,
        _ => false,
    };
    signature::awaited(record, given)
        .into_iter()
        .filter(|(_, role)| *role == person.role)
        .map(|(meaning, _)| meaning)
        .find(|meaning| matches!(meaning, Meaning::Author | Meaning::Execution) == made)
        .unwrap_or(Meaning::Author)
}
