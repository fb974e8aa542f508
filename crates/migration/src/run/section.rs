//! Runs one section: every row of its source is written, rejected or filtered.
//!
//! Two threads share the work: one reads rows and applies the rules ([`prepare`]), this one settles what depends on other
//! rows, and writes. The order of the rows, and so every id, is that of the source.

use std::{mem, panic, sync::mpsc, thread};

use landfall_instances::value::Canonical;
use rusqlite::{
    Connection, Statement,
    types::{ToSqlOutput, ValueRef},
};

use super::{
    cells::Cells,
    evaluate::{Lookup, Wrong, resolve},
    prepare::{self, Prepared},
    tally::Tally,
    target::Targets,
};
use crate::{
    error::{Error, listed},
    keys::{KeyDigest, Keys},
    plan::SectionPlan,
    quote,
    rejects::{Entry, Rejects},
    report::SectionCount,
    spec::model::Then,
    staging::{Broken, STRIDE},
};

/// How many batches of rows may wait between the threads.
const WAITING: usize = 8;

/// What the reading thread works with.
pub(super) struct Reading<'p> {
    pub(super) staging: &'p mut Connection,
    pub(super) scratch: &'p mut Connection,
}

/// What a section writes to.
pub(super) struct Place<'p> {
    pub(super) package: &'p Connection,
    pub(super) keys: &'p mut Keys,
    pub(super) targets: &'p mut Targets,
    pub(super) rejects: &'p Rejects,
    /// Where what is known of written rows finds room.
    pub(super) scratch: &'p Connection,
}

/// Transforms every staged row; `broken` are the rows of the source that staging could not take.
pub(super) fn transform(
    section: &mut SectionPlan<'_>,
    reading: &mut Reading<'_>,
    place: &mut Place<'_>,
    broken: &[Broken],
    progress: &mut dyn FnMut(u64),
) -> Result<SectionCount, Error> {
    let rules = section.take_rules();
    let section = &*section;
    let package = place.package;
    let insert = package.prepare(&insert(section)).map_err(|error| {
        Error::database(format!("prepare table `{}` of the package", section.table.name))(error)
    })?;
    let mut work = Work { tally: Tally::of(section), insert, section, place };
    let Reading { staging, scratch } = reading;
    let (filled, batches) = mpsc::sync_channel(WAITING);
    let (emptied, spare) = mpsc::channel();
    thread::scope(|scope| {
        let reader =
            scope.spawn(move || prepare::rows(section, rules, staging, scratch, &filled, &spare));
        let done = work.rows(&batches, &emptied, broken, progress);
        // What still waits is not wanted after a failure; the reader must not wait for room.
        drop(batches);
        let read = reader.join().unwrap_or_else(|panicked| panic::resume_unwind(panicked));
        read.and(done)
    })?;
    work.tally.finish()
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
struct Fault<'s> {
    field: &'s str,
    wrong: Wrong,
}

struct Work<'w, 'p> {
    tally: Tally,
    insert: Statement<'w>,
    section: &'w SectionPlan<'w>,
    place: &'w mut Place<'p>,
}

