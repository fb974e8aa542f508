//! Does each column hold together: class, subject, type, values, default?

use std::collections::BTreeSet;

use super::{refuse_column, refuse_table};
use crate::{
    class::Class,
    error::{Error, Problem, listed},
    literal::is_canonical,
    model::{Column, Kind, Subject, Table},
};

pub(super) fn check(table: &Table) -> Result<(), Error> {
    let starts_with_id = table.columns.first().is_some_and(|column| {
        column.name == "id"
            && column.kind == Kind::Integer
            && column.class == Class::Key
            && column.required
            && column.default.is_none()
            && column.references.is_none()
    });
    if !starts_with_id {
        return Err(refuse_table(table, Problem::NoId));
    }
    for column in &table.columns {
        check_class(column)
            .and_then(|()| check_values(column))
            .and_then(|()| check_default(column))
            .map_err(|problem| refuse_column(table, &column.name, problem))?;
    }
    for (key, sets) in [("unique", &table.unique), ("indexes", &table.indexes)] {
        check_sets(table, key, sets)?;
    }
    Ok(())
}

fn check_class(column: &Column) -> Result<(), Problem> {
    let class = column.class;
    if class.needs_subject() && column.subject == Subject::None {
        return Err(Problem::SubjectMissing { class });
    }
    if !class.needs_subject() && column.subject != Subject::None {
        return Err(Problem::SubjectUnexpected { class });
    }
    if column.references.is_some() {
        if column.kind != Kind::Integer || !class.may_refer() {
            return Err(Problem::ReferenceForm);
        }
    } else if class == Class::Key && column.name != "id" {
        return Err(Problem::KeyWithoutReference);
    } else if !class.fits(column.kind) {
        return Err(Problem::ClassOfType { class, kind: column.kind });
    }
    if class.stays_at_the_destination() && column.required && column.default.is_none() {
        return Err(Problem::RequiredAtDestination { class });
    }
    Ok(())
}

fn check_values(column: &Column) -> Result<(), Problem> {
    if column.kind != Kind::Text {
        if !column.values.is_empty() {
            return Err(Problem::TextOnly { key: "values" });
        }
        if column.max_length.is_some() {
            return Err(Problem::TextOnly { key: "max_length" });
        }
    }
    let mut seen = BTreeSet::new();
    for value in &column.values {
        if value.trim().is_empty() || value.trim() != value {
            return Err(Problem::BlankValue);
        }
        if !seen.insert(value) {
            return Err(Problem::Duplicate { what: "value", name: value.clone() });
        }
        check_length(column, value)?;
    }
    Ok(())
}

fn check_default(column: &Column) -> Result<(), Problem> {
    match &column.default {
        Some(default) => check_value(column, "default", default),
        None => Ok(()),
    }
}

/// Checks that the column could hold the text.
pub(super) fn check_value(column: &Column, key: &'static str, text: &str) -> Result<(), Problem> {
    if !is_canonical(column.kind, text) {
        let found = text.to_owned();
        return Err(Problem::ValueOfType { key, kind: column.kind, found });
    }
    if !column.values.is_empty() && !column.values.iter().any(|value| value == text) {
        let expected = listed(&column.values);
        return Err(Problem::ValueOutside { key, expected, found: text.to_owned() });
    }
    check_length(column, text)
}

fn check_length(column: &Column, text: &str) -> Result<(), Problem> {
    match column.max_length {
        Some(max_length) if text.chars().count() > max_length as usize => {
            Err(Problem::TooLong { found: text.to_owned(), max_length })
        }
        _ => Ok(()),
    }
}

fn check_sets(table: &Table, key: &'static str, sets: &[Vec<String>]) -> Result<(), Error> {
    let mut seen = BTreeSet::new();
    for set in sets {
        if set.is_empty() {
            return Err(refuse_table(table, Problem::EmptySet { key }));
        }
        // The natural key is the first unique set: it has a check of its own with a better message.
        let is_natural_key = key == "unique" && !set.is_empty() && *set == table.natural_key;
        let missing = set.iter().find(|name| table.column(name).is_none());
        if let Some(column) = missing.filter(|_| !is_natural_key) {
            let problem = Problem::ColumnMissing { key, column: column.clone() };
            return Err(refuse_table(table, problem));
        }
        if !seen.insert(set) {
            let problem = Problem::Duplicate { what: key, name: set.join(", ") };
            return Err(refuse_table(table, problem));
        }
    }
    Ok(())
}
