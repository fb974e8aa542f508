//! Telephone numbers: valid numbers of a mobile range, distinct for distinct people.
//!
//! The ranges reserved for drama hold a thousand numbers, too few; so the number may be somebody's. It is never a
//! number of the source.

use super::{Cell, Materials, permutation};
use crate::key::Subkey;

/// `+44 71x` to `+44 73x`: 30 blocks of ten million numbers that every phone library accepts as mobile numbers.
const BLOCKS: u64 = 30;
const BLOCK: u64 = 10_000_000;

/// Draws the number of the person and column from the first block in which it is no number of the source.
///
/// Within a block a keyed permutation gives distinct people distinct numbers, and the blocks do not overlap.
pub(super) fn mask(materials: &Materials, key: &Subkey, cell: Cell) -> Option<String> {
    let index = cell
        .person
        .unsigned_abs()
        .wrapping_mul(u64::from(materials.phones))
        .wrapping_add(u64::from(cell.phone));
    // Past ten million pairs of person and column the next block continues.
    let (start, index) = (index / BLOCK, index % BLOCK);
    (0..BLOCKS)
        .map(|attempt| {
            let block = (start + attempt) % BLOCKS;
            let drawn = permutation::permute(
                &key.derive(&block.to_le_bytes()),
                u128::from(index),
                u128::from(BLOCK),
            );
            format!("+447{}{}{drawn:07}", 1 + block / 10, block % 10)
        })
        .find(|number| materials.forbidden.allows_phone(number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::masks::tests::{cell, materials};
    use crate::{forbidden::Forbidden, key::MaskKey};

    #[test]
    fn numbers_parse_are_valid_and_are_not_numbers_of_the_source() {
        let key = MaskKey::from_bytes([3; 32]).derive("phone");
        let free = materials(Forbidden::none());
        let mut forbidden = Forbidden::sized(10_000);
        let mut before = Vec::new();
        for person in 1..=1_000 {
            let number = mask(&free, &key, cell(person)).unwrap();
            let parsed = phonenumber::parse(None, &number).unwrap();
            assert!(phonenumber::is_valid(&parsed), "{number}");
            forbidden.add_phone(&number);
            before.push(number);
        }
        let strict = materials(forbidden);
        for person in 1..=1_000 {
            let number = mask(&strict, &key, cell(person)).unwrap();
            assert!(!before.contains(&number));
            assert!(phonenumber::is_valid(&phonenumber::parse(None, &number).unwrap()), "{number}");
        }
    }
}
