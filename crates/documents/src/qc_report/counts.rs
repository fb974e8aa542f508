//! The counts of an iteration; never a value, only files, lines, rules and numbers.

use landfall_core::digest::Digest;
use serde::{Deserialize, Serialize};

/// Rows left out on purpose, for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filtered {
    /// The reason, in the words of the specification or the catalogue.
    pub reason: String,
    /// How many.
    pub rows: u64,
}

/// What became of the rows of one section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// The section's name.
    pub name: String,
    /// The source it reads.
    pub source: String,
    /// The table it writes.
    pub target: String,
    /// Rows read.
    pub read: u64,
    /// Rows that stand in the package.
    pub written: u64,
    /// Rows that a rule rejected; each counts once.
    pub rejected: u64,
    /// Rows left out on purpose.
    pub filtered: u64,
    /// Why rows were left out, most frequent first.
    pub filtered_by: Vec<Filtered>,
}

/// Where a rejected row stands in its source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The file.
    pub file: String,
    /// The line, counted from 1.
    pub line: u64,
}

/// A rule that rejected rows. A row with two faults counts under both rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RejectedRule {
    /// The section's name.
    pub section: String,
    /// The rule.
    pub rule: String,
    /// The target column; empty where the whole row is meant.
    pub field: String,
    /// How many rows.
    pub rows: u64,
    /// Where the first of them stand; see [`MOST_PLACES`](super::MOST_PLACES).
    pub places: Vec<Place>,
}

/// The counts of a section in the iteration before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SectionCount {
    /// The section's name.
    pub name: String,
    /// Rows read.
    pub read: u64,
    /// Rows written.
    pub written: u64,
    /// Rows rejected.
    pub rejected: u64,
    /// Rows left out on purpose.
    pub filtered: u64,
}

/// How often a rule rejected rows in the iteration before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleCount {
    /// The section's name.
    pub section: String,
    /// The rule.
    pub rule: String,
    /// The target column; empty where the whole row is meant.
    pub field: String,
    /// How many rows.
    pub rows: u64,
}

/// The iteration before, in counts only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Before {
    /// Its number.
    pub number: u32,
    /// The digest of its package; none where it made none.
    pub package: Option<Digest>,
    /// Its counts, section by section.
    pub sections: Vec<SectionCount>,
    /// Which rules rejected how many rows; empty where that is not known any more.
    pub rejected: Vec<RuleCount>,
}
