//! Check: what an ODM file is, what is found in it, and what an import would make of it. No instance and no person is needed.

use std::{io::BufReader, path::Path};

use landfall_catalogue::Catalogue;
use landfall_core::{digest::Digest, ids::Release};
use landfall_instances::design::Shape;
use landfall_odm::{Limits, Severity};
use serde::Serialize;

use super::{FindingLine, file};
use crate::{
    Result,
    designs::{
        Brought, Choice, ImportOutlook, Misfit, NotHeld, OdmFacts, OdmStudy, describe, map, studies,
    },
    files,
};

/// How many places of a code are named; all are counted.
const NAMED: usize = 5;

/// What a file is, what was found in it, and what an import would make of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DesignCheck {
    /// The file as it was named.
    pub path: String,
    /// Its digest.
    pub file: Digest,
    /// How many bytes it has.
    pub bytes: u64,
    /// Its encoding, by the name that it declares; none where that cannot be told.
    pub encoding: Option<String>,
    /// What it says of itself; none where it could not be read to its end.
    pub odm: Option<OdmFacts>,
    /// Its studies, in the order of the file.
    pub studies: Vec<OdmStudy>,
    /// How many errors were found.
    pub errors: u64,
    /// How many warnings.
    pub warnings: u64,
    /// What was found, each code once: errors first, then in the order of the file.
    pub codes: Vec<FindingCode>,
    /// Everything that was found: errors first, then in the order of the file.
    pub findings: Vec<FindingLine>,
    /// The release of the product whose tables would take it.
    pub release: Release,
    /// What would be lost by bringing the file into the structure of ODM 1.3.2.
    pub converted: Vec<NotHeld>,
}

impl DesignCheck {
    /// Returns what an import would make of the version that it takes where none is named, with the study in the file. None
    /// of a file that is refused.
    #[must_use]
    pub fn taken(&self) -> Option<(&OdmStudy, &ImportOutlook)> {
        self.studies.iter().find_map(|study| {
            let mut outlooks = study.versions.iter().filter_map(|version| version.import.as_ref());
            Some((study, outlooks.find(|outlook| outlook.taken)?))
        })
    }

    /// Tells whether an import would take the file.
    #[must_use]
    pub fn is_importable(&self) -> bool {
        self.errors == 0 && self.taken().is_some_and(|(_, outlook)| outlook.stopped.is_empty())
    }
}

/// Everything of one code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingCode {
    /// The code: `ODM-024`; `docs/odm-findings.md` has a section on each.
    pub code: String,
    /// How bad it is: `error`, `warning`.
    pub severity: String,
    /// How many were found.
    pub times: u64,
    /// The first places.
    pub places: Vec<FindingPlace>,
    /// What was expected, found and done at the first place.
    pub message: String,
}

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FindingPlace {
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

/// Checks an ODM file as an import does, and says what it is, what was found, and what the tables of a release that is
/// built in could not hold of it. A file that is refused is described as far as it can be.
///
/// # Errors
/// When the file cannot be read, or no such release is built in. What is wrong in the file is in the result.
pub fn study_check(path: &Path, release: &Release) -> Result<DesignCheck> {
    let catalogue = Catalogue::embedded(release)?;
    let shape = Shape::of(&catalogue)?;
    let bytes = std::fs::metadata(path).map_err(files::failing("look at", path))?.len();
    let mut source = file::Digesting::open(path)?;
    let examined = landfall_odm::examine(BufReader::new(&mut source), &Limits::default());
    let digest = source.digest()?;

    let mut found: Vec<_> = examined.findings.iter().collect();
    // The order of the file remains among errors and among warnings.
    found.sort_by_key(|finding| finding.severity());
    let times = |severity: Severity| {
        found.iter().filter(|one| one.severity() == severity).map(|one| one.times).sum::<u64>()
    };
    let (errors, warnings) = (times(Severity::Error), times(Severity::Warning));
    let findings: Vec<FindingLine> = found.into_iter().map(FindingLine::from).collect();

    let odm = examined.design.as_ref().map(describe);
    let mut listed = examined.design.as_ref().map(studies).unwrap_or_default();
    let mut converted = Vec::new();
    if let Some(design) = examined.design.filter(|_| !examined.refused) {
        let mut brought = Brought::of(design);
        converted = std::mem::take(&mut brought.converted);
        foresee(&brought, &shape, &mut listed)?;
    }
    Ok(DesignCheck {
        path: path.display().to_string(),
        file: digest,
        bytes,
        encoding: examined.encoding,
        odm,
        studies: listed,
        errors,
        warnings,
        codes: by_code(&findings),
        findings,
        release: release.clone(),
        converted,
    })
}

/// Maps every version of a design in the structure of the tables, and notes what an import would make of it.
fn foresee(design: &Brought, shape: &Shape<'_>, studies: &mut [OdmStudy]) -> Result<()> {
    let first = studies.iter().position(|study| !study.versions.is_empty());
    for (index, study) in studies.iter_mut().enumerate() {
        let last = study.versions.len().checked_sub(1);
        for (number, version) in study.versions.iter_mut().enumerate() {
            let choice = Choice {
                study: Some(&study.oid),
                version: Some(&version.oid),
                ..Choice::default()
            };
            let mut mapped = map(design, &choice, shape)?;
            let mut stopped = mapped.misfits;
            // What is named with its place is not said again.
            if stopped.is_empty()
                && let Err(error) = mapped.content.complete(shape)
            {
                stopped.push(Misfit { line: 0, column: 0, message: error.to_string() });
            }
            version.import = Some(ImportOutlook {
                taken: first == Some(index) && last == Some(number),
                rows: mapped.content.size(),
                study: mapped.study,
                chosen: mapped.chosen,
                not_held: mapped.not_held,
                stopped,
            });
        }
    }
    Ok(())
}

/// Puts findings of one code together.
fn by_code(findings: &[FindingLine]) -> Vec<FindingCode> {
    let mut codes: Vec<FindingCode> = Vec::new();
    for finding in findings {
        let place = FindingPlace { line: finding.line, column: finding.column };
        let places = if place.line > 0 { vec![place] } else { Vec::new() };
        match codes.iter_mut().find(|code| code.code == finding.code) {
            Some(code) => {
                code.times += finding.times;
                if code.places.len() < NAMED {
                    code.places.extend(places);
                }
            }
            None => codes.push(FindingCode {
                code: finding.code.clone(),
                severity: finding.severity.clone(),
                times: finding.times,
                places,
                message: finding.message.clone(),
            }),
        }
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(code: &str, line: u32, times: u64) -> FindingLine {
        FindingLine {
            code: code.to_owned(),
            severity: "warning".to_owned(),
            line,
            column: 1,
            message: format!("at {line}"),
            times,
        }
    }

    #[test]
    fn a_code_stands_once_with_its_first_places() {
        let mut findings: Vec<FindingLine> =
            (1..=8).map(|line| finding("ODM-055", line, 1)).collect();
        findings.insert(1, finding("ODM-045", 2, 30));
        findings.push(finding("ODM-055", 0, 4));
        let codes = by_code(&findings);
        let lines = |code: &FindingCode| -> Vec<u32> {
            code.places.iter().map(|place| place.line).collect()
        };
        assert_eq!(codes.len(), 2);
        assert_eq!((codes[0].times, codes[0].message.as_str()), (12, "at 1"));
        assert_eq!(lines(&codes[0]), [1, 2, 3, 4, 5]);
        assert_eq!((codes[1].times, lines(&codes[1])), (30, vec![2]));
    }
}
