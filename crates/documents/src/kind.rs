//! The kinds of documents.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    configuration_report, destruction_certificate, difference_report, go_live_record, iq,
    masking_certificate, materials_certificate, qc_report,
};

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
    /// All configuration and settings of one instance.
    ConfigurationReport,
    /// What an iteration of the migration read, wrote and rejected, and who signed.
    QcReport,
    /// The six go-live steps with their evidence, and what fell due.
    GoLiveRecord,
    /// In what PROD's configuration package is not the validated one.
    DifferenceReport,
    /// The proof that what the migration left behind is gone.
    MaterialsCertificate,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Iq,
        Self::MaskingCertificate,
        Self::DestructionCertificate,
        Self::ConfigurationReport,
        Self::QcReport,
        Self::GoLiveRecord,
        Self::DifferenceReport,
        Self::MaterialsCertificate,
    ];

    /// Returns the name in commands, files and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Iq => "iq",
            Self::MaskingCertificate => "masking-certificate",
            Self::DestructionCertificate => "destruction-certificate",
            Self::ConfigurationReport => "configuration-report",
            Self::QcReport => "qc-report",
            Self::GoLiveRecord => "go-live-record",
            Self::DifferenceReport => "difference-report",
            Self::MaterialsCertificate => "materials-certificate",
        }
    }

    /// Returns the name people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Iq => "Installation Qualification",
            Self::MaskingCertificate => "Masking certificate",
            Self::DestructionCertificate => "Destruction certificate",
            Self::ConfigurationReport => "Configuration report",
            Self::QcReport => "QC report",
            Self::GoLiveRecord => "Go-live record",
            Self::DifferenceReport => "Difference report",
            Self::MaterialsCertificate => "Materials certificate",
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
            Self::ConfigurationReport => {
                ("/configuration_report/template.typ", configuration_report::TEMPLATE)
            }
            Self::QcReport => ("/qc_report/template.typ", qc_report::TEMPLATE),
            Self::GoLiveRecord => ("/go_live_record/template.typ", go_live_record::TEMPLATE),
            Self::DifferenceReport => {
                ("/difference_report/template.typ", difference_report::TEMPLATE)
            }
            Self::MaterialsCertificate => {
                ("/materials_certificate/template.typ", materials_certificate::TEMPLATE)
            }
        }
    }
}

/// A text that names no kind of document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {names}, found `{0}`", names = names())]
pub struct UnknownKind(String);

/// Returns the names of all kinds, as errors list them.
fn names() -> String {
    Kind::ALL.map(|kind| format!("`{kind}`")).join(", ")
}

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
        let text = "report".parse::<Kind>().unwrap_err().to_string();
        assert!(text.contains("`iq`, `masking-certificate`"), "{text}");
        assert!(text.ends_with("`materials-certificate`, found `report`"), "{text}");
    }
}
