//! What a run counted, as the ledger keeps it, and where its rejected rows stand.

use std::{cmp::Reverse, collections::BTreeMap, path::Path};

use landfall_documents::qc_report as report;
use serde::Deserialize;

use super::{file_of, grouped};
use crate::{OperationView, Result, error::Error};

/// How many rejected rows are looked at for their places; the counts are those of the run, whatever their number.
const MOST_READ: usize = 200_000;

/// The counts of one section: read = written + rejected + filtered.
#[derive(Debug, Deserialize)]
pub(super) struct Counted {
    pub(super) section: String,
    target: String,
    source: String,
    pub(super) read: u64,
    pub(super) written: u64,
    pub(super) rejected: u64,
    pub(super) filtered: u64,
    filtered_by: Vec<Reason>,
    rejected_by: Vec<Fault>,
    pub(super) replaced_by: Vec<Fault>,
}

/// Why rows were left out on purpose.
#[derive(Debug, Deserialize)]
struct Reason {
    reason: String,
    rows: u64,
}

/// A rule that did not accept values of a field.
#[derive(Debug, Deserialize)]
pub(super) struct Fault {
    pub(super) field: String,
    pub(super) rule: String,
    pub(super) rows: u64,
    first_lines: Vec<u64>,
}

impl Counted {
    /// Says in which lines of the source the first values of a fault stand, where the ledger keeps them.
    pub(super) fn lines_words(&self, fault: &Fault, files: &BTreeMap<String, String>) -> String {
        let lines: Vec<String> = fault.first_lines.iter().copied().map(grouped).collect();
        let noun = match lines.len() {
            0 => return String::new(),
            1 => "line",
            _ => "lines",
        };
        let first = if fault.rows > lines.len() as u64 { "The first places" } else { "Places" };
        format!(" {first}: {}, {noun} {}.", file_of(files, &self.source), lines.join(", "))
    }
}

/// Where the first rejected rows stand, by section, rule and field: source and line.
pub(super) type FaultPlaces = BTreeMap<(String, String, String), Vec<(String, u64)>>;

/// Returns what a run counted, from the evidence of its operation.
pub(super) fn of_run(number: u32, view: &OperationView) -> Result<Vec<Counted>> {
    let sections =
        view.steps.iter().rev().find_map(|step| step.facts.get("sections")).ok_or_else(|| {
            Error::Broken(format!("the run of iteration {number} left no counts in the ledger"))
        })?;
    serde_json::from_value(sections.clone()).map_err(|error| {
        Error::Broken(format!("the counts of iteration {number} cannot be read: {error}"))
    })
}

/// Reads where the first rejected rows of each rule stand; keys and values of the source stay where they are.
pub(super) fn places(store: &Path) -> Result<FaultPlaces> {
    let mut places = FaultPlaces::new();
    for row in landfall_migration::rejected_rows(store, MOST_READ)? {
        let known = places.entry((row.section, row.rule, row.field)).or_default();
        let place = (row.source, row.line);
        if known.len() < report::MOST_PLACES && !known.contains(&place) {
            known.push(place);
        }
    }
    Ok(places)
}

/// Returns which rules rejected rows, most frequent first.
pub(super) fn faults(counted: &[Counted]) -> Vec<(&Counted, &Fault)> {
    let mut faults: Vec<(&Counted, &Fault)> = counted
        .iter()
        .flat_map(|section| section.rejected_by.iter().map(move |fault| (section, fault)))
        .collect();
    faults.sort_by_key(|(_, fault)| Reverse(fault.rows));
    faults
}

pub(super) fn sections(
    counted: &[Counted],
    files: &BTreeMap<String, String>,
) -> Vec<report::Section> {
    counted
        .iter()
        .map(|section| report::Section {
            name: section.section.clone(),
            source: file_of(files, &section.source),
            target: section.target.clone(),
            read: section.read,
            written: section.written,
            rejected: section.rejected,
            filtered: section.filtered,
            filtered_by: section
                .filtered_by
                .iter()
                .map(|one| report::Filtered { reason: one.reason.clone(), rows: one.rows })
                .collect(),
        })
        .collect()
}

