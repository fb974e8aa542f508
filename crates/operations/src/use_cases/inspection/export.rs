use std::{
    fs::{self, File, OpenOptions},
    io::{BufWriter, ErrorKind},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use landfall_core::{
    canonical,
    customer::{Customer, Document, decide::is_vendor},
    digest::Digest,
    ids::CustomerId,
    refusal,
    signature::Signature,
    time::Timestamp,
    vendor::ClockKind,
};
use landfall_ledger::Head;
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    Installation, Result,
    error::Error,
    files,
    installation::{customer_stream, customers_of, fold_customer},
    rendition::{facts_path, rendition_path},
    unfinished::Unfinished,
};

/// What checks a bundle without Landfall.
const VERIFIER: &str = include_str!("verify.py");

/// What an export of a customer's records made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExportSummary {
    /// The bundle's folder.
    pub path: PathBuf,
    /// Whose records they are.
    pub customer: CustomerId,
    /// How many ledger entries are in it.
    pub entries: u64,
    /// The head of the ledger.
    pub head: Digest,
    /// How many documents are in it.
    pub documents: usize,
    /// How many files are in it, the manifest aside.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// The SHA-256 of the manifest: keep it apart from the bundle.
    pub manifest: Digest,
    /// How many other customers have entries in the ledger that is in the bundle.
    pub other_customers: usize,
    /// Files that the ledger knows and the data directory does not hold; the bundle's verifier names them, too.
    pub missing: Vec<String>,
}

impl Installation {
    /// Writes the records of a customer into a new folder that verifies without Landfall: the ledger, every document
    /// with its facts, a manifest, and a program that checks all of it. No instance, dump, package or key is in it.
    ///
    /// # Errors
    /// When there is no such customer, when the folder exists with something in it or lies within the data directory,
    /// when one of a customer's people asks and the ledger holds entries of other customers, or when nothing can be
    /// read or written.
    pub fn customer_export(&self, customer: &CustomerId, to: &Path) -> Result<ExportSummary> {
        self.customer(customer)?;
        let others = self.others(customer)?;
        self.free(to)?;
        let folder = Unfinished::begin(to)?;
        let mut summary = self.bundle(customer, others, folder.path())?;
        folder.finish()?;
        to.clone_into(&mut summary.path);
        Ok(summary)
    }

    /// Returns how many other customers have entries in the ledger. Their people's names and their configuration stand
    /// there, so one customer's people do not get it.
    fn others(&self, customer: &CustomerId) -> Result<usize> {
        let mut others = customers_of(&self.ledger.streams()?);
        others.retain(|other| other != customer && !is_vendor(other));
        let seen = self.customers()?;
        if others.iter().any(|other| !seen.contains(other)) {
            return Err(refusal::OTHER_CUSTOMER
                .because(
                    format!(
                        "the ledger is one chain and holds entries of other customers as well, which people of `{customer}` do not see"
                    ),
                    "let a person of the vendor make the bundle and decide what of it is handed out",
                )
                .into());
        }
        Ok(others.len())
    }

    /// Tells whether a new folder may be made there.
    fn free(&self, to: &Path) -> Result<()> {
        let root = fs::canonicalize(self.directory())
            .map_err(files::failing("read the folder", self.directory()))?;
        let there = to
            .ancestors()
            .find_map(|above| fs::canonicalize(above).ok())
            .or_else(|| fs::canonicalize(".").ok());
        if there.is_some_and(|there| there.starts_with(&root)) {
            return Err(Error::Input {
                message: format!("`{}` lies within the data directory", to.display()),
                hint: "name a folder elsewhere".to_owned(),
            });
        }
        let used = match fs::read_dir(to) {
            Ok(mut entries) => entries.next().is_some(),
            Err(error) if error.kind() == ErrorKind::NotFound => false,
            Err(error) => return Err(files::failing("read the folder", to)(error)),
        };
        if used {
            return Err(Error::Input {
                message: format!(
                    "expected `{}` to be new or empty, found files in it",
                    to.display()
                ),
                hint: "name another folder".to_owned(),
            });
        }
        Ok(())
    }

