//! Reads one sheet: a header row with the expected headings, and the texts below it.

use std::collections::BTreeMap;

use calamine::{DataRef, Reader as _};

use super::Reading;
use crate::{error::Error, spec::workbook::cell};

/// The most rows and columns of a sheet, and the most bytes of all cells: a spec is far smaller, and a file made to fill
/// the memory is not.
const MOST_ROWS: u32 = 200_000;
const MOST_COLUMNS: u32 = 256;
const MOST_BYTES: usize = 64 << 20;

/// What a cell takes beside its text, about.
const CELL: usize = 100;

pub(super) struct Sheet<'n> {
    pub(super) name: &'n str,
    /// False where the workbook has no such sheet, or one without its headings; that is a problem already.
    pub(super) found: bool,
    /// Where each of the expected columns stands, from 0.
    places: Vec<u32>,
    pub(super) rows: Vec<Row>,
}

pub(super) struct Row {
    /// From 0.
    row: u32,
    cells: Vec<Cell>,
}

/// A cell as it was read.
enum Cell {
    Empty,
    Known(String),
    /// Something else than a text; a problem already.
    Wrong,
}

impl Row {
    pub(super) fn text(&self, column: usize) -> Option<&str> {
        match self.cells.get(column)? {
            Cell::Known(text) => Some(text),
            Cell::Empty | Cell::Wrong => None,
        }
    }

    pub(super) fn is_wrong(&self, column: usize) -> bool {
        matches!(self.cells.get(column), Some(Cell::Wrong))
    }
}

impl Sheet<'_> {
    /// Returns the name of a cell, such as `B7`.
    pub(super) fn cell(&self, row: &Row, column: usize) -> String {
        cell::name(row.row, self.places.get(column).copied().unwrap_or_default())
    }
}

/// What stands in a cell: a text, or what is there instead.
type Content = Result<String, String>;

