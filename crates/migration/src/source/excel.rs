//! One sheet of an Excel workbook (`.xlsx`, `.xlsm`), read row by row.
//!
//! The header row is found by the columns that the spec names, or stated by `header_row`. The sheet streams; what a
//! workbook keeps beside its sheets (its shared texts) is held in memory and is limited in size.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{BufReader, Cursor, Read, Seek, SeekFrom},
    sync::OnceLock,
};

use calamine::{
    Data, DataRef, Dimensions, ExcelDateTime, Reader as _, SheetType, SheetVisible, Xlsx,
};

use super::{
    Defect, Format, Input, Record, Row, check_columns,
    decode::{FREE_OF_RATIO, MOST_EXPANDED, MOST_RATIO},
    is_header, plain,
};
use crate::{
    error::{Error, listed},
    spec::model,
};

/// How many rows are searched for the header.
const HEADER_WITHIN: u32 = 50;

/// The most bytes of a part of the workbook that is held in memory, such as its shared texts: 64 MiB.
const MOST_HELD: u64 = 64 << 20;

/// The number of the day after 9999-12-31, where Excel's calendar ends.
const END_OF_CALENDAR: f64 = 2_958_466.0;

/// The day 1900-02-29, which Excel has and the calendar has not.
const NO_DAY: std::ops::Range<f64> = 60.0..61.0;

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
    sheet: String,
    /// The row of the header, from 0.
    header: u32,
    /// The columns that have a name, from 0, in the order of the names.
    places: Vec<u32>,
    columns: Vec<String>,
    /// Merged cells, by their first row.
    merged: Vec<Dimensions>,
}

/// What can be read and searched; the bytes of a workbook.
trait Bytes: Read + Seek {}

impl<T: Read + Seek> Bytes for T {}