    fn bundle(&self, customer: &CustomerId, others: usize, folder: &Path) -> Result<ExportSummary> {
        let mut bundle = Bundle { folder, files: Vec::new(), missing: Vec::new() };
        let head = self.ledger_into(&mut bundle)?;
        // The state is that of the exported entries, whatever is appended meanwhile.
        let mut entries = self.ledger.stream(&customer_stream(customer))?;
        entries.retain(|entry| entry.sequence <= head.count);
        let state = fold_customer(&entries)?
            .ok_or_else(|| Error::Broken(format!("there is no customer `{customer}`")))?;
        self.render_missing(customer)?;
        for document in state.documents.values() {
            self.document_into(&mut bundle, &state, document)?;
        }
        let made = self.now()?;
        bundle.add("verify.py", VERIFIER.as_bytes())?;
        bundle.add("README.txt", readme(&state, head, others, made).as_bytes())?;
        let sums: String =
            bundle.files.iter().map(|file| format!("{}  {}\n", file.sha256, file.path)).collect();
        bundle.add("SHA256SUMS", sums.as_bytes())?;
        bundle.files.sort_by(|one, other| one.path.cmp(&other.path));
        let manifest = canonical::to_vec(&json!({
            "format": 1,
            "customer": { "id": state.id, "name": state.name },
            "made": made,
            "landfall": env!("CARGO_PKG_VERSION"),
            "demonstration": self.clock() == ClockKind::Demonstration,
            "ledger": head,
            "files": bundle.files,
            "documents": state.documents.values().map(listed).collect::<Vec<_>>(),
        }))?;
        files::write(&folder.join("manifest.json"), &manifest, false)?;
        Ok(ExportSummary {
            path: folder.to_owned(),
            customer: customer.clone(),
            entries: head.count,
            head: head.hash,
            documents: state.documents.len(),
            files: bundle.files.len(),
            bytes: bundle.files.iter().map(|file| file.size).sum(),
            manifest: Digest::of(&manifest),
            other_customers: others,
            missing: bundle.missing,
        })
    }

    /// Writes the ledger as `ledger export` does.
    fn ledger_into(&self, bundle: &mut Bundle<'_>) -> Result<Head> {
        let path = bundle.folder.join(LEDGER);
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(files::failing("write", &path))?;
        let mut out = BufWriter::new(file);
        let head = self.ledger.export(&mut out)?;
        out.get_ref().sync_all().map_err(files::failing("write", &path))?;
        let written = File::open(&path).map_err(files::failing("read", &path))?;
        let size = written.metadata().map_err(files::failing("read", &path))?.len();
        let sha256 = Digest::of_reader(written).map_err(files::failing("read", &path))?;
        bundle.files.push(Listed { path: LEDGER.to_owned(), size, sha256 });
        Ok(head)
    }

    /// Copies what a document consists of: its facts, and every rendition with its frame.
    fn document_into(
        &self,
        bundle: &mut Bundle<'_>,
        state: &Customer,
        document: &Document,
    ) -> Result<()> {
        let number = document.number.as_str();
        let mut sources = Vec::new();
        for (is_plan, frozen) in [(true, document.plan), (false, document.facts)] {
            if frozen.is_some() {
                sources.push(facts_path(&self.paths, &state.id, number, is_plan));
            }
        }
        for rendition in 1..=document.renditions {
            let pdf = rendition_path(&self.paths, &state.id, number, rendition);
            sources.push(pdf.with_extension("json"));
            sources.push(pdf);
        }
        files::folder(&bundle.folder.join("documents").join(number))?;
        for source in sources {
            let name = source.file_name().unwrap_or_default().to_string_lossy();
            let path = format!("documents/{number}/{name}");
            match fs::read(&source) {
                Ok(bytes) => bundle.add(&path, &bytes)?,
                // What is missing shows to whoever verifies; the rest is handed out all the same.
                Err(error) if error.kind() == ErrorKind::NotFound => bundle.missing.push(path),
                Err(error) => return Err(files::failing("read", &source)(error)),
            }
        }
        Ok(())
    }
}

const LEDGER: &str = "ledger.jsonl";

/// A bundle that is being written.
struct Bundle<'a> {
    folder: &'a Path,
    files: Vec<Listed>,
    missing: Vec<String>,
}

impl Bundle<'_> {
    fn add(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        files::write(&self.folder.join(path), bytes, false)?;
        self.files.push(Listed {
            path: path.to_owned(),
            size: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            sha256: Digest::of(bytes),
        });
        Ok(())
    }
}

