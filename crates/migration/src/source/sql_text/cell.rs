//! From the cells of a row to its texts.

use super::{Dialect, Pass, Written, charset::Declared, columns::Kind};
use crate::source::Defect;

impl Pass<'_> {
    /// Writes the cells at hand as a record. What nobody wants is taken as far as it can be read, and never judged.
    pub(super) fn content(&mut self) -> Result<(), Defect> {
        if let Some(fault) = &self.cells.fault {
            return Err(Defect::shape(fault.clone()));
        }
        if self.cells.len() != self.places.count {
            return Err(Defect::shape(format!(
                "expected {} values, found {}",
                self.places.count,
                self.cells.len()
            )));
        }
        let Some(header) = &self.header else { return Ok(()) };
        self.record.clear();
        let columns = header.names.iter().zip(&header.kinds).zip(&header.wanted);
        for (((name, kind), wanted), cell) in columns.zip(&self.places.cells) {
            let Some((bytes, written)) = cell
                .and_then(|cell| self.cells.get(cell))
                .filter(|(_, written)| *written != Written::Null)
            else {
                self.record.push(None);
                continue;
            };
            self.text.clear();
            let cell = Cell {
                bytes,
                written,
                kind: *kind,
                dialect: self.dump.dialect,
                judged: wanted.then_some(self.cells.line),
            };
            let mut read = cell.text(&mut self.charset, &mut self.text);
            if read.is_ok() && self.text.contains('\0') {
                read = Err(Defect::encoding("holds a NUL character"));
            }
            match read {
                Ok(()) => self.record.push(Some(&self.text)),
                Err(_) if !wanted => self.record.push(None),
                Err(defect) => {
                    return Err(Defect {
                        rule: defect.rule,
                        reason: format!("column `{name}` {}", defect.reason),
                    });
                }
            }
        }
        Ok(())
    }
}

/// A cell as it is written.
struct Cell<'c> {
    bytes: &'c [u8],
    written: Written,
    kind: Kind,
    dialect: Dialect,
    /// The line of the row, where the cell counts when the charset of the dump is judged.
    judged: Option<u64>,
}

impl Cell<'_> {
    /// Appends the cell as text: strings as characters, bytes as hexadecimal digits, bits of MySQL as a number.
    fn text(&self, charset: &mut Declared, out: &mut String) -> Result<(), Defect> {
        let bytes = self.bytes;
        match (self.written, self.kind, self.dialect) {
            (Written::Null, _, _) => {}
            (Written::Default, _, _) => {
                return Err(Defect::shape(
                    "is `DEFAULT`, expected a value; have the dump written with values only",
                ));
            }
            (Written::Plain, _, _) | (Written::Bits, _, Dialect::Postgres) => {
                out.push_str(&String::from_utf8_lossy(bytes));
            }
            (Written::Bits, kind, Dialect::Mysql) => return bits(bytes, kind, out),
            (Written::Unicode, Kind::Text | Kind::Number | Kind::Other | Kind::Unknown, _) => {
                let text = std::str::from_utf8(bytes).map_err(|_| {
                    Defect::encoding("is not UTF-8, as it says of itself; correct it in the dump")
                })?;
                out.push_str(text);
            }
            (_, Kind::Bits, _) | (Written::Bytes, Kind::Number, Dialect::Mysql) => {
                self.whole(charset)?;
                if bytes.len() > 8 {
                    return Err(Defect::shape(
                        "is longer than a number of 64 bits; have the table dumped anew, with its `CREATE TABLE`",
                    ));
                }
                let number =
                    bytes.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
                out.push_str(&number.to_string());
            }
            (Written::Text, Kind::Bytes, Dialect::Postgres) => return bytea(bytes, out),
            (
                Written::Text | Written::Binary | Written::Bytes | Written::Unicode,
                Kind::Bytes,
                _,
            )
            | (Written::Binary | Written::Bytes, Kind::Other | Kind::Unknown, _)
            | (Written::Bytes, Kind::Text | Kind::Number, Dialect::Postgres) => {
                self.whole(charset)?;
                hexadecimal(bytes, out);
            }
            (
                Written::Text | Written::Binary | Written::Bytes,
                Kind::Text | Kind::Number | Kind::Other | Kind::Unknown,
                _,
            ) => return self.characters(charset, out),
        }
        Ok(())
    }

    fn characters(&self, charset: &mut Declared, out: &mut String) -> Result<(), Defect> {
        let unknown = self.kind == Kind::Unknown && self.dialect == Dialect::Mysql;
        let control = |byte: &u8| *byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
        if unknown && self.bytes.iter().any(control) {
            return Err(Defect::shape(
                "holds control characters, as bytes and bits do, which only the `CREATE TABLE` of the table tells from text; have it dumped with it",
            ));
        }
        charset.decode(self.bytes, self.judged, out).map_err(|reason| {
            Defect::encoding(if unknown {
                format!("{reason}; if the column holds bytes or bits, have the table dumped with its `CREATE TABLE`")
            } else {
                reason
            })
        })
    }

    /// Refuses bytes that were taken for characters when the dump became UTF-16.
    fn whole(&self, charset: &Declared) -> Result<(), Defect> {
        let raw = matches!(self.written, Written::Text | Written::Binary);
        if raw && charset.wide && !self.bytes.is_ascii() {
            return Err(Defect::encoding(
                "holds bytes, which a file in UTF-16 cannot keep: a shell wrote the dump anew; have it written by the program itself (`--result-file`)",
            ));
        }
        Ok(())
    }
}

/// Writes bits of MySQL as a number, or as the bytes that they are in a column of bytes.
fn bits(digits: &[u8], kind: Kind, out: &mut String) -> Result<(), Defect> {
    if kind == Kind::Text {
        return Err(Defect::shape("is written as bits, expected a text; correct it in the dump"));
    }
    let text = String::from_utf8_lossy(digits);
    let number = u128::from_str_radix(&text, 2)
        .map_err(|_| Defect::shape("expected bits, found something else"))?;
    if kind == Kind::Bytes {
        let bytes = number.to_be_bytes();
        let first = bytes.len().saturating_sub(digits.len().div_ceil(8));
        hexadecimal(bytes.get(first..).unwrap_or_default(), out);
    } else {
        out.push_str(&number.to_string());
    }
    Ok(())
}

/// Writes a `bytea` of PostgreSQL: `\x6162`, or in its escape format `ab\000\\`.
fn bytea(bytes: &[u8], out: &mut String) -> Result<(), Defect> {
    let wrong = || {
        Defect::shape("is neither of the two forms of `bytea`; have the table dumped with pg_dump")
    };
    if let Some(digits) = bytes.strip_prefix(b"\\x") {
        if digits.len() % 2 == 1 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(wrong());
        }
        out.extend(digits.iter().map(|digit| char::from(digit.to_ascii_lowercase())));
        return Ok(());
    }
    let mut rest = bytes;
    loop {
        rest = match rest {
            [] => return Ok(()),
            [b'\\', b'\\', rest @ ..] => {
                hexadecimal(b"\\", out);
                rest
            }
            [b'\\', a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', rest @ ..] => {
                hexadecimal(&[(a - b'0') << 6 | (b - b'0') << 3 | (c - b'0')], out);
                rest
            }
            [byte, rest @ ..] if byte.is_ascii() && *byte != b'\\' => {
                hexadecimal(&[*byte], out);
                rest
            }
            _ => return Err(wrong()),
        };
    }
}

fn hexadecimal(bytes: &[u8], out: &mut String) {
    for digit in bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]) {
        out.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
    }
}
