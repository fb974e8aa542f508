//! Turns the texts of one source row into the cells of the target: what a rule says first, references later.

use std::borrow::Cow;

use landfall_catalogue::Column;
use landfall_instances::value::{Canonical, canonical};
use rusqlite::{Connection, Row, types::ValueRef};

use super::{prepare::Prepared, target::Targets};
use crate::{
    error::Error,
    keys::{self, KeyDigest, Keys},
    plan::{Destination, Fallback, FieldPlan},
    rule::{Outcome, Rule},
};

/// Where the inputs begin among the selected columns: behind the line and the filter.
pub(super) const FIRST_INPUT: usize = 2;

/// Why a text does not fit.
pub(super) struct Wrong {
    pub(super) rule: &'static str,
    pub(super) reason: String,
}

/// A field whose cell depends on rows that were written before.
pub(super) struct Open {
    /// Which field of the section.
    pub(super) field: usize,
    reference: Reference,
    /// What was replaced already, and why.
    replaced: Option<Wrong>,
}

/// The row that a cell refers to.
enum Reference {
    /// By the key of its source row.
    Row(KeyDigest),
    /// By what stands in some of its columns.
    Natural(Vec<Option<String>>),
}

/// How rows that this run wrote are found.
pub(super) struct Lookup<'a> {
    pub(super) keys: &'a mut Keys,
    pub(super) targets: &'a Targets,
    pub(super) scratch: &'a Connection,
}

impl Lookup<'_> {
    /// Returns the id of the row that a section wrote for a source key, or merged that key's row into.
    fn row(&mut self, table: &str, key: &KeyDigest) -> Result<Option<i64>, Error> {
        // A base iteration's key may have an id although its row is not in this run.
        if let Some(id) = self.keys.own(table, key)?
            && self.targets.wrote(table, id)
        {
            return Ok(Some(id));
        }
        Ok(self.keys.merged(table, key)?.filter(|id| self.targets.wrote(table, *id)))
    }

    fn find(
        &mut self,
        destination: &Destination,
        reference: &Reference,
    ) -> Result<Option<i64>, Error> {
        match (destination, reference) {
            (Destination::Row { table, .. }, Reference::Row(key)) => self.row(table, key),
            (Destination::Natural { table, by }, Reference::Natural(texts)) => {
                self.targets.natural(self.scratch, table, by, texts)
            }
            (
                Destination::Row { .. }
                | Destination::Natural { .. }
                | Destination::Configuration { .. }
                | Destination::Value,
                Reference::Row(_) | Reference::Natural(_),
            ) => Ok(None),
        }
    }
}

