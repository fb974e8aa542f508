use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use landfall_core::{
    customer::{Customer, DocumentKind, Iteration, IterationState, MaterialKind, Subject},
    digest::Digest,
    ids::CustomerId,
};
use landfall_documents::qc_report as report;
use landfall_migration::{Compared, VolunteerChanges};
use serde::Serialize;

use crate::{
    Caller, Installation, Result, error::Error, facts::qc, files, rendition::facts_path,
    unfinished::UnfinishedFile,
};

/// How many rows of each kind of difference are named.
const MOST_NAMED: usize = 20;

/// What became of the rows that were read: read = written + rejected + filtered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct RowCounts {
    /// Rows read.
    pub read: u64,
    /// Rows written.
    pub written: u64,
    /// Rows that a rule rejected.
    pub rejected: u64,
    /// Rows left out on purpose.
    pub filtered: u64,
}

impl RowCounts {
    fn add(&mut self, other: Self) {
        self.read += other.read;
        self.written += other.written;
        self.rejected += other.rejected;
        self.filtered += other.filtered;
    }
}

/// An iteration, as a comparison names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IterationFacts {
    /// Its number.
    pub number: u32,
    /// How far it has come.
    pub state: IterationState,
    /// Whether it is the run on the final dump.
    #[serde(rename = "final")]
    pub is_final: bool,
    /// The iteration whose ids it keeps.
    pub base: Option<u32>,
    /// The digest of its dump.
    pub dump: Digest,
    /// The digest of its spec.
    pub spec: Digest,
    /// The digest of its package; none where it made none.
    pub package: Option<Digest>,
    /// The sum over its sections.
    pub total: RowCounts,
}

/// A section in both iterations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SectionPair {
    /// Its name.
    pub section: String,
    /// In the first; none where that has no such section.
    pub a: Option<RowCounts>,
    /// In the second.
    pub b: Option<RowCounts>,
}

/// How many rows a rule rejected in both iterations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RulePair {
    /// The section.
    pub section: String,
    /// The rule.
    pub rule: String,
    /// The target column; empty where the whole row is meant.
    pub field: String,
    /// Rows in the first.
    pub a: u64,
    /// Rows in the second.
    pub b: u64,
}

/// Whether a finding is resolved; without its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingState {
    /// The iteration it hangs on.
    pub iteration: u32,
    /// Its number within the iteration.
    pub number: u32,
    /// Whether it is resolved.
    pub resolved: bool,
}

/// Two iterations side by side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IterationComparison {
    /// The first.
    pub a: IterationFacts,
    /// The second.
    pub b: IterationFacts,
    /// Their counts, section by section.
    pub sections: Vec<SectionPair>,
    /// Which rules rejected how many rows of each; most frequent in the second first.
    pub rejected: Vec<RulePair>,
    /// What is different between their volunteers; none where a package is not there any more.
    pub volunteers: Option<VolunteerChanges>,
    /// Why the volunteers could not be compared.
    pub not_compared: Option<String>,
    /// The findings of both.
    pub findings: Vec<FindingState>,
}

/// A section of one iteration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SectionTrend {
    /// Its name.
    pub section: String,
    /// The table it fills.
    pub target: String,
    /// What became of its rows.
    #[serde(flatten)]
    pub counts: RowCounts,
}

/// One iteration of a trend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrendLine {
    /// The iteration.
    pub iteration: IterationFacts,
    /// Its sections, in the order of the run; empty where it made no package.
    pub sections: Vec<SectionTrend>,
    /// How many findings are resolved.
    pub findings_resolved: u64,
    /// How many findings are open.
    pub findings_open: u64,
}

impl Installation {
    /// Compares two iterations: counts by section, rejected rows by rule, volunteers added, gone and changed by field,
    /// findings resolved or not. Rows are named by their ids in the product; no value is read out.
    ///
    /// # Errors
    /// When there is no such iteration, it made no package, both are the same, or a package is damaged.
    pub fn migration_compare(
        &self,
        customer: &CustomerId,
        a: u32,
        b: u32,
    ) -> Result<IterationComparison> {
        let state = self.customer(customer)?;
        let (first, second) = (ran(&state, a)?, ran(&state, b)?);
        if a == b {
            return Err(Error::Input {
                message: format!("expected two iterations, found {a} twice"),
                hint: format!("`landfall migration trend {customer}` shows all of them"),
            });
        }
        let (counted_a, counted_b) = (qc::counted(self, &state, a)?, qc::counted(self, &state, b)?);
        let gone = [first, second].into_iter().find_map(|iteration| destroyed(&state, iteration));
        let volunteers = match &gone {
            Some(_) => None,
            None => Some(self.volunteers_compared(customer, first, second)?),
        };
        Ok(IterationComparison {
            a: facts(first),
            b: facts(second),
            sections: sections(&counted_a, &counted_b),
            rejected: rejected(&counted_a, &counted_b),
            volunteers,
            not_compared: gone,
            findings: [first, second]
                .into_iter()
                .flat_map(|iteration| {
                    iteration.findings.iter().map(|finding| FindingState {
                        iteration: iteration.number,
                        number: finding.number,
                        resolved: finding.resolution.is_some(),
                    })
                })
                .collect(),
        })
    }

