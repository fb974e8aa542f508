//! The kinds of documents.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{destruction_certificate, iq, masking_certificate};

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The installation qualification: the plan and what was done, side by side.
    Iq,
    /// The proof that a masked environment holds no personal value of its source.
    MaskingCertificate,
    /// The proof that an environment, a file or a key is gone.
    DestructionCertificate,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Iq, Self::MaskingCertificate, Self::DestructionCertificate];

    /// Returns the name in commands, files and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Iq => "iq",
            Self::MaskingCertificate => "masking-certificate",
            Self::DestructionCertificate => "destruction-certificate",
        }
    }

    /// Returns the name people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Iq => "Installation Qualification",
            Self::MaskingCertificate => "Masking certificate",
            Self::DestructionCertificate => "Destruction certificate",
        }
    }

    /// Returns the path of the kind's template among the templates, and its text.
    pub(crate) fn template(self) -> (&'static str, &'static str) {
        match self {
            Self::Iq => ("/iq/template.typ", iq::TEMPLATE),
            Self::MaskingCertificate => {
                ("/masking_certificate/template.typ", masking_certificate::TEMPLATE)
            }
            Self::DestructionCertificate => {
                ("/destruction_certificate/template.typ", destruction_certificate::TEMPLATE)
            }
        }
    }
}

/// A text that names no kind of document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected one of `iq`, `masking-certificate`, `destruction-certificate`, found `{0}`")]
pub struct UnknownKind(String);

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| UnknownKind(text.chars().take(40).collect()))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_has_one_name_everywhere() {
        for kind in Kind::ALL {
            assert_eq!(kind.as_str().parse::<Kind>().unwrap(), kind);
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
            assert!(kind.template().1.contains(&format!("\"{}\"", kind.title())));
        }
        assert!("report".parse::<Kind>().is_err());
    }
}
