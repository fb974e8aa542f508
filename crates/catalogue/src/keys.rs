//! Keys of general settings: which belong to one installation, and which the product is known to have.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A key, or a family of keys, whose values belong to one installation and never travel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IntegrationKey {
    /// One key (`monitoring.address`), or every key below a prefix (`sso.*`).
    pub pattern: String,
    /// Why its values belong to one installation.
    pub why: String,
}

/// A key that the product is known to have and whose value may travel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KnownKey {
    /// The key: `session.timeout_minutes`.
    pub key: String,
    /// The category under which a user finds it.
    pub category: String,
    /// As a user sees it.
    pub label: String,
    /// The type of its value.
    #[serde(rename = "type")]
    pub value_type: ValueType,
    /// The texts that are allowed; only where the type is `choice`.
    pub values: Vec<String>,
    /// The value of a new instance.
    pub default: Option<String>,
}

/// The type of a setting's value; the value itself is always stored as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ValueType {
    /// Any text.
    Text,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// One of the listed texts.
    Choice,
}

impl IntegrationKey {
    /// Tells whether the pattern covers the key; a family covers only keys below its prefix.
    #[must_use]
    pub fn matches(&self, key: &str) -> bool {
        match self.pattern.strip_suffix('*') {
            Some(prefix) => key.len() > prefix.len() && key.starts_with(prefix),
            None => self.pattern == key,
        }
    }
}

impl KnownKey {
    /// Tells whether the text is a value of the key's type.
    #[must_use]
    pub fn accepts(&self, value: &str) -> bool {
        match self.value_type {
            ValueType::Text => true,
            ValueType::Integer => {
                value.parse::<i64>().is_ok_and(|number| number.to_string() == value)
            }
            ValueType::Boolean => value == "true" || value == "false",
            ValueType::Choice => self.values.iter().any(|allowed| allowed == value),
        }
    }
}

impl ValueType {
    /// Every type.
    pub const ALL: [Self; 4] = [Self::Text, Self::Integer, Self::Boolean, Self::Choice];

    /// Returns the name in files and JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::Choice => "choice",
        }
    }
}

impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Tells whether the text has the form of a key: `family.name`, lower case, words joined by underscores.
pub(crate) fn is_key(text: &str) -> bool {
    text.len() <= 100 && text.contains('.') && text.split('.').all(crate::check::is_plain_name)
}

/// Tells whether the text has the form of a pattern: a key, or a family (`sso.*`, `sso.okta.*`).
pub(crate) fn is_pattern(text: &str) -> bool {
    match text.strip_suffix(".*") {
        Some(family) => family.len() <= 98 && family.split('.').all(crate::check::is_plain_name),
        None => is_key(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_covers_the_keys_below_it_only() {
        let family = IntegrationKey { pattern: "sso.*".into(), why: "sign-on".into() };
        assert!(family.matches("sso.url"));
        assert!(family.matches("sso.okta.url"));
        assert!(!family.matches("sso."));
        assert!(!family.matches("sso"));
        assert!(!family.matches("sso2.url"));
        let single = IntegrationKey { pattern: "site.url".into(), why: "address".into() };
        assert!(single.matches("site.url"));
        assert!(!single.matches("site.url.more"));
    }

    #[test]
    fn patterns_have_one_form() {
        for good in ["sso.*", "a.b", "a.b.*", "lab_sftp.*"] {
            assert!(is_pattern(good), "{good}");
        }
        for bad in ["*", "sso", "sso.u*", "Sso.*", "sso..x", ".x", "sso.*.x", ""] {
            assert!(!is_pattern(bad), "{bad}");
        }
    }

    #[test]
    fn a_known_key_accepts_values_of_its_type() {
        let mut key = KnownKey {
            key: "session.timeout_minutes".into(),
            category: "Security".into(),
            label: "Session timeout".into(),
            value_type: ValueType::Integer,
            values: vec![],
            default: None,
        };
        assert!(key.accepts("20") && !key.accepts("020") && !key.accepts("soon"));
        key.value_type = ValueType::Boolean;
        assert!(key.accepts("true") && !key.accepts("1"));
        key.value_type = ValueType::Choice;
        key.values = vec!["cm".into()];
        assert!(key.accepts("cm") && !key.accepts("in"));
    }
}
