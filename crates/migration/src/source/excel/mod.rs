//! One sheet of an Excel workbook (`.xlsx`, `.xlsm`), read row by row.
//!
//! The header row is found by the columns that the spec names, or stated by `header_row`. The sheet streams; what a
//! workbook keeps beside its sheets (its shared texts) is held in memory and is limited in size.

mod guard;
mod line;
mod merged;
mod package;
mod sheet;
mod strings;
mod styles;
mod text;
mod value;
mod xml;

use std::{collections::BTreeSet, sync::OnceLock};

use calamine::Dimensions;

pub(crate) use self::guard::guard;
use self::{
    line::{Broken, Found, Line, MOST_CELLS, MOST_ROW},
    merged::{Filler, overlapping},
    package::{Sheet, Workbook},
    value::{letters, place},
    xml::Fault,
};
use super::{Defect, Format, Input, Record, Row, check_columns, is_header};
use crate::{
    error::{Error, listed},
    spec::model,
};

/// How many rows are searched for the header.
const HEADER_WITHIN: u32 = 50;

/// The errors of Excel. Another text in their place may be anything, and is not shown.
const ERRORS: &[&str] = &[
    "#BLOCKED!",
    "#BUSY!",
    "#CALC!",
    "#CONNECT!",
    "#DIV/0!",
    "#EXTERNAL!",
    "#FIELD!",
    "#GETTING_DATA",
    "#N/A",
    "#NAME?",
    "#NULL!",
    "#NUM!",
    "#PYTHON!",
    "#REF!",
    "#SPILL!",
    "#UNKNOWN!",
    "#VALUE!",
];

/// A sheet of a workbook.
pub(crate) struct Excel {
    file: String,
    input: Input,
    sheet: Option<String>,
    header_row: Option<u32>,
    /// The columns that the spec names.
    expected: Vec<String>,
    /// Columns in which errors are no fault, because nobody reads them.
    ignored: BTreeSet<String>,
    /// Texts that stand for no value; an error such as `#N/A` may be one.
    null: Vec<String>,
    layout: OnceLock<Layout>,
}

/// Where things stand on the sheet.
#[derive(Debug, Clone)]
struct Layout {
    sheet: Sheet,
    /// The row of the header, from 0.
    header: u32,
    /// The columns that have a name, from 0, in the order of the names.
    places: Vec<u32>,
    columns: Vec<String>,
    /// Merged cells, by their first row.
    merged: Vec<Dimensions>,
    /// The other sheets on which something stands.
    others: Vec<Sheet>,
}

impl Excel {
    pub(crate) fn new(source: &model::Source, input: Input, expected: &[String]) -> Self {
        Self {
            file: source.file.clone(),
            input,
            sheet: source.sheet().map(str::to_owned),
            header_row: source.header_row,
            expected: expected.to_vec(),
            ignored: source.ignored.keys().cloned().collect(),
            null: source.null.clone().unwrap_or_default(),
            layout: OnceLock::new(),
        }
    }

