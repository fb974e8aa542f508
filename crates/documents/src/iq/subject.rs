//! What an IQ is about: the system, the packages, the people, what had to be true before.

use landfall_core::digest::Digest;
use serde::{Deserialize, Serialize};

/// A word and its meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// The word.
    pub term: String,
    /// Its meaning.
    pub meaning: String,
}

/// Who acts as what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RolePerson {
    /// The role in this document.
    pub role: String,
    /// The printed name, and the person's role in the ledger.
    pub person: String,
}

/// A component and its version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// What it is.
    pub name: String,
    /// Its version as it reports it.
    pub version: String,
}

/// Something an instance said about itself when it was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartUpFact {
    /// The role of the instance (`Main`).
    pub instance: String,
    /// What was read.
    pub name: String,
    /// The value found.
    pub value: String,
}

/// What the environment runs on; addresses stand with the instances.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct System {
    /// The database engine and its version.
    pub engine: String,
    /// The server, its operating system and architecture.
    pub server: String,
    /// Programs and libraries, with versions.
    pub components: Vec<Component>,
    /// What the instances said about themselves; empty before the run.
    pub start_up: Vec<StartUpFact>,
}

/// Something that had to be true before the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prerequisite {
    /// What had to be true.
    pub statement: String,
    /// What shows that it is.
    pub evidence: String,
    /// Where the evidence stands: a ledger entry, a digest.
    pub reference: String,
    /// Whether it is true.
    pub met: bool,
}

/// The content of one table of a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableContent {
    /// The table.
    pub name: String,
    /// How many rows travel.
    pub rows: u64,
    /// The digest of those rows.
    pub digest: Digest,
}

/// Rows that a package left out, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// The table.
    pub table: String,
    /// Why they stay behind.
    pub reason: String,
    /// How many.
    pub rows: u64,
}

/// What the run of the migration program that made a package counted, over all sections.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// Which run it was (`iteration 3`).
    pub run: String,
    /// Rows of the source that were read.
    pub read: u64,
    /// Rows that were written into the package.
    pub written: u64,
    /// Rows that a rule rejected.
    pub rejected: u64,
    /// Rows that the spec does not want.
    pub filtered: u64,
    /// Where each section and each rejected row's rule stands: a document, or how to make it.
    pub report: String,
}

/// Rows of tables that do not travel in a package of this kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Excluded {
    /// How many rows.
    pub rows: u64,
    /// Their tables.
    pub tables: Vec<String>,
}

/// A package that was loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// The kind (`configuration`, `migration`, `snapshot`).
    pub kind: String,
    /// The digest that is its name.
    pub digest: Digest,
    /// What it was extracted from.
    pub source: String,
    /// Its tables.
    pub tables: Vec<TableContent>,
    /// What it left out of the tables that travel.
    pub left_out: Vec<LeftOut>,
    /// What does not travel in a package of its kind; none where there is no such table with a row.
    pub excluded: Option<Excluded>,
    /// What the migration program counted; none for another package.
    pub counted: Option<Counted>,
    /// What else a reader must know of what was left out.
    pub note: Option<String>,
}
