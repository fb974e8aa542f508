//! The first half of a section's work, on a thread of its own: rows are read, the rules applied, values checked.
//!
//! What depends on other rows (keys, references, what must not come twice) is the second half, in the order of the rows.

use std::{
    borrow::Cow,
    sync::mpsc::{Receiver, SyncSender},
};

use rusqlite::{Connection, Row};

use super::{
    cells::Cells,
    evaluate::{FIRST_INPUT, Open, Wrong, evaluate, trimmed},
};
use crate::{
    error::Error,
    keys::{self, KeyDigest},
    known::Known,
    plan::{Key, SectionPlan},
    quote,
    rule::Rule,
    source::LINE,
    staging::line_of,
};

/// How many rows go from one half to the other at a time.
const BATCH: usize = 128;

/// A row of the source after the first half.
#[derive(Default)]
pub(super) struct Prepared {
    pub(super) line: u64,
    /// Whether the filter lets it pass.
    pub(super) passes: bool,
    /// What identifies it; none where every part of its key is empty.
    pub(super) key: Option<KeyDigest>,
    /// The key as the store of rejected rows keeps it; empty where a whole row is the key, which is known by its line.
    pub(super) key_text: String,
    pub(super) cells: Cells,
    /// The fields that the second half has to settle, in their order.
    pub(super) open: Vec<Open>,
    /// What does not fit, by field.
    pub(super) faults: Vec<(usize, Wrong)>,
    /// What was replaced, by field.
    pub(super) replaced: Vec<(usize, Wrong)>,
}

/// Reads every staged row of a section and hands it over, in batches; ends early when nobody takes them any more.
/// `spare` brings back what was used.
pub(super) fn rows(
    section: &SectionPlan<'_>,
    mut rules: Vec<Rule>,
    staging: &Connection,
    scratch: &Connection,
    filled: &SyncSender<Vec<Prepared>>,
    spare: &Receiver<Vec<Prepared>>,
) -> Result<(), Error> {
    let failed =
        |error| Error::database(format!("read the rows of section `{}`", section.name))(error);
    let mut occurrences = Known::scratch(scratch)?;
    let mut count = |digest: KeyDigest| {
        let before = occurrences.find(scratch, &digest)?.unwrap_or(0);
        occurrences.remember(scratch, digest, before + 1)?;
        Ok(before + 1)
    };
    let defaults = defaults(section);
    let mut select = staging.prepare(&select(section)).map_err(failed)?;
    let mut rows = select.raw_query();
    let mut batch: Vec<Prepared> = Vec::with_capacity(BATCH);
    let mut used: Vec<Prepared> = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        if used.is_empty()
            && let Ok(back) = spare.try_recv()
        {
            used = back;
        }
        let mut prepared = used.pop().unwrap_or_default();
        prepared.line = line_of(row.get(0).map_err(failed)?);
        prepared.passes = row.get(1).map_err(failed)?;
        if prepared.passes {
            prepared.cells.clone_from(&defaults);
            prepared.open.clear();
            prepared.faults.clear();
            prepared.replaced.clear();
            let identity = identity(section, row, &mut count)?;
            prepared.key = (identity.whole_row || identity.parts.iter().any(Option::is_some))
                .then_some(identity.digest);
            prepared.key_text.clear();
            identity.write(&mut prepared.key_text);
            for (index, (field, rule)) in section.fields.iter().zip(&mut rules).enumerate() {
                evaluate(index, field, rule, row, &mut prepared)?;
            }
        }
        batch.push(prepared);
        if batch.len() == BATCH {
            if filled.send(std::mem::take(&mut batch)).is_err() {
                return Ok(());
            }
            batch.reserve(BATCH);
        }
    }
    // Nobody takes it where the second half has failed, and says why.
    let _taken = filled.send(batch);
    Ok(())
}

/// Returns a row in which nothing but the catalogue's defaults stands.
fn defaults(section: &SectionPlan<'_>) -> Cells {
    let mut cells = Cells::default();
    cells.reset(section.columns.len());
    for (cell, text) in &section.defaults {
        // The catalogue has checked that its defaults fit.
        if let Some(column) = section.columns.get(*cell)
            && let Ok(value) = landfall_instances::value::canonical(column, text)
        {
            cells.set(*cell, &value);
        }
    }
    cells
}

/// Returns the statement that reads the rows of a section: place, whether the row passes the filter, and the inputs.
pub(crate) fn select(section: &SectionPlan<'_>) -> String {
    let passes = section.filter.as_ref().map_or_else(
        || "1".to_owned(),
        |filter| format!("CASE WHEN ({}\n) THEN 1 ELSE 0 END", filter.condition),
    );
    let mut selected = vec![LINE.to_owned(), passes];
    debug_assert_eq!(selected.len(), FIRST_INPUT, "inputs stand behind the line and the filter");
    selected.extend(section.inputs.iter().cloned());
    format!("SELECT {} FROM {} ORDER BY {LINE}", selected.join(", "), quote(&section.source))
}

/// What identifies a row.
pub(crate) struct Identity<'t> {
    pub(crate) digest: KeyDigest,
    parts: Vec<Option<Cow<'t, str>>>,
    pub(crate) whole_row: bool,
}

impl Identity<'_> {
    /// Returns the key as the store of rejected rows keeps it; a whole row is known by its line alone.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) {
        if self.whole_row {
            return;
        }
        for (index, part) in self.parts.iter().enumerate() {
            if index > 0 {
                text.push_str(" | ");
            }
            text.push_str(part.as_deref().unwrap_or_default());
        }
    }
}

/// Returns what identifies a row that passes the filter. `count` says how often a whole row came, this time included,
/// where rows have no key.
pub(crate) fn identity<'r>(
    section: &SectionPlan<'_>,
    row: &'r Row<'_>,
    count: &mut dyn FnMut(KeyDigest) -> Result<i64, Error>,
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
        let occurrence = count(digest)?.to_string();
        let all = parts.iter().map(Option::as_deref).chain([Some(occurrence.as_str())]);
        digest = keys::digest(&section.name, all);
    }
    Ok(Identity { digest, parts, whole_row })
}
