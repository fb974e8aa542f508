//! The cells of a sheet, one after the other. What is wrong with one is found in it; what is wrong with the XML ends the
//! sheet.

use std::io::BufRead;

use quick_xml::events::{BytesStart, Event};

use super::{
    line::Found,
    strings::Strings,
    styles::Format,
    text::{Quality, Rich, cut, unescape},
    value::{number, position},
    xml::{Fault, Xml, attributes, push_text},
};

const NO_RESULT: &str = "a formula without a result; open the workbook in Excel and save it again";
const NO_NUMBER: &str = "a number that is none; correct the cell";
const NO_TRUTH: &str = "a truth value that is neither true nor false; correct the cell";
const NO_TEXT: &str =
    "the number of a shared text that the workbook does not have; save the workbook again";
const TOO_LONG: &str = "a text of more than 1 MiB; shorten it";
const UNKNOWN: &str = "a value of a kind that Excel does not know; save the workbook again";

/// What the values of cells refer to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Values<'w> {
    pub(super) strings: &'w Strings,
    pub(super) formats: &'w [Format],
    pub(super) since_1904: bool,
}

/// A cell that is not empty.
#[derive(Debug, PartialEq)]
pub(super) struct Cell {
    pub(super) row: u32,
    pub(super) column: u32,
    pub(super) found: Found,
}

/// What a cell says its value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A number; if nothing says so, it may be a text.
    Number {
        stated: bool,
    },
    Shared,
    Truth,
    Error,
    /// The text that a formula gave.
    Text,
    Inline,
    Day,
    Unknown,
}

impl Kind {
    fn of(name: &str) -> Self {
        match name {
            "n" => Self::Number { stated: true },
            "s" => Self::Shared,
            "b" => Self::Truth,
            "e" => Self::Error,
            "str" => Self::Text,
            "inlineStr" => Self::Inline,
            "d" => Self::Day,
            _ => Self::Unknown,
        }
    }
}

/// The tag of a cell.
struct Head {
    place: Option<(u32, u32)>,
    format: Format,
    kind: Kind,
}

/// What was found inside a cell.
#[derive(Default)]
struct Content {
    formula: bool,
    /// A value was there, even an empty one.
    value: bool,
    long: bool,
    /// A text of its own.
    inline: Option<Quality>,
}

/// Reads the cells of a sheet.
pub(super) struct Cells<'w, R> {
    xml: Xml<R>,
    values: Values<'w>,
    /// Inside the list of rows.
    inside: bool,
    row: u32,
    column: u32,
    text: String,
    rich: Rich,
    buffer: Vec<u8>,
}

impl<'w, R: BufRead> Cells<'w, R> {
    pub(super) fn new(xml: Xml<R>, values: Values<'w>) -> Self {
        Self {
            xml,
            values,
            inside: false,
            row: 0,
            column: 0,
            text: String::new(),
            rich: Rich::default(),
            buffer: Vec::new(),
        }
    }

    /// The row that is read, from 0.
    pub(super) fn row(&self) -> u32 {
        self.row
    }

    /// Returns the next cell that is not empty; none behind the last.
    pub(super) fn next_cell(&mut self) -> Result<Option<Cell>, Fault> {
        loop {
            let (head, open) = match self.xml.event(&mut self.buffer)? {
                Event::Start(tag) => match tag.local_name().as_ref() {
                    "sheetData" => {
                        self.inside = true;
                        continue;
                    }
                    "row" if self.inside => {
                        self.row = row(&tag)?.unwrap_or(self.row);
                        continue;
                    }
                    "c" if self.inside => (head(&tag, self.values.formats)?, true),
                    _ => continue,
                },
                Event::Empty(tag) => match tag.local_name().as_ref() {
                    "sheetData" => return Ok(None),
                    "row" if self.inside => {
                        self.row = row(&tag)?.unwrap_or(self.row).saturating_add(1);
                        continue;
                    }
                    "c" if self.inside => (head(&tag, self.values.formats)?, false),
                    _ => continue,
                },
                Event::End(tag) => match tag.local_name().as_ref() {
                    "sheetData" => return Ok(None),
                    "row" if self.inside => {
                        self.row = self.row.saturating_add(1);
                        self.column = 0;
                        continue;
                    }
                    _ => continue,
                },
                Event::Eof => return Err(Fault::Wrong("no rows")),
                _ => continue,
            };
            let (row, column) = head.place.unwrap_or((self.row, self.column));
            self.column = column.saturating_add(1);
            let found = if open { self.found(&head)? } else { None };
            if let Some(found) = found {
                return Ok(Some(Cell { row, column, found }));
            }
        }
    }

