//! The scan's own hash. A text is hashed as a polynomial of its bytes modulo 2^64, so that the hash of every run of
//! words follows from two hashes of beginnings (a run costs two multiplications, however long it is), and names are put
//! together without writing them. Nothing that is hashed here is kept, and what two hashes have in common is asked
//! exactly, so that a coincidence costs time and finds nothing.

/// Odd, and 5 modulo 8: its powers repeat as late as any number's can.
const BASE: u64 = 0x9e37_79b9_7f4a_7c15;
const FACTOR: u64 = 0xd6e8_feb8_6659_fd93;
/// As long as any run that is looked for: 96 characters of 4 bytes.
const KNOWN_POWERS: usize = 400;

static POWERS: [u64; KNOWN_POWERS] = powers();

const fn powers() -> [u64; KNOWN_POWERS] {
    let mut powers = [1_u64; KNOWN_POWERS];
    let mut exponent = 1;
    while exponent < KNOWN_POWERS {
        powers[exponent] = powers[exponent - 1].wrapping_mul(BASE);
        exponent += 1;
    }
    powers
}

fn power(exponent: usize) -> u64 {
    POWERS
        .get(exponent)
        .copied()
        .unwrap_or_else(|| BASE.wrapping_pow(u32::try_from(exponent).unwrap_or(u32::MAX)))
}

/// The hash of a text that grows at its end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Rolling {
    pub(super) hash: u64,
    pub(super) bytes: usize,
}

impl Rolling {
    /// The hash of a text.
    pub(super) fn of(text: &[u8]) -> Self {
        let mut rolling = Self::default();
        for byte in text {
            rolling.push(*byte);
        }
        rolling
    }

    /// Adds a byte.
    #[inline]
    pub(super) fn push(&mut self, byte: u8) {
        self.hash = self.hash.wrapping_mul(BASE).wrapping_add(u64::from(byte));
        self.bytes += 1;
    }

    /// Adds a text.
    #[inline]
    pub(super) fn append(&mut self, text: Self) {
        self.hash = self.hash.wrapping_mul(power(text.bytes)).wrapping_add(text.hash);
        self.bytes += text.bytes;
    }

    /// What stands behind a beginning of this text.
    #[inline]
    pub(super) fn behind(self, beginning: Self) -> Self {
        let bytes = self.bytes - beginning.bytes;
        let hash = self.hash.wrapping_sub(beginning.hash.wrapping_mul(power(bytes)));
        Self { hash, bytes }
    }
}

/// Spreads a number over all its bits; no two numbers become one.
#[inline]
pub(super) fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 32)).wrapping_mul(FACTOR);
    let number = (number ^ (number >> 29)).wrapping_mul(BASE);
    number ^ (number >> 32)
}

/// Hashes bytes by words of eight; for what is only compared as a whole.
pub(super) fn of_bytes(bytes: &[u8]) -> u64 {
    let mut hash = bytes.len() as u64;
    let mut take = |word: [u8; 8]| {
        hash = (hash ^ u64::from_le_bytes(word)).wrapping_mul(BASE).rotate_left(29);
    };
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        take(*word);
    }
    let mut last = [0; 8];
    for (to, from) in last.iter_mut().zip(rest) {
        *to = *from;
    }
    take(last);
    mix(hash)
}

/// [`of_bytes`] for the standard library's sets.
#[derive(Debug, Default)]
pub(super) struct Fast(u64);

impl std::hash::Hasher for Fast {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = mix(self.0.rotate_left(17) ^ of_bytes(bytes));
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// A set of texts.
pub(super) type Texts = std::collections::HashSet<Vec<u8>, std::hash::BuildHasherDefault<Fast>>;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same number, written as it is defined.
    fn reference(text: &[u8]) -> u64 {
        let mut sum = 0_u64;
        for (index, byte) in text.iter().rev().enumerate() {
            let factor = BASE.wrapping_pow(u32::try_from(index).unwrap());
            sum = sum.wrapping_add(factor.wrapping_mul(u64::from(*byte)));
        }
        sum
    }

    proptest! {
        #[test]
        fn a_rolling_hash_is_the_polynomial(text in prop::collection::vec(any::<u8>(), 0..900), cut in any::<prop::sample::Index>()) {
            let cut = cut.index(text.len() + 1);
            let (left, right) = text.split_at(cut);
            let whole = Rolling::of(&text);
            prop_assert_eq!(whole.hash, reference(&text));
            prop_assert_eq!(whole.behind(Rolling::of(left)), Rolling::of(right));
            let mut joined = Rolling::of(left);
            joined.append(Rolling::of(right));
            prop_assert_eq!(joined, whole);
        }
    }

    #[test]
    fn bytes_of_different_lengths_and_ends_differ() {
        let texts: [&[u8]; 7] =
            [b"", b"\0", b"\0\0", b"12345678", b"12345678\0", b"123456789", b"123456780"];
        let hashes: std::collections::BTreeSet<u64> =
            texts.iter().map(|text| of_bytes(text)).collect();
        assert_eq!(hashes.len(), texts.len());
    }
}
