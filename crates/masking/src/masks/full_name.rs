//! Whole names: an invented first and last name per person and column.

use super::{Cell, Materials, draw_until, syllables};
use crate::key::Subkey;

/// Draws a whole name; the column takes part because an emergency contact is not the volunteer.
pub(super) fn mask(materials: &Materials, key: &Subkey, cell: Cell, out: &mut String) -> bool {
    let draw = |attempt, out: &mut String| {
        let mut draw = key.draw(cell.person, cell.ordinal, attempt);
        syllables::word(&mut draw, 2, out);
        out.push(' ');
        syllables::word(&mut draw, 3, out);
    };
    draw_until(out, draw, |name| materials.forbidden.allows_name(name))
}
