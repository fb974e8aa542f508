//! One table on both sides.

use std::cmp::Ordering;

use landfall_catalogue::{Catalogue, Class, Column, Kind as ColumnKind, Subject, Table};

use super::{
    FieldChange, KEPT_SECRET, RowChange, RowName, TableDifference,
    lines::{DiffLine, diff},
    read::{Opened, Row, has_key},
    text::{folded, normalise_script},
    words::{reference_words, row_words},
};
use crate::{Error, package::Kind, schema};

/// How deep a natural key may lead through references; deeper ones are refused when the keys are made.
const DEEPEST: usize = 8;

/// Tells whether the table is compared.
pub(super) fn takes_part(table: &Table) -> bool {
    Kind::Configuration.carries(table) && table.person.is_none()
}

/// Tells whether a column holds scripts or templates: texts of any length that are neither part of a key nor chosen
/// from a list. They are compared line by line and in the form of [`super::normalise_script`].
#[must_use]
pub fn is_script(table: &Table, column: &Column) -> bool {
    column.kind == ColumnKind::Text
        && column.class == Class::None
        && column.max_length.is_none()
        && column.values.is_empty()
        && column.references.is_none()
        && !table.natural_key.contains(&column.name)
}

/// Returns the tables and columns that are compared of the first catalogue and have no counterpart in the second.
pub(super) fn only_in(catalogue: &Catalogue, other: &Catalogue) -> Vec<String> {
    let mut only = vec![];
    for table in catalogue.tables().iter().filter(|table| takes_part(table)) {
        let Some(same) = counterpart(catalogue, other, table) else {
            only.push(table.name.clone());
            continue;
        };
        let columns = table.columns.iter().filter(|column| {
            same.column(&column.name)
                .is_none_or(|found| meaning(catalogue, column, 0) != meaning(other, found, 0))
        });
        only.extend(columns.map(|column| format!("{}.{}", table.name, column.name)));
    }
    only
}

/// Returns the table of the other catalogue in which the same rows have the same keys.
fn counterpart<'b>(
    catalogue: &Catalogue,
    other: &'b Catalogue,
    table: &Table,
) -> Option<&'b Table> {
    other.table(&table.name).filter(|found| {
        takes_part(found) && key_meaning(catalogue, table, 0) == key_meaning(other, found, 0)
    })
}

/// Writes down which columns make the natural key, through all references.
fn key_meaning(catalogue: &Catalogue, table: &Table, depth: usize) -> String {
    let columns: Vec<String> = table
        .natural_key
        .iter()
        .map(|name| {
            let through =
                table.column(name).and_then(|column| meaning(catalogue, column, depth + 1));
            format!("{name} {}", through.unwrap_or_default())
        })
        .collect();
    format!("({})", columns.join(", "))
}

/// Writes down to what a reference leads; nothing for a column that is none.
fn meaning(catalogue: &Catalogue, column: &Column, depth: usize) -> Option<String> {
    let target = catalogue.table(column.references.as_deref()?)?;
    Some(if depth > DEEPEST {
        target.name.clone()
    } else {
        format!("{} {}", target.name, key_meaning(catalogue, target, depth))
    })
}

/// A table that both sides have.
pub(super) struct Pair<'a> {
    a: Half<'a>,
    b: Half<'a>,
    fields: Vec<Field<'a>>,
    travelling_only: bool,
}

/// The table of one side.
struct Half<'a> {
    catalogue: &'a Catalogue,
    table: &'a Table,
}

/// A column that both sides have.
struct Field<'a> {
    a: &'a Column,
    b: &'a Column,
    /// Whether its values are never shown.
    hidden: bool,
    script: bool,
}

/// What comparing two values gives.
enum Compared {
    Equal,
    Invisible,
    Changed(FieldChange),
}

impl<'a> Pair<'a> {
    /// Finds the table of the second catalogue that belongs to the one of the first.
    pub(super) fn of(
        a: &'a Catalogue,
        b: &'a Catalogue,
        table: &'a Table,
        travelling_only: bool,
    ) -> Option<Self> {
        let same = counterpart(a, b, table)?;
        let mut fields = vec![];
        for column in &table.columns {
            let Some(found) = same.column(&column.name) else { continue };
            let stays = schema::stays(column) || schema::stays(found);
            let is_key = column.name == "id" || table.natural_key.contains(&column.name);
            if is_key || (stays && travelling_only) || meaning(a, column, 0) != meaning(b, found, 0)
            {
                continue;
            }
            let personal =
                column.subject == Subject::Volunteer || found.subject == Subject::Volunteer;
            fields.push(Field {
                a: column,
                b: found,
                hidden: stays || personal,
                script: is_script(table, column) || is_script(same, found),
            });
        }
        let (a, b) = (Half { catalogue: a, table }, Half { catalogue: b, table: same });
        Some(Self { a, b, fields, travelling_only })
    }

