//! Sets a source row beside the row of the product that it became.

use std::collections::{BTreeMap, BTreeSet};

use landfall_catalogue::{Catalogue, Class, Column, Kind};
use landfall_instances::{package, schema::package_columns};
use rusqlite::{Connection, OptionalExtension as _, Row, types::Value};

use super::{Became, Files, Reason, ShownField, ShownRow, SourceText, UnusedText, find::Found};
use crate::{
    error::Error,
    plan::{Destination, FieldPlan, SectionPlan, SourcePlan},
    quote,
    report::{Checked, Conversion},
    rule::{Rule, lookup::Lookup},
    source::LINE,
    spec::model::Model,
};

/// Where rows are shown: a section, its source, and what the spec says of them.
pub(super) struct Place<'p, 'c> {
    pub(super) catalogue: &'p Catalogue,
    pub(super) section: &'p SectionPlan<'c>,
    pub(super) source: Option<&'p SourcePlan>,
    pub(super) checked: &'p Checked,
    pub(super) model: &'p Model,
}

impl<'p> Place<'p, '_> {
    /// Returns the columns of the package by which people know a row of a table; none where there are no such columns.
    fn known_by(&self, table: &str) -> Option<Vec<&'p Column>> {
        let table = self.catalogue.table(table)?;
        let carried = package_columns(self.catalogue, table, package::Kind::Migration);
        let names: Vec<&str> = if table.natural_key.is_empty() {
            let key = table.columns.iter().find(|column| column.class == Class::ExternalId)?;
            vec![key.name.as_str()]
        } else {
            table.natural_key.iter().map(String::as_str).collect()
        };
        names
            .iter()
            .map(|name| {
                let column = carried.iter().find(|carried| carried.column.name == *name)?;
                Some(column.column)
            })
            .collect()
    }
}

/// The texts of a source row, by column.
type Texts = BTreeMap<String, Option<String>>;

/// Returns the rows as they are shown, each with those whose row it is.
pub(super) fn rows(
    place: &Place<'_, '_>,
    found: &[Found],
    files: &Files<'_>,
) -> Result<Vec<(BTreeSet<usize>, ShownRow)>, Error> {
    found.iter().map(|row| Ok((row.owners.clone(), shown(place, row, files)?))).collect()
}

fn shown(place: &Place<'_, '_>, row: &Found, files: &Files<'_>) -> Result<ShownRow, Error> {
    let section = place.section;
    let texts = source_texts(place.source, row.place, files.staging)?;
    let values = match row.id {
        Some(id) => values(section, id, files.package)?,
        None => BTreeMap::new(),
    };
    let mut reasons = row.reasons.clone();
    let mut fields = Vec::new();
    let mut used = BTreeSet::new();
    for conversion in &section.conversion {
        let plan =
            section.fields.iter().find(|field| field.column.name == conversion.target_column);
        // A column that the spec leaves empty on purpose has no plan.
        let Some(plan) = plan else { continue };
        used.extend(conversion.source_columns.iter().map(String::as_str));
        let of_field: Vec<Reason> =
            reasons.extract_if(.., |reason| reason.field == plan.column.name).collect();
        fields.push(field(place, row, (conversion, plan), &texts, &values, of_field, files)?);
    }
    if row.became == Became::Written {
        for (cell, text) in &section.defaults {
            let Some(column) = section.columns.get(*cell) else { continue };
            fields.push(ShownField {
                source: Vec::new(),
                computed: None,
                rule: "catalogue default".to_owned(),
                detail: text.clone(),
                column: column.name.clone(),
                label: column.label.clone(),
                value: values.get(&column.name).and_then(|value| shown_value(column, value)),
                refers_to: None,
                reasons: Vec::new(),
            });
        }
    }
    let unused = place
        .source
        .into_iter()
        .flat_map(|source| &source.columns)
        .filter(|column| !used.contains(column.as_str()))
        .map(|column| UnusedText {
            column: column.clone(),
            text: texts.get(column).cloned().flatten(),
            reason: why_unused(place, column),
        })
        .collect();
    Ok(ShownRow {
        section: section.name.clone(),
        source: section.source.clone(),
        line: row.line,
        table: section.table.name.clone(),
        title: section.table.title.clone(),
        became: row.became,
        id: row.id,
        reasons,
        fields,
        unused,
    })
}

