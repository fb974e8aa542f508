//! The bytes of a file as text: decoded, checked for what XML does not allow, with line and column.

mod encoding;

use std::{
    fmt,
    io::{self, BufRead, Chain, Cursor, ErrorKind},
};

use encoding_rs::{Decoder, DecoderResult};

use self::encoding::{Doubt, Found};
use crate::{finding::Code, limits::Limits, model::Position};

const CHUNK: usize = 1 << 16;

/// Why reading cannot go on, with the code of the finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) code: Code,
    pub(crate) message: String,
}

impl Fault {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// A file as UTF-8, whatever it was written in.
///
/// What is handed out is always whole characters that XML allows. A fault is told only when
/// everything before it was taken, so that [`Input::position`] is then its place.
pub(crate) struct Input<R> {
    source: Chain<Cursor<Vec<u8>>, R>,
    decoder: Decoder,
    encoding: String,
    doubt: Option<Doubt>,
    text: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
    fault: Option<Fault>,
    line: u32,
    column: u32,
    /// Whether the last character was a carriage return: a line feed after it ends the same line.
    returned: bool,
    bytes: u64,
    event: usize,
    most_bytes: u64,
    most_event: usize,
}

impl<R: BufRead> Input<R> {
    /// Finds out the encoding by byte order mark, first bytes and declaration.
    ///
    /// # Errors
    /// When they contradict each other, the encoding is not known, or it is no text.
    pub(crate) fn open(mut reader: R, limits: &Limits) -> Result<Self, Fault> {
        let head = encoding::head(&mut reader)?;
        let Found { encoding, name, mark, doubt } = encoding::find(&head)?;
        let mut head = Cursor::new(head);
        head.set_position(mark);
        Ok(Self {
            source: io::Read::chain(head, reader),
            decoder: encoding.new_decoder_without_bom_handling(),
            encoding: name,
            doubt,
            text: vec![0; CHUNK],
            start: 0,
            end: 0,
            ended: false,
            fault: None,
            line: 1,
            column: 1,
            returned: false,
            bytes: mark,
            event: 0,
            most_bytes: limits.bytes,
            most_event: limits.text,
        })
    }

    /// The name of the encoding: the file's own, where it declares one.
    pub(crate) fn encoding(&self) -> &str {
        &self.encoding
    }

    /// The place of the next character.
    pub(crate) const fn position(&self) -> Position {
        Position { line: self.line, column: self.column }
    }

    /// Begins another tag, text or comment: the limit of one counts from here.
    pub(crate) const fn begin_event(&mut self) {
        self.event = 0;
    }

    /// The fault of a tag, text or comment that is longer than it may be.
    pub(crate) fn too_long(&self) -> Option<Fault> {
        (self.event > self.most_event).then(|| {
            Fault::new(
                Code::Limit,
                format!(
                    "expected at most {} bytes in one text, tag or comment, found more; is something not closed?",
                    self.most_event
                ),
            )
        })
    }

    /// Why nothing more came, if something is wrong.
    pub(crate) const fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    /// What the whole file shows about its encoding; asked at its end.
    pub(crate) fn doubt(&self) -> Option<Fault> {
        self.doubt.as_ref().and_then(Doubt::verdict)
    }

    fn refill(&mut self) {
        self.start = 0;
        self.end = 0;
        while self.end == 0 && !self.ended && self.fault.is_none() {
            let raw = match self.source.fill_buf() {
                Ok(raw) => raw,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.fault =
                        Some(Fault::new(Code::Unreadable, format!("cannot be read: {error}")));
                    return;
                }
            };
            let last = raw.is_empty();
            let (result, read, written) =
                self.decoder.decode_to_utf8_without_replacement(raw, &mut self.text, last);
            if let Some(doubt) = &mut self.doubt {
                doubt.see(raw.get(..read).unwrap_or_default());
            }
            self.source.consume(read);
            self.bytes += read as u64;
            self.end = written;
            match result {
                DecoderResult::InputEmpty => self.ended = last,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => {
                    self.fault = Some(Fault::new(
                        Code::Encoding,
                        format!(
                            "expected {}, found bytes that it does not have; correct the declaration of the encoding or save the file in it",
                            self.encoding
                        ),
                    ));
                }
            }
            if self.bytes > self.most_bytes {
                self.fault = Some(Fault::new(
                    Code::Limit,
                    format!(
                        "expected at most {} bytes, found more; is it a study design? take data out of the file",
                        self.most_bytes
                    ),
                ));
            }
            let text = self.text.get(..written).unwrap_or_default();
            if let Some((index, character)) = forbidden(text) {
                self.end = index;
                self.fault = Some(Fault::new(
                    Code::Malformed,
                    format!(
                        "expected characters that XML allows, found U+{character:04X}; take it out of the file"
                    ),
                ));
            }
        }
    }
}

impl<R: BufRead> io::Read for Input<R> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let mut available = self.fill_buf()?;
        let read = io::Read::read(&mut available, target)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Input<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if let Some(fault) = self.too_long() {
            self.fault = Some(fault);
            return Err(io::Error::from(ErrorKind::InvalidData));
        }
        if self.start == self.end {
            self.refill();
        }
        if self.start == self.end && self.fault.is_some() {
            return Err(io::Error::from(ErrorKind::InvalidData));
        }
        Ok(self.text.get(self.start..self.end).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        let until = self.end.min(self.start + amount);
        let bytes = self.text.get(self.start..until).unwrap_or_default();
        if let Some(last) = bytes.last() {
            let (lines, rest) = line_ends(bytes, self.returned);
            if rest.is_some() {
                self.line = self.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
                self.column = 1;
            }
            let on_this_line = rest.unwrap_or(bytes);
            self.column = self.column.saturating_add(characters(on_this_line));
            self.returned = *last == b'\r';
        }
        self.event += bytes.len();
        self.start = until;
    }
}