    /// Reads to the end of a cell.
    fn found(&mut self, head: &Head) -> Result<Option<Found>, Fault> {
        let content = self.content()?;
        match content.inline {
            Some(_) if head.kind != Kind::Inline && !self.text.is_empty() => {
                return Ok(Some(Found::Unusable(UNKNOWN)));
            }
            Some(Quality::Whole) => return Ok(text(&self.rich.text)),
            Some(Quality::Half) => return Ok(Some(Found::Half)),
            Some(Quality::Long) => return Ok(Some(Found::Unusable(TOO_LONG))),
            None => {}
        }
        if content.long {
            return Ok(Some(Found::Unusable(TOO_LONG)));
        }
        if self.text.is_empty() {
            // The result of a formula can be an empty text.
            let is_result = content.value && head.kind == Kind::Text;
            return Ok((content.formula && !is_result).then_some(Found::Unusable(NO_RESULT)));
        }
        Ok(self.value(head))
    }

    /// Makes something of a value that is not empty.
    fn value(&self, head: &Head) -> Option<Found> {
        let written = self.text.as_str();
        let unusable = |what| Some(Found::Unusable(what));
        match head.kind {
            Kind::Number { stated } => match written.parse::<f64>() {
                Ok(value) => Some(number(value, head.format, self.values.since_1904)),
                Err(_) if stated => unusable(NO_NUMBER),
                Err(_) => text(written),
            },
            Kind::Shared => {
                let number = written.trim().parse::<usize>().ok();
                match number.and_then(|number| self.values.strings.get(number)) {
                    Some((shared, true)) => text(shared),
                    Some((_, false)) => Some(Found::Half),
                    None => unusable(NO_TEXT),
                }
            }
            Kind::Truth => match written.trim() {
                "" => None,
                truth if truth == "0" || truth.eq_ignore_ascii_case("false") => text("false"),
                truth if truth == "1" || truth.eq_ignore_ascii_case("true") => text("true"),
                _ => unusable(NO_TRUTH),
            },
            Kind::Error => Some(Found::Error(written.to_owned())),
            Kind::Text => {
                let mut result = String::new();
                let whole = unescape(written, &mut result);
                Some(if whole { Found::Text(result) } else { Found::Half })
            }
            Kind::Day => text(written),
            Kind::Inline | Kind::Unknown => unusable(UNKNOWN),
        }
    }

    /// Reads what is inside a cell; its value is left in `text`, a text of its own in `rich`.
    fn content(&mut self) -> Result<Content, Fault> {
        let outside = self.xml.depth().saturating_sub(1);
        let mut content = Content::default();
        self.text.clear();
        loop {
            let child = match self.xml.event(&mut self.buffer)? {
                Event::Start(tag) => Child::of(&tag)?,
                Event::Empty(tag) => {
                    match Child::of(&tag)? {
                        Child::Value => content.value = true,
                        Child::Formula => content.formula = true,
                        Child::Inline | Child::Other => {}
                    }
                    continue;
                }
                Event::End(_) if self.xml.depth() <= outside => return Ok(content),
                Event::Text(text) if !text.trim().is_empty() => {
                    return Err(Fault::Wrong("a text of a cell outside its element"));
                }
                _ => continue,
            };
            match child {
                Child::Value => {
                    content.value = true;
                    content.long |= self.written()?;
                }
                Child::Formula => {
                    content.formula = true;
                    self.xml.skip(&mut self.buffer)?;
                }
                Child::Inline => content.inline = Some(self.rich.read(&mut self.xml)?),
                Child::Other => self.xml.skip(&mut self.buffer)?,
            }
        }
    }