    /// Goes through the rows of both sides in the order of their keys.
    pub(super) fn compare(&self, a: &Opened<'_>, b: &Opened<'_>) -> Result<TableDifference, Error> {
        let columns_of_a: Vec<&Column> = self.fields.iter().map(|field| field.a).collect();
        let columns_of_b: Vec<&Column> = self.fields.iter().map(|field| field.b).collect();
        let mut statement_of_a = a.prepare(self.a.table, &columns_of_a, self.travelling_only)?;
        let mut statement_of_b = b.prepare(self.b.table, &columns_of_b, self.travelling_only)?;
        let mut rows_of_a = a.rows(&mut statement_of_a, self.a.table, &columns_of_a)?;
        let mut rows_of_b = b.rows(&mut statement_of_b, self.b.table, &columns_of_b)?;
        let mut difference = TableDifference {
            table: self.a.table.name.clone(),
            title: self.a.table.title.clone(),
            added: vec![],
            removed: vec![],
            changed: vec![],
            equal: 0,
            invisible: 0,
        };
        let (mut left, mut right) = (rows_of_a.next()?, rows_of_b.next()?);
        loop {
            let order = match (&left, &right) {
                (None, None) => return Ok(difference),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(left), Some(right)) => left.key.cmp(&right.key),
            };
            let of_a = if order.is_le() { left.take() } else { None };
            let of_b = if order.is_ge() { right.take() } else { None };
            if of_a.is_some() {
                left = rows_of_a.next()?;
            }
            if of_b.is_some() {
                right = rows_of_b.next()?;
            }
            match (of_a, of_b) {
                (Some(row), None) => difference.removed.push(self.a.name(&row)?),
                (None, Some(row)) => difference.added.push(self.b.name(&row)?),
                (Some(of_a), Some(of_b)) => self.row(&of_a, &of_b, &mut difference)?,
                (None, None) => {}
            }
        }
    }

    /// Compares a row that both sides have.
    fn row(&self, a: &Row, b: &Row, difference: &mut TableDifference) -> Result<(), Error> {
        // The value of an integration setting belongs to one installation, like a column of that class.
        let hidden = a.setting.as_deref().is_some_and(|key| {
            self.a.catalogue.is_integration_key(key) || self.b.catalogue.is_integration_key(key)
        });
        let mut fields = vec![];
        for ((field, a), b) in self.fields.iter().zip(&a.cells).zip(&b.cells) {
            match self.field(field, a.as_deref(), b.as_deref(), hidden)? {
                Compared::Equal => {}
                Compared::Invisible => difference.invisible += 1,
                Compared::Changed(change) => fields.push(change),
            }
        }
        if fields.is_empty() {
            difference.equal += 1;
        } else {
            let row = row_words(self.a.catalogue, self.a.table, &a.key)?;
            let travels = a.travels && b.travels;
            difference.changed.push(RowChange { row, travels, fields });
        }
        Ok(())
    }

    fn field(
        &self,
        field: &Field<'_>,
        a: Option<&str>,
        b: Option<&str>,
        hidden: bool,
    ) -> Result<Compared, Error> {
        if a == b {
            return Ok(Compared::Equal);
        }
        if field.hidden || hidden {
            return Ok(Compared::Changed(FieldChange {
                column: field.a.name.clone(),
                title: field.a.label.clone(),
                a: Some(KEPT_SECRET.to_owned()),
                b: Some(KEPT_SECRET.to_owned()),
                text_diff: None,
            }));
        }
        let is_text = field.a.kind == ColumnKind::Text && field.b.kind == ColumnKind::Text;
        let normalised = |text: &str| {
            if field.script { normalise_script(text) } else { folded(text) }
        };
        if is_text
            && let (Some(a), Some(b)) = (a, b)
            && normalised(a) == normalised(b)
        {
            return Ok(Compared::Invisible);
        }
        let text_diff = is_text.then(|| {
            let (a, b) = (normalised(a.unwrap_or_default()), normalised(b.unwrap_or_default()));
            (field.script || a.contains('\n') || b.contains('\n')).then(|| diff(&a, &b))
        });
        let text_diff: Option<Vec<DiffLine>> = text_diff.flatten();
        Ok(Compared::Changed(FieldChange {
            column: field.a.name.clone(),
            title: field.a.label.clone(),
            a: a.map(|text| self.a.shown(field.a, text)).transpose()?,
            b: b.map(|text| self.b.shown(field.b, text)).transpose()?,
            text_diff,
        }))
    }
}

impl Half<'_> {
    /// Names a row that the other side does not have.
    fn name(&self, row: &Row) -> Result<RowName, Error> {
        let travels = row.travels;
        Ok(RowName { row: row_words(self.catalogue, self.table, &row.key)?, travels })
    }

    /// Returns a value as it is shown: a reference as the row to which it leads.
    fn shown(&self, column: &Column, text: &str) -> Result<String, Error> {
        let target = column.references.as_deref().and_then(|name| self.catalogue.table(name));
        match target.filter(|target| has_key(self.catalogue, target)) {
            Some(target) => reference_words(self.catalogue, target, text),
            None => Ok(text.to_owned()),
        }
    }
}