    /// Returns what became of the rows in every iteration, in order.
    ///
    /// # Errors
    /// When there is no such customer.
    pub fn migration_trend(&self, customer: &CustomerId) -> Result<Vec<TrendLine>> {
        Ok(self.customer(customer)?.iterations.iter().map(line).collect())
    }

    /// Makes the QC report of an iteration, as [`Self::document_make`] does, and writes the same facts as a workbook.
    /// Returns the number of the document.
    ///
    /// # Errors
    /// When a rule says no, or the file exists or cannot be written.
    pub fn migration_report_workbook(
        &mut self,
        caller: &Caller,
        customer: &CustomerId,
        number: u32,
        file: &Path,
    ) -> Result<String> {
        // A document has a number that nothing else will have: first it must be certain that the file can be made.
        let place = UnfinishedFile::begin(file)?;
        let about = Subject::Iteration(number);
        let document = self.document_make(caller, customer, DocumentKind::QcReport, about)?;
        let path: PathBuf = facts_path(&self.paths, customer, &document, false);
        let bytes = std::fs::read(&path).map_err(files::failing("read", &path))?;
        let facts: report::Facts = serde_json::from_slice(&bytes).map_err(|error| {
            Error::Broken(format!(
                "`{}` holds no facts of a QC report: line {}, column {}",
                path.display(),
                error.line(),
                error.column()
            ))
        })?;
        let workbook = report::workbook(&facts, &Digest::of(&bytes))?;
        place.finish(&workbook)?;
        Ok(document)
    }

    fn volunteers_compared(
        &self,
        customer: &CustomerId,
        a: &Iteration,
        b: &Iteration,
    ) -> Result<VolunteerChanges> {
        let open = |iteration: &Iteration| {
            let digest = iteration.package.as_ref().map(|package| package.digest);
            let digest = digest.ok_or_else(|| no_package(customer, iteration.number))?;
            let catalogue =
                self.catalogues.values().find(|known| known.digest() == iteration.catalogue);
            let catalogue = catalogue.ok_or_else(|| Error::NotFound {
                what: format!(
                    "the catalogue of iteration {}, {}, is not known any more",
                    iteration.number, iteration.catalogue
                ),
                hint: "`landfall catalogue list` shows the releases that can be compared"
                    .to_owned(),
            })?;
            Ok::<_, Error>((self.packages.open(&digest)?, catalogue))
        };
        let ((package_a, catalogue_a), (package_b, catalogue_b)) = (open(a)?, open(b)?);
        Ok(landfall_migration::compare(
            &Compared { catalogue: catalogue_a, package: &package_a },
            &Compared { catalogue: catalogue_b, package: &package_b },
            MOST_NAMED,
        )?)
    }
}

/// Returns the iteration of that number, which made a package.
pub(super) fn ran(state: &Customer, number: u32) -> Result<&Iteration> {
    let found = state.iterations.iter().find(|iteration| iteration.number == number);
    let iteration = found.ok_or_else(|| Error::NotFound {
        what: format!("customer `{}` has no iteration {number}", state.id),
        hint: format!("`landfall migration list {}` shows its iterations", state.id),
    })?;
    if iteration.package.is_none() { Err(no_package(&state.id, number)) } else { Ok(iteration) }
}

fn no_package(customer: &CustomerId, number: u32) -> Error {
    Error::Input {
        message: format!(
            "expected an iteration that ran to its end, found iteration {number}, which made no package"
        ),
        hint: format!(
            "name one that made a package; `landfall migration list {customer}` shows them"
        ),
    }
}

/// Says that an iteration's package was destroyed, or is being destroyed; none where it is there.
fn destroyed(state: &Customer, iteration: &Iteration) -> Option<String> {
    let name = iteration.package.as_ref()?.digest.to_string();
    let material = state
        .materials
        .iter()
        .find(|known| known.kind == MaterialKind::Package && known.name == name)?;
    match (material.destroyed, material.operation) {
        (Some(time), _) => Some(format!(
            "the package of iteration {} was destroyed on {}; its counts are kept",
            iteration.number,
            time.human()
        )),
        (None, Some(_)) => Some(format!(
            "the package of iteration {} is being destroyed; its counts are kept",
            iteration.number
        )),
        (None, None) => None,
    }
}

