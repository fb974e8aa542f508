//! A file as a version of a design: read, checked, brought into the structure of the tables.

use std::{
    fs::File,
    io::{self, BufReader},
    path::Path,
};

use landfall_core::digest::{Digest, Hasher};
use landfall_instances::design::{Content, Study};
use landfall_odm::{Finding, Limits, Odm, Read, Severity, Version};
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
    /// How bad it is: `error`, `warning`.
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
#[derive(Debug)]
pub(super) struct Digesting<'a> {
    path: &'a Path,
    file: File,
    hasher: Hasher,
}

impl io::Read for Digesting<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.hasher.update(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}

impl<'a> Digesting<'a> {
    /// Opens a file.
    pub(super) fn open(path: &'a Path) -> Result<Self> {
        let file = File::open(path).map_err(files::failing("open", path))?;
        Ok(Self { path, file, hasher: Hasher::new() })
    }

    /// Reads what is left, and returns the digest of the whole.
    pub(super) fn digest(mut self) -> Result<Digest> {
        let path = self.path;
        io::copy(&mut self, &mut io::sink()).map_err(files::failing("read", path))?;
        Ok(self.hasher.finish())
    }
}

/// Reads the design of a file, and returns it with the digest of the file's bytes.
///
/// # Errors
/// [`Error::Design`] with every finding when the file gives no design.
pub(super) fn design(path: &Path) -> Result<(Read, Digest)> {
    let mut file = Digesting::open(path)?;
    let read = landfall_odm::read(BufReader::new(&mut file), &Limits::default());
    let read = read.map_err(|refused| {
        let findings = refused.findings.iter().map(ToString::to_string).collect();
        Error::Design { path: path.to_owned(), findings }
    })?;
    Ok((read, file.digest()?))
}

/// Returns what a person should know of a file that gives a design.
pub(super) fn warnings(findings: &[Finding]) -> Vec<FindingLine> {
    findings
        .iter()
        .filter(|finding| finding.severity() == Severity::Warning)
        .map(FindingLine::from)
        .collect()
}

/// Reads a file.
///
/// # Errors
/// [`Error::Design`] with every finding when the file gives no design.
pub(super) fn read(path: &Path, choice: &Choice<'_>) -> Result<OfFile> {
    let (read, digest) = design(path)?;
    let findings = warnings(&read.findings);
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
pub(super) fn in_tables(design: Odm) -> (Odm, Vec<String>) {
    if !design.version.is_2() {
        return (design, Vec::new());
    }
    let converted = landfall_odm::convert(&design, Version::V1_3_2);
    (converted.design, converted.lost.iter().map(ToString::to_string).collect())
}
