//! What stands inside of a tag: names, attributes, references.

use ecow::EcoString;

use crate::{finding::Code, input::Fault};

/// An attribute as it stands in the tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Raw<'a> {
    pub(super) prefix: Option<&'a str>,
    pub(super) local: &'a str,
    /// Between the quotes, references not resolved.
    pub(super) value: &'a str,
}

impl<'a> Raw<'a> {
    /// The prefix that it declares a namespace for, when that is what it does.
    pub(super) fn declares(&self) -> Option<&'a str> {
        match self.prefix {
            None if self.local == "xmlns" => Some(""),
            Some("xmlns") => Some(self.local),
            None | Some(_) => None,
        }
    }
}

fn malformed(message: impl Into<String>) -> Fault {
    Fault::new(Code::Malformed, message)
}

/// The attributes of a tag, by the rules of XML.
#[derive(Debug, Clone)]
pub(super) struct Attributes<'a> {
    rest: &'a str,
}

impl<'a> Attributes<'a> {
    /// `rest` is the tag after its name.
    pub(super) const fn new(rest: &'a str) -> Self {
        Self { rest }
    }

    fn step(&mut self) -> Result<Option<Raw<'a>>, Fault> {
        let trimmed = self.rest.trim_ascii_start();
        if trimmed.is_empty() {
            return Ok(None);
        }
        if trimmed.len() == self.rest.len() {
            return Err(malformed("expected a blank before each attribute, found none"));
        }
        let end = trimmed
            .bytes()
            .position(|byte| matches!(byte, b'=' | b' ' | b'\t' | b'\n' | b'\r'))
            .unwrap_or(trimmed.len());
        let (name, rest) = trimmed.split_at(end);
        let (prefix, local) = split(name)?;
        let quoted = rest.trim_ascii_start().strip_prefix('=').map(str::trim_ascii_start);
        let value = quoted.and_then(|quoted| match quoted.as_bytes().first() {
            Some(quote @ (b'"' | b'\'')) => {
                let inner = quoted.get(1..)?;
                let end = memchr::memchr(*quote, inner.as_bytes())?;
                Some((inner.get(..end)?, inner.get(end + 1..)?))
            }
            Some(_) | None => None,
        });
        let Some((value, rest)) = value else {
            return Err(malformed(format!(
                "expected `{name}=\"...\"`, found no value in quotes; is a quote missing?"
            )));
        };
        if memchr::memchr(b'<', value.as_bytes()).is_some() {
            return Err(malformed(format!(
                "expected `&lt;` in the value of `{name}`, found `<`; is a quote missing?"
            )));
        }
        self.rest = rest;
        Ok(Some(Raw { prefix, local, value }))
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Result<Raw<'a>, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        let found = self.step().transpose();
        if matches!(found, Some(Err(_))) {
            self.rest = "";
        }
        found
    }
}

/// Splits a name at its colon and checks both halves.
pub(super) fn split(name: &str) -> Result<(Option<&str>, &str), Fault> {
    let halves = match memchr::memchr(b':', name.as_bytes()) {
        None => (None, name),
        Some(colon) => (name.get(..colon), name.get(colon + 1..).unwrap_or_default()),
    };
    if is_name(halves.1) && halves.0.is_none_or(is_name) {
        Ok(halves)
    } else {
        let shown: String = name.chars().take(40).collect();
        Err(malformed(format!("expected the name of an element or attribute, found `{shown}`")))
    }
}

fn is_name(name: &str) -> bool {
    let begins = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80;
    let goes_on = |byte: u8| begins(byte) || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    name.bytes().next().is_some_and(begins) && name.bytes().all(goes_on)
}

