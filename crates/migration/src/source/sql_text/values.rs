//! One row of a `VALUES` list: its cells as they are written, before they become texts.

use super::{Dialect, Scanner, Token};
use crate::error::Error;

/// The most values of a row that are kept: as many as a table of MySQL can have columns. Others are counted.
pub(super) const MOST_CELLS: usize = 4096;

/// How a cell is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) enum Written {
    Null,
    /// `DEFAULT`, which only the database knows.
    Default,
    /// A string: bytes in the dump's charset.
    Text,
    /// A number or a word.
    Plain,
    /// Bytes, by their digits: `0x..`, `x'..'`.
    Bytes,
    /// Bytes as they are: `_binary '..'`.
    Binary,
    /// Bytes of UTF-8, by their digits: `_utf8mb4 0x..`.
    Unicode,
    /// Bits: `b'..'`.
    Bits,
}

/// The cells of one row; the buffers are used again for the next row.
#[derive(Debug, Default)]
pub(in crate::source) struct Cells {
    pub(in crate::source) bytes: Vec<u8>,
    cells: Vec<(usize, Written)>,
    /// How many cells there were beyond [`MOST_CELLS`].
    more: usize,
    /// Which values of the statement are not judged: nobody wants them.
    pub(in crate::source) unjudged: Vec<bool>,
    /// Whether the cell at hand is of no use, and not judged.
    let_go: bool,
    pub(in crate::source) line: u64,
    /// Why the row is of no use, although the rows after it may be.
    pub(in crate::source) fault: Option<String>,
}

impl Cells {
    pub(in crate::source) fn start(&mut self, line: u64) {
        self.bytes.clear();
        self.cells.clear();
        self.more = 0;
        self.let_go = false;
        self.line = line;
        self.fault = None;
    }

    pub(in crate::source) fn len(&self) -> usize {
        self.cells.len() + self.more
    }

    pub(in crate::source) fn get(&self, index: usize) -> Option<(&[u8], Written)> {
        let (end, written) = *self.cells.get(index)?;
        let before = index.checked_sub(1).and_then(|before| self.cells.get(before));
        let start = before.map_or(0, |(end, _)| *end);
        Some((self.bytes.get(start..end)?, written))
    }

    /// Ends a cell with the bytes that were added since the last one.
    pub(in crate::source) fn end(&mut self, written: Written) {
        if self.cells.len() == MOST_CELLS {
            self.more += 1;
            self.bytes.truncate(self.begun());
        } else if self.let_go {
            self.let_go = false;
            self.bytes.truncate(self.begun());
            self.cells.push((self.bytes.len(), Written::Null));
        } else {
            self.cells.push((self.bytes.len(), written));
        }
    }

    /// Returns where the bytes of the cell at hand begin.
    pub(in crate::source) fn begun(&self) -> usize {
        self.cells.last().map_or(0, |(end, _)| *end)
    }

    fn fault(&mut self, reason: &str) {
        if self.unjudged.get(self.cells.len()).copied().unwrap_or(false) {
            self.let_go = true;
            return;
        }
        let cell = self.len() + 1;
        self.fault.get_or_insert_with(|| format!("value {cell} {reason}"));
    }

    /// Takes note that the row does not fit in memory any more.
    pub(in crate::source) fn too_long(&mut self) {
        self.fault("makes the row longer than 32 MiB; leave the column out of the dump");
    }

    /// Reads the row behind its `(`; false when the file ends inside it.
    pub(in crate::source) fn row(&mut self, scan: &mut Scanner<'_>) -> Result<bool, Error> {
        loop {
            scan.blank()?;
            let Some(written) = self.value(scan)? else { return Ok(false) };
            scan.blank()?;
            if scan.dialect() == Dialect::Postgres && scan.starts_with(b"::")? {
                scan.step(2);
                resync(scan)?;
            }
            match scan.peek(0)? {
                None => return Ok(false),
                Some(b',' | b')') => {}
                Some(_) => {
                    self.fault("is an expression, expected a plain value; have the dump written with values only");
                    resync(scan)?;
                }
            }
            if scan.too_long {
                scan.too_long = false;
                self.too_long();
            }
            self.end(written);
            match scan.next()? {
                Some(b',') => {}
                Some(_) => return Ok(true),
                None => return Ok(false),
            }
        }
    }

