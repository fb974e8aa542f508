//! Rows on their way from one thread to another: many cells in one buffer, which is given back and filled again.

use rusqlite::types::ValueRef;

/// A buffer that grew larger is not kept: it held a file, and the next rows hold none.
const KEPT: usize = 1 << 20;

/// The cells of some rows, one row after the other.
#[derive(Debug, Default)]
pub struct Cells {
    cells: Vec<Cell>,
    bytes: Vec<u8>,
}

/// One cell; texts and bytes end where it says, and begin where those before them end.
#[derive(Debug, Clone, Copy)]
enum Cell {
    Null,
    Integer(i64),
    Real(f64),
    Text(usize),
    Blob(usize),
}

impl Cells {
    /// Adds a value as it is.
    pub fn push(&mut self, value: ValueRef<'_>) {
        match value {
            ValueRef::Null => self.null(),
            ValueRef::Integer(number) => self.integer(number),
            ValueRef::Real(number) => self.cells.push(Cell::Real(number)),
            ValueRef::Text(bytes) => {
                self.bytes.extend_from_slice(bytes);
                self.cells.push(Cell::Text(self.bytes.len()));
            }
            ValueRef::Blob(bytes) => self.blob(bytes),
        }
    }

    /// Adds NULL.
    pub fn null(&mut self) {
        self.cells.push(Cell::Null);
    }

    /// Adds a whole number.
    pub fn integer(&mut self, number: i64) {
        self.cells.push(Cell::Integer(number));
    }

    /// Adds a text.
    pub fn text(&mut self, text: &str) {
        self.push(ValueRef::Text(text.as_bytes()));
    }

    /// Adds bytes.
    pub fn blob(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        self.cells.push(Cell::Blob(self.bytes.len()));
    }

    /// Returns how many cells there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Tells whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Returns how many bytes its texts and files take.
    pub(crate) fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Returns the cells in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = ValueRef<'_>> {
        let mut start = 0;
        self.cells.iter().map(move |cell| {
            let mut upto = |end: usize| {
                let bytes = self.bytes.get(start..end).unwrap_or_default();
                start = end;
                bytes
            };
            match cell {
                Cell::Null => ValueRef::Null,
                Cell::Integer(number) => ValueRef::Integer(*number),
                Cell::Real(number) => ValueRef::Real(*number),
                Cell::Text(end) => ValueRef::Text(upto(*end)),
                Cell::Blob(end) => ValueRef::Blob(upto(*end)),
            }
        })
    }

    /// Empties it for the next rows.
    pub(crate) fn clear(&mut self) {
        self.cells.clear();
        if self.bytes.capacity() > KEPT {
            self.bytes = Vec::new();
        } else {
            self.bytes.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_out_as_they_went_in_and_the_buffer_is_filled_again() {
        let mut cells = Cells::default();
        let long = vec![7_u8; 2 * KEPT];
        for round in 0..3_i64 {
            let values = [
                ValueRef::Integer(round),
                ValueRef::Text(b"one"),
                ValueRef::Null,
                ValueRef::Blob(b""),
                ValueRef::Text(b""),
                ValueRef::Real(2.5),
                ValueRef::Blob(&long),
                ValueRef::Text("zwölf".as_bytes()),
            ];
            assert!(cells.is_empty());
            for value in values {
                cells.push(value);
            }
            assert_eq!(cells.len(), values.len());
            assert_eq!(cells.size(), 2 * KEPT + 9);
            assert!(cells.iter().eq(values));
            cells.clear();
        }
        assert!(cells.bytes.capacity() <= KEPT);
    }
}
