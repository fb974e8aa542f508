//! The charset of a dump: what the dump says, or the spec says against it.

use std::borrow::Cow;

use encoding_rs::Encoding;

use super::Dialect;
use crate::{source::decode::is_no_accident, spec::model};

/// So many texts that are UTF-8, and none that is not, are no accident where one byte is one character.
const TELLING: u64 = 3;

/// How bytes become characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) enum Charset {
    Utf8,
    /// ISO 8859-1, byte by byte.
    Latin1,
    Other(&'static Encoding),
}

impl Charset {
    /// Returns the characters of a text; none when it holds a byte that the charset does not define.
    pub(in crate::source) fn text(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            Self::Utf8 => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Self::Latin1 => Some(encoding_rs::mem::decode_latin1(bytes)),
            Self::Other(encoding) => {
                encoding.decode_without_bom_handling_and_without_replacement(bytes)
            }
        }
    }

    /// Tells whether text in it is hardly ever UTF-8 by chance, not even a single word.
    fn is_western(self) -> bool {
        self == Self::Latin1 || self == Self::Other(encoding_rs::WINDOWS_1252)
    }

    fn is_single_byte(self) -> bool {
        match self {
            Self::Utf8 => false,
            Self::Latin1 => true,
            Self::Other(encoding) => encoding.is_single_byte(),
        }
    }

    /// Tells whether a byte above ASCII is one that nobody writes as text.
    fn is_undefined(self, byte: u8) -> bool {
        match self {
            Self::Latin1 => matches!(byte, 0x80..=0x9f),
            // `encoding_rs` follows the web, where these five are control characters.
            _ => self.is_western() && matches!(byte, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d),
        }
    }
}

/// A charset, and who named it.
#[derive(Debug, Clone)]
pub(in crate::source) struct Declared {
    pub(in crate::source) charset: Charset,
    /// The name and line in the dump; none where the spec decides, or nobody does.
    pub(in crate::source) said: Option<(String, u64)>,
    /// What the spec or the byte order mark states, whatever the dump says.
    pub(in crate::source) stated: Option<model::Encoding>,
    /// Whether the dump was UTF-16, so that bytes above ASCII in it are none any more.
    pub(in crate::source) wide: bool,
    suspicion: Suspicion,
}

/// Whether texts that are said to have one byte for each character are UTF-8 in truth.
#[derive(Debug, Clone, Default)]
struct Suspicion {
    whole: u64,
    other: u64,
    /// The line of the first that is UTF-8.
    line: u64,
}

impl Declared {
    /// Begins with what the spec states; a file in UTF-16 was made UTF-8 already.
    pub(in crate::source) fn begin(
        stated: Option<model::Encoding>,
        found: model::Encoding,
    ) -> Self {
        let wide = matches!(found, model::Encoding::Utf16Le | model::Encoding::Utf16Be);
        let charset = match found {
            model::Encoding::Windows1252 => Charset::Other(encoding_rs::WINDOWS_1252),
            model::Encoding::Iso88591 => Charset::Latin1,
            model::Encoding::Utf8 | model::Encoding::Utf16Le | model::Encoding::Utf16Be => {
                Charset::Utf8
            }
        };
        let stated = if wide { Some(found) } else { stated };
        Self { charset, said: None, stated, wide, suspicion: Suspicion::default() }
    }

    /// Appends the characters of a cell; otherwise says why it has none. `judged` is the line of a cell that counts when
    /// the charset of the whole dump is judged.
    pub(in crate::source) fn decode(
        &mut self,
        bytes: &[u8],
        judged: Option<u64>,
        out: &mut String,
    ) -> Result<(), String> {
        if bytes.is_ascii() {
            out.push_str(&String::from_utf8_lossy(bytes));
            return Ok(());
        }
        if self.charset == Charset::Utf8 {
            let text = std::str::from_utf8(bytes).map_err(|_| self.no_utf8())?;
            out.push_str(text);
            return Ok(());
        }
        let utf8 = std::str::from_utf8(bytes).is_ok_and(is_no_accident);
        if let Some(line) = judged.filter(|_| self.charset.is_single_byte()) {
            self.suspicion.see(utf8, line);
        }
        self.is_credible(bytes, utf8)?;
        let text = self.charset.text(bytes).ok_or_else(|| match &self.said {
            Some((name, line)) => format!(
                "holds bytes that `{name}` does not define, which line {line} of the dump says; state the `encoding` of the source, or have it dumped again"
            ),
            None => "holds bytes that its charset does not define; correct `encoding`".to_owned(),
        })?;
        out.push_str(&text);
        Ok(())
    }

