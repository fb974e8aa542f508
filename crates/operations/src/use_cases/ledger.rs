use landfall_core::digest::Digest;
use serde::Serialize;

use crate::{Installation, Result};

/// What a verification of the whole ledger found.
#[derive(Debug, Clone, Serialize)]
pub struct LedgerReport {
    /// How many entries there are.
    pub entries: u64,
    /// The head.
    pub head: Digest,
    /// What is wrong, the first bad entry first; empty when it is intact.
    pub problems: Vec<String>,
    /// The position of the first bad entry.
    pub first_bad_entry: Option<u64>,
    /// How many heads printed on stored documents were looked for in the chain.
    pub heads_checked: u32,
}

impl Installation {
    /// Verifies the chain, and that every head printed on a stored document is in it.
    ///
    /// # Errors
    /// When the ledger cannot be read at all.
    pub fn ledger_verify(&self) -> Result<LedgerReport> {
        let verification = self.ledger.verify()?;
        let mut problems: Vec<String> =
            verification.problems.iter().map(ToString::to_string).collect();
        let mut heads_checked = 0;
        if verification.is_intact() {
            // Looked for on the disk, not in the ledger: a ledger that was set back knows nothing of later documents.
            for (path, sequence, head) in self.heads_on_disk()? {
                heads_checked += 1;
                let entry = self.ledger.entry(sequence)?;
                let found = entry.map(|entry| Digest::of_canonical(&entry)).transpose()?;
                if found != Some(head) {
                    problems.push(format!(
                        "the head printed on `{path}` (entry {sequence}, {head}) is not in the chain"
                    ));
                }
            }
        }
        Ok(LedgerReport {
            entries: verification.entries,
            head: verification.head,
            first_bad_entry: verification.first_bad_entry(),
            problems,
            heads_checked,
        })
    }
}
