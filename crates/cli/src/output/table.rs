//! Rows and columns of text, and pairs of name and value.

use unicode_width::UnicodeWidthStr as _;

use super::{
    clean::plain,
    colour::{Colour, Tone},
};

/// The columns that a wrapped column of text has at least.
const READABLE: usize = 12;
/// What stands for a value that is missing.
const NONE: &str = "-";
/// The spaces between two columns.
const GAP: usize = 2;

/// One field of a table: one line, whatever the data holds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cell {
    text: String,
    tone: Option<Tone>,
    right: bool,
}

impl Cell {
    /// Makes a field in the colour of a tone.
    pub(crate) fn toned(text: impl Into<String>, tone: Tone) -> Self {
        let text: String = text.into();
        Self { tone: Some(tone), ..Self::from(text) }
    }

    /// Makes a number, aligned to the right.
    pub(crate) fn number(number: u64) -> Self {
        Self { text: super::number::grouped(number), tone: None, right: true }
    }

    /// Makes a field of a value that may be missing.
    pub(crate) fn maybe(value: Option<impl ToString>) -> Self {
        Self {
            text: value
                .map_or_else(|| NONE.to_owned(), |value| plain(&value.to_string()).into_owned()),
            tone: None,
            right: false,
        }
    }

    /// Returns the columns below which something of it would be broken that must stay whole.
    fn narrowest(&self) -> usize {
        // The name of a fact or of a column stays on one line.
        if self.right || self.tone == Some(Tone::Heading) {
            return length(&self.text);
        }
        let indent = self.text.chars().take_while(|letter| *letter == ' ').count();
        indent + units(&self.text).iter().map(|unit| length(unit)).max().unwrap_or(0)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self { text: plain(text).into_owned(), tone: None, right: false }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
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

    /// Returns the lines. Without a width every row is one line. With one, columns of text are wrapped at words so that
    /// no line is longer; where the columns do not fit even so, every row becomes a small block of `field: value`.
    pub(crate) fn render(&self, width: Option<usize>, colour: Colour) -> Vec<String> {
        let headings: Vec<Cell> = self
            .headings
            .iter()
            .map(|heading| Cell::toned(heading.as_str(), Tone::Heading))
            .collect();
        let titled = !headings.is_empty();
        let mut rows: Vec<&[Cell]> = Vec::new();
        if titled {
            rows.push(&headings);
        }
        rows.extend(self.rows.iter().map(Vec::as_slice));
        let mut lines = Vec::new();
        let Some(width) = width else {
            let widths = Columns::of(rows.iter().copied()).natural;
            rows.iter().for_each(|row| render_row(row, &widths, colour, &mut lines));
            return lines;
        };
        if titled {
            match Columns::of(rows.iter().copied()).within(width) {
                Some(widths) => {
                    rows.iter().for_each(|row| render_row(row, &widths, colour, &mut lines));
                }
                None => self
                    .rows
                    .iter()
                    .for_each(|row| render_block(row, &self.headings, width, colour, &mut lines)),
            }
            return lines;
        }
        // Without headings the rows are pairs of name and value: only those that do not fit become blocks.
        let mut fitting = vec![true; rows.len()];
        let widths = loop {
            let left = || rows.iter().zip(&fitting).filter(|(_, fits)| **fits);
            if let Some(widths) = Columns::of(left().map(|(row, _)| *row)).within(width) {
                break widths;
            }
            let widest = rows
                .iter()
                .enumerate()
                .filter(|(index, _)| fitting.get(*index) == Some(&true))
                .max_by_key(|(_, row)| row.iter().map(Cell::narrowest).sum::<usize>())
                .map(|(index, _)| index);
            match widest.and_then(|index| fitting.get_mut(index)) {
                Some(fits) => *fits = false,
                None => break Vec::new(),
            }
        };
        for (row, fits) in rows.iter().zip(&fitting) {
            if *fits {
                render_row(row, &widths, colour, &mut lines);
            } else {
                render_block(row, &[], width, colour, &mut lines);
            }
        }
        lines
    }
}

/// How wide the columns of some rows are, and how narrow they may be.
#[derive(Debug, Default)]
struct Columns {
    natural: Vec<usize>,
    narrowest: Vec<usize>,
}

impl Columns {
    fn of<'a>(rows: impl Iterator<Item = &'a [Cell]>) -> Self {
        let mut columns = Self::default();
        for row in rows {
            for (index, cell) in row.iter().enumerate() {
                if index >= columns.natural.len() {
                    columns.natural.push(0);
                    columns.narrowest.push(0);
                }
                if let Some(natural) = columns.natural.get_mut(index) {
                    *natural = (*natural).max(length(&cell.text));
                }
                if let Some(narrowest) = columns.narrowest.get_mut(index) {
                    *narrowest = (*narrowest).max(cell.narrowest());
                }
            }
        }
        // What could be a column of single words stays wide enough to be read.
        for (narrowest, natural) in columns.narrowest.iter_mut().zip(&columns.natural) {
            *narrowest = (*narrowest).max(READABLE.min(*natural));
        }
        columns
    }