/// Returns the text of an input; numbers that an expression computed become texts.
pub(crate) fn text<'r>(row: &'r Row<'_>, input: usize) -> Result<Option<Cow<'r, str>>, Error> {
    let value = row.get_ref(FIRST_INPUT + input).map_err(Error::database("read a staged row"))?;
    Ok(match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(Cow::Owned(number.to_string())),
        ValueRef::Real(number) => Some(Cow::Owned(number.to_string())),
        ValueRef::Text(bytes) => Some(String::from_utf8_lossy(bytes)),
        ValueRef::Blob(bytes) => {
            Some(Cow::Owned(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
        }
    })
}

/// Returns the text of an input without the white space around it; none where nothing is left.
pub(crate) fn trimmed<'r>(row: &'r Row<'_>, input: usize) -> Result<Option<Cow<'r, str>>, Error> {
    let Some(text) = text(row, input)? else { return Ok(None) };
    let kept = text.trim().len();
    Ok(if kept == 0 {
        None
    } else if kept == text.len() {
        Some(text)
    } else {
        Some(Cow::Owned(text.trim().to_owned()))
    })
}

/// What the rule and the type make of a text.
enum Settled<'t> {
    Value(Canonical<'t>),
    Refers(Reference),
}

/// The first half of a field: the rule, the fallback, the type.
pub(super) fn evaluate(
    index: usize,
    field: &FieldPlan<'_>,
    rule: &mut Rule,
    row: &Row<'_>,
    prepared: &mut Prepared,
) -> Result<(), Error> {
    if field.inputs.len() > 1 {
        return several(index, field, row, prepared);
    }
    let input = match field.inputs.first() {
        None => None,
        Some(input) => text(row, *input)?,
    };
    let mut replaced = None;
    let outcome = match rule.apply(input.as_deref()) {
        Outcome::Value(text) => Some(text),
        Outcome::Empty => None,
        Outcome::Wrong(reason) => {
            let wrong = Wrong { rule: field.rule_name, reason: reason.to_owned() };
            match &field.otherwise {
                Fallback::Reject => {
                    prepared.faults.push((index, wrong));
                    return Ok(());
                }
                Fallback::Keep => input.as_deref().map(|text| Cow::Borrowed(text.trim())),
                Fallback::Empty => {
                    replaced = Some(wrong);
                    None
                }
                Fallback::Value(value) => {
                    replaced = Some(wrong);
                    Some(Cow::Borrowed(value.as_str()))
                }
            }
        }
    };
    let Some(text) = outcome.or(field.when_empty.as_deref().map(Cow::Borrowed)) else {
        empty(index, field, replaced, prepared);
        return Ok(());
    };
    match settle(field, &text) {
        Ok(Settled::Value(value)) => {
            prepared.cells.set(field.cell, &value);
            prepared.replaced.extend(replaced.map(|wrong| (index, wrong)));
        }
        Ok(Settled::Refers(reference)) => {
            prepared.open.push(Open { field: index, reference, replaced });
        }
        Err(wrong) => fall_back(index, field, wrong, replaced, prepared),
    }
    Ok(())
}

/// The first half of a field that refers to a row known by several texts.
fn several(
    index: usize,
    field: &FieldPlan<'_>,
    row: &Row<'_>,
    prepared: &mut Prepared,
) -> Result<(), Error> {
    let mut texts = Vec::with_capacity(field.inputs.len());
    for input in &field.inputs {
        texts.push(trimmed(row, *input)?);
    }
    let parts: Vec<Option<&str>> = texts.iter().map(Option::as_deref).collect();
    if parts.iter().all(Option::is_none) {
        empty(index, field, None, prepared);
        return Ok(());
    }
    let reference = match &field.destination {
        Destination::Row { section, .. } => Reference::Row(keys::digest(section, parts)),
        Destination::Natural { .. } => {
            Reference::Natural(parts.iter().map(|part| part.map(str::to_owned)).collect())
        }
        Destination::Configuration { .. } | Destination::Value => {
            let text = landfall_core::canonical::to_string(&parts)?;
            prepared.cells.set(field.cell, &Canonical::Text(Cow::Owned(text)));
            return Ok(());
        }
    };
    prepared.open.push(Open { field: index, reference, replaced: None });
    Ok(())
}

/// The second half of a field that refers to a row: the row is found, or the fallback takes its place.
pub(super) fn resolve(
    open: Open,
    field: &FieldPlan<'_>,
    lookup: &mut Lookup<'_>,
    prepared: &mut Prepared,
) -> Result<(), Error> {
    let Open { field: index, reference, replaced } = open;
    if let Some(id) = lookup.find(&field.destination, &reference)? {
        prepared.cells.set(field.cell, &Canonical::Integer(id));
        prepared.replaced.extend(replaced.map(|wrong| (index, wrong)));
        return Ok(());
    }
    let wrong = not_found(&field.destination);
    if field.inputs.len() > 1 {
        match field.otherwise {
            Fallback::Empty => empty(index, field, Some(wrong), prepared),
            Fallback::Reject | Fallback::Keep | Fallback::Value(_) => {
                prepared.faults.push((index, wrong));
            }
        }
        return Ok(());
    }
    let instead = match &field.otherwise {
        Fallback::Reject | Fallback::Keep => {
            prepared.faults.push((index, wrong));
            return Ok(());
        }
        Fallback::Value(value) => Some(value.as_str()),
        Fallback::Empty => field.when_empty.as_deref(),
    };
    let replaced = replaced.unwrap_or(wrong);
    let Some(instead) = instead else {
        empty(index, field, Some(replaced), prepared);
        return Ok(());
    };
    let id = match settle(field, instead) {
        Ok(Settled::Refers(reference)) => lookup.find(&field.destination, &reference)?,
        Ok(Settled::Value(_)) | Err(_) => None,
    };
    match id {
        Some(id) => {
            prepared.cells.set(field.cell, &Canonical::Integer(id));
            prepared.replaced.push((index, replaced));
        }
        None => prepared.faults.push((index, not_found(&field.destination))),
    }
    Ok(())
}

/// Fills a cell in place of a value that the column does not take.
fn fall_back(
    index: usize,
    field: &FieldPlan<'_>,
    wrong: Wrong,
    replaced: Option<Wrong>,
    prepared: &mut Prepared,
) {
    let instead = match &field.otherwise {
        Fallback::Reject | Fallback::Keep => {
            prepared.faults.push((index, wrong));
            return;
        }
        Fallback::Value(value) => Some(value.as_str()),
        Fallback::Empty => field.when_empty.as_deref(),
    };
    let replaced = replaced.unwrap_or(wrong);
    let Some(instead) = instead else {
        return empty(index, field, Some(replaced), prepared);
    };
    match settle(field, instead) {
        Ok(Settled::Value(value)) => {
            prepared.cells.set(field.cell, &value);
            prepared.replaced.push((index, replaced));
        }
        Ok(Settled::Refers(reference)) => {
            prepared.open.push(Open { field: index, reference, replaced: Some(replaced) });
        }
        Err(wrong) => prepared.faults.push((index, wrong)),
    }
}

fn empty(index: usize, field: &FieldPlan<'_>, replaced: Option<Wrong>, prepared: &mut Prepared) {
    if field.column.required {
        // Where a rule said no first, that is the reason worth keeping.
        let wrong = replaced.unwrap_or_else(|| Wrong {
            rule: "required",
            reason: "expected a value, found none".to_owned(),
        });
        prepared.faults.push((index, wrong));
        return;
    }
    prepared.cells.clear(field.cell);
    prepared.replaced.extend(replaced.map(|wrong| (index, wrong)));
}

fn settle<'t>(field: &FieldPlan<'_>, text: &'t str) -> Result<Settled<'t>, Wrong> {
    let column: &Column = field.column;
    Ok(match &field.destination {
        Destination::Value => Settled::Value(
            canonical(column, text)
                .map_err(|wrong| Wrong { rule: "value", reason: wrong.to_string() })?,
        ),
        Destination::Row { section, .. } => {
            Settled::Refers(Reference::Row(keys::digest(section, [Some(text)])))
        }
        Destination::Natural { .. } => {
            Settled::Refers(Reference::Natural(vec![Some(text.to_owned())]))
        }
        Destination::Configuration { .. } => Settled::Value(Canonical::Text(Cow::Borrowed(text))),
    })
}

fn not_found(destination: &Destination) -> Wrong {
    let reason = match destination {
        Destination::Row { section, .. } => {
            format!("expected the key of a row that section `{section}` wrote, found another")
        }
        Destination::Natural { table, by } => format!(
            "expected exactly one row of `{table}` with that {}, found none or several",
            crate::error::listed(by)
        ),
        Destination::Configuration { .. } | Destination::Value => {
            "expected the key of a row of the configuration".to_owned()
        }
    };
    Wrong { rule: "reference", reason }
}
