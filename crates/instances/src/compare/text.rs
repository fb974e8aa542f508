//! Texts as they are compared: what nobody can see does not count.

use landfall_core::digest::Digest;

/// What an invisible character counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Invisible {
    /// As nothing.
    Nothing,
    /// As a space.
    Space,
}

/// Tells whether a character is invisible.
///
/// Zero-width joiners and the marks of writing direction are not: they change how a text reads, and a script in which
/// one of them was hidden must not count as unchanged.
fn invisible(character: char) -> Option<Invisible> {
    match character {
        // Soft hyphen, zero-width space, word joiner, byte order mark.
        '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}' => Some(Invisible::Nothing),
        // No-break space, figure space, narrow no-break space.
        '\u{a0}' | '\u{2007}' | '\u{202f}' => Some(Invisible::Space),
        _ => None,
    }
}

/// Writes line ends as LF, spaces as plain spaces, and leaves characters without width out.
pub(super) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, invisible(character)) {
            ('\r', _) => {
                folded.push('\n');
                if characters.peek() == Some(&'\n') {
                    characters.next();
                }
            }
            (_, Some(Invisible::Nothing)) => {}
            (_, Some(Invisible::Space)) => folded.push(' '),
            (visible, None) => folded.push(visible),
        }
    }
    folded
}

/// Writes a script or template so that two that look the same are the same: line ends as LF, no blanks at the end of a
/// line, no empty lines at the end, no-break spaces as spaces, and neither zero-width spaces nor byte order marks.
#[must_use]
pub fn normalise_script(text: &str) -> String {
    let folded = folded(text);
    let lines: Vec<&str> =
        folded.split('\n').map(|line| line.trim_end_matches([' ', '\t'])).collect();
    let last = lines.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
    lines.into_iter().take(last).collect::<Vec<_>>().join("\n")
}

/// Returns the SHA-256 of a script or template in the form of [`normalise_script`]: scripts that look the same have
/// the same checksum.
#[must_use]
pub fn script_checksum(text: &str) -> Digest {
    Digest::of(normalise_script(text).as_bytes())
}

/// Writes invisible and control characters as their numbers, so that two names that look the same can be told apart.
pub(super) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() || invisible(character).is_some() {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_that_look_the_same_are_the_same() {
        let plain = "a = 1\n\n  b = 'x y'";
        for same in [
            "a = 1\r\n\r\n  b = 'x y'\r\n",
            "a = 1\r\r  b = 'x y'",
            "\u{feff}a = 1  \n\t\n  b\u{200b} = 'x\u{a0}y' \t\n\n \n",
            "a\u{2060} =\u{202f}1\n\n  b = 'x y'\n",
        ] {
            assert_eq!(normalise_script(same), plain, "{same:?}");
            assert_eq!(script_checksum(same), script_checksum(plain), "{same:?}");
        }
        assert_eq!(normalise_script(plain), plain);
        assert_eq!(normalise_script(" \r\n\t\n"), "");
    }

    #[test]
    fn what_changes_the_meaning_stays() {
        let plain = "a = 1";
        for other in [" a = 1", "a = 1\n;", "a =  1", "a\u{200d} = 1", "a = \u{202e}1", "A = 1"] {
            assert_ne!(script_checksum(other), script_checksum(plain), "{other:?}");
        }
    }

    #[test]
    fn a_text_keeps_its_blanks_when_it_is_no_script() {
        assert_eq!(folded("a \u{200b}\r\n"), "a \n");
    }

    #[test]
    fn names_show_what_is_invisible() {
        assert_eq!(visible("Le\u{200b}eds\u{a0}\n"), "Le\\u{200b}eds\\u{a0}\\u{a}");
        assert_eq!(visible("Zürich 2"), "Zürich 2");
    }
}
