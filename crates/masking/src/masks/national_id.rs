//! National ids: another number of the same shape. Check digits are not computed, so that the number is nobody's.

use super::{Cell, Materials, external_id, shape};
use crate::key::Subkey;

/// Below so many values of one shape, distinct people would run out of distinct numbers.
const ROOM: u128 = 1_000_000_000;
/// Draws of one shape before the shape is given up.
const DRAWS: u32 = 64;

/// Draws a value of the shape of `text`; where the shape leaves too little room, letters stand for digits too, and
/// a value too short even for that becomes a code of 16 characters.
pub(super) fn mask(materials: &Materials, key: &Subkey, cell: Cell, text: &str) -> Option<String> {
    let source: Vec<char> = text.chars().collect();
    let wide = shape::room(&source, false) < ROOM;
    if shape::room(&source, wide) >= ROOM {
        for attempt in 0..DRAWS {
            let tweak = [cell.ordinal.to_le_bytes(), attempt.to_le_bytes()].concat();
            let mut drawn = source.clone();
            shape::permute(&key.derive(&tweak), &mut drawn, wide);
            let drawn: String = drawn.into_iter().collect();
            if materials.forbidden.allows(&drawn) {
                return Some(drawn);
            }
        }
    }
    external_id::code(materials, key, cell, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::masks::tests::{cell, materials};
    use crate::{forbidden::Forbidden, key::MaskKey};

    #[test]
    fn the_shape_stays_where_it_leaves_room() {
        let key = MaskKey::from_bytes([3; 32]).derive("national-id");
        let materials = materials(Forbidden::none());
        let drawn = mask(&materials, &key, cell(1), "943 476 5919").unwrap();
        assert_eq!(drawn.len(), 12);
        assert_eq!(&drawn[3..4], " ");
        assert!(drawn.chars().all(|c| c == ' ' || c.is_ascii_digit()), "{drawn}");
        assert_eq!(mask(&materials, &key, cell(1), "AB1234").unwrap().len(), 6);
        assert_eq!(mask(&materials, &key, cell(1), "N/A").unwrap().len(), 16);
    }
}
