//! What holds a customer's data outside its environments.

use serde::{Deserialize, Serialize};

use super::Due;
use crate::time::Timestamp;

/// What a material is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MaterialKind {
    /// A source dump; its name is its digest.
    Dump,
    /// A migration package; its name is its digest.
    Package,
    /// The rejected rows of an iteration; its name is the iteration's number.
    Rejects,
    /// The map from source keys to ids of an iteration; its name is the iteration's number.
    KeyMap,
}

impl MaterialKind {
    /// Returns the name in commands and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dump => "dump",
            Self::Package => "package",
            Self::Rejects => "rejects",
            Self::KeyMap => "key-map",
        }
    }

    /// Returns what people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Dump => "source dump",
            Self::Package => "migration package",
            Self::Rejects => "rejected rows",
            Self::KeyMap => "map of source keys",
        }
    }
}

/// Names one material.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaterialName {
    /// What it is.
    pub kind: MaterialKind,
    /// Its digest, or its iteration's number.
    pub name: String,
}

/// Something that holds a customer's data outside its environments and outlives them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Material {
    /// What it is.
    pub kind: MaterialKind,
    /// Its digest, or its iteration's number.
    pub name: String,
    /// Why it is due for destruction.
    pub due: Option<Due>,
    /// The operation that destroys, or destroyed, it.
    pub operation: Option<u32>,
    /// When it was destroyed.
    pub destroyed: Option<Timestamp>,
}

impl Material {
    /// Returns what names it.
    #[must_use]
    pub fn named(&self) -> MaterialName {
        MaterialName { kind: self.kind, name: self.name.clone() }
    }
}
