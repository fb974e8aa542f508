//! National ids: another number of the same shape. Check digits are not computed, so that the number is nobody's.

use super::{Cell, Materials, external_id, shape};
use crate::key::Subkey;

/// Below so many values of one shape, distinct people would run out of distinct numbers.
const ROOM: u128 = 1_000_000_000;
/// Draws of one shape before the shape is given up.
const DRAWS: u32 = 64;

/// Draws a value of the shape of `text`; where the shape leaves too little room, letters stand for digits too, and
/// a value too short even for that becomes a code of 16 characters.
pub(super) fn mask(
    materials: &Materials,
    key: &Subkey,
    cell: Cell,
    text: &str,
    out: &mut String,
) -> bool {
    let source: Vec<char> = text.chars().collect();
    let wide = shape::room(&source, false) < ROOM;
    if shape::room(&source, wide) >= ROOM {
        let mut drawn = source.clone();
        for attempt in 0..DRAWS {
            drawn.copy_from_slice(&source);
            shape::permute(&key.derive(&tweak(cell, attempt)), &mut drawn, wide);
            out.clear();
            out.extend(&drawn);
            if materials.forbidden.allows(out) {
                return true;
            }
        }
    }
    external_id::code(materials, key, cell, text, out)
}

/// What a permutation depends on besides the value: the column and how often it was drawn.
pub(super) fn tweak(cell: Cell, attempt: u32) -> [u8; 8] {
    ((u64::from(attempt) << 32) | u64::from(cell.ordinal)).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use crate::masks::tests::{cell, materials, written};
    use crate::{forbidden::Forbidden, key::MaskKey};

    #[test]
    fn the_shape_stays_where_it_leaves_room() {
        let key = MaskKey::from_bytes([3; 32]).derive("national-id");
        let materials = materials(Forbidden::none());
        let mask =
            |text: &str| written(|out| super::mask(&materials, &key, cell(1), text, out)).unwrap();
        let drawn = mask("943 476 5919");
        assert_eq!(drawn.len(), 12);
        assert_eq!(&drawn[3..4], " ");
        assert!(drawn.chars().all(|c| c == ' ' || c.is_ascii_digit()), "{drawn}");
        assert_eq!(mask("AB1234").len(), 6);
        assert_eq!(mask("N/A").len(), 16);
    }
}
