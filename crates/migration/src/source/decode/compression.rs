//! gzip and zstd, told by their magic numbers, with limits: a small file must not fill the memory or the disk.

use std::{
    cell::Cell,
    io::{self, BufRead, BufReader, Read},
    rc::Rc,
};

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

/// Returns the content of a file; one that is not packed is its own content. `packed` counts the bytes read from it.
pub(super) fn unpacked<'a, R: Read + 'a>(
    mut file: BufReader<R>,
    packed: Rc<Cell<u64>>,
    limits: Limits,
) -> io::Result<Box<dyn BufRead + 'a>> {
    let head = file.fill_buf()?;
    let (name, content): (_, Box<dyn Read + 'a>) = if head.starts_with(&[0x1f, 0x8b]) {
        ("gzip", Box::new(flate2::bufread::MultiGzDecoder::new(file)))
    } else if is_zstd(head) {
        let mut content = zstd::stream::read::Decoder::with_buffer(file)?;
        content.window_log_max(LARGEST_WINDOW)?;
        ("zstd", Box::new(content))
    } else {
        return Ok(Box::new(file));
    };
    let guarded = Guarded { name, content, packed, expanded: 0, limits };
    Ok(Box::new(BufReader::with_capacity(CHUNK, guarded)))
}

/// A frame, or a frame to be skipped, which `pzstd` writes first.
fn is_zstd(head: &[u8]) -> bool {
    match head {
        [0x28, 0xb5, 0x2f, 0xfd, ..] => true,
        [first, 0x2a, 0x4d, 0x18, ..] => (0x50..=0x5f).contains(first),
        _ => false,
    }
}

/// The content of a packed file, counted.
struct Guarded<'a> {
    name: &'static str,
    content: Box<dyn Read + 'a>,
    packed: Rc<Cell<u64>>,
    expanded: u64,
    limits: Limits,
}

impl Read for Guarded<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.content.read(into).map_err(|error| {
            if error.kind() == io::ErrorKind::Interrupted {
                return error;
            }
            io::Error::other(format!(
                "expected a whole {} file, found it cut off or damaged after {} bytes came out ({error}); ask for the file again",
                self.name, self.expanded
            ))
        })?;
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
    fn too_much(&self, expected: &str) -> io::Error {
        io::Error::other(format!(
            "expected {expected}, stopped after {} bytes came out of the first {} bytes; if the file is what it should be, unpack it and name the unpacked file in the spec",
            self.expanded,
            self.packed.get()
        ))
    }
}