fn field(
    place: &Place<'_, '_>,
    row: &Found,
    (conversion, plan): (&Conversion, &FieldPlan<'_>),
    texts: &Texts,
    values: &BTreeMap<String, Value>,
    reasons: Vec<Reason>,
    files: &Files<'_>,
) -> Result<ShownField, Error> {
    let input = match plan.inputs.as_slice() {
        [input] => Some(*input),
        _ => None,
    };
    let read = input.and_then(|input| row.inputs.get(input).cloned().flatten());
    let looks_into = matches!(&plan.rule, Rule::Lookup(Lookup::Source { .. }));
    let last = conversion.source_columns.len().saturating_sub(1);
    let source = conversion
        .source_columns
        .iter()
        .enumerate()
        .map(|(index, column)| {
            // What a lookup took is the last of its columns; its answer begins with a sign.
            let taken = looks_into && index == last;
            let text = if taken {
                read.as_deref().and_then(|answer| answer.strip_prefix('v')).map(str::to_owned)
            } else {
                texts.get(column).cloned().flatten()
            };
            SourceText { column: column.clone(), text }
        })
        .collect();
    let sql = input.and_then(|input| place.section.inputs.get(input));
    let plain = |sql: &String| texts.keys().any(|column| quote(column) == *sql);
    let is_computed = !looks_into && sql.is_some_and(|sql| !plain(sql));
    let value = values.get(&plan.column.name);
    let refers_to = match (value, &plan.destination) {
        (
            Some(Value::Integer(id)),
            Destination::Row { table, .. } | Destination::Natural { table, .. },
        ) => known_as(table, *id, place, files.package)?,
        _ => None,
    };
    Ok(ShownField {
        source,
        computed: if is_computed { read } else { None },
        rule: conversion.rule.clone(),
        detail: conversion.detail.clone(),
        column: plan.column.name.clone(),
        label: plan.column.label.clone(),
        value: value.and_then(|value| shown_value(plan.column, value)),
        refers_to,
        reasons,
    })
}

/// Reads a staged row; the line that staging added is no text of it.
fn source_texts(
    source: Option<&SourcePlan>,
    place: i64,
    staging: &Connection,
) -> Result<Texts, Error> {
    let Some(source) = source.filter(|source| !source.columns.is_empty()) else {
        return Ok(Texts::new());
    };
    let columns: Vec<String> = source.columns.iter().map(|column| quote(column)).collect();
    let texts = |row: &Row<'_>| {
        source
            .columns
            .iter()
            .enumerate()
            .map(|(index, column)| Ok((column.clone(), row.get::<_, Option<String>>(index)?)))
            .collect::<rusqlite::Result<Texts>>()
    };
    staging
        .prepare_cached(&format!(
            "SELECT {} FROM {} WHERE {LINE} = ?1",
            columns.join(", "),
            quote(&source.name)
        ))
        .and_then(|mut select| select.query_row([place], texts).optional())
        .map(Option::unwrap_or_default)
        .map_err(Error::database(format!("read a row of the source `{}` again", source.name)))
}

/// Reads a row of the package, by column.
fn values(
    section: &SectionPlan<'_>,
    id: i64,
    package: &Connection,
) -> Result<BTreeMap<String, Value>, Error> {
    let columns: Vec<String> = section.columns.iter().map(|column| quote(&column.name)).collect();
    let values = |row: &Row<'_>| {
        section
            .columns
            .iter()
            .enumerate()
            .map(|(index, column)| Ok((column.name.clone(), row.get::<_, Value>(index)?)))
            .collect::<rusqlite::Result<BTreeMap<String, Value>>>()
    };
    package
        .prepare_cached(&format!(
            "SELECT {} FROM {} WHERE id = ?1",
            columns.join(", "),
            quote(&section.table.name)
        ))
        .and_then(|mut select| select.query_row([id], values).optional())
        .map(Option::unwrap_or_default)
        .map_err(Error::database(format!("read table `{}` of the package", section.table.name)))
}

/// Returns how a row of the package is known to people: by its natural key, or by its external id.
fn known_as(
    table: &str,
    id: i64,
    place: &Place<'_, '_>,
    package: &Connection,
) -> Result<Option<String>, Error> {
    let Some(columns) = place.known_by(table) else { return Ok(None) };
    let selected: Vec<String> = columns.iter().map(|column| quote(&column.name)).collect();
    let known = |row: &Row<'_>| {
        let mut parts = Vec::new();
        for (index, column) in columns.iter().enumerate() {
            parts.extend(shown_value(column, &row.get::<_, Value>(index)?));
        }
        Ok::<_, rusqlite::Error>(parts.join(" | "))
    };
    package
        .prepare_cached(&format!(
            "SELECT {} FROM {} WHERE id = ?1",
            selected.join(", "),
            quote(table)
        ))
        .and_then(|mut select| select.query_row([id], known).optional())
        .map(|known| known.filter(|known| !known.is_empty()))
        .map_err(Error::database(format!("read table `{table}` of the package")))
}

fn shown_value(column: &Column, value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Integer(0) if column.kind == Kind::Boolean => Some("false".to_owned()),
        Value::Integer(1) if column.kind == Kind::Boolean => Some("true".to_owned()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Real(number) => Some(number.to_string()),
        Value::Text(text) => Some(text.clone()),
        Value::Blob(bytes) => Some(format!("{} bytes", bytes.len())),
    }
}

/// Says why a column fills nothing in this section.
fn why_unused(place: &Place<'_, '_>, column: &str) -> String {
    let name = &place.section.source;
    let declared = place.model.source.iter().find(|source| source.name == *name);
    if let Some(reason) = declared.and_then(|source| source.ignored.get(column)) {
        return format!("ignored: {reason}");
    }
    let keyed = place
        .model
        .section
        .iter()
        .find(|section| section.name == place.section.name)
        .is_some_and(|section| section.key.iter().any(|key| key == column));
    if keyed {
        return "the key of the row".to_owned();
    }
    let covered = place.checked.sources.iter().find(|source| source.name == *name);
    if covered.is_some_and(|source| source.used.iter().any(|used| used == column)) {
        return "used by the filter or by another section".to_owned();
    }
    "neither used nor ignored".to_owned()
}
