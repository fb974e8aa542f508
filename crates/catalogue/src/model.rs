//! The model: modules, tables, columns, and the rules that each table declares about itself.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{catalogue::Catalogue, class::Class};

/// The table that holds the people whose identity is masked; every person path ends at its `id`.
pub const PERSON_TABLE: &str = "volunteer";

/// A part of the product as a user sees it in the menu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Module {
    /// The name of its file without `.toml`: `volunteers_configure`.
    pub name: String,
    /// As a user sees it: `Volunteers > Configure`.
    pub title: String,
}

/// One table of the product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Table {
    /// The name in the database: snake case, singular.
    pub name: String,
    /// The module that declares it.
    pub module: String,
    /// As a user sees it: `Administration > Sites`.
    pub title: String,
    /// With which package its rows travel.
    pub travels: Travels,
    /// Which of its rows travel; all of them where there is no filter.
    pub filter: Option<Filter>,
    /// The columns by which a row is known outside its instance; empty where nothing needs to know it.
    pub natural_key: Vec<String>,
    /// How to get from a row to the volunteer it speaks of.
    pub person: Option<PersonPath>,
    /// Sets of columns that may hold the same values only once; the natural key, where there is one, is the first.
    pub unique: Vec<Vec<String>>,
    /// Sets of columns by which rows are looked up.
    pub indexes: Vec<Vec<String>>,
    /// The columns in their order; the first is `id`.
    pub columns: Vec<Column>,
    /// Where the travel rule comes from.
    pub source: RuleSource,
    /// Why the table travels as it does.
    pub why: String,
}

/// With which package the rows of a table travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Travels {
    /// With the configuration package.
    Configuration,
    /// With the migration package.
    Migration,
    /// With neither; only a snapshot holds it.
    Never,
}

/// A condition that narrows which rows of a table travel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Filter {
    /// The column that decides.
    pub column: String,
    /// The canonical texts with which a row passes (`archived = ["0"]`); empty where `integration` is set.
    pub keep: Vec<String>,
    /// What a row that does not pass is called: `archived site`.
    pub reason: String,
    /// Set where the column holds setting keys: the catalogue's key lists decide, unknown keys do not pass.
    pub integration: bool,
}

/// The columns to follow from a table to `volunteer.id`: `["id"]` in `volunteer` itself, `["volunteer_id"]` in a
/// table that refers to it, `["volunteer_file_id", "volunteer_id"]` one table further.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonPath(pub Vec<String>);

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// The name in the database.
    pub name: String,
    /// As a user sees it: `First name`.
    pub label: String,
    /// The type of its values.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// Set where a row must have a value.
    pub required: bool,
    /// The texts that are allowed; empty where any is.
    pub values: Vec<String>,
    /// The table whose `id` it holds.
    pub references: Option<String>,
    /// What it holds, as far as the protection of people is concerned.
    pub class: Class,
    /// About whom it speaks.
    pub subject: Subject,
    /// The longest text, in characters.
    pub max_length: Option<u32>,
    /// The value of a row that gives none, in its canonical text.
    pub default: Option<String>,
}

/// The type of a column's values. There are no floats: a decimal is a text in canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A whole number of 64 bits.
    Integer,
    /// A decimal number: no exponent, no plus, no trailing zeros behind the point.
    Decimal,
    /// Text.
    Text,
    /// A calendar date: `2026-03-02`.
    Date,
    /// A point in time, UTC, to the second: `2026-03-02T09:00:00Z`.
    DateTime,
    /// 0 or 1.
    Boolean,
    /// Bytes.
    Bytes,
}

/// About whom a column speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// Nobody.
    None,
    /// A volunteer, or somebody who is known through one (an emergency contact).
    Volunteer,
    /// Somebody who works with the product.
    Staff,
    /// A site, laboratory or company.
    Organisation,
}

/// Where a rule comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuleSource {
    /// The published description of the onboarding lifecycle.
    Seed,
    /// Other public documentation of the product.
    Documentation,
    /// Landfall's own choice where both are silent.
    Landfall,
}

impl Table {
    /// Returns the column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Returns the columns by which a row is recognised: the natural key, or `id` where there is none.
    #[must_use]
    pub fn primary_columns(&self) -> Vec<&Column> {
        if self.natural_key.is_empty() {
            self.column("id").into_iter().collect()
        } else {
            self.natural_key.iter().filter_map(|name| self.column(name)).collect()
        }
    }

    /// Yields the columns that refer to a row, with the name of the table they refer to.
    pub fn references(&self) -> impl Iterator<Item = (&Column, &str)> {
        self.columns
            .iter()
            .filter_map(|column| column.references.as_deref().map(|table| (column, table)))
    }

    /// Tells whether the column refers to a row that travels with the *other* package (a volunteer's site): a
    /// package then carries that row's natural key instead of its id.
    #[must_use]
    pub fn cross_reference(&self, catalogue: &Catalogue, column: &Column) -> bool {
        column
            .references
            .as_deref()
            .and_then(|name| catalogue.table(name))
            .is_some_and(|target| self.travels.crosses(target.travels))
    }

    /// Returns the name of the file that declares the table.
    #[must_use]
    pub fn file(&self) -> String {
        format!("{}.toml", self.module)
    }
}

impl Travels {
    /// Every rule.
    pub const ALL: [Self; 3] = [Self::Configuration, Self::Migration, Self::Never];

    /// Returns the name in files and JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Migration => "migration",
            Self::Never => "never",
        }
    }

    /// Tells whether a reference between tables of the two rules leads from one package into the other.
    pub(crate) fn crosses(self, target: Self) -> bool {
        self != Self::Never && target != Self::Never && self != target
    }
}

impl Kind {
    /// Every type.
    pub const ALL: [Self; 7] = [
        Self::Integer,
        Self::Decimal,
        Self::Text,
        Self::Date,
        Self::DateTime,
        Self::Boolean,
        Self::Bytes,
    ];

    /// Returns the name in files and JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Text => "text",
            Self::Date => "date",
            Self::DateTime => "date-time",
            Self::Boolean => "boolean",
            Self::Bytes => "bytes",
        }
    }
}

impl Subject {
    /// Every subject.
    pub const ALL: [Self; 4] = [Self::None, Self::Volunteer, Self::Staff, Self::Organisation];

    /// Returns the name in files and JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Volunteer => "volunteer",
            Self::Staff => "staff",
            Self::Organisation => "organisation",
        }
    }
}

impl RuleSource {
    /// Every source.
    pub const ALL: [Self; 3] = [Self::Seed, Self::Documentation, Self::Landfall];

    /// Returns the name in files and JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Seed => "seed",
            Self::Documentation => "documentation",
            Self::Landfall => "landfall",
        }
    }
}

macro_rules! displayed_by_name {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }
    )*};
}
displayed_by_name!(Travels, Kind, Subject, RuleSource);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_written_as_they_are_named() {
        fn same<T: Serialize + fmt::Display>(words: &[T]) {
            for word in words {
                assert_eq!(serde_json::to_string(word).unwrap(), format!("\"{word}\""));
            }
        }
        same(&Travels::ALL);
        same(&Kind::ALL);
        same(&Subject::ALL);
        same(&RuleSource::ALL);
    }

    #[test]
    fn only_a_reference_between_two_packages_crosses() {
        assert!(Travels::Migration.crosses(Travels::Configuration));
        assert!(Travels::Configuration.crosses(Travels::Migration));
        assert!(!Travels::Migration.crosses(Travels::Migration));
        assert!(!Travels::Never.crosses(Travels::Configuration));
    }
}