/// A file as the manifest lists it.
#[derive(Serialize)]
struct Listed {
    path: String,
    size: u64,
    sha256: Digest,
}

/// Returns a document as the manifest lists it, its signatures in the order in which they were given.
fn listed(document: &Document) -> Value {
    let signatures: Vec<&Signature> = document
        .plan_signatures
        .iter()
        .chain(&document.signatures)
        .chain(document.rejection.iter().map(|(signature, _)| signature))
        .collect();
    json!({
        "number": document.number,
        "kind": document.kind,
        "about": document.about.to_string(),
        "plan": document.plan,
        "facts": document.facts,
        "renditions": document.renditions,
        "signatures": signatures,
    })
}

fn readme(state: &Customer, head: Head, others: usize, made: Timestamp) -> String {
    let others = match others {
        0 => "It holds no other customer's entries.".to_owned(),
        1 => "It holds the entries of 1 other customer, too".to_owned(),
        several => format!("It holds the entries of {several} other customers, too"),
    };
    let others = if others.ends_with('.') {
        others
    } else {
        format!(
            "{others}: every entry is needed to compute\n                 the chain. Whoever hands this bundle out decides whether this file goes with it; verify.py takes it."
        )
    };
    format!(
        "Records of {name} ({id}), made on {made}
{count} ledger entries, head {head}

WHAT IS HERE

ledger.jsonl     every entry of the ledger, in order, each with the hash of the one before it.
                 {others}
documents/       a folder for each document: facts.json and plan.json are the record; NUMBER-rN.pdf is
                 how it was printed after its N-th change, NUMBER-rN.json what that print says of itself.
manifest.json    every file with its size and SHA-256, every document with its facts and signatures.
SHA256SUMS       the same sums as `sha256sum` reads them.
verify.py        checks everything below; it needs Python 3 and nothing else.

Instances, source dumps, packages and keys are not here.

HOW TO VERIFY

In this folder:

    python3 verify.py . [HEAD]

It prints an OK line for each of these, and stops with code 1 at the first that does not hold:

1. Every file has the size and SHA-256 that the manifest lists, and there is no other file.
2. The ledger is an unbroken chain. HEAD, where given, is in it: take it from a printed document, whole or
   its first 12 digits or more.
3. The facts of each document are those that the ledger froze, and each signature is bound to them.
4. Every head that a document prints is in the chain, and every signature that it prints holds.

Without verify.py: `sha256sum -c SHA256SUMS` checks the files. Landfall's page `docs/ledger-format.md` has a
verifier of 30 lines for ledger.jsonl. The SHA-256 of a facts.json is the `facts` of its entry
`customer.document-frozen`, and the `digest` of each signature in the entries `customer.document-signed`.

WHAT THIS PROVES, AND WHAT NOT

A chain shows that something was changed; it does not prevent it. Whoever can rewrite the whole bundle can
compute every sum again. So compare the head above, or the SHA-256 of manifest.json, with a copy that came
another way: every printed document bears the head as it was then. The record is the facts; a PDF shows
them, and `landfall document verify NUMBER` at the vendor prints it again and compares.
",
        name = state.name,
        id = state.id,
        made = made.human(),
        count = head.count,
        head = head.hash,
    )
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::Told, *};

    #[test]
    fn the_page_says_whose_entries_are_in_the_ledger() {
        let told = Told::of_acme("2026-01-05T09:00:00Z");
        let state = told.state();
        let head = Head { count: 1, hash: Digest::ZERO };
        let made = Timestamp::from_seconds(1_767_603_600);
        let alone = readme(&state, head, 0, made);
        assert!(alone.contains("Records of Acme (acme), made on 2026-01-05 09:00:00 UTC"));
        assert!(alone.contains("no other customer's entries"));
        let among = readme(&state, head, 2, made);
        assert!(among.contains("entries of 2 other customers, too: every entry is needed"));
        assert!(among.contains("docs/ledger-format.md"));
    }

    #[test]
    fn the_verifier_needs_nothing_but_the_standard_library() {
        let imports: Vec<&str> =
            VERIFIER.lines().filter(|line| line.starts_with("import ")).collect();
        assert_eq!(imports, ["import hashlib", "import json", "import pathlib", "import sys"]);
    }
}
