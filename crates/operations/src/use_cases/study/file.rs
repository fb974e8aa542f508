//! A file as a version of a design: read, checked, brought into the structure of the tables.

use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
};

use landfall_core::digest::{Digest, Hasher};
use landfall_instances::design::{Content, Study};
use landfall_odm::{Finding, Limits, Odm, Severity, Version};
use serde::Serialize;

use crate::{
    Result,
    designs::{Choice, NotHeld, map},
    error::Error,
    files,
};

/// Something that was found in a file and did not keep it from being read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingLine {
    /// The code: `ODM-024`; `docs/odm-findings.md` has a section on each.
    pub code: String,
    /// How bad it is: `warning`.
    pub severity: String,
    /// The line, from 1; 0 where it is about no place.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// What was expected, found and done.
    pub message: String,
    /// How many of the same were found.
    pub times: u64,
}

impl From<&Finding> for FindingLine {
    fn from(finding: &Finding) -> Self {
        Self {
            code: finding.code.as_str().to_owned(),
            severity: finding.severity().to_string(),
            line: finding.at.line,
            column: finding.at.column,
            message: finding.message.clone(),
            times: finding.times,
        }
    }
}

/// A version out of a file.
#[derive(Debug)]
pub(super) struct OfFile {
    /// The digest of the file's bytes.
    pub(super) digest: Digest,
    pub(super) study: Study,
    pub(super) content: Content,
    pub(super) findings: Vec<FindingLine>,
    /// What was chosen where the file has several.
    pub(super) chosen: Vec<String>,
    /// What another version of ODM says and 1.3.2 does not, in sentences.
    pub(super) converted: Vec<String>,
    pub(super) not_held: Vec<NotHeld>,
}

/// A file whose digest is taken as it is read: it is that of what was read, whatever becomes of the file.
struct Digesting {
    file: File,
    hasher: Hasher,
}

impl Read for Digesting {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.hasher.update(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}

/// Reads a file.
///
/// # Errors
/// [`Error::Design`] with every finding when the file gives no design.
pub(super) fn read(path: &Path, choice: &Choice<'_>) -> Result<OfFile> {
    let file = File::open(path).map_err(files::failing("open", path))?;
    let mut file = Digesting { file, hasher: Hasher::new() };
    let read = landfall_odm::read(BufReader::new(&mut file), &Limits::default());
    let read = match read {
        Ok(read) => read,
        Err(refused) => {
            let findings = refused.findings.iter().map(ToString::to_string).collect();
            return Err(Error::Design { path: path.to_owned(), findings });
        }
    };
    // What stands behind the last element counts as well.
    io::copy(&mut file, &mut io::sink()).map_err(files::failing("read", path))?;
    let digest = file.hasher.finish();
    let findings: Vec<FindingLine> = read
        .findings
        .iter()
        .filter(|finding| finding.severity() == Severity::Warning)
        .map(FindingLine::from)
        .collect();
    let (design, converted) = in_tables(read.design);
    let mapped = map(&design, choice)?;
    Ok(OfFile {
        digest,
        study: mapped.study,
        content: mapped.content,
        findings,
        chosen: mapped.chosen,
        converted,
        not_held: mapped.not_held,
    })
}

/// Brings a design into the structure of 1.3.2, which is that of the tables, and names what is lost by it.
fn in_tables(design: Odm) -> (Odm, Vec<String>) {
    if !design.version.is_2() {
        return (design, Vec::new());
    }
    let converted = landfall_odm::convert(&design, Version::V1_3_2);
    (converted.design, converted.lost.iter().map(ToString::to_string).collect())
}
