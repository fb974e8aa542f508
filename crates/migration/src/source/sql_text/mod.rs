//! What the readers of SQL dumps share: the chosen table, its columns, its rows.

mod cell;
mod charset;
mod chosen;
mod columns;
#[cfg(test)]
pub(super) mod read_out;
mod rows;
mod scan;
mod values;

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicBool, Ordering},
};

use super::{
    Input, Record, Row,
    decode::{self, Text},
};
use crate::{error::Error, spec::model};

use charset::{Declared, named};
use columns::{Header, Places};
pub(super) use scan::{Dialect, Scanner, Token, begins_statement};
pub(super) use values::{Cells, Written};

/// What may be wrong where the columns have other names than the spec knows.
pub(super) const QUESTION: &str = "does the dump have the table's `CREATE TABLE`? Columns that nothing names are `column_1`, `column_2` and so on";

/// A table of an SQL dump.
pub(super) struct Dump {
    pub(super) file: String,
    input: Input,
    table: String,
    encoding: Option<model::Encoding>,
    dialect: Dialect,
    /// The columns that the spec does not want.
    ignored: BTreeSet<String>,
    /// Whether the rows of tables that inherit from it are left out: `ONLY town`.
    only: bool,
    /// Whether a pass found columns, and no `CREATE TABLE` that says what they hold.
    untyped: AtomicBool,
}

/// Who is told of every row.
pub(super) type Visit<'v> = dyn FnMut(Row<'_>) -> Result<(), Error> + 'v;

impl Dump {
    pub(super) fn new(source: &model::Source, input: Input, dialect: Dialect) -> Self {
        let table = source.table.as_deref().unwrap_or(&source.name);
        let only = match table.split_once(' ') {
            Some((word, table))
                if dialect == Dialect::Postgres && word.eq_ignore_ascii_case("only") =>
            {
                Some(table.trim_start())
            }
            _ => None,
        };
        Self {
            file: source.file.clone(),
            input,
            table: only.unwrap_or(table).to_owned(),
            encoding: source.encoding,
            dialect,
            ignored: source.ignored.keys().cloned().collect(),
            only: only.is_some(),
            untyped: AtomicBool::new(false),
        }
    }

    /// Opens the dump; tells in what charset its texts are before it says so itself.
    pub(super) fn open(&self) -> Result<(Scanner<'_>, Declared), Error> {
        let Text { bytes, encoding } = decode::open_dump(&self.file, &self.input, self.encoding)?;
        let declared = Declared::begin(self.encoding, encoding);
        let mut scan = Scanner::begin(&self.file, bytes, self.dialect)?;
        scan.names = declared.charset;
        if let Some(line) = foreign(scan.head(), self.dialect) {
            let (expected, found) = match self.dialect {
                Dialect::Postgres => ("PostgreSQL", "MySQL or MariaDB"),
                Dialect::Mysql => ("MySQL or MariaDB", "PostgreSQL"),
            };
            return Err(scan.wrong(
                Some(line),
                format!("expected a dump of {expected}, as `format` of the source says, found one of {found}; correct `format`"),
            ));
        }
        Ok((scan, declared))
    }

    /// Says what the check should tell of a dump that can be read.
    pub(super) fn notes(&self) -> Vec<String> {
        let note = self.untyped.load(Ordering::Relaxed).then(|| {
            format!(
                "the dump has no `CREATE TABLE` that lists the columns of `{}`: bytes and bits cannot be told from texts and numbers, and columns that no statement lists are numbered; have the table dumped with it if it holds such columns",
                self.table
            )
        });
        note.into_iter().collect()
    }

    /// Begins a pass over the dump: for the columns alone, or for the rows.
    pub(super) fn pass<'p>(
        &'p self,
        charset: Declared,
        visit: Option<&'p mut Visit<'p>>,
    ) -> Pass<'p> {
        Pass {
            dump: self,
            charset,
            header: None,
            places: Places::default(),
            byte_domains: BTreeSet::new(),
            children: Vec::new(),
            data: false,
            chosen: None,
            created: false,
            spellings: BTreeSet::new(),
            seen: BTreeSet::new(),
            filled: BTreeSet::new(),
            view: None,
            told: false,
            cells: Cells::default(),
            record: Record::default(),
            text: String::new(),
            visit,
            rows: 0,
            divided: None,
        }
    }
}

