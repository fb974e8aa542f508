//! Delimited text: CSV and TSV.
//!
//! The reader is Landfall's own because a migration must report what a lenient reader mends in
//! silence: a quoted field that is never closed, text after a closing quote, a last line cut off.

use std::{io::BufRead, mem};

use super::{
    Defect, Format, Input, Record, Row, check_columns,
    decode::{self, Text},
    is_header,
};
use crate::{error::Error, spec::model};

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
        Ok(Reader {
            file: &self.file,
            input: text.bytes,
            encoding: text.encoding,
            line: 1,
            delimiter: self.delimiter,
            quote: self.quote,
        })
    }

    fn header(&self, reader: &mut Reader<'_>, raw: &mut Raw) -> Result<Vec<String>, Error> {
        let end = reader.next(raw)?.ok_or_else(|| {
            self.wrong(None, "is empty: expected a header row at least; ask for the file again")
        })?;
        let line = raw.line;
        if raw.malformed || end == End::CutInQuotes {
            return Err(self.wrong(
                Some(line),
                "expected a header row of plain names, found text after a closing quote",
            ));
        }
        let mut record = Record::default();
        decode(reader.encoding, raw, &mut record)
            .map_err(|defect| self.wrong(Some(line), format!("the header {}", defect.reason)))?;
        let names: Vec<String> = (0..record.len())
            .map(|index| record.get(index).unwrap_or_default().trim().to_owned())
            .collect();
        if names.iter().any(|name| name.contains('\r')) {
            return Err(self.wrong(
                Some(line),
                "expected lines ending with LF or CR LF, found CR alone; convert the line endings",
            ));
        }
        check_columns(&self.file, &names)?;
        Ok(names)
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
        return Err(Defect::encoding("holds a NUL character; have the file exported again"));
    }
    Ok(())
}

impl Format for Csv {
    fn columns(&self) -> Result<Vec<String>, Error> {
        self.header(&mut self.open()?, &mut Raw::default())
    }

