//! Postal codes: of the area `ZZ`, which does not exist, in the form of the United Kingdom.

use super::{ATTEMPTS, Cell, Materials};
use crate::key::Subkey;

/// The letters that the second half of a postcode of the United Kingdom may hold.
const LETTERS: &[u8; 20] = b"ABDEFGHJLNPQRSTUWXYZ";

/// Draws `ZZ<district> <digit><letter><letter>`, one per person and column.
pub(super) fn mask(materials: &Materials, key: &Subkey, cell: Cell) -> Option<String> {
    (0..ATTEMPTS)
        .map(|attempt| {
            let mut draw = key.draw(cell.person, cell.ordinal, attempt);
            // 10 to 98: health services use `ZZ99` for people without an address.
            let district = 10 + draw.below(89);
            let sector = draw.below(10);
            let first = char::from(LETTERS[draw.below(LETTERS.len())]);
            let second = char::from(LETTERS[draw.below(LETTERS.len())]);
            format!("ZZ{district} {sector}{first}{second}")
        })
        .find(|code| materials.forbidden.allows(code))
}
