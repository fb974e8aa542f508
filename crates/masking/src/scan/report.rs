//! What a scan found: places and numbers, never a value.

use landfall_catalogue::Class;
use serde::{Deserialize, Serialize};

use super::rules::Rule;

/// The result of a residual scan; an environment may be built on it only when `survivors` is empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The rules that were used, in words.
    pub rules: Vec<RuleStatement>,
    /// Every personal column about volunteers, in the order of the catalogue.
    pub columns: Vec<ColumnResult>,
    /// Tables of the instance that were read: all of them.
    pub tables_scanned: u64,
    /// Cells that held something and were compared.
    pub cells_scanned: u64,
    /// Source values that survived, by place.
    pub survivors: Vec<Survivor>,
    /// Values that stand in configuration and equal a volunteer's, where the same cell of the configuration package
    /// held them already: they did not come with the volunteers.
    pub coincidences: Vec<Survivor>,
    /// What the check before the scan planted and found.
    pub planted: PlantedReport,
}

/// One rule in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleStatement {
    /// The rule.
    pub rule: Rule,
    /// What it says.
    pub statement: String,
}

/// What was read of one personal column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnResult {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// Its class.
    pub class: Class,
    /// The rule that looked for its source values.
    pub rule: Rule,
    /// Source values that were looked for.
    pub source_values: u64,
    /// Values that the instance holds in the column.
    pub values: u64,
}

/// Source values of one column that stand in a column of the instance.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Survivor {
    /// The rule that found them.
    pub rule: Rule,
    /// The table of the source; where a value stands in several columns, the first, or the one it was found in.
    pub source_table: String,
    /// The column of the source.
    pub source_column: String,
    /// The table of the instance.
    pub found_table: String,
    /// The column of the instance.
    pub found_column: String,
    /// How often.
    pub count: u64,
}

/// A place where a value was planted or found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Spot {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// The rule that finds it.
    pub rule: Rule,
}

/// What the check before the scan planted and found; both lists are the same, else there is no report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlantedReport {
    /// One surviving value per personal column.
    pub planted: Vec<Spot>,
    /// What the scan reported.
    pub found: Vec<Spot>,
}