    fn read(&self, visit: &mut dyn FnMut(Row<'_>) -> Result<(), Error>) -> Result<(), Error> {
        let mut reader = self.open()?;
        let mut raw = Raw::default();
        let mut record = Record::default();
        let expected = self.header(&mut reader, &mut raw)?.len();
        while let Some(end) = reader.next(&mut raw)? {
            let line = raw.line;
            let found = raw.ends.len();
            if end == End::CutInQuotes {
                return Err(self.wrong(
                    Some(line),
                    "expected the quoted field that begins here to be closed, found the end of the file: the file is cut off or a quote is missing; ask for the file again or correct the quote",
                ));
            }
            if end == End::OfFile && found < expected {
                return Err(self.wrong(
                    Some(line),
                    format!("expected {expected} fields and a line end, found {found} fields and the end of the file: the file is cut off; ask for the file again"),
                ));
            }
            let content = if raw.malformed {
                Err(Defect::shape("expected a delimiter after a closing quote, found more text"))
            } else if found != expected {
                Err(Defect::shape(format!("expected {expected} fields, found {found}")))
            } else {
                decode(reader.encoding, &mut raw, &mut record)
            };
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

/// How a row ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    OfLine,
    OfFile,
    CutInQuotes,
}

/// The bytes of one row, quotes removed.
#[derive(Debug, Default)]
pub(crate) struct Raw {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    line: u64,
    quoted: bool,
    malformed: bool,
}

impl Raw {
    fn start(&mut self, line: u64) {
        self.bytes.clear();
        self.ends.clear();
        self.line = line;
        self.quoted = false;
        self.malformed = false;
    }

    fn end_field(&mut self) {
        self.ends.push(self.bytes.len());
    }

    fn drop_carriage_return(&mut self) {
        let start = self.ends.last().copied().unwrap_or(0);
        if self.bytes.len() > start && self.bytes.last() == Some(&b'\r') {
            self.bytes.pop();
        }
    }

    /// Returns the defect of a row with a byte that is no text, at a place of the row's bytes.
    fn not_text(&self, encoding: model::Encoding, place: usize) -> Defect {
        let byte = self.bytes.get(place).copied().unwrap_or_default();
        let before = self.ends.iter().take_while(|end| **end <= place);
        let (fields, start) = before.fold((0, 0), |(count, _), end| (count + 1, *end));
        let place = format!("as byte {} of field {}", place - start + 1, fields + 1);
        Text::defect(encoding, byte, &place)
    }

    fn is_blank(&self) -> bool {
        self.ends.is_empty() && self.bytes.is_empty() && !self.quoted
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    FieldStart,
    Plain,
    Quoted,
    AfterQuote,
    AfterReturn,
}

struct Reader<'a> {
    file: &'a str,
    input: Box<dyn BufRead + 'a>,
    encoding: model::Encoding,
    line: u64,
    delimiter: u8,
    quote: Option<u8>,
}

impl Reader<'_> {
    /// Reads the next row that is not blank; none at the end of the file.
    fn next(&mut self, raw: &mut Raw) -> Result<Option<End>, Error> {
        let mut state = State::FieldStart;
        let mut opened = self.line;
        raw.start(self.line);
        loop {
            let buffer = match self.input.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    return Err(Error::Source {
                        file: self.file.to_owned(),
                        line: Some(self.line),
                        what: format!("cannot be read: {error}"),
                    });
                }
            };
            if buffer.is_empty() {
                return Ok(match state {
                    State::Quoted => {
                        raw.line = opened;
                        Some(End::CutInQuotes)
                    }
                    State::FieldStart if raw.ends.is_empty() => None,
                    State::FieldStart | State::Plain | State::AfterQuote | State::AfterReturn => {
                        raw.drop_carriage_return();
                        raw.end_field();
                        Some(End::OfFile)
                    }
                });
            }
            let mut at = 0;
            let mut complete = false;
            while at < buffer.len() && !complete {
                let byte = buffer[at];
                match state {
                    State::FieldStart if self.quote == Some(byte) => {
                        opened = self.line;
                        raw.quoted = true;
                        state = State::Quoted;
                        at += 1;
                    }
                    State::FieldStart | State::Plain => {
                        let rest = &buffer[at..];
                        let delimiter = self.delimiter;
                        let run = rest
                            .iter()
                            .position(|byte| *byte == delimiter || *byte == b'\n')
                            .unwrap_or(rest.len());
                        raw.bytes.extend_from_slice(&rest[..run]);
                        at += run;
                        state = State::Plain;
                        if let Some(stop) = buffer.get(at) {
                            at += 1;
                            if *stop == delimiter {
                                raw.end_field();
                                state = State::FieldStart;
                            } else {
                                self.line += 1;
                                raw.drop_carriage_return();
                                if raw.is_blank() {
                                    raw.start(self.line);
                                    state = State::FieldStart;
                                } else {
                                    raw.end_field();
                                    complete = true;
                                }
                            }
                        }
                    }
                    State::Quoted => {
                        let rest = &buffer[at..];
                        let quote = self.quote;
                        let run = rest
                            .iter()
                            .position(|byte| Some(*byte) == quote || *byte == b'\n')
                            .unwrap_or(rest.len());
                        raw.bytes.extend_from_slice(&rest[..run]);
                        at += run;
                        if let Some(stop) = buffer.get(at) {
                            at += 1;
                            if *stop == b'\n' {
                                self.line += 1;
                                raw.bytes.push(b'\n');
                            } else {
                                state = State::AfterQuote;
                            }
                        }
                    }
                    State::AfterQuote if self.quote == Some(byte) => {
                        raw.bytes.push(byte);
                        state = State::Quoted;
                        at += 1;
                    }
                    State::AfterQuote | State::AfterReturn if byte == b'\n' => {
                        self.line += 1;
                        raw.end_field();
                        complete = true;
                        at += 1;
                    }
                    State::AfterQuote if byte == self.delimiter => {
                        raw.end_field();
                        state = State::FieldStart;
                        at += 1;
                    }
                    State::AfterQuote if byte == b'\r' => {
                        state = State::AfterReturn;
                        at += 1;
                    }
                    State::AfterQuote | State::AfterReturn => {
                        raw.malformed = true;
                        state = State::Plain;
                    }
                }
            }
            self.input.consume(at);
            if complete {
                return Ok(Some(End::OfLine));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Rows = Vec<(u64, Result<Vec<String>, &'static str>)>;

    fn csv(bytes: &[u8]) -> Csv {
        Csv::of_spec("people.csv", bytes)
    }

    fn rows(csv: &Csv) -> Result<Rows, Error> {
        let mut rows = Vec::new();
        csv.read(&mut |row| {
            let cells = row.content.map_err(|defect| defect.rule).map(|record| {
                (0..record.len()).map(|i| record.get(i).unwrap().to_owned()).collect()
            });
            rows.push((row.line, cells));
            Ok(())
        })?;
        Ok(rows)
    }

    fn texts(cells: &[&str]) -> Result<Vec<String>, &'static str> {
        Ok(cells.iter().map(|cell| (*cell).to_owned()).collect())
    }

    #[test]
    fn rows_know_their_line_across_quotes_blank_lines_and_line_endings() {
        let csv = csv(b"\xef\xbb\xbfa,b\r\n1,\"x\ny\"\r\n\r\n2,\"say \"\"hi\"\"\"\r\n3,");
        assert_eq!(csv.columns().unwrap(), ["a", "b"]);
        assert_eq!(
            rows(&csv).unwrap(),
            vec![
                (2, texts(&["1", "x\ny"])),
                (5, texts(&["2", "say \"hi\""])),
                (6, texts(&["3", ""])),
            ]
        );
    }

    #[test]
    fn a_row_of_another_shape_is_a_defect_and_the_file_goes_on() {
        let rows = rows(&csv(b"a,b\n1\n1,2,3\n\"x\"y,2\n4,5\n")).unwrap();
        let rules: Vec<_> = rows.iter().map(|(line, row)| (*line, row.is_ok())).collect();
        assert_eq!(rules, [(2, false), (3, false), (4, false), (5, true)]);
    }

    #[test]
    fn a_file_cut_off_is_an_error_that_names_the_line() {
        for (text, line) in [("a,b\n1,2\n3,\"open\n4,5\n", 3), ("a,b\n1,2\n3", 3)] {
            match rows(&csv(text.as_bytes())) {
                Err(Error::Source { line: found, what, .. }) => {
                    assert_eq!(found, Some(line));
                    assert!(what.contains("cut off"), "{what}");
                }
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn wrong_encodings_are_told_apart() {
        let error = csv(b"\xff\xfea\0,\0b\0").columns().unwrap_err().to_string();
        assert!(error.contains("expected utf-8") && error.contains("utf-16le"), "{error}");
        let mut wide = csv(b"\xff\xfea\0,\0b\0\n\0\xe9\0,\0\x00\xd8\n\0\xe9\0,\0x\0");
        wide.encoding = None;
        let found: Vec<_> = rows(&wide).unwrap().into_iter().map(|(_, row)| row).collect();
        assert_eq!(found, vec![Err("encoding"), texts(&["é", "x"])]);
        let error = csv(b"a\0,\0b\0").columns().unwrap_err().to_string();
        assert!(error.contains("bytes of value 0"), "{error}");
        let broken = csv(b"a,b\nJos\xe9,1\nAda,2\n\xc3,\xa9\n");
        let found: Vec<_> = rows(&broken).unwrap().into_iter().map(|(_, row)| row).collect();
        assert_eq!(found, vec![Err("encoding"), texts(&["Ada", "2"]), Err("encoding")]);
        let mut latin = csv(b"a,b\nJos\xe9,\x80\nAda,\x81\n");
        latin.encoding = Some(model::Encoding::Windows1252);
        let found: Vec<_> = rows(&latin).unwrap().into_iter().map(|(_, row)| row).collect();
        assert_eq!(found, vec![texts(&["José", "€"]), Err("encoding")]);
    }

    #[test]
    fn a_byte_that_is_no_text_is_named_with_its_field() {
        let mut reasons = Vec::new();
        csv(b"a,b\nAda,Jos\xe9\n\xc3,\xa9\n")
            .read(&mut |row| {
                reasons.push(row.content.unwrap_err().reason);
                Ok(())
            })
            .unwrap();
        assert!(reasons[0].contains("the byte 0xE9 as byte 4 of field 2"), "{reasons:?}");
        assert!(reasons[1].contains("of field 2"), "{reasons:?}");
    }

    #[test]
    fn a_header_names_every_column_once() {
        for (text, expected) in [
            (&b""[..], "empty"),
            (&b"a,A\n"[..], "columns 1 and 2"),
            (&b"a,,b\n"[..], "column 2"),
            (&b"a,b\r1,2\r"[..], "CR alone"),
            (&b"a,landfall_line\n"[..], "reserved"),
        ] {
            let error = csv(text).columns().unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    proptest::proptest! {
        #[test]
        fn well_formed_files_are_read_as_the_csv_crate_reads_them(
            cells in proptest::collection::vec(
                proptest::collection::vec("[a-z\",\n é]{0,6}", 3), 0..20),
            crlf in proptest::bool::ANY,
        ) {
            let terminator = if crlf { ::csv::Terminator::CRLF } else { ::csv::Terminator::Any(b'\n') };
            let mut writer = ::csv::WriterBuilder::new().terminator(terminator).from_writer(Vec::new());
            writer.write_record(["one", "two", "three"]).unwrap();
            for row in &cells {
                writer.write_record(row).unwrap();
            }
            let bytes = writer.into_inner().unwrap();
            let found: Vec<Vec<String>> =
                rows(&csv(&bytes)).unwrap().into_iter().map(|(_, row)| row.unwrap()).collect();
            proptest::prop_assert_eq!(found, cells);
        }
    }
}
