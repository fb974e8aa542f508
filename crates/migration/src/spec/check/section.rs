//! Checks one section and makes its plan.

use landfall_catalogue::{Table, Travels};
use landfall_instances::{package::Kind, schema};

use super::{Checking, field};
use crate::{
    error::listed,
    plan::{DuplicateRule, Key, RowFilter, SectionPlan, SourcePlan, Travel},
    quote,
    rule::Rule,
    source::plain,
    spec::{
        load::no_such,
        model::{self, Section},
    },
};

/// SQL expressions that a section selects, each once.
#[derive(Default)]
pub(super) struct Inputs(Vec<String>);

impl Inputs {
    pub(super) fn of(&mut self, sql: String) -> usize {
        self.0.iter().position(|other| *other == sql).unwrap_or_else(|| {
            self.0.push(sql);
            self.0.len() - 1
        })
    }

    /// Returns the SQL of an input.
    pub(super) fn sql(&self, input: usize) -> String {
        self.0.get(input).cloned().unwrap_or_default()
    }
}

/// Says that a source has no such column. Only names like the one asked for are shown, and where the header line is
/// missing only the same name in other letters: what stands in its place is somebody's data.
pub(super) fn no_such_column(source: &SourcePlan, column: &str) -> String {
    let wanted = plain(column);
    let is_like = |name: &&String| {
        let name = plain(name);
        name == wanted || (source.has_header && is_near(&name, &wanted))
    };
    let near: Vec<&String> = source.columns.iter().filter(is_like).collect();
    let there = if near.is_empty() {
        format!(
            "none of its {} columns has a name like it; {}",
            source.columns.len(),
            source.format.question()
        )
    } else {
        format!("there is {}", crate::error::listed(near))
    };
    format!("expected a column of `{}`, found `{column}`; {there}", source.file)
}

/// Tells whether two names differ by at most two letters, swapped neighbours counting as two.
fn is_near(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.len().abs_diff(other.len()) > 2 || one.len().min(other.len()) < 3 {
        return one == other;
    }
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (column, against) in other.iter().enumerate() {
            let kept = diagonal + usize::from(letter != against);
            diagonal = row[column + 1];
            row[column + 1] = kept.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[other.len()] <= 2
}

/// Returns the SQL of a source's column, if there is one of exactly that name.
pub(super) fn column(source: &SourcePlan, name: &str) -> Result<String, String> {
    if source.columns.iter().any(|column| column == name) {
        Ok(quote(name))
    } else {
        Err(no_such_column(source, name))
    }
}

/// Makes the plan of a section; none when a problem keeps it from being made.
pub(super) fn plan<'c>(
    checking: &mut Checking<'_, 'c>,
    section: &Section,
) -> Option<SectionPlan<'c>> {
    name(checking, section);
    let table = target(checking, section);
    let source = source(checking, section);
    let (table, source) = (table?, source?);
    let columns = schema::package_columns(checking.catalogue, table, Kind::Migration);
    let mut inputs = Inputs::default();
    let key = key(checking, section, source, &mut inputs);
    let filter = filter(checking, section);
    let place = field::Place { section, table, columns: &columns, source };
    let mut fields = Vec::new();
    let mut conversion = Vec::new();
    let mut defective = false;
    for field in &section.field {
        match field::plan(checking, &place, field, &mut inputs) {
            Ok(planned) => {
                fields.extend(planned.plan);
                conversion.push(planned.conversion);
            }
            Err(message) => {
                checking.in_field(section, field, message);
                defective = true;
            }
        }
    }
    twice(checking, section);
    let mapped = |name: &str| section.field.iter().any(|field| field.target == name);
    let mut defaults = Vec::new();
    for (cell, carried) in columns.iter().enumerate().skip(1) {
        let column = carried.column;
        let filled = fields.iter().any(|field: &crate::plan::FieldPlan<'_>| field.cell == cell);
        match &column.default {
            Some(default) if !filled => defaults.push((cell, default.clone())),
            None if column.required && !mapped(&column.name) => checking.in_section(
                section,
                format!(
                    "expected a field for `{}`, which is required, found none; add a [[section.field]] for it",
                    column.name
                ),
            ),
            Some(_) | None => {}
        }
    }
    let cell = |name: &str| columns.iter().position(|carried| carried.column.name == name);
    let duplicates = section.duplicates.as_ref().map(|duplicates| {
        let mut by = Vec::new();
        if duplicates.by.is_empty() {
            checking.in_section(
                section,
                "expected at least one target column in `duplicates.by`, found none".to_owned(),
            );
        }
        for name in &duplicates.by {
            match cell(name) {
                Some(cell) if mapped(name) && cell > 0 => by.push(cell),
                Some(_) | None => checking.in_section(
                    section,
                    no_such(
                        "a target column with a field in `duplicates.by`",
                        name,
                        section.field.iter().map(|field| &field.target),
                    ),
                ),
            }
        }
        DuplicateRule { by, names: duplicates.by.clone(), then: duplicates.then }
    });
    let travel = table.filter.as_ref().filter(|filter| !filter.integration).and_then(|filter| {
        Some(Travel {
            cell: cell(&filter.column)?,
            column: filter.column.clone(),
            keep: filter.keep.clone(),
            reason: filter.reason.clone(),
        })
    });
    let plan = SectionPlan {
        name: section.name.clone(),
        source: section.source.clone(),
        table,
        columns: columns.iter().map(|carried| carried.column).collect(),
        inputs: inputs.0,
        key,
        distinct: section.distinct,
        filter,
        duplicates,
        fields,
        defaults,
        travel,
        conversion,
    };
    if !defective {
        travels(checking, section, &plan);
    }
    Some(plan)
}

