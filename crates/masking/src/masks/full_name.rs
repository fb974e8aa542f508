//! Whole names: an invented first and last name per person and column.

use super::{ATTEMPTS, Cell, Materials, syllables};
use crate::key::Subkey;

/// Draws a whole name; the column takes part because an emergency contact is not the volunteer.
pub(super) fn mask(materials: &Materials, key: &Subkey, cell: Cell) -> Option<String> {
    (0..ATTEMPTS)
        .map(|attempt| {
            let mut draw = key.draw(cell.person, cell.ordinal, attempt);
            let first = syllables::word(&mut draw, 2);
            let last = syllables::word(&mut draw, 3);
            format!("{first} {last}")
        })
        .find(|name| materials.forbidden.allows_name(name))
}
