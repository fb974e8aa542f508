//! A filter of fixed size that tells what it was certainly never given; filled by several threads at a time.
//!
//! Every entry stands in one block of 64 bytes, so that a question costs one visit to memory. What it answers depends
//! on the entries and its size alone, never on the order in which threads wrote them.

use std::sync::atomic::{AtomicU64, Ordering};

/// Bits of one block: a line of the processor's cache.
const BLOCK_BITS: usize = 512;
/// Bits per entry while the filter may still grow.
const BITS: usize = 16;

/// One line of the cache.
#[repr(align(64))]
struct Block([AtomicU64; 8]);

/// A filter over the hashes of entries.
///
/// An entry sets three bits in each of two words of its block. With 16 bits per entry about three answers in a thousand
/// are a false yes: a word then holds 8 entries, so `1 - e^(-24/64)` = 31 % of its bits are set, and `0.31^6` = 0.1 %
/// grows to 0.3 % because some words hold more than the average.
pub(crate) struct Bloom {
    blocks: Vec<Block>,
}

impl Bloom {
    /// Makes a filter for about so many entries, of at most so many bytes.
    pub(crate) fn sized(entries: usize, most_bytes: usize) -> Self {
        let bits = entries.saturating_mul(BITS).min(most_bytes.saturating_mul(8));
        let count = bits.div_ceil(BLOCK_BITS).max(8);
        let mut blocks = Vec::with_capacity(count);
        blocks.resize_with(count, || Block([const { AtomicU64::new(0) }; 8]));
        Self { blocks }
    }

    /// Takes an entry.
    pub(crate) fn insert(&self, hash: u64) {
        let Some((block, [(first, one), (second, other)])) = self.place(hash) else { return };
        for (word, bits) in [(first, one), (second, other)] {
            let word = &block.0[word];
            // Most entries are repetitions; a reading is far cheaper than a locked write.
            // Sequentially consistent: of two threads that each insert and then ask for the other's entry, at least one
            // sees it. The offsets rely on that.
            if word.load(Ordering::SeqCst) & bits != bits {
                word.fetch_or(bits, Ordering::SeqCst);
            }
        }
    }

    /// Tells whether the entry may have been given; a no is certain.
    pub(crate) fn contains(&self, hash: u64) -> bool {
        let Some((block, places)) = self.place(hash) else { return false };
        places.iter().all(|(word, bits)| block.0[*word].load(Ordering::SeqCst) & bits == *bits)
    }

    /// Returns the block of an entry and its bits in two different words of it.
    fn place(&self, hash: u64) -> Option<(&Block, [(usize, u64); 2])> {
        // The upper half of the product is below the number of blocks, and even over all of them.
        let block = (u128::from(hash) * self.blocks.len() as u128) >> 64;
        let block = self.blocks.get(usize::try_from(block).ok()?)?;
        let mut rest = mixed(hash ^ 0x9e37_79b9_7f4a_7c15);
        let mut take = |bits: u32| {
            let taken = rest & ((1 << bits) - 1);
            rest >>= bits;
            taken
        };
        let first = take(3);
        // One of the seven other words.
        let second = (first + 1 + take(8) % 7) & 7;
        let mut three = || (1_u64 << take(6)) | (1 << take(6)) | (1 << take(6));
        let (one, other) = (three(), three());
        Some((block, [(usize::try_from(first).ok()?, one), (usize::try_from(second).ok()?, other)]))
    }
}

/// Hashes bytes, eight at a time. Fast and even, not secret: nothing that is written depends on more of it than whether
/// a draw is drawn again.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9fb2_1c65_1e98_df25;
    let mut state = 0x6c61_6e64_6661_6c6c ^ (bytes.len() as u64).wrapping_mul(FACTOR);
    let (chunks, rest) = bytes.as_chunks::<8>();
    for chunk in chunks {
        state = (state ^ u64::from_le_bytes(*chunk)).wrapping_mul(FACTOR).rotate_left(29);
    }
    if !rest.is_empty() {
        let mut last = [0_u8; 8];
        last[..rest.len()].copy_from_slice(rest);
        state = (state ^ u64::from_le_bytes(last)).wrapping_mul(FACTOR).rotate_left(29);
    }
    mixed(state)
}

/// Hashes two numbers.
pub(crate) fn hash_pair(one: i64, other: i64) -> u64 {
    let one = mixed(one.cast_unsigned() ^ 0x6461_7465_735f_6f66);
    mixed(one.rotate_left(17) ^ other.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// Spreads every bit over all others.
pub(crate) fn mixed(mut bits: u64) -> u64 {
    bits ^= bits >> 32;
    bits = bits.wrapping_mul(0xd6e8_feb8_6659_fd93);
    bits ^= bits >> 32;
    bits = bits.wrapping_mul(0xd6e8_feb8_6659_fd93);
    bits ^ (bits >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_given_is_known_and_little_else() {
        let filter = Bloom::sized(100_000, 1 << 20);
        for number in 0..100_000_u32 {
            filter.insert(hash(&number.to_le_bytes()));
        }
        assert!((0..100_000_u32).all(|number| filter.contains(hash(&number.to_le_bytes()))));
        let wrong = (100_000..200_000_u32)
            .filter(|number| filter.contains(hash(&number.to_le_bytes())))
            .count();
        assert!(wrong < 1_000, "{wrong} of 100,000");
    }

    #[test]
    fn a_filter_never_outgrows_its_bound_and_pairs_are_ordered() {
        let filter = Bloom::sized(usize::MAX, 1 << 12);
        assert_eq!(filter.blocks.len(), (1 << 12) / 64);
        assert_ne!(hash_pair(1, 2), hash_pair(2, 1));
        assert_ne!(hash(b"abc"), hash(b"abc\0"));
        filter.insert(hash_pair(-4, 10));
        assert!(filter.contains(hash_pair(-4, 10)) && !filter.contains(hash_pair(-4, 11)));
    }
}