    /// Says why a text is not in the charset although its bytes could be: `utf8` is whether they are UTF-8 by no accident.
    fn is_credible(&self, bytes: &[u8], utf8: bool) -> Result<(), String> {
        let undefined = bytes.iter().find(|byte| self.charset.is_undefined(**byte));
        match (self.stated, &self.said) {
            // A single word of it is enough: its usual letters are no UTF-8.
            (Some(encoding), _) if utf8 && self.charset.is_western() => Err(format!(
                "is UTF-8, although `encoding` of the source says {}; correct `encoding` if the whole dump is UTF-8, else have it dumped again",
                encoding.as_str()
            )),
            (None, Some((name, line))) if utf8 && self.charset.is_western() => Err(format!(
                "is UTF-8, although line {line} of the dump says `{name}`; state `encoding = \"utf-8\"` for the source if that is so, or the encoding it really has"
            )),
            (Some(encoding), _) => undefined.map_or(Ok(()), |byte| {
                Err(format!(
                    "is not {}, as `encoding` of the source says: found the byte 0x{byte:02X}; correct `encoding` or have it dumped as UTF-8",
                    encoding.as_str()
                ))
            }),
            // What MySQL calls latin1 has characters for all bytes; what PostgreSQL calls so often holds windows-1252.
            (None, Some((name, line))) if self.charset == Charset::Latin1 => {
                undefined.map_or(Ok(()), |byte| {
                    Err(format!(
                        "is not `{name}`, as line {line} of the dump says: found the byte 0x{byte:02X}; state `encoding = \"windows-1252\"` for the source if that is what it really is"
                    ))
                })
            }
            (None, _) => Ok(()),
        }
    }

    fn no_utf8(&self) -> String {
        match (self.stated, &self.said) {
            (Some(encoding), _) if self.wide => format!(
                "is not {}: found half a character; the file is damaged; ask for it again",
                encoding.as_str()
            ),
            (Some(encoding), _) => format!(
                "is not {}, as `encoding` of the source says; correct `encoding`, or have it dumped again",
                encoding.as_str()
            ),
            (None, Some((name, line))) => format!(
                "is not UTF-8, although line {line} of the dump says `{name}`; state the `encoding` of the source, or have it dumped again"
            ),
            (None, None) => {
                "is not UTF-8; state the `encoding` of the source, or have it dumped as UTF-8"
                    .to_owned()
            }
        }
    }

    /// Judges the charset by all texts so far: the line of the first that speaks against it, and what is wrong.
    pub(in crate::source) fn verdict(&mut self) -> Option<(u64, String)> {
        let Suspicion { whole, other, line } = std::mem::take(&mut self.suspicion);
        if whole < TELLING || other > 0 {
            return None;
        }
        let (expected, advice) = match (self.stated, &self.said) {
            (Some(encoding), _) => (
                format!("{}, as `encoding` of the source says", encoding.as_str()),
                "correct `encoding`",
            ),
            (None, Some((name, line))) => (
                format!("`{name}`, as line {line} of the dump says"),
                "state the `encoding` of the source",
            ),
            (None, None) => return None,
        };
        Some((
            line,
            format!(
                "expected {expected}, found UTF-8 in every text that is not ASCII ({whole} texts, the first here); {advice}"
            ),
        ))
    }
}

impl Suspicion {
    fn see(&mut self, utf8: bool, line: u64) {
        if !utf8 {
            self.other += 1;
            return;
        }
        if self.whole == 0 {
            self.line = line;
        }
        self.whole += 1;
    }
}

/// Finds the charset of a name as `SET NAMES` or `client_encoding` have it. Those in which a backslash can be half of a
/// character are not read.
pub(in crate::source) fn named(dialect: Dialect, name: &str) -> Option<Charset> {
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    let other = |encoding| Some(Charset::Other(encoding));
    match (dialect, plain.as_str()) {
        (
            _,
            "utf8" | "utf8mb3" | "utf8mb4" | "unicode" | "sqlascii" | "ascii" | "usascii"
            | "binary" | "default",
        ) => Some(Charset::Utf8),
        // What MySQL calls latin1 is windows-1252.
        (Dialect::Mysql, "latin1") => other(encoding_rs::WINDOWS_1252),
        (Dialect::Postgres, "latin1" | "iso88591") => Some(Charset::Latin1),
        (_, "win1252" | "windows1252" | "cp1252") => other(encoding_rs::WINDOWS_1252),
        (_, "latin2" | "iso88592") => other(encoding_rs::ISO_8859_2),
        (Dialect::Mysql, "latin5") | (Dialect::Postgres, "win1254") => {
            other(encoding_rs::WINDOWS_1254)
        }
        (Dialect::Mysql, "latin7") => other(encoding_rs::ISO_8859_13),
        (Dialect::Postgres, "latin9" | "iso885915") => other(encoding_rs::ISO_8859_15),
        (_, "win1250" | "cp1250") => other(encoding_rs::WINDOWS_1250),
        (_, "win1251" | "cp1251") => other(encoding_rs::WINDOWS_1251),
        (Dialect::Postgres, "win1253") => other(encoding_rs::WINDOWS_1253),
        (_, "win1256" | "cp1256") => other(encoding_rs::WINDOWS_1256),
        (_, "win1257" | "cp1257") => other(encoding_rs::WINDOWS_1257),
        (_, "koi8r") => other(encoding_rs::KOI8_R),
        (_, "koi8u") => other(encoding_rs::KOI8_U),
        (_, "cp866" | "win866") => other(encoding_rs::IBM866),
        (Dialect::Mysql, "ujis") | (Dialect::Postgres, "eucjp") => other(encoding_rs::EUC_JP),
        (_, "euckr") => other(encoding_rs::EUC_KR),
        _ => None,
    }
}
