//! The bytes of a dump: read in pieces, with their line, as blanks, words, names and strings.

mod marks;
mod statement;
mod strings;
#[cfg(test)]
mod tests;

use std::io::{BufRead, ErrorKind};

use super::charset::Charset;
use crate::error::Error;
use marks::Marks;
pub(in crate::source) use statement::begins_statement;

/// The most bytes of one row: a row that is longer is refused, so that no dump fills the memory.
const MOST_BYTES: usize = 32 << 20;

/// The most bytes of a name or word: no database has longer ones, and what is longer is taken for a string.
const MOST_NAME: usize = 1024;

/// Whose SQL it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) enum Dialect {
    Postgres,
    Mysql,
}

/// A piece of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::source) enum Token {
    /// A word without quotes, as it is written.
    Word(String),
    /// A name in quotes.
    Name(String),
    /// A string; its bytes are in [`Scanner::text`].
    Text,
    Symbol(u8),
    /// The end of the file, also in the middle of a name or string.
    End,
}

impl Token {
    /// Tells whether it is this keyword.
    pub(in crate::source) fn is(&self, word: &str) -> bool {
        matches!(self, Self::Word(found) if found.eq_ignore_ascii_case(word))
    }
}

/// Reads a dump from its beginning to its end, holding a chunk and the piece at hand.
pub(in crate::source) struct Scanner<'a> {
    file: &'a str,
    input: Box<dyn BufRead + 'a>,
    held: Vec<u8>,
    at: usize,
    ended: bool,
    line: u64,
    dialect: Dialect,
    /// Whether a backslash escapes in a usual string.
    pub(in crate::source) backslash: bool,
    /// Whether `"` quotes names alone in MySQL, where it usually quotes strings, too.
    pub(in crate::source) ansi: bool,
    /// How names that are no UTF-8 become characters.
    pub(in crate::source) names: Charset,
    /// The line on which the statement at hand begins; none between two.
    pub(in crate::source) begun: Option<u64>,
    marks: Marks,
    /// Whether the packed file ends before what is packed in it.
    torn: bool,
    /// What ends a statement.
    pub(in crate::source) delimiter: Vec<u8>,
    /// Whether a comment that MySQL executes is open.
    executed: bool,
    /// Whether a piece did not fit in [`MOST_BYTES`]; who looks at it resets it.
    pub(in crate::source) too_long: bool,
    /// The bytes of the last string token.
    pub(in crate::source) text: Vec<u8>,
}

impl<'a> Scanner<'a> {
    /// Begins to read a text; what is none was refused, and a byte order mark taken away.
    pub(in crate::source) fn begin(
        file: &'a str,
        input: Box<dyn BufRead + 'a>,
        dialect: Dialect,
    ) -> Result<Self, Error> {
        let mut scan = Self {
            file,
            input,
            held: Vec::new(),
            at: 0,
            ended: false,
            line: 1,
            dialect,
            backslash: dialect == Dialect::Mysql,
            ansi: false,
            names: Charset::Utf8,
            begun: None,
            marks: Marks::default(),
            torn: false,
            delimiter: b";".to_vec(),
            executed: false,
            too_long: false,
            text: Vec::new(),
        };
        scan.fill(4096)?;
        Ok(scan)
    }

    /// Returns the first bytes of the dump, at its beginning.
    pub(in crate::source) fn head(&self) -> &[u8] {
        let end = self.held.len().min(self.at + 4096);
        &self.held[self.at..end]
    }

    /// Returns the line at hand, from 1.
    pub(in crate::source) fn line(&self) -> u64 {
        self.line
    }

    pub(in crate::source) fn wrong(&self, line: Option<u64>, what: impl Into<String>) -> Error {
        Error::Source { file: self.file.to_owned(), line, what: what.into() }
    }

    /// Reads until so many bytes are held, or the file ends.
    fn fill(&mut self, count: usize) -> Result<(), Error> {
        while self.held.len() - self.at < count && !self.ended {
            self.held.drain(..self.at);
            self.at = 0;
            let read = match self.input.fill_buf() {
                Ok(bytes) => {
                    self.held.extend_from_slice(bytes);
                    bytes.len()
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                // A packed file that is cut off: what stands before is read, as of a plain one.
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                    self.torn = true;
                    0
                }
                Err(error) => {
                    return Err(self.wrong(Some(self.line), format!("cannot be read: {error}")));
                }
            };
            self.input.consume(read);
            self.ended = read == 0;
        }
        Ok(())
    }

    /// Returns the byte that is `ahead` bytes away; none behind the end.
    pub(in crate::source) fn peek(&mut self, ahead: usize) -> Result<Option<u8>, Error> {
        if self.at + ahead >= self.held.len() {
            self.fill(ahead + 1)?;
        }
        Ok(self.held.get(self.at + ahead).copied())
    }

    pub(in crate::source) fn starts_with(&mut self, text: &[u8]) -> Result<bool, Error> {
        self.fill(text.len())?;
        Ok(self.held[self.at..].starts_with(text))
    }

    /// Steps over bytes that were looked at.
    pub(in crate::source) fn step(&mut self, count: usize) {
        let end = (self.at + count).min(self.held.len());
        self.line += newlines(&self.held[self.at..end]);
        self.at = end;
    }

    /// Takes the next byte.
    pub(in crate::source) fn next(&mut self) -> Result<Option<u8>, Error> {
        let byte = self.peek(0)?;
        if byte.is_some() {
            self.step(1);
        }
        Ok(byte)
    }

    /// Takes the bytes before the first that stops; returns that byte, which is not taken.
    pub(in crate::source) fn until(
        &mut self,
        stops: impl Fn(u8) -> bool,
        keep: Option<&mut Vec<u8>>,
    ) -> Result<Option<u8>, Error> {
        let (stop, fits) = self.until_within(stops, keep, MOST_BYTES)?;
        self.too_long |= !fits;
        Ok(stop)
    }

