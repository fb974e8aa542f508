//! gzip and zstd, told by their magic numbers, with limits: a small file must not fill the memory or the disk.

use std::{
    cell::Cell,
    io::{self, BufRead, BufReader, Read},
    rc::Rc,
};

use flate2::bufread::GzDecoder;

use super::CHUNK;

/// The most bytes that come out of one packed file: 64 GiB.
pub(crate) const MOST_EXPANDED: u64 = 64 << 30;

/// How many times larger than the packed file its content may be. Database dumps reach 10 to 40; a bomb begins at 1000.
pub(crate) const MOST_RATIO: u64 = 300;

/// Content up to this size may have any ratio: it harms nobody.
pub(crate) const FREE_OF_RATIO: u64 = 64 << 20;

/// The largest window of a zstd file, as a power of two: 128 MiB, which is what `zstd -d` accepts unasked.
const LARGEST_WINDOW: u32 = 27;

/// How much may come out of a packed file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) expanded: u64,
    pub(super) ratio: u64,
    pub(super) free: u64,
}

impl Limits {
    pub(super) const USUAL: Self =
        Self { expanded: MOST_EXPANDED, ratio: MOST_RATIO, free: FREE_OF_RATIO };
}

const GZIP: &str = "gzip";
const ZSTD: &str = "zstd";

/// Returns what a file is packed with, and its content; one that is not packed is its own content. `packed` counts the
/// bytes read from it.
///
/// Of a file that is cut off everything comes out that stands before the cut, and then an error of the kind
/// [`io::ErrorKind::UnexpectedEof`].
pub(super) fn unpacked<'a, R: Read + 'a>(
    mut file: BufReader<R>,
    packed: Rc<Cell<u64>>,
    limits: Limits,
) -> io::Result<(Option<&'static str>, Box<dyn BufRead + 'a>)> {
    let Some(name) = packing(file.fill_buf()?) else { return Ok((None, Box::new(file))) };
    let content: Box<dyn Read + 'a> = if name == GZIP {
        Box::new(Members { member: Some(GzDecoder::new(file)) })
    } else {
        let mut content = zstd::stream::read::Decoder::with_buffer(file)?;
        content.window_log_max(LARGEST_WINDOW)?;
        Box::new(content)
    };
    let guarded = Guarded { name, content, packed, expanded: 0, limits, fault: None };
    Ok((Some(name), Box::new(BufReader::with_capacity(CHUNK, guarded))))
}

/// Tells by its first bytes what a file is packed with.
pub(super) fn packing(head: &[u8]) -> Option<&'static str> {
    if head.starts_with(&[0x1f, 0x8b]) {
        Some(GZIP)
    } else if is_zstd(head) {
        Some(ZSTD)
    } else {
        None
    }
}

/// A frame, or a frame to be skipped, which `pzstd` writes first.
fn is_zstd(head: &[u8]) -> bool {
    match head {
        [0x28, 0xb5, 0x2f, 0xfd, ..] => true,
        [first, 0x2a, 0x4d, 0x18, ..] => (0x50..=0x5f).contains(first),
        _ => false,
    }
}

/// The members of a gzip file, one after the other. Zeros behind the last are the padding of a tape.
struct Members<R> {
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let read = member.read(into)?;
            if read > 0 || into.is_empty() {
                return Ok(read);
            }
            if let Some(mut rest) = self.member.take().map(GzDecoder::into_inner)
                && goes_on(&mut rest)?
            {
                self.member = Some(GzDecoder::new(rest));
            }
        }
        Ok(0)
    }
}

/// Tells whether another member stands behind the last; an error if something else does.
fn goes_on(rest: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let bytes = match rest.fill_buf() {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let empty = bytes.is_empty();
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        let next = bytes.get(zeros).copied();
        rest.consume(zeros);
        match next {
            None if empty => return Ok(false),
            None => {}
            Some(0x1f) => return Ok(true),
            Some(_) => {
                return Err(io::Error::other("bytes that are no gzip stand behind its end"));
            }
        }
    }
}

/// The content of a packed file, counted.
struct Guarded<'a> {
    name: &'static str,
    content: Box<dyn Read + 'a>,
    packed: Rc<Cell<u64>>,
    expanded: u64,
    limits: Limits,
    /// Why nothing more comes out.
    fault: Option<(io::ErrorKind, String)>,
}

impl Read for Guarded<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if let Some((kind, what)) = &self.fault {
            return Err(io::Error::new(*kind, what.clone()));
        }
        let read = match self.content.read(into) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => {
                let (kind, what) = self.damage(&error);
                self.fault = Some((kind, what.clone()));
                return Err(io::Error::new(kind, what));
            }
        };
        self.expanded += read as u64;
        let packed = self.packed.get().max(1);
        let Limits { expanded: most, ratio, free } = self.limits;
        if self.expanded > most {
            return Err(self.too_much(&format!("at most {most} bytes in a {} file", self.name)));
        }
        if self.expanded > free && self.expanded / packed > ratio {
            return Err(self.too_much(&format!(
                "content at most {ratio} times as large as its {} file",
                self.name
            )));
        }
        Ok(read)
    }
}

impl Guarded<'_> {
    /// Says what is wrong with a file that cannot be unpacked to its end.
    fn damage(&self, error: &io::Error) -> (io::ErrorKind, String) {
        let Self { name, expanded, .. } = self;
        if error.kind() == io::ErrorKind::UnexpectedEof {
            return (
                io::ErrorKind::UnexpectedEof,
                format!(
                    "expected a whole {name} file, found it cut off after {expanded} bytes came out; ask for the file again"
                ),
            );
        }
        let found = error.to_string();
        let what = if found.contains("too much memory") {
            format!(
                "expected a zstd file with a window of at most {} MiB, found a larger one; have it packed without `--long` and `--ultra`, or unpack it and name the unpacked file in the spec",
                1 << (LARGEST_WINDOW - 20)
            )
        } else {
            format!(
                "expected a whole {name} file, found it damaged after {expanded} bytes came out ({found}); ask for the file again, or, if what came out is all there is, name the unpacked file in the spec"
            )
        };
        (io::ErrorKind::Other, what)
    }

    fn too_much(&self, expected: &str) -> io::Error {
        io::Error::other(format!(
            "expected {expected}, stopped after {} bytes came out of the first {} bytes; if the file is what it should be, unpack it and name the unpacked file in the spec",
            self.expanded,
            self.packed.get()
        ))
    }
}
