//! Values that keep their shape: a digit becomes a digit, a letter a letter, everything else stays.

use super::permutation;
use crate::key::Subkey;

/// A chunk of a value is permuted as one number below this bound.
const CHUNK: u128 = 1 << 100;
const DIGITS_AND_LETTERS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// What may stand at one position.
#[derive(Clone, Copy)]
enum Alphabet {
    Digits,
    Upper,
    Lower,
    /// Digits and upper-case letters, for values whose own shape leaves too little room.
    Wide,
}

impl Alphabet {
    fn of(character: char, wide: bool) -> Option<Self> {
        match character {
            c if !c.is_alphanumeric() => None,
            _ if wide => Some(Self::Wide),
            '0'..='9' => Some(Self::Digits),
            c if c.is_lowercase() => Some(Self::Lower),
            _ => Some(Self::Upper),
        }
    }

    fn size(self) -> u128 {
        match self {
            Self::Digits => 10,
            Self::Upper | Self::Lower => 26,
            Self::Wide => 36,
        }
    }

    /// The number of a character; characters outside ASCII share numbers, which costs them uniqueness only.
    fn number(self, character: char) -> u128 {
        let digit = match self {
            Self::Digits | Self::Wide => character.to_digit(36),
            Self::Upper | Self::Lower => character.to_digit(36).and_then(|d| d.checked_sub(10)),
        };
        u128::from(digit.unwrap_or(u32::from(character))) % self.size()
    }

    fn character(self, number: u128) -> char {
        let index = usize::try_from(number).unwrap_or_default();
        let at = match self {
            Self::Digits | Self::Wide => index,
            Self::Upper | Self::Lower => index + 10,
        };
        let character = char::from(DIGITS_AND_LETTERS[at % 36]);
        if matches!(self, Self::Lower) { character.to_ascii_lowercase() } else { character }
    }
}

/// Returns how many values have the shape of these characters (saturating).
pub(super) fn room(characters: &[char], wide: bool) -> u128 {
    characters
        .iter()
        .filter_map(|character| Alphabet::of(*character, wide))
        .fold(1, |room: u128, alphabet| room.saturating_mul(alphabet.size()))
}

/// Permutes the letters and digits in place, as one number where they fit, in chunks where they do not; distinct
/// values of one shape stay distinct.
pub(super) fn permute(key: &Subkey, characters: &mut [char], wide: bool) {
    let mut key = key.clone();
    let mut chunk: Vec<(usize, Alphabet)> = Vec::with_capacity(characters.len());
    let mut size = 1_u128;
    for at in 0..characters.len() {
        let Some(alphabet) = Alphabet::of(characters[at], wide) else { continue };
        if size * alphabet.size() > CHUNK {
            let number = permute_chunk(&key, characters, &chunk, size);
            // Equal chunks of different values differ, because the next key depends on the chunk before.
            key = key.derive(&number.to_le_bytes());
            chunk.clear();
            size = 1;
        }
        size *= alphabet.size();
        chunk.push((at, alphabet));
    }
    permute_chunk(&key, characters, &chunk, size);
}

/// Permutes one chunk and returns the number that it was.
fn permute_chunk(
    key: &Subkey,
    characters: &mut [char],
    chunk: &[(usize, Alphabet)],
    size: u128,
) -> u128 {
    let number =
        chunk.iter().fold(0_u128, |number, (at, a)| number * a.size() + a.number(characters[*at]));
    let mut rest = permutation::permute(&key.rounds(), number, size);
    for (at, alphabet) in chunk.iter().rev() {
        characters[*at] = alphabet.character(rest % alphabet.size());
        rest /= alphabet.size();
    }
    number
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::key::MaskKey;

    fn permuted(text: &str, wide: bool) -> String {
        let key = MaskKey::from_bytes([3; 32]).derive("test");
        let mut characters: Vec<char> = text.chars().collect();
        permute(&key, &mut characters, wide);
        characters.into_iter().collect()
    }

    #[test]
    fn the_shape_stays_and_distinct_values_stay_distinct() {
        let text = permuted("QQ 12-34-56 c", false);
        let shape: String = text
            .chars()
            .map(|c| match c {
                '0'..='9' => '9',
                'a'..='z' => 'a',
                'A'..='Z' => 'A',
                other => other,
            })
            .collect();
        assert_eq!(shape, "AA 99-99-99 a");
        let all: HashSet<String> =
            (0..1_000).map(|n| permuted(&format!("{n:03}"), false)).collect();
        assert_eq!(all.len(), 1_000);
        let wide: HashSet<String> =
            (0..1_000).map(|n| permuted(&format!("{n:03}"), true)).collect();
        assert_eq!(wide.len(), 1_000);
    }

    #[test]
    fn a_long_value_is_permuted_in_chunks() {
        let long = "MT84MALT011000012345MTLCAST001S".repeat(3);
        let text = permuted(&long, false);
        assert_eq!(text.len(), long.len());
        assert_ne!(text[..31], text[31..62]);
        assert_eq!(room(&['1', '-', 'A'], false), 260);
    }
}
