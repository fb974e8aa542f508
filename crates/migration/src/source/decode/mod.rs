//! What stands between a file's bytes and a format: compression and character encoding, both streaming.
//!
//! A format reads UTF-8. What the file's own encoding does not define comes through as a byte that UTF-8 does not
//! allow in that place, so that the format can reject the one row it stands in.

mod compression;
mod encoding;

use std::{
    cell::Cell,
    fs::File,
    io::{BufRead, BufReader, Cursor, Read},
    rc::Rc,
};

use super::{Defect, Input};
use crate::{error::Error, spec::model::Encoding};

pub(crate) use self::compression::{FREE_OF_RATIO, MOST_EXPANDED, MOST_RATIO};
use self::{compression::Limits, encoding::Transcoded};

/// How much is read at once.
const CHUNK: usize = 1 << 17;

/// How much of a text is looked at before it is read.
const HEAD: u64 = 4096;

/// The text of a file, as UTF-8.
pub(crate) struct Text<'a> {
    pub(crate) bytes: Box<dyn BufRead + 'a>,
    /// The encoding of the file: by its byte order mark, else as declared, else UTF-8.
    pub(crate) encoding: Encoding,
}

impl Text<'_> {
    /// Returns the defect of a row whose bytes are no UTF-8: `place` says where the byte stands.
    pub(crate) fn defect(encoding: Encoding, byte: u8, place: &str) -> Defect {
        let advice = match encoding {
            Encoding::Utf8 => {
                "state the `encoding` of the source or have the file exported as UTF-8"
            }
            Encoding::Windows1252 | Encoding::Iso88591 => {
                "correct `encoding` or have the file exported as UTF-8"
            }
            Encoding::Utf16Le | Encoding::Utf16Be => "the file is damaged; ask for it again",
        };
        let what = match encoding {
            // The marker stands for half of a pair, and says nothing itself.
            Encoding::Utf16Le | Encoding::Utf16Be => "half a character".to_owned(),
            Encoding::Utf8 | Encoding::Windows1252 | Encoding::Iso88591 => {
                format!("the byte 0x{byte:02X}")
            }
        };
        Defect::encoding(format!("is not {}: found {what} {place}; {advice}", encoding.as_str()))
    }
}

/// Opens a file as text: unpacks gzip and zstd by their magic numbers, steps over a byte order mark, decodes.
pub(crate) fn open<'a>(
    file: &str,
    input: &'a Input,
    declared: Option<Encoding>,
) -> Result<Text<'a>, Error> {
    open_within(file, input, declared, Limits::USUAL)
}

fn open_within<'a>(
    file: &str,
    input: &'a Input,
    declared: Option<Encoding>,
    limits: Limits,
) -> Result<Text<'a>, Error> {
    let wrong = |what: String| Error::Source { file: file.to_owned(), line: None, what };
    let unreadable = |error: std::io::Error| wrong(format!("cannot be read: {error}"));
    let packed = Rc::new(Cell::new(0));
    let source: Box<dyn Read + 'a> = match input {
        Input::File(path) => Box::new(File::open(path).map_err(unreadable)?),
        Input::Held(bytes) => Box::new(Cursor::new(&bytes[..])),
    };
    let counted = Counted { inner: source, count: Rc::clone(&packed) };
    let mut bytes = compression::unpacked(BufReader::with_capacity(CHUNK, counted), packed, limits)
        .map_err(unreadable)?;
    let mut head = Vec::new();
    bytes.by_ref().take(HEAD).read_to_end(&mut head).map_err(unreadable)?;
    let mark = mark(&head);
    let encoding = match (mark, declared) {
        (Some((found, _)), Some(expected)) if found != expected => {
            return Err(wrong(format!(
                "expected {}, as `encoding` of the source says, found {} (by the byte order mark at line 1, byte 1); correct `encoding`",
                expected.as_str(),
                found.as_str()
            )));
        }
        (Some((found, _)), _) => found,
        (None, declared) => declared.unwrap_or_default(),
    };
    let wide = matches!(encoding, Encoding::Utf16Le | Encoding::Utf16Be);
    if let Some(place) = head.iter().position(|byte| *byte == 0).filter(|_| !wide) {
        return Err(wrong(not_text(&head, place)));
    }
    head.drain(..mark.map_or(0, |(_, length)| length));
    let bytes = Cursor::new(head).chain(bytes);
    let bytes: Box<dyn BufRead + 'a> = match encoding {
        Encoding::Utf8 => Box::new(bytes),
        Encoding::Windows1252 | Encoding::Iso88591 | Encoding::Utf16Le | Encoding::Utf16Be => {
            Box::new(Transcoded::new(bytes, encoding))
        }
    };
    Ok(Text { bytes, encoding })
}

/// Returns the encoding that a byte order mark names, and how long the mark is.
fn mark(head: &[u8]) -> Option<(Encoding, usize)> {
    [
        (&[0xef, 0xbb, 0xbf][..], Encoding::Utf8),
        (&[0xff, 0xfe][..], Encoding::Utf16Le),
        (&[0xfe, 0xff][..], Encoding::Utf16Be),
    ]
    .into_iter()
    .find(|(mark, _)| head.starts_with(mark))
    .map(|(mark, encoding)| (encoding, mark.len()))
}

/// Says what a file with bytes of value 0 may be.
fn not_text(head: &[u8], place: usize) -> String {
    let guess = if head.starts_with(b"PK") {
        "a workbook (`format = \"excel\"`) or a zip archive, which must be unpacked".to_owned()
    } else if head.starts_with(b"SQLite format 3") {
        "a database (`format = \"sqlite\"`)".to_owned()
    } else if place % 2 == 1 {
        "probably UTF-16 without a byte order mark (`encoding = \"utf-16le\"`)".to_owned()
    } else if place == 0 {
        "probably UTF-16 without a byte order mark (`encoding = \"utf-16be\"`)".to_owned()
    } else {
        "UTF-16, a workbook or a database".to_owned()
    };
    format!(
        "expected a text file, found bytes of value 0, the first at byte {}: {guess}; have it exported as UTF-8 text or correct `format` or `encoding`",
        place + 1
    )
}

