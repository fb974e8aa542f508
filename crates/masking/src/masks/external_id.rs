//! External ids: a code of 80 bits, drawn from the value and the column, so that unique stays unique.

use super::{ATTEMPTS, Cell, Materials};
use crate::key::Subkey;

/// 32 letters and digits without I, L, O and U (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Draws `X-` and 16 characters.
pub(super) fn mask(materials: &Materials, key: &Subkey, cell: Cell, text: &str) -> Option<String> {
    code(materials, key, cell, text).map(|code| format!("X-{code}"))
}

/// Draws 16 characters that stand for a value; two values collide with a chance of one in 2^80.
pub(super) fn code(materials: &Materials, key: &Subkey, cell: Cell, text: &str) -> Option<String> {
    (0..ATTEMPTS)
        .map(|attempt| {
            // The person is left out: the same id in two rows of one column stays the same id.
            let mut draw = key.draw_with(0, cell.ordinal, attempt, text.as_bytes());
            (0..16).map(|_| char::from(ALPHABET[usize::from(draw.byte() % 32)])).collect::<String>()
        })
        .find(|code| materials.forbidden.allows(code))
}
