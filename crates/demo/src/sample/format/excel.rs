//! Excel: one workbook with a sheet for each table, a title above the names.
//!
//! Days that the database keeps as days are date cells, numbers are numbers where the same text comes back; what was
//! typed by people is text. A sheet has no rows that are too short: such a row has its first two cells merged. A value
//! too many stands under no name. A workbook is made in memory.

use std::{
    io,
    path::{Path, PathBuf},
};

use rust_xlsxwriter::{
    ColNum, DocProperties, ExcelDateTime, Format, RowNum, Workbook, Worksheet, XlsxError,
};

use super::{Form, Writer};
use crate::sample::{
    Error, Sample,
    table::{self, Kind, Row, Table, is_number},
};

/// The rows of a sheet that hold the title and the names.
const ABOVE: u64 = 2;

/// The most rows of a table: those of a sheet, without title and names.
const MOST_ROWS: u64 = 1_048_576 - ABOVE;

/// More rows than a person can have in one table.
const MOST_OF_A_PERSON: u64 = 8;

/// Checks that every table fits on a sheet.
pub(super) fn check(sample: &Sample) -> Result<(), Error> {
    let too_many = |table: Table| Error::Rows { table: table.name(), most: MOST_ROWS };
    if sample.people() > MOST_ROWS {
        return Err(too_many(Table::People));
    }
    if sample.people() <= MOST_ROWS / MOST_OF_A_PERSON {
        return Ok(());
    }
    let mut counts = [0_u64; Table::ALL.len()];
    table::rows(sample, &Table::ALL, &mut |table, _: Row<'_>| {
        for (count, other) in counts.iter_mut().zip(Table::ALL) {
            *count += u64::from(other == table);
            if *count > MOST_ROWS {
                return Err(too_many(table));
            }
        }
        Ok(())
    })
}

/// The workbook that is being made.
pub(super) struct Excel {
    path: PathBuf,
    workbook: Workbook,
    sheet: Worksheet,
    /// The next row of the sheet, from 0.
    next: RowNum,
    looks: Looks,
}

struct Looks {
    title: Format,
    name: Format,
    day: Format,
    merged: Format,
}

impl Excel {
    pub(super) fn new(folder: &Path, form: Form) -> Self {
        Self {
            path: folder.join(form.file(Table::People)),
            workbook: Workbook::new(),
            sheet: Worksheet::new(),
            next: 0,
            looks: Looks {
                title: Format::new().set_bold().set_font_size(14),
                name: Format::new().set_bold(),
                day: Format::new().set_num_format("yyyy-mm-dd"),
                merged: Format::new(),
            },
        }
    }

    fn head(&mut self, table: Table) -> Result<(), XlsxError> {
        self.sheet = Worksheet::new();
        self.sheet.set_name(table.name())?;
        let title = format!("Leeds and Nottingham volunteer database: {}", table.name());
        self.sheet.write_string_with_format(0, 0, title, &self.looks.title)?;
        for (column, name) in (0_u16..).zip(table.columns()) {
            self.sheet.write_string_with_format(1, column, *name, &self.looks.name)?;
        }
        self.sheet.set_freeze_panes(2, 0)?;
        self.next = 2;
        Ok(())
    }

    fn cells(&mut self, table: Table, cells: &[String]) -> Result<(), XlsxError> {
        let row = self.next;
        self.next += 1;
        let columns = table.columns();
        for (column, cell) in (0_u16..).zip(cells) {
            let name = columns.get(usize::from(column)).copied().unwrap_or_default();
            self.cell(row, column, table.kind(name), cell)?;
        }
        if let Some(first) = cells.first().filter(|_| cells.len() < columns.len()) {
            self.sheet.merge_range(row, 0, row, 1, first, &self.looks.merged)?;
        }
        Ok(())
    }

    fn cell(
        &mut self,
        row: RowNum,
        column: ColNum,
        kind: Kind,
        cell: &str,
    ) -> Result<(), XlsxError> {
        if cell.is_empty() {
            return Ok(());
        }
        match kind {
            Kind::Day => {
                if let Some(day) = day(cell) {
                    let look = &self.looks.day;
                    self.sheet.write_datetime_with_format(row, column, &day?, look)?;
                    return Ok(());
                }
            }
            Kind::Number | Kind::Measure => {
                let number = cell.parse::<f64>().ok();
                let number = number.filter(|number| is_number(cell) && number.to_string() == cell);
                if let Some(number) = number {
                    self.sheet.write_number(row, column, number)?;
                    return Ok(());
                }
            }
            Kind::Text | Kind::Long => {}
        }
        self.sheet.write_string(row, column, cell)?;
        Ok(())
    }

    fn save(&mut self) -> Result<(), XlsxError> {
        // The time of writing is no part of the sample: the same seed gives the same file.
        let written = ExcelDateTime::from_ymd(2025, 12, 31)?;
        self.workbook.set_properties(&DocProperties::new().set_creation_datetime(&written));
        self.workbook.save(&self.path)
    }

    fn wrong(&self, error: &XlsxError) -> Error {
        Error::file("write", &self.path)(io::Error::other(error.to_string()))
    }
}

/// Reads `1978-03-21` as a day; none where the text has another form.
fn day(text: &str) -> Option<Result<ExcelDateTime, XlsxError>> {
    let mut parts = text.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if year.len() != 4 {
        return None;
    }
    let (year, month, day) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    Some(ExcelDateTime::from_ymd(year, month, day))
}

impl Writer for Excel {
    fn begin(&mut self, table: Table) -> Result<(), Error> {
        self.head(table).map_err(|error| self.wrong(&error))
    }

    fn row(&mut self, table: Table, cells: &[String]) -> Result<(), Error> {
        self.cells(table, cells).map_err(|error| self.wrong(&error))
    }

    fn end(&mut self, _: Table) -> Result<(), Error> {
        let sheet = std::mem::replace(&mut self.sheet, Worksheet::new());
        self.workbook.push_worksheet(sheet);
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), Error> {
        self.save().map_err(|error| self.wrong(&error))
    }
}
