//! What stands between a file's bytes and a format: compression and character encoding, both streaming.
//!
//! A format reads UTF-8. What the file's own encoding does not define comes through as a byte that UTF-8 does not
//! allow in that place, so that the format can reject the one row it stands in.

mod compression;
mod encoding;
mod kind;
mod single;

use std::{
    cell::Cell,
    fs::File,
    io::{BufRead, BufReader, Cursor, ErrorKind, Read},
    rc::Rc,
};

use super::{Defect, Input};
use crate::{error::Error, spec::model::Encoding};

pub(crate) use self::compression::{FREE_OF_RATIO, MOST_EXPANDED, MOST_RATIO};
pub(in crate::source) use self::single::is_no_accident;
use self::{compression::Limits, encoding::Transcoded};

/// How much is read at once.
const CHUNK: usize = 1 << 17;

/// How much of a text is looked at before it is read.
const HEAD: u64 = 4096;

/// The text of a file.
///
/// Of a packed file that is cut off the bytes before the cut are read, and then an error of the kind
/// [`ErrorKind::UnexpectedEof`], which nothing else gives.
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
            Encoding::Windows1252 | Encoding::Iso88591 if byte == single::WHOLE => {
                "correct `encoding` if the whole file is UTF-8, or have it exported in one encoding"
            }
            Encoding::Iso88591 if (0x80..0xa0).contains(&byte) => {
                "the file is probably windows-1252: correct `encoding`"
            }
            Encoding::Windows1252 | Encoding::Iso88591 => {
                "correct `encoding` or have the file exported as UTF-8"
            }
            Encoding::Utf16Le | Encoding::Utf16Be => "the file is damaged; ask for it again",
        };
        let what = match encoding {
            // The marker stands for half of a pair, and says nothing itself.
            Encoding::Utf16Le | Encoding::Utf16Be => "half a character".to_owned(),
            // Nor does this one.
            Encoding::Windows1252 | Encoding::Iso88591 if byte == single::WHOLE => {
                "UTF-8".to_owned()
            }
            Encoding::Utf8 | Encoding::Windows1252 | Encoding::Iso88591 => {
                format!("the byte 0x{byte:02X}")
            }
        };
        Defect::encoding(format!("is not {}: found {what} {place}; {advice}", encoding.as_str()))
    }
}

impl<'a> Text<'a> {
    /// Returns the text as UTF-8.
    fn decoded(self) -> Self {
        let Self { bytes, encoding } = self;
        let bytes: Box<dyn BufRead + 'a> = match encoding {
            Encoding::Utf8 => bytes,
            Encoding::Windows1252 | Encoding::Iso88591 | Encoding::Utf16Le | Encoding::Utf16Be => {
                Box::new(Transcoded::new(bytes, encoding))
            }
        };
        Self { bytes, encoding }
    }
}

/// Opens a file as text: unpacks gzip and zstd by their magic numbers, steps over a byte order mark, decodes.
pub(crate) fn open<'a>(
    file: &str,
    input: &'a Input,
    declared: Option<Encoding>,
) -> Result<Text<'a>, Error> {
    begin(file, input, declared, Limits::USUAL).map(Text::decoded)
}

/// Opens an SQL dump, which holds texts and bytes side by side: as [`open`] does, but where one byte is one character the
/// bytes are those of the file, and who reads the dump decodes its texts. UTF-16 has no other way than to be decoded.
pub(crate) fn open_dump<'a>(
    file: &str,
    input: &'a Input,
    declared: Option<Encoding>,
) -> Result<Text<'a>, Error> {
    let text = begin(file, input, declared, Limits::USUAL)?;
    Ok(match text.encoding {
        Encoding::Utf16Le | Encoding::Utf16Be => text.decoded(),
        Encoding::Utf8 | Encoding::Windows1252 | Encoding::Iso88591 => text,
    })
}

