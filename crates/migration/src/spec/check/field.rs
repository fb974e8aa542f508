//! Checks one field and makes its plan.

use landfall_catalogue::{Column, Kind, Table};
use landfall_instances::{
    schema::{self, PackageColumn},
    value::canonical_value,
};

use super::{
    Checking, reference,
    section::{Inputs, column},
};
use crate::{
    error::listed,
    plan::{Destination, Fallback, FieldPlan, SourcePlan},
    report::Conversion,
    rule::{self, Rule, copy, date, default, ignore, lookup, map, phone, sql},
    spec::{
        load::no_such,
        model::{Field, Otherwise, OtherwiseWord, RuleName, Section},
    },
};

/// Where a field stands.
pub(super) struct Place<'p, 'c> {
    pub(super) section: &'p Section,
    pub(super) table: &'c Table,
    pub(super) columns: &'p [PackageColumn<'c>],
    pub(super) source: &'p SourcePlan,
}

/// A field that was checked; a field with rule `ignore` has no plan.
pub(super) struct Planned<'c> {
    pub(super) plan: Option<FieldPlan<'c>>,
    pub(super) conversion: Conversion,
}

/// Makes the plan of a field, or says what is wrong with it.
pub(super) fn plan<'c>(
    checking: &Checking<'_, 'c>,
    place: &Place<'_, 'c>,
    field: &Field,
    inputs: &mut Inputs,
) -> Result<Planned<'c>, String> {
    let (cell, carried) = target(place, field)?;
    let target = carried.column;
    options(field)?;
    let conversion = |columns: Vec<String>, detail: String| Conversion {
        section: place.section.name.clone(),
        target_table: place.table.name.clone(),
        target_title: place.table.title.clone(),
        target_column: target.name.clone(),
        target_label: target.label.clone(),
        source: place.source.name.clone(),
        source_columns: columns,
        rule: field.rule.as_str().to_owned(),
        detail,
        status: field.status.clone(),
        note: field.note.clone(),
    };
    if field.rule == RuleName::Ignore {
        ignore::check(field, target)?;
        return Ok(Planned { plan: None, conversion: conversion(vec![], String::new()) });
    }
    let read = read(checking, place, field, inputs)?;
    let destination = reference::destination(checking, carried, field, read.inputs.len().max(1))?;
    let (rule, detail) = rule(checking, field, target, &destination, read.detail)?;
    let otherwise = otherwise(field, target, &destination)?;
    let when_empty = match &field.when_empty {
        None => None,
        Some(_) if read.inputs.len() > 1 => {
            return Err("expected `when_empty` with one `source` column, found several".to_owned());
        }
        Some(scalar) => {
            let text = scalar.text();
            fits(target, &destination, "`when_empty`", &text)?;
            Some(text)
        }
    };
    if otherwise == Fallback::Empty && target.required && when_empty.is_none() {
        return Err(format!(
            "expected `otherwise` other than `empty`, because `{}` is required; use `reject`, a value, or add `when_empty`",
            target.name
        ));
    }
    Ok(Planned {
        conversion: conversion(read.columns, detail),
        plan: Some(FieldPlan {
            column: target,
            cell,
            rule_name: field.rule.as_str(),
            rule,
            inputs: read.inputs,
            otherwise,
            when_empty,
            destination,
        }),
    })
}

fn target<'p, 'c>(
    place: &Place<'p, 'c>,
    field: &Field,
) -> Result<(usize, &'p PackageColumn<'c>), String> {
    if field.target == "id" {
        return Err("expected a column other than `id`: the run numbers the rows".to_owned());
    }
    let found =
        place.columns.iter().enumerate().find(|(_, carried)| carried.column.name == field.target);
    found.ok_or_else(|| match place.table.column(&field.target) {
        Some(column) if schema::stays(column) => format!(
            "expected a column that travels, found `{}` of class `{}`: its value belongs to the destination; remove the field",
            column.name,
            column.class.name()
        ),
        Some(_) | None => no_such(
            &format!("a column of `{}`", place.table.name),
            &field.target,
            place.columns.iter().skip(1).map(|carried| &carried.column.name),
        ),
    })
}

fn options(field: &Field) -> Result<(), String> {
    let options = rule::options(field.rule);
    for name in rule::given(field) {
        if !options.known.contains(&name) {
            return Err(format!(
                "rule `{}` has no option `{name}`: it knows {}; remove the option or change the rule",
                field.rule.as_str(),
                listed(options.known)
            ));
        }
    }
    if let Some(otherwise) = &field.otherwise {
        let word = rule::otherwise_word(otherwise);
        if !options.otherwise.contains(&word) {
            return Err(format!(
                "rule `{}` knows `otherwise` {}, found `{word}`",
                field.rule.as_str(),
                listed(options.otherwise)
            ));
        }
    }
    Ok(())
}

