//! Convert: an ODM file as another version of ODM, and what is lost by it. No instance and no person is needed.

use std::{fmt, path::Path};

use landfall_core::digest::Digest;
use landfall_odm::{Fate, Keep, Loss};
use serde::Serialize;

use super::{FindingLine, Format, file};
use crate::Result;

/// A file in another version of ODM.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DesignConversion {
    /// The digest of the file that was read.
    pub source: Digest,
    /// Its version of ODM.
    pub from: String,
    /// The version of ODM that is written.
    pub to: Format,
    /// Whether only what CDISC's schema takes is written; else vendors' extensions are as well.
    pub strict: bool,
    /// The digest of the file that is written.
    pub file: Digest,
    /// What was found in the file that was read: warnings.
    pub findings: Vec<FindingLine>,
    /// What the file does not say, or says in another way.
    pub lost: Vec<DesignLoss>,
    /// What stands elsewhere in the file, was added, or is refused by CDISC's schema.
    pub notes: Vec<DesignLoss>,
    /// The file.
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

/// A piece of a design that is not in a file, or is there in another way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DesignLoss {
    /// What became of it: `lost`, `changed`, `set-aside`, `added`, `not-valid`.
    pub fate: String,
    /// Where it stood: ``ItemDef `I.AGE` ``.
    pub place: String,
    /// What it is: ``attribute `Origin` = `CRF` ``.
    pub what: String,
    /// Why, and what was done instead.
    pub why: String,
    /// The line of the file that was read, from 1; 0 where it is about no place.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

impl From<&Loss> for DesignLoss {
    fn from(loss: &Loss) -> Self {
        let fate = match loss.fate {
            Fate::Lost => "lost",
            Fate::Changed => "changed",
            Fate::Aside => "set-aside",
            Fate::Added => "added",
            Fate::Invalid => "not-valid",
        };
        Self {
            fate: fate.to_owned(),
            place: loss.place.clone(),
            what: loss.what.clone(),
            why: loss.why.clone(),
            line: loss.at.line,
            column: loss.at.column,
        }
    }
}

impl fmt::Display for DesignLoss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fate = self.fate.replace('-', " ");
        if self.line > 0 {
            write!(f, "line {}, column {}: ", self.line, self.column)?;
        }
        write!(f, "{}: {} {fate}: {}", self.place, self.what, self.why)
    }
}

/// Makes a file of another version of ODM, or one that CDISC's schema takes, of an ODM file. What is lost is named.
///
/// # Errors
/// When the file cannot be read, or gives no design.
pub fn study_convert(path: &Path, format: Format, strict: bool) -> Result<DesignConversion> {
    let (read, source) = file::design(path)?;
    let keep = if strict { Keep::Schema } else { Keep::Vendors };
    let written = landfall_odm::write_keeping(&read.design, format.version(), keep);
    Ok(DesignConversion {
        source,
        from: read.design.version.as_str().to_owned(),
        to: format,
        strict,
        file: Digest::of(&written.bytes),
        findings: file::warnings(&read.findings),
        lost: written.lost.iter().map(DesignLoss::from).collect(),
        notes: written.notes.iter().map(DesignLoss::from).collect(),
        bytes: written.bytes,
    })
}

#[cfg(test)]
mod tests {
    use landfall_odm::Position;

    use super::*;

    #[test]
    fn a_loss_says_where_and_why() {
        let mut loss = Loss {
            fate: Fate::Aside,
            place: "ItemDef `I.1`".to_owned(),
            what: "attribute `Origin` = `CRF`".to_owned(),
            why: "2.0 has no place for it".to_owned(),
            at: Position { line: 3, column: 7 },
        };
        let said = DesignLoss::from(&loss);
        assert_eq!(said.fate, "set-aside");
        assert_eq!(said.to_string(), format!("line 3, column 7: {loss}"));
        loss.at = Position::default();
        assert_eq!(DesignLoss::from(&loss).to_string(), loss.to_string());
    }
}
