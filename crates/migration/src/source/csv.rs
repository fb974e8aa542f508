//! Delimited text: CSV and TSV.
//!
//! The reader is Landfall's own because a migration must report what a lenient reader mends in
//! silence: a quoted field that is never closed, text after a closing quote, a last line cut off.

mod reader;
#[cfg(test)]
mod tests;

use std::mem;

use self::reader::{End, Raw, Reader};
use super::{
    Defect, Format, Input, LONGEST_ROW, MOST_COLUMNS, Record, Row, check_columns, decode,
    is_header, too_many,
};
use crate::{error::Error, spec::model};

/// So many lines may stand in one row that is broken; more are no row, but a quote that swallows the file.
const MOST_TAKEN: u64 = 10_000;

/// What is wrong with a row that has a NUL character.
const NUL: &str = "holds a NUL character; have the file exported again";

/// A delimited text file.
pub(crate) struct Csv {
    file: String,
    input: Input,
    delimiter: u8,
    quote: Option<u8>,
    encoding: Option<model::Encoding>,
}

impl Csv {
    pub(crate) fn new(source: &model::Source, input: Input) -> Self {
        let usual = match source.format {
            model::Format::Tsv => b'\t',
            model::Format::Csv
            | model::Format::JsonLines
            | model::Format::Excel
            | model::Format::PgDump
            | model::Format::MysqlDump
            | model::Format::Sqlite => b',',
        };
        let first = |text: &Option<String>| text.as_ref().and_then(|text| text.bytes().next());
        Self {
            file: source.file.clone(),
            input,
            delimiter: first(&source.delimiter).unwrap_or(usual),
            quote: match &source.quote {
                None => Some(b'"'),
                Some(text) => text.bytes().next(),
            },
            encoding: source.encoding,
        }
    }

    /// Reads a UTF-8, comma-separated text that is part of the spec.
    pub(crate) fn of_spec(file: &str, text: &[u8]) -> Self {
        Self {
            file: file.to_owned(),
            input: Input::Held(text.into()),
            delimiter: b',',
            quote: Some(b'"'),
            encoding: Some(model::Encoding::Utf8),
        }
    }

    fn open(&self) -> Result<Reader<'_>, Error> {
        let text = decode::open(&self.file, &self.input, self.encoding)?;
        Ok(Reader::new(&self.file, text, self.delimiter, self.quote))
    }

    fn header(&self, reader: &mut Reader<'_>, raw: &mut Raw) -> Result<Vec<String>, Error> {
        let end = reader.next(raw)?.ok_or_else(|| {
            self.wrong(None, "is empty: expected a header row at least; ask for the file again")
        })?;
        let line = raw.line;
        let wrong = |what: String| self.wrong(Some(line), what);
        let returns =
            "expected lines ending with LF or CR LF, found CR alone; convert the line endings";
        if raw.too_long || raw.fields > MOST_COLUMNS {
            return Err(wrong(if raw.bytes.contains(&b'\r') {
                returns.to_owned()
            } else if raw.too_long {
                format!(
                    "expected a header row of at most {LONGEST_ROW} bytes, found a longer one; correct `format`, or have the file exported with line ends"
                )
            } else {
                too_many(raw.fields)
            }));
        }
        if raw.malformed || end == End::CutInQuotes {
            return Err(wrong(
                "expected a header row of plain names, found text after a closing quote".to_owned(),
            ));
        }
        let mut record = Record::default();
        decode(reader.encoding, raw, &mut record).map_err(|defect| {
            let wide = if defect.reason == NUL {
                ", or state `encoding` if the file is UTF-16 without a byte order mark"
            } else {
                ""
            };
            wrong(format!("the header {}{wide}", defect.reason))
        })?;
        let names: Vec<String> = (0..record.len())
            .map(|index| record.get(index).unwrap_or_default().trim().to_owned())
            .collect();
        if names.iter().any(|name| name.contains('\r')) {
            return Err(wrong(returns.to_owned()));
        }
        if is_separator_line(&names) {
            return Err(wrong(
                "expected the names of the columns, found the line `sep=` that Excel writes before them; delete the line, and state the character behind `sep=` as `delimiter`".to_owned(),
            ));
        }
        check_columns(&self.file, &names)?;
        Ok(names)
    }

    /// Hands over a broken row, and each line that it took along: where a quote is wrong, they are rows of their own.
    fn reject(
        &self,
        raw: &Raw,
        reason: &str,
        visit: &mut dyn FnMut(Row<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let Raw { line, last, .. } = *raw;
        if last == line {
            return visit(Row { line, content: Err(Defect::shape(reason)) });
        }
        let whole = format!(
            "{reason}; the row begins at line {line} and ends at line {last}: a quote may be missing or one too many"
        );
        if last - line > MOST_TAKEN {
            return Err(self.wrong(Some(line), format!("{whole}; correct the quote")));
        }
        visit(Row { line, content: Err(Defect::shape(whole)) })?;
        for taken in line + 1..=last {
            let reason = format!(
                "stands inside the row that begins at line {line}, which is rejected; correct the quotes there"
            );
            visit(Row { line: taken, content: Err(Defect::shape(reason)) })?;
        }
        Ok(())
    }

    fn wrong(&self, line: Option<u64>, what: impl Into<String>) -> Error {
        Error::Source { file: self.file.clone(), line, what: what.into() }
    }
}

