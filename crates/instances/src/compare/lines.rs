//! Line differences: the longest common subsequence of two texts' lines.

use serde::{Deserialize, Serialize};

/// How many equal lines are shown around a difference.
const AROUND: usize = 3;

/// How many pairs of lines are looked at; beyond, all lines between the first and the last difference count as
/// replaced, which is true as well, only longer.
const MOST_PAIRS: usize = 4_000_000;

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LineChange {
    /// It stands in both texts.
    Same,
    /// It stands only in the second text.
    Added,
    /// It stands only in the first text.
    Removed,
}

/// One line of a difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiffLine {
    /// What became of it.
    pub change: LineChange,
    /// Its number in the first text, from 1; none where it is added.
    pub a: Option<u64>,
    /// Its number in the second text, from 1; none where it is removed.
    pub b: Option<u64>,
    /// The line, normalised.
    pub text: String,
}

/// Returns the lines in which two normalised texts differ, with a few equal ones around them. A gap in the numbers is
/// a stretch of equal lines.
pub(super) fn diff(a: &str, b: &str) -> Vec<DiffLine> {
    near_changes(all(&lines(a), &lines(b)))
}

/// Returns the lines of a text; the empty text has none.
fn lines(text: &str) -> Vec<&str> {
    if text.is_empty() { vec![] } else { text.split('\n').collect() }
}

/// Numbers lines as they are written.
#[derive(Default)]
struct Writer {
    written: Vec<DiffLine>,
    a: u64,
    b: u64,
}

impl Writer {
    fn write(&mut self, change: LineChange, text: &str) {
        let (in_a, in_b) = match change {
            LineChange::Same => (true, true),
            LineChange::Added => (false, true),
            LineChange::Removed => (true, false),
        };
        self.a += u64::from(in_a);
        self.b += u64::from(in_b);
        self.written.push(DiffLine {
            change,
            a: in_a.then_some(self.a),
            b: in_b.then_some(self.b),
            text: text.to_owned(),
        });
    }
}

/// Returns all lines of both texts.
fn all(a: &[&str], b: &[&str]) -> Vec<DiffLine> {
    let (mut a, mut b) = (a, b);
    let mut writer = Writer::default();
    while let (Some((first, rest_of_a)), Some((other, rest_of_b))) =
        (a.split_first(), b.split_first())
        && first == other
    {
        writer.write(LineChange::Same, first);
        (a, b) = (rest_of_a, rest_of_b);
    }
    let mut ending = vec![];
    while let (Some((last, rest_of_a)), Some((other, rest_of_b))) = (a.split_last(), b.split_last())
        && last == other
    {
        ending.push(*last);
        (a, b) = (rest_of_a, rest_of_b);
    }
    if a.len().saturating_mul(b.len()) > MOST_PAIRS {
        a.iter().for_each(|line| writer.write(LineChange::Removed, line));
        b.iter().for_each(|line| writer.write(LineChange::Added, line));
    } else {
        middle(a, b, &mut writer);
    }
    ending.iter().rev().for_each(|line| writer.write(LineChange::Same, line));
    writer.written
}

/// Writes the lines between what is equal at the beginning and at the end.
fn middle(a: &[&str], b: &[&str], writer: &mut Writer) {
    let lengths = lengths(a, b);
    let (mut a, mut b) = (a, b);
    loop {
        match (a.split_first(), b.split_first()) {
            (Some((line, rest_of_a)), Some((other, rest_of_b))) if line == other => {
                writer.write(LineChange::Same, line);
                (a, b) = (rest_of_a, rest_of_b);
            }
            (Some((line, rest)), other)
                if other.is_none()
                    || common(&lengths, rest.len(), b.len())
                        >= common(&lengths, a.len(), b.len().saturating_sub(1)) =>
            {
                writer.write(LineChange::Removed, line);
                a = rest;
            }
            (_, Some((line, rest))) => {
                writer.write(LineChange::Added, line);
                b = rest;
            }
            (_, None) => return,
        }
    }
}

