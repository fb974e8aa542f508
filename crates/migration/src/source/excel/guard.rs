//! What a workbook must be before it is opened: of the right kind, whole, and of a size that neither fills the memory
//! nor takes for ever.

use std::{
    fs::File,
    io::{self, BufReader, Cursor, Read, Seek, SeekFrom},
};

use super::xml::MOST_EVENT;
use crate::{
    error::Error,
    source::{
        Input,
        decode::{FREE_OF_RATIO, MOST_EXPANDED, MOST_RATIO},
    },
};

/// The most bytes of a part of the workbook that is held in memory, such as its shared texts: 64 MiB.
pub(super) const MOST_HELD: u64 = 64 << 20;

/// The most bytes of a workbook's styles, which take more memory than texts: 16 MiB.
pub(super) const MOST_STYLES: u64 = 16 << 20;

/// The most parts of a workbook; one with pictures has hundreds.
const MOST_PARTS: u16 = 10_000;

/// Parts of these kinds are no XML; they are not read.
const PASSED_OVER: &[&str] =
    &[".bin", ".bmp", ".emf", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".wmf"];

/// What can be read and searched; the bytes of a workbook.
pub(super) trait Bytes: Read + Seek {}

impl<T: Read + Seek> Bytes for T {}

pub(super) type Source<'a> = BufReader<Box<dyn Bytes + 'a>>;

/// Opens the bytes of a workbook.
pub(super) fn bytes(input: &Input) -> io::Result<Source<'_>> {
    let bytes: Box<dyn Bytes + '_> = match input {
        Input::File(path) => Box::new(File::open(path)?),
        Input::Held(bytes) => Box::new(Cursor::new(&bytes[..])),
    };
    Ok(BufReader::new(bytes))
}

/// Refuses what is no workbook of this kind, what is damaged, and what would fill the memory or never end. All of it is
/// unpacked once for that, and nothing is kept. `file` is the name in the error.
pub(crate) fn guard(file: &str, input: &Input) -> Result<(), Error> {
    check(input).map_err(|what| Error::Source { file: file.to_owned(), line: None, what })
}

fn check(input: &Input) -> Result<(), String> {
    let unreadable = |error: io::Error| format!("cannot be read: {error}");
    let mut bytes = bytes(input).map_err(unreadable)?;
    let mut head = Vec::new();
    bytes.by_ref().take(8).read_to_end(&mut head).map_err(unreadable)?;
    if head.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Err("expected a workbook of the kind `.xlsx`, found an old `.xls` or a workbook with a password; save it as `.xlsx` without a password".to_owned());
    }
    if !head.starts_with(b"PK") {
        return Err("expected a workbook (`.xlsx`), found another kind of file; correct `format` or ask for the file again".to_owned());
    }
    let parts = parts(&mut bytes).map_err(unreadable)?;
    if parts > MOST_PARTS {
        return Err(format!(
            "expected a workbook of at most {MOST_PARTS} parts, found {parts} or more; save it again"
        ));
    }
    bytes.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    let mut archive = zip::ZipArchive::new(bytes).map_err(|error| damaged(&error))?;
    let kind = archive.file_names().filter_map(Result::ok).find_map(|name| other_kind(&name));
    if let Some(kind) = kind {
        return Err(format!(
            "expected a workbook of the kind `.xlsx`, found {kind}; save it as `.xlsx`"
        ));
    }
    let mut all: u64 = 0;
    let mut buffer = vec![0; 1 << 16];
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(|error| damaged(&error))?;
        let name = part.name().map_or_else(|_| String::new(), |name| plain(&name));
        let mut measured =
            Measured { packed: part.compressed_size().max(1), ..Measured::of(&name) };
        loop {
            let read = part.read(&mut buffer).map_err(|error| damaged(&error))?;
            let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
            all += read as u64;
            measured.add(bytes);
            let expected = if all > MOST_EXPANDED {
                Some(format!("at most {MOST_EXPANDED} bytes in a workbook"))
            } else {
                measured.exceeds()
            };
            if let Some(expected) = expected {
                return Err(format!(
                    "expected {expected}, stopped after {all} bytes came out of it; if the file is what it should be, save the sheet as CSV"
                ));
            }
        }
    }
    Ok(())
}

/// Reads how many parts a packed file says it has, before any is looked at; 65,535 stands for more.
fn parts(bytes: &mut Source<'_>) -> io::Result<u16> {
    /// The record that ends a ZIP file without its comment, which has at most 65,535 bytes.
    const RECORD: u64 = 22;

    let length = bytes.seek(SeekFrom::End(0))?;
    bytes.seek(SeekFrom::Start(length.saturating_sub(RECORD + u64::from(u16::MAX))))?;
    let mut tail = Vec::new();
    bytes.read_to_end(&mut tail)?;
    let record = tail.windows(4).rposition(|bytes| bytes == b"PK\x05\x06");
    let count = record.and_then(|at| tail.get(at + 10..)?.first_chunk::<2>());
    Ok(count.map_or(0, |count| u16::from_le_bytes(*count)))
}