/// What a field reads.
struct Read {
    inputs: Vec<usize>,
    columns: Vec<String>,
    detail: String,
}

fn read(
    checking: &Checking<'_, '_>,
    place: &Place<'_, '_>,
    field: &Field,
    inputs: &mut Inputs,
) -> Result<Read, String> {
    let names = field.source.as_ref().map(|names| names.to_vec());
    let columns = |inputs: &mut Inputs, names: Vec<String>| -> Result<Read, String> {
        let mut found = Vec::new();
        for name in &names {
            found.push(inputs.of(column(place.source, name)?));
        }
        if found.is_empty() {
            return Err("expected at least one `source` column, found none".to_owned());
        }
        Ok(Read { inputs: found, columns: names, detail: String::new() })
    };
    let computed = |inputs: &mut Inputs, expression: &str| -> Result<Read, String> {
        let reads = checking.expressions.check(&place.source.name, expression)?;
        let own = |(source, column): (String, String)| {
            if source == place.source.name { column } else { format!("{source}.{column}") }
        };
        Ok(Read {
            inputs: vec![inputs.of(format!("({expression}\n)"))],
            columns: reads.into_iter().map(own).collect(),
            detail: expression.to_owned(),
        })
    };
    match (field.rule, names, &field.expression, &field.file) {
        (RuleName::Default | RuleName::Ignore, ..) => {
            Ok(Read { inputs: vec![], columns: vec![], detail: String::new() })
        }
        (RuleName::Copy, Some(names), ..) => columns(inputs, names),
        (RuleName::Copy, None, ..) => Err("expected a `source` column, found none".to_owned()),
        (RuleName::Date | RuleName::Map | RuleName::Phone, Some(names), None, _) => {
            match names.len() {
                1 => columns(inputs, names),
                count => Err(format!(
                    "expected one `source` column, found {count}; join them in an `expression`"
                )),
            }
        }
        (RuleName::Date | RuleName::Map | RuleName::Phone, None, Some(expression), _) => {
            computed(inputs, expression)
        }
        (RuleName::Date | RuleName::Map | RuleName::Phone, ..) => {
            Err("expected either a `source` column or an `expression`".to_owned())
        }
        (RuleName::Lookup, names, expression, _) => {
            let mut read = match (names, expression) {
                (Some(names), None) => columns(inputs, names)?,
                (None, Some(expression)) => computed(inputs, expression)?,
                (Some(_), Some(_)) | (None, None) => {
                    return Err("expected either `source` columns or an `expression`".to_owned());
                }
            };
            let Some(within) = &field.within else {
                if field.take.is_some() {
                    return Err("expected `in` with the source to take from, found none".to_owned());
                }
                return Ok(read);
            };
            let (by, take) = looked_into(checking, field, within, read.inputs.len())?;
            let keys: Vec<String> = read.inputs.iter().map(|input| inputs.sql(*input)).collect();
            read.inputs = vec![inputs.of(lookup::select(&keys, within, &by, &take))];
            read.detail = format!("`{take}` of {within} by {}", listed(&by));
            read.columns.push(format!("{within}.{take}"));
            Ok(read)
        }
        (RuleName::Sql, names, expression, file) => {
            let text = match (expression, file) {
                (Some(text), None) => text.as_str(),
                (None, Some(file)) => checking.spec.expression(file).unwrap_or_default(),
                (Some(_), Some(_)) | (None, None) => {
                    return Err("expected either an `expression` or a `file`".to_owned());
                }
            };
            let read = computed(inputs, text)?;
            if let Some(names) = names {
                for name in &names {
                    column(place.source, name)?;
                }
                if let Some(missing) = read.columns.iter().find(|read| !names.contains(read)) {
                    return Err(format!(
                        "expected `source` to list every column that the expression reads, found `{missing}` missing; add it or remove `source`"
                    ));
                }
            }
            Ok(read)
        }
    }
}

