//! Rows and columns of text, and pairs of name and value.

use super::colour::{Colour, Tone};

/// The columns that a wrapped last column has at least; below that it is left as long as it is.
const NARROWEST: usize = 24;
/// The spaces between two columns.
const GAP: usize = 2;

/// One field of a table.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cell {
    text: String,
    tone: Option<Tone>,
    right: bool,
}

impl Cell {
    /// Makes a field in the colour of a tone.
    pub(crate) fn toned(text: impl Into<String>, tone: Tone) -> Self {
        Self { text: text.into(), tone: Some(tone), right: false }
    }

    /// Makes a number, aligned to the right.
    pub(crate) fn number(number: u64) -> Self {
        Self { text: super::number::grouped(number), tone: None, right: true }
    }

    /// Makes a field of a value that may be missing.
    pub(crate) fn maybe(value: Option<impl ToString>) -> Self {
        Self {
            text: value.map_or_else(|| "-".to_owned(), |value| value.to_string()),
            tone: None,
            right: false,
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self { text: text.to_owned(), tone: None, right: false }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self { text, tone: None, right: false }
    }
}

/// Rows under headings.
#[derive(Debug, Default)]
pub(crate) struct Table {
    headings: Vec<String>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// Starts a table; with no headings it shows none.
    pub(crate) fn new<T: Into<String>>(headings: impl IntoIterator<Item = T>) -> Self {
        Self { headings: headings.into_iter().map(Into::into).collect(), rows: Vec::new() }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Tells whether it has no rows.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Returns the lines. With a width, the last column wraps so that no line is longer.
    pub(crate) fn render(&self, width: Option<usize>, colour: Colour) -> Vec<String> {
        let columns =
            self.rows.iter().map(Vec::len).chain([self.headings.len()]).max().unwrap_or(0);
        let mut widths = vec![0; columns];
        let headings: Vec<Cell> = self
            .headings
            .iter()
            .map(|heading| Cell::toned(heading.as_str(), Tone::Heading))
            .collect();
        for row in self.rows.iter().chain([&headings]) {
            for (index, cell) in row.iter().enumerate() {
                widths[index] = widths[index].max(cell.text.chars().count());
            }
        }
        let mut lines = Vec::new();
        if !headings.is_empty() {
            render_row(&headings, &widths, width, colour, &mut lines);
        }
        for row in &self.rows {
            render_row(row, &widths, width, colour, &mut lines);
        }
        lines
    }
}

fn render_row(
    row: &[Cell],
    widths: &[usize],
    width: Option<usize>,
    colour: Colour,
    lines: &mut Vec<String>,
) {
    let mut line = String::new();
    let mut used = 0;
    for (index, cell) in row.iter().enumerate() {
        let is_last = index + 1 == row.len();
        if is_last && !cell.right {
            let room =
                width.map(|width| width.saturating_sub(used)).filter(|room| *room >= NARROWEST);
            let pieces = match room {
                Some(room) => wrap(&cell.text, room),
                None => vec![cell.text.clone()],
            };
            for (number, piece) in pieces.iter().enumerate() {
                if number > 0 {
                    lines.push(std::mem::take(&mut line).trim_end().to_owned());
                    line = " ".repeat(used);
                }
                line.push_str(&painted(cell.tone, piece, colour));
            }
            break;
        }
        let length = cell.text.chars().count();
        let padding = " ".repeat(widths[index].saturating_sub(length));
        let text = painted(cell.tone, &cell.text, colour);
        if cell.right {
            line.push_str(&padding);
            line.push_str(&text);
        } else {
            line.push_str(&text);
            line.push_str(&padding);
        }
        if !is_last {
            line.push_str(&" ".repeat(GAP));
        }
        used += widths[index] + GAP;
    }
    lines.push(line.trim_end().to_owned());
}

fn painted(tone: Option<Tone>, text: &str, colour: Colour) -> String {
    tone.map_or_else(|| text.to_owned(), |tone| colour.paint(tone, text))
}

/// Breaks a text at spaces into lines of at most `width` columns; a longer word stays whole.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        let letters = word.chars().count();
        if length > 0 && length + 1 + letters > width {
            lines.push(std::mem::take(&mut line));
            length = 0;
        }
        if length > 0 {
            line.push(' ');
            length += 1;
        }
        line.push_str(word);
        length += letters;
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Table {
        let mut table = Table::new(["name", "rows", "why"]);
        table.row([
            "site".into(),
            Cell::number(1200),
            "the lifecycle lists sites among what passes to VAL".into(),
        ]);
        table.row(["role".into(), Cell::number(4), "short".into()]);
        table
    }

    #[test]
    fn a_row_is_one_line_where_no_width_is_given() {
        let expected = [
            "name  rows   why",
            "site  1,200  the lifecycle lists sites among what passes to VAL",
            "role      4  short",
        ];
        assert_eq!(sample().render(None, Colour::OFF), expected);
    }

    #[test]
    fn the_last_column_wraps_to_the_width() {
        let expected = [
            "name  rows   why",
            "site  1,200  the lifecycle lists sites",
            "             among what passes to VAL",
            "role      4  short",
        ];
        assert_eq!(sample().render(Some(40), Colour::OFF), expected);
    }

    #[test]
    fn a_text_is_broken_at_its_spaces_only() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("averylongword x", 4), ["averylongword", "x"]);
        assert_eq!(wrap("", 4), [""]);
    }
}
