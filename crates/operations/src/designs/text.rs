//! Text: what a text says without the layout of the file that it stood in.

/// Returns a text without blanks around it and at the ends of its lines, and without the indentation that the lines after
/// the first have in common: those are layout. Its line breaks are its own.
pub(super) fn plain(text: &str) -> String {
    if !text.contains('\n') {
        return text.trim().to_owned();
    }
    let lines: Vec<&str> =
        text.trim_end().lines().map(str::trim_end).skip_while(|line| line.is_empty()).collect();
    // The first line may follow a start tag, so its indentation says nothing of the others.
    let shared = lines
        .iter()
        .skip(1)
        .filter(|line| !line.is_empty())
        .map(|line| indentation(line))
        .reduce(common)
        .unwrap_or_default();
    let lines: Vec<&str> = lines
        .iter()
        .map(|line| line.strip_prefix(shared).unwrap_or_else(|| line.trim_start()))
        .collect();
    lines.join("\n").trim().to_owned()
}

/// Returns a name as one line.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn indentation(line: &str) -> &str {
    let text = line.trim_start();
    line.get(..line.len() - text.len()).unwrap_or_default()
}

/// Returns what two texts begin with.
fn common<'a>(one: &'a str, other: &str) -> &'a str {
    let differs = one.char_indices().zip(other.chars()).find(|((_, a), b)| a != b);
    let end = differs.map_or(one.len().min(other.len()), |((at, _), _)| at);
    one.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_stay_and_the_layout_of_the_file_goes() {
        for (text, said) in [
            ("Age", "Age"),
            ("  two  blanks \t", "two  blanks"),
            ("\n      What is\n      your sex?\n    ", "What is\nyour sex?"),
            ("What is\n      your sex?", "What is\nyour sex?"),
            ("Line one\nLine two\n\n  - bullet", "Line one\nLine two\n\n  - bullet"),
            ("\n\t\tfirst\n\n\t\t  second  \n\t\tthird", "first\n\n  second\nthird"),
            ("\n  \t one\n  \n\ttwo", "one\n\ntwo"),
            ("\r\n  one\r\n  two\r\n", "one\ntwo"),
            ("\n\u{a0}\n", ""),
            ("", ""),
        ] {
            assert_eq!(plain(text), said, "{text:?}");
            assert_eq!(plain(said), said, "what is read again is the same: {text:?}");
        }
    }

    #[test]
    fn a_name_has_one_line() {
        assert_eq!(one_line("\n  Landfall \n one "), "Landfall one");
    }
}