fn rule(
    checking: &Checking<'_, '_>,
    field: &Field,
    target: &Column,
    destination: &Destination,
    detail: String,
) -> Result<(Rule, String), String> {
    match field.rule {
        RuleName::Copy => Ok((Rule::Copy(copy::Copy { trim: field.trim.unwrap_or(true) }), detail)),
        RuleName::Sql => Ok((Rule::Sql(sql::Sql), detail)),
        RuleName::Default | RuleName::Ignore => {
            let value = field.value.as_ref().map(|value| value.text()).unwrap_or_default();
            if value.is_empty() {
                return Err(
                    "expected a `value`, found none; to leave a column empty use rule `ignore`"
                        .to_owned(),
                );
            }
            fits(target, destination, "`value`", &value)?;
            let detail = value.clone();
            Ok((Rule::Default(default::Default { value }), detail))
        }
        RuleName::Date => {
            if !matches!(target.kind, Kind::Date | Kind::DateTime) {
                return Err(mismatch("date", "a date or a time", target));
            }
            let formats = field.formats.as_deref().unwrap_or_default();
            let made = date::Date::new(&date::Statement {
                formats,
                with_time: target.kind == Kind::DateTime,
                two_digit_year_from: field.two_digit_year_from,
                earliest: field.earliest.as_deref(),
                latest: field.latest.as_deref(),
            })?;
            Ok((Rule::Date(made), formats.join(" or ")))
        }
        RuleName::Map => {
            let Some(name) = &field.map else {
                return Err(
                    "expected `map` with the name of a file in `maps`, found none".to_owned()
                );
            };
            let Some(entries) = checking.spec.map(name) else {
                return Err(no_such(
                    "a map (a file `maps/<name>.csv` of the spec folder)",
                    name,
                    checking.spec.map_names(),
                ));
            };
            for text in entries.values().filter(|text| !text.is_empty()) {
                fits(target, destination, &format!("`maps/{name}.csv`: target"), text)?;
            }
            let made = map::Map::new(name, entries, field.ignore_case.unwrap_or(false))?;
            Ok((Rule::Map(made), format!("maps/{name}.csv")))
        }
        RuleName::Lookup => {
            let made = match &field.within {
                Some(source) => lookup::Lookup::of_source(source),
                None => lookup::Lookup::Row,
            };
            Ok((Rule::Lookup(made), detail))
        }
        RuleName::Phone => {
            if target.kind != Kind::Text {
                return Err(mismatch("phone", "a text", target));
            }
            let Some(region) = &field.region else {
                return Err(
                    "expected a `region` of two letters such as `GB`, found none".to_owned()
                );
            };
            Ok((Rule::Phone(phone::Phone::new(region)?), region.clone()))
        }
    }
}

/// Checks what a lookup in another source names; returns its key columns and the column it takes.
fn looked_into(
    checking: &Checking<'_, '_>,
    field: &Field,
    within: &str,
    keys: usize,
) -> Result<(Vec<String>, String), String> {
    let source = checking.sources.iter().find(|source| source.name == within).ok_or_else(|| {
        no_such(
            "`in` to name a [[source]]",
            within,
            checking.sources.iter().map(|source| &source.name),
        )
    })?;
    let (Some(by), Some(take)) = (&field.by, &field.take) else {
        return Err(
            "expected `by` (the key columns of the other source) and `take` (the column to take), found one of them missing"
                .to_owned(),
        );
    };
    let by = by.to_vec();
    for name in by.iter().chain([take]) {
        column(source, name)?;
    }
    if by.len() != keys {
        return Err(format!(
            "expected as many columns in `by` as the key has texts, {keys}, found {}",
            by.len()
        ));
    }
    Ok((by, take.clone()))
}

fn mismatch(rule: &str, yields: &str, target: &Column) -> String {
    format!(
        "rule `{rule}` yields {yields}, found that `{}` is of type `{}`; use another rule",
        target.name, target.kind
    )
}

fn otherwise(
    field: &Field,
    target: &Column,
    destination: &Destination,
) -> Result<Fallback, String> {
    Ok(match &field.otherwise {
        None | Some(Otherwise::Word(OtherwiseWord::Reject)) => Fallback::Reject,
        Some(Otherwise::Word(OtherwiseWord::Empty)) => Fallback::Empty,
        Some(Otherwise::Word(OtherwiseWord::Keep)) => Fallback::Keep,
        Some(Otherwise::Value(value)) => {
            let text = value.value.text();
            fits(target, destination, "`otherwise`", &text)?;
            Fallback::Value(text)
        }
    })
}

/// Refuses a text of the spec that the target column would not take. A text that stands for a row is judged by the run.
fn fits(target: &Column, destination: &Destination, what: &str, text: &str) -> Result<(), String> {
    if *destination != Destination::Value {
        return Ok(());
    }
    canonical_value(target, text)
        .map(|_| ())
        .map_err(|wrong| format!("{what} `{text}` does not fit `{}`: {wrong}", target.name))
}