type Workbook<'a> = Xlsx<BufReader<Box<dyn Bytes + 'a>>>;

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

    fn bytes(&self) -> Result<BufReader<Box<dyn Bytes + '_>>, Error> {
        let bytes: Box<dyn Bytes + '_> = match &self.input {
            Input::File(path) => Box::new(
                File::open(path).map_err(|error| self.wrong(format!("cannot be read: {error}")))?,
            ),
            Input::Held(bytes) => Box::new(Cursor::new(&bytes[..])),
        };
        Ok(BufReader::new(bytes))
    }

    fn open(&self) -> Result<Workbook<'_>, Error> {
        Xlsx::new(self.bytes()?).map_err(|error| self.refused(&error))
    }

    /// Refuses what is no workbook of this kind, and what would fill the memory or never end.
    fn guard(&self) -> Result<(), Error> {
        let mut bytes = self.bytes()?;
        let mut head = Vec::new();
        let unreadable = |error: std::io::Error| self.wrong(format!("cannot be read: {error}"));
        bytes.by_ref().take(8).read_to_end(&mut head).map_err(unreadable)?;
        if head.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
            return Err(self.wrong(
                "expected a workbook of the kind `.xlsx`, found an old `.xls` or a workbook with a password; save it as `.xlsx` without a password",
            ));
        }
        if !head.starts_with(b"PK") {
            return Err(self.wrong(
                "expected a workbook (`.xlsx`), found another kind of file; correct `format` or ask for the file again",
            ));
        }
        bytes.seek(SeekFrom::Start(0)).map_err(unreadable)?;
        let mut archive = zip::ZipArchive::new(bytes).map_err(|error| self.refused(&error))?;
        let mut all: u64 = 0;
        let mut buffer = vec![0; 1 << 16];
        for index in 0..archive.len() {
            let mut part = archive.by_index(index).map_err(|error| self.refused(&error))?;
            let packed = part.compressed_size().max(1);
            // Only sheets are streamed.
            let held = part.name().is_ok_and(|name| {
                !name.starts_with("xl/worksheets/")
                    && (name.ends_with(".xml") || name.ends_with(".rels"))
            });
            let mut expanded: u64 = 0;
            loop {
                let read = part.read(&mut buffer).map_err(unreadable)?;
                if read == 0 {
                    break;
                }
                expanded += read as u64;
                all += read as u64;
                let expected = if expanded > FREE_OF_RATIO && expanded / packed > MOST_RATIO {
                    format!("parts at most {MOST_RATIO} times as large as they are packed")
                } else if all > MOST_EXPANDED {
                    format!("at most {MOST_EXPANDED} bytes in a workbook")
                } else if held && expanded > MOST_HELD {
                    format!("at most {MOST_HELD} bytes of texts beside the sheets")
                } else {
                    continue;
                };
                return Err(self.wrong(format!(
                    "expected {expected}, stopped after {all} bytes came out of it; if the file is what it should be, save the sheet as CSV"
                )));
            }
        }
        Ok(())
    }

    /// Finds the sheet, its header row and its merged cells, once.
    fn layout(&self) -> Result<&Layout, Error> {
        if let Some(layout) = self.layout.get() {
            return Ok(layout);
        }
        self.guard()?;
        let mut workbook = self.open()?;
        let sheet = self.choose(&workbook)?;
        let mut merged =
            workbook.merge_cells_by_sheet_name(&sheet).map_err(|error| self.refused(&error))?;
        merged.sort_by_key(|region| region.start);
        let layout = self.find_header(&mut workbook, sheet, merged)?;
        Ok(self.layout.get_or_init(|| layout))
    }

    fn choose(&self, workbook: &Workbook<'_>) -> Result<String, Error> {
        let sheets: Vec<_> = workbook
            .sheets_metadata()
            .iter()
            .filter(|sheet| sheet.typ == SheetType::WorkSheet)
            .collect();
        let names = || listed(sheets.iter().map(|sheet| sheet.name.as_str()));
        if let Some(name) = &self.sheet {
            return match sheets.iter().find(|sheet| sheet.name == *name) {
                Some(sheet) => Ok(sheet.name.clone()),
                None => Err(self.wrong(format!(
                    "expected the sheet `{name}`, found {}; correct what stands behind `#` in `file`",
                    names()
                ))),
            };
        }
        let visible: Vec<_> =
            sheets.iter().filter(|sheet| sheet.visible == SheetVisible::Visible).collect();
        match visible.as_slice() {
            [sheet] => Ok(sheet.name.clone()),
            _ => Err(self.wrong(format!(
                "expected one sheet, found {}; say which: `file = \"{}#Sheet\"`",
                names(),
                self.file
            ))),
        }
    }

    fn find_header(
        &self,
        workbook: &mut Workbook<'_>,
        sheet: String,
        merged: Vec<Dimensions>,
    ) -> Result<Layout, Error> {
        let last = self.header_row.unwrap_or(HEADER_WITHIN);
        let mut found: Vec<Line> = Vec::new();
        self.rows(workbook, &sheet, &merged, &mut |line| {
            if line.row >= last {
                return Ok(false);
            }
            let candidate = match self.header_row {
                Some(row) => line.row + 1 == row,
                None if self.expected.is_empty() => found.is_empty(),
                None => is_header(&line.names(), &self.expected),
            };
            if candidate {
                found.push(line.clone());
            }
            Ok(true)
        })?;
        let Some((header, others)) = found.split_first() else {
            return Err(self.wrong(match self.header_row {
                Some(row) => format!(
                    "expected the header in row {row} of sheet `{sheet}`, found it empty; correct `header_row`"
                ),
                None => format!(
                    "expected a header row on sheet `{sheet}`, found none in its first {HEADER_WITHIN} rows that has half of the columns the spec names; correct the names or state `header_row`"
                ),
            }));
        };
        if let Some(other) = others.iter().find(|other| !other.repeats(header)) {
            return Err(self.wrong(format!(
                "expected one header row on sheet `{sheet}`, found two, rows {} and {}, with different names; state `header_row`, or put the names into one row",
                header.row + 1,
                other.row + 1
            )));
        }
        for (column, cell) in &header.cells {
            let found = match cell {
                Found::Text(_) => continue,
                Found::Error(error) => format!("the error `{error}`; correct the formula"),
                Found::NoDate => "a date that is none; correct the cell".to_owned(),
                Found::Across(end) => format!(
                    "it merged with the cells up to {}; undo the merge and name each column",
                    letters(*end)
                ),
            };
            return Err(self.wrong(format!(
                "expected a name in the header cell {}, found {found}",
                place(&sheet, header.row, *column)
            )));
        }
        let (places, columns): (Vec<u32>, Vec<String>) = header.header().into_iter().unzip();
        check_columns(&self.file, &columns).map_err(|error| match error {
            Error::Source { what, .. } => self.wrong(format!(
                "sheet `{sheet}`, header row {} (named columns only are counted): {what}",
                header.row + 1
            )),
            other => other,
        })?;
        Ok(Layout { header: header.row, places, columns, sheet, merged })
    }

    /// Hands over the rows that are not blank, merged cells filled downwards; stops when told `false`.
    fn rows(
        &self,
        workbook: &mut Workbook<'_>,
        sheet: &str,
        merged: &[Dimensions],
        visit: &mut dyn FnMut(&Line) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        let mut cells =
            workbook.worksheet_cells_reader(sheet).map_err(|error| self.refused(&error))?;
        let mut filler = Filler { waiting: merged, active: Vec::new() };
        let mut line = Line::default();
        loop {
            let cell = cells.next_cell().map_err(|error| {
                self.wrong(format!(
                    "sheet `{sheet}` cannot be read on from row {}: {error}; save the workbook again or have the sheet exported as CSV",
                    line.row + 1
                ))
            })?;
            let Some(cell) = cell else { break };
            let (row, column) = cell.get_position();
            if row != line.row {
                if row < line.row {
                    return Err(self.wrong(format!(
                        "expected the rows of sheet `{sheet}` in order, found row {} after row {}; save the workbook again",
                        row + 1,
                        line.row + 1
                    )));
                }
                if !line.finish(&mut filler, visit)? {
                    return Ok(());
                }
                line.start(row);
            }
            if let Some(found) = read(cell.get_value()) {
                line.cells.push((column, found));
            }
        }
        line.finish(&mut filler, visit)?;
        Ok(())
    }

    fn refused(&self, error: &dyn std::fmt::Display) -> Error {
        self.wrong(format!(
            "expected a workbook that can be read, found: {error}; save it again as `.xlsx` or ask for the file again"
        ))
    }

    fn wrong(&self, what: impl Into<String>) -> Error {
        Error::Source { file: self.file.clone(), line: None, what: what.into() }
    }

    /// Moves the cells of a row into a record.
    fn record(&self, layout: &Layout, line: &Line, record: &mut Record) -> Result<(), Defect> {
        let at = |column: u32| place(&layout.sheet, line.row, column);
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
                        "cell {} holds the error `{error}`; correct the formula, or state it in `null` if it stands for no value",
                        at(column)
                    )));
                }
                Some(Found::NoDate) if read => {
                    return Err(Defect::shape(format!(
                        "cell {} is formatted as a date and holds a number that is none; correct the cell",
                        at(column)
                    )));
                }
                Some(Found::Across(end)) => {
                    return Err(Defect::shape(format!(
                        "the cells {} to {} are merged into one; expected a value for each column: undo the merge",
                        at(column),
                        at(*end)
                    )));
                }
                Some(Found::Error(_) | Found::NoDate) => None,
            };
            record.push(text);
        }
        Ok(())
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
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
enum Found {
    Text(String),
    /// An error such as `#REF!`.
    Error(String),
    /// A number outside the calendar in a cell that is formatted as a date.
    NoDate,
    /// A cell merged with others of its row, up to this column.
    Across(u32),
}

