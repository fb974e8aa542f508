//! Which encoding a file is written in.

use std::io::{BufRead, ErrorKind};

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::Fault;
use crate::finding::Code;

/// Enough for any XML declaration, in UTF-16 too.
const HEAD: usize = 1024;

/// What the beginning of a file says.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) encoding: &'static Encoding,
    /// The name that a message calls it by.
    pub(super) name: String,
    /// Bytes of the byte order mark.
    pub(super) mark: u64,
    pub(super) doubt: Option<Doubt>,
}

/// Reads the beginning of a file.
pub(super) fn head(reader: &mut impl BufRead) -> Result<Vec<u8>, Fault> {
    let mut head = Vec::with_capacity(HEAD);
    while head.len() < HEAD {
        let read = match reader.fill_buf() {
            Ok(bytes) => {
                let bytes = bytes.get(..bytes.len().min(HEAD - head.len())).unwrap_or_default();
                head.extend_from_slice(bytes);
                bytes.len()
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => {
                return Err(Fault::new(Code::Unreadable, format!("cannot be read: {error}")));
            }
        };
        if read == 0 {
            break;
        }
        reader.consume(read);
    }
    Ok(head)
}

/// Finds the encoding by byte order mark, first bytes and declaration, which must agree.
pub(super) fn find(head: &[u8]) -> Result<Found, Fault> {
    refuse_what_is_no_text(head)?;
    let (physical, mark) = match Encoding::for_bom(head) {
        Some((encoding, length)) => (Some(encoding), length),
        None if head.starts_with(b"<\0") => (Some(UTF_16LE), 0),
        None if head.starts_with(b"\0<") => (Some(UTF_16BE), 0),
        None => (None, 0),
    };
    let body = head.get(mark..).unwrap_or_default();
    let label = match physical {
        Some(encoding) if encoding != UTF_8 => {
            declared(&encoding.decode_without_bom_handling(body).0)
        }
        Some(_) | None => declared(&body.iter().map(|byte| char::from(*byte)).collect::<String>()),
    };
    let encoding = match &label {
        None => None,
        Some(label) => {
            Some(Encoding::for_label_no_replacement(label.as_bytes()).ok_or_else(|| {
                Fault::new(
                    Code::Encoding,
                    format!("the encoding `{label}` is not known; save the file as UTF-8"),
                )
            })?)
        }
    };
    let wide = |encoding: &Encoding| encoding == UTF_16LE || encoding == UTF_16BE;
    let contradiction = |bytes: &str| {
        Fault::new(
            Code::Encoding,
            format!(
                "the declaration says `{}`, the bytes are {bytes}; correct the declaration or save the file in the encoding that it names",
                label.as_deref().unwrap_or_default()
            ),
        )
    };
    let chosen = match (physical, encoding) {
        (Some(physical), None) => physical,
        (Some(physical), Some(said)) if physical == said || (wide(physical) && wide(said)) => {
            physical
        }
        (Some(physical), Some(_)) => return Err(contradiction(physical.name())),
        (None, Some(said)) if wide(said) => {
            return Err(contradiction("of 8 bits, such as those of UTF-8"));
        }
        (None, Some(said)) => said,
        (None, None) => UTF_8,
    };
    let doubt = match &label {
        Some(label) if chosen.is_single_byte() => Some(Doubt::new(label)),
        Some(_) | None => None,
    };
    Ok(Found {
        encoding: chosen,
        name: label.unwrap_or_else(|| chosen.name().to_owned()),
        mark: mark as u64,
        doubt,
    })
}

fn refuse_what_is_no_text(head: &[u8]) -> Result<(), Fault> {
    const UTF_32: [&[u8]; 4] = [b"\xff\xfe\0\0", b"\0\0\xfe\xff", b"<\0\0\0", b"\0\0\0<"];
    if UTF_32.iter().any(|start| head.starts_with(start)) {
        return Err(Fault::new(
            Code::Encoding,
            "expected UTF-8, UTF-16 or a declared encoding of 8 bits, found UTF-32; save the file as UTF-8",
        ));
    }
    let archives: [(&[u8], &str); 3] =
        [(b"PK\x03\x04", "a ZIP archive"), (b"\x1f\x8b", "a gzip file"), (b"%PDF", "a PDF")];
    match archives.iter().find(|(start, _)| head.starts_with(start)) {
        None => Ok(()),
        Some((_, what)) => Err(Fault::new(
            Code::NotOdm,
            format!("expected an XML file, found {what}; take the ODM file out of it"),
        )),
    }
}

/// The encoding that an XML declaration names.
fn declared(text: &str) -> Option<String> {
    let declaration = text.strip_prefix("<?xml")?;
    let declaration = declaration.get(..declaration.find("?>")?)?;
    let (_, after) = declaration.split_once("encoding")?;
    let value = after.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let value = value.get(1..)?;
    Some(value.get(..value.find(quote)?)?.trim().to_owned())
}

/// Looks whether a file that claims an encoding of single bytes is UTF-8 in truth.
///
/// Any bytes are text in such an encoding, so only what they spell tells: where every byte above
/// ASCII is part of a whole UTF-8 sequence, it is UTF-8.
#[derive(Debug)]
pub(super) struct Doubt {
    label: String,
    missing: u8,
    whole: u64,
    broken: u64,
}

impl Doubt {
    fn new(label: &str) -> Self {
        Self { label: label.to_owned(), missing: 0, whole: 0, broken: 0 }
    }

    pub(super) fn see(&mut self, bytes: &[u8]) {
        if self.missing == 0 && bytes.is_ascii() {
            return;
        }
        for byte in bytes {
            match (self.missing, *byte) {
                (0, 0..=0x7f) => {}
                (0, 0xc2..=0xdf) => self.missing = 1,
                (0, 0xe0..=0xef) => self.missing = 2,
                (0, 0xf0..=0xf4) => self.missing = 3,
                (1, 0x80..=0xbf) => {
                    self.missing = 0;
                    self.whole += 1;
                }
                (_, 0x80..=0xbf) if self.missing > 1 => self.missing -= 1,
                _ => {
                    self.missing = 0;
                    self.broken += 1;
                }
            }
        }
    }

    pub(super) fn verdict(&self) -> Option<Fault> {
        let Self { label, whole, broken, .. } = self;
        if label.to_ascii_lowercase().contains("ascii") && whole + broken > 0 {
            return Some(Fault::new(
                Code::Encoding,
                format!(
                    "the declaration says `{label}`, {} characters are not of it; declare the encoding that the file is in",
                    whole + broken
                ),
            ));
        }
        (*whole > 0 && *broken == 0).then(|| {
            Fault::new(
                Code::Encoding,
                format!(
                    "the declaration says `{label}`, but every character above ASCII, {whole} in number, is UTF-8; declare UTF-8"
                ),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mark_bytes_and_declaration_are_read() {
        for (head, expected, mark) in [
            (&b"<ODM/>"[..], "UTF-8", 0),
            (&b"\xef\xbb\xbf<?xml version='1.0' encoding='utf-8'?>"[..], "utf-8", 3),
            (&b"<?xml version=\"1.0\" encoding = \"ISO-8859-1\" ?>"[..], "ISO-8859-1", 0),
            (&b"<?xml version='1.0' encoding='Shift_JIS'?>"[..], "Shift_JIS", 0),
            (&b"\xfe\xff\0<\0a"[..], "UTF-16BE", 2),
            (&b"<\0a\0"[..], "UTF-16LE", 0),
        ] {
            let found = find(head).unwrap();
            assert_eq!((found.name.as_str(), found.mark), (expected, mark));
        }
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        for (head, code, expected) in [
            (&b"<?xml version='1.0' encoding='utf-16'?>"[..], Code::Encoding, "8 bits"),
            (&b"\xef\xbb\xbf<?xml version='1.0' encoding='latin1'?>"[..], Code::Encoding, "UTF-8"),
            (&b"<?xml version='1.0' encoding='klingon'?>"[..], Code::Encoding, "klingon"),
            (&b"\xff\xfe\0\0<\0\0\0"[..], Code::Encoding, "UTF-32"),
            (&b"PK\x03\x04"[..], Code::NotOdm, "ZIP"),
        ] {
            let fault = find(head).unwrap_err();
            assert_eq!(fault.code, code);
            assert!(fault.message.contains(expected), "{fault}");
        }
    }

    #[test]
    fn utf_8_under_another_name_is_seen() {
        let verdict = |label: &str, bytes: &[u8]| {
            let mut doubt = Doubt::new(label);
            for byte in bytes {
                doubt.see(&[*byte]);
            }
            doubt.verdict()
        };
        assert!(verdict("ISO-8859-1", "Grün, 😀".as_bytes()).is_some());
        assert!(verdict("ISO-8859-1", b"Gr\xfcn").is_none());
        assert!(verdict("ISO-8859-1", b"plain").is_none());
        assert!(verdict("US-ASCII", b"Gr\xfcn").is_some());
    }
}
