//! What a verification found: sentences for people, fields for machines.

use std::fmt;

use landfall_core::digest::Digest;
use serde::Serialize;

/// What a verification found. An intact ledger has no problems.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// The number of entries that were read.
    pub entries: u64,
    /// The head as recorded; where no record was found, the hash of the last entry read.
    pub head: Digest,
    /// What is wrong, the first bad entry first, damage outside entries last.
    pub problems: Vec<Problem>,
}

impl Verification {
    /// Tells whether nothing was found wrong.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        self.problems.is_empty()
    }

    /// Returns the position of the first entry that is bad, missing or in doubt.
    #[must_use]
    pub fn first_bad_entry(&self) -> Option<u64> {
        self.problems.iter().find_map(Problem::sequence)
    }
}

/// One thing that is wrong with a ledger or an export; its `Display` is a sentence without values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "problem", rename_all = "kebab-case")]
pub enum Problem {
    /// The entry is not the one that was appended.
    BadEntry {
        /// The position of the entry.
        sequence: u64,
        /// What is wrong with it.
        what: String,
    },
    /// Entries are gone.
    Missing {
        /// The position of the first of them.
        sequence: u64,
        /// The position of the last of them; the same when it is one.
        last: u64,
    },
    /// The record of the chain's end and the entries do not agree, and either may be the changed one.
    HeadMismatch {
        /// The position of the entry in doubt.
        sequence: u64,
        /// What does not agree.
        what: String,
    },
    /// The head that was to be looked for belongs to no entry.
    HeadAbsent {
        /// The head looked for.
        head: Digest,
    },
    /// The last line of an export is not what it must be.
    Trailer {
        /// The line of the export, from 1.
        line: u64,
        /// What is wrong with it.
        what: String,
    },
    /// Something outside the entries is damaged.
    Storage {
        /// What is damaged.
        what: String,
    },
    /// More problems were found than are listed; the listed ones concern the earliest entries.
    Further {
        /// How many more.
        count: u64,
    },
}

impl Problem {
    /// Returns the position of the entry that is bad, missing or in doubt.
    #[must_use]
    pub fn sequence(&self) -> Option<u64> {
        match self {
            Self::BadEntry { sequence, .. }
            | Self::Missing { sequence, .. }
            | Self::HeadMismatch { sequence, .. } => Some(*sequence),
            Self::HeadAbsent { .. }
            | Self::Trailer { .. }
            | Self::Storage { .. }
            | Self::Further { .. } => None,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadEntry { sequence, what } => write!(f, "entry `{sequence}` is bad: {what}"),
            Self::Missing { sequence, last } if sequence == last => {
                write!(f, "entry `{sequence}` is missing")
            }
            Self::Missing { sequence, last } => {
                write!(f, "entries `{sequence}` to `{last}` are missing")
            }
            Self::HeadMismatch { sequence, what } => {
                write!(f, "entry `{sequence}` and the head do not agree: {what}")
            }
            Self::HeadAbsent { head } => write!(f, "the chain does not contain the head `{head}`"),
            Self::Trailer { line, what } => write!(f, "line `{line}` of the export is bad: {what}"),
            Self::Storage { what } => write!(f, "the storage is damaged: {what}"),
            Self::Further { count } => write!(f, "`{count}` further problems are not listed"),
        }
    }
}
