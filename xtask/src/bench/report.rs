//! The table on the terminal, its limits, and the part of the embedded engine in `docs/benchmarks.md`.

use std::path::Path;

use super::{data::Bench, embedded::Options, page};
use crate::terminal::say;

/// The volunteers with which the page is written.
pub(super) const VOLUNTEERS: u64 = 200_000;

/// What a ratio may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Limit {
    AtMost(f64),
    /// Shown, not judged.
    None,
}

/// One line of the table.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) what: String,
    pub(super) ours: String,
    pub(super) theirs: String,
    pub(super) ratio: Option<f64>,
    pub(super) limit: Limit,
}

/// The lines of the table, and where the time of a build goes.
#[derive(Debug, Default)]
pub(super) struct Rows {
    rows: Vec<Row>,
    parts: Vec<Row>,
}

impl Rows {
    pub(super) fn push(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// Adds two times.
    pub(super) fn compare(&mut self, what: &str, ours: f64, theirs: f64, limit: Limit) {
        self.push(Row {
            what: what.to_owned(),
            ours: seconds(ours),
            theirs: seconds(theirs),
            ratio: Some(ours / theirs.max(f64::MIN_POSITIVE)),
            limit,
        });
    }

    /// Adds a part of the build of a VAL Main.
    pub(super) fn part(&mut self, name: &str, ours: f64, copy: f64) {
        self.parts.push(Row {
            what: name.to_owned(),
            ours: seconds(ours),
            theirs: seconds(copy),
            ratio: Some(ours / copy.max(f64::MIN_POSITIVE)),
            limit: Limit::None,
        });
    }

    /// Prints the tables on the terminal.
    pub(super) fn print(&self) {
        let mut text = lines(&self.rows);
        if !self.parts.is_empty() {
            text.push(String::new());
            text.extend(lines(&self.parts));
        }
        for line in text {
            say(&line);
        }
    }

    /// Returns the table as Markdown.
    pub(super) fn table(&self) -> String {
        markdown(&self.rows)
    }

    /// Names the limits that do not hold.
    pub(super) fn judge(&self) -> Result<(), String> {
        let missed = self.missed();
        if missed.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = missed.iter().map(|row| row.what.as_str()).collect();
        Err(format!("bench: {} limits do not hold:\n  {}", names.len(), names.join("\n  ")))
    }

    fn missed(&self) -> Vec<&Row> {
        self.rows.iter().filter(|row| row.verdict() == "over").collect()
    }
}

impl Row {
    fn verdict(&self) -> &'static str {
        match (self.limit, self.ratio) {
            (Limit::AtMost(most), Some(ratio)) if ratio <= most => "holds",
            (Limit::AtMost(_), _) => "over",
            (Limit::None, _) => "",
        }
    }

    fn cells(&self) -> [String; 6] {
        let limit = match self.limit {
            Limit::AtMost(most) => format!("{most:.1} x"),
            Limit::None => String::new(),
        };
        [
            self.what.clone(),
            self.ours.clone(),
            self.theirs.clone(),
            self.ratio.map_or_else(String::new, times),
            limit,
            self.verdict().to_owned(),
        ]
    }
}

/// Writes a ratio; where one side takes next to nothing, with more digits.
fn times(ratio: f64) -> String {
    if ratio < 0.1 { format!("{ratio:.3} x") } else { format!("{ratio:.2} x") }
}

pub(super) fn seconds(seconds: f64) -> String {
    format!("{seconds:.2} s")
}

const HEAD: [&str; 6] = ["what / beside what", "Landfall", "reference", "ratio", "limit", ""];

/// Prints the table and writes its part of the page; limits that do not hold are named in the error.
pub(super) fn publish(bench: &Bench, options: Options, rows: &Rows) -> Result<(), String> {
    rows.print();
    if options.volunteers == VOLUNTEERS {
        page::put(&bench.root, "embedded", &section(bench, options, rows)?)?;
    }
    rows.judge()
}

