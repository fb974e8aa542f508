//! What data may not bring to a screen: line breaks, control characters, marks that turn the direction of writing.
//!
//! Data is anybody's: a reason, a name, a comment, the value of a record. It never begins a line of its own, and never
//! sends a sequence to a terminal. The only sequences that pass are the colours that this program writes itself.

use std::borrow::Cow;

/// What begins a sequence to a terminal.
const ESCAPE: char = '\u{1b}';
/// The ends of the sequences that this program writes: bold, dim, red, green, yellow, and the end of all.
const OWN: [&str; 6] = ["[0m", "[1m", "[2m", "[31m", "[32m", "[33m"];
/// Ends every colour.
const RESET: &str = "\u{1b}[0m";

/// Tells whether a character must not reach a screen as it is.
fn is_foreign(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Returns what stands on a screen instead of a character.
fn shown(letter: char) -> char {
    match letter {
        '\n' | '\u{2028}' | '\u{2029}' => '\u{23ce}',
        '\r' | '\t' => ' ',
        foreign if is_foreign(foreign) => '\u{fffd}',
        plain => plain,
    }
}

/// Returns a piece of data as it may stand within a line: a line break is shown as `⏎`, what else is no letter as `�`.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    if text.contains(is_foreign) {
        text.chars().map(shown).collect::<String>().into()
    } else {
        text.into()
    }
}

/// Returns a line as it may be written to a screen: as [`plain`], but that tabs stay, and this program's own colours
/// where it paints. A colour that is not ended is ended.
pub(crate) fn line(text: &str, painted: bool) -> Cow<'_, str> {
    if !text.contains(is_foreign) {
        return text.into();
    }
    let mut line = String::with_capacity(text.len());
    let mut open = false;
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let behind = rest.get(letter.len_utf8()..).unwrap_or_default();
        let own = OWN.iter().find(|end| painted && letter == ESCAPE && behind.starts_with(**end));
        match own {
            Some(end) => {
                line.push(ESCAPE);
                line.push_str(end);
                open = *end != "[0m";
                rest = behind.get(end.len()..).unwrap_or_default();
            }
            None => {
                // A script that is compared line by line keeps its tabs.
                line.push(if letter == '\t' { letter } else { shown(letter) });
                rest = behind;
            }
        }
    }
    if open {
        line.push_str(RESET);
    }
    line.into()
}

/// Returns a text without this program's own colours: what a reader sees of it.
pub(crate) fn unpainted(text: &str) -> Cow<'_, str> {
    if !text.contains(ESCAPE) {
        return text.into();
    }
    let bare =
        OWN.iter().fold(text.to_owned(), |text, end| text.replace(&format!("{ESCAPE}{end}"), ""));
    bare.into()
}

/// Returns the text of a JSON value with nothing in it that a terminal would obey: the value is the same.
pub(crate) fn json(text: &str) -> Cow<'_, str> {
    if !text.contains(is_foreign) {
        return text.into();
    }
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_foreign(letter) {
            // All of them have four digits.
            escaped.push_str(&format!("\\u{:04x}", u32::from(letter)));
        } else {
            escaped.push(letter);
        }
    }
    escaped.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_begins_no_line_and_sends_no_sequence() {
        assert_eq!(plain("typo\n  95  approved"), "typo⏎  95  approved");
        assert_eq!(
            plain("Z\u{1b}]0;PWNED\u{7}\tX\u{202e}a"),
            "Z\u{fffd}]0;PWNED\u{fffd} X\u{fffd}a"
        );
        assert_eq!(plain("Zürich, 東京"), "Zürich, 東京");
    }

    #[test]
    fn the_colours_of_this_program_pass_and_end() {
        assert_eq!(line("\u{1b}[31mx\u{1b}[0m", true), "\u{1b}[31mx\u{1b}[0m");
        assert_eq!(line("\u{1b}[31mx", true), "\u{1b}[31mx\u{1b}[0m");
        assert_eq!(line("\u{1b}[8mx\u{1b}[2J", true), "\u{fffd}[8mx\u{fffd}[2J");
        assert_eq!(line("\u{1b}[31mx", false), "\u{fffd}[31mx");
        assert_eq!(unpainted("\u{1b}[1mname\u{1b}[0m x"), "name x");
    }

    #[test]
    fn json_keeps_its_value() {
        let value = serde_json::json!({ "name": "a\u{202e}b\u{9b}c\nd" });
        let text = value.to_string();
        let escaped = json(&text);
        assert!(escaped.is_ascii(), "{escaped}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&escaped).unwrap(), value);
    }
}
