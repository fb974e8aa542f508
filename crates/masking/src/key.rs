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
        let mut message = Vec::with_capacity(16 + value.len());
        message.extend_from_slice(&person.to_le_bytes());
        message.extend_from_slice(&ordinal.to_le_bytes());
        message.extend_from_slice(&attempt.to_le_bytes());
        message.extend_from_slice(value);
        Draw { bytes: *blake3::keyed_hash(&self.0, &message).as_bytes(), used: 0 }
    }

    /// Derives a key from this one.
    pub(crate) fn derive(&self, tweak: &[u8]) -> Self {
        Self(*blake3::keyed_hash(&self.0, tweak).as_bytes())
    }

    /// Returns 128 bits for one round of a permutation.
    pub(crate) fn round(&self, round: u8, half: u128) -> u128 {
        let mut message = [0_u8; 17];
        message[0] = round;
        message[1..].copy_from_slice(&half.to_le_bytes());
        let mut bytes = [0_u8; 16];
        bytes.copy_from_slice(&blake3::keyed_hash(&self.0, &message).as_bytes()[..16]);
        u128::from_le_bytes(bytes)
    }
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
    fn the_fingerprint_names_the_key_and_debug_does_not_show_it() {
        let key = MaskKey::from_bytes([7; 32]);
        assert_ne!(key.fingerprint(), MaskKey::from_bytes([8; 32]).fingerprint());
        assert_ne!(key.fingerprint(), Digest::of(&[7; 32]));
        assert!(!format!("{key:?}").contains("7, 7"));
    }
}
