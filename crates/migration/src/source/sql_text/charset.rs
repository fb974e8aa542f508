//! The charset of a dump: what the dump says, or the spec says against it.

use encoding_rs::Encoding;

use super::Dialect;

/// How bytes become characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) enum Charset {
    Utf8,
    /// ISO 8859-1, byte by byte.
    Latin1,
    Other(&'static Encoding),
}

/// A charset, and who named it.
#[derive(Debug, Clone)]
pub(in crate::source) struct Declared {
    pub(in crate::source) charset: Charset,
    /// The name and line in the dump; none where the spec decides, or nobody does.
    pub(in crate::source) said: Option<(String, u64)>,
    /// Whether the bytes were made UTF-8 as the spec states, whatever the dump says.
    pub(in crate::source) firm: bool,
}

impl Declared {
    /// Appends the characters of a cell; otherwise says why it has none.
    pub(in crate::source) fn decode(&self, bytes: &[u8], out: &mut String) -> Result<(), String> {
        if bytes.is_ascii() {
            out.push_str(&String::from_utf8_lossy(bytes));
            return Ok(());
        }
        let utf8 = std::str::from_utf8(bytes);
        if self.charset == Charset::Utf8 {
            return match utf8 {
                Ok(text) => {
                    out.push_str(text);
                    Ok(())
                }
                Err(_) => Err(match &self.said {
                    Some((name, line)) => format!(
                        "is not UTF-8, although line {line} of the dump says `{name}`; state the `encoding` of the source, or have it dumped again"
                    ),
                    None => "is not UTF-8; state the `encoding` of the source, or have it dumped as UTF-8".to_owned(),
                }),
            };
        }
        // Text of one byte per character is never UTF-8 by chance.
        if let (Ok(_), false, Some((name, line))) = (utf8, self.firm, &self.said) {
            return Err(format!(
                "is UTF-8, although line {line} of the dump says `{name}`; state `encoding = \"utf-8\"` for the source if that is so, or the encoding it really has"
            ));
        }
        match self.charset {
            Charset::Utf8 => {}
            Charset::Latin1 => out.push_str(&encoding_rs::mem::decode_latin1(bytes)),
            Charset::Other(encoding) => {
                let text = encoding
                    .decode_without_bom_handling_and_without_replacement(bytes)
                    .ok_or_else(|| {
                        format!(
                            "holds bytes that {} does not define; correct `encoding`",
                            encoding.name().to_ascii_lowercase()
                        )
                    })?;
                out.push_str(&text);
            }
        }
        Ok(())
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