    /// Reads a value as it is written; true if it was too long to be held.
    fn written(&mut self) -> Result<bool, Fault> {
        let mut long = false;
        loop {
            match self.xml.event(&mut self.buffer)? {
                Event::End(_) => return Ok(long),
                Event::Start(_) | Event::Empty(_) => {
                    return Err(Fault::Wrong("tags inside the value of a cell"));
                }
                event => push_text(&event, &mut self.text)?,
            }
            long |= cut(&mut self.text);
        }
    }
}

/// An element inside a cell.
enum Child {
    Value,
    Formula,
    Inline,
    Other,
}

impl Child {
    fn of(tag: &BytesStart<'_>) -> Result<Self, Fault> {
        match tag.local_name().as_ref() {
            "v" => Ok(Self::Value),
            "f" => Ok(Self::Formula),
            "is" => Ok(Self::Inline),
            "extLst" => Ok(Self::Other),
            _ => Err(Fault::Wrong("an unknown tag inside a cell")),
        }
    }
}

fn text(text: &str) -> Option<Found> {
    (!text.is_empty()).then(|| Found::Text(text.to_owned()))
}

/// Returns the number that a row states, from 0.
fn row(tag: &BytesStart<'_>) -> Result<Option<u32>, Fault> {
    let (mut stated, mut row) = (false, None);
    attributes(tag, |name, value| {
        if name == "r" {
            stated = true;
            row = position(value).map(|(row, _)| row);
        }
    })?;
    if stated && row.is_none() {
        return Err(Fault::Wrong("a row at a place that is none"));
    }
    Ok(row)
}