impl<'w> Work<'w, '_> {
    /// Takes the rows as they come, with the broken ones of the source between them.
    fn rows(
        &mut self,
        batches: &mpsc::Receiver<Vec<Prepared>>,
        emptied: &mpsc::Sender<Vec<Prepared>>,
        broken: &[Broken],
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), Error> {
        let mut broken = broken.iter().peekable();
        for mut batch in batches {
            for prepared in &mut batch {
                while let Some(earlier) = broken.next_if(|broken| broken.line < prepared.line) {
                    self.defect(earlier)?;
                }
                self.tally.read += 1;
                match &self.section.filter {
                    Some(filter) if !prepared.passes => self.tally.filter(&filter.reason),
                    Some(_) | None => self.row(prepared)?,
                }
                if self.tally.read.is_multiple_of(STRIDE) {
                    progress(self.tally.read);
                }
            }
            // Where the reader is done, nobody uses them again.
            let _reader_goes_on = emptied.send(batch);
        }
        for late in broken {
            self.defect(late)?;
        }
        progress(self.tally.read);
        Ok(())
    }

    fn row(&mut self, prepared: &mut Prepared) -> Result<(), Error> {
        let section = self.section;
        let table = section.table.name.as_str();
        let Some(key) = prepared.key else {
            let wrong = Wrong { rule: "key", reason: "expected a key, found none".to_owned() };
            return self.reject(prepared, &[Fault { field: "", wrong }]);
        };
        let own = self.place.keys.own(table, &key)?;
        let merges = section.duplicates.as_ref().is_some_and(|rule| rule.then == Then::Merge);
        let seen = own.is_some_and(|id| self.place.targets.wrote(table, id))
            || (merges && self.place.keys.merged(table, &key)?.is_some());
        if seen && section.distinct {
            self.tally.filter("same key as an earlier row");
            return Ok(());
        }
        if seen {
            let wrong = Wrong {
                rule: "key",
                reason: "expected every key once, found an earlier row with the same".to_owned(),
            };
            return self.reject(prepared, &[Fault { field: "", wrong }]);
        }
        let faults = self.settle(prepared)?;
        if !faults.is_empty() {
            return self.reject(prepared, &faults);
        }
        self.place(prepared, key, own)
    }

    /// Settles the references of a row and returns what does not fit, in the order of the fields.
    fn settle(&mut self, prepared: &mut Prepared) -> Result<Vec<Fault<'w>>, Error> {
        let section = self.section;
        if !prepared.open.is_empty() {
            let Place { keys, targets, scratch, .. } = &mut *self.place;
            let mut lookup = Lookup { keys, targets, scratch };
            for open in mem::take(&mut prepared.open) {
                if let Some(field) = section.fields.get(open.field) {
                    resolve(open, field, &mut lookup, prepared)?;
                }
            }
            prepared.faults.sort_by_key(|(field, _)| *field);
            prepared.replaced.sort_by_key(|(field, _)| *field);
        }
        let mut faults = name_fields(section, &mut prepared.faults);
        faults.extend(left_behind(section, &prepared.cells));
        Ok(faults)
    }

    /// Writes a row that fits, unless it repeats an earlier one.
    fn place(
        &mut self,
        prepared: &mut Prepared,
        key: KeyDigest,
        own: Option<i64>,
    ) -> Result<(), Error> {
        let section = self.section;
        let table = section.table.name.as_str();
        let scratch = self.place.scratch;
        let Some(target) = self.place.targets.target(table) else { return Ok(()) };
        let marks = target.marks(&prepared.cells);
        if let Some(rule) = &section.duplicates
            && let Some(id) = target.duplicate(scratch, &rule.by, &marks)?
        {
            match rule.then {
                Then::Merge => {
                    self.tally.filter("duplicate of an earlier row");
                    self.place.keys.merge(table, &key, id)?;
                    return self.place.rejects.merged(
                        &section.name,
                        &section.source,
                        prepared.line,
                        &prepared.key_text,
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
                    let field = rule.names.join("+");
                    return self.reject(prepared, &[Fault { field: &field, wrong }]);
                }
            }
        }
        if let Some((field, reason)) = target.clash(scratch, &marks)? {
            let fault = Fault { field: &field, wrong: Wrong { rule: "unique", reason } };
            return self.reject(prepared, &[fault]);
        }
        let id = match own {
            Some(id) => id,
            None => {
                let id = target.number();
                self.place.keys.give(table, &key, id)?;
                id
            }
        };
        prepared.cells.set(0, &Canonical::Integer(id));
        target.remember(scratch, id, &prepared.cells, &marks)?;
        write(&mut self.insert, &prepared.cells).map_err(|error| {
            Error::database(format!("write a row of table `{table}` of the package"))(error)
        })?;
        self.tally.written += 1;
        for Fault { field, wrong } in name_fields(section, &mut prepared.replaced) {
            self.tally.replace(field, wrong.rule, prepared.line);
            self.place.rejects.replaced(&Entry {
                section: &section.name,
                source: &section.source,
                line: prepared.line,
                source_key: &prepared.key_text,
                field,
                rule: wrong.rule,
                reason: &wrong.reason,
            })?;
        }
        Ok(())
    }

    fn reject(&mut self, prepared: &Prepared, faults: &[Fault<'_>]) -> Result<(), Error> {
        self.tally.reject();
        for Fault { field, wrong } in faults {
            self.tally.fault(field, wrong.rule, prepared.line);
            self.place.rejects.rejected(&Entry {
                section: &self.section.name,
                source: &self.section.source,
                line: prepared.line,
                source_key: &prepared.key_text,
                field,
                rule: wrong.rule,
                reason: &wrong.reason,
            })?;
        }
        Ok(())
    }

    /// Rejects a row that staging could not take.
    fn defect(&mut self, broken: &Broken) -> Result<(), Error> {
        self.tally.read += 1;
        self.tally.reject();
        self.tally.fault("", broken.defect.rule, broken.line);
        self.place.rejects.rejected(&Entry {
            section: &self.section.name,
            source: &self.section.source,
            line: broken.line,
            source_key: "",
            field: "",
            rule: broken.defect.rule,
            reason: &broken.defect.reason,
        })
    }
}

/// Takes what was noted of fields, with the fields' names.
fn name_fields<'s>(
    section: &'s SectionPlan<'_>,
    noted: &mut Vec<(usize, Wrong)>,
) -> Vec<Fault<'s>> {
    let name = |field: usize| {
        section.fields.get(field).map(|field| field.column.name.as_str()).unwrap_or_default()
    };
    noted.drain(..).map(|(field, wrong)| Fault { field: name(field), wrong }).collect()
}

/// Returns a fault when no package would take the row along.
fn left_behind<'s>(section: &'s SectionPlan<'_>, cells: &Cells) -> Option<Fault<'s>> {
    let travel = section.travel.as_ref()?;
    let stays = |text: &str| !travel.keep.iter().any(|kept| kept == text);
    let stays = match cells.get(travel.cell) {
        ValueRef::Text(bytes) => stays(std::str::from_utf8(bytes).unwrap_or_default()),
        ValueRef::Integer(number) => stays(&number.to_string()),
        ValueRef::Null | ValueRef::Real(_) | ValueRef::Blob(_) => stays(""),
    };
    stays.then(|| Fault {
        field: &travel.column,
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

fn write(insert: &mut Statement<'_>, cells: &Cells) -> rusqlite::Result<()> {
    for index in 0..cells.len() {
        insert.raw_bind_parameter(index + 1, ToSqlOutput::Borrowed(cells.get(index)))?;
    }
    insert.raw_execute().map(|_| ())
}
