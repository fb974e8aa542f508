//! Towns: an invented one per person.

use super::{Cell, Materials, draw_until, syllables};
use crate::key::Subkey;

/// Draws a town that is no town of the source.
pub(super) fn mask(materials: &Materials, key: &Subkey, cell: Cell, out: &mut String) -> bool {
    let draw = |attempt, out: &mut String| {
        syllables::word(&mut key.draw(cell.person, 0, attempt), 3, out);
    };
    draw_until(out, draw, |town| materials.forbidden.allows_city(town))
}