/// What a reference stands for: `amp`, `#228`, `#xE4`.
pub(super) fn resolve(reference: &str) -> Result<char, Fault> {
    let number = match reference.strip_prefix('#') {
        None => {
            return match reference {
                "amp" => Ok('&'),
                "lt" => Ok('<'),
                "gt" => Ok('>'),
                "quot" => Ok('"'),
                "apos" => Ok('\''),
                _ => {
                    let shown: String = reference.chars().take(40).collect();
                    Err(Fault::new(
                        Code::Entity,
                        format!(
                            "expected a character, found the entity `&{shown};`; entities are not resolved: write the character itself or `&#...;`"
                        ),
                    ))
                }
            };
        }
        Some(number) => number,
    };
    let digits = |text: &str, radix: u32| {
        if text.chars().all(|digit| digit.is_digit(radix)) {
            u32::from_str_radix(text, radix).ok()
        } else {
            None
        }
    };
    let code = match number.strip_prefix('x') {
        Some(number) => digits(number, 16),
        None => digits(number, 10),
    };
    code.and_then(char::from_u32)
        .filter(|character| {
            !matches!(u32::from(*character), 0..=8 | 0xb | 0xc | 0xe..=0x1f | 0xfffe | 0xffff)
        })
        .ok_or_else(|| {
            let shown: String = reference.chars().take(40).collect();
            malformed(format!("`&{shown};` is no character that XML allows"))
        })
}

/// The value of an attribute: references resolved, white space made blanks.
pub(super) fn value(raw: &str) -> Result<EcoString, Fault> {
    if !raw.bytes().any(|byte| matches!(byte, b'&' | b'\t' | b'\n' | b'\r')) {
        return Ok(raw.into());
    }
    let mut value = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(character) = rest.chars().next() {
        let length = match character {
            '&' => {
                let end = rest.find(';').ok_or_else(|| {
                    malformed("expected `&amp;`, found `&` that begins no reference")
                })?;
                value.push(resolve(rest.get(1..end).unwrap_or_default())?);
                end + 1
            }
            '\r' if rest.starts_with("\r\n") => {
                value.push(' ');
                2
            }
            '\t' | '\n' | '\r' => {
                value.push(' ');
                1
            }
            _ => {
                let end = rest
                    .bytes()
                    .position(|byte| matches!(byte, b'&' | b'\t' | b'\n' | b'\r'))
                    .unwrap_or(rest.len());
                value.push_str(rest.get(..end).unwrap_or_default());
                end
            }
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    Ok(value.into())
}

/// Adds text as XML hands it on: every line end is a line feed.
pub(super) fn append(text: &mut String, piece: &str) {
    if memchr::memchr(b'\r', piece.as_bytes()).is_none() {
        text.push_str(piece);
        return;
    }
    let mut lines = piece.split('\r');
    text.push_str(lines.next().unwrap_or_default());
    for line in lines {
        text.push('\n');
        text.push_str(line.strip_prefix('\n').unwrap_or(line));
    }
}

/// Whether a text is white space only.
pub(super) fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
}

/// The fault of text that stands in no element.
pub(super) fn outside(after: bool) -> Fault {
    malformed(if after {
        "found text after the outermost element; take it out"
    } else {
        "expected an XML file, which begins with `<`, found other text; is it the right file? take out what stands before the outermost element"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes(rest: &str) -> Result<Vec<(String, String)>, Fault> {
        Attributes::new(rest)
            .map(|raw| {
                let raw = raw?;
                Ok((raw.local.to_owned(), value(raw.value)?.to_string()))
            })
            .collect()
    }

    #[test]
    fn attributes_are_read_as_xml_says() {
        let found = attributes(" OID = \"I.1\"\n\tName='a &lt; \"b\"\r\nc &#xe4;&#228;' ").unwrap();
        let expected = [("OID", "I.1"), ("Name", "a < \"b\" c ää")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_no_attribute_is_refused() {
        for (rest, code) in [
            (" a=\"1\"b=\"2\"", Code::Malformed),
            (" a", Code::Malformed),
            (" a=1", Code::Malformed),
            (" a=\"1", Code::Malformed),
            (" a=\"<\"", Code::Malformed),
            (" 1a=\"x\"", Code::Malformed),
            (" a:b:c=\"x\"", Code::Malformed),
            (" a=\"&\"", Code::Malformed),
            (" a=\"&#0;\"", Code::Malformed),
            (" a=\"&#+65;\"", Code::Malformed),
            (" a=\"&nbsp;\"", Code::Entity),
        ] {
            assert_eq!(attributes(rest).unwrap_err().code, code, "{rest}");
        }
    }

    #[test]
    fn line_ends_are_line_feeds() {
        let mut text = "x".to_owned();
        append(&mut text, "a\r\nb\rc\n\r\nd");
        assert_eq!(text, "xa\nb\nc\n\nd");
    }
}