fn head(tag: &BytesStart<'_>, formats: &[Format]) -> Result<Head, Fault> {
    let mut head =
        Head { place: None, format: Format::Number, kind: Kind::Number { stated: false } };
    let mut stated = false;
    attributes(tag, |name, value| match name {
        "r" => {
            stated = true;
            head.place = position(value).and_then(|(row, column)| Some((row, column?)));
        }
        "s" => {
            let style = value.parse::<usize>().unwrap_or_default();
            head.format = formats.get(style).copied().unwrap_or(Format::Number);
        }
        "t" => head.kind = Kind::of(value),
        _ => {}
    })?;
    if stated && head.place.is_none() {
        return Err(Fault::Wrong("a cell at a place that is none"));
    }
    Ok(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(rows: &str) -> Result<Vec<(u32, u32, Found)>, Fault> {
        let shared = "<sst><si><t>Ada</t></si><si><t>_xD83D_</t></si></sst>";
        let strings = Strings::read(Xml::new(shared.as_bytes(), u64::MAX)).unwrap();
        let formats = [Format::Number, Format::Zeros(5)];
        let values = Values { strings: &strings, formats: &formats, since_1904: false };
        let xml =
            format!("<worksheet><dimension ref=\"A1\"/><sheetData>{rows}</sheetData></worksheet>");
        let mut cells = Cells::new(Xml::new(xml.as_bytes(), u64::MAX), values);
        let mut found = Vec::new();
        while let Some(cell) = cells.next_cell()? {
            found.push((cell.row, cell.column, cell.found));
        }
        Ok(found)
    }

    fn only(cell: &str) -> Option<Found> {
        let mut found = cells(&format!("<row>{cell}</row>")).unwrap();
        assert!(found.len() < 2, "{found:?}");
        found.pop().map(|(_, _, found)| found)
    }

    fn some(value: &str) -> Option<Found> {
        Some(Found::Text(value.to_owned()))
    }

    #[test]
    fn values_are_read_by_their_kind() {
        for (cell, expected) in [
            ("<c><v>17</v></c>", some("17")),
            ("<c s=\"1\"><v>1067</v></c>", some("01067")),
            ("<c s=\"9\"><v>1067</v></c>", some("1067")),
            ("<c><v>a&amp;b</v></c>", some("a&b")),
            ("<c t=\"s\"><v>0</v></c>", some("Ada")),
            ("<c t=\"b\"><f>A1</f><v>TRUE</v></c>", some("true")),
            ("<c t=\"str\"><f>A1</f><v>_x0041_</v></c>", some("A")),
            ("<c t=\"inlineStr\"><is><t>Ada</t></is></c>", some("Ada")),
            ("<c t=\"d\"><v>2001-05-01</v></c>", some("2001-05-01")),
            ("<c t=\"e\"><v>#SPILL!</v></c>", Some(Found::Error("#SPILL!".to_owned()))),
            ("<c><v></v></c>", None),
            ("<c s=\"1\"/>", None),
            ("<c t=\"str\"><f>\"\"</f><v></v></c>", None),
            ("<c t=\"s\"><v>1</v></c>", Some(Found::Half)),
            ("<c t=\"inlineStr\"><is><t>a_xD83D_b</t></is></c>", Some(Found::Half)),
        ] {
            assert_eq!(only(cell), expected, "{cell}");
        }
    }

    #[test]
    fn what_cannot_be_used_is_no_empty_cell() {
        for (cell, what) in [
            ("<c><f>A1</f></c>", NO_RESULT),
            ("<c><f>A1</f><v/></c>", NO_RESULT),
            ("<c><f t=\"shared\" si=\"0\"/><v></v></c>", NO_RESULT),
            ("<c t=\"str\"><f>A1</f></c>", NO_RESULT),
            ("<c t=\"n\"><v>Nowak</v></c>", NO_NUMBER),
            ("<c><v>NaN</v></c>", NO_NUMBER),
            ("<c><v>1e999</v></c>", NO_NUMBER),
            ("<c t=\"b\"><v>Nowak</v></c>", NO_TRUTH),
            ("<c t=\"s\"><v>2</v></c>", NO_TEXT),
            ("<c t=\"s\"><v>Nowak</v></c>", NO_TEXT),
            ("<c t=\"Nowak\"><v>1</v></c>", UNKNOWN),
            ("<c t=\"inlineStr\"><v>Nowak</v></c>", UNKNOWN),
        ] {
            assert_eq!(only(cell), Some(Found::Unusable(what)), "{cell}");
        }
        let long =
            format!("<c t=\"str\"><v>{}</v></c>", "x".repeat(super::super::xml::MOST_TEXT + 1));
        assert_eq!(only(&long), Some(Found::Unusable(TOO_LONG)));
    }

    #[test]
    fn cells_without_a_place_stand_behind_each_other() {
        let found = cells(
            "<row><c/><c><v>1</v></c></row><row r=\"5\"/><row><c><v>2</v></c><c r=\"D6\"><v>3</v></c><c><v>4</v></c></row>",
        );
        let places: Vec<_> =
            found.unwrap().iter().map(|(row, column, _)| (*row, *column)).collect();
        assert_eq!(places, [(0, 1), (5, 0), (5, 3), (5, 4)]);
    }

    #[test]
    fn xml_that_would_lose_a_value_ends_the_sheet() {
        for rows in [
            "<row><c t=\"inlineStr\"><is><t><Nowak></t></is></c></row>",
            "<row><c t=\"str\"><v>Ada &Nowak; x</v></c></row>",
            "<row><c>Nowak</c></row>",
            "<row><c><w>Nowak</w></c></row>",
            "<row><c r=\"Nowak\"><v>1</v></c></row>",
            "<row r=\"Nowak\"/>",
            "<row><c><v>1</v></c>",
        ] {
            let fault = cells(rows).unwrap_err().to_string();
            assert!(!fault.contains("Nowak"), "{fault}");
        }
    }
}
