//! Why a demonstration stops.

use std::path::PathBuf;

use landfall_core::{ids::NotAName, time::NotATimestamp};

use crate::sample;

/// Why a demonstration stops. What was done stays done; the same command continues.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A use case said no.
    #[error(transparent)]
    Operations(#[from] landfall_operations::Error),
    /// The sample source cannot be written.
    #[error(transparent)]
    Sample(#[from] sample::Error),
    /// The directory holds something else.
    #[error("expected `{}` to be new, empty or a demonstration, found another data directory", .0.display())]
    NotADemonstration(PathBuf),
    /// The demonstration was begun with other numbers.
    #[error("this demonstration was begun with {expected}, found {found}")]
    OtherNumbers {
        /// What it was begun with.
        expected: String,
        /// What was given.
        found: String,
    },
    /// A file of the demonstration cannot be read or written.
    #[error("cannot {action} `{}`: {source}", .path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The script does not fit the directory any more: somebody went another way in it.
    #[error("the demonstration cannot go on: {0}")]
    Astray(String),
    /// The script names something wrongly.
    #[error(transparent)]
    Name(#[from] NotAName),
    /// The script states a time wrongly.
    #[error(transparent)]
    Time(#[from] NotATimestamp),
}

impl Error {
    /// Returns which of the four outcomes it is.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Operations(error) => error.kind(),
            Self::Sample(_)
            | Self::NotADemonstration(_)
            | Self::OtherNumbers { .. }
            | Self::File { .. }
            | Self::Astray(_)
            | Self::Name(_)
            | Self::Time(_) => "errored",
        }
    }

    /// Returns the code of the rule, where a rule said no.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Operations(error) => error.code(),
            _ => None,
        }
    }

    /// Returns what to do next, where that can be said.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Operations(error) => error.hint(),
            Self::NotADemonstration(_) => Some("name another folder with `--data`".to_owned()),
            Self::OtherNumbers { .. } => {
                Some("give the same numbers to continue it, or another folder with `--data`".to_owned())
            }
            Self::Astray(_) => {
                Some("`landfall customer show acme` shows where it stands; continue by hand, or begin anew in another folder".to_owned())
            }
            Self::Sample(_) | Self::File { .. } | Self::Name(_) | Self::Time(_) => None,
        }
    }
}
