//! Which characters a page can show.
//!
//! PDF/A forbids a character without a glyph, and a record must not hide one: a character that the embedded fonts lack, that
//! is invisible, or that turns the direction of the text is written as its code point, `[U+200B]`.

use std::fmt::Write as _;

use serde_json::Value;

use crate::world;

/// Returns the value with every text made printable; names of fields stay.
pub(crate) fn printable(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(printable_text(&text)),
        Value::Array(entries) => Value::Array(entries.into_iter().map(printable).collect()),
        Value::Object(fields) => Value::Object(
            fields.into_iter().map(|(name, field)| (name, printable(field))).collect(),
        ),
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}

/// Returns the text with what cannot be shown written as code points; tabs and line ends become one space or one line end.
pub(crate) fn printable_text(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.replace("\r\n", "\n").chars() {
        match character {
            '\n' | '\u{20}'..='\u{7e}' => shown.push(character),
            '\t' | '\r' => shown.push(' '),
            _ if is_hidden(character) || !world::has_glyph(character) => {
                // Writing to a text cannot fail.
                let _ = write!(shown, "[U+{:04X}]", u32::from(character));
            }
            _ => shown.push(character),
        }
    }
    shown
}

/// Tells whether a reader would not see the character, would see others in a false order, or whether no standard gives it a meaning.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{ffff}'
                | '\u{e000}'..='\u{f8ff}'
                | '\u{e0000}'..='\u{10ffff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_cannot_show_is_written_as_its_code_point() {
        assert_eq!(printable_text("Łódź, Ελλάδα, «ß» €"), "Łódź, Ελλάδα, «ß» €");
        assert_eq!(printable_text("a\tb\r\nc\rd"), "a b\nc d");
        assert_eq!(printable_text("a\u{200b}b\u{202e}c\0"), "a[U+200B]b[U+202E]c[U+0000]");
        assert_eq!(printable_text("日"), "[U+65E5]");
        assert_eq!(printable_text("\u{e000}😀"), "[U+E000][U+1F600]");
    }

    #[test]
    fn texts_at_every_depth_are_made_printable_and_other_values_stay() {
        let value = serde_json::json!({"a": [{"b": "x\u{feff}"}, 7, null, true]});
        let expected = serde_json::json!({"a": [{"b": "x[U+FEFF]"}, 7, null, true]});
        assert_eq!(printable(value), expected);
    }
}