/// The cells of one row, by column.
#[derive(Debug, Clone, Default)]
struct Line {
    row: u32,
    cells: Vec<(u32, Found)>,
}

impl Line {
    fn start(&mut self, row: u32) {
        self.row = row;
        self.cells.clear();
    }

    /// Fills merged cells and hands the row over, unless it is blank.
    fn finish(
        &mut self,
        filler: &mut Filler<'_>,
        visit: &mut dyn FnMut(&Self) -> Result<bool, Error>,
    ) -> Result<bool, Error> {
        self.cells.sort_by_key(|(column, _)| *column);
        let blank = self.cells.is_empty();
        filler.fill(self);
        if blank { Ok(true) } else { visit(self) }
    }

    fn names(&self) -> Vec<String> {
        self.cells.iter().filter_map(|(_, found)| found.text()).collect()
    }

    /// Returns the columns that have a name, with it.
    fn header(&self) -> Vec<(u32, String)> {
        let named = self.cells.iter().map(|(column, found)| (*column, found.text()));
        named
            .filter_map(|(column, text)| Some((column, text.filter(|text| !text.is_empty())?)))
            .collect()
    }

    fn repeats(&self, header: &Self) -> bool {
        let (places, columns): (Vec<u32>, Vec<String>) = header.header().into_iter().unzip();
        self.repeats_names(&places, &columns)
    }

