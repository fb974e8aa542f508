//! A keyed permutation of the numbers below a bound: distinct stays distinct.

use crate::key::Subkey;

const ROUNDS: u8 = 8;

/// Returns the place of `index` in the permutation of `0..size`; `index` must be below `size`, which is at most 2^120.
///
/// A balanced Feistel network over the next power of four, walked until the result is below `size`.
pub(super) fn permute(key: &Subkey, index: u128, size: u128) -> u128 {
    if size <= 1 {
        return 0;
    }
    let bits = 128 - (size - 1).leading_zeros();
    let half = bits.div_ceil(2);
    let low = (1_u128 << half) - 1;
    let mut value = index;
    loop {
        let (mut left, mut right) = (value >> half, value & low);
        for round in 0..ROUNDS {
            let next = left ^ (key.round(round, right) & low);
            left = right;
            right = next;
        }
        value = (left << half) | right;
        // The walk ends: it follows a cycle of a permutation that begins below `size`.
        if value < size {
            return value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::MaskKey;

    #[test]
    fn every_number_below_the_bound_is_hit_once() {
        let key = MaskKey::from_bytes([3; 32]).derive("test");
        for size in [1_u128, 2, 3, 10, 257, 1_000] {
            let mut hit = vec![false; size as usize];
            for index in 0..size {
                let place = permute(&key, index, size) as usize;
                assert!(!hit[place], "{size}: {place} twice");
                hit[place] = true;
            }
        }
        assert!(permute(&key, 5, 10_u128.pow(36)) < 10_u128.pow(36));
    }
}
