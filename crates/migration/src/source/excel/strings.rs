//! The texts that a workbook shares between its sheets, held in memory in one piece.

use std::io::BufRead;

use quick_xml::events::Event;

use super::{
    guard::MOST_HELD,
    text::{Quality, Rich},
    xml::{Fault, Xml},
};

/// The shared texts, by number.
#[derive(Debug, Default)]
pub(super) struct Strings {
    text: String,
    ends: Vec<u32>,
    /// The numbers of those that have half of a character, in order.
    halves: Vec<u32>,
}

impl Strings {
    pub(super) fn read<R: BufRead>(mut xml: Xml<R>) -> Result<Self, Fault> {
        let mut strings = Self::default();
        let mut rich = Rich::default();
        let mut buffer = Vec::new();
        loop {
            let empty = match xml.event(&mut buffer)? {
                Event::Start(tag) if tag.local_name().as_ref() == "si" => false,
                Event::Empty(tag) if tag.local_name().as_ref() == "si" => true,
                Event::Eof => return Ok(strings),
                _ => continue,
            };
            if empty {
                strings.push("", Quality::Whole)?;
            } else {
                let quality = rich.read(&mut xml)?;
                strings.push(&rich.text, quality)?;
            }
        }
    }

    fn push(&mut self, text: &str, quality: Quality) -> Result<(), Fault> {
        const MANY: Fault = Fault::Wrong("more than 64 MiB of shared texts");
        let number = u32::try_from(self.ends.len()).map_err(|_| MANY)?;
        match quality {
            Quality::Whole => {}
            Quality::Half => self.halves.push(number),
            Quality::Long => return Err(Fault::Wrong("a shared text of more than 1 MiB")),
        }
        self.text.push_str(text);
        self.ends.push(u32::try_from(self.text.len()).map_err(|_| MANY)?);
        let held = self.text.len() + self.ends.len() * size_of::<u32>();
        if held as u64 > MOST_HELD { Err(MANY) } else { Ok(()) }
    }

    /// Returns a text, and whether all its characters are whole.
    pub(super) fn get(&self, number: usize) -> Option<(&str, bool)> {
        let end = *self.ends.get(number)?;
        let start = match number.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        let text = self.text.get(start as usize..end as usize)?;
        let half = u32::try_from(number).is_ok_and(|one| self.halves.binary_search(&one).is_ok());
        Some((text, !half))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_by_number() {
        let xml = "<sst uniqueCount=\"18446744073709551615\"><si><t>Ada</t></si><si/><si><t>_xD83D_</t></si><si><r><t>B</t></r></si></sst>";
        let strings = Strings::read(Xml::new(xml.as_bytes(), u64::MAX)).unwrap();
        assert_eq!(strings.get(0), Some(("Ada", true)));
        assert_eq!(strings.get(1), Some(("", true)));
        assert_eq!(strings.get(2), Some(("\u{fffd}", false)));
        assert_eq!(strings.get(3), Some(("B", true)));
        assert_eq!(strings.get(4), None);
    }
}
