//! Encodings other than UTF-8, decoded as the text is read.

use std::io::{self, BufRead, Read};

use encoding_rs::{Decoder, DecoderResult, UTF_16BE, UTF_16LE};

use super::{CHUNK, single::Single};
use crate::spec::model::Encoding;

/// What stands for half of a surrogate pair: no UTF-8 character begins with this byte and an ASCII character.
const HALF: u8 = 0xd8;

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
    Single(Box<Single>),
}

impl<R: BufRead> Transcoded<R> {
    pub(super) fn new(inner: R, encoding: Encoding) -> Self {
        let way = match encoding {
            Encoding::Utf16Le => Way::Wide(Box::new(UTF_16LE.new_decoder_without_bom_handling())),
            Encoding::Utf16Be => Way::Wide(Box::new(UTF_16BE.new_decoder_without_bom_handling())),
            Encoding::Utf8 | Encoding::Windows1252 | Encoding::Iso88591 => {
                Way::Single(Box::new(Single::new(encoding)))
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
            Way::Single(single) => {
                self.done = last;
                if last {
                    single.finish(&mut self.out)?;
                } else {
                    single.decode(bytes, &mut self.out)?;
                }
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
