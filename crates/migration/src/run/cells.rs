//! The cells of a row that is being made, side by side in one buffer that is used again for the next row.

use landfall_instances::value::Canonical;
use rusqlite::types::ValueRef;

#[derive(Debug, Clone, Copy, Default)]
enum Cell {
    #[default]
    Null,
    Integer(i64),
    Text(usize, usize),
    Bytes(usize, usize),
}

/// The cells of a row, in the order of the package's columns.
#[derive(Debug, Clone, Default)]
pub(super) struct Cells {
    cells: Vec<Cell>,
    bytes: Vec<u8>,
}

impl Cells {
    /// Empties the row and gives it so many cells without a value.
    pub(super) fn reset(&mut self, count: usize) {
        self.cells.clear();
        self.cells.resize(count, Cell::Null);
        self.bytes.clear();
    }

    pub(super) fn len(&self) -> usize {
        self.cells.len()
    }

    /// Fills a cell.
    pub(super) fn set(&mut self, index: usize, value: &Canonical<'_>) {
        let start = self.bytes.len();
        let filled = match value {
            Canonical::Integer(number) => Cell::Integer(*number),
            Canonical::Text(text) => {
                self.bytes.extend_from_slice(text.as_bytes());
                Cell::Text(start, self.bytes.len())
            }
            Canonical::Bytes(bytes) => {
                self.bytes.extend_from_slice(bytes);
                Cell::Bytes(start, self.bytes.len())
            }
        };
        if let Some(cell) = self.cells.get_mut(index) {
            *cell = filled;
        }
    }

    /// Empties a cell.
    pub(super) fn clear(&mut self, index: usize) {
        if let Some(cell) = self.cells.get_mut(index) {
            *cell = Cell::Null;
        }
    }

    /// Returns a cell; NULL where there is none.
    pub(super) fn get(&self, index: usize) -> ValueRef<'_> {
        match self.cells.get(index).copied().unwrap_or_default() {
            Cell::Null => ValueRef::Null,
            Cell::Integer(number) => ValueRef::Integer(number),
            Cell::Text(start, end) => ValueRef::Text(&self.bytes[start..end]),
            Cell::Bytes(start, end) => ValueRef::Blob(&self.bytes[start..end]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_filled_emptied_and_used_again() {
        let mut cells = Cells::default();
        cells.reset(4);
        cells.set(2, &Canonical::Text("b".into()));
        cells.set(1, &Canonical::Text("a".into()));
        cells.set(3, &Canonical::Bytes(vec![0]));
        cells.set(2, &Canonical::Text("other".into()));
        cells.set(9, &Canonical::Integer(1));
        let all: Vec<_> = (0..5).map(|index| cells.get(index)).collect();
        let text = |text: &'static str| ValueRef::Text(text.as_bytes());
        let null = ValueRef::Null;
        assert_eq!(all, [null, text("a"), text("other"), ValueRef::Blob(&[0]), null]);
        cells.clear(1);
        assert_eq!(cells.get(1), null);
        cells.reset(2);
        assert_eq!((cells.get(1), cells.len()), (null, 2));
    }
}