impl Reading {
    pub(super) fn sheet<'n>(
        &mut self,
        name: &'n str,
        columns: &[&str],
    ) -> Result<Sheet<'n>, Error> {
        let mut sheet = Sheet { name, found: false, places: Vec::new(), rows: Vec::new() };
        if !self.book.sheet_names().iter().any(|other| other == name) {
            self.at(name, "A1", "expected this sheet, found none; add it with its headings");
            return Ok(sheet);
        }
        let mut rows = self.cells(name)?;
        let Some((header, headings)) = rows.pop_first() else {
            self.at(name, "A1", "expected the headings of the sheet, found nothing");
            return Ok(sheet);
        };
        let Some(places) = self.places(name, columns, header, &headings) else { return Ok(sheet) };
        sheet.found = true;
        sheet.places.clone_from(&places);
        for (row, contents) in rows {
            if is_header(columns, &contents) {
                self.at(
                    name,
                    &cell::name(row, places.first().copied().unwrap_or_default()),
                    &format!(
                        "expected one header row, found a second one below row {}; delete one of them",
                        u64::from(header) + 1
                    ),
                );
                continue;
            }
            if let Some(stray) = contents.keys().find(|column| !places.contains(column)) {
                self.at(
                    name,
                    &cell::name(row, *stray),
                    "expected nothing outside the columns of the spec; clear the cell",
                );
            }
            let cells = places
                .iter()
                .map(|column| match contents.get(column) {
                    None => Cell::Empty,
                    Some(Ok(text)) => Cell::Known(cell::decode(text)),
                    Some(Err(found)) => {
                        self.at(
                            name,
                            &cell::name(row, *column),
                            &format!("expected a text, found {found}"),
                        );
                        Cell::Wrong
                    }
                })
                .collect();
            sheet.rows.push(Row { row, cells });
        }
        Ok(sheet)
    }

    /// Finds every expected heading in the header row.
    fn places(
        &mut self,
        sheet: &str,
        columns: &[&str],
        header: u32,
        headings: &BTreeMap<u32, Content>,
    ) -> Option<Vec<u32>> {
        let before = self.problems.len();
        let mut places = Vec::new();
        for column in columns {
            let mut found = headings.iter().filter(|(_, text)| is_heading(text, column));
            match (found.next(), found.next()) {
                (Some((place, _)), None) => places.push(*place),
                (Some(_), Some((second, _))) => {
                    let message = format!("expected the heading `{column}` once, found it twice");
                    self.at(sheet, &cell::name(header, *second), &message);
                }
                (None, _) => {
                    let message = format!(
                        "expected one header row with the headings {}, found none `{column}` in the first row that is not empty; add it, or delete what stands above the headings",
                        crate::error::listed(columns)
                    );
                    self.at(sheet, &cell::name(header, 0), &message);
                    return None;
                }
            }
        }
        for place in headings.keys().filter(|place| !places.contains(place)) {
            let message = format!(
                "expected no other heading than {}, found another; delete the column, or move what it says to the comments",
                crate::error::listed(columns)
            );
            self.at(sheet, &cell::name(header, *place), &message);
        }
        (self.problems.len() == before).then_some(places)
    }

    /// Reads the cells that hold something, by row and column.
    fn cells(&mut self, sheet: &str) -> Result<BTreeMap<u32, BTreeMap<u32, Content>>, Error> {
        // What the reader says may hold the text of a cell.
        let broken = |after: Option<(u32, u32)>| Error::Workbook {
            what: format!(
                "sheet `{sheet}` cannot be read{}; save the workbook again in Excel",
                after.map_or_else(String::new, |(row, column)| format!(
                    " behind cell {}: expected a cell as Excel writes it, found another",
                    cell::name(row, column)
                ))
            ),
        };
        let mut rows: BTreeMap<u32, BTreeMap<u32, Content>> = BTreeMap::new();
        let mut before = None;
        let mut reader = self.book.worksheet_cells_reader(sheet).map_err(|_| broken(None))?;
        while let Some(cell) =
            reader.next_cell_with_formula_metadata().map_err(|_| broken(before))?
        {
            let (row, column) = cell.pos;
            before = Some(cell.pos);
            let content = match cell.value {
                DataRef::Empty if cell.formula.is_some() => Err(
                    "a formula without a result; save the workbook again in Excel, or type the text"
                        .to_owned(),
                ),
                DataRef::Empty | DataRef::SharedString("") => continue,
                DataRef::String(text) if text.is_empty() => continue,
                DataRef::String(text) => Ok(text),
                DataRef::SharedString(text) => Ok(text.to_owned()),
                DataRef::Int(number) => Ok(number.to_string()),
                DataRef::Float(number) => Ok(number.to_string()),
                DataRef::Bool(truth) => Ok(truth.to_string()),
                DataRef::Error(error) => Err(format!(
                    "the formula error `{error}`; correct the formula, or type the text"
                )),
                _ => Err("a date; format the cell as text and type it again".to_owned()),
            };
            self.held += CELL + content.as_ref().map_or(0, String::len);
            if row >= MOST_ROWS || column >= MOST_COLUMNS || self.held > MOST_BYTES {
                return Err(Error::Workbook {
                    what: format!(
                        "sheet `{sheet}`, cell {}: expected sheets of at most {MOST_ROWS} rows and {MOST_COLUMNS} columns, with about {} MB of text in all, found more; is it the workbook of a spec?",
                        cell::name(row, column),
                        MOST_BYTES >> 20
                    ),
                });
            }
            let cells = rows.entry(row).or_default();
            if cells.insert(column, content).is_some() {
                let twice = "a cell that stands twice; save the workbook again in Excel";
                cells.insert(column, Err(twice.to_owned()));
            }
        }
        Ok(rows)
    }
}

fn is_heading(content: &Content, column: &str) -> bool {
    content.as_ref().is_ok_and(|text| text.trim().eq_ignore_ascii_case(column))
}

/// Tells whether a row repeats the headings: at least two of them, and most.
fn is_header(columns: &[&str], contents: &BTreeMap<u32, Content>) -> bool {
    let there = columns
        .iter()
        .filter(|column| contents.values().any(|content| is_heading(content, column)))
        .count();
    there >= 2 && there * 2 > columns.len()
}
