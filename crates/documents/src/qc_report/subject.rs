//! What a QC report is about: the iteration, how columns are filled, what the customer found.

use landfall_core::digest::Digest;
use serde::{Deserialize, Serialize};

/// The iteration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Iteration {
    /// Its number, counted from 1.
    pub number: u32,
    /// How far it has come, in people's words (`published`, `signed off`).
    pub state: String,
    /// Whether it is the run on the final dump.
    pub is_final: bool,
    /// The number of its operation.
    pub operation: u32,
    /// The digest of the source dump.
    pub dump: Digest,
    /// The digest of the specification with its value maps.
    pub spec: Digest,
    /// The digest of the catalogue.
    pub catalogue: Digest,
    /// The iteration whose ids it keeps; none where all ids are new.
    pub base: Option<u32>,
    /// The digest of the package it made; none where it made none.
    pub package: Option<Digest>,
}

/// How one target column is filled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conversion {
    /// The target table, as a user sees it.
    pub target_table: String,
    /// The target column, as a user sees it.
    pub target_column: String,
    /// The source file; empty where the column is filled without one.
    pub source_file: String,
    /// The source columns; empty where none is used.
    pub source_columns: Vec<String>,
    /// The rule, and what it does here (`date, dd/MM/yyyy`).
    pub rule: String,
    /// The SQL by which the value comes about, where the rule has one.
    #[serde(default)]
    pub code: Option<String>,
    /// The status that people gave the field.
    pub status: Option<String>,
    /// The note that people gave the field.
    pub note: Option<String>,
}

/// Something that the customer found; its text stands in the destroyable store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Its number within the iteration, counted from 1.
    pub number: u32,
    /// Who found it: printed name and role.
    pub who: String,
    /// Whether it is open or resolved, in people's words.
    pub state: String,
    /// Whether it is resolved.
    pub resolved: bool,
    /// The keyed digest of its text.
    pub text: Digest,
    /// The keyed digest of the resolution's text, once there is one.
    pub resolution: Option<Digest>,
}