    fn value(&mut self, scan: &mut Scanner<'_>) -> Result<Option<Written>, Error> {
        let mysql = scan.dialect() == Dialect::Mysql;
        let backslash = scan.backslash;
        let Some(byte) = scan.peek(0)? else { return Ok(None) };
        match byte {
            b'\'' => self.strings(scan, backslash, Written::Text),
            b'"' if mysql => self.strings(scan, backslash, Written::Text),
            b'$' if !mysql => match scan.dollar_quoted(&mut self.bytes)? {
                Some(true) => Ok(Some(Written::Text)),
                Some(false) => Ok(None),
                None => Ok(Some(Written::Null)),
            },
            b'0' if mysql && scan.peek(1)?.is_some_and(|byte| byte == b'x') => {
                scan.step(2);
                self.digits(scan)?;
                Ok(Some(self.bytes_of_digits()))
            }
            b'0' if mysql && scan.peek(1)?.is_some_and(|byte| byte == b'b') => {
                scan.step(2);
                self.digits(scan)?;
                Ok(Some(Written::Bits))
            }
            b'+' | b'-' | b'.' | b'0'..=b'9' => {
                // `+1` is 1.
                if byte == b'+' {
                    scan.step(1);
                }
                scan.until(
                    |byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'+' | b'-')),
                    Some(&mut self.bytes),
                )?;
                let number = std::str::from_utf8(&self.bytes[self.begun()..])
                    .is_ok_and(|text| text.parse::<f64>().is_ok());
                if !number {
                    self.fault("is no number; have the dump written with values only");
                }
                Ok(Some(Written::Plain))
            }
            _ => self.word(scan),
        }
    }

    fn digits(&mut self, scan: &mut Scanner<'_>) -> Result<(), Error> {
        scan.until(|byte| !byte.is_ascii_alphanumeric(), Some(&mut self.bytes))?;
        Ok(())
    }

    /// Turns the hexadecimal digits of the cell at hand into bytes.
    fn bytes_of_digits(&mut self) -> Written {
        let start = self.begun();
        let mut digits = self.bytes.split_off(start);
        if digits.len() % 2 == 1 {
            digits.insert(0, b'0');
        }
        for pair in digits.chunks_exact(2) {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            match (digit(pair[0]), digit(pair[1])) {
                (Some(high), Some(low)) => {
                    self.bytes.push(u8::try_from(high << 4 | low).unwrap_or_default());
                }
                _ => {
                    self.fault("is no hexadecimal number; correct it in the dump");
                    break;
                }
            }
        }
        Written::Bytes
    }

    fn word(&mut self, scan: &mut Scanner<'_>) -> Result<Option<Written>, Error> {
        let mysql = scan.dialect() == Dialect::Mysql;
        let backslash = scan.backslash;
        let word = scan.word()?.to_ascii_lowercase();
        let unicode = matches!(word.as_str(), "_utf8" | "_utf8mb3" | "_utf8mb4");
        if mysql && word.starts_with('_') {
            scan.blank()?;
            let digits = matches!(scan.peek(0)?, Some(b'0' | b'x' | b'X' | b'b' | b'B'));
            if digits && (unicode || word == "_binary") {
                let written = self.value(scan)?;
                return Ok(written.map(|written| match written {
                    Written::Bytes if unicode => Written::Unicode,
                    other => other,
                }));
            }
        }
        let typed = ["date", "time", "timestamp", "timestamptz"].contains(&word.as_str());
        if typed {
            scan.blank()?;
        }
        if scan.peek(0)? == Some(b'\'') {
            match word.as_str() {
                "e" if !mysql => return self.strings(scan, true, Written::Text),
                "n" => return self.strings(scan, backslash, Written::Text),
                "x" => {
                    let found = self.strings(scan, false, Written::Bytes)?;
                    return Ok(found.map(|_| self.bytes_of_digits()));
                }
                "b" => return self.strings(scan, false, Written::Bits),
                "_binary" => return self.strings(scan, backslash, Written::Binary),
                _ if mysql && unicode => return self.strings(scan, backslash, Written::Text),
                _ if typed => return self.strings(scan, backslash, Written::Text),
                _ => {}
            }
        }
        match word.as_str() {
            "null" => return Ok(Some(Written::Null)),
            "default" => return Ok(Some(Written::Default)),
            // As `COPY` writes them, and as MySQL stores them.
            "true" => self.bytes.push(if mysql { b'1' } else { b't' }),
            "false" => self.bytes.push(if mysql { b'0' } else { b'f' }),
            _ => self.fault(
                "is an expression, expected a plain value; have the dump written with values only",
            ),
        }
        Ok(Some(Written::Plain))
    }

    /// Takes a string, and those that stand right behind it and belong to it.
    fn strings(
        &mut self,
        scan: &mut Scanner<'_>,
        backslash: bool,
        written: Written,
    ) -> Result<Option<Written>, Error> {
        loop {
            if !scan.quoted(backslash, &mut self.bytes)? {
                return Ok(None);
            }
            scan.blank()?;
            if scan.peek(0)? != Some(b'\'') {
                return Ok(Some(written));
            }
        }
    }
}

/// Steps over pieces up to the `,` or `)` that ends the value.
fn resync(scan: &mut Scanner<'_>) -> Result<(), Error> {
    let mut depth = 0_usize;
    loop {
        scan.blank()?;
        if depth == 0 && matches!(scan.peek(0)?, Some(b',' | b')')) {
            return Ok(());
        }
        match scan.token()? {
            Token::End => return Ok(()),
            Token::Symbol(b'(' | b'[') => depth += 1,
            Token::Symbol(b')' | b']') => depth = depth.saturating_sub(1),
            Token::Symbol(_) | Token::Word(_) | Token::Name(_) | Token::Text => {}
        }
    }
}
