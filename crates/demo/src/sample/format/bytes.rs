//! What stands between text and a file: encoding and packing, both streaming.

use std::{
    borrow::Cow,
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};
use zstd::stream::write::Encoder;

use super::{Form, Format, Packing};
use crate::sample::{Error, table::Table};

/// How hard zstd tries; its own usual level.
const LEVEL: i32 = 3;

/// A file that is being written, packed or not.
pub(super) enum Packed {
    Plain(BufWriter<File>),
    Gzip(Box<GzEncoder<BufWriter<File>>>),
    Zstd(Box<Encoder<'static, BufWriter<File>>>),
}

impl Packed {
    fn create(path: &Path, packing: Packing) -> io::Result<Self> {
        let file = BufWriter::new(File::create(path)?);
        Ok(match packing {
            Packing::None => Self::Plain(file),
            Packing::Gzip => Self::Gzip(Box::new(GzEncoder::new(file, Compression::default()))),
            Packing::Zstd => Self::Zstd(Box::new(Encoder::new(file, LEVEL)?)),
        })
    }

    fn finish(self) -> io::Result<()> {
        let mut file = match self {
            Self::Plain(file) => file,
            Self::Gzip(packed) => packed.finish()?,
            Self::Zstd(packed) => packed.finish()?,
        };
        file.flush()
    }
}

impl Write for Packed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.write(bytes),
            Self::Gzip(packed) => packed.write(bytes),
            Self::Zstd(packed) => packed.write(bytes),
        }
    }

    /// Does nothing: a flush in between would only end a packed block early. The end is [`Packed::finish`].
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A text file of the sample that is being written.
pub(super) struct Output {
    path: PathBuf,
    file: Packed,
}

impl Output {
    /// Creates the file that holds a table.
    pub(super) fn create(folder: &Path, form: Form, table: Table) -> Result<Self, Error> {
        let path = folder.join(form.file(table));
        let file = Packed::create(&path, form.packing).map_err(Error::file("create", &path))?;
        Ok(Self { path, file })
    }

    /// Returns where it stands.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes text.
    pub(super) fn text(&mut self, text: &str) -> Result<(), Error> {
        self.file.write_all(text.as_bytes()).map_err(Error::file("write", &self.path))
    }

    /// Ends the file.
    pub(super) fn finish(self) -> Result<(), Error> {
        let Self { path, file } = self;
        file.finish().map_err(Error::file("write", &path))
    }
}

/// Takes UTF-8 and writes it in the encoding of a format.
pub(super) struct Encoded {
    output: Output,
    format: Format,
    /// The beginning of a character whose end was not written yet.
    begun: Vec<u8>,
}

impl Encoded {
    pub(super) fn new(mut output: Output, format: Format) -> Result<Self, Error> {
        if format == Format::CsvUtf16 {
            let Output { path, file } = &mut output;
            // The byte order mark.
            file.write_all(&[0xff, 0xfe]).map_err(Error::file("write", path))?;
        }
        Ok(Self { output, format, begun: Vec::new() })
    }

    pub(super) fn finish(self) -> Result<(), Error> {
        if !self.begun.is_empty() {
            let half = io::Error::new(io::ErrorKind::InvalidData, "half a character at the end");
            return Err(Error::file("write", self.output.path())(half));
        }
        self.output.finish()
    }
}

impl Write for Encoded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.begun.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&self.begun) {
            Ok(text) => text.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(error) => return Err(io::Error::new(io::ErrorKind::InvalidData, error)),
        };
        let rest = self.begun.split_off(whole);
        let text = String::from_utf8(std::mem::replace(&mut self.begun, rest))
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        self.output.file.write_all(&encoded(&text, self.format)?)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn encoded(text: &str, format: Format) -> io::Result<Cow<'_, [u8]>> {
    match format {
        Format::CsvWindows1252 => {
            let (bytes, _, lost) = encoding_rs::WINDOWS_1252.encode(text);
            if lost {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "expected characters of windows-1252, found another one",
                ));
            }
            Ok(bytes)
        }
        Format::CsvUtf16 => {
            Ok(Cow::Owned(text.encode_utf16().flat_map(u16::to_le_bytes).collect()))
        }
        Format::Csv | Format::JsonLines | Format::Excel | Format::PgDump | Format::MysqlDump => {
            Ok(Cow::Borrowed(text.as_bytes()))
        }
    }
}

/// Returns a text in the characters of windows-1252, as an old system kept it, and how many letters lost their marks.
pub(in crate::sample) fn in_windows_1252(text: &str) -> (String, u64) {
    if text.is_ascii() {
        return (text.to_owned(), 0);
    }
    let mut plain = 0;
    let text = text
        .chars()
        .map(|letter| {
            let (_, _, lost) = encoding_rs::WINDOWS_1252.encode(letter.encode_utf8(&mut [0; 4]));
            if !lost {
                return letter;
            }
            plain += 1;
            match letter {
                'Ł' => 'L',
                'ł' => 'l',
                'ń' => 'n',
                'ř' => 'r',
                'ı' => 'i',
                _ => '?',
            }
        })
        .collect();
    (text, plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Sample, table};

    #[test]
    fn every_letter_that_the_code_page_lacks_has_a_plain_one() {
        let mut plain = 0;
        let sample = Sample { volunteers: 2_000, seed: 8, extra: 0 };
        table::rows(&sample, &Table::ALL, &mut |_, row| {
            for cell in row.cells {
                let (text, count) = in_windows_1252(cell);
                assert_eq!(text.matches('?').count(), cell.matches('?').count(), "{cell}");
                assert_eq!(text.chars().count(), cell.chars().count());
                plain += count;
            }
            Ok(())
        })
        .unwrap();
        assert!(plain > 0);
        assert_eq!(in_windows_1252("Małgorzata, £5"), ("Malgorzata, £5".to_owned(), 1));
    }

    #[test]
    fn characters_that_come_in_pieces_are_encoded_whole() {
        let folder = tempfile::tempdir().unwrap();
        let text = "Zoë, £ and €";
        for (format, expected) in [
            (Format::CsvWindows1252, b"Zo\xeb, \xa3 and \x80".to_vec()),
            (
                Format::CsvUtf16,
                [0xff, 0xfe]
                    .into_iter()
                    .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
                    .collect(),
            ),
            (Format::Csv, text.as_bytes().to_vec()),
        ] {
            let form = Form { format, packing: Packing::None };
            let output = Output::create(folder.path(), form, Table::People).unwrap();
            let path = output.path().to_owned();
            let mut encoded = Encoded::new(output, format).unwrap();
            for byte in text.bytes() {
                encoded.write_all(&[byte]).unwrap();
            }
            encoded.finish().unwrap();
            assert_eq!(std::fs::read(path).unwrap(), expected, "{format}");
        }
    }
}
