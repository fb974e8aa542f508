//! Turns the texts of one source row into one cell of the target.

use std::borrow::Cow;

use landfall_catalogue::Column;
use landfall_instances::value::{Value, canonical_value};
use rusqlite::{Row, types::ValueRef};

use super::target::Targets;
use crate::{
    error::Error,
    keys::{self, Keys},
    plan::{Destination, Fallback, FieldPlan},
};

/// Where the inputs begin among the selected columns: behind the line and the filter.
pub(super) const FIRST_INPUT: usize = 2;

/// What a field became.
pub(super) struct Cell {
    pub(super) value: Value,
    /// Set where the rule did not accept the source's text and the spec states something else.
    pub(super) replaced: Option<Wrong>,
}

/// Why a text does not fit.
pub(super) struct Wrong {
    pub(super) rule: &'static str,
    pub(super) reason: String,
}

/// How rows that this run wrote are found.
#[derive(Clone, Copy)]
pub(super) struct Lookup<'a> {
    pub(super) keys: &'a Keys,
    pub(super) targets: &'a Targets,
}

impl Lookup<'_> {
    /// Returns the id of the row that a section wrote for a source key, or merged that key's row into.
    fn find(
        self,
        table: &str,
        section: &str,
        parts: &[Option<&str>],
    ) -> Result<Option<i64>, Error> {
        let key = keys::digest(section, parts.iter().copied());
        // A base iteration's key may have an id although its row is not in this run.
        if let Some(id) = self.keys.own(table, &key)?
            && self.targets.wrote(table, id)
        {
            return Ok(Some(id));
        }
        Ok(self.keys.merged(table, &key)?.filter(|id| self.targets.wrote(table, *id)))
    }
}

/// Returns the text of an input; numbers that an expression computed become texts.
pub(super) fn text<'r>(row: &'r Row<'_>, input: usize) -> Result<Option<Cow<'r, str>>, Error> {
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
pub(super) fn trimmed<'r>(row: &'r Row<'_>, input: usize) -> Result<Option<Cow<'r, str>>, Error> {
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

/// Fills a cell: the rule, then the fallback, then the type or the row that the text stands for.
pub(super) fn evaluate(
    field: &mut FieldPlan<'_>,
    row: &Row<'_>,
    lookup: Lookup<'_>,
) -> Result<Result<Cell, Wrong>, Error> {
    if let [_, _, ..] = field.inputs.as_slice() {
        return several(field, row, lookup);
    }
    let input = match field.inputs.first() {
        None => None,
        Some(input) => text(row, *input)?,
    };
    let (column, otherwise, destination) = (field.column, &field.otherwise, &field.destination);
    let when_empty = field.when_empty.as_deref();
    let mut replaced = None;
    let outcome = match field.rule.apply(input.as_deref()) {
        crate::rule::Outcome::Value(text) => Some(text),
        crate::rule::Outcome::Empty => None,
        crate::rule::Outcome::Wrong(reason) => {
            let wrong = Wrong { rule: field.rule_name, reason: reason.to_owned() };
            match otherwise {
                Fallback::Reject => return Ok(Err(wrong)),
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
    let Some(text) = outcome.or(when_empty.map(Cow::Borrowed)) else {
        return Ok(empty(column, replaced));
    };
    let wrong = match settle(column, destination, &text, lookup)? {
        Ok(value) => return Ok(Ok(Cell { value, replaced })),
        Err(wrong) => wrong,
    };
    let instead = match otherwise {
        Fallback::Reject | Fallback::Keep => return Ok(Err(wrong)),
        Fallback::Value(value) => Some(value.as_str()),
        Fallback::Empty => when_empty,
    };
    let replaced = Some(replaced.unwrap_or(wrong));
    let Some(instead) = instead else { return Ok(empty(column, replaced)) };
    Ok(settle(column, destination, instead, lookup)?.map(|value| Cell { value, replaced }))
}

/// Fills a cell that refers to a row known by several texts.
fn several(
    field: &FieldPlan<'_>,
    row: &Row<'_>,
    lookup: Lookup<'_>,
) -> Result<Result<Cell, Wrong>, Error> {
    let mut texts = Vec::with_capacity(field.inputs.len());
    for input in &field.inputs {
        texts.push(trimmed(row, *input)?);
    }
    let parts: Vec<Option<&str>> = texts.iter().map(Option::as_deref).collect();
    if parts.iter().all(Option::is_none) {
        return Ok(empty(field.column, None));
    }
    let value = match &field.destination {
        Destination::Row { table, section } => {
            lookup.find(table, section, &parts)?.map(Value::Integer)
        }
        Destination::Natural { table, by } => {
            lookup.targets.natural(table, by, &parts).map(Value::Integer)
        }
        Destination::Configuration { .. } | Destination::Value => {
            Some(Value::Text(landfall_core::canonical::to_string(&parts)?))
        }
    };
    Ok(match value {
        Some(value) => Ok(Cell { value, replaced: None }),
        None => {
            let wrong = not_found(&field.destination);
            match field.otherwise {
                Fallback::Empty => empty(field.column, Some(wrong)),
                Fallback::Reject | Fallback::Keep | Fallback::Value(_) => Err(wrong),
            }
        }
    })
}

fn empty(column: &Column, replaced: Option<Wrong>) -> Result<Cell, Wrong> {
    if column.required {
        // Where a rule said no first, that is the reason worth keeping.
        return Err(replaced.unwrap_or_else(|| Wrong {
            rule: "required",
            reason: "expected a value, found none".to_owned(),
        }));
    }
    Ok(Cell { value: Value::Null, replaced })
}

fn settle(
    column: &Column,
    destination: &Destination,
    text: &str,
    lookup: Lookup<'_>,
) -> Result<Result<Value, Wrong>, Error> {
    Ok(match destination {
        Destination::Value => canonical_value(column, text)
            .map_err(|wrong| Wrong { rule: "value", reason: wrong.to_string() }),
        Destination::Row { table, section } => lookup
            .find(table, section, &[Some(text)])?
            .map(Value::Integer)
            .ok_or_else(|| not_found(destination)),
        Destination::Natural { table, by } => lookup
            .targets
            .natural(table, by, &[Some(text)])
            .map(Value::Integer)
            .ok_or_else(|| not_found(destination)),
        Destination::Configuration { .. } => Ok(Value::Text(text.to_owned())),
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
