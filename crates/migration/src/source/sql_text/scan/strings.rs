//! Words, names and strings of a dump, with their escapes.

use super::{Dialect, MOST_BYTES, MOST_NAME, Scanner, Token, word_byte};
use crate::error::Error;

impl Scanner<'_> {
    /// Takes a word that begins here; empty where it is too long to be one.
    pub(in crate::source) fn word(&mut self) -> Result<String, Error> {
        let mut bytes = Vec::new();
        let dollar = self.delimiter.first() != Some(&b'$');
        let (_, fits) = self.until_within(
            |byte| !(word_byte(byte) || (dollar && byte == b'$')),
            Some(&mut bytes),
            MOST_NAME,
        )?;
        Ok(if fits { self.characters(bytes) } else { String::new() })
    }

    /// Takes a name that begins here with its quote. In MySQL `"` quotes strings, too, which have escapes.
    pub(super) fn name(&mut self, quote: u8) -> Result<Token, Error> {
        let mysql = self.dialect == Dialect::Mysql;
        let escapes = mysql && quote == b'"' && self.backslash && !self.ansi;
        let mut bytes = Vec::new();
        let mut fits = true;
        self.step(1);
        loop {
            let (stop, all) = self.until_within(
                |byte| byte == quote || (escapes && byte == b'\\'),
                Some(&mut bytes),
                MOST_NAME,
            )?;
            if !all || bytes.len() > MOST_NAME {
                fits = false;
                bytes.clear();
            }
            self.step(1);
            match stop {
                None => return Ok(Token::End),
                Some(b'\\') => {
                    if !self.escape_of_mysql(&mut bytes)? {
                        return Ok(Token::End);
                    }
                }
                Some(_) => {
                    if self.peek(0)? != Some(quote) {
                        break;
                    }
                    bytes.push(quote);
                    self.step(1);
                }
            }
        }
        if fits {
            return Ok(Token::Name(self.characters(bytes)));
        }
        self.text.clear();
        Ok(Token::Text)
    }

    /// Returns the characters of a name: a server writes some in UTF-8, whatever the charset of the dump is.
    fn characters(&self, bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).unwrap_or_else(|error| {
            let bytes = error.as_bytes();
            let text = self.names.text(bytes).unwrap_or_else(|| String::from_utf8_lossy(bytes));
            text.into_owned()
        })
    }

    /// Adds to a piece what fits.
    fn put(&mut self, out: &mut Vec<u8>, bytes: &[u8]) {
        if out.len() < MOST_BYTES {
            out.extend_from_slice(bytes);
        } else {
            self.too_long = true;
        }
    }

    pub(super) fn string(&mut self, backslash: bool) -> Result<Token, Error> {
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        let whole = self.quoted(backslash, &mut text);
        self.text = text;
        Ok(if whole? { Token::Text } else { Token::End })
    }

    /// Takes a string that begins here with its quote; false when the file ends inside it.
    pub(in crate::source) fn quoted(
        &mut self,
        backslash: bool,
        out: &mut Vec<u8>,
    ) -> Result<bool, Error> {
        let Some(quote) = self.next()? else { return Ok(false) };
        loop {
            let stop =
                self.until(|byte| byte == quote || (backslash && byte == b'\\'), Some(&mut *out))?;
            self.step(1);
            if out.len() > MOST_BYTES {
                self.too_long = true;
                out.truncate(MOST_BYTES);
            }
            match stop {
                None => return Ok(false),
                Some(b'\\') if quote != b'\\' => {
                    let whole = match self.dialect {
                        Dialect::Mysql => self.escape_of_mysql(out)?,
                        Dialect::Postgres => self.escape_of_postgres(out)?,
                    };
                    if !whole {
                        return Ok(false);
                    }
                }
                Some(_) => {
                    if self.peek(0)? != Some(quote) {
                        return Ok(true);
                    }
                    out.push(quote);
                    self.step(1);
                }
            }
        }
    }

    fn escape_of_mysql(&mut self, out: &mut Vec<u8>) -> Result<bool, Error> {
        let Some(byte) = self.next()? else { return Ok(false) };
        let meant = match byte {
            b'0' => 0,
            b'b' => 8,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'Z' => 0x1a,
            // The backslash stays, as patterns of LIKE need it.
            b'%' | b'_' => {
                self.put(out, &[b'\\', byte]);
                return Ok(true);
            }
            other => other,
        };
        self.put(out, &[meant]);
        Ok(true)
    }

    /// Takes what follows a backslash in an `E''` string or a `COPY` row; false at the end of the file.
    pub(in crate::source) fn escape_of_postgres(
        &mut self,
        out: &mut Vec<u8>,
    ) -> Result<bool, Error> {
        let Some(byte) = self.next()? else { return Ok(false) };
        let digit = self.peek(0)?.is_some_and(|byte| byte.is_ascii_hexdigit());
        let meant = match byte {
            b'b' => 8,
            b'f' => 0x0c,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 0x0b,
            b'0'..=b'7' => {
                let value = self.digits(u32::from(byte - b'0'), 8, 2)?;
                u8::try_from(value & 0xff).unwrap_or_default()
            }
            b'x' if digit => {
                let value = self.digits(0, 16, 2)?;
                u8::try_from(value & 0xff).unwrap_or_default()
            }
            b'u' | b'U' if digit => {
                let value = self.digits(0, 16, if byte == b'u' { 4 } else { 8 })?;
                let character = char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER);
                self.put(out, character.encode_utf8(&mut [0; 4]).as_bytes());
                return Ok(true);
            }
            other => other,
        };
        self.put(out, &[meant]);
        Ok(true)
    }

    fn digits(&mut self, mut value: u32, base: u32, most: usize) -> Result<u32, Error> {
        for _ in 0..most {
            let Some(digit) = self.peek(0)?.and_then(|byte| char::from(byte).to_digit(base)) else {
                break;
            };
            value = value.wrapping_mul(base) | digit;
            self.step(1);
        }
        Ok(value)
    }

    /// Takes `$tag$text$tag$` if it begins here: whether it is whole.
    pub(in crate::source) fn dollar_quoted(
        &mut self,
        out: &mut Vec<u8>,
    ) -> Result<Option<bool>, Error> {
        let mut length = 1;
        while length < MOST_NAME
            && self.peek(length)?.is_some_and(|byte| {
                byte.is_ascii_alphabetic()
                    || byte == b'_'
                    || byte >= 0x80
                    || (length > 1 && byte.is_ascii_digit())
            })
        {
            length += 1;
        }
        if self.peek(length)? != Some(b'$') {
            return Ok(None);
        }
        let tag = self.held[self.at..=self.at + length].to_vec();
        self.step(tag.len());
        loop {
            if self.until(|byte| byte == b'$', Some(&mut *out))?.is_none() {
                return Ok(Some(false));
            }
            if self.starts_with(&tag)? {
                self.step(tag.len());
                return Ok(Some(true));
            }
            self.put(out, b"$");
            self.step(1);
        }
    }
}
