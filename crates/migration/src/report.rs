//! What a check and a run say about a migration: the conversion logic and the counts, for people and documents.

use landfall_core::{digest::Digest, ids::Release};
use serde::Serialize;

/// A spec that passed its check: what it will do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// The spec's name.
    pub name: String,
    /// The product.
    pub product: String,
    /// The release.
    pub release: Release,
    /// The digest of the spec.
    pub spec: Digest,
    /// The digest of its value maps.
    pub maps: Digest,
    /// What becomes of every column of every source.
    pub sources: Vec<SourceCoverage>,
    /// One row per target field, in the order of the run.
    pub conversion: Vec<Conversion>,
    /// What a person should know although it stops nothing.
    pub notes: Vec<String>,
}

/// What becomes of the columns of one source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceCoverage {
    /// The source's name in the spec.
    pub name: String,
    /// Its file.
    pub file: String,
    /// Columns that a field, key, filter or expression uses.
    pub used: Vec<String>,
    /// Columns deliberately not used, with the reason.
    pub ignored: Vec<(String, String)>,
    /// Columns that are neither; empty unless the spec's coverage is `warn`. Where the first line seems to be no header
    /// they are counted, `column 3`.
    pub unmentioned: Vec<String>,
}

/// How one target field is filled: a row of the conversion logic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Conversion {
    /// The section.
    pub section: String,
    /// The target table.
    pub target_table: String,
    /// The target table as a user sees it.
    pub target_title: String,
    /// The target column.
    pub target_column: String,
    /// The target column as a user sees it.
    pub target_label: String,
    /// The source.
    pub source: String,
    /// The source columns used.
    pub source_columns: Vec<String>,
    /// The rule.
    pub rule: String,
    /// What the rule does here: formats, map, expression, value.
    pub detail: String,
    /// The status that people gave the field.
    pub status: Option<String>,
    /// The note that people gave the field.
    pub note: Option<String>,
}

/// The counts of one section. `read` is always `written + rejected + filtered`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SectionCount {
    /// The section.
    pub section: String,
    /// The target table.
    pub target: String,
    /// The source.
    pub source: String,
    /// Rows of the source.
    pub read: u64,
    /// Rows that stand in the package.
    pub written: u64,
    /// Rows that a rule rejected; each counts once, whatever is wrong with it.
    pub rejected: u64,
    /// Rows left out on purpose.
    pub filtered: u64,
    /// Why rows were filtered, most frequent first.
    pub filtered_by: Vec<Filtered>,
    /// What was wrong with rejected rows, most frequent first. A row with two faults stands in two lines.
    pub rejected_by: Vec<Fault>,
    /// Values that a rule did not accept and the spec replaces (`otherwise`), most frequent first; their rows were
    /// written.
    pub replaced_by: Vec<Fault>,
}

/// Rows left out for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Filtered {
    /// The reason, in the words of the spec or the catalogue.
    pub reason: String,
    /// How many.
    pub rows: u64,
}

/// One kind of fault: a rule that said no to a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The target column; empty where the whole row is meant.
    pub field: String,
    /// The rule that said no.
    pub rule: String,
    /// How many rows.
    pub rows: u64,
    /// The first lines of the source concerned, ten at most.
    pub first_lines: Vec<u64>,
}

/// The sums over all sections.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Total {
    /// Rows read.
    pub read: u64,
    /// Rows written.
    pub written: u64,
    /// Rows rejected.
    pub rejected: u64,
    /// Rows filtered.
    pub filtered: u64,
}

impl Total {
    /// Adds up sections.
    #[must_use]
    pub fn of(sections: &[SectionCount]) -> Self {
        sections.iter().fold(Self::default(), |sum, section| Self {
            read: sum.read + section.read,
            written: sum.written + section.written,
            rejected: sum.rejected + section.rejected,
            filtered: sum.filtered + section.filtered,
        })
    }
}
