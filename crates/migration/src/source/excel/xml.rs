//! The XML of a workbook's parts, event by event and within limits. What is said of it never repeats it, because it may
//! be personal.

use std::{
    fmt,
    io::{self, BufRead, Read},
};

use quick_xml::{
    Reader,
    errors::Error,
    escape::{resolve_xml_entity, unescape},
    events::{BytesStart, Event},
};

/// The most bytes of a text in a cell: 1 MiB. Excel itself has 32,767 characters.
pub(super) const MOST_TEXT: usize = 1 << 20;

/// The most bytes of one tag, or between two tags: 4 MiB.
pub(super) const MOST_EVENT: usize = 4 << 20;

/// The deepest nesting of elements. Parts of a workbook have about ten.
const DEEPEST: usize = 256;

/// What a reader says that is stopped by a limit; the limit itself is told by [`Measured`].
const STOPPED: &str = "stopped";

/// Why a part cannot be read on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// What the archive or the disk says.
    Unreadable(String),
    /// What was found.
    Wrong(&'static str),
}

impl Fault {
    pub(super) fn unreadable(error: &dyn fmt::Display) -> Self {
        Self::Unreadable(error.to_string())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => write!(f, "a part that cannot be unpacked ({error})"),
            Self::Wrong(what) => f.write_str(what),
        }
    }
}

/// Counts bytes: since the last event, and those that may still come.
struct Measured<R> {
    input: R,
    event: usize,
    left: u64,
}

impl<R> Measured<R> {
    fn exceeds(&self) -> Option<Fault> {
        if self.event > MOST_EVENT {
            Some(Fault::Wrong("a text or a tag of more than 4 MiB"))
        } else if self.left == 0 {
            Some(Fault::Wrong("a part that is too large to be held in memory"))
        } else {
            None
        }
    }
}

impl<R: BufRead> Read for Measured<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut available = self.fill_buf()?;
        let read = available.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Measured<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.exceeds().is_some() {
            return Err(io::Error::other(STOPPED));
        }
        self.input.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.event = self.event.saturating_add(amount);
        self.left = self.left.saturating_sub(amount as u64);
        self.input.consume(amount);
    }
}

/// Reads a part.
pub(super) struct Xml<R> {
    reader: Reader<Measured<R>>,
    depth: usize,
}

impl<R: BufRead> Xml<R> {
    /// `most` is how many bytes the part may have.
    pub(super) fn new(input: R, most: u64) -> Self {
        Self { reader: Reader::from_reader(Measured { input, event: 0, left: most }), depth: 0 }
    }

    /// How many elements are open.
    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    /// Reads the next event; the end of the part is one.
    pub(super) fn event<'b>(&mut self, buffer: &'b mut Vec<u8>) -> Result<Event<'b>, Fault> {
        buffer.clear();
        self.reader.get_mut().event = 0;
        let event = match self.reader.read_event_into(buffer) {
            Ok(event) => event,
            Err(error) => return Err(self.fault(&error)),
        };
        match &event {
            Event::Start(_) if self.depth == DEEPEST => {
                return Err(Fault::Wrong("elements in more than 256 others"));
            }
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            Event::Eof if self.depth > 0 => return Err(Fault::Wrong("XML that is cut off")),
            _ => {}
        }
        Ok(event)
    }

    /// Passes over what is left of the element whose start was read last.
    pub(super) fn skip(&mut self, buffer: &mut Vec<u8>) -> Result<(), Fault> {
        let outside = self.depth.saturating_sub(1);
        while self.depth > outside {
            self.event(buffer)?;
        }
        Ok(())
    }

    fn fault(&self, error: &Error) -> Fault {
        if let Some(fault) = self.reader.get_ref().exceeds() {
            return fault;
        }
        match error {
            Error::Io(error) => Fault::unreadable(error),
            _ => Fault::Wrong("XML that is not well-formed"),
        }
    }
}

/// Hands over the attributes of a tag: name and value as they are written.
pub(super) fn attributes(
    tag: &BytesStart<'_>,
    mut visit: impl FnMut(&str, &str),
) -> Result<(), Fault> {
    let mut attributes = tag.attributes();
    for attribute in attributes.with_checks(false) {
        let attribute = attribute
            .map_err(|_| Fault::Wrong("a tag with attributes that are not well-formed"))?;
        visit(attribute.key.as_ref(), &attribute.value);
    }
    Ok(())
}

/// Returns the value of an attribute with its entities resolved.
pub(super) fn value_of(written: &str) -> String {
    unescape(written).map_or_else(|_| written.to_owned(), |value| value.into_owned())
}

/// Adds what an event has of a text.
pub(super) fn push_text(event: &Event<'_>, into: &mut String) -> Result<(), Fault> {
    match event {
        Event::Text(text) => into.push_str(&text.xml10_content()),
        Event::CData(text) => into.push_str(&text.xml10_content()),
        Event::GeneralRef(reference) => match resolve_xml_entity(reference) {
            Some(text) => into.push_str(text),
            None => match reference.resolve_char_ref() {
                Ok(Some(letter)) => into.push(letter),
                Ok(None) | Err(_) => {
                    return Err(Fault::Wrong("XML with an `&` that begins no known reference"));
                }
            },
        },
        _ => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8], most: u64) -> Result<usize, Fault> {
        let mut xml = Xml::new(text, most);
        let mut buffer = Vec::new();
        let mut events = 0;
        while xml.event(&mut buffer)? != Event::Eof {
            events += 1;
        }
        Ok(events)
    }

    #[test]
    fn what_is_wrong_is_said_without_its_content() {
        assert_eq!(read(b"<a><b/>x</a>", 100), Ok(4));
        for (text, part) in [
            (&b"<a><Nowak></a>"[..], "not well-formed"),
            (b"<a>", "cut off"),
            (b"<a b='", "not well-formed"),
            (b"<a>Nowak & Okoro</a>", "not well-formed"),
        ] {
            let fault = read(text, 100).unwrap_err().to_string();
            assert!(fault.contains(part) && !fault.contains("Nowak"), "{fault}");
        }
    }

    #[test]
    fn a_part_has_limits() {
        let most = u64::MAX;
        assert!(read(b"<a>0123456789</a>", 10).unwrap_err().to_string().contains("too large"));
        assert!(read(&b"<a>".repeat(300), most).unwrap_err().to_string().contains("256"));
        // What is in the buffer comes as a whole, so the limit is met with the next buffer.
        let long = [b"<a>".to_vec(), vec![b'x'; MOST_EVENT + 20_000], b"</a>".to_vec()].concat();
        let fault = {
            let mut xml = Xml::new(io::BufReader::new(&long[..]), most);
            let mut buffer = Vec::new();
            xml.event(&mut buffer).unwrap();
            xml.event(&mut buffer).unwrap_err().to_string()
        };
        assert!(fault.contains("4 MiB"), "{fault}");
    }
}