    fn open(&self) -> Result<Workbook<'_>, Error> {
        let bytes = guard::bytes(&self.input)
            .map_err(|error| self.wrong(format!("cannot be read: {error}")))?;
        Workbook::open(bytes).map_err(|fault| self.refused(&fault))
    }

    /// Finds the sheet, its header row and its merged cells, once.
    fn layout(&self) -> Result<&Layout, Error> {
        if let Some(layout) = self.layout.get() {
            return Ok(layout);
        }
        guard(&self.file, &self.input)?;
        let mut workbook = self.open()?;
        let sheet = self.choose(&workbook)?;
        let merged = match workbook.merged(&sheet) {
            Ok(merged) => merged,
            Err(fault) => {
                // If it is the rows, they say in which.
                self.rows(&mut workbook, &sheet, &[], &mut |_| Ok(true))?;
                return Err(self.refused(&fault));
            }
        };
        if let Some(region) = overlapping(&merged) {
            return Err(self.wrong(format!(
                "expected merged cells that do not overlap, found those from {} over others; undo the merge",
                place(&sheet.name, region.start.0, region.start.1)
            )));
        }
        let others = self.others(&mut workbook, &sheet);
        let mut layout = self.find_header(&mut workbook, sheet, merged)?;
        layout.others = others;
        Ok(self.layout.get_or_init(|| layout))
    }

    fn choose(&self, workbook: &Workbook<'_>) -> Result<Sheet, Error> {
        let sheets = workbook.sheets();
        let names = || listed(sheets.iter().map(|sheet| sheet.name.as_str()));
        if let Some(name) = &self.sheet {
            return match sheets.iter().find(|sheet| sheet.name == *name) {
                Some(sheet) => Ok(sheet.clone()),
                None => Err(self.wrong(format!(
                    "expected the sheet `{name}`, found {}; correct what stands behind `#` in `file`",
                    names()
                ))),
            };
        }
        let visible: Vec<_> = sheets.iter().filter(|sheet| !sheet.hidden).collect();
        match visible.as_slice() {
            [sheet] => Ok((*sheet).clone()),
            _ => Err(self.wrong(format!(
                "expected one sheet, found {}; say which: `file = \"{}#Sheet\"`",
                names(),
                self.file
            ))),
        }
    }

    /// Returns the other sheets on which something stands, or that cannot be read.
    fn others(&self, workbook: &mut Workbook<'_>, chosen: &Sheet) -> Vec<Sheet> {
        let mut others = workbook.sheets().to_vec();
        others.retain(|sheet| sheet.name != chosen.name);
        others.retain(|sheet| {
            let mut filled = false;
            let read = self.rows(workbook, sheet, &[], &mut |_| {
                filled = true;
                Ok(false)
            });
            filled || read.is_err()
        });
        others
    }

    fn find_header(
        &self,
        workbook: &mut Workbook<'_>,
        sheet: Sheet,
        merged: Vec<Dimensions>,
    ) -> Result<Layout, Error> {
        let last = self.header_row.unwrap_or(HEADER_WITHIN);
        // The first row that can be the header, and a further one with other names.
        let (mut found, mut other): (Option<Line>, Option<u32>) = (None, None);
        self.rows(workbook, &sheet, &merged, &mut |line| {
            if line.row >= last {
                return Ok(false);
            }
            let candidate = match self.header_row {
                Some(row) => line.row + 1 == row,
                None if self.expected.is_empty() => found.is_none(),
                None => is_header(&line.names(), &self.expected),
            };
            if let Some(header) = found.as_ref().filter(|_| candidate) {
                if other.is_none() && !line.repeats(header) {
                    other = Some(line.row);
                }
            } else if candidate {
                found = Some(line.clone());
            }
            Ok(true)
        })?;
        let name = &sheet.name;
        let Some(header) = &found else {
            return Err(self.wrong(match self.header_row {
                Some(row) => format!(
                    "expected the header in row {row} of sheet `{name}`, found it empty; correct `header_row`"
                ),
                None => format!(
                    "expected a header row on sheet `{name}`, found none in its first {HEADER_WITHIN} rows that has half of the columns the spec names; correct the names or state `header_row`"
                ),
            }));
        };
        if let Some(other) = other {
            return Err(self.wrong(format!(
                "expected one header row on sheet `{name}`, found two, rows {} and {}, with different names; state `header_row`, or put the names into one row",
                header.row + 1,
                other + 1
            )));
        }
        if let Some(broken) = header.broken {
            return Err(self.wrong(format!(
                "expected a header row, found row {} of sheet `{name}`: {}",
                header.row + 1,
                said(broken, name, header.row)
            )));
        }
        for (column, cell) in &header.cells {
            let found = match cell {
                Found::Text(_) => continue,
                Found::Error(error) => format!("{}; correct the formula", error_named(error)),
                Found::NoDate => "a date that is none; correct the cell".to_owned(),
                Found::Half => "half of a character; correct the cell".to_owned(),
                Found::Unusable(what) => (*what).to_owned(),
                Found::Covered(by) => {
                    format!("it below the merged cell {}; undo the merge", place(name, by.0, by.1))
                }
                Found::Across(end) => format!(
                    "it merged with the cells up to {}; undo the merge and name each column",
                    letters(*end)
                ),
            };
            return Err(self.wrong(format!(
                "expected a name in the header cell {}, found {found}",
                place(name, header.row, *column)
            )));
        }
        let (places, columns): (Vec<u32>, Vec<String>) = header.header().into_iter().unzip();
        check_columns(&self.file, &columns).map_err(|error| match error {
            Error::Source { what, .. } => self.wrong(format!(
                "sheet `{name}`, header row {} (named columns only are counted): {what}",
                header.row + 1
            )),
            other => other,
        })?;
        let header = header.row;
        Ok(Layout { sheet, header, places, columns, merged, others: Vec::new() })
    }

    /// Hands over the rows that are not blank, merged cells filled downwards; stops when told `false`.
    fn rows(
        &self,
        workbook: &mut Workbook<'_>,
        sheet: &Sheet,
        merged: &[Dimensions],
        visit: &mut dyn FnMut(&Line) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        let name = &sheet.name;
        let stopped = |row: u32, fault: &Fault| {
            self.wrong(format!(
                "sheet `{name}` cannot be read on from row {}: found {fault}; save the workbook again or have the sheet exported as CSV",
                row.saturating_add(1)
            ))
        };
        let mut cells = workbook.cells(sheet).map_err(|fault| stopped(0, &fault))?;
        let mut filler = Filler::new(merged);
        let mut line = Line::default();
        loop {
            let cell = cells.next_cell().map_err(|fault| stopped(cells.row(), &fault))?;
            let Some(cell) = cell else { break };
            if cell.row != line.row {
                if cell.row < line.row {
                    return Err(self.wrong(format!(
                        "expected the rows of sheet `{name}` in order, found row {} after row {}; save the workbook again",
                        cell.row + 1,
                        line.row + 1
                    )));
                }
                if !line.finish(&mut filler, visit)? {
                    return Ok(());
                }
                line.start(cell.row);
            }
            line.push(cell.column, cell.found);
        }
        line.finish(&mut filler, visit)?;
        Ok(())
    }

    fn refused(&self, fault: &Fault) -> Error {
        self.wrong(format!(
            "expected a workbook that can be read, found {fault}; save it again as `.xlsx` or ask for the file again"
        ))
    }

    fn wrong(&self, what: impl Into<String>) -> Error {
        Error::Source { file: self.file.clone(), line: None, what: what.into() }
    }

    /// Moves the cells of a row into a record.
    fn record(&self, layout: &Layout, line: &Line, record: &mut Record) -> Result<(), Defect> {
        let sheet = &layout.sheet.name;
        let at = |column: u32| place(sheet, line.row, column);
        if let Some(broken) = line.broken {
            return Err(Defect::shape(said(broken, sheet, line.row)));
        }
        if line.repeats_names(&layout.places, &layout.columns) {
            return Err(Defect::shape(format!(
                "repeats the header of row {}; delete the row",
                layout.header + 1
            )));
        }
        if let Some((column, _)) =
            line.cells.iter().find(|(column, _)| layout.places.binary_search(column).is_err())
        {
            return Err(Defect::shape(format!(
                "cell {} stands under no name; name its column in row {}, or clear the cell",
                at(*column),
                layout.header + 1
            )));
        }
        record.clear();
        let mut cells = line.cells.iter().peekable();
        for (column, name) in layout.places.iter().copied().zip(&layout.columns) {
            let found = cells.next_if(|(at, _)| *at == column).map(|(_, found)| found);
            let read = !self.ignored.contains(name);
            let text = match found {
                None => None,
                Some(Found::Text(text)) if text.contains('\0') => {
                    return Err(Defect::encoding(format!(
                        "cell {} holds a NUL character; correct the cell",
                        at(column)
                    )));
                }
                Some(Found::Text(text)) => Some(text.as_str()),
                Some(Found::Error(error)) if self.null.contains(error) => None,
                Some(Found::Error(error)) if read => {
                    return Err(Defect::shape(format!(
                        "cell {} holds {}; correct the formula, or state it in `null` if it stands for no value",
                        at(column),
                        error_named(error)
                    )));
                }
                Some(Found::NoDate) if read => {
                    return Err(Defect::shape(format!(
                        "cell {} is formatted as a date and holds a number that is none; correct the cell",
                        at(column)
                    )));
                }
                Some(Found::Half) if read => {
                    return Err(Defect::encoding(format!(
                        "cell {} holds half of a character; correct the cell",
                        at(column)
                    )));
                }
                Some(Found::Unusable(what)) if read => {
                    return Err(Defect::shape(format!("cell {} holds {what}", at(column))));
                }
                Some(Found::Covered(by)) if read => {
                    return Err(Defect::shape(format!(
                        "cell {} holds another value that nobody sees, below the merged cell {}; undo the merge, or clear the cell",
                        at(column),
                        place(sheet, by.0, by.1)
                    )));
                }
                Some(Found::Across(end)) if self.reads_any(layout, column, *end) => {
                    return Err(Defect::shape(format!(
                        "the cells {} to {} are merged into one; expected a value for each column: undo the merge",
                        at(column),
                        at(*end)
                    )));
                }
                Some(
                    Found::Error(_)
                    | Found::NoDate
                    | Found::Half
                    | Found::Unusable(_)
                    | Found::Covered(_)
                    | Found::Across(_),
                ) => None,
            };
            record.push(text);
        }
        Ok(())
    }

    /// Tells whether one of the columns is not ignored.
    fn reads_any(&self, layout: &Layout, first: u32, last: u32) -> bool {
        let named = layout.places.iter().zip(&layout.columns);
        let mut within = named.filter(|(column, _)| (first..=last).contains(*column));
        within.any(|(_, name)| !self.ignored.contains(name))
    }
}

