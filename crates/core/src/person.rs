//! People, their roles and what each role may do.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    entry::Actor,
    ids::{CustomerId, PersonId},
};

/// What a person is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The vendor's pre-sales.
    VendorSales,
    /// The vendor's environment engineer.
    VendorEngineer,
    /// The vendor's quality assurance.
    VendorQuality,
    /// The customer's reviewer of migration output and PROD.
    CustomerReviewer,
    /// The customer's quality assurance.
    CustomerQuality,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [
        Self::VendorSales,
        Self::VendorEngineer,
        Self::VendorQuality,
        Self::CustomerReviewer,
        Self::CustomerQuality,
    ];

    /// Returns the name in commands, files and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::VendorSales => "vendor-sales",
            Self::VendorEngineer => "vendor-engineer",
            Self::VendorQuality => "vendor-quality",
            Self::CustomerReviewer => "customer-reviewer",
            Self::CustomerQuality => "customer-quality",
        }
    }

    /// Returns the name people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::VendorSales => "vendor sales",
            Self::VendorEngineer => "vendor engineer",
            Self::VendorQuality => "vendor quality",
            Self::CustomerReviewer => "customer reviewer",
            Self::CustomerQuality => "customer quality",
        }
    }

    /// Tells whether the role belongs to a customer's people.
    #[must_use]
    pub fn is_customer(self) -> bool {
        match self {
            Self::CustomerReviewer | Self::CustomerQuality => true,
            Self::VendorSales | Self::VendorEngineer | Self::VendorQuality => false,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A text that names no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected one of `vendor-sales`, `vendor-engineer`, `vendor-quality`, `customer-reviewer`, `customer-quality`, found `{0}`"
)]
pub struct UnknownRole(String);

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| UnknownRole(text.chars().take(40).collect()))
    }
}

/// A person who may act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The unique identity.
    pub id: PersonId,
    /// The printed name.
    pub name: String,
    /// What the person is for.
    pub role: Role,
    /// Whose person it is; none for the vendor's own.
    pub customer: Option<CustomerId>,
}

impl Person {
    /// Returns the person as a ledger entry names it.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor {
            id: self.id.to_string(),
            name: self.name.clone(),
            role: self.role.as_str().to_owned(),
        }
    }
}

/// Returns what is wrong with a printed name, such as `a printed name`: its length, or a character that a page does not
/// print as it stands, such as a line break or a mark that turns the direction of writing.
pub(crate) fn name_fault(what: &str, name: &str) -> Option<String> {
    let foreign = |letter: char| {
        letter.is_control()
            || matches!(letter,
                '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    if let Some(at) = name.chars().position(foreign) {
        return Some(format!(
            "{what} has letters of one line, found a line break or a control character at position {}",
            at + 1
        ));
    }
    let length = name.trim().chars().count();
    (!(2..=80).contains(&length)).then(|| format!("{what} has 2 to 80 characters, found {length}"))
}
