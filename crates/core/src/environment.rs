//! Kinds of environments and the roles of their instances.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// What an environment is for; the policy has one table for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Shows the product to a prospect.
    Demo,
    /// Free exploration and training after the contract.
    Sandbox,
    /// Presents the output of the migration program for review.
    Migration,
    /// Configuration prepared for PROD (prePROD).
    Preprod,
    /// Formal or informal validation.
    Val,
    /// Production.
    Prod,
    /// The vendor's shared environment on the newest release.
    CommunityDev,
}

impl Kind {
    /// Every kind, in the order of onboarding.
    pub const ALL: [Self; 7] = [
        Self::Demo,
        Self::Sandbox,
        Self::Migration,
        Self::Preprod,
        Self::Val,
        Self::Prod,
        Self::CommunityDev,
    ];

    /// Returns the name in commands, files and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Demo => "demo",
            Self::Sandbox => "sandbox",
            Self::Migration => "migration",
            Self::Preprod => "preprod",
            Self::Val => "val",
            Self::Prod => "prod",
            Self::CommunityDev => "community-dev",
        }
    }

    /// Returns the name people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Demo => "Demo",
            Self::Sandbox => "Sandbox",
            Self::Migration => "Migration",
            Self::Preprod => "prePROD",
            Self::Val => "VAL",
            Self::Prod => "PROD",
            Self::CommunityDev => "Community Dev",
        }
    }
}

/// Which instance of an environment: a pair has both, a single has Main only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Where studies are designed and data is kept.
    Main,
    /// Where designs are rehearsed and people are trained.
    Test,
}

impl Role {
    /// Returns the name in commands, files and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Test => "test",
        }
    }

    /// Returns the name people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Main => "Main",
            Self::Test => "Test",
        }
    }
}

/// A text that names no kind of environment, or no role of an instance.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {expected}, found `{found}`")]
pub struct Unknown {
    expected: &'static str,
    found: String,
}

impl FromStr for Kind {
    type Err = Unknown;

    fn from_str(text: &str) -> Result<Self, Unknown> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| Unknown {
            expected: "`demo`, `sandbox`, `migration`, `preprod`, `val`, `prod`, `community-dev`",
            found: text.chars().take(40).collect(),
        })
    }
}

impl FromStr for Role {
    type Err = Unknown;

    fn from_str(text: &str) -> Result<Self, Unknown> {
        match text {
            "main" => Ok(Self::Main),
            "test" => Ok(Self::Test),
            _ => {
                Err(Unknown { expected: "`main`, `test`", found: text.chars().take(40).collect() })
            }
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
