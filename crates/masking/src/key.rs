//! The key of the masks, and what is drawn with it.

use std::fmt;

use landfall_core::digest::Digest;

/// The secret from which every pseudonym and every date offset is drawn; it belongs to one validation.
///
/// Whoever holds it can compute the pseudonym of a known person, so it is destroyed with the last environment of its
/// validation. Its bytes are never shown; [`MaskKey::fingerprint`] names it.
pub struct MaskKey([u8; 32]);

impl MaskKey {
    /// Makes a key of 32 bytes, which the caller drew at random.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns a digest that names the key and tells nothing about it: safe to show and to record.
    #[must_use]
    pub fn fingerprint(&self) -> Digest {
        Digest::of(blake3::keyed_hash(&self.0, b"landfall mask key fingerprint").as_bytes())
    }

    /// Derives the key of one purpose, so that no two masks ever draw from the same stream.
    pub(crate) fn derive(&self, purpose: &str) -> Subkey {
        let mut message = b"landfall mask ".to_vec();
        message.extend_from_slice(purpose.as_bytes());
        Subkey(*blake3::keyed_hash(&self.0, &message).as_bytes())
    }
}

impl fmt::Debug for MaskKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MaskKey(fingerprint {})", self.fingerprint().short())
    }
}

/// The key of one purpose.
#[derive(Clone)]
pub(crate) struct Subkey([u8; 32]);

impl Subkey {
    /// Draws for a person: the same arguments give the same draw, different ones an unrelated draw.
    pub(crate) fn draw(&self, person: i64, ordinal: u32, attempt: u32) -> Draw {
        let mut message = [0_u8; 16];
        message[..8].copy_from_slice(&person.to_le_bytes());
        message[8..12].copy_from_slice(&ordinal.to_le_bytes());
        message[12..].copy_from_slice(&attempt.to_le_bytes());
        Draw { bytes: *blake3::keyed_hash(&self.0, &message).as_bytes(), used: 0 }
    }

    /// As [`Subkey::draw`], for a person and a value.
    pub(crate) fn draw_with(&self, person: i64, ordinal: u32, attempt: u32, value: &[u8]) -> Draw {
        let mut head = [0_u8; 16];
        head[..8].copy_from_slice(&person.to_le_bytes());
        head[8..12].copy_from_slice(&ordinal.to_le_bytes());
        head[12..].copy_from_slice(&attempt.to_le_bytes());
        let mut message = [0_u8; 64];
        let length = head.len() + value.len();
        let digest = if length <= message.len() {
            message[..16].copy_from_slice(&head);
            message[16..length].copy_from_slice(value);
            blake3::keyed_hash(&self.0, &message[..length])
        } else {
            blake3::Hasher::new_keyed(&self.0).update(&head).update(value).finalize()
        };
        Draw { bytes: *digest.as_bytes(), used: 0 }
    }

    /// Derives a key from this one.
    pub(crate) fn derive(&self, tweak: &[u8]) -> Self {
        Self(*blake3::keyed_hash(&self.0, tweak).as_bytes())
    }

    /// Derives the key of the rounds of a permutation.
    pub(crate) fn rounds(&self) -> Rounds {
        let Self(bytes) = self.derive(b"rounds");
        let mut halves = bytes.as_chunks::<8>().0.iter().map(|half| u64::from_le_bytes(*half));
        Rounds { keys: [halves.next().unwrap_or_default(), halves.next().unwrap_or_default()] }
    }
}

/// The key of the rounds of a permutation.
///
/// A permutation asks for 8 rounds and more per value, each of one number: SipHash-2-4, which is made for short messages
/// and as little to be guessed without the key, takes a tenth of the time of BLAKE3 for them.
pub(crate) struct Rounds {
    keys: [u64; 2],
}