/// Moves the bytes of a row into texts; on a defect the row is of no use, the next one may be.
fn decode(encoding: model::Encoding, raw: &mut Raw, record: &mut Record) -> Result<(), Defect> {
    let text = String::from_utf8(mem::take(&mut raw.bytes)).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        raw.bytes = error.into_bytes();
        raw.not_text(encoding, place)
    })?;
    // Two broken halves may make one whole character across a field's end.
    if let Some(end) = raw.ends.iter().copied().find(|end| !text.is_char_boundary(*end)) {
        raw.bytes = text.into_bytes();
        return Err(raw.not_text(encoding, end));
    }
    raw.bytes = mem::replace(&mut record.text, text).into_bytes();
    mem::swap(&mut record.ends, &mut raw.ends);
    record.absent.clear();
    if record.text.contains('\0') {
        return Err(Defect::encoding(NUL));
    }
    Ok(())
}

/// Tells whether the first line is `sep=;`, by which Excel knows the delimiter.
fn is_separator_line(names: &[String]) -> bool {
    let Some((first, rest)) = names.split_first() else { return false };
    let begins = first.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("sep="));
    begins && first.chars().count() <= 5 && rest.iter().all(String::is_empty)
}

/// Tells whether a row is the header again, as where one export was put behind another.
fn repeats(record: &Record, names: &[String]) -> bool {
    // With a single column a value may well be its name.
    names.len() > 1
        && names.iter().enumerate().all(|(index, name)| {
            let cell = record.get(index).unwrap_or_default().trim();
            // Behind the first export the byte order mark of the second is part of the text.
            let cell = if index == 0 { cell.trim_start_matches('\u{feff}') } else { cell };
            cell == name
        })
}

impl Format for Csv {
    fn columns(&self) -> Result<Vec<String>, Error> {
        self.header(&mut self.open()?, &mut Raw::default())
    }

    fn read(&self, visit: &mut dyn FnMut(Row<'_>) -> Result<(), Error>) -> Result<(), Error> {
        let mut reader = self.open()?;
        let mut raw = Raw::default();
        let mut record = Record::default();
        let names = self.header(&mut reader, &mut raw)?;
        let expected = names.len();
        while let Some(end) = reader.next(&mut raw)? {
            let line = raw.line;
            let found = raw.fields;
            if end == End::CutInQuotes {
                return Err(self.wrong(
                    Some(line),
                    "expected the quoted field that begins here to be closed, found the end of the file: the file is cut off or a quote is missing; ask for the file again or correct the quote",
                ));
            }
            if end == End::OfFile && raw.is_end_mark() {
                break;
            }
            if end == End::OfFile && found < expected {
                return Err(self.wrong(
                    Some(line),
                    format!("expected {expected} fields and a line end, found {found} fields and the end of the file: the file is cut off; ask for the file again"),
                ));
            }
            if let Some(reason) = raw.fault(expected) {
                self.reject(&raw, &reason, visit)?;
                continue;
            }
            let mut content = decode(reader.encoding, &mut raw, &mut record);
            if content.is_ok() && repeats(&record, &names) {
                content = Err(Defect::shape("repeats the header line; delete the line"));
            }
            visit(Row { line, content: content.map(|()| &record) })?;
        }
        Ok(())
    }
}

/// Reads the rows of a small text that is part of the spec: lines and cells, header first.
///
/// # Errors
/// When the text is not well-formed; every row must have as many cells as the header.
pub(crate) fn read_spec_table(
    file: &str,
    text: &[u8],
    header: &[&str],
    mut visit: impl FnMut(u64, &Record) -> Result<(), Error>,
) -> Result<(), Error> {
    let csv = Csv::of_spec(file, text);
    let columns = csv.columns()?;
    if columns != header {
        // What is no header is a row of the list, which may repeat what the source says.
        let found = if is_header(&columns, header) {
            format!("found `{}`", columns.join(","))
        } else {
            format!(
                "found {} columns of other names; does the file begin with its header line?",
                columns.len()
            )
        };
        return Err(
            csv.wrong(Some(1), format!("expected the header `{}`, {found}", header.join(",")))
        );
    }
    csv.read(&mut |row| match row.content {
        Ok(record) => visit(row.line, record),
        Err(defect) => Err(csv.wrong(Some(row.line), format!("the row: {}", defect.reason))),
    })
}
