//! Encodings other than UTF-8, decoded as the text is read.

use std::io::{self, BufRead, Read};

use encoding_rs::{Decoder, DecoderResult, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::CHUNK;
use crate::spec::model::Encoding;

/// What stands for half of a surrogate pair: no UTF-8 character begins with this byte and an ASCII character.
const HALF: u8 = 0xd8;

/// So many characters that are whole in UTF-8, and none that is not, are no accident in a file of single bytes.
const TELLING: u64 = 3;

/// A text in UTF-8, made from another encoding.
pub(super) struct Transcoded<R> {
    inner: R,
    way: Way,
    out: Vec<u8>,
    at: usize,
    done: bool,
}

enum Way {
    /// UTF-16.
    Wide(Box<Decoder>),
    /// One byte is one character.
    Single(Encoding, Suspicion),
}

impl<R: BufRead> Transcoded<R> {
    pub(super) fn new(inner: R, encoding: Encoding) -> Self {
        let way = match encoding {
            Encoding::Utf16Le => Way::Wide(Box::new(UTF_16LE.new_decoder_without_bom_handling())),
            Encoding::Utf16Be => Way::Wide(Box::new(UTF_16BE.new_decoder_without_bom_handling())),
            Encoding::Utf8 | Encoding::Windows1252 | Encoding::Iso88591 => {
                Way::Single(encoding, Suspicion::default())
            }
        };
        Self { inner, way, out: Vec::new(), at: 0, done: false }
    }

    fn refill(&mut self) -> io::Result<()> {
        self.out.clear();
        self.at = 0;
        let bytes = self.inner.fill_buf()?;
        let last = bytes.is_empty();
        let taken = match &mut self.way {
            Way::Wide(decoder) => {
                let (taken, complete) = widen(decoder, bytes, last, &mut self.out);
                self.done = last && complete;
                taken
            }
            Way::Single(encoding, suspicion) => {
                self.done = last;
                suspicion.watch(bytes);
                if last {
                    suspicion.verdict(*encoding)?;
                }
                single(*encoding, bytes, &mut self.out);
                bytes.len()
            }
        };
        self.inner.consume(taken);
        Ok(())
    }
}

impl<R: BufRead> BufRead for Transcoded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.at >= self.out.len() && !self.done {
            self.refill()?;
        }
        Ok(self.out.get(self.at..).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.at = (self.at + count).min(self.out.len());
    }
}

impl<R: BufRead> Read for Transcoded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(into)?;
        self.consume(count);
        Ok(count)
    }
}

/// Decodes UTF-16; returns how many bytes were taken, and whether all were.
fn widen(decoder: &mut Decoder, bytes: &[u8], last: bool, out: &mut Vec<u8>) -> (usize, bool) {
    out.resize(CHUNK, 0);
    let mut taken = 0;
    let mut made = 0;
    let complete = loop {
        // One byte of room is kept for the mark of a fault.
        let rest = bytes.get(taken..).unwrap_or_default();
        let room = out.get_mut(made..CHUNK - 1).unwrap_or_default();
        let (result, read, written) = decoder.decode_to_utf8_without_replacement(rest, room, last);
        taken += read;
        made += written;
        match result {
            DecoderResult::InputEmpty => break true,
            DecoderResult::OutputFull => break false,
            DecoderResult::Malformed(_, _) => {
                if let Some(place) = out.get_mut(made) {
                    *place = HALF;
                    made += 1;
                }
            }
        }
        if made + 1 >= CHUNK {
            break false;
        }
    };
    out.truncate(made);
    (taken, complete)
}

/// Decodes an encoding of single bytes. A byte that it does not define stays as it is, and is no UTF-8.
fn single(encoding: Encoding, bytes: &[u8], out: &mut Vec<u8>) {
    if encoding == Encoding::Iso88591 {
        out.extend_from_slice(encoding_rs::mem::decode_latin1(bytes).as_bytes());
        return;
    }
    // `encoding_rs` follows the web, where these five are control characters.
    let undefined = |byte: &u8| matches!(byte, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d);
    for part in bytes.split_inclusive(undefined) {
        let (text, rest) = match part.split_last() {
            Some((last, text)) if undefined(last) => (text, Some(*last)),
            _ => (part, None),
        };
        let (text, _) = WINDOWS_1252.decode_without_bom_handling(text);
        out.extend_from_slice(text.as_bytes());
        out.extend(rest);
    }
}

/// Whether a file that is said to have one byte for each character is UTF-8 in truth: `Ã©` is nobody's name.
#[derive(Default)]
struct Suspicion {
    /// The bytes above ASCII that follow each other here.
    run: Vec<u8>,
    line: u64,
    byte: u64,
    whole: u64,
    other: u64,
    /// Line and byte of the first.
    first: Option<(u64, u64)>,
}

impl Suspicion {
    /// A run is looked at up to this length.
    const LONGEST: usize = 64;

    fn watch(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if byte.is_ascii() {
                self.judge();
                self.line += u64::from(*byte == b'\n');
            } else if self.run.len() < Self::LONGEST {
                self.run.push(*byte);
            }
            self.byte += 1;
        }
    }

    fn judge(&mut self) {
        if self.run.is_empty() {
            return;
        }
        if std::str::from_utf8(&self.run).is_ok() {
            self.whole += 1;
            let begin = self.byte - self.run.len() as u64;
            self.first.get_or_insert((self.line + 1, begin + 1));
        } else {
            self.other += 1;
        }
        self.run.clear();
    }

    fn verdict(&mut self, encoding: Encoding) -> io::Result<()> {
        self.judge();
        match self.first {
            Some((line, byte)) if self.whole >= TELLING && self.other == 0 => {
                Err(io::Error::other(format!(
                    "expected {}, as `encoding` of the source says, found UTF-8 wherever a character is not ASCII ({} times, first at line {line}, byte {byte} of the file); correct `encoding`",
                    encoding.as_str(),
                    self.whole
                )))
            }
            _ => Ok(()),
        }
    }
}
