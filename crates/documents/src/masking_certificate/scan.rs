//! What the independent scan reported; never a value, only places and counts.

use landfall_core::{digest::Digest, time::Timestamp};
use serde::{Deserialize, Serialize};

/// A personal column in which a surviving value was planted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlantedColumn {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// Whether the scan reported it.
    pub reported: bool,
}

/// The planted check before a scan: it passes when exactly the planted columns are reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Planted {
    /// In how many columns a value was planted.
    pub columns: u64,
    /// How many of them were reported.
    pub reported: u64,
    /// Column by column.
    pub results: Vec<PlantedColumn>,
    /// What was reported without having been planted (`table.column`).
    pub unexpected: Vec<String>,
}

/// A place where source values survived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Survivor {
    /// The letter of the clause.
    pub clause: String,
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// In how many rows.
    pub rows: u64,
}

/// The scan of one instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scan {
    /// The role of the instance (`Main`).
    pub instance: String,
    /// When it began (UTC).
    pub started: Timestamp,
    /// When it ended (UTC).
    pub ended: Timestamp,
    /// How many source values were looked for.
    pub source_values: u64,
    /// How many values of the instance were compared.
    pub values_compared: u64,
    /// How many source values were found; 0 passes.
    pub survivors: u64,
    /// Where they were found.
    pub found: Vec<Survivor>,
    /// The planted check before it.
    pub planted: Planted,
    /// The digest of the scan's own report.
    pub evidence_digest: Digest,
}
