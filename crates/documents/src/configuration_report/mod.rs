//! The configuration report: all configuration and settings of one instance, and its scripts with their checksums.

use landfall_core::{digest::Digest, time::Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    Required,
    facts::{Attachment, Event, LedgerPosition},
};

/// The template of this kind.
pub(crate) const TEMPLATE: &str = include_str!("template.typ");

/// What a checksum of a script is taken over.
pub const CHECKSUM_RULE: &str = "A checksum is the SHA-256 of the text with line ends as LF, without blanks at the ends of lines and empty lines at the end, with no-break spaces as spaces, and without zero-width spaces and byte order marks: scripts that look the same have the same checksum.";

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// The column's name.
    pub name: String,
    /// The name a user sees (`Time zone (IANA)`).
    pub title: String,
}

/// A record of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Its natural key in people's words; unique within the table.
    pub key: String,
    /// Whether a configuration package would carry it.
    pub travels: bool,
    /// Why it would not travel (`archived site`); none where it does.
    pub reason: Option<String>,
    /// One value per column, in the order of the columns: `yes` and `no` for booleans, `set` and `not set` for what
    /// belongs to one installation, the natural key for a reference; none where there is no value, and where a script
    /// stands in its place.
    pub values: Vec<Option<String>>,
}

/// A table and all its records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// The table's name.
    pub name: String,
    /// The name a user sees (`Sites`).
    pub title: String,
    /// The columns in the catalogue's order, secret ones left out.
    pub columns: Vec<Column>,
    /// The records, in the order of their keys.
    pub rows: Vec<Row>,
}

/// A module of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Module {
    /// The name a user sees (`Administration`).
    pub title: String,
    /// Its tables, in the catalogue's order, also those without a record.
    pub tables: Vec<Table>,
}

/// A script or template; it stands in the appendix, not in its table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// The table's name.
    pub table: String,
    /// The key of the record.
    pub row: String,
    /// The column's name; its title says what kind of script it is.
    pub column: String,
    /// Its length in characters.
    pub length: u64,
    /// Its checksum; see [`CHECKSUM_RULE`].
    pub checksum: Digest,
    /// The text as the checksum is taken over it.
    pub text: String,
}

/// The facts of a configuration report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// The document's number.
    pub number: String,
    /// The customer's printed name.
    pub customer: String,
    /// The environment in people's words (`prePROD`).
    pub environment: String,
    /// The product.
    pub product: String,
    /// The product's release.
    pub release: String,
    /// The product's build.
    pub build: String,
    /// The digest of the release's catalogue.
    pub catalogue: Digest,
    /// The role of the instance in people's words (`Main`).
    pub role: String,
    /// The address of the instance (`acme/preprod/main`).
    pub address: String,
    /// When the instance was read (UTC).
    pub taken: Timestamp,
    /// One paragraph for the first page.
    pub summary: String,
    /// The modules that hold configuration, in the catalogue's order.
    pub modules: Vec<Module>,
    /// The scripts and templates, in the order of their tables.
    pub scripts: Vec<Script>,
    /// What the checksums are taken over; see [`CHECKSUM_RULE`].
    pub checksum_rule: String,
    /// What the report does not show; see [`standard_limits`].
    pub limits: Vec<String>,
    /// What happened to the environment, in order.
    pub timeline: Vec<Event>,
    /// Files and records that belong to the document.
    pub attachments: Vec<Attachment>,
    /// Where the ledger stood when the facts were frozen.
    pub ledger: LedgerPosition,
    /// The signatures that the document asks for.
    pub required_signatures: Vec<Required>,
}

impl Facts {
    /// Returns the facts of an invented prePROD.
    #[must_use]
    #[expect(clippy::expect_used, reason = "the sample is compiled in, and a test reads it")]
    pub fn sample() -> Self {
        serde_json::from_str(include_str!("sample.json"))
            .expect("the sample of a configuration report is complete")
    }
}

/// Returns what no configuration report shows, as reports print it.
#[must_use]
pub fn standard_limits() -> Vec<String> {
    [
        "Secrets are not shown, nor is whether there are any.",
        "Of a value that belongs to one installation (an address, an account of an interface) the report says only whether it is set.",
        "Users, volunteers and studies are no configuration and stand in no configuration report.",
        "The report makes no statement about a configuration package: it equals none by what it says, and `landfall configuration diff` compares the instance with one.",
    ]
    .map(str::to_owned)
    .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_uses_the_standard_words() {
        let facts = Facts::sample();
        assert_eq!(facts.checksum_rule, CHECKSUM_RULE);
        assert_eq!(facts.limits, standard_limits());
    }

    #[test]
    fn the_sample_has_a_value_per_column_and_a_record_per_script() {
        let facts = Facts::sample();
        let tables: Vec<&Table> = facts.modules.iter().flat_map(|module| &module.tables).collect();
        for table in &tables {
            for row in &table.rows {
                assert_eq!(row.values.len(), table.columns.len(), "{} {}", table.name, row.key);
                assert_eq!(row.travels, row.reason.is_none(), "{} {}", table.name, row.key);
            }
        }
        for script in &facts.scripts {
            let table = tables.iter().find(|table| table.name == script.table).unwrap();
            assert!(table.rows.iter().any(|row| row.key == script.row), "{}", script.row);
            assert!(table.columns.iter().any(|column| column.name == script.column));
            assert_eq!(script.checksum, Digest::of(script.text.as_bytes()), "{}", script.row);
            assert_eq!(script.length, script.text.chars().count() as u64, "{}", script.row);
        }
    }
}