fn characters(bytes: &[u8]) -> u32 {
    let count = bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// How many lines end in a text, and what follows the last end: none where no line ends.
///
/// A line ends with a line feed, a carriage return, or both; `returned` is whether a carriage return
/// stands before the text.
fn line_ends(bytes: &[u8], returned: bool) -> (usize, Option<&[u8]>) {
    let after = |index: usize| bytes.get(index + 1..).unwrap_or_default();
    if !returned && memchr::memchr(b'\r', bytes).is_none() {
        return match memchr::memrchr(b'\n', bytes) {
            None => (0, None),
            Some(last) => (memchr::memchr_iter(b'\n', bytes).count(), Some(after(last))),
        };
    }
    let (mut lines, mut rest) = (0, None);
    for index in memchr::memchr2_iter(b'\r', b'\n', bytes) {
        let before = match index.checked_sub(1) {
            None => returned,
            Some(before) => bytes.get(before) == Some(&b'\r'),
        };
        let second = before && bytes.get(index) == Some(&b'\n');
        lines += usize::from(!second);
        rest = Some(after(index));
    }
    (lines, rest)
}

/// The first character that XML 1.0 does not allow, in text that is UTF-8.
fn forbidden(text: &[u8]) -> Option<(usize, u32)> {
    let control = |byte: &u8| *byte < 0x20 && !matches!(*byte, b'\t' | b'\n' | b'\r');
    // Looking at every byte without stopping is what the compiler makes fast.
    let controls = text.iter().fold(false, |found, byte| found | control(byte));
    let first = if controls { text.iter().position(control) } else { None };
    let noncharacter = memchr::memmem::find_iter(text, b"\xef\xbf")
        .find(|index| matches!(text.get(index + 2), Some(0xbe | 0xbf)));
    match (first, noncharacter) {
        (None, None) => None,
        (Some(at), later) if later.is_none_or(|later| at < later) => {
            Some((at, text.get(at).map_or(0, |byte| u32::from(*byte))))
        }
        (_, Some(at)) => Some((at, text.get(at + 2).map_or(0, |byte| 0xff40 + u32::from(*byte)))),
        (Some(_), None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place_of_at(bytes: &[u8], capacity: usize) -> Position {
        let reader = io::BufReader::with_capacity(capacity, bytes);
        let mut input = Input::open(reader, &Limits::default()).unwrap();
        loop {
            let text = input.fill_buf().unwrap();
            assert!(!text.is_empty());
            let Some(index) = memchr::memchr(b'@', text) else {
                let all = text.len();
                input.consume(all);
                continue;
            };
            input.consume(index);
            return input.position();
        }
    }

    fn utf16(text: &str, big: bool, mark: bool) -> Vec<u8> {
        let units = mark.then_some(0xfeff).into_iter().chain(text.encode_utf16());
        units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    #[test]
    fn places_are_counted_in_characters_in_every_encoding() {
        let body = "<a>\r\nGrün😀 @";
        let expected = Position { line: 2, column: 7 };
        for capacity in [1, 2, 3, 7, 4096] {
            for big in [false, true] {
                for mark in [false, true] {
                    assert_eq!(place_of_at(&utf16(body, big, mark), capacity), expected);
                }
            }
            assert_eq!(place_of_at(body.as_bytes(), capacity), expected);
            let latin = b"<?xml version='1.0' encoding='ISO-8859-1'?>\nGr\xfcn @";
            assert_eq!(place_of_at(latin, capacity), Position { line: 2, column: 6 });
        }
    }

    #[test]
    fn a_line_ends_with_a_line_feed_a_carriage_return_or_both() {
        let body = "<a>\rb\n\rc\r\n\r\r\n  @";
        let expected = Position { line: 7, column: 3 };
        for capacity in [1, 2, 3, 4096] {
            assert_eq!(place_of_at(body.as_bytes(), capacity), expected, "{capacity}");
            assert_eq!(place_of_at(&utf16(body, false, true), capacity), expected, "{capacity}");
        }
    }

    #[test]
    fn a_fault_is_told_at_its_place() {
        let limits = Limits { bytes: 40, ..Limits::default() };
        for (bytes, code, column) in [
            (&b"<a>Gr\xfcn</a>"[..], Code::Encoding, 6),
            (&b"<a>\x01</a>"[..], Code::Malformed, 4),
            (&b"<a>\xef\xbf\xbf</a>"[..], Code::Malformed, 4),
            (&[b'x'; 50][..], Code::Limit, 51),
        ] {
            let mut input = Input::open(bytes, &limits).unwrap();
            while let Ok(text) = input.fill_buf() {
                assert!(!text.is_empty(), "{code}");
                let all = text.len();
                input.consume(all);
            }
            assert_eq!(input.fault().unwrap().code, code);
            assert_eq!(input.position(), Position { line: 1, column }, "{code}");
        }
    }

    #[test]
    fn one_text_has_a_limit() {
        let limits = Limits { text: 10, ..Limits::default() };
        let long = "x".repeat(1 << 17);
        let mut input = Input::open(long.as_bytes(), &limits).unwrap();
        let first = input.fill_buf().unwrap().len();
        input.consume(first);
        assert!(input.fill_buf().is_err());
        assert_eq!(input.fault().unwrap().code, Code::Limit);
    }
}
