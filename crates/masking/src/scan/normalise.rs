//! How the scan reads a cell: words without case, and what they are put together without separators.

use super::hash::Rolling;

/// What an ASCII character becomes: a letter or digit without case, 0 for what separates words.
static PLAIN: [u8; 128] = plain_ascii();

const fn plain_ascii() -> [u8; 128] {
    let mut table = [0_u8; 128];
    let mut byte = 0_u8;
    while byte < 128 {
        if byte.is_ascii_alphanumeric() {
            table[byte as usize] = byte.to_ascii_lowercase();
        }
        byte += 1;
    }
    table
}

/// The words of one text; reused from cell to cell, because most of a scan's time passes here.
#[derive(Debug, Default)]
pub(super) struct Words {
    joined: Vec<u8>,
    /// Where the words end, each with the hash of everything before.
    ends: Vec<Edge>,
}

/// The beginning of the joined words up to the end of one of them.
#[derive(Debug, Clone, Copy, Default)]
struct Edge {
    rolling: Rolling,
    characters: usize,
}

/// Words put together without separators: their hash, and their length in characters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub(super) rolling: Rolling,
    pub(super) characters: usize,
}

impl Words {
    /// Reads a text: words are runs of letters and digits, everything else separates them.
    pub(super) fn read(&mut self, text: &str) {
        self.joined.clear();
        self.ends.clear();
        let mut at = Edge::default();
        let mut open = false;
        let mut rest = text.as_bytes();
        while let Some((byte, behind)) = rest.split_first() {
            if let Some(plain) = PLAIN.get(usize::from(*byte)) {
                rest = behind;
                if *plain != 0 {
                    self.joined.push(*plain);
                    at.rolling.push(*plain);
                    at.characters += 1;
                    open = true;
                    continue;
                }
            } else {
                let Some(character) =
                    text.get(text.len() - rest.len()..).and_then(|rest| rest.chars().next())
                else {
                    break;
                };
                rest = rest.get(character.len_utf8()..).unwrap_or_default();
                if character.is_alphanumeric() {
                    self.other(character, &mut at);
                    open = true;
                    continue;
                }
            }
            if open {
                self.ends.push(at);
                open = false;
            }
        }
        if open {
            self.ends.push(at);
        }
    }

    /// Adds a letter or digit that is not ASCII.
    fn other(&mut self, character: char, at: &mut Edge) {
        let mut buffer = [0_u8; 4];
        // Upper case first: it writes out what lower case leaves alone (`ß` and `SS` become `ss`).
        for lower in character.to_uppercase().flat_map(char::to_lowercase) {
            for byte in lower.encode_utf8(&mut buffer).bytes() {
                self.joined.push(byte);
                at.rolling.push(byte);
            }
            at.characters += 1;
        }
    }

    /// Returns all words put together: the whole cell without case and separators.
    pub(super) fn whole(&self) -> &[u8] {
        &self.joined
    }

    /// Returns hash and length of all words put together.
    pub(super) fn all(&self) -> Run {
        self.measure(0, self.count())
    }

    /// Returns how many words there are.
    pub(super) fn count(&self) -> usize {
        self.ends.len()
    }

    /// Returns hash and length of the words from `from` to `to` (exclusive) put together.
    #[inline]
    pub(super) fn measure(&self, from: usize, to: usize) -> Run {
        let (start, end) = (self.edge(from), self.edge(to));
        Run {
            rolling: end.rolling.behind(start.rolling),
            characters: end.characters - start.characters,
        }
    }

    /// Returns the words from `from` to `to` (exclusive) put together.
    pub(super) fn run(&self, from: usize, to: usize) -> &[u8] {
        let (start, end) = (self.edge(from), self.edge(to));
        self.joined.get(start.rolling.bytes..end.rolling.bytes).unwrap_or_default()
    }

    /// Returns the beginning of the joined words that ends before word number `index`.
    #[inline]
    fn edge(&self, index: usize) -> Edge {
        match index.checked_sub(1) {
            None => Edge::default(),
            Some(last) => self.ends.get(last).copied().unwrap_or_default(),
        }
    }

    /// Adds the words to a hash, with one space between them.
    pub(super) fn spaced_hash(&self, from: usize, to: usize, into: &mut Rolling) {
        for index in from..to {
            if into.bytes > 0 {
                into.push(b' ');
            }
            into.append(self.measure(index, index + 1).rolling);
        }
    }