fn facts(iteration: &Iteration) -> IterationFacts {
    let mut total = RowCounts::default();
    for section in &iteration.sections {
        total.add(RowCounts {
            read: section.read,
            written: section.written,
            rejected: section.rejected,
            filtered: section.filtered,
        });
    }
    IterationFacts {
        number: iteration.number,
        state: iteration.state,
        is_final: iteration.is_final,
        base: iteration.base,
        dump: iteration.dump,
        spec: iteration.spec,
        package: iteration.package.as_ref().map(|package| package.digest),
        total,
    }
}

fn line(iteration: &Iteration) -> TrendLine {
    let resolved = iteration.findings.iter().filter(|finding| finding.resolution.is_some()).count();
    TrendLine {
        iteration: facts(iteration),
        sections: iteration
            .sections
            .iter()
            .map(|section| SectionTrend {
                section: section.section.clone(),
                target: section.target.clone(),
                counts: RowCounts {
                    read: section.read,
                    written: section.written,
                    rejected: section.rejected,
                    filtered: section.filtered,
                },
            })
            .collect(),
        findings_resolved: resolved as u64,
        findings_open: (iteration.findings.len() - resolved) as u64,
    }
}

/// Puts sections of the same name side by side: those of the second in their order, then those that only the first has.
fn sections(a: &report::Before, b: &report::Before) -> Vec<SectionPair> {
    let find = |side: &report::Before, name: &str| {
        let section = side.sections.iter().find(|section| section.name == name)?;
        Some(RowCounts {
            read: section.read,
            written: section.written,
            rejected: section.rejected,
            filtered: section.filtered,
        })
    };
    let mut seen = BTreeSet::new();
    b.sections
        .iter()
        .chain(&a.sections)
        .filter(|section| seen.insert(section.name.as_str()))
        .map(|section| SectionPair {
            section: section.name.clone(),
            a: find(a, &section.name),
            b: find(b, &section.name),
        })
        .collect()
}

/// Puts the rules that rejected rows side by side.
fn rejected(a: &report::Before, b: &report::Before) -> Vec<RulePair> {
    let mut pairs: BTreeMap<(&str, &str, &str), (u64, u64)> = BTreeMap::new();
    for fault in &a.rejected {
        pairs.entry((&fault.section, &fault.rule, &fault.field)).or_default().0 += fault.rows;
    }
    for fault in &b.rejected {
        pairs.entry((&fault.section, &fault.rule, &fault.field)).or_default().1 += fault.rows;
    }
    let mut list: Vec<RulePair> = pairs
        .into_iter()
        .map(|((section, rule, field), (a, b))| RulePair {
            section: section.to_owned(),
            rule: rule.to_owned(),
            field: field.to_owned(),
            a,
            b,
        })
        .collect();
    list.sort_by_key(|pair| std::cmp::Reverse((pair.b, pair.a)));
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(number: u32, sections: &[(&str, u64)], rejected: &[(&str, u64)]) -> report::Before {
        report::Before {
            number,
            package: None,
            sections: sections
                .iter()
                .map(|(name, written)| report::SectionCount {
                    name: (*name).to_owned(),
                    read: written + 1,
                    written: *written,
                    rejected: 1,
                    filtered: 0,
                })
                .collect(),
            rejected: rejected
                .iter()
                .map(|(rule, rows)| report::RuleCount {
                    section: "Volunteers".to_owned(),
                    rule: (*rule).to_owned(),
                    field: "birth_date".to_owned(),
                    rows: *rows,
                })
                .collect(),
        }
    }

    #[test]
    fn the_hint_of_an_iteration_without_a_package_can_be_typed() {
        let hint = no_package(&"acme".parse().unwrap(), 4).hint();
        assert!(hint.is_some_and(|hint| hint.contains("`landfall migration list acme`")));
    }

    #[test]
    fn a_section_that_one_side_lacks_stands_alone() {
        let a = counted(1, &[("Volunteers", 3), ("Studies", 2)], &[]);
        let b = counted(2, &[("Labs", 1), ("Volunteers", 4)], &[]);
        let pairs = sections(&a, &b);
        let names: Vec<_> = pairs.iter().map(|pair| pair.section.as_str()).collect();
        assert_eq!(names, ["Labs", "Volunteers", "Studies"]);
        assert_eq!((pairs[0].a, pairs[0].b.map(|b| b.written)), (None, Some(1)));
        assert_eq!(pairs[1].a.map(|a| a.written), Some(3));
        assert_eq!(pairs[1].b.map(|b| b.written), Some(4));
        assert_eq!(pairs[2].b, None);
    }

    #[test]
    fn rules_stand_side_by_side_and_one_that_is_mended_counts_none() {
        let a = counted(1, &[], &[("date", 5), ("map", 2)]);
        let b = counted(2, &[], &[("map", 7)]);
        let rules: Vec<_> =
            rejected(&a, &b).into_iter().map(|pair| (pair.rule, pair.a, pair.b)).collect();
        assert_eq!(rules, [("map".to_owned(), 2, 7), ("date".to_owned(), 5, 0)]);
    }
}