/// Returns the table with columns of equal width.
fn lines(rows: &[Row]) -> Vec<String> {
    let mut table = vec![HEAD.map(str::to_owned)];
    table.extend(rows.iter().map(Row::cells));
    let mut widths = [0_usize; 6];
    for row in &table {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    table
        .iter()
        .map(|row| {
            let cells: Vec<String> = row
                .iter()
                .zip(widths)
                .enumerate()
                .map(|(index, (cell, width))| match index {
                    0 | 5 => format!("{cell:<width$}"),
                    _ => format!("{cell:>width$}"),
                })
                .collect();
            cells.join("  ").trim_end().to_owned()
        })
        .collect()
}

/// Writes the rows as a table of Markdown.
fn markdown(rows: &[Row]) -> String {
    let mut text = format!("| {} |\n|---|--:|--:|--:|--:|---|\n", HEAD.join(" | "));
    for row in rows {
        text.push_str(&format!("| {} |\n", row.cells().join(" | ")));
    }
    text
}

fn section(bench: &Bench, options: Options, rows: &Rows) -> Result<String, String> {
    let version = bench.landfall("version", &[Path::new("--version")])?.output;
    let shell = bench.ask(Path::new(":memory:"), "SELECT sqlite_version()")?;
    Ok(format!(
        "## The embedded engine beside the `sqlite3` shell

`cargo xtask bench embedded` writes this part. It makes its own data: {volunteers} volunteers and about {children} rows
of theirs, with the mistakes that real sources have. Each side runs {runs} times, in turn, as a process of its own; the
faster run counts, its start included. The reference has the same pragmas, and its file is on the disk when its time
ends.

### The machine

{machine}
### The figures

{figures}
* **Unmasked copy**: the `sqlite3` shell copies every table of an instance that holds the same rows unmasked, by `ATTACH`
  and `INSERT .. SELECT` with the columns named, then makes the same indexes. It looks up no keys and checks nothing.
  Landfall's side checks the packages' bytes, and every reference of the finished file, within its time.
* **`.import` and `INSERT .. SELECT`**: `xtask/src/bench/migration.sql`, the cleaning that plain SQL can do. It makes no
  digests, no identity map and no rejected rows. The phone rule has no counterpart in SQL; both sides copy the numbers,
  and the rule's cost stands in a row of its own.
* **Peak memory**: `VmHWM` of the process, as the kernel counts it. The second row of each pair compares a quarter of the
  volunteers.
* **The ledger**: reading and hashing is one pass over the lines of all entries; reading a stream is the checked reading
  that every command does at least once.

### Where the time of a VAL Main goes

{parts}",
        volunteers = grouped(options.volunteers),
        children = grouped(options.volunteers * 6),
        runs = options.runs,
        machine = page::machine(&[("Landfall", version.trim()), ("`sqlite3`", shell.trim())]),
        figures = rows.table(),
        parts = markdown(&rows.parts),
    ))
}

/// Writes a number with commas.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_over_its_limit_is_named() {
        let mut rows = Rows::default();
        rows.compare("load", 1.8, 1.0, Limit::AtMost(1.8));
        rows.compare("scan", 3.1, 1.0, Limit::AtMost(3.0));
        rows.compare("phones", 9.0, 1.0, Limit::None);
        let missed: Vec<&str> = rows.missed().iter().map(|row| row.what.as_str()).collect();
        assert_eq!(missed, ["scan"]);
        let table = lines(&rows.rows);
        assert_eq!(table[1], "load                  1.80 s     1.00 s  1.80 x  1.8 x  holds");
        assert_eq!(table[3], "phones                9.00 s     1.00 s  9.00 x");
        assert!(rows.judge().unwrap_err().ends_with("\n  scan"));
    }

    #[test]
    fn a_small_ratio_has_more_digits() {
        assert_eq!(times(0.0123), "0.012 x");
        assert_eq!(times(0.5), "0.50 x");
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(grouped(1_200_000), "1,200,000");
        assert_eq!(grouped(200), "200");
    }
}
