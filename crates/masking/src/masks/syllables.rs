//! Invented words: pronounceable, in no language on purpose.

use crate::key::Draw;

const ONSETS: [&str; 18] =
    ["b", "d", "dr", "g", "gl", "h", "j", "l", "m", "n", "r", "t", "th", "tr", "v", "vr", "w", "z"];
const VOWELS: [&str; 5] = ["a", "e", "i", "o", "u"];
const CODAS: [&str; 6] = ["", "l", "m", "n", "r", "x"];

/// Writes a word of so many syllables (at most 3), capitalised: `Velotran`; at most 10 letters.
pub(super) fn word(draw: &mut Draw, syllables: usize, out: &mut String) {
    let start = out.len();
    for _ in 0..syllables {
        out.push_str(ONSETS[draw.below(ONSETS.len())]);
        out.push_str(VOWELS[draw.below(VOWELS.len())]);
    }
    out.push_str(CODAS[draw.below(CODAS.len())]);
    if let Some(first) = out.get_mut(start..=start) {
        first.make_ascii_uppercase();
    }
}

#[cfg(test)]
mod tests {
    use crate::key::MaskKey;

    #[test]
    fn words_are_capitalised_short_and_many() {
        let key = MaskKey::from_bytes([1; 32]).derive("test");
        let mut words = std::collections::HashSet::new();
        for person in 0..2_000 {
            let mut word = String::new();
            super::word(&mut key.draw(person, 0, 0), 3, &mut word);
            assert!(word.len() <= 10 && word.len() >= 6, "{word}");
            assert!(word.starts_with(|c: char| c.is_ascii_uppercase()), "{word}");
            assert!(word[1..].bytes().all(|b| b.is_ascii_lowercase()), "{word}");
            words.insert(word);
        }
        assert!(words.len() > 1_990);
    }
}
