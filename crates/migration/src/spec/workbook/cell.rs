//! What stands in a cell: texts as they are, and a way to write those that a workbook would change.

use std::fmt::Write as _;

/// The most characters of a cell, counted as Excel counts (UTF-16 units).
pub(super) const LONGEST: usize = 32_767;

/// An empty text, where an empty cell means something else.
const EMPTY: &str = "\\e";

/// Writes a text so that a workbook gives it back: `\` doubled, `\u{..}` for control characters but the line break, for
/// white space at both ends, and for `_` where the file format would read `_x0041_` as a character.
pub(super) fn encode(text: &str) -> String {
    if text.is_empty() {
        return EMPTY.to_owned();
    }
    let first = text.len() - text.trim_start().len();
    let last = text.trim_end().len();
    let mut encoded = String::with_capacity(text.len());
    for (at, character) in text.char_indices() {
        let at_an_end = at < first || at >= last;
        let is_code =
            character == '_' && text.get(at + 1..).is_some_and(|rest| rest.starts_with(['x', 'X']));
        let escaped = at_an_end
            || is_code
            || (character.is_control() && character != '\n')
            || matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}');
        if character == '\\' {
            encoded.push_str("\\\\");
        } else if escaped {
            // Writing to a text does not fail.
            let _ = write!(encoded, "\\u{{{:x}}}", u32::from(character));
        } else {
            encoded.push(character);
        }
    }
    encoded
}

/// Reads what [`encode`] wrote. A `\` before anything else stands for itself, as people type it.
pub(super) fn decode(cell: &str) -> String {
    if cell == EMPTY {
        return String::new();
    }
    let mut text = String::with_capacity(cell.len());
    let mut rest = cell;
    while let Some(at) = rest.find('\\') {
        let (before, after) = rest.split_at(at);
        text.push_str(before);
        if let Some(behind) = after.strip_prefix("\\\\") {
            text.push('\\');
            rest = behind;
        } else if let Some((character, behind)) = escaped(after) {
            text.push(character);
            rest = behind;
        } else {
            text.push('\\');
            rest = after.strip_prefix('\\').unwrap_or_default();
        }
    }
    text.push_str(rest);
    text
}

fn escaped(text: &str) -> Option<(char, &str)> {
    let (digits, behind) = text.strip_prefix("\\u{")?.split_once('}')?;
    Some((char::from_u32(u32::from_str_radix(digits, 16).ok()?)?, behind))
}

/// Returns the name of a cell, such as `B7`, from its row and column counted from 0.
pub(super) fn name(row: u32, column: u32) -> String {
    let mut letters = Vec::new();
    let mut left = u64::from(column) + 1;
    while left > 0 {
        let digit = u8::try_from((left - 1) % 26).unwrap_or_default();
        letters.push(char::from(b'A' + digit));
        left = (left - 1) / 26;
    }
    let letters: String = letters.into_iter().rev().collect();
    format!("{letters}{}", u64::from(row) + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cells_have_the_names_that_excel_gives_them() {
        assert_eq!(name(0, 0), "A1");
        assert_eq!(name(6, 25), "Z7");
        assert_eq!(name(6, 26), "AA7");
        assert_eq!(name(1_048_575, 16_383), "XFD1048576");
    }

    #[test]
    fn what_people_type_is_taken_as_it_stands() {
        for text in ["C:\\dump", "\\d+", "a\nb", "\\u{zz}"] {
            assert_eq!(decode(text), text);
        }
        assert_eq!(encode(" a_x000D_\r"), "\\u{20}a\\u{5f}x000D_\\u{d}");
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text in any::<String>()) {
            prop_assert_eq!(decode(&encode(&text)), text);
        }

        #[test]
        fn backslashes_come_back(text in r"[\\eu{}0-9a \n_x]{0,12}") {
            prop_assert_eq!(decode(&encode(&text)), text);
        }
    }
}
