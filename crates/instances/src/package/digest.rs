//! The digest of a table: SHA-256 over typed, length-prefixed values.
//!
//! Every value is a tag byte (0 NULL, 1 integer, 2 text, 3 bytes), its length in bytes as an unsigned 64-bit
//! little-endian number, and its bytes; an integer's bytes are its decimal digits. First come the table's name (text),
//! the number of columns (integer) and their names (text), then the rows in the order of their ids.

use landfall_core::digest::{Digest, Hasher};
use rusqlite::{Connection, types::ValueRef};

use super::manifest::TableDigest;
use crate::{Error, connection::location, error::During, schema::quoted};

const NULL: u8 = 0;
const INTEGER: u8 = 1;
const TEXT: u8 = 2;
const BYTES: u8 = 3;

/// Gathers small values before they are hashed: one call per 32 KiB is far cheaper than three per value.
struct Gathered {
    hasher: Hasher,
    buffer: Vec<u8>,
}

impl Gathered {
    const FULL: usize = 1 << 15;

    fn new() -> Self {
        Self { hasher: Hasher::new(), buffer: Vec::with_capacity(Self::FULL + 64) }
    }

    fn value(&mut self, tag: u8, bytes: &[u8]) {
        self.buffer.push(tag);
        self.buffer.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        if bytes.len() < Self::FULL {
            self.buffer.extend_from_slice(bytes);
        } else {
            self.flush();
            self.hasher.update(bytes);
        }
        if self.buffer.len() >= Self::FULL {
            self.flush();
        }
    }

    /// Adds an integer by its decimal digits.
    fn integer(&mut self, number: i64) {
        // As many as the smallest number has, with its sign.
        let mut digits = [0_u8; 20];
        let mut from = digits.len();
        let mut rest = number.unsigned_abs();
        for place in digits.iter_mut().rev() {
            *place = b'0' + u8::try_from(rest % 10).unwrap_or_default();
            rest /= 10;
            from -= 1;
            if rest == 0 {
                break;
            }
        }
        if number < 0
            && let Some(place) = from.checked_sub(1).and_then(|sign| digits.get_mut(sign))
        {
            *place = b'-';
            from -= 1;
        }
        self.value(INTEGER, digits.get(from..).unwrap_or_default());
    }

    fn flush(&mut self) {
        self.hasher.update(&self.buffer);
        self.buffer.clear();
    }

    fn finish(mut self) -> Digest {
        self.flush();
        self.hasher.finish()
    }
}

/// Computes the digest of the named columns of a table, rows in the order of their ids. `schema` is `main` or the name
/// under which a file is attached. Memory stays flat.
///
/// # Errors
/// [`Error::Float`] when a cell holds a floating-point number, [`Error::Sql`] when reading fails.
pub fn table_digest(
    connection: &Connection,
    schema: &str,
    table: &str,
    columns: &[&str],
) -> Result<TableDigest, Error> {
    let cells =
        columns.iter().map(|column| format!("r.{}", quoted(column))).collect::<Vec<_>>().join(", ");
    let sql = format!("SELECT {cells} FROM {schema}.{} AS r ORDER BY r.\"id\"", quoted(table));
    query_digest(connection, table, columns, &sql)
}

/// As [`table_digest`], for the rows that a query yields under the table's name.
pub(crate) fn query_digest(
    connection: &Connection,
    table: &str,
    columns: &[&str],
    sql: &str,
) -> Result<TableDigest, Error> {
    let path = location(connection);
    let action = format!("read table `{table}`");
    let mut gathered = Gathered::new();
    gathered.value(TEXT, table.as_bytes());
    gathered.value(INTEGER, columns.len().to_string().as_bytes());
    for column in columns {
        gathered.value(TEXT, column.as_bytes());
    }
    let mut statement = connection.prepare(sql).during(&action, &path)?;
    let mut cursor = statement.query([]).during(&action, &path)?;
    let mut rows = 0;
    while let Some(row) = cursor.next().during(&action, &path)? {
        rows += 1;
        for (index, column) in columns.iter().enumerate() {
            match row.get_ref(index).during(&action, &path)? {
                ValueRef::Null => gathered.value(NULL, &[]),
                ValueRef::Integer(number) => gathered.integer(number),
                ValueRef::Text(bytes) => gathered.value(TEXT, bytes),
                ValueRef::Blob(bytes) => gathered.value(BYTES, bytes),
                ValueRef::Real(_) => {
                    return Err(Error::Float {
                        table: table.to_owned(),
                        column: (*column).to_owned(),
                    });
                }
            }
        }
    }
    Ok(TableDigest { name: table.to_owned(), rows, digest: gathered.finish() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(rows: &str) -> Digest {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(&format!(
                "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b BLOB) STRICT; {rows}"
            ))
            .unwrap();
        table_digest(&connection, "main", "t", &["id", "a", "b"]).unwrap().digest
    }

    #[test]
    fn the_bytes_are_those_of_the_documentation() {
        let mut bytes = vec![];
        let mut add = |tag: u8, content: &[u8]| {
            bytes.push(tag);
            bytes.extend_from_slice(&(content.len() as u64).to_le_bytes());
            bytes.extend_from_slice(content);
        };
        add(2, b"t");
        add(1, b"3");
        add(2, b"id");
        add(2, b"a");
        add(2, b"b");
        add(1, b"-1");
        add(0, b"");
        add(3, b"\x00\xff");
        add(1, b"12");
        add(2, b"");
        add(0, b"");
        let rows = "INSERT INTO t VALUES (12, '', NULL), (-1, NULL, X'00ff');";
        assert_eq!(digest(rows), Digest::of(&bytes));
    }

    #[test]
    fn integers_are_their_decimal_digits() {
        for number in [0, 7, -7, 10, 1_000_000, 123_456, -123_456, i64::MAX, i64::MIN] {
            let (mut fast, mut plain) = (Gathered::new(), Gathered::new());
            fast.integer(number);
            plain.value(INTEGER, number.to_string().as_bytes());
            assert_eq!(fast.finish(), plain.finish(), "{number}");
        }
    }

    #[test]
    fn nothing_runs_together() {
        let texts = [
            "INSERT INTO t VALUES (1, 'ab', X'63');",
            "INSERT INTO t VALUES (1, 'a', X'6263');",
            "INSERT INTO t VALUES (1, NULL, X'');",
            "INSERT INTO t VALUES (1, '', NULL);",
            "INSERT INTO t VALUES (1, '', X'');",
            "",
        ];
        let digests: std::collections::BTreeSet<_> =
            texts.iter().map(|rows| digest(rows)).collect();
        assert_eq!(digests.len(), texts.len());
    }

    #[test]
    fn a_long_value_is_hashed_like_a_short_one() {
        let long = "x".repeat(Gathered::FULL * 2 + 7);
        let mut gathered = Gathered::new();
        gathered.value(TEXT, b"before");
        gathered.value(TEXT, long.as_bytes());
        let mut bytes = vec![2, 6, 0, 0, 0, 0, 0, 0, 0];
        bytes.extend_from_slice(b"before");
        bytes.push(2);
        bytes.extend_from_slice(&(long.len() as u64).to_le_bytes());
        bytes.extend_from_slice(long.as_bytes());
        assert_eq!(gathered.finish(), Digest::of(&bytes));
    }
}