impl Rounds {
    /// Returns 64 bits for one round of a permutation: SipHash-2-4 of both numbers.
    pub(crate) fn round(&self, round: u64, half: u64) -> u64 {
        let [low, high] = self.keys;
        let mut state = [
            low ^ 0x736f_6d65_7073_6575,
            high ^ 0x646f_7261_6e64_6f6d,
            low ^ 0x6c79_6765_6e65_7261,
            high ^ 0x7465_6462_7974_6573,
        ];
        // The last block of SipHash holds the length of the message: 16 bytes.
        for block in [round, half, 16 << 56] {
            state[3] ^= block;
            stir(&mut state);
            stir(&mut state);
            state[0] ^= block;
        }
        state[2] ^= 0xff;
        for _ in 0..4 {
            stir(&mut state);
        }
        state[0] ^ state[1] ^ state[2] ^ state[3]
    }
}

/// One round of SipHash.
fn stir(state: &mut [u64; 4]) {
    let [mut a, mut b, mut c, mut d] = *state;
    a = a.wrapping_add(b);
    b = b.rotate_left(13) ^ a;
    a = a.rotate_left(32);
    c = c.wrapping_add(d);
    d = d.rotate_left(16) ^ c;
    a = a.wrapping_add(d);
    d = d.rotate_left(21) ^ a;
    c = c.wrapping_add(b);
    b = b.rotate_left(17) ^ c;
    c = c.rotate_left(32);
    *state = [a, b, c, d];
}

/// 32 drawn bytes, taken piece by piece; no mask takes more than 32.
pub(crate) struct Draw {
    bytes: [u8; 32],
    used: usize,
}

impl Draw {
    /// Takes one byte.
    pub(crate) fn byte(&mut self) -> u8 {
        let byte = self.bytes[self.used % 32];
        self.used += 1;
        byte
    }

    /// Takes two bytes as a number below `bound` (at most 65,536); the bias of the remainder does not matter here.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let number = usize::from(u16::from_le_bytes([self.byte(), self.byte()]));
        number % bound.max(1)
    }

    /// Takes four bytes.
    pub(crate) fn number(&mut self) -> u32 {
        u32::from_le_bytes([self.byte(), self.byte(), self.byte(), self.byte()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_repeat_and_depend_on_everything_they_are_given() {
        let key = MaskKey::from_bytes([7; 32]);
        let draw = |purpose: &str, person, ordinal, attempt| {
            key.derive(purpose).draw(person, ordinal, attempt).bytes
        };
        let first = draw("city", 1, 2, 3);
        assert_eq!(first, draw("city", 1, 2, 3));
        assert_ne!(first, draw("name", 1, 2, 3));
        assert_ne!(first, draw("city", 2, 2, 3));
        assert_ne!(first, draw("city", 1, 3, 3));
        assert_ne!(first, draw("city", 1, 2, 4));
        assert_ne!(first, MaskKey::from_bytes([8; 32]).derive("city").draw(1, 2, 3).bytes);
    }

    #[test]
    fn a_draw_with_a_value_is_one_hash_of_everything_however_long_the_value() {
        let key = MaskKey::from_bytes([7; 32]).derive("email");
        for length in [0, 1, 47, 48, 49, 200] {
            let value = vec![b'v'; length];
            let mut message = (-3_i64).to_le_bytes().to_vec();
            message.extend_from_slice(&9_u32.to_le_bytes());
            message.extend_from_slice(&2_u32.to_le_bytes());
            message.extend_from_slice(&value);
            let expected = *blake3::keyed_hash(&key.0, &message).as_bytes();
            assert_eq!(key.draw_with(-3, 9, 2, &value).bytes, expected, "{length}");
        }
    }

    #[test]
    fn a_round_is_the_published_siphash() {
        // The vector of the message 00..0f under the key 00..0f, from the reference implementation.
        let rounds = Rounds { keys: [0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908] };
        let found = rounds.round(0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908);
        assert_eq!(found, 0x3f2a_cc7f_57c2_9bdb);
    }

    #[test]
    fn the_fingerprint_names_the_key_and_debug_does_not_show_it() {
        let key = MaskKey::from_bytes([7; 32]);
        assert_ne!(key.fingerprint(), MaskKey::from_bytes([8; 32]).fingerprint());
        assert_ne!(key.fingerprint(), Digest::of(&[7; 32]));
        assert!(!format!("{key:?}").contains("7, 7"));
    }
}
