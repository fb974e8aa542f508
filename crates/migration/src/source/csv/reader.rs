//! The rows of delimited text, as bytes with their quotes removed.

use std::io::{BufRead, ErrorKind};

use crate::{
    error::Error,
    source::{Defect, LONGEST_ROW, MOST_COLUMNS, decode::Text},
    spec::model,
};

/// How a row ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    OfLine,
    OfFile,
    CutInQuotes,
}

/// The bytes of one row, quotes removed.
#[derive(Debug, Default)]
pub(super) struct Raw {
    /// At most [`LONGEST_ROW`] of them.
    pub(super) bytes: Vec<u8>,
    /// The ends of the first fields, as many as a row can have.
    pub(super) ends: Vec<usize>,
    /// How many fields there are.
    pub(super) fields: usize,
    /// The line on which the row begins, and the one on which it ends.
    pub(super) line: u64,
    pub(super) last: u64,
    quoted: bool,
    /// Text stands behind a closing quote.
    pub(super) malformed: bool,
    /// The row has more bytes than are kept.
    pub(super) too_long: bool,
}

impl Raw {
    fn start(&mut self, line: u64) {
        self.bytes.clear();
        self.ends.clear();
        self.fields = 0;
        self.line = line;
        self.last = line;
        self.quoted = false;
        self.malformed = false;
        self.too_long = false;
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.bytes.len() + bytes.len() > LONGEST_ROW {
            self.too_long = true;
        } else {
            self.bytes.extend_from_slice(bytes);
        }
    }

    fn end_field(&mut self) {
        self.fields += 1;
        if self.fields <= MOST_COLUMNS {
            self.ends.push(self.bytes.len());
        }
    }

    fn drop_carriage_return(&mut self) {
        let start = self.ends.last().copied().unwrap_or(0);
        if self.bytes.len() > start && self.bytes.last() == Some(&b'\r') {
            self.bytes.pop();
        }
    }

    /// Returns the defect of a row with a byte that is no text, at a place of the row's bytes.
    pub(super) fn not_text(&self, encoding: model::Encoding, place: usize) -> Defect {
        let byte = self.bytes.get(place).copied().unwrap_or_default();
        let before = self.ends.iter().take_while(|end| **end <= place);
        let (fields, start) = before.fold((0, 0), |(count, _), end| (count + 1, *end));
        let place = format!("as byte {} of field {}", place - start + 1, fields + 1);
        Text::defect(encoding, byte, &place)
    }

    fn is_blank(&self) -> bool {
        self.fields == 0 && self.bytes.is_empty() && !self.quoted && !self.too_long
    }

    /// Tells whether this is the mark that DOS sets at the end of a file.
    pub(super) fn is_end_mark(&self) -> bool {
        self.fields == 1
            && !self.quoted
            && !self.bytes.is_empty()
            && self.bytes.iter().all(|byte| *byte == 0x1a)
    }

    /// Returns what is wrong with the shape of a row that must have so many fields.
    pub(super) fn fault(&self, expected: usize) -> Option<String> {
        if self.too_long {
            Some(format!("expected a row of at most {LONGEST_ROW} bytes, found a longer one"))
        } else if self.malformed {
            Some("expected a delimiter after a closing quote, found more text".to_owned())
        } else if self.fields != expected {
            Some(format!("expected {expected} fields, found {}", self.fields))
        } else {
            None
        }
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

/// Takes one row after the other.
pub(super) struct Reader<'a> {
    file: &'a str,
    input: Box<dyn BufRead + 'a>,
    pub(super) encoding: model::Encoding,
    line: u64,
    delimiter: u8,
    quote: Option<u8>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(file: &'a str, text: Text<'a>, delimiter: u8, quote: Option<u8>) -> Self {
        Self { file, input: text.bytes, encoding: text.encoding, line: 1, delimiter, quote }
    }

    /// Reads the next row that is not blank; none at the end of the file.
    pub(super) fn next(&mut self, raw: &mut Raw) -> Result<Option<End>, Error> {
        let mut state = State::FieldStart;
        let mut opened = self.line;
        raw.start(self.line);
        loop {
            let buffer = match self.input.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.wrong(self.line, format!("cannot be read: {error}"))),
            };
            if buffer.is_empty() {
                return Ok(end_of_file(raw, state, self.line, opened));
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
                        raw.keep(&rest[..run]);
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
                        raw.keep(&rest[..run]);
                        at += run;
                        if let Some(stop) = buffer.get(at) {
                            at += 1;
                            if *stop == b'\n' {
                                self.line += 1;
                                raw.keep(b"\n");
                            } else {
                                state = State::AfterQuote;
                            }
                        }
                    }
                    State::AfterQuote if self.quote == Some(byte) => {
                        raw.keep(&[byte]);
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
            raw.last = if complete { self.line - 1 } else { self.line };
            if raw.too_long && raw.last > raw.line {
                return Err(self.wrong(
                    opened,
                    format!(
                        "expected a row of at most {LONGEST_ROW} bytes, found a longer one, with a quoted field that begins here and line ends inside: a quote is missing or one too many; correct the quote, or state `quote = \"\"` if the file has no quoted fields"
                    ),
                ));
            }
            if complete {
                return Ok(Some(End::OfLine));
            }
        }
    }

    fn wrong(&self, line: u64, what: String) -> Error {
        Error::Source { file: self.file.to_owned(), line: Some(line), what }
    }
}

/// Ends the row at hand where the file ends; `opened` is the line on which its last quote was opened.
fn end_of_file(raw: &mut Raw, state: State, line: u64, opened: u64) -> Option<End> {
    raw.last = line;
    match state {
        State::Quoted => {
            raw.line = opened;
            Some(End::CutInQuotes)
        }
        State::FieldStart if raw.fields == 0 => None,
        State::FieldStart | State::Plain | State::AfterQuote | State::AfterReturn => {
            raw.drop_carriage_return();
            raw.end_field();
            Some(End::OfFile)
        }
    }
}