impl Format for Excel {
    fn columns(&self) -> Result<Vec<String>, Error> {
        Ok(self.layout()?.columns.clone())
    }

    fn read(&self, visit: &mut dyn FnMut(Row<'_>) -> Result<(), Error>) -> Result<(), Error> {
        let layout = self.layout()?;
        let mut workbook = self.open()?;
        let mut record = Record::default();
        self.rows(&mut workbook, &layout.sheet, &layout.merged, &mut |line| {
            if line.row > layout.header {
                let content = self.record(layout, line, &mut record);
                visit(Row { line: u64::from(line.row) + 1, content: content.map(|()| &record) })?;
            }
            Ok(true)
        })
    }

    fn sheets(&self) -> Result<Vec<super::Sheet>, Error> {
        let layout = self.layout()?;
        let sheet = |sheet: &Sheet, read| super::Sheet {
            name: sheet.name.clone(),
            hidden: sheet.hidden,
            read,
        };
        let others = layout.others.iter().map(|other| sheet(other, false));
        Ok(std::iter::once(sheet(&layout.sheet, true)).chain(others).collect())
    }
}

/// Says why a row is none.
fn said(broken: Broken, sheet: &str, row: u32) -> String {
    match broken {
        Broken::Twice(column) => {
            format!("cell {} stands twice; save the workbook again", place(sheet, row, column))
        }
        Broken::Long => format!(
            "expected a row of at most {MOST_CELLS} cells and {MOST_ROW} bytes, found a longer one; save the workbook again"
        ),
    }
}

/// Names an error that a cell holds.
fn error_named(error: &str) -> String {
    if ERRORS.contains(&error) {
        format!("the error `{error}`")
    } else {
        "an error that Excel does not know".to_owned()
    }
}

#[cfg(test)]
mod tests;
