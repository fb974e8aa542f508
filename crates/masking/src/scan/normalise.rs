//! How the scan reads a cell: words without case, and what they are put together without separators.

/// The words of one text; reused from cell to cell, because most of a scan's time passes here.
#[derive(Debug, Default)]
pub(super) struct Words {
    joined: String,
    ends: Vec<usize>,
}

impl Words {
    /// Reads a text: words are runs of letters and digits, everything else separates them.
    pub(super) fn read(&mut self, text: &str) {
        self.joined.clear();
        self.ends.clear();
        let mut open = false;
        for character in text.chars() {
            if character.is_alphanumeric() {
                if character.is_ascii() {
                    self.joined.push(character.to_ascii_lowercase());
                } else {
                    // Upper case first: it writes out what lower case leaves alone (`ß` and `SS` become `ss`).
                    for upper in character.to_uppercase() {
                        self.joined.extend(upper.to_lowercase());
                    }
                }
                open = true;
            } else if open {
                self.ends.push(self.joined.len());
                open = false;
            }
        }
        if open {
            self.ends.push(self.joined.len());
        }
    }

    /// Returns all words put together: the whole cell without case and separators.
    pub(super) fn whole(&self) -> &str {
        &self.joined
    }

    /// Returns how many words there are.
    pub(super) fn count(&self) -> usize {
        self.ends.len()
    }

    /// Returns the words from `from` to `to` (exclusive) put together.
    pub(super) fn run(&self, from: usize, to: usize) -> &str {
        let start = if from == 0 { 0 } else { self.ends[from - 1] };
        let end = if to == 0 { 0 } else { self.ends[to - 1] };
        &self.joined[start..end]
    }

    /// Writes the words from `from` to `to` with one space between them.
    pub(super) fn spaced(&self, from: usize, to: usize, into: &mut String) {
        for index in from..to {
            if !into.is_empty() {
                into.push(' ');
            }
            into.push_str(self.run(index, index + 1));
        }
    }
}

/// Returns the words of a text put together.
pub(super) fn plain(text: &str) -> String {
    let mut words = Words::default();
    words.read(text);
    words.joined
}

/// Counts characters.
pub(super) fn length(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}

/// Tells whether the text holds digits and nothing else.
pub(super) fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
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
pub(super) fn country_code(digits: &str) -> usize {
    const TWO: [&str; 44] = [
        "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46",
        "47", "48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63",
        "64", "65", "66", "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98",
    ];
    match digits.as_bytes().first() {
        Some(b'1' | b'7') => 1,
        _ if digits.get(..2).is_some_and(|code| TWO.contains(&code)) => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lose_case_and_separators() {
        let mut words = Words::default();
        words.read("  Flat 12B, St. Mary's-Straße\n");
        assert_eq!(words.whole(), "flat12bstmarysstrasse");
        assert_eq!(words.count(), 6);
        assert_eq!(words.run(0, 2), "flat12b");
        assert_eq!(words.run(5, 6), "strasse");
        let mut spaced = String::new();
        words.spaced(2, 5, &mut spaced);
        assert_eq!(spaced, "st mary s");
        words.read(" -- ");
        assert_eq!((words.whole(), words.count()), ("", 0));
    }

    #[test]
    fn dates_and_country_codes_are_recognised() {
        assert!(is_date("2024-03-01") && is_date("2024-03-01T10:00:00Z"));
        assert!(!is_date("01/03/2024") && !is_date("2024-03-01T10:00"));
        assert_eq!(country_code("447700900123"), 2);
        assert_eq!(country_code("12025550123"), 1);
        assert_eq!(country_code("353861234567"), 3);
    }
}
