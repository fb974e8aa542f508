//! External ids: a code of 80 bits, drawn from the value and the column, so that unique stays unique.

use super::{Cell, Materials, draw_until};
use crate::key::Subkey;

/// 32 letters and digits without I, L, O and U (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Draws `X-` and 16 characters.
pub(super) fn mask(
    materials: &Materials,
    key: &Subkey,
    cell: Cell,
    text: &str,
    out: &mut String,
) -> bool {
    let drawn = code(materials, key, cell, text, out);
    out.insert_str(0, "X-");
    drawn
}

/// Draws 16 characters that stand for a value; two values collide with a chance of one in 2^80.
pub(super) fn code(
    materials: &Materials,
    key: &Subkey,
    cell: Cell,
    text: &str,
    out: &mut String,
) -> bool {
    let draw = |attempt, out: &mut String| {
        // The person is left out: the same id in two rows of one column stays the same id.
        let mut draw = key.draw_with(0, cell.ordinal, attempt, text.as_bytes());
        out.extend((0..16).map(|_| char::from(ALPHABET[usize::from(draw.byte() % 32)])));
    };
    draw_until(out, draw, |code| materials.forbidden.allows(code))
}