    /// Returns the widths with which no line is longer than `width`: the widest columns give way first. None where the
    /// columns cannot be made so narrow.
    fn within(&self, width: usize) -> Option<Vec<usize>> {
        let gaps = GAP * self.natural.len().saturating_sub(1);
        let capped = |most: usize| -> Vec<usize> {
            self.natural
                .iter()
                .zip(&self.narrowest)
                .map(|(natural, narrowest)| (*natural).min(most).max(*narrowest))
                .collect()
        };
        let fits = |widths: &Vec<usize>| widths.iter().sum::<usize>() + gaps <= width;
        (0..=width).rev().map(capped).find(fits)
    }
}

fn render_row(row: &[Cell], widths: &[usize], colour: Colour, lines: &mut Vec<String>) {
    let columns: Vec<(&Cell, usize, Vec<String>)> = row
        .iter()
        .zip(widths)
        .map(|(cell, width)| (cell, *width, folded(&cell.text, *width)))
        .collect();
    let height = columns.iter().map(|(_, _, pieces)| pieces.len()).max().unwrap_or(1);
    for number in 0..height {
        let mut line = String::new();
        for (index, (cell, width, pieces)) in columns.iter().enumerate() {
            let piece = pieces.get(number).map_or("", String::as_str);
            let padding = " ".repeat(width.saturating_sub(length(piece)));
            if index > 0 {
                line.push_str(&" ".repeat(GAP));
            }
            if cell.right {
                line.push_str(&padding);
            }
            line.push_str(&painted(cell.tone, piece, colour));
            if !cell.right {
                line.push_str(&padding);
            }
        }
        lines.push(line.trim_end().to_owned());
    }
}

/// Writes a row as `field: value`, as many fields to a line as it holds; what is empty is left out. A line that holds
/// one word that is longer than the line stays as it is.
fn render_block(
    row: &[Cell],
    headings: &[String],
    width: usize,
    colour: Colour,
    lines: &mut Vec<String>,
) {
    let mut line = String::new();
    let mut used = 0;
    let mut first = true;
    let mut end = |line: &mut String| {
        if !line.trim().is_empty() {
            lines.push(std::mem::take(line).trim_end().to_owned());
        }
    };
    for (index, cell) in row.iter().enumerate() {
        let text = cell.text.trim();
        if text.is_empty() || (text == NONE && !headings.is_empty()) {
            continue;
        }
        let name = match headings.get(index) {
            Some(heading) if !heading.is_empty() => format!("{heading}: "),
            Some(_) | None => String::new(),
        };
        let label = length(&name);
        let gap = if first { 0 } else { GAP };
        if used + gap + label + length(text) <= width {
            line.push_str(&" ".repeat(gap));
            line.push_str(&colour.paint(Tone::Heading, &name));
            line.push_str(&painted(cell.tone, text, colour));
            used += gap + label + length(text);
            first = false;
            continue;
        }
        end(&mut line);
        let indent = if first { 0 } else { GAP };
        first = false;
        line = " ".repeat(indent);
        used = indent;
        if label > 0 {
            line.push_str(&colour.paint(Tone::Heading, &name));
            used += label;
        }
        // The label ends with a blank of its own; a unit after another one needs one.
        let mut blank = 0;
        for unit in units(text) {
            let letters = length(&unit);
            if used + blank + letters > width && used > indent {
                end(&mut line);
                used = indent + GAP;
                line = " ".repeat(used);
                blank = 0;
            }
            line.push_str(&" ".repeat(blank));
            line.push_str(&painted(cell.tone, &unit, colour));
            used += blank + letters;
            blank = 1;
        }
    }
    end(&mut line);
}