    /// Tells whether every text of the row is the name of its column, and most columns have one.
    fn repeats_names(&self, places: &[u32], columns: &[String]) -> bool {
        let same = |(column, found): &(u32, Found)| {
            let name = places.binary_search(column).ok().and_then(|index| columns.get(index));
            name.zip(found.text()).is_some_and(|(name, text)| plain(name) == plain(&text))
        };
        self.cells.len() * 2 > columns.len() && self.cells.iter().all(same)
    }
}

impl Found {
    fn text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.split_whitespace().collect::<Vec<_>>().join(" ")),
            Self::Error(_) | Self::NoDate | Self::Across(_) => None,
        }
    }
}

/// Gives the value of a merged cell to the rows it covers.
struct Filler<'a> {
    waiting: &'a [Dimensions],
    /// Merged cells that reach this row or further, with their value.
    active: Vec<(Dimensions, Option<Found>)>,
}

impl Filler<'_> {
    fn fill(&mut self, line: &mut Line) {
        self.active.retain(|(region, _)| region.end.0 >= line.row);
        while let Some((region, rest)) = self.waiting.split_first() {
            if region.start.0 > line.row {
                break;
            }
            self.waiting = rest;
            if region.end.0 < line.row {
                continue;
            }
            let value = line
                .cells
                .iter()
                .find(|(column, _)| region.start.0 == line.row && *column == region.start.1)
                .map(|(_, found)| found.clone());
            self.active.push((*region, value));
        }
        let mut changed = false;
        for (region, value) in &self.active {
            let Some(value) = value else { continue };
            let wide = region.end.1 > region.start.1;
            let value = if wide { Found::Across(region.end.1) } else { value.clone() };
            if wide {
                // A title above the header stays the text it is; it is no row of the table.
                let own = line.cells.iter_mut().find(|(column, _)| *column == region.start.1);
                match own {
                    Some((_, own)) => *own = value,
                    None => line.cells.push((region.start.1, value)),
                }
                changed = true;
            } else if line.cells.iter().all(|(column, _)| *column != region.start.1) {
                line.cells.push((region.start.1, value));
                changed = true;
            }
        }
        if changed {
            line.cells.sort_by_key(|(column, _)| *column);
        }
    }
}