/// Opens a file; its bytes are not decoded yet.
fn begin<'a>(
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
    let (packing, mut bytes) =
        compression::unpacked(BufReader::with_capacity(CHUNK, counted), packed, limits)
            .map_err(unreadable)?;
    let mut head = Vec::new();
    match bytes.by_ref().take(HEAD).read_to_end(&mut head) {
        Ok(_) => {}
        // What came out before the cut is read; then the error comes again.
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => {}
        Err(error) => return Err(unreadable(error)),
    }
    if let (Some(outer), Some(inner)) = (packing, compression::packing(&head)) {
        return Err(wrong(format!(
            "expected text in the {outer} file, found another {inner} file; unpack it once"
        )));
    }
    if let Some(what) = kind::of(&head) {
        return Err(wrong(format!("expected a text file, found {what}")));
    }
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
    if !matches!(encoding, Encoding::Utf16Le | Encoding::Utf16Be)
        && let Some(what) = kind::with_zeros(&head)
    {
        return Err(wrong(what));
    }
    head.drain(..mark.map_or(0, |(_, length)| length));
    Ok(Text { bytes: Box::new(Cursor::new(head).chain(bytes)), encoding })
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
        let mut text = begin("people.csv", &input, declared, FEW)
            .map(Text::decoded)
            .map_err(|error| error.to_string())?;
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
            (b"PK\x03\x04\0\0", None, &["excel", "zip archive"]),
            (
                &gzip(&gzip(b"a,b\n"))[..],
                None,
                &["in the gzip file", "another gzip file", "unpack it"],
            ),
            (&gzip(&zstd(b"a,b\n"))[..], None, &["in the gzip file", "another zstd file"]),
            (&gzip(b"PGDMP\x01\x0e\0")[..], None, &["pg_restore"]),
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

    #[test]
    fn what_stands_before_the_cut_of_a_packed_file_is_read() {
        let rows: String = (0..5000).map(|number| format!("{number},{}\n", number * 7)).collect();
        for packed in [gzip(rows.as_bytes()), zstd(rows.as_bytes())] {
            for kept in [packed.len() - 1, packed.len() / 2, 12] {
                let input = Input::Held(packed[..kept].into());
                let mut text = begin("people.csv", &input, None, FEW).unwrap();
                let mut found = Vec::new();
                let error = text.bytes.read_to_end(&mut found).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::UnexpectedEof, "{error}");
                assert!(error.to_string().contains("cut off after"), "{error}");
                assert!(rows.as_bytes().starts_with(&found), "{kept}");
                // It does not look like the end of the file afterwards.
                let again = text.bytes.read_to_end(&mut found).unwrap_err();
                assert_eq!(again.kind(), ErrorKind::UnexpectedEof);
            }
        }
        let whole = gzip(rows.as_bytes());
        let input = Input::Held(whole[..whole.len() - 1].into());
        let mut found = Vec::new();
        begin("people.csv", &input, None, FEW).unwrap().bytes.read_to_end(&mut found).unwrap_err();
        assert_eq!(found, rows.as_bytes());
    }

    #[test]
    fn zeros_may_stand_behind_a_gzip_file_and_nothing_else() {
        let behind = |rest: &[u8]| read(&[&gzip(b"a,b\n")[..], rest].concat(), None);
        assert_eq!(behind(&[0; 512]).unwrap().0, b"a,b\n");
        let error = behind(b"garbage").unwrap_err();
        assert!(error.contains("no gzip stand behind its end"), "{error}");
        assert!(error.contains("damaged after 4 bytes"), "{error}");
    }

    #[test]
    fn a_dump_of_single_bytes_is_not_decoded() {
        let bytes = b"a\xff\xe9\x81\xc3\xa9\n";
        for declared in [Encoding::Windows1252, Encoding::Iso88591] {
            let input = Input::Held(bytes[..].into());
            let mut text = open_dump("people.sql", &input, Some(declared)).unwrap();
            let mut found = Vec::new();
            text.bytes.read_to_end(&mut found).unwrap();
            assert_eq!((found.as_slice(), text.encoding), (&bytes[..], declared));
        }
        let input = Input::Held([&b"\xff\xfe"[..], &utf16("é", true)[..]].concat().into());
        let mut text = open_dump("people.sql", &input, None).unwrap();
        let mut found = String::new();
        text.bytes.read_to_string(&mut found).unwrap();
        assert_eq!((found.as_str(), text.encoding), ("é", Encoding::Utf16Le));
    }

    #[test]
    fn a_row_is_told_what_its_encoding_may_be() {
        for (encoding, byte, part) in [
            (
                Encoding::Iso88591,
                0x93,
                "found the byte 0x93 here; the file is probably windows-1252",
            ),
            (Encoding::Windows1252, 0x81, "found the byte 0x81 here; correct `encoding` or"),
            (Encoding::Windows1252, single::WHOLE, "found UTF-8 here; correct `encoding` if"),
            (Encoding::Utf8, 0xff, "found the byte 0xFF here; state the `encoding`"),
        ] {
            let reason = Text::defect(encoding, byte, "here").reason;
            assert!(reason.contains(part), "{reason}");
        }
    }
}