fn name(checking: &mut Checking<'_, '_>, section: &Section) {
    if section.name.trim().is_empty() {
        checking.in_section(section, "expected a name, found none".to_owned());
    }
    let first = checking.spec.model().section.iter().find(|other| other.name == section.name);
    if first.is_some_and(|first| !std::ptr::eq(first, section)) {
        checking.in_section(
            section,
            "expected every section name once, found it twice; rename one".to_owned(),
        );
    }
}

fn target<'c>(checking: &mut Checking<'_, 'c>, section: &Section) -> Option<&'c Table> {
    let catalogue = checking.catalogue;
    let Some(table) = catalogue.table(&section.target) else {
        let targets = catalogue
            .tables()
            .iter()
            .filter(|table| table.travels == Travels::Migration)
            .map(|table| &table.name);
        checking.in_section(
            section,
            no_such("a `target` table that migration may fill", &section.target, targets),
        );
        return None;
    };
    if table.travels != Travels::Migration {
        checking.in_section(
            section,
            format!(
                "expected a `target` table that travels with the migration, found `{}`, which travels {}",
                table.name,
                match table.travels {
                    Travels::Configuration => "with the configuration",
                    Travels::Migration | Travels::Never => "never",
                }
            ),
        );
        return None;
    }
    Some(table)
}

fn source<'a>(checking: &mut Checking<'a, '_>, section: &Section) -> Option<&'a SourcePlan> {
    let declared = &checking.spec.model().source;
    if !declared.iter().any(|source| source.name == section.source) {
        let message = no_such(
            "the name of a [[source]]",
            &section.source,
            declared.iter().map(|source| &source.name),
        );
        checking.in_section(section, message);
    }
    let sources = checking.sources;
    sources.iter().find(|source| source.name == section.source)
}

fn key(
    checking: &mut Checking<'_, '_>,
    section: &Section,
    source: &SourcePlan,
    inputs: &mut Inputs,
) -> Key {
    if section.distinct && section.key.is_empty() {
        checking.in_section(
            section,
            "expected a `key` with `distinct = true`, found none; name the columns of which each combination makes one row"
                .to_owned(),
        );
    }
    if section.key.is_empty() {
        let all = source.columns.iter().map(|name| inputs.of(quote(name))).collect();
        return Key::WholeRow(all);
    }
    let mut parts = Vec::new();
    for name in &section.key {
        match column(source, name) {
            Ok(sql) => parts.push(inputs.of(sql)),
            Err(message) => checking.in_section(section, format!("key: {message}")),
        }
    }
    Key::Columns(parts)
}

fn filter(checking: &mut Checking<'_, '_>, section: &Section) -> Option<RowFilter> {
    match (&section.filter, &section.filter_reason) {
        (None, None) => None,
        (Some(condition), Some(reason)) if !reason.trim().is_empty() => {
            if let Err(message) = checking.expressions.check(&section.source, condition) {
                checking.in_section(section, format!("filter: {message}"));
            }
            Some(RowFilter { condition: condition.clone(), reason: reason.clone() })
        }
        (Some(_), _) => {
            checking.in_section(
                section,
                "expected a `filter_reason` beside the `filter`, found none; say why rows are left out"
                    .to_owned(),
            );
            None
        }
        (None, Some(_)) => {
            checking.in_section(
                section,
                "expected a `filter` beside the `filter_reason`, found none".to_owned(),
            );
            None
        }
    }
}

fn twice(checking: &mut Checking<'_, '_>, section: &Section) {
    for (index, field) in section.field.iter().enumerate() {
        let before = section.field[..index].iter().any(|other| other.target == field.target);
        if before {
            checking.in_field(
                section,
                field,
                "expected one field for each target column, found two; remove one".to_owned(),
            );
        }
    }
}

/// Refuses a section none of whose rows could travel: a study that is not archived.
fn travels(checking: &mut Checking<'_, '_>, section: &Section, plan: &SectionPlan<'_>) {
    let Some(travel) = &plan.travel else { return };
    let constant = match plan.fields.iter().find(|field| field.cell == travel.cell) {
        Some(field) => match &field.rule {
            Rule::Default(default) => Some(default.value.clone()),
            Rule::Copy(_)
            | Rule::Date(_)
            | Rule::Map(_)
            | Rule::Phone(_)
            | Rule::Lookup(_)
            | Rule::Sql(_) => return,
        },
        None => plan
            .defaults
            .iter()
            .find(|(cell, _)| *cell == travel.cell)
            .map(|(_, text)| text.clone()),
    };
    if constant.as_ref().is_none_or(|constant| !travel.keep.contains(constant)) {
        checking.in_section(
            section,
            format!(
                "expected `{}` to come out as {}, because no other row of `{}` travels, found {}; add or correct its field",
                travel.column,
                listed(&travel.keep),
                plan.table.name,
                constant.map_or_else(|| "no field".to_owned(), |constant| format!("`{constant}`"))
            ),
        );
    }
}

/// Returns the sections of a spec that write a table.
pub(super) fn writers<'m>(
    model: &'m model::Model,
    table: &str,
) -> impl Iterator<Item = &'m Section> {
    model.section.iter().filter(move |section| section.target == table)
}
