//! Telephone numbers: valid numbers of a mobile range, distinct for distinct people.
//!
//! The ranges reserved for drama hold a thousand numbers, too few; so the number may be somebody's. It is never a
//! number of the source.

use super::{Cell, Materials, digits, permutation};
use crate::key::{Rounds, Subkey};

/// `+44 71x` to `+44 73x`: 30 blocks of ten million numbers that every phone library accepts as mobile numbers.
const BLOCKS: u64 = 30;
const BLOCK: u64 = 10_000_000;

/// Makes the keys of the permutations, one per block, once for a load.
pub(super) fn blocks(key: &Subkey) -> Vec<Rounds> {
    (0..BLOCKS).map(|block| key.derive(&block.to_le_bytes()).rounds()).collect()
}

/// Draws the number of the person and column from the first block in which it is no number of the source.
///
/// Within a block a keyed permutation gives distinct people distinct numbers, and the blocks do not overlap.
pub(super) fn mask(materials: &Materials, cell: Cell, out: &mut String) -> bool {
    let index = cell
        .person
        .unsigned_abs()
        .wrapping_mul(u64::from(materials.phones))
        .wrapping_add(u64::from(cell.phone));
    // Past ten million pairs of person and column the next block continues.
    let (start, index) = (index / BLOCK, index % BLOCK);
    let count = materials.blocks.len();
    let start = usize::try_from(start % BLOCKS).unwrap_or_default();
    let blocks = materials.blocks.iter().enumerate().cycle().skip(start).take(count);
    for (block, rounds) in blocks {
        let drawn = permutation::permute(rounds, u128::from(index), u128::from(BLOCK));
        out.clear();
        out.push_str("+447");
        // `10` to `39`: the blocks in turn.
        digits(out, 10 + block as u64, 2);
        digits(out, u64::try_from(drawn).unwrap_or_default(), 7);
        // The filter knows a number by its end, so every national form of it is asked for.
        if materials.forbidden.allows(out) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forbidden::{Forbidden, Words};
    use crate::masks::tests::{cell, materials, written};

    #[test]
    fn numbers_parse_are_valid_and_are_not_numbers_of_the_source() {
        let free = materials(Forbidden::none());
        let forbidden = Forbidden::sized(10_000);
        let mut before = Vec::new();
        for person in 1..=1_000 {
            let number = written(|out| mask(&free, cell(person), out)).unwrap();
            let parsed = phonenumber::parse(None, &number).unwrap();
            assert!(phonenumber::is_valid(&parsed), "{number}");
            forbidden.add_phone(&number, &mut Words::default());
            before.push(number);
        }
        let strict = materials(forbidden);
        for person in 1..=1_000 {
            let number = written(|out| mask(&strict, cell(person), out)).unwrap();
            assert!(!before.contains(&number));
            assert!(phonenumber::is_valid(&phonenumber::parse(None, &number).unwrap()), "{number}");
        }
    }
}
