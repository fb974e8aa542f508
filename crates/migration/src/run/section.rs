//! Runs one section: every row of its source is written, rejected or filtered.

use std::{borrow::Cow, collections::HashMap};

use landfall_instances::value::Value;
use rusqlite::{Connection, Row, Statement};

use super::{
    evaluate::{FIRST_INPUT, Lookup, Wrong, evaluate, trimmed},
    tally::Tally,
    target::Targets,
};
use crate::{
    error::{Error, listed},
    keys::{self, KeyDigest, Keys},
    plan::{Key, SectionPlan},
    quote,
    rejects::{Entry, Rejects},
    report::SectionCount,
    source::LINE,
    spec::model::Then,
    staging::{Broken, STRIDE, line_of},
};

/// What a section works with.
pub(super) struct Place<'p> {
    pub(super) staging: &'p Connection,
    pub(super) package: &'p Connection,
    pub(super) keys: &'p Keys,
    pub(super) rejects: &'p Rejects,
}

/// Transforms every staged row; `broken` are the rows of the source that staging could not take.
pub(super) fn transform(
    section: &mut SectionPlan<'_>,
    place: &Place<'_>,
    targets: &mut Targets,
    broken: &[Broken],
    progress: &mut dyn FnMut(u64),
) -> Result<SectionCount, Error> {
    let name = section.name.clone();
    let failed = || Error::database(format!("read the rows of section `{name}`"));
    let mut select = place.staging.prepare(&select(section)).map_err(failed())?;
    let insert = place.package.prepare(&insert(section)).map_err(Error::database(format!(
        "prepare table `{}` of the package",
        section.table.name
    )))?;
    let mut work = Work {
        tally: Tally::of(section),
        cells: vec![Value::Null; section.columns.len()],
        insert,
        occurrences: HashMap::new(),
        place,
    };
    let mut broken = broken.iter().peekable();
    let mut rows = select.raw_query();
    while let Some(row) = rows.next().map_err(failed())? {
        let line = line_of(row.get::<_, i64>(0).map_err(failed())?);
        while let Some(earlier) = broken.next_if(|broken| broken.line < line) {
            work.defect(section, earlier)?;
        }
        let passes = row.get::<_, bool>(1).map_err(failed())?;
        work.tally.read += 1;
        match &section.filter {
            Some(filter) if !passes => work.tally.filter(&filter.reason),
            Some(_) | None => work.row(section, targets, row, line)?,
        }
        if work.tally.read.is_multiple_of(STRIDE) {
            progress(work.tally.read);
        }
    }
    for late in broken {
        work.defect(section, late)?;
    }
    progress(work.tally.read);
    work.tally.finish()
}

fn select(section: &SectionPlan<'_>) -> String {
    let passes = section.filter.as_ref().map_or_else(
        || "1".to_owned(),
        |filter| format!("CASE WHEN ({}\n) THEN 1 ELSE 0 END", filter.condition),
    );
    let mut selected = vec![LINE.to_owned(), passes];
    debug_assert_eq!(selected.len(), FIRST_INPUT, "inputs stand behind the line and the filter");
    selected.extend(section.inputs.iter().cloned());
    format!("SELECT {} FROM {} ORDER BY {LINE}", selected.join(", "), quote(&section.source))
}

fn insert(section: &SectionPlan<'_>) -> String {
    let names: Vec<String> = section.columns.iter().map(|column| quote(&column.name)).collect();
    let marks: Vec<String> = (1..=names.len()).map(|number| format!("?{number}")).collect();
    format!(
        "INSERT INTO {} ({}) VALUES ({})",
        quote(&section.table.name),
        names.join(", "),
        marks.join(", ")
    )
}

/// A fault of a row, with the target column it concerns.
struct Fault {
    field: String,
    wrong: Wrong,
}

struct Work<'p> {
    tally: Tally,
    /// The row being made, in the order of the package's columns; used again for the next row.
    cells: Vec<Value>,
    insert: Statement<'p>,
    /// How often a whole row came before, where rows have no key.
    occurrences: HashMap<KeyDigest, u64>,
    place: &'p Place<'p>,
}

