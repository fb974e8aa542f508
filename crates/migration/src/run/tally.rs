//! Counts what becomes of the rows of a section.

use std::collections::BTreeMap;

use crate::{
    error::Error,
    plan::SectionPlan,
    report::{Fault, Filtered, SectionCount},
};

/// How many lines a count names.
const NAMED: usize = 10;

/// The counts of a section while it runs.
pub(super) struct Tally {
    section: String,
    target: String,
    source: String,
    pub(super) read: u64,
    pub(super) written: u64,
    rejected: u64,
    filtered: BTreeMap<String, u64>,
    faults: BTreeMap<(String, String), Lines>,
    replaced: BTreeMap<(String, String), Lines>,
}

#[derive(Default)]
struct Lines {
    rows: u64,
    first: Vec<u64>,
}

impl Tally {
    pub(super) fn of(section: &SectionPlan<'_>) -> Self {
        Self {
            section: section.name.clone(),
            target: section.table.name.clone(),
            source: section.source.clone(),
            read: 0,
            written: 0,
            rejected: 0,
            filtered: BTreeMap::new(),
            faults: BTreeMap::new(),
            replaced: BTreeMap::new(),
        }
    }

    /// Counts a row left out on purpose.
    pub(super) fn filter(&mut self, reason: &str) {
        match self.filtered.get_mut(reason) {
            Some(rows) => *rows += 1,
            None => {
                self.filtered.insert(reason.to_owned(), 1);
            }
        }
    }

    /// Counts a rejected row, once, whatever is wrong with it.
    pub(super) fn reject(&mut self) {
        self.rejected += 1;
    }

    /// Counts a fault of a rejected row.
    pub(super) fn fault(&mut self, field: &str, rule: &str, line: u64) {
        add(&mut self.faults, field, rule, line);
    }

    /// Counts a replaced value of a written row.
    pub(super) fn replace(&mut self, field: &str, rule: &str, line: u64) {
        add(&mut self.replaced, field, rule, line);
    }

    /// Returns the counts, if every row read was written, rejected or filtered.
    pub(super) fn finish(self) -> Result<SectionCount, Error> {
        let filtered: u64 = self.filtered.values().sum();
        if self.read != self.written + self.rejected + filtered {
            return Err(Error::NotConserved {
                section: self.section,
                read: self.read,
                written: self.written,
                rejected: self.rejected,
                filtered,
            });
        }
        let mut filtered_by: Vec<Filtered> =
            self.filtered.into_iter().map(|(reason, rows)| Filtered { reason, rows }).collect();
        filtered_by.sort_by_key(|one| std::cmp::Reverse(one.rows));
        Ok(SectionCount {
            section: self.section,
            target: self.target,
            source: self.source,
            read: self.read,
            written: self.written,
            rejected: self.rejected,
            filtered,
            filtered_by,
            rejected_by: faults(self.faults),
            replaced_by: faults(self.replaced),
        })
    }
}

fn add(faults: &mut BTreeMap<(String, String), Lines>, field: &str, rule: &str, line: u64) {
    let lines = faults.entry((field.to_owned(), rule.to_owned())).or_default();
    lines.rows += 1;
    // A dump writes many rows on one line; once is enough.
    if lines.first.len() < NAMED && lines.first.last() != Some(&line) {
        lines.first.push(line);
    }
}

fn faults(faults: BTreeMap<(String, String), Lines>) -> Vec<Fault> {
    let mut faults: Vec<Fault> = faults
        .into_iter()
        .map(|((field, rule), lines)| Fault {
            field,
            rule,
            rows: lines.rows,
            first_lines: lines.first,
        })
        .collect();
    // Stable, so that equal counts stay in the order of their names.
    faults.sort_by_key(|one| std::cmp::Reverse(one.rows));
    faults
}
