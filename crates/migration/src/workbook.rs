//! How the sheets look that people review, on a screen and on paper: every row as tall as its texts.

use rust_xlsxwriter::{Worksheet, XlsxError};

/// A4, as workbooks number sizes of paper.
const A4: u8 = 9;

/// The points of a line of text, and the most points of a row that Excel takes.
const LINE: u32 = 15;
const TALLEST: u32 = 409;

/// A digit, in the parts in which widths are counted here; the width of a column is counted in digits.
const DIGIT: u32 = 10;
const BLANK: u32 = 7;

/// Sets a sheet up: its first row stays in view and stands on every page of paper, and a page is as wide as the sheet.
pub(crate) fn set_up(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_paper_size(A4).set_landscape().set_print_fit_to_pages(1, 0);
    sheet.set_repeat_rows(0, 0)?;
    sheet.set_footer("&C&A&RPage &P of &N");
    Ok(())
}

/// Makes a row as tall as its texts, each given with the width of its column. Excel does that by itself, LibreOffice
/// does not. A text that no row holds is cut in view; the cell has all of it.
pub(crate) fn fit<'t>(
    sheet: &mut Worksheet,
    row: u32,
    texts: impl IntoIterator<Item = (&'t str, u16)>,
) -> Result<(), XlsxError> {
    let lines = texts.into_iter().map(|(text, width)| lines(text, width)).max().unwrap_or(1);
    if lines > 1 {
        sheet.set_row_height(row, lines.saturating_mul(LINE).min(TALLEST))?;
    }
    Ok(())
}

/// Returns how many lines a text takes in a column. The letters of Excel's own font and of those that stand in for it
/// are guessed, so a row may have a line too many.
fn lines(text: &str, width: u16) -> u32 {
    let room = u32::from(width.max(1)) * DIGIT;
    text.split('\n').map(|line| wrapped(line, room)).sum()
}

fn wrapped(line: &str, room: u32) -> u32 {
    let (mut lines, mut used) = (1, 0);
    for word in line.split(' ') {
        let wide: u32 = word.chars().map(letter).sum();
        if used > 0 && used + BLANK + wide > room {
            lines += 1;
            used = 0;
        } else if used > 0 {
            used += BLANK;
        }
        if wide > room {
            // A word that no line holds is broken.
            lines += (wide - 1) / room;
            used = (wide - 1) % room + 1;
        } else {
            used += wide;
        }
    }
    lines
}

fn letter(sign: char) -> u32 {
    match sign {
        'i' | 'j' | 'l' | 't' | 'f' | 'r' | 'I' | '.' | ',' | ':' | ';' | '!' | '|' | '\''
        | '(' | ')' | '[' | ']' | '-' | '/' => BLANK,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 16,
        'A'..='Z' => 12,
        // From here on there are scripts whose signs are as wide as they are tall.
        '\u{1100}'.. => 2 * DIGIT,
        _ => DIGIT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_takes_the_lines_that_it_is_wrapped_into() {
        for (text, width, expected) in [
            ("", 10, 1),
            ("a\n\nb", 10, 3),
            ("aaaa bb", 7, 1),
            ("aaaa bbbb", 5, 2),
            ("aa aaaaaaaaaaa", 5, 4),
            ("AAAA", 4, 2),
            ("\u{65e5}\u{672c}", 3, 2),
        ] {
            assert_eq!(lines(text, width), expected, "{text:?}");
        }
    }
}
