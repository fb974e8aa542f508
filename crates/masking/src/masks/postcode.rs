//! Postal codes: of the area `ZZ`, which does not exist, in the form of the United Kingdom.

use super::{Cell, Materials, digits, draw_until};
use crate::key::Subkey;

/// The letters that the second half of a postcode of the United Kingdom may hold.
const LETTERS: &[u8; 20] = b"ABDEFGHJLNPQRSTUWXYZ";

/// Draws `ZZ<district> <digit><letter><letter>`, one per person and column.
pub(super) fn mask(materials: &Materials, key: &Subkey, cell: Cell, out: &mut String) -> bool {
    let draw = |attempt, out: &mut String| {
        let mut draw = key.draw(cell.person, cell.ordinal, attempt);
        out.push_str("ZZ");
        // 10 to 98: health services use `ZZ99` for people without an address.
        digits(out, 10 + draw.below(89) as u64, 2);
        out.push(' ');
        digits(out, draw.below(10) as u64, 1);
        for _ in 0..2 {
            out.push(char::from(LETTERS[draw.below(LETTERS.len())]));
        }
    };
    draw_until(out, draw, |code| materials.forbidden.allows(code))
}
