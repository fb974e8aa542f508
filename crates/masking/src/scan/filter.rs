//! A filter of fixed size: it may say yes to what it never saw, and never says no to what it did.

use std::hash::{DefaultHasher, Hasher};

/// Bits per entry; with five probes about one stranger in two thousand passes, and is then checked exactly.
const BITS: u64 = 16;
const PROBES: u64 = 5;
const LEAST_BITS: u64 = 1 << 12;
/// 128 MiB, however much there is to scan.
const MOST_BITS: u64 = 1 << 30;

/// The filter.
pub(super) struct Filter {
    words: Vec<u64>,
    mask: u64,
}

impl Filter {
    /// Makes an empty filter for about so many entries.
    pub(super) fn sized(entries: u64) -> Self {
        let bits = entries
            .saturating_mul(BITS)
            .clamp(LEAST_BITS, MOST_BITS)
            .next_power_of_two()
            .min(MOST_BITS);
        let words = usize::try_from(bits / 64).unwrap_or(usize::MAX);
        Self { words: vec![0; words], mask: bits - 1 }
    }

    /// Adds an entry.
    pub(super) fn add(&mut self, entry: &[u8]) {
        let (first, step) = hashes(entry);
        for probe in 0..PROBES {
            let bit = first.wrapping_add(step.wrapping_mul(probe)) & self.mask;
            if let Some(word) = self.words.get_mut(place(bit)) {
                *word |= 1_u64 << (bit % 64);
            }
        }
    }

    /// Tells whether the entry may have been added; never wrong when it says no.
    pub(super) fn may_hold(&self, entry: &[u8]) -> bool {
        let (first, step) = hashes(entry);
        (0..PROBES).all(|probe| {
            let bit = first.wrapping_add(step.wrapping_mul(probe)) & self.mask;
            self.words.get(place(bit)).is_none_or(|word| *word & (1_u64 << (bit % 64)) != 0)
        })
    }
}

fn place(bit: u64) -> usize {
    usize::try_from(bit / 64).unwrap_or(usize::MAX)
}

/// Two numbers from one hash: where to begin and how far to step (odd, so that the steps never fall together).
fn hashes(entry: &[u8]) -> (u64, u64) {
    let mut hasher = DefaultHasher::new();
    hasher.write(entry);
    let first = hasher.finish();
    (first, first.rotate_left(32).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_found_and_little_else() {
        let mut filter = Filter::sized(10_000);
        for number in 0..10_000_u32 {
            filter.add(&number.to_le_bytes());
        }
        assert!((0..10_000_u32).all(|number| filter.may_hold(&number.to_le_bytes())));
        let strangers =
            (10_000..110_000_u32).filter(|number| filter.may_hold(&number.to_le_bytes())).count();
        assert!(strangers < 1_000, "{strangers} of 100000");
    }
}