/// Returns which rules rejected rows, with places from the store, or the first lines that the ledger keeps where the
/// store is gone.
pub(super) fn rejected(
    counted: &[Counted],
    places: Option<&FaultPlaces>,
    files: &BTreeMap<String, String>,
) -> Vec<report::RejectedRule> {
    faults(counted)
        .into_iter()
        .map(|(section, fault)| {
            let key = (section.section.clone(), fault.rule.clone(), fault.field.clone());
            let stored = places.and_then(|places| places.get(&key));
            let found: Vec<(&str, u64)> = match stored {
                Some(stored) => {
                    stored.iter().map(|(source, line)| (source.as_str(), *line)).collect()
                }
                None => {
                    fault.first_lines.iter().map(|line| (section.source.as_str(), *line)).collect()
                }
            };
            report::RejectedRule {
                section: key.0,
                rule: key.1,
                field: key.2,
                rows: fault.rows,
                places: found
                    .into_iter()
                    .take(report::MOST_PLACES)
                    .map(|(source, line)| report::Place { file: file_of(files, source), line })
                    .collect(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use landfall_migration::{Fault as Counting, SectionCount};

    use super::*;

    fn counted() -> Vec<Counted> {
        let fault = |field: &str, rule: &str, rows, first_lines: &[u64]| Counting {
            field: field.to_owned(),
            rule: rule.to_owned(),
            rows,
            first_lines: first_lines.to_vec(),
        };
        let section = |name: &str, faults: Vec<Counting>| SectionCount {
            section: name.to_owned(),
            target: "volunteer".to_owned(),
            source: "subjects".to_owned(),
            read: 10,
            written: 7,
            rejected: 3,
            rejected_by: faults,
            ..SectionCount::default()
        };
        let sections = [
            section("volunteers", vec![fault("birth_date", "date", 2, &[4, 9])]),
            section("conditions", vec![fault("", "unique", 3, &[5])]),
        ];
        // What a run counts is written into the ledger as JSON, and read back from there.
        serde_json::from_value(serde_json::to_value(sections).unwrap()).unwrap()
    }

    #[test]
    fn rules_stand_most_frequent_first_with_the_lines_that_the_ledger_keeps() {
        let files = BTreeMap::from([("subjects".to_owned(), "subjects.csv".to_owned())]);
        let rules = rejected(&counted(), None, &files);
        let names: Vec<_> = rules.iter().map(|rule| (rule.section.as_str(), rule.rows)).collect();
        assert_eq!(names, [("conditions", 3), ("volunteers", 2)]);
        let lines: Vec<_> = rules[1].places.iter().map(|place| place.line).collect();
        assert_eq!(lines, [4, 9]);
        assert_eq!(rules[1].places[0].file, "subjects.csv");
    }

    #[test]
    fn lines_of_replaced_values_are_those_that_the_ledger_keeps() {
        let files = BTreeMap::from([("subjects".to_owned(), "subjects.csv".to_owned())]);
        let fault = |rows, first_lines: &[u64]| Fault {
            field: "mobile_phone".to_owned(),
            rule: "phone".to_owned(),
            rows,
            first_lines: first_lines.to_vec(),
        };
        let section = &counted()[0];
        assert_eq!(
            section.lines_words(&fault(2, &[4, 1_209]), &files),
            " Places: subjects.csv, lines 4, 1,209."
        );
        assert_eq!(
            section.lines_words(&fault(11, &[4]), &files),
            " The first places: subjects.csv, line 4."
        );
        assert_eq!(section.lines_words(&fault(11, &[]), &files), "");
    }

    #[test]
    fn stored_places_are_shown_instead_and_not_too_many() {
        let key = ("volunteers".to_owned(), "date".to_owned(), "birth_date".to_owned());
        let many = (1..100).map(|line| ("subjects".to_owned(), line)).collect();
        let places = FaultPlaces::from([(key, many)]);
        let rules = rejected(&counted(), Some(&places), &BTreeMap::new());
        assert_eq!(rules[1].places.len(), report::MOST_PLACES);
        assert_eq!(rules[1].places[0].file, "subjects");
    }
}
