//! A file as a version of a design: read, checked, brought into the structure of the tables.

use std::{
    fmt,
    fs::File,
    io::{self, BufReader},
    path::Path,
};

use landfall_core::digest::{Digest, Hasher};
use landfall_instances::design::{Content, Shape, Study};
use landfall_odm::{Finding, Limits, Read, Severity};
use serde::Serialize;

use crate::{
    Result,
    designs::{Brought, Choice, NotHeld, map},
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

impl fmt::Display for FindingLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.severity, self.code)?;
        if self.line > 0 {
            write!(f, ", line {}, column {}", self.line, self.column)?;
        }
        write!(f, ": {}", self.message)?;
        // What is about no place tells itself how much there is of it.
        if self.times > 1 && self.line > 0 {
            write!(f, " ({} times, here first)", self.times)?;
        }
        Ok(())
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
    /// What another version of ODM says and 1.3.2 does not.
    pub(super) converted: Vec<NotHeld>,
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
        let lines = refused.findings.iter().map(FindingLine::from);
        let findings = lines.map(|line| line.to_string()).collect();
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

/// Reads a file for the tables of a release.
///
/// # Errors
/// [`Error::Design`] with every finding when the file gives no design, [`Error::Unfit`] with every place when the design
/// does not fit the tables.
pub(super) fn read(path: &Path, choice: &Choice<'_>, shape: &Shape<'_>) -> Result<OfFile> {
    let (read, digest) = design(path)?;
    let findings = warnings(&read.findings);
    let mut brought = Brought::of(read.design);
    let mapped = map(&brought, choice, shape)?;
    if !mapped.misfits.is_empty() {
        let places = mapped.misfits.iter().map(ToString::to_string).collect();
        return Err(Error::Unfit { path: path.to_owned(), places });
    }
    Ok(OfFile {
        digest,
        study: mapped.study,
        content: mapped.content,
        findings,
        chosen: mapped.chosen,
        converted: std::mem::take(&mut brought.converted),
        not_held: mapped.not_held,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_has_one_form() {
        let mut finding = FindingLine {
            code: "ODM-055".to_owned(),
            severity: "warning".to_owned(),
            line: 3,
            column: 7,
            message: "missing".to_owned(),
            times: 1,
        };
        assert_eq!(finding.to_string(), "warning: ODM-055, line 3, column 7: missing");
        finding.times = 4;
        let said = "warning: ODM-055, line 3, column 7: missing (4 times, here first)";
        assert_eq!(finding.to_string(), said);
        finding.line = 0;
        assert_eq!(finding.to_string(), "warning: ODM-055: missing");
    }
}