/// Returns, at `[i][j]`, how many lines the last `i` lines of one text and the last `j` of the other have in common.
fn lengths(a: &[&str], b: &[&str]) -> Vec<Vec<u32>> {
    let mut lengths = vec![vec![0; b.len() + 1]];
    for line in a.iter().rev() {
        let mut row = vec![0; 1];
        for (index, other) in b.iter().rev().enumerate() {
            let fewer = lengths.len() - 1;
            row.push(if line == other {
                common(&lengths, fewer, index) + 1
            } else {
                common(&lengths, fewer, index + 1).max(row.last().copied().unwrap_or(0))
            });
        }
        lengths.push(row);
    }
    lengths
}

fn common(lengths: &[Vec<u32>], i: usize, j: usize) -> u32 {
    lengths.get(i).and_then(|row| row.get(j)).copied().unwrap_or(0)
}

/// Leaves out the equal lines that are far from every difference.
fn near_changes(lines: Vec<DiffLine>) -> Vec<DiffLine> {
    let changed: Vec<usize> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.change != LineChange::Same)
        .map(|(index, _)| index)
        .collect();
    let near = |index: usize| {
        let next = changed.partition_point(|change| *change < index);
        let before = next.checked_sub(1).and_then(|before| changed.get(before));
        changed.get(next).is_some_and(|change| change - index <= AROUND)
            || before.is_some_and(|change| index - change <= AROUND)
    };
    lines.into_iter().enumerate().filter(|(index, _)| near(*index)).map(|(_, line)| line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes a difference as short lines: sign, numbers, text.
    fn short(a: &str, b: &str) -> Vec<String> {
        diff(a, b)
            .into_iter()
            .map(|line| {
                let sign = match line.change {
                    LineChange::Same => ' ',
                    LineChange::Added => '+',
                    LineChange::Removed => '-',
                };
                let number = |number: Option<u64>| {
                    number.map_or_else(|| "-".to_owned(), |number| number.to_string())
                };
                format!("{sign}{},{} {}", number(line.a), number(line.b), line.text)
            })
            .collect()
    }

    #[test]
    fn equal_texts_have_no_difference() {
        assert!(diff("", "").is_empty());
        assert!(diff("a\nb\n\nc", "a\nb\n\nc").is_empty());
    }

    #[test]
    fn lines_are_added_removed_and_replaced() {
        assert_eq!(short("", "a\nb"), ["+-,1 a", "+-,2 b"]);
        assert_eq!(short("a\nb", ""), ["-1,- a", "-2,- b"]);
        assert_eq!(short("a\nb\nc", "a\nx\nc"), [" 1,1 a", "-2,- b", "+-,2 x", " 3,3 c"]);
        assert_eq!(
            short("a\nb\nc\nd", "b\nc\ne\nd"),
            ["-1,- a", " 2,1 b", " 3,2 c", "+-,3 e", " 4,4 d"]
        );
    }

    #[test]
    fn far_equal_lines_are_left_out() {
        let a: Vec<String> = (1..=30).map(|number| format!("line {number}")).collect();
        let mut b = a.clone();
        b[14] = "other".to_owned();
        let shown = short(&a.join("\n"), &b.join("\n"));
        assert_eq!(shown.first().unwrap(), " 12,12 line 12");
        assert_eq!(shown.last().unwrap(), " 18,18 line 18");
        assert_eq!(shown.len(), 8);
    }

    #[test]
    fn texts_that_are_too_long_count_as_replaced() {
        let a = (0..2100).map(|number| format!("a{number}\nboth")).collect::<Vec<_>>().join("\n");
        let b = (0..2100).map(|number| format!("b{number}\nboth")).collect::<Vec<_>>().join("\n");
        let lines = diff(&a, &b);
        let removed = lines.iter().filter(|line| line.change == LineChange::Removed).count();
        assert_eq!(removed, 4199);
    }

    #[test]
    fn both_texts_can_be_read_out_of_the_difference() {
        for (a, b) in [
            ("a\nb\na\nb\nc", "b\na\nc\na\nb"),
            ("x\ny", "y\nx"),
            ("one\ntwo\nthree", "zero\none\nthree\nfour"),
        ] {
            let lines = all(&lines(a), &lines(b));
            let side = |other: LineChange| {
                lines
                    .iter()
                    .filter(|line| line.change != other)
                    .map(|line| line.text.as_str())
                    .collect::<Vec<_>>()
                    .join("\n")
            };
            assert_eq!(side(LineChange::Added), a);
            assert_eq!(side(LineChange::Removed), b);
        }
    }
}
