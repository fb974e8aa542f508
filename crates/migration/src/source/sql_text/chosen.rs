//! Which statements are about the chosen table, and what a pass found at the end of the file.

use std::sync::atomic::Ordering;

use super::{Dialect, Pass, Scanner};
use crate::{
    error::{Error, listed},
    source::check_columns,
};

/// How many names of tables are kept.
const MOST_TABLES: usize = 1000;

/// The most characters of a table's name in a message.
const MOST_SHOWN: usize = 80;

impl Pass<'_> {
    /// Tells whether a statement is about the chosen table: its `CREATE TABLE`, or one with rows.
    pub(in crate::source) fn is_chosen(
        &mut self,
        scan: &Scanner<'_>,
        name: &[String],
        creates: bool,
    ) -> Result<bool, Error> {
        if name.is_empty() {
            return Ok(false);
        }
        self.data |= !creates;
        let whole = name.join(".");
        let dump = self.dump;
        let wanted = dump.table.as_str();
        if !ends_with(&whole, wanted, |end, wanted| end == wanted) {
            let mysql = dump.dialect == Dialect::Mysql;
            if mysql && ends_with(&whole, wanted, str::eq_ignore_ascii_case) {
                return self.is_chosen_otherwise(scan, whole, creates);
            }
            let tables = if creates { &mut self.seen } else { &mut self.filled };
            if tables.len() < MOST_TABLES {
                tables.insert(whole);
            }
            return Ok(false);
        }
        if let Some(chosen) = self.chosen.as_ref().filter(|chosen| **chosen != whole) {
            let (one, other) = (shown(chosen), shown(&whole));
            return Err(scan.wrong(
                Some(scan.line()),
                format!("expected one table `{wanted}`, found `{one}` and `{other}`; state the one that is meant as `table` in the spec"),
            ));
        }
        self.created |= creates;
        if !self.created
            && let Some(other) =
                self.spellings.iter().find(|other| other.eq_ignore_ascii_case(&whole))
        {
            return Err(scan.wrong(
                Some(scan.line()),
                format!("expected the `CREATE TABLE` of `{wanted}`, found that of `{}`; state `table` in the spec as it is written there", shown(other)),
            ));
        }
        if self.chosen.is_none() {
            self.chosen = Some(whole);
        }
        Ok(true)
    }

    /// Decides about the chosen name in other letter case. To a server of MySQL it is the same table or another one; it
    /// is another where each has its `CREATE TABLE`.
    fn is_chosen_otherwise(
        &mut self,
        scan: &Scanner<'_>,
        whole: String,
        creates: bool,
    ) -> Result<bool, Error> {
        if creates {
            if self.spellings.len() < MOST_TABLES {
                self.seen.insert(whole.clone());
                self.spellings.insert(whole);
            }
            return Ok(false);
        }
        if self.spellings.contains(&whole) {
            return Ok(false);
        }
        let same = self.chosen.as_ref().is_some_and(|chosen| chosen.eq_ignore_ascii_case(&whole));
        if self.created && same {
            return Ok(true);
        }
        Err(scan.wrong(
            Some(scan.line()),
            format!(
                "expected the table `{}`, found rows of `{}` without a `CREATE TABLE` that tells whether it is the same; correct `table` in the spec, or have the dump made with `CREATE TABLE`",
                self.dump.table,
                shown(&whole)
            ),
        ))
    }

    /// Takes note of a view.
    pub(in crate::source) fn note_view(&mut self, scan: &Scanner<'_>, name: &[String]) {
        if ends_with(&name.join("."), &self.dump.table, |end, wanted| end == wanted) {
            self.view.get_or_insert(scan.line());
        }
    }

    /// Ends the pass at the end of the file and returns the columns.
    pub(in crate::source) fn finish(mut self, scan: &Scanner<'_>) -> Result<Vec<String>, Error> {
        self.judge_charset()?;
        let dump = self.dump;
        let table = dump.table.as_str();
        let wrong =
            |line: Option<u64>, what: String| Error::Source { file: dump.file.clone(), line, what };
        if let (Some(line), 0, true) = (self.divided, self.rows, self.visit.is_some()) {
            return Err(wrong(
                Some(line),
                "expected rows, found that they stand in the partitions of this table; state each partition as a source, or dump with `--load-via-partition-root`".to_owned(),
            ));
        }
        if let Some((line, _)) = self.children.first() {
            return Err(wrong(
                Some(*line),
                format!(
                    "expected all rows of `{table}` in it, found that rows stand in tables that inherit from it: {}; state each of them as a source, and this one with `table = \"ONLY {table}\"`",
                    listed(self.children.iter().map(|(_, name)| name))
                ),
            ));
        }
        if let (Some(line), 0, true) =
            (self.view, self.rows, self.visit.is_some() || self.header.is_none())
        {
            return Err(wrong(
                Some(line),
                format!(
                    "expected a table, found that `{table}` is a view, which has no rows in a dump; state the tables it is made of, or have its rows exported"
                ),
            ));
        }
        let Some(header) = self.header.take() else {
            return Err(self.without_columns(scan));
        };
        if self.visit.is_some() {
            self.judge_end(scan)?;
        }
        if !header.created {
            dump.untyped.store(true, Ordering::Relaxed);
        }
        check_columns(&dump.file, &header.names).map_err(|error| match error {
            // What it advises is for files with a header line.
            Error::Source { what, .. } => wrong(
                None,
                format!(
                    "columns of `{table}`: {}; have them dumped under other names, or fewer of them",
                    what.split(';').next().unwrap_or_default()
                ),
            ),
            other => other,
        })?;
        Ok(header.names)
    }

    /// Hands over what the end of the file says about the rows.
    fn judge_end(&mut self, scan: &Scanner<'_>) -> Result<(), Error> {
        if self.told {
            return Ok(());
        }
        if let Some((line, place)) = scan.cut() {
            return self.cut(scan, line, place);
        }
        if self.rows == 0 && !self.data && scan.is_marked() {
            return self.defect(
                scan.line(),
                "expected rows, found a dump without rows of any table, as `--schema-only` and `--no-data` make it; ask for one with rows",
            );
        }
        Ok(())
    }

    /// Says why the columns are not known at the end of the file.
    fn without_columns(&self, scan: &Scanner<'_>) -> Error {
        let table = &self.dump.table;
        let cut = scan.cut();
        let found = if self.chosen.is_some() {
            format!(
                "expected the columns of the table `{table}`, found neither its whole `CREATE TABLE` nor a row"
            )
        } else {
            format!("expected the table `{table}`, found {}", self.found())
        };
        let what = match cut {
            Some((_, place)) => format!("{found}; the dump is cut off {place}: ask for it again"),
            None if self.chosen.is_some() => format!("{found}; have it dumped again"),
            None => format!(
                "{found}; correct `table` in the spec, or ask for the dump again if it is cut off"
            ),
        };
        Error::Source { file: self.dump.file.clone(), line: cut.map(|(line, _)| line), what }
    }

    /// Names the tables that the dump has.
    fn found(&self) -> String {
        let tables = listed(self.seen.iter().map(|name| shown(name)));
        let others = self.filled.difference(&self.seen).count();
        match (self.seen.is_empty(), others) {
            (_, 0) => tables,
            (true, _) => format!("rows of {others} other tables, and no `CREATE TABLE`"),
            (false, _) => {
                format!("{tables}, and rows of {others} others that have no `CREATE TABLE`")
            }
        }
    }
}

/// Tells whether a whole name, `schema.table`, ends with the name that the spec states.
fn ends_with(whole: &str, wanted: &str, same: impl Fn(&str, &str) -> bool) -> bool {
    let Some(start) = whole.len().checked_sub(wanted.len()) else { return false };
    match (whole.get(..start), whole.get(start..)) {
        (Some(before), Some(end)) => {
            same(end, wanted) && (before.is_empty() || before.ends_with('.'))
        }
        (None, _) | (_, None) => false,
    }
}

/// Shortens a name for a message.
fn shown(name: &str) -> String {
    let mut short: String = name.chars().take(MOST_SHOWN).collect();
    if short.len() < name.len() {
        short.push('…');
    }
    short
}
