//! Address lines: an invented house number and street per person and column.

use super::{ATTEMPTS, Cell, Materials, syllables};
use crate::key::Subkey;

/// Short words only: none of them is long enough to be mistaken for a source value that stands alone.
const KINDS: [&str; 6] = ["Close", "Court", "Lane", "Road", "Row", "Way"];

/// Draws `<number> <Invented> Road`.
pub(super) fn mask(materials: &Materials, key: &Subkey, cell: Cell) -> Option<String> {
    (0..ATTEMPTS)
        .map(|attempt| {
            let mut draw = key.draw(cell.person, cell.ordinal, attempt);
            let number = 1 + draw.below(99);
            let street = syllables::word(&mut draw, 3);
            let kind = KINDS[draw.below(KINDS.len())];
            format!("{number} {street} {kind}")
        })
        .find(|line| materials.forbidden.allows(line))
}