    /// Writes the words from `from` to `to` with one space between them.
    pub(super) fn spaced(&self, from: usize, to: usize, into: &mut Vec<u8>) {
        for index in from..to {
            if !into.is_empty() {
                into.push(b' ');
            }
            into.extend_from_slice(self.run(index, index + 1));
        }
    }
}

/// Returns the words of a text put together.
pub(super) fn plain(text: &str) -> Vec<u8> {
    let mut words = Words::default();
    words.read(text);
    words.joined
}

/// Tells whether the text holds digits and nothing else.
pub(super) fn is_digits(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_digit)
}

/// Tells whether the text has the form of a date or a point in time as the product writes them.
pub(super) fn is_date(text: &str) -> bool {
    const DATE: &[u8; 10] = b"0000-00-00";
    const TIME: &[u8; 10] = b"T00:00:00Z";
    let fits = |bytes: &[u8], form: &[u8]| {
        bytes.len() == form.len()
            && bytes.iter().zip(form).all(|(byte, expected)| match expected {
                b'0' => byte.is_ascii_digit(),
                other => byte == other,
            })
    };
    let bytes = text.as_bytes();
    match bytes.len() {
        10 => fits(bytes, DATE),
        20 => fits(&bytes[..10], DATE) && fits(&bytes[10..], TIME),
        _ => false,
    }
}

/// Digits of the country code at the beginning of an international number (ITU-T E.164): 1, 2 or 3.
pub(super) fn country_code(digits: &[u8]) -> usize {
    const TWO: [&[u8; 2]; 44] = [
        b"20", b"27", b"30", b"31", b"32", b"33", b"34", b"36", b"39", b"40", b"41", b"43", b"44",
        b"45", b"46", b"47", b"48", b"49", b"51", b"52", b"53", b"54", b"55", b"56", b"57", b"58",
        b"60", b"61", b"62", b"63", b"64", b"65", b"66", b"81", b"82", b"84", b"86", b"90", b"91",
        b"92", b"93", b"94", b"95", b"98",
    ];
    match digits {
        [b'1' | b'7', ..] => 1,
        [first, second, ..] if TWO.contains(&&[*first, *second]) => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_lose_case_and_separators() {
        let mut words = Words::default();
        words.read("  Flat 12B, St. Mary's-Straße\n");
        assert_eq!(words.whole(), b"flat12bstmarysstrasse");
        assert_eq!(words.count(), 6);
        assert_eq!(words.run(0, 2), b"flat12b");
        assert_eq!(words.run(5, 6), b"strasse");
        let mut spaced = Vec::new();
        words.spaced(2, 5, &mut spaced);
        assert_eq!(spaced, b"st mary s");
        words.read(" -- ");
        assert_eq!((words.whole(), words.count()), (&b""[..], 0));
    }

    /// Words as they are defined, one character after the other.
    fn reference(text: &str) -> Vec<String> {
        text.split(|character: char| !character.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(|word| {
                word.chars()
                    .flat_map(|one| one.to_uppercase().flat_map(char::to_lowercase))
                    .collect()
            })
            .collect()
    }

    proptest! {
        #[test]
        fn every_run_and_name_has_the_hash_of_its_text(text in "[a-zA-Zß-üŒ-Ž0-9 .,'-]{0,60}|\\PC{0,30}") {
            let mut words = Words::default();
            words.read(&text);
            let expected = reference(&text);
            prop_assert_eq!(words.count(), expected.len());
            for from in 0..expected.len() {
                for to in from + 1..=expected.len() {
                    let run = expected[from..to].concat();
                    let measured = words.measure(from, to);
                    prop_assert_eq!(words.run(from, to), run.as_bytes());
                    prop_assert_eq!(measured.rolling, Rolling::of(run.as_bytes()));
                    prop_assert_eq!(measured.characters, run.chars().count());
                    let name = expected[from..to].join(" ");
                    let (mut hash, mut written) = (Rolling::default(), Vec::new());
                    words.spaced_hash(from, to, &mut hash);
                    words.spaced(from, to, &mut written);
                    prop_assert_eq!(hash, Rolling::of(name.as_bytes()));
                    prop_assert_eq!(written, name.into_bytes());
                }
            }
        }
    }

    #[test]
    fn dates_and_country_codes_are_recognised() {
        assert!(is_date("2024-03-01") && is_date("2024-03-01T10:00:00Z"));
        assert!(!is_date("01/03/2024") && !is_date("2024-03-01T10:00"));
        assert_eq!(country_code(b"447700900123"), 2);
        assert_eq!(country_code(b"12025550123"), 1);
        assert_eq!(country_code(b"353861234567"), 3);
    }
}
