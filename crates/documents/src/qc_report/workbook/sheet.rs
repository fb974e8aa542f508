//! One sheet of the workbook, written from top to bottom: how its cells look, and rows as tall as their texts.

use std::borrow::Cow;

use rust_xlsxwriter::{Format, FormatAlign, Formula, Workbook, Worksheet, XlsxError};

use crate::qc_report::Facts;

/// A cell of a workbook holds 32,767 units of UTF-16; a letter takes two at most.
const MOST_LETTERS: usize = 16_000;

/// A4, as workbooks number sizes of paper.
const A4: u8 = 9;

/// The points of a line of text, and the most points of a row that Excel takes.
const LINE: u32 = 15;
const TALLEST: u32 = 409;

/// A digit, in the parts in which widths are counted here; the width of a column is counted in digits.
const DIGIT: u32 = 10;
const BLANK: u32 = 7;

/// How cells look.
pub(super) struct Looks {
    heading: Format,
    text: Format,
    number: Format,
    total: Format,
    total_number: Format,
}

impl Looks {
    pub(super) fn new() -> Self {
        let top = || Format::new().set_align(FormatAlign::Top);
        // Indented, so that a number does not touch the text of the next column.
        let number =
            |look: Format| look.set_align(FormatAlign::Right).set_indent(1).set_num_format("#,##0");
        Self {
            heading: top().set_bold().set_text_wrap(),
            text: top().set_text_wrap(),
            number: number(top()),
            total: top().set_bold(),
            total_number: number(top().set_bold()),
        }
    }
}

/// A sheet that is written from top to bottom.
pub(super) struct Sheet<'w> {
    sheet: &'w mut Worksheet,
    looks: &'w Looks,
    /// The width of each column, in digits.
    widths: Vec<u16>,
    /// The next row, counted from 0.
    pub(super) row: u32,
    column: u16,
    /// The lines of the tallest text of the row so far.
    lines: u32,
    /// Whether the row is that of the totals.
    pub(super) total: bool,
}

impl<'w> Sheet<'w> {
    pub(super) fn add(
        workbook: &'w mut Workbook,
        name: &str,
        looks: &'w Looks,
        facts: &Facts,
    ) -> Result<Self, XlsxError> {
        let sheet = workbook.add_worksheet();
        sheet.set_name(name)?;
        sheet.set_paper_size(A4).set_landscape().set_print_fit_to_pages(1, 0);
        sheet.set_repeat_rows(0, 0)?;
        sheet.set_freeze_panes(1, 0)?;
        // The number of a document has no `&`, which would begin a code.
        sheet.set_footer(format!("&L{}&C&A&RPage &P of &N", facts.number));
        Ok(Self { sheet, looks, widths: Vec::new(), row: 0, column: 0, lines: 1, total: false })
    }

    /// Writes the first row: each heading with the width of its column in digits.
    pub(super) fn headings(&mut self, headings: &[(&str, u16)]) -> Result<(), XlsxError> {
        let looks = self.looks;
        for (heading, width) in headings {
            self.sheet.set_column_width(self.column, f64::from(*width))?;
            self.widths.push(*width);
            self.write(heading, &looks.heading)?;
        }
        self.end()
    }

    /// Writes a text, which is never taken for a formula. Nothing is written for an empty one.
    pub(super) fn text(&mut self, text: &str) -> Result<(), XlsxError> {
        if text.is_empty() {
            self.column += 1;
            return Ok(());
        }
        let looks = self.looks;
        let look = if self.total { &looks.total } else { &looks.text };
        self.write(&fitting(text), look)
    }

    pub(super) fn texts(&mut self, texts: &[&str]) -> Result<(), XlsxError> {
        texts.iter().try_for_each(|text| self.text(text))
    }

    fn write(&mut self, text: &str, look: &Format) -> Result<(), XlsxError> {
        self.sheet.write_string_with_format(self.row, self.column, text, look)?;
        let width = self.widths.get(usize::from(self.column)).copied().unwrap_or(1);
        self.lines = self.lines.max(lines(text, width));
        self.column += 1;
        Ok(())
    }

    pub(super) fn number(&mut self, number: u64) -> Result<(), XlsxError> {
        let look = if self.total { &self.looks.total_number } else { &self.looks.number };
        self.sheet.write_number_with_format(self.row, self.column, exact(number), look)?;
        self.column += 1;
        Ok(())
    }

    /// Writes the formula of a number with the result that it has, for readers that do not compute.
    pub(super) fn formula(
        &mut self,
        formula: &str,
        result: impl ToString,
    ) -> Result<(), XlsxError> {
        let looks = self.looks;
        let look = if self.total { &looks.total_number } else { &looks.number };
        self.computed(formula, result.to_string(), look)
    }

    /// Writes the formula of a word, such as that of a check, with the result that it has.
    pub(super) fn verdict(&mut self, formula: &str, result: &str) -> Result<(), XlsxError> {
        let looks = self.looks;
        let look = if self.total { &looks.total } else { &looks.text };
        self.computed(formula, result.to_owned(), look)
    }

    fn computed(&mut self, formula: &str, result: String, look: &Format) -> Result<(), XlsxError> {
        let formula = Formula::new(formula).set_result(result);
        self.sheet.write_formula_with_format(self.row, self.column, formula, look)?;
        self.column += 1;
        Ok(())
    }

    /// Ends the row and makes it as tall as its texts. Excel does that by itself, LibreOffice does not. A text that no
    /// row holds is cut in view; the cell has all of it.
    pub(super) fn end(&mut self) -> Result<(), XlsxError> {
        if self.lines > 1 {
            let height = self.lines.saturating_mul(LINE).min(TALLEST);
            self.sheet.set_row_height(self.row, height)?;
        }
        self.row += 1;
        self.column = 0;
        self.lines = 1;
        Ok(())
    }

    /// Returns the number of the row at hand, as formulas count.
    pub(super) fn line(&self) -> u32 {
        self.row + 1
    }
}

/// Returns a number as cells hold it; exact up to 2^53.
fn exact(number: u64) -> f64 {
    let half = |bits: u64| f64::from(u32::try_from(bits).unwrap_or(u32::MAX));
    half(number >> 32) * 4_294_967_296.0 + half(number & u64::from(u32::MAX))
}

/// Cuts a text that no cell can hold, and says so.
fn fitting(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(MOST_LETTERS) {
        None => Cow::Borrowed(text),
        Some((end, _)) => {
            let kept = text.get(..end).unwrap_or_default();
            Cow::Owned(format!("{kept} ... (cut here: the facts of the document have all of it)"))
        }
    }
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
    fn a_number_stays_exact() {
        let texts = [0, 1, 4_294_967_296, 9_007_199_254_740_991].map(|n| exact(n).to_string());
        assert_eq!(texts, ["0", "1", "4294967296", "9007199254740991"]);
    }

    #[test]
    fn a_text_takes_the_lines_that_it_is_wrapped_into() {
        for (text, width, expected) in [
            ("", 10, 1),
            ("a\n\nb", 10, 3),
            ("Volunteers > Configure > Medications", 40, 1),
            ("Volunteers > Configure > Medications", 24, 2),
            ("aaaa bb", 7, 1),
            ("aa aaaaaaaaaaa", 5, 4),
        ] {
            assert_eq!(lines(text, width), expected, "{text:?}");
        }
    }
}
