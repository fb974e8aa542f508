//! The bytes of a dump: read in pieces, with their line, as blanks, words, names and strings.

use std::io::{BufRead, ErrorKind};

use crate::error::Error;

/// The most bytes of one row: a row that is longer is refused, so that no dump fills the memory.
const MOST_BYTES: usize = 32 << 20;

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
    /// Steps over a byte order mark and refuses what is no text.
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
            delimiter: b";".to_vec(),
            executed: false,
            too_long: false,
            text: Vec::new(),
        };
        scan.fill(4096)?;
        let head = &scan.held[..scan.held.len().min(4096)];
        let what = if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) {
            Some(
                "expected UTF-8, found UTF-16 (by its byte order mark): a shell wrote the dump anew; have it written by the program itself (`--result-file` or `--file`)",
            )
        } else if head.starts_with(b"PGDMP") {
            Some(
                "expected a plain SQL dump, found the custom format of pg_dump; make it plain with `pg_restore --file=plain.sql`",
            )
        } else if head.contains(&0) {
            Some(
                "expected a plain SQL dump, found bytes of value 0 (a database, an archive or UTF-16); have it dumped as plain SQL or correct `format`",
            )
        } else {
            None
        };
        if let Some(what) = what {
            return Err(scan.wrong(None, what));
        }
        if scan.held.starts_with(&[0xef, 0xbb, 0xbf]) {
            scan.at = 3;
        }
        Ok(scan)
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
        mut keep: Option<&mut Vec<u8>>,
    ) -> Result<Option<u8>, Error> {
        loop {
            self.fill(1)?;
            let rest = &self.held[self.at..];
            if rest.is_empty() {
                return Ok(None);
            }
            let run = rest.iter().position(|byte| stops(*byte)).unwrap_or(rest.len());
            if let Some(keep) = keep.as_deref_mut() {
                if keep.len() + run > MOST_BYTES {
                    self.too_long = true;
                } else {
                    keep.extend_from_slice(&rest[..run]);
                }
            }
            let stop = rest.get(run).copied();
            self.step(run);
            if stop.is_some() {
                return Ok(stop);
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
            let Some(byte) = self.peek(0)? else { return Ok(()) };
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c => self.step(1),
                b'-' if self.peek(1)? == Some(b'-') => {
                    // MySQL reads `5--3` as a difference.
                    let comment = self.dialect == Dialect::Postgres
                        || self.peek(2)?.is_none_or(|byte| byte <= b' ');
                    if !comment {
                        return Ok(());
                    }
                    self.until(|byte| byte == b'\n', None)?;
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

    fn comment(&mut self) -> Result<(), Error> {
        if self.dialect == Dialect::Mysql {
            let mark = usize::from(self.peek(2)? == Some(b'M')) + 2;
            if self.peek(mark)? == Some(b'!') {
                let mut digits = mark + 1;
                while self.peek(digits)?.is_some_and(|byte| byte.is_ascii_digit()) {
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
        self.step(2);
        let mut depth = 1_usize;
        while depth > 0 {
            let Some(byte) = self.until(|byte| byte == b'*' || byte == b'/', None)? else {
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
        let escapes = self.dialect == Dialect::Postgres && word.eq_ignore_ascii_case("e");
        if escapes && self.peek(0)? == Some(b'\'') {
            return self.string(true);
        }
        Ok(Token::Word(word))
    }

    /// Takes a word that begins here.
    pub(in crate::source) fn word(&mut self) -> Result<String, Error> {
        let mut bytes = Vec::new();
        let dollar = self.delimiter.first() != Some(&b'$');
        self.until(|byte| !(word_byte(byte) || (dollar && byte == b'$')), Some(&mut bytes))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn name(&mut self, quote: u8) -> Result<Token, Error> {
        let mut bytes = Vec::new();
        self.step(1);
        loop {
            if self.until(|byte| byte == quote, Some(&mut bytes))?.is_none() {
                return Ok(Token::End);
            }
            self.step(1);
            if self.peek(0)? != Some(quote) {
                return Ok(Token::Name(String::from_utf8_lossy(&bytes).into_owned()));
            }
            bytes.push(quote);
            self.step(1);
        }
    }

    fn string(&mut self, backslash: bool) -> Result<Token, Error> {
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
        match byte {
            b'0' => out.push(0),
            b'b' => out.push(8),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'Z' => out.push(0x1a),
            // The backslash stays, as patterns of LIKE need it.
            b'%' | b'_' => out.extend_from_slice(&[b'\\', byte]),
            other => out.push(other),
        }
        Ok(true)
    }

    /// Takes what follows a backslash in an `E''` string or a `COPY` row; false at the end of the file.
    pub(in crate::source) fn escape_of_postgres(
        &mut self,
        out: &mut Vec<u8>,
    ) -> Result<bool, Error> {
        let Some(byte) = self.next()? else { return Ok(false) };
        match byte {
            b'b' => out.push(8),
            b'f' => out.push(0x0c),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'v' => out.push(0x0b),
            b'0'..=b'7' => {
                let value = self.digits(u32::from(byte - b'0'), 8, 2)?;
                out.push(u8::try_from(value & 0xff).unwrap_or_default());
            }
            b'x' if self.peek(0)?.is_some_and(|byte| byte.is_ascii_hexdigit()) => {
                let value = self.digits(0, 16, 2)?;
                out.push(u8::try_from(value & 0xff).unwrap_or_default());
            }
            b'u' | b'U' if self.peek(0)?.is_some_and(|byte| byte.is_ascii_hexdigit()) => {
                let value = self.digits(0, 16, if byte == b'u' { 4 } else { 8 })?;
                let character = char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER);
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            other => out.push(other),
        }
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
        while self.peek(length)?.is_some_and(|byte| {
            byte.is_ascii_alphabetic()
                || byte == b'_'
                || byte >= 0x80
                || (length > 1 && byte.is_ascii_digit())
        }) {
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
            out.push(b'$');
            self.step(1);
        }
    }

    /// Takes the rest of a statement with its delimiter; false when the file ends before it.
    pub(in crate::source) fn skip_statement(&mut self) -> Result<bool, Error> {
        // The body of a function of SQL: `BEGIN ATOMIC .. ; .. END`.
        let mut body = 0_usize;
        let mut begins = false;
        loop {
            if body == 0 && self.ends_statement()? {
                return Ok(true);
            }
            let token = self.token()?;
            if token == Token::End {
                self.too_long = false;
                return Ok(false);
            }
            if self.dialect == Dialect::Postgres {
                if begins && token.is("atomic") {
                    body = 1;
                } else if body > 0 && token.is("case") {
                    body += 1;
                } else if body > 0 && token.is("end") {
                    body -= 1;
                }
                begins = token.is("begin");
            }
            self.too_long = false;
        }
    }

    /// Takes the delimiter of a statement, if it is what comes next.
    pub(in crate::source) fn ends_statement(&mut self) -> Result<bool, Error> {
        self.blank()?;
        let delimiter = std::mem::take(&mut self.delimiter);
        let ends = self.starts_with(&delimiter);
        if matches!(ends, Ok(true)) {
            self.step(delimiter.len());
        }
        self.delimiter = delimiter;
        ends
    }

    /// Takes the names of `schema.table`; empty when none stands here.
    pub(in crate::source) fn qualified(&mut self) -> Result<Vec<String>, Error> {
        let mut parts = Vec::new();
        loop {
            match self.token()? {
                Token::Name(name) => parts.push(name),
                Token::Word(word) => parts.push(self.folded(word)),
                Token::Text | Token::Symbol(_) | Token::End => return Ok(Vec::new()),
            }
            self.blank()?;
            if self.peek(0)? != Some(b'.') {
                return Ok(parts);
            }
            self.step(1);
        }
    }

    /// Returns a name without quotes as the database understands it.
    pub(in crate::source) fn folded(&self, word: String) -> String {
        match self.dialect {
            Dialect::Postgres => word.to_ascii_lowercase(),
            Dialect::Mysql => word,
        }
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