/// What identifies the row at hand.
struct Identity<'t> {
    digest: KeyDigest,
    parts: Vec<Option<Cow<'t, str>>>,
    whole_row: bool,
}

impl Identity<'_> {
    /// Returns the key as the store of rejected rows keeps it; a whole row is known by its line alone.
    fn text(&self) -> String {
        if self.whole_row {
            return String::new();
        }
        let parts: Vec<&str> =
            self.parts.iter().map(|part| part.as_deref().unwrap_or_default()).collect();
        parts.join(" | ")
    }
}

impl Work<'_> {
    fn row(
        &mut self,
        section: &mut SectionPlan<'_>,
        targets: &mut Targets,
        row: &Row<'_>,
        line: u64,
    ) -> Result<(), Error> {
        let identity = self.identity(section, row)?;
        let table = section.table.name.as_str();
        if !identity.whole_row && identity.parts.iter().all(Option::is_none) {
            let wrong = Wrong { rule: "key", reason: "expected a key, found none".to_owned() };
            let fault = Fault { field: String::new(), wrong };
            return self.reject(section, line, &identity, &[fault]);
        }
        let own = self.place.keys.own(table, &identity.digest)?;
        let merges = section.duplicates.as_ref().is_some_and(|rule| rule.then == Then::Merge);
        let seen = own.is_some_and(|id| targets.wrote(table, id))
            || (merges && self.place.keys.merged(table, &identity.digest)?.is_some());
        if seen && section.distinct {
            self.tally.filter("same key as an earlier row");
            return Ok(());
        }
        if seen {
            let wrong = Wrong {
                rule: "key",
                reason: "expected every key once, found an earlier row with the same".to_owned(),
            };
            let fault = Fault { field: String::new(), wrong };
            return self.reject(section, line, &identity, &[fault]);
        }
        let lookup = Lookup { keys: self.place.keys, targets: &*targets };
        let (mut faults, replaced) = self.fill(section, row, lookup)?;
        faults.extend(self.left_behind(section));
        if !faults.is_empty() {
            return self.reject(section, line, &identity, &faults);
        }
        let Some(target) = targets.target(table) else { return Ok(()) };
        if let Some(rule) = &section.duplicates
            && let Some(id) = target.duplicate(&rule.by, &self.cells)
        {
            match rule.then {
                Then::Merge => {
                    self.tally.filter("duplicate of an earlier row");
                    self.place.keys.merge(table, &identity.digest, id)?;
                    return self.place.rejects.merged(
                        &section.name,
                        &section.source,
                        line,
                        &identity.text(),
                        id,
                    );
                }
                Then::Reject => {
                    let wrong = Wrong {
                        rule: "duplicate",
                        reason: format!(
                            "expected no two rows equal in {}, found an earlier row with the same",
                            listed(&rule.names)
                        ),
                    };
                    let fault = Fault { field: rule.names.join("+"), wrong };
                    return self.reject(section, line, &identity, &[fault]);
                }
            }
        }
        if let Some((field, reason)) = target.clash(&self.cells) {
            let fault = Fault { field, wrong: Wrong { rule: "unique", reason } };
            return self.reject(section, line, &identity, &[fault]);
        }
        let id = match own {
            Some(id) => id,
            None => {
                let id = target.number();
                self.place.keys.give(table, &identity.digest, id)?;
                id
            }
        };
        self.write(table, id)?;
        target.remember(id, &self.cells);
        self.tally.written += 1;
        for Fault { field, wrong } in &replaced {
            self.tally.replace(field, wrong.rule, line);
            self.place.rejects.replaced(&Entry {
                section: &section.name,
                source: &section.source,
                line,
                source_key: &identity.text(),
                field,
                rule: wrong.rule,
                reason: &wrong.reason,
            })?;
        }
        Ok(())
    }

    fn identity<'r>(
        &mut self,
        section: &SectionPlan<'_>,
        row: &'r Row<'_>,
    ) -> Result<Identity<'r>, Error> {
        let (inputs, whole_row) = match &section.key {
            Key::Columns(inputs) => (inputs, false),
            Key::WholeRow(inputs) => (inputs, true),
        };
        let mut parts = Vec::with_capacity(inputs.len());
        for input in inputs {
            parts.push(trimmed(row, *input)?);
        }
        let mut digest = keys::digest(&section.name, parts.iter().map(Option::as_deref));
        if whole_row {
            let before = self.occurrences.entry(digest).or_insert(0);
            *before += 1;
            let occurrence = before.to_string();
            let all = parts.iter().map(Option::as_deref).chain([Some(occurrence.as_str())]);
            digest = keys::digest(&section.name, all);
        }
        Ok(Identity { digest, parts, whole_row })
    }

    /// Fills the cells and returns what does not fit, and what was replaced.
    fn fill(
        &mut self,
        section: &mut SectionPlan<'_>,
        row: &Row<'_>,
        lookup: Lookup<'_>,
    ) -> Result<(Vec<Fault>, Vec<Fault>), Error> {
        self.cells.fill(Value::Null);
        let mut faults = Vec::new();
        let mut replaced = Vec::new();
        for (cell, text) in &section.defaults {
            // The catalogue has checked that its defaults fit.
            if let Some(column) = section.columns.get(*cell)
                && let Ok(value) = landfall_instances::value::canonical_value(column, text)
            {
                self.cells[*cell] = value;
            }
        }
        for field in &mut section.fields {
            match evaluate(field, row, lookup)? {
                Ok(cell) => {
                    self.cells[field.cell] = cell.value;
                    replaced.extend(
                        cell.replaced
                            .map(|wrong| Fault { field: field.column.name.clone(), wrong }),
                    );
                }
                Err(wrong) => faults.push(Fault { field: field.column.name.clone(), wrong }),
            }
        }
        Ok((faults, replaced))
    }

    /// Returns a fault when no package would take the row along.
    fn left_behind(&self, section: &SectionPlan<'_>) -> Option<Fault> {
        let travel = section.travel.as_ref()?;
        let text = match self.cells.get(travel.cell)? {
            Value::Text(text) => text.clone(),
            Value::Integer(number) => number.to_string(),
            Value::Null | Value::Real(_) | Value::Blob(_) => String::new(),
        };
        if travel.keep.contains(&text) {
            return None;
        }
        Some(Fault {
            field: travel.column.clone(),
            wrong: Wrong {
                rule: "travel",
                reason: format!(
                    "expected {}, because no other row travels: {}",
                    listed(&travel.keep),
                    travel.reason
                ),
            },
        })
    }

    fn write(&mut self, table: &str, id: i64) -> Result<(), Error> {
        let failed = || Error::database(format!("write a row of table `{table}` of the package"));
        if let Some(first) = self.cells.first_mut() {
            *first = Value::Integer(id);
        }
        for (index, cell) in self.cells.iter().enumerate() {
            self.insert.raw_bind_parameter(index + 1, cell).map_err(failed())?;
        }
        self.insert.raw_execute().map_err(failed())?;
        Ok(())
    }

    fn reject(
        &mut self,
        section: &SectionPlan<'_>,
        line: u64,
        identity: &Identity<'_>,
        faults: &[Fault],
    ) -> Result<(), Error> {
        self.tally.reject();
        let source_key = identity.text();
        for Fault { field, wrong } in faults {
            self.tally.fault(field, wrong.rule, line);
            self.place.rejects.rejected(&Entry {
                section: &section.name,
                source: &section.source,
                line,
                source_key: &source_key,
                field,
                rule: wrong.rule,
                reason: &wrong.reason,
            })?;
        }
        Ok(())
    }

    /// Rejects a row that staging could not take.
    fn defect(&mut self, section: &SectionPlan<'_>, broken: &Broken) -> Result<(), Error> {
        self.tally.read += 1;
        self.tally.reject();
        self.tally.fault("", broken.defect.rule, broken.line);
        self.place.rejects.rejected(&Entry {
            section: &section.name,
            source: &section.source,
            line: broken.line,
            source_key: "",
            field: "",
            rule: broken.defect.rule,
            reason: &broken.defect.reason,
        })
    }
}
