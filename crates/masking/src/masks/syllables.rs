//! Invented words: pronounceable, in no language on purpose.

use crate::key::Draw;

const ONSETS: [&str; 18] =
    ["b", "d", "dr", "g", "gl", "h", "j", "l", "m", "n", "r", "t", "th", "tr", "v", "vr", "w", "z"];
const VOWELS: [&str; 5] = ["a", "e", "i", "o", "u"];
const CODAS: [&str; 6] = ["", "l", "m", "n", "r", "x"];

/// Invents a word of so many syllables (at most 3), capitalised: `Velotran`; at most 10 letters.
pub(super) fn word(draw: &mut Draw, syllables: usize) -> String {
    let mut word = String::with_capacity(12);
    for _ in 0..syllables {
        word.push_str(ONSETS[draw.below(ONSETS.len())]);
        word.push_str(VOWELS[draw.below(VOWELS.len())]);
    }
    word.push_str(CODAS[draw.below(CODAS.len())]);
    if let Some(first) = word.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::MaskKey;

    #[test]
    fn words_are_capitalised_short_and_many() {
        let key = MaskKey::from_bytes([1; 32]).derive("test");
        let mut words = std::collections::HashSet::new();
        for person in 0..2_000 {
            let word = word(&mut key.draw(person, 0, 0), 3);
            assert!(word.len() <= 10 && word.len() >= 6, "{word}");
            assert!(word.starts_with(|c: char| c.is_ascii_uppercase()), "{word}");
            assert!(word[1..].bytes().all(|b| b.is_ascii_lowercase()), "{word}");
            words.insert(word);
        }
        assert!(words.len() > 1_990);
    }
}
