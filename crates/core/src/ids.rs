//! Names that identify things: they cannot hold a path, a space or a person's data.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::environment::{Kind, Role};

/// A text that does not name what it should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, found `{found}`")]
pub struct NotAName {
    /// What would have been right, with an example.
    pub expected: &'static str,
    /// The beginning of what was given.
    pub found: String,
}

impl NotAName {
    fn new(expected: &'static str, found: &str) -> Self {
        Self { expected, found: found.chars().take(60).collect() }
    }
}

/// A short identity of 2 to 40 lower-case letters, digits and inner hyphens, beginning with a letter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);

/// The identity of a customer: `acme`.
pub type CustomerId = Slug;
/// The identity of a person: `anna.berg` is written `anna-berg`.
pub type PersonId = Slug;

impl Slug {
    const EXPECTED: &'static str = "2 to 40 lower-case letters, digits and inner hyphens, beginning with a letter (such as `acme` or `anna-berg`)";

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Slug {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        let bytes = text.as_bytes();
        let fits = (2..=40).contains(&bytes.len())
            && bytes[0].is_ascii_lowercase()
            && bytes.last() != Some(&b'-')
            && !text.contains("--")
            && bytes.iter().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        if fits { Ok(Self(text.to_owned())) } else { Err(NotAName::new(Self::EXPECTED, text)) }
    }
}

/// The name of an environment among its customer's: the kind (`sandbox`), or for kinds that may
/// repeat, the kind and a number from 1 (`val-2`, `migration-1`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Label {
    kind: Kind,
    number: Option<u32>,
}

impl Label {
    const EXPECTED: &'static str = "an environment's name such as `sandbox`, `val-1` or `prod`";

    /// Names the environment of a kind that stands once.
    #[must_use]
    pub fn single(kind: Kind) -> Self {
        Self { kind, number: None }
    }

    /// Names the environment of a kind that may repeat; numbers count from 1.
    #[must_use]
    pub fn numbered(kind: Kind, number: u32) -> Self {
        Self { kind, number: Some(number) }
    }

    /// Returns the kind of the environment.
    #[must_use]
    pub fn kind(self) -> Kind {
        self.kind
    }

    /// Returns the number, where the kind may repeat.
    #[must_use]
    pub fn number(self) -> Option<u32> {
        self.number
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            None => write!(f, "{}", self.kind),
            Some(number) => write!(f, "{}-{number}", self.kind),
        }
    }
}

impl FromStr for Label {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        if let Ok(kind) = text.parse::<Kind>() {
            return Ok(Self::single(kind));
        }
        let wrong = || NotAName::new(Self::EXPECTED, text);
        let (kind, number) = text.rsplit_once('-').ok_or_else(wrong)?;
        let kind = kind.parse::<Kind>().map_err(|_| wrong())?;
        let plain = !number.starts_with('0') && number.bytes().all(|b| b.is_ascii_digit());
        let number = number.parse::<u32>().ok().filter(|n| plain && *n > 0).ok_or_else(wrong)?;
        Ok(Self::numbered(kind, number))
    }
}

/// Where a command acts: an environment, or one of its instances (`acme/sandbox`, `acme/val-2/main`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address {
    /// Whose environment it is.
    pub customer: CustomerId,
    /// Which environment it is.
    pub label: Label,
    /// Which instance, where one is meant.
    pub role: Option<Role>,
}

impl Address {
    const EXPECTED: &'static str =
        "an address such as `acme/sandbox` or `acme/val-2/main` (customer/environment[/main|test])";
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.customer, self.label)?;
        self.role.map_or(Ok(()), |role| write!(f, "/{role}"))
    }
}

impl FromStr for Address {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        let wrong = || NotAName::new(Self::EXPECTED, text);
        let mut parts = text.split('/');
        let customer = parts.next().unwrap_or_default().parse().map_err(|_| wrong())?;
        let label = parts.next().ok_or_else(wrong)?.parse().map_err(|_| wrong())?;
        let role = parts.next().map(str::parse).transpose().map_err(|_| wrong())?;
        if parts.next().is_some() {
            return Err(wrong());
        }
        Ok(Self { customer, label, role })
    }
}

/// A release of the product: `24.1`, optionally with more parts (`24.1.3`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Release(String);

impl FromStr for Release {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        let fits = text.len() <= 20
            && text.contains('.')
            && text
                .split('.')
                .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAName::new("a release such as `24.1`", text))
        }
    }
}

impl Release {
    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

macro_rules! text_identity {
    ($($name:ident),*) => {$(
        impl TryFrom<String> for $name {
            type Error = NotAName;

            fn try_from(text: String) -> Result<Self, NotAName> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.to_string()
            }
        }
    )*};
}
text_identity!(Slug, Label, Address, Release);

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_written_back() {
        for text in ["acme/sandbox", "acme/val-2/main", "a1/community-dev", "b-c/prod/test"] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        }
        for text in ["acme", "acme/", "acme/val-0", "acme/val-01", "Acme/val", "acme/val/x", "../x"]
        {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
        assert!("24.1".parse::<Release>().is_ok());
        assert!("24".parse::<Release>().is_err());
        assert!("x".parse::<Slug>().is_err());
    }
}
