//! Texts of cells: in one piece or in several of different looks, with what Excel writes as `_x000D_`.

use std::io::BufRead;

use quick_xml::events::Event;

use super::xml::{Fault, MOST_TEXT, Xml, attributes, push_text};

/// The length of `_x000D_`.
const ESCAPE: usize = 7;

/// What became of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quality {
    Whole,
    /// It has half of a character: one of the two surrogates that only together are one.
    Half,
    /// It was longer than a text may be, and is not held.
    Long,
}

/// Reads the texts of `<si>` and `<is>`; the buffers are used again.
#[derive(Debug, Default)]
pub(super) struct Rich {
    pub(super) text: String,
    piece: String,
    buffer: Vec<u8>,
}

impl Rich {
    /// Reads to the end of the element whose start was read last. How a text is spoken is left out.
    pub(super) fn read<R: BufRead>(&mut self, xml: &mut Xml<R>) -> Result<Quality, Fault> {
        let outside = xml.depth().saturating_sub(1);
        let (mut half, mut long, mut spoken) = (false, false, false);
        // Inside `<t>`: whether white space at its ends is kept.
        let mut inside: Option<bool> = None;
        self.text.clear();
        loop {
            match xml.event(&mut self.buffer)? {
                Event::Start(_) | Event::Empty(_) if inside.is_some() => {
                    return Err(Fault::Wrong("tags inside the text of a cell"));
                }
                Event::Start(tag) => match tag.local_name().as_ref() {
                    "rPh" => spoken = true,
                    "t" if !spoken => {
                        let mut keep = false;
                        attributes(&tag, |name, value| {
                            keep |= name == "xml:space" && value == "preserve";
                        })?;
                        self.piece.clear();
                        inside = Some(keep);
                    }
                    _ => {}
                },
                Event::End(tag) => {
                    if xml.depth() <= outside {
                        return Ok(match (long, half) {
                            (true, _) => Quality::Long,
                            (false, true) => Quality::Half,
                            (false, false) => Quality::Whole,
                        });
                    }
                    if let Some(keep) = inside.take() {
                        let piece = if keep {
                            self.piece.as_str()
                        } else {
                            self.piece.trim_matches([' ', '\t', '\r', '\n'])
                        };
                        half |= !unescape(piece, &mut self.text);
                        long |= cut(&mut self.text);
                    } else if tag.local_name().as_ref() == "rPh" {
                        spoken = false;
                    }
                }
                event if inside.is_some() => {
                    push_text(&event, &mut self.piece)?;
                    long |= cut(&mut self.piece);
                }
                Event::Text(text) if !spoken && !text.trim().is_empty() => {
                    return Err(Fault::Wrong("a text of a cell outside its element"));
                }
                _ => {}
            }
        }
    }
}

/// Forgets a text that is too long to be held.
pub(super) fn cut(text: &mut String) -> bool {
    let long = text.len() > MOST_TEXT;
    if long {
        text.clear();
    }
    long
}

/// Adds a text with its escapes resolved; false if one is half of a character.
pub(super) fn unescape(text: &str, into: &mut String) -> bool {
    let mut whole = true;
    let mut rest = text;
    while let Some(at) = rest.find('_') {
        let (before, from) = rest.split_at(at);
        into.push_str(before);
        let Some(unit) = escaped(from) else {
            into.push('_');
            rest = from.get(1..).unwrap_or_default();
            continue;
        };
        rest = from.get(ESCAPE..).unwrap_or_default();
        let low = escaped(rest)
            .filter(|low| (0xd800..0xdc00).contains(&unit) && (0xdc00..0xe000).contains(low));
        if low.is_some() {
            rest = rest.get(ESCAPE..).unwrap_or_default();
        }
        match char::decode_utf16([Some(unit), low].into_iter().flatten()).next() {
            Some(Ok(letter)) => into.push(letter),
            Some(Err(_)) | None => {
                into.push(char::REPLACEMENT_CHARACTER);
                whole = false;
            }
        }
    }
    into.push_str(rest);
    whole
}

/// Returns the UTF-16 unit of the escape with which a text begins.
fn escaped(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("_x")?.get(..4)?;
    let closed = text.as_bytes().get(ESCAPE - 1) == Some(&b'_');
    if !closed || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rich(xml: &str) -> Result<(String, Quality), Fault> {
        let mut xml = Xml::new(xml.as_bytes(), u64::MAX);
        xml.event(&mut Vec::new())?;
        let mut rich = Rich::default();
        let quality = rich.read(&mut xml)?;
        Ok((rich.text, quality))
    }

    #[test]
    fn pieces_are_joined_and_what_is_spoken_is_left_out() {
        let whole = |text: &str| Ok((text.to_owned(), Quality::Whole));
        assert_eq!(
            rich(
                "<si>\n<r><rPr><b/></rPr><t xml:space=\"preserve\">Ada </t></r><r><t> No&amp;&#119;ak</t></r></si>"
            ),
            whole("Ada No&wak")
        );
        assert_eq!(
            rich("<si><t>東</t><rPh sb=\"0\" eb=\"1\"><t>ひがし</t></rPh></si>"),
            whole("東")
        );
        assert_eq!(rich("<si></si>"), whole(""));
        assert_eq!(rich("<x:is><x:t><![CDATA[a<b]]></x:t></x:is>"), whole("a<b"));
    }

    #[test]
    fn what_would_be_lost_is_refused() {
        assert!(rich("<is><t><Nowak></t></is>").is_err());
        assert!(rich("<is><t><Nowak/></t></is>").is_err());
        assert!(rich("<is>Nowak</is>").is_err());
        assert!(rich("<is><t>Ada &Nowak; x</t></is>").is_err());
        let long = format!("<is><t>{}</t></is>", "x".repeat(MOST_TEXT + 1));
        assert_eq!(rich(&long), Ok((String::new(), Quality::Long)));
    }

    #[test]
    fn escapes_are_resolved_once() {
        for (text, expected) in [
            ("a_x000D_b", "a\rb"),
            ("_x005F_x000D_", "_x000D_"),
            ("_xD83D__xDE00_", "\u{1f600}"),
            ("_x00_ä_x", "_x00_ä_x"),
            ("_", "_"),
        ] {
            let mut into = String::new();
            assert!(unescape(text, &mut into), "{text}");
            assert_eq!(into, expected);
        }
        for half in ["a_xD83D_b", "_xDE00_", "_xD83D__x0041_"] {
            assert!(!unescape(half, &mut String::new()), "{half}");
        }
    }
}