fn painted(tone: Option<Tone>, text: &str, colour: Colour) -> String {
    tone.map_or_else(|| text.to_owned(), |tone| colour.paint(tone, text))
}

/// Returns the columns that a text takes; an ideogram takes two.
fn length(text: &str) -> usize {
    text.width()
}

/// Returns a text as lines of a column; it stays as it is where it fits, and keeps its indentation where it does not.
fn folded(text: &str, width: usize) -> Vec<String> {
    if length(text) <= width {
        return vec![text.to_owned()];
    }
    let indent: String = text.chars().take_while(|letter| *letter == ' ').collect();
    let room = width.saturating_sub(length(&indent));
    wrap(text, room).into_iter().map(|line| format!("{indent}{line}")).collect()
}

/// Returns the parts of a text that stay whole: its words, and dates with their time and zone.
fn units(text: &str) -> Vec<String> {
    let mut units: Vec<String> = Vec::new();
    // How far the last unit is a date: 1 the day, 2 the time of day, 0 neither.
    let mut dated = 0;
    for word in text.split_whitespace() {
        let bare = word.trim_matches(|letter: char| !letter.is_ascii_alphanumeric());
        let joins = match dated {
            1 => is_figures(bare, b"00:00:00"),
            2 => bare == "UTC",
            _ => false,
        };
        match units.last_mut().filter(|_| joins) {
            Some(unit) => {
                unit.push(' ');
                unit.push_str(word);
                dated = if dated == 1 { 2 } else { 0 };
            }
            None => {
                units.push(word.to_owned());
                dated = u8::from(is_figures(bare, b"0000-00-00"));
            }
        }
    }
    units
}

/// Tells whether a text has digits where the pattern has `0`, and else what the pattern has.
fn is_figures(text: &str, pattern: &[u8]) -> bool {
    text.len() == pattern.len()
        && text.bytes().zip(pattern).all(|(byte, wanted)| match wanted {
            b'0' => byte.is_ascii_digit(),
            other => byte == *other,
        })
}

