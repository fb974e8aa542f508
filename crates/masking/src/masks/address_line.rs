//! Address lines: an invented house number and street per person and column.

use super::{Cell, Materials, digits, draw_until, syllables};
use crate::key::Subkey;

/// Short words only: none of them is long enough to be mistaken for a source value that stands alone.
const KINDS: [&str; 6] = ["Close", "Court", "Lane", "Road", "Row", "Way"];

/// Draws `<number> <Invented> Road`.
pub(super) fn mask(materials: &Materials, key: &Subkey, cell: Cell, out: &mut String) -> bool {
    let draw = |attempt, out: &mut String| {
        let mut draw = key.draw(cell.person, cell.ordinal, attempt);
        digits(out, 1 + draw.below(99) as u64, 1);
        out.push(' ');
        syllables::word(&mut draw, 3, out);
        out.push(' ');
        out.push_str(KINDS[draw.below(KINDS.len())]);
    };
    draw_until(out, draw, |line| materials.forbidden.allows(line))
}