/// One reading of the dump.
pub(super) struct Pass<'p> {
    dump: &'p Dump,
    charset: Declared,
    header: Option<Header>,
    /// Where the values of the statement at hand belong.
    places: Places,
    /// The domains of PostgreSQL that are bytes, with their schema.
    pub(super) byte_domains: BTreeSet<String>,
    /// The tables that inherit from the chosen one, each with its line.
    children: Vec<(u64, String)>,
    /// Whether statements with rows have begun, of whatever table.
    pub(super) data: bool,
    /// The whole name of the chosen table, once it was seen.
    chosen: Option<String>,
    /// Whether the chosen table has its `CREATE TABLE`, as the spec spells it.
    created: bool,
    /// Tables of MySQL with a `CREATE TABLE` that have the name in other letter case.
    spellings: BTreeSet<String>,
    /// The other tables that have a `CREATE TABLE`.
    seen: BTreeSet<String>,
    /// The other tables that have rows. After a fault in the dump this may be anything, and none is shown.
    filled: BTreeSet<String>,
    /// The line that makes a view of the chosen name.
    view: Option<u64>,
    /// Whether the place where the dump is cut off was handed over.
    told: bool,
    pub(super) cells: Cells,
    record: Record,
    text: String,
    visit: Option<&'p mut Visit<'p>>,
    rows: u64,
    /// The line that says that the rows stand in partitions.
    divided: Option<u64>,
}

impl Pass<'_> {
    /// Tells whether nothing more is to be read.
    pub(super) fn complete(&self) -> bool {
        // `pg_dump` writes all tables before the first row, so that one of the same name is noticed without reading rows.
        let all = self.data || self.dump.dialect == Dialect::Mysql;
        self.visit.is_none() && self.header.is_some() && all
    }

    /// Takes note of a charset that the dump names.
    pub(super) fn charset(&mut self, scan: &mut Scanner<'_>, name: &str) -> Result<(), Error> {
        if self.charset.stated.is_some() {
            return Ok(());
        }
        if self.charset.said.as_ref().is_none_or(|(said, _)| said != name) {
            self.judge_charset()?;
        }
        self.charset.charset = named(self.dump.dialect, name).ok_or_else(|| {
            scan.wrong(
                Some(scan.line()),
                "expected a charset that can be read, found another one; have it dumped as UTF-8, or state the `encoding` of the source",
            )
        })?;
        self.charset.said = Some((name.chars().take(40).collect(), scan.line()));
        scan.names = self.charset.charset;
        Ok(())
    }

    /// Refuses texts that are all UTF-8 although they are said to be another charset.
    fn judge_charset(&mut self) -> Result<(), Error> {
        self.charset.verdict().map_or(Ok(()), |(line, what)| {
            Err(Error::Source { file: self.dump.file.clone(), line: Some(line), what })
        })
    }

    /// Takes note of a table of PostgreSQL that inherits from others.
    pub(super) fn inherits(&mut self, line: u64, child: &[String], parent: &[String]) {
        let parent = parent.join(".");
        let chosen = parent == self.dump.table
            || parent.strip_suffix(&self.dump.table).is_some_and(|rest| rest.ends_with('.'));
        if chosen && !self.dump.only && self.children.len() < 20 {
            self.children.push((line, child.join(".")));
        }
    }
}

/// Returns the line on which a dump says that it is of another database than the spec says.
fn foreign(head: &[u8], dialect: Dialect) -> Option<u64> {
    let marks: &[&[u8]] = match dialect {
        Dialect::Postgres => &[b"-- MySQL dump ", b"-- MariaDB dump ", b"/*!40", b"/*M!"],
        Dialect::Mysql => &[
            b"-- PostgreSQL database ",
            b"-- Dumped from database version ",
            b"\\restrict ",
            b"SET standard_conforming_strings",
        ],
    };
    let is_marked = |line: &[u8]| marks.iter().any(|mark| line.starts_with(mark));
    let place = head.split(|byte| *byte == b'\n').position(is_marked)?;
    Some(place as u64 + 1)
}