    /// As [`Self::until`], but keeps no more than so many bytes; tells also whether they are all.
    pub(in crate::source) fn until_within(
        &mut self,
        stops: impl Fn(u8) -> bool,
        mut keep: Option<&mut Vec<u8>>,
        most: usize,
    ) -> Result<(Option<u8>, bool), Error> {
        let mut fits = true;
        loop {
            self.fill(1)?;
            let rest = &self.held[self.at..];
            if rest.is_empty() {
                return Ok((None, fits));
            }
            let run = rest.iter().position(|byte| stops(*byte)).unwrap_or(rest.len());
            if let Some(keep) = keep.as_deref_mut() {
                if keep.len() + run > most {
                    fits = false;
                } else {
                    keep.extend_from_slice(&rest[..run]);
                }
            }
            let stop = rest.get(run).copied();
            self.step(run);
            if stop.is_some() {
                return Ok((stop, fits));
            }
        }
    }

    pub(in crate::source) fn skip_line(&mut self) -> Result<(), Error> {
        self.until(|byte| byte == b'\n', None)?;
        self.step(1);
        Ok(())
    }

    /// Steps over white space and comments.
    pub(in crate::source) fn blank(&mut self) -> Result<(), Error> {
        loop {
            let Some(byte) = self.peek(0)? else {
                if self.executed {
                    self.begun.get_or_insert(self.line);
                }
                return Ok(());
            };
            match byte {
                // Old programs end a file with 0x1a, others fill it up with zeros.
                b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c | 0x1a | 0 => self.step(1),
                b'-' if self.peek(1)? == Some(b'-') => {
                    // MySQL reads `5--3` as a difference.
                    let comment = self.dialect == Dialect::Postgres
                        || self.peek(2)?.is_none_or(|byte| byte <= b' ');
                    if !comment {
                        return Ok(());
                    }
                    self.line_comment()?;
                }
                b'#' if self.dialect == Dialect::Mysql => {
                    self.until(|byte| byte == b'\n', None)?;
                }
                b'/' if self.peek(1)? == Some(b'*') => self.comment()?,
                b'*' if self.executed && self.peek(1)? == Some(b'/') => {
                    self.executed = false;
                    self.step(2);
                }
                _ => return Ok(()),
            }
        }
    }

    /// Steps over a comment to the end of its line; it may be the one that begins or ends a dump.
    fn line_comment(&mut self) -> Result<(), Error> {
        self.fill(marks::MOST)?;
        let end = self.held.len().min(self.at + marks::MOST);
        self.marks.comment(&self.held[self.at..end], self.line);
        self.until(|byte| byte == b'\n', None)?;
        Ok(())
    }

    fn comment(&mut self) -> Result<(), Error> {
        if self.dialect == Dialect::Mysql {
            let mark = usize::from(self.peek(2)? == Some(b'M')) + 2;
            if self.peek(mark)? == Some(b'!') {
                let mut digits = mark + 1;
                // A version has five or six digits.
                while digits <= mark + 6
                    && self.peek(digits)?.is_some_and(|byte| byte.is_ascii_digit())
                {
                    digits += 1;
                }
                // MariaDB's first line, `/*M!999999\- enable the sandbox mode */`, is no statement.
                if self.peek(digits)? != Some(b'\\') {
                    self.step(digits);
                    self.executed = true;
                    return Ok(());
                }
            }
        }
        let line = self.line;
        self.step(2);
        let mut depth = 1_usize;
        while depth > 0 {
            let Some(byte) = self.until(|byte| byte == b'*' || byte == b'/', None)? else {
                self.begun.get_or_insert(line);
                return Ok(());
            };
            let second = self.peek(1)?;
            if byte == b'*' && second == Some(b'/') {
                depth -= 1;
                self.step(2);
            } else if byte == b'/' && second == Some(b'*') && self.dialect == Dialect::Postgres {
                depth += 1;
                self.step(2);
            } else {
                self.step(1);
            }
        }
        Ok(())
    }

    /// Takes the next piece of a statement.
    pub(in crate::source) fn token(&mut self) -> Result<Token, Error> {
        self.blank()?;
        let Some(byte) = self.peek(0)? else { return Ok(Token::End) };
        let quoted_name = byte == b'"' || (byte == b'`' && self.dialect == Dialect::Mysql);
        if quoted_name {
            return self.name(byte);
        }
        if byte == b'\'' {
            return self.string(self.backslash);
        }
        if byte == b'$' && self.dialect == Dialect::Postgres {
            let mut text = std::mem::take(&mut self.text);
            text.clear();
            let found = self.dollar_quoted(&mut text);
            self.text = text;
            return Ok(match found? {
                Some(true) => Token::Text,
                Some(false) => Token::End,
                None => {
                    self.step(1);
                    Token::Symbol(b'$')
                }
            });
        }
        if !word_byte(byte) {
            self.step(1);
            return Ok(Token::Symbol(byte));
        }
        let word = self.word()?;
        if word.is_empty() {
            self.text.clear();
            return Ok(Token::Text);
        }
        let escapes = self.dialect == Dialect::Postgres && word.eq_ignore_ascii_case("e");
        if escapes && self.peek(0)? == Some(b'\'') {
            return self.string(true);
        }
        Ok(Token::Word(word))
    }

    pub(in crate::source) fn dialect(&self) -> Dialect {
        self.dialect
    }
}

fn word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'@' || byte >= 0x80
}

fn newlines(bytes: &[u8]) -> u64 {
    bytes.iter().map(|byte| u64::from(*byte == b'\n')).sum()
}