/// Reads a cell; none where it is empty.
fn read(value: &DataRef<'_>) -> Option<Found> {
    let text = |text: &str| (!text.is_empty()).then(|| Found::Text(text.to_owned()));
    match Data::from(value.clone()) {
        Data::Empty => None,
        Data::Int(number) => Some(Found::Text(number.to_string())),
        Data::Float(number) => Some(Found::Text(number_text(number))),
        Data::String(string) => text(&string),
        Data::Bool(truth) => Some(Found::Text(truth.to_string())),
        Data::DateTime(serial) => Some(serial_text(&serial).map_or(Found::NoDate, Found::Text)),
        Data::DateTimeIso(string) | Data::DurationIso(string) => text(&string),
        Data::Error(error) => Some(Found::Error(error.to_string())),
    }
}

/// Writes a number with the 15 digits that Excel itself has.
fn number_text(number: f64) -> String {
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    rounded.to_string()
}

/// Writes a date serial as ISO 8601: a date, with its time where it has one; a time alone; a duration.
fn serial_text(serial: &ExcelDateTime) -> Option<String> {
    let number = serial.as_f64();
    if !(0.0..END_OF_CALENDAR).contains(&number) {
        return None;
    }
    if serial.is_duration() {
        let seconds: u64 = format!("{:.0}", number * 86_400.0).parse().ok()?;
        return Some(clock(seconds / 3600, seconds / 60 % 60, seconds % 60, 0));
    }
    let (year, month, day, hour, minute, second, milli) = serial.to_ymd_hms_milli();
    let time = clock(hour.into(), minute.into(), second.into(), milli);
    if number < 1.0 {
        return Some(time);
    }
    // Serial 60 of the calendar of 1900; in that of 1904 it is a day like others.
    if NO_DAY.contains(&number) && (month, day) == (2, 29) {
        return None;
    }
    let date = format!("{year:04}-{month:02}-{day:02}");
    Some(if (hour, minute, second, milli) == (0, 0, 0, 0) {
        date
    } else {
        format!("{date}T{time}")
    })
}

fn clock(hours: u64, minutes: u64, seconds: u64, milli: u16) -> String {
    let fraction = if milli == 0 { String::new() } else { format!(".{milli:03}") };
    format!("{hours:02}:{minutes:02}:{seconds:02}{fraction}")
}

/// Names a cell as Excel does: `` `Patients`!D7 ``.
fn place(sheet: &str, row: u32, column: u32) -> String {
    format!("`{sheet}`!{}{}", letters(column), row + 1)
}