/// Returns the name of a part as it is looked up: case does not count, and `\\` is a `/`.
pub(super) fn plain(part: &str) -> String {
    part.to_ascii_lowercase().replace('\\', "/")
}

fn damaged(error: &dyn std::fmt::Display) -> String {
    format!(
        "expected a workbook that can be unpacked, found it cut off or damaged ({error}); ask for the file again"
    )
}

/// Names the kind of a packed file that is no `.xlsx`, by one of its parts.
fn other_kind(part: &str) -> Option<&'static str> {
    match part {
        "xl/workbook.bin" => Some("a binary workbook (`.xlsb`)"),
        "content.xml" => Some("an OpenDocument file (`.ods`)"),
        "word/document.xml" => Some("a text document (`.docx`)"),
        _ => None,
    }
}

/// What came out of one part.
struct Measured {
    packed: u64,
    expanded: u64,
    /// How many bytes of it may be held in memory.
    held: u64,
    /// Bytes since the last tag began; none where the part is no XML.
    text: Option<usize>,
}

impl Measured {
    /// `name` is that of [`plain`].
    fn of(name: &str) -> Self {
        let is_xml = !PASSED_OVER.iter().any(|ending| name.ends_with(ending));
        // Only sheets are streamed. What another program would look for beside them is none.
        let held = match name.rsplit_once('/') {
            _ if !is_xml => u64::MAX,
            Some((_, "styles.xml")) => MOST_STYLES,
            Some(("xl/worksheets", name)) if name != "sharedstrings.xml" => u64::MAX,
            Some(_) | None => MOST_HELD,
        };
        Self { packed: 1, expanded: 0, held, text: is_xml.then_some(0) }
    }

    fn add(&mut self, bytes: &[u8]) {
        self.expanded += bytes.len() as u64;
        if let Some(text) = &mut self.text {
            let behind = bytes.iter().rev().position(|byte| *byte == b'<');
            *text = behind.unwrap_or(text.saturating_add(bytes.len()));
        }
    }

    fn exceeds(&self) -> Option<String> {
        if self.expanded > FREE_OF_RATIO && self.expanded / self.packed > MOST_RATIO {
            Some(format!("parts at most {MOST_RATIO} times as large as they are packed"))
        } else if self.expanded > self.held {
            Some(format!(
                "at most {} bytes in a part that is held in memory, such as the texts beside the sheets",
                self.held
            ))
        } else if self.text.is_some_and(|text| text > MOST_EVENT) {
            Some(format!("at most {MOST_EVENT} bytes in a cell"))
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn packed(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in parts {
            archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            archive.write_all(content).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    fn says(bytes: Vec<u8>) -> String {
        guard("a.xlsx", &Input::Held(bytes.into()))
            .map_or_else(|error| error.to_string(), |()| String::new())
    }

    #[test]
    fn other_kinds_are_named() {
        for (part, kind) in [("xl/workbook.bin", ".xlsb"), ("content.xml", ".ods")] {
            let error = says(packed(&[(part, b"<a/>")]));
            assert!(error.contains(kind) && error.contains("save it as `.xlsx`"), "{error}");
        }
        assert!(says(b"\xd0\xcf\x11\xe0".to_vec()).contains("password"));
        assert!(says(b"No,Name\n".to_vec()).contains("another kind"));
    }

    #[test]
    fn damage_is_named_with_the_next_step() {
        let mut bytes = packed(&[("xl/workbook.xml", b"<workbook>0123456789</workbook>")]);
        assert_eq!(says(bytes.clone()), "");
        // Behind the head of the part with its name and what follows that.
        let content = 30 + usize::from(bytes[26]) + usize::from(bytes[28]);
        bytes[content + 4] ^= 0xff;
        let error = says(bytes);
        assert!(error.contains("damaged") && error.contains("ask for the file again"), "{error}");
    }

    #[test]
    fn what_is_held_is_limited_however_it_is_named() {
        let many = b"<si/>".repeat(1 << 20);
        for name in ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"] {
            assert_eq!(says(packed(&[(name, &many)])), "", "{name}");
        }
        for name in ["xl/sharedStrings.XML", "xl\\worksheets\\sharedStrings.xml", "xl/any"] {
            assert_eq!(Measured::of(&plain(name)).held, MOST_HELD, "{name}");
        }
        assert_eq!(Measured::of("xl/styles.xml").held, MOST_STYLES);
        assert_eq!(Measured::of("xl/worksheets/sheet1.xml").held, u64::MAX);
    }

    #[test]
    fn a_giant_cell_is_refused() {
        let mut cell = b"<c><v>".to_vec();
        cell.resize(MOST_EVENT + (1 << 17), b'1');
        let error = says(packed(&[("xl/worksheets/sheet1.xml", &cell)]));
        assert!(error.contains("bytes in a cell"), "{error}");
        assert_eq!(says(packed(&[("xl/media/image1.png", &cell)])), "");
    }
}
