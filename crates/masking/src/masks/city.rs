//! Towns: an invented one per person.

use super::{ATTEMPTS, Cell, Materials, syllables};
use crate::key::Subkey;

/// Draws a town that is no town of the source.
pub(super) fn mask(materials: &Materials, key: &Subkey, cell: Cell) -> Option<String> {
    (0..ATTEMPTS)
        .map(|attempt| syllables::word(&mut key.draw(cell.person, 0, attempt), 3))
        .find(|town| materials.forbidden.allows_city(town))
}
