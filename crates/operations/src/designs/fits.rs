//! Fits: every value is held against its column while it is known where it stands. A free text that is too long is cut
//! and named; anything else that fits no column stops an import.

use std::fmt;

use landfall_catalogue::{Column, Table};
use landfall_instances::{
    design::{Cell, Row},
    value::canonical,
};
use landfall_odm::{Element, Position};
use serde::Serialize;

use super::import::Mapping;

/// How many values are named; all are counted.
const NAMED: usize = 1000;

/// Columns of free text: what is too long is cut. Of all others a shorter value would be another one.
const FREE: [&str; 11] = [
    "category",
    "decode",
    "description",
    "language",
    "message",
    "name",
    "purpose",
    "question",
    "role",
    "symbol",
    "title",
];

/// Something of a file because of which an import cannot take it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Misfit {
    /// The line, from 1; 0 where it is about no place.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// What was expected and found.
    pub message: String,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "error: line {}, column {}: {}", self.line, self.column, self.message)
        } else {
            write!(f, "error: {}", self.message)
        }
    }
}

/// Gathers what cannot be taken.
#[derive(Debug, Default)]
pub(super) struct Misfits {
    list: Vec<Misfit>,
    beyond: u64,
}

impl Misfits {
    pub(super) fn add(&mut self, at: Position, message: String) {
        if self.list.len() < NAMED {
            self.list.push(Misfit { line: at.line, column: at.column, message });
        } else {
            self.beyond += 1;
        }
    }

    /// Returns them in the order of the file; what came after the limit is told in number.
    pub(super) fn finish(mut self) -> Vec<Misfit> {
        self.list.sort_by_key(|one| (one.line, one.column));
        if self.beyond > 0 {
            let message = format!(
                "found {} more of this kind after the {NAMED} that are listed",
                self.beyond
            );
            self.list.push(Misfit { line: 0, column: 0, message });
        }
        self.list
    }
}

/// An element, and what it is called where it is named.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) name: &'a str,
    pub(super) position: Position,
}

impl<'a> At<'a> {
    pub(super) fn of(element: &Element, name: &'a str) -> Self {
        Self { name, position: element.at }
    }
}

impl Mapping<'_> {
    /// Adds a row, its values as their columns take them, and returns its place.
    pub(super) fn push(&mut self, table: &'static str, mut row: Row, at: At<'_>) -> usize {
        self.fit_row(table, &mut row, at);
        self.content.push(table, row)
    }

    /// Holds the values of a row against their columns.
    pub(super) fn fit_row(&mut self, table: &str, row: &mut Row, at: At<'_>) {
        let Some(table) = self.catalogue.table(table) else { return };
        for (name, cell) in row {
            if let (Cell::Value(text), Some(column)) = (cell, table.column(name)) {
                self.fit(table, column, text, at);
            }
        }
    }

    /// Returns a value of a study itself as its column takes it.
    pub(super) fn fit_study(&mut self, column: &str, mut text: String, at: At<'_>) -> String {
        let table = self.catalogue.table("study");
        if let Some((table, column)) = table.and_then(|table| Some((table, table.column(column)?)))
        {
            self.fit(table, column, &mut text, at);
        }
        text
    }

    fn fit(&mut self, table: &Table, column: &Column, text: &mut String, at: At<'_>) {
        let Err(wrong) = canonical(column, text) else { return };
        let found = text.chars().count();
        let (of, label) = (&table.name, &column.label);
        let most = column.max_length.map(|most| most as usize).filter(|most| found > *most);
        let key = table.natural_key.contains(&column.name)
            || table.unique.iter().any(|columns| columns.contains(&column.name));
        let name = shown(at.name);
        match most {
            Some(most) if FREE.contains(&column.name.as_str()) && !key => {
                let what = format!("`{label}` ({of}) of more than {most} characters: cut to that");
                self.lost.note(what, &format!("{name} with {found}"));
                let cut: String = text.chars().take(most).collect();
                cut.trim_end().clone_into(text);
            }
            Some(most) => {
                let what = format!("at most {most} characters in `{label}` of table `{of}`");
                let message = format!("`{name}`: expected {what}, found {found}");
                self.misfits.add(at.position, message);
            }
            None => {
                let found = shown(text);
                let message =
                    format!("`{name}`: {wrong} in `{label}` of table `{of}`, found `{found}`");
                self.misfits.add(at.position, message);
            }
        }
    }
}

/// The beginning of a text.
pub(super) fn shown(text: &str) -> String {
    const SHOWN: usize = 60;
    let mut start: String = text.chars().take(SHOWN).collect();
    if start.len() < text.len() {
        start.push('…');
    }
    start
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misfits_stand_in_the_order_of_the_file_and_too_many_are_counted() {
        let mut misfits = Misfits::default();
        for line in (1..=1003).rev() {
            misfits.add(Position { line, column: 2 }, format!("at {line}"));
        }
        let list = misfits.finish();
        assert_eq!(list.len(), NAMED + 1);
        assert_eq!(list[0].to_string(), "error: line 4, column 2: at 4");
        let last = "error: found 3 more of this kind after the 1000 that are listed";
        assert_eq!(list[NAMED].to_string(), last);
    }

    #[test]
    fn a_long_text_is_shown_by_its_beginning() {
        assert_eq!(shown("12"), "12");
        assert_eq!(shown(&"ä".repeat(61)), format!("{}…", "ä".repeat(60)));
    }
}