/// Breaks a text at spaces into lines of at most `width` columns; a longer word stays whole, and so does a date with
/// its time.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for unit in units(text) {
        let letters = length(&unit);
        if used > 0 && used + 1 + letters > width {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        line.push_str(&unit);
        used += letters;
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
    fn the_widest_column_wraps_to_the_width() {
        let expected = [
            "name  rows   why",
            "site  1,200  the lifecycle lists sites",
            "             among what passes to VAL",
            "role      4  short",
        ];
        assert_eq!(sample().render(Some(40), Colour::OFF), expected);
    }

    #[test]
    fn a_row_that_has_no_room_is_a_block() {
        let mut table = Table::new(["package", "kind", "rows", "made", "note"]);
        let digest = "0123456789abcdef".repeat(4);
        table.row([
            digest.clone().into(),
            "configuration".into(),
            Cell::number(233),
            "2026-02-11 09:00:04 UTC".into(),
            "-".into(),
        ]);
        let expected = [
            format!("package: {digest}"),
            "  kind: configuration  rows: 233  made: 2026-02-11 09:00:04 UTC".to_owned(),
        ];
        assert_eq!(table.render(Some(80), Colour::OFF), expected);
    }

    #[test]
    fn a_fact_that_has_no_room_stands_below_its_name() {
        let digest = "0123456789abcdef".repeat(4);
        let mut facts = Table::new::<&str>([]);
        facts.row([Cell::toned("built by operation", Tone::Heading), "11".into()]);
        let text = format!("{digest}, 3 rows");
        facts.row([Cell::toned("policy in force", Tone::Heading), text.into()]);
        let expected = [
            "built by operation  11".to_owned(),
            "policy in force".to_owned(),
            format!("  {digest}, 3 rows"),
        ];
        assert_eq!(facts.render(Some(80), Colour::OFF), expected);
    }

    /// Makes tables of every shape: texts, digests, addresses, numbers, dates, with headings and without.
    fn tables() -> Vec<Table> {
        let digest = "0123456789abcdef".repeat(4);
        let sentence = "expected the key of a row that another section wrote, found another one";
        let texts = [
            sentence.to_owned(),
            digest.clone(),
            "acme/val-2/main acme/val-2/test acme/prod/main".to_owned(),
            "2026-02-11 09:00:04 UTC".to_owned(),
            format!("since 2026-02-11 09:00:04 UTC, {sentence}"),
            String::new(),
            "-".to_owned(),
            "short".to_owned(),
            format!("8 rows, {digest}"),
        ];
        let mut tables = Vec::new();
        for columns in 1..=7 {
            for titled in [true, false] {
                let names = ["a", "the second", "c", "d", "fifth", "f", "g"];
                let headings = names.iter().take(if titled { columns } else { 0 });
                let mut table = Table::new(headings.copied());
                for row in 0..9 {
                    table.row((0..columns).map(|column| {
                        let at = (row * 5 + column * (row + 2)) % (texts.len() + 1);
                        texts.get(at).map_or_else(
                            || Cell::number(1_234_567),
                            |text| Cell::from(text.as_str()),
                        )
                    }));
                }
                tables.push(table);
            }
        }
        tables
    }

    #[test]
    fn no_line_is_longer_than_the_width_and_nothing_is_lost_or_broken() {
        for table in tables() {
            for width in 40..=200 {
                let lines = table.render(Some(width), Colour::OFF);
                for line in &lines {
                    let is_one_word = !line.trim().contains(' ')
                        || units(line.trim()).len() == 1
                        || line.trim().rsplit(": ").next().is_some_and(|last| {
                            units(last).len() == 1 && length(last) + 2 * GAP > width
                        });
                    assert!(length(line) <= width || is_one_word, "{width}: {line}");
                }
                let shown: Vec<&str> =
                    lines.iter().flat_map(|line| line.split_whitespace()).collect();
                for cell in table.rows.iter().flatten().filter(|cell| cell.text != NONE) {
                    for word in cell.text.split_whitespace() {
                        assert!(shown.contains(&word), "{width}: `{word}` is lost or broken");
                    }
                    let date = "2026-02-11 09:00:04 UTC";
                    if cell.text.contains(date) {
                        assert!(lines.iter().any(|line| line.contains(date)), "{width}");
                    }
                }
            }
        }
    }

    #[test]
    fn without_a_width_every_row_is_one_line() {
        for table in tables() {
            let lines = table.render(None, Colour::OFF);
            assert_eq!(lines.len(), table.rows.len() + usize::from(!table.headings.is_empty()));
        }
    }

    #[test]
    fn data_breaks_no_row_and_a_wide_letter_takes_two_columns() {
        let mut table = Table::new(["name", "state"]);
        table.row(["a\nb\u{1b}[2J".into(), "x".into()]);
        table.row(["臨床".into(), "y".into()]);
        let lines = table.render(None, Colour::OFF);
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[1], "a⏎b\u{fffd}[2J  x");
        assert_eq!(lines[1].width(), lines[2].width());
        assert!(lines[2].starts_with("臨床    "), "{}", lines[2]);
    }

    #[test]
    fn a_text_is_broken_at_its_spaces_only() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("averylongword x", 4), ["averylongword", "x"]);
        assert_eq!(wrap("", 4), [""]);
        let dated = wrap("since 2026-02-11 09:00:04 UTC: agreed", 12);
        assert_eq!(dated, ["since", "2026-02-11 09:00:04 UTC:", "agreed"]);
    }
}
