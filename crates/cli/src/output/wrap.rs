//! Lines that keep within a width: sentences, talk, errors. What stands in backticks, and a date with its time, is
//! never broken: it is to be copied or read as one.

use unicode_width::UnicodeWidthStr as _;

use super::clean::unpainted;

/// Returns how many columns a text takes on a screen; colours take none, an ideogram takes two.
pub(crate) fn columns(text: &str) -> usize {
    unpainted(text).width()
}

/// Breaks a line at blanks into lines of at most `width` columns; those after the first are indented as the first is,
/// and by `indent` more. A line that fits stays as it is, and so do the blanks within one.
pub(crate) fn lines(text: &str, width: usize, indent: usize) -> Vec<String> {
    if columns(text) <= width {
        return vec![text.to_owned()];
    }
    let first = text.chars().take_while(|letter| *letter == ' ').count();
    let further = " ".repeat(first + indent);
    let mut lines = Vec::new();
    let mut line = " ".repeat(first);
    let mut used = first;
    let mut begun = false;
    for (gap, piece) in pieces(text.trim_start_matches(' ')) {
        let wide = columns(&piece);
        if begun && used + gap + wide > width {
            lines.push(std::mem::replace(&mut line, further.clone()));
            used = first + indent;
            begun = false;
        }
        if begun {
            line.push_str(&" ".repeat(gap));
            used += gap;
        }
        line.push_str(&piece);
        used += wide;
        begun = true;
    }
    lines.push(line);
    lines
}

/// Returns the parts of a line that stay whole, each with the blanks before it.
fn pieces(text: &str) -> Vec<(usize, String)> {
    let mut pieces: Vec<(usize, String)> = Vec::new();
    let mut gap = 0;
    let mut quoted = false;
    // How far the last piece is a date: 1 the day, 2 the time of day, 0 neither.
    let mut dated = 0;
    for word in text.split(' ') {
        if word.is_empty() {
            gap += 1;
            continue;
        }
        let seen = unpainted(word);
        let bare = seen.trim_matches(|letter: char| !letter.is_ascii_alphanumeric());
        let joins = quoted
            || match dated {
                1 => has_shape(bare, "00:00:00"),
                2 => bare == "UTC",
                _ => false,
            };
        match pieces.last_mut().filter(|_| joins) {
            Some((_, piece)) => {
                piece.push_str(&" ".repeat(gap));
                piece.push_str(word);
                dated = if dated == 1 { 2 } else { 0 };
            }
            None => {
                pieces.push((gap, word.to_owned()));
                dated = u8::from(has_shape(bare, "0000-00-00"));
            }
        }
        if word.matches('`').count() % 2 == 1 {
            quoted = !quoted;
        }
        gap = 1;
    }
    pieces
}

/// Tells whether a text has digits where the pattern has `0`, and else what the pattern has.
fn has_shape(text: &str, pattern: &str) -> bool {
    text.len() == pattern.len()
        && text.bytes().zip(pattern.bytes()).all(|(byte, wanted)| match wanted {
            b'0' => byte.is_ascii_digit(),
            other => byte == other,
        })
}

/// Returns a text that takes at most `width` columns: what is too much is cut off, and `…` says so.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let mut cut = String::new();
    for letter in text.chars() {
        let mut longer = cut.clone();
        longer.push(letter);
        if columns(&longer) >= width {
            break;
        }
        cut = longer;
    }
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_backticks_and_a_date_stay_whole() {
        let text = "hint: run `landfall migration sign acme 3` by 2026-02-03 09:00:02 UTC or later";
        assert_eq!(
            lines(text, 24, 2),
            [
                "hint: run",
                "  `landfall migration sign acme 3`",
                "  by",
                "  2026-02-03 09:00:02 UTC",
                "  or later",
            ]
        );
    }

    #[test]
    fn blanks_and_colours_do_not_count_as_words() {
        assert_eq!(lines("  a  b", 80, 2), ["  a  b"]);
        assert_eq!(lines("\u{1b}[31mabc\u{1b}[0m  d", 6, 2), ["\u{1b}[31mabc\u{1b}[0m  d"]);
        assert_eq!(lines("  one two  three", 9, 2), ["  one two", "    three"]);
        assert_eq!(columns("臨床"), 4);
    }

    #[test]
    fn what_is_cut_says_so() {
        assert_eq!(cut("load migration output", 10), "load migr…");
        assert_eq!(cut("short", 10), "short");
    }
}
