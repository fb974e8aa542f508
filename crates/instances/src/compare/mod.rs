//! Compare: in what two configurations differ, row by row and field by field.
//!
//! Each side is a finished instance or a configuration package. Rows are matched by the natural key that the catalogue
//! declares, and references are compared by the natural key of the row to which they lead, so ids never count. The
//! tables are those that travel with the configuration; no table about volunteers ever takes part.
//!
//! Where both sides are instances, all rows take part, and each says whether it would travel: archived rows and
//! integration-specific settings do not. Where a side is a package, only what travels is compared. Stub rows never
//! take part. What belongs to one installation (columns of class `integration` and `secret`, values of integration
//! settings) is compared and never shown.

mod lines;
mod read;
mod table;
mod text;
mod words;

use std::path::Path;

use landfall_catalogue::Catalogue;
use landfall_core::{digest::Digest, ids::Release};
use serde::{Deserialize, Serialize};

pub use lines::{DiffLine, LineChange};
pub use table::is_script;
pub use text::{normalise_script, script_checksum};
pub(crate) use words::row_words;

use crate::{
    Error,
    package::{Kind, Package},
};

/// What stands on a screen instead of a value that belongs to one installation.
pub const KEPT_SECRET: &str = "(kept secret)";

/// One side of a comparison.
#[derive(Debug, Clone)]
pub struct Side<'a> {
    /// What people call it: `acme/val-1/main`, or a package's digest.
    pub name: String,
    /// The catalogue of its release.
    pub catalogue: &'a Catalogue,
    /// Where its rows stand.
    pub content: Content<'a>,
}

/// Where the rows of a side stand.
#[derive(Debug, Clone, Copy)]
pub enum Content<'a> {
    /// In a finished instance.
    Instance(&'a Path),
    /// In a verified configuration package.
    Package(&'a Package),
}

/// What a comparison says about one of its sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SideFacts {
    /// What people call it.
    pub name: String,
    /// The release of its catalogue.
    pub release: Release,
    /// The package's name, where it is one.
    pub package: Option<Digest>,
}

/// In what two configurations differ. `a` is the first that was named, `b` the second.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// The first side.
    pub a: SideFacts,
    /// The second side.
    pub b: SideFacts,
    /// Whether only rows and columns that travel took part, because a side is a package.
    pub travelling_only: bool,
    /// Every table that both releases have, in load order, also those without a difference.
    pub tables: Vec<TableDifference>,
    /// The tables (`site`) and columns (`site.colour`) that only the first side's release has, or that mean something
    /// else there. They are not compared.
    pub only_in_a: Vec<String>,
    /// As [`Self::only_in_a`], of the second side.
    pub only_in_b: Vec<String>,
    /// The fields that differ in invisible characters only, in all tables.
    pub invisible: u64,
}

/// In what one table differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableDifference {
    /// The table.
    pub table: String,
    /// As a user sees it.
    pub title: String,
    /// The rows that only the second side has, in the order of their keys.
    pub added: Vec<RowName>,
    /// The rows that only the first side has, in the order of their keys.
    pub removed: Vec<RowName>,
    /// The rows that both have with other values, in the order of their keys.
    pub changed: Vec<RowChange>,
    /// How many rows both have with the same values.
    pub equal: u64,
    /// How many fields differ in invisible characters only; that is no difference.
    pub invisible: u64,
}

/// A row that one side has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowName {
    /// Its natural key in words: `name=Leeds`.
    pub row: String,
    /// Whether a configuration package would carry it.
    pub travels: bool,
}

/// A row that both sides have with other values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowChange {
    /// Its natural key in words: `name=Leeds`.
    pub row: String,
    /// Whether a configuration package would carry it from both sides.
    pub travels: bool,
    /// The fields that differ, in the catalogue's order.
    pub fields: Vec<FieldChange>,
}

/// A field that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldChange {
    /// The column.
    pub column: String,
    /// As a user sees it.
    pub title: String,
    /// The first side's value, [`KEPT_SECRET`] where it is not shown; none where there is no value.
    pub a: Option<String>,
    /// The second side's value.
    pub b: Option<String>,
    /// For scripts, templates and texts of several lines: the lines that differ, with the lines around them.
    pub text_diff: Option<Vec<DiffLine>>,
}

impl Comparison {
    /// Tells whether the sides are equal in everything that was compared.
    #[must_use]
    pub fn is_equal(&self) -> bool {
        self.tables.iter().all(TableDifference::is_equal)
    }

    /// Returns the tables in which the sides differ.
    pub fn different(&self) -> impl Iterator<Item = &TableDifference> {
        self.tables.iter().filter(|table| !table.is_equal())
    }

    /// Returns how many rows are added, removed and changed.
    #[must_use]
    pub fn counts(&self) -> (u64, u64, u64) {
        let sum = |count: fn(&TableDifference) -> usize| -> u64 {
            self.tables.iter().map(|table| count(table) as u64).sum()
        };
        (
            sum(|table| table.added.len()),
            sum(|table| table.removed.len()),
            sum(|table| table.changed.len()),
        )
    }
}

impl TableDifference {
    /// Tells whether the sides are equal in this table.
    #[must_use]
    pub fn is_equal(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}

impl Side<'_> {
    /// Returns the package, where the side is one.
    fn package(&self) -> Option<&Package> {
        match self.content {
            Content::Instance(_) => None,
            Content::Package(package) => Some(package),
        }
    }

    fn facts(&self) -> SideFacts {
        SideFacts {
            name: self.name.clone(),
            release: self.catalogue.release().clone(),
            package: self.package().map(Package::digest),
        }
    }
}

/// Compares the configuration of two sides. Both are only read. The releases may differ: what both have is compared.
///
/// # Errors
/// [`Error::WrongKind`] when a package is no configuration package, [`Error::PackageCatalogue`],
/// [`Error::WrongCatalogue`] when a side was made by another catalogue than the given one, [`Error::Unfinished`],
/// [`Error::NoNaturalKey`], [`Error::Float`], [`Error::Sql`].
pub fn compare(a: &Side<'_>, b: &Side<'_>) -> Result<Comparison, Error> {
    let opened = (read::Opened::open(a)?, read::Opened::open(b)?);
    let travelling_only = a.package().is_some() || b.package().is_some();
    let mut comparison = Comparison {
        a: a.facts(),
        b: b.facts(),
        travelling_only,
        tables: vec![],
        only_in_a: table::only_in(a.catalogue, b.catalogue),
        only_in_b: table::only_in(b.catalogue, a.catalogue),
        invisible: 0,
    };
    for table in a.catalogue.tables().iter().filter(|table| table::takes_part(table)) {
        let Some(pair) = table::Pair::of(a.catalogue, b.catalogue, table, travelling_only) else {
            continue;
        };
        let difference = pair.compare(&opened.0, &opened.1)?;
        comparison.invisible += difference.invisible;
        comparison.tables.push(difference);
    }
    Ok(comparison)
}

/// Refuses a package that carries something else than configuration.
pub(crate) fn check_kind(package: &Package) -> Result<(), Error> {
    let found = package.manifest().kind;
    if found == Kind::Configuration {
        Ok(())
    } else {
        Err(Error::WrongKind { package: package.digest(), expected: Kind::Configuration, found })
    }
}
