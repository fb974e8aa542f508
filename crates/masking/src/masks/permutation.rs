//! A keyed permutation of the numbers below a bound: distinct stays distinct.

use crate::key::Rounds;

const ROUNDS: u64 = 8;

/// Returns the place of `index` in the permutation of `0..size`; `index` must be below `size`, which is at most 2^120.
///
/// A balanced Feistel network over the next power of four, walked until the result is below `size`.
pub(super) fn permute(rounds: &Rounds, index: u128, size: u128) -> u128 {
    if size <= 1 {
        return 0;
    }
    let bits = 128 - (size - 1).leading_zeros();
    let half = bits.div_ceil(2);
    // At most 60 bits, so that both halves are numbers of 64.
    let low = (1_u64 << half) - 1;
    let halved = |number: u128| u64::try_from(number & u128::from(low)).unwrap_or_default();
    let mut value = index;
    loop {
        let (mut left, mut right) = (halved(value >> half), halved(value));
        for round in 0..ROUNDS {
            let next = left ^ (rounds.round(round, right) & low);
            left = right;
            right = next;
        }
        value = (u128::from(left) << half) | u128::from(right);
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
        let key = MaskKey::from_bytes([3; 32]).derive("test").rounds();
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