/// Names a column as Excel does: 0 is `A`, 26 is `AA`.
fn letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or_default()));
        rest /= 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// A workbook with the sheets given: name, rows in XML, merged cells. Style 1 is a date, 2 a date with time.
    fn workbook(sheets: &[(&str, &str, &[&str])]) -> Vec<u8> {
        const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
        const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        let mut entries = String::new();
        let mut relations =
            format!("<Relationship Id=\"rId100\" Type=\"{OFFICE}/styles\" Target=\"styles.xml\"/>");
        let mut parts = Vec::new();
        for (index, (name, rows, merged)) in sheets.iter().enumerate() {
            let number = index + 1;
            entries.push_str(&format!(
                "<sheet name=\"{name}\" sheetId=\"{number}\" r:id=\"rId{number}\"/>"
            ));
            relations.push_str(&format!(
                "<Relationship Id=\"rId{number}\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>"
            ));
            let merged: String =
                merged.iter().map(|cells| format!("<mergeCell ref=\"{cells}\"/>")).collect();
            let merged = if merged.is_empty() {
                merged
            } else {
                format!("<mergeCells>{merged}</mergeCells>")
            };
            parts.push((
                format!("xl/worksheets/sheet{number}.xml"),
                format!(
                    "<worksheet xmlns=\"{MAIN}\"><sheetData>{rows}</sheetData>{merged}</worksheet>"
                ),
            ));
        }
        parts.push((
            "xl/workbook.xml".to_owned(),
            format!("<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets>{entries}</sheets></workbook>"),
        ));
        parts.push((
            "xl/_rels/workbook.xml.rels".to_owned(),
            format!("<Relationships xmlns=\"{RELATIONS}\">{relations}</Relationships>"),
        ));
        parts.push((
            "_rels/.rels".to_owned(),
            format!("<Relationships xmlns=\"{RELATIONS}\"><Relationship Id=\"rId1\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"),
        ));
        parts.push((
            "xl/styles.xml".to_owned(),
            format!("<styleSheet xmlns=\"{MAIN}\"><cellXfs count=\"3\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"22\"/></cellXfs></styleSheet>"),
        ));
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in parts {
            archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            archive.write_all(text.as_bytes()).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    /// Rows in XML: cells are `A1=text`, `B1#number`, `C1@date serial`, `D1!error`, `E1~` for an empty one.
    fn rows_xml(rows: &[&[&str]]) -> String {
        let cell = |cell: &&str| {
            let at = cell.find(['=', '#', '@', '!', '~']).unwrap();
            let (place, rest) = cell.split_at(at);
            let (kind, value) = rest.split_at(1);
            match kind {
                "=" => format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{value}</t></is></c>"),
                "#" => format!("<c r=\"{place}\"><v>{value}</v></c>"),
                "@" => {
                    let style = if value.contains('.') { 2 } else { 1 };
                    format!("<c r=\"{place}\" s=\"{style}\"><v>{value}</v></c>")
                }
                "!" => format!("<c r=\"{place}\" t=\"e\"><f>A1</f><v>{value}</v></c>"),
                _ => format!("<c r=\"{place}\" s=\"0\"/>"),
            }
        };
        let row = |cells: &&[&str]| {
            let number = cells[0].chars().find(char::is_ascii_digit).unwrap();
            let cells: String = cells.iter().map(cell).collect();
            format!("<row r=\"{number}\">{cells}</row>")
        };
        rows.iter().map(row).collect()
    }

    fn excel(bytes: Vec<u8>, expected: &[&str]) -> Excel {
        Excel {
            file: "people.xlsx".to_owned(),
            input: Input::Held(bytes.into()),
            sheet: None,
            header_row: None,
            expected: expected.iter().map(|name| (*name).to_owned()).collect(),
            ignored: BTreeSet::new(),
            null: Vec::new(),
            layout: OnceLock::new(),
        }
    }

    fn one(rows: &[&[&str]], merged: &[&str], expected: &[&str]) -> Excel {
        excel(workbook(&[("Patients", &rows_xml(rows), merged)]), expected)
    }

    type Rows = Vec<(u64, Result<Vec<String>, String>)>;

    fn rows(excel: &Excel) -> Rows {
        let mut rows = Vec::new();
        excel
            .read(&mut |row| {
                let cells = row.content.map_err(|defect| defect.reason).map(|record| {
                    (0..record.len()).map(|i| record.get(i).unwrap_or("-").to_owned()).collect()
                });
                rows.push((row.line, cells));
                Ok(())
            })
            .unwrap();
        rows
    }

    const HEADER: &[&str] = &["A3=No", "B3= Name ", "D3=Born"];

    #[test]
    fn a_header_below_titles_is_found_and_values_are_texts() {
        let excel = one(
            &[
                &["A1=Patients of the unit", "B1~"],
                HEADER,
                &["A4#17", "B4=Ada", "D4@29280"],
                &["A6#18.5", "D6@29280.5"],
                &["A7#0.30000000000000004", "D7@0.25"],
                &["A8#1", "D8@60"],
                &["A9#1", "C9=stray"],
            ],
            &["A1:D1"],
            &["No", "Born"],
        );
        assert_eq!(excel.columns().unwrap(), ["No", "Name", "Born"]);
        let found = rows(&excel);
        let texts = |cells: [&str; 3]| Ok(cells.map(str::to_owned).to_vec());
        assert_eq!(found[0], (4, texts(["17", "Ada", "1980-02-29"])));
        assert_eq!(found[1], (6, texts(["18.5", "-", "1980-02-29T12:00:00"])));
        assert_eq!(found[2], (7, texts(["0.3", "-", "06:00:00"])));
        assert!(found[3].1.as_ref().unwrap_err().contains("`Patients`!D8"), "{found:?}");
        assert!(found[4].1.as_ref().unwrap_err().contains("`Patients`!C9 stands under no name"));
    }

    #[test]
    fn merged_cells_fill_downwards_and_never_across() {
        let excel = one(
            &[HEADER, &["A4#1", "B4=Nowak"], &["A5#2", "B5~"], &["A6#3", "B6~"], &["A7=Ward"]],
            &["B4:B5", "A7:B7"],
            &["No", "Name", "Born"],
        );
        let found = rows(&excel);
        assert_eq!(found[1].1.as_ref().unwrap()[1], "Nowak");
        assert_eq!(found[2].1.as_ref().unwrap()[1], "-");
        let reason = found[3].1.as_ref().unwrap_err();
        assert!(reason.contains("`Patients`!A7 to `Patients`!B7"), "{reason}");
    }

    #[test]
    fn errors_name_their_cell_unless_nobody_reads_them() {
        let sheet: &[&[&str]] = &[HEADER, &["A4#1", "D4!#REF!"], &["A5#2", "B5!#N/A"], &["A6#3"]];
        let mut excel = one(sheet, &[], &["No", "Name", "Born"]);
        let found = rows(&excel);
        assert!(found[0].1.as_ref().unwrap_err().contains("`Patients`!D4 holds the error `#REF!`"));
        assert!(found[1].1.is_err() && found[2].1.is_ok());
        excel.ignored.insert("Born".to_owned());
        excel.null.push("#N/A".to_owned());
        assert!(rows(&excel).iter().all(|(_, row)| row.is_ok()));
    }

    #[test]
    fn two_header_rows_are_named_and_a_repeated_one_is_rejected() {
        let two: &[&[&str]] =
            &[&["A1=No", "B1=Name", "C1=x"], &["A2=Born", "B2=Town", "C2=y"], &["A3#1", "B3=a"]];
        let mut excel = one(two, &[], &["No", "Name", "Born", "Town"]);
        let error = excel.columns().unwrap_err().to_string();
        assert!(error.contains("`Patients`, found two, rows 1 and 2"), "{error}");
        excel.header_row = Some(2);
        assert_eq!(excel.columns().unwrap(), ["Born", "Town", "y"]);
        let again =
            one(&[HEADER, &["A4#1"], &["A5=NO", "B5=name", "D5=Born"]], &[], &["No", "Born"]);
        let found = rows(&again);
        assert!(found[0].1.is_ok());
        assert!(found[1].1.as_ref().unwrap_err().contains("repeats the header of row 3"));
    }

    #[test]
    fn sheets_are_chosen_by_name_and_what_is_no_workbook_is_named() {
        let a = rows_xml(&[&["A1=No"], &["A2#1"]]);
        let mut excel = excel(workbook(&[("One", &a, &[]), ("Two", &a, &[])]), &["No"]);
        let error = excel.columns().unwrap_err().to_string();
        assert!(
            error.contains("found `One`, `Two`") && error.contains("people.xlsx#Sheet"),
            "{error}"
        );
        excel.sheet = Some("Three".to_owned());
        assert!(excel.columns().unwrap_err().to_string().contains("the sheet `Three`"));
        excel.sheet = Some("Two".to_owned());
        assert_eq!(excel.columns().unwrap(), ["No"]);
        for (bytes, part) in
            [(&b"\xd0\xcf\x11\xe0"[..], "password"), (b"No,Name\n", "another kind")]
        {
            let error = self::excel(bytes.to_vec(), &[]).columns().unwrap_err().to_string();
            assert!(error.contains("people.xlsx") && error.contains(part), "{error}");
        }
    }

    #[test]
    fn cells_have_the_names_excel_gives_them() {
        for (column, name) in [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(letters(column), name);
        }
    }
}
