//! `spec.toml` as it is written; `docs/migration-spec.md` explains every key.

use std::collections::BTreeMap;

use landfall_core::ids::Release;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Model {
    pub(crate) product: String,
    pub(crate) release: Release,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) coverage: Coverage,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) ignored_files: BTreeMap<String, String>,
    /// External ids of the volunteers that people review.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) test_volunteers: Vec<String>,
    #[serde(default)]
    pub(crate) source: Vec<Source>,
    #[serde(default)]
    pub(crate) section: Vec<Section>,
}

/// What a source column that is neither used nor ignored means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Coverage {
    #[default]
    Error,
    Warn,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    pub(crate) name: String,
    pub(crate) file: String,
    #[serde(default)]
    pub(crate) from: Place,
    pub(crate) format: Format,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) delimiter: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) quote: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) encoding: Option<Encoding>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) null: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) table: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) header_row: Option<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) index: Vec<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) ignored: BTreeMap<String, String>,
}

impl Source {
    /// Returns the path inside the dump: `file` without the sheet of a workbook (`people.xlsx#Patients`).
    pub(crate) fn path(&self) -> &str {
        self.parts().0
    }

    /// Returns the sheet of a workbook, where `file` names one.
    pub(crate) fn sheet(&self) -> Option<&str> {
        self.parts().1
    }

    fn parts(&self) -> (&str, Option<&str>) {
        if self.format != Format::Excel {
            return (&self.file, None);
        }
        let lower = self.file.to_ascii_lowercase();
        [".xlsx#", ".xlsm#"]
            .iter()
            .filter_map(|ending| lower.find(ending).map(|at| at + ending.len() - 1))
            .min()
            .and_then(|at| Some((self.file.get(..at)?, self.file.get(at + 1..))))
            .unwrap_or((&self.file, None))
    }
}

/// Where a source's file stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Place {
    #[default]
    Dump,
    Spec,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Format {
    Csv,
    Tsv,
    JsonLines,
    Excel,
    PgDump,
    MysqlDump,
    Sqlite,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Encoding {
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    #[serde(rename = "windows-1252")]
    Windows1252,
    #[serde(rename = "iso-8859-1")]
    Iso88591,
    #[serde(rename = "utf-16le")]
    Utf16Le,
    #[serde(rename = "utf-16be")]
    Utf16Be,
}

impl Encoding {
    /// Returns the name by which a spec states it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Windows1252 => "windows-1252",
            Self::Iso88591 => "iso-8859-1",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Section {
    pub(crate) name: String,
    pub(crate) target: String,
    pub(crate) source: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) key: Vec<String>,
    #[serde(default)]
    pub(crate) distinct: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) filter: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) filter_reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) duplicates: Option<Duplicates>,
    #[serde(default)]
    pub(crate) field: Vec<Field>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Duplicates {
    pub(crate) by: Vec<String>,
    pub(crate) then: Then,
}

/// What becomes of a row that repeats an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Then {
    Merge,
    Reject,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Field {
    pub(crate) target: String,
    pub(crate) rule: RuleName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<Names>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) expression: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) file: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<Scalar>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) map: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ignore_case: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) formats: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) two_digit_year_from: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) earliest: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) latest: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) region: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) trim: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) otherwise: Option<Otherwise>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) when_empty: Option<Scalar>,
    /// `in`: the source that a lookup looks into; none for a row of the product.
    #[serde(default, rename = "in", skip_serializing_if = "Option::is_none")]
    pub(crate) within: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<Names>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) take: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) of: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RuleName {
    Copy,
    Default,
    Ignore,
    Date,
    Map,
    Phone,
    Lookup,
    Sql,
}

impl RuleName {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Copy => "copy",
            Self::Default => "default",
            Self::Ignore => "ignore",
            Self::Date => "date",
            Self::Map => "map",
            Self::Phone => "phone",
            Self::Lookup => "lookup",
            Self::Sql => "sql",
        }
    }
}

/// One name, or several.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected a column name or a list of column names")]
pub(crate) enum Names {
    One(String),
    Several(Vec<String>),
}

impl Names {
    pub(crate) fn to_vec(&self) -> Vec<String> {
        match self {
            Self::One(name) => vec![name.clone()],
            Self::Several(names) => names.clone(),
        }
    }
}

/// A value written in the spec.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected a text, a whole number or a truth value")]
pub(crate) enum Scalar {
    Boolean(bool),
    Integer(i64),
    Text(String),
}

impl Scalar {
    /// Returns the value as a source would have it: truth is `1`, falsehood `0`.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Boolean(truth) => u8::from(*truth).to_string(),
            Self::Integer(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

/// What becomes of a value that the rule does not accept.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "expected `reject`, `empty`, `keep` or a table such as { value = \"Unknown\" }"
)]
pub(crate) enum Otherwise {
    Word(OtherwiseWord),
    Value(OtherwiseValue),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum OtherwiseWord {
    Reject,
    Empty,
    Keep,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OtherwiseValue {
    pub(crate) value: Scalar,
}