/// Counts what is read through it.
struct Counted<R> {
    inner: R,
    count: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(into)?;
        self.count.set(self.count.get() + read as u64);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    const FEW: Limits = Limits { expanded: 1 << 20, ratio: 50, free: 1 << 14 };

    fn read(bytes: &[u8], declared: Option<Encoding>) -> Result<(Vec<u8>, Encoding), String> {
        let input = Input::Held(bytes.into());
        let mut text =
            open_within("people.csv", &input, declared, FEW).map_err(|error| error.to_string())?;
        let mut read = Vec::new();
        text.bytes.read_to_end(&mut read).map_err(|error| error.to_string())?;
        Ok((read, text.encoding))
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap()
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        ::zstd::stream::encode_all(bytes, 3).unwrap()
    }

    fn utf16(text: &str, little: bool) -> Vec<u8> {
        text.encode_utf16()
            .flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() })
            .collect()
    }

    #[test]
    fn every_encoding_gives_the_same_text() {
        let text = "Name,Town\r\nJosé,“Łódź” €\n";
        let western = "Name,Town\r\nJos\u{e9},x\n";
        let with = |mark: &[u8], bytes: Vec<u8>| [mark, &bytes].concat();
        for (bytes, declared, encoding) in [
            (text.as_bytes().to_vec(), None, Encoding::Utf8),
            (with(b"\xef\xbb\xbf", text.into()), None, Encoding::Utf8),
            (with(b"\xff\xfe", utf16(text, true)), None, Encoding::Utf16Le),
            (with(b"\xfe\xff", utf16(text, false)), None, Encoding::Utf16Be),
            (utf16(text, true), Some(Encoding::Utf16Le), Encoding::Utf16Le),
            (utf16(text, false), Some(Encoding::Utf16Be), Encoding::Utf16Be),
        ] {
            for packed in [bytes.clone(), gzip(&bytes), zstd(&bytes)] {
                assert_eq!(read(&packed, declared).unwrap(), (text.into(), encoding));
            }
        }
        for declared in [Encoding::Windows1252, Encoding::Iso88591] {
            let (found, _) = read(b"Name,Town\r\nJos\xe9,x\n", Some(declared)).unwrap();
            assert_eq!(String::from_utf8(found).unwrap(), western);
        }
        let (found, _) = read(b"\x80\x93\n", Some(Encoding::Windows1252)).unwrap();
        assert_eq!(String::from_utf8(found).unwrap(), "€“\n");
    }

    #[test]
    fn what_an_encoding_does_not_define_stays_a_fault_of_its_row() {
        for (bytes, declared, place) in [
            (&b"a\n\x81\nb\n"[..], Encoding::Windows1252, 2),
            (&b"a\0\n\0\x00\xd8\n\0b\0\n\0"[..], Encoding::Utf16Le, 2),
        ] {
            let (found, _) = read(bytes, Some(declared)).unwrap();
            assert_eq!(std::str::from_utf8(&found).unwrap_err().valid_up_to(), place);
            assert_eq!(found.split(|byte| *byte == b'\n').nth(2), Some(&b"b"[..]));
        }
    }

    #[test]
    fn an_encoding_that_lies_is_named() {
        for (bytes, declared, parts) in [
            (
                &b"\xff\xfea\0"[..],
                Some(Encoding::Windows1252),
                &["windows-1252", "utf-16le", "byte 1"][..],
            ),
            (b"\xef\xbb\xbfa", Some(Encoding::Utf16Le), &["utf-16le", "found utf-8"]),
            (b"a\0,\0", None, &["byte 2", "utf-16le", "bytes of value 0"]),
            (b"PK\x03\x04\0\0", None, &["excel", "bytes of value 0"]),
            (
                "a\nJosé\nZoë\nÅsa\n".as_bytes(),
                Some(Encoding::Windows1252),
                &["expected windows-1252", "found UTF-8", "line 2, byte 6"],
            ),
        ] {
            let error = read(bytes, declared).unwrap_err();
            for part in parts {
                assert!(error.contains(part), "`{part}` in: {error}");
            }
        }
    }

    #[test]
    fn bombs_are_stopped_and_say_how_much_came_out() {
        let zeros = vec![b'x'; 1 << 19];
        for bomb in [gzip(&zeros), zstd(&zeros)] {
            let error = read(&bomb, None).unwrap_err();
            assert!(error.contains("times") && error.contains("bytes came out"), "{error}");
        }
        let mut noise = Vec::new();
        let mut state: u32 = 1;
        while noise.len() < (1 << 20) + 1 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            noise.push(b'a' + u8::try_from(state >> 28).unwrap());
        }
        let error = read(&gzip(&noise), None).unwrap_err();
        assert!(error.contains("at most 1048576 bytes"), "{error}");
    }

    #[test]
    fn a_packed_file_cut_off_or_damaged_is_named_and_several_parts_are_one_text() {
        for packed in [gzip(b"a,b\n1,2\n"), zstd(b"a,b\n1,2\n")] {
            let twice = [packed.clone(), packed.clone()].concat();
            assert_eq!(read(&twice, None).unwrap().0, b"a,b\n1,2\na,b\n1,2\n");
            let error = read(&packed[..packed.len() - 3], None).unwrap_err();
            assert!(error.contains("ask for the file again"), "{error}");
        }
    }
}
