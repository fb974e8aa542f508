//! One cell of the instance beside the traces of the source.

use rusqlite::Connection;

use super::{
    error::Error,
    filter::Filter,
    hash::Rolling,
    hits::Hits,
    normalise::{self, Run, Words},
    read,
    repeat::Repeats,
    target::TargetColumn,
    trace::{self, Kind, Trace},
};

const SHORTEST_WHOLE: usize = 4;
const SHORTEST_TOKEN: usize = 6;
/// The smallest number of so many digits.
const SMALLEST_TOKEN: u64 = 100_000;
/// Words that are put together, and characters they may have together.
const MOST_WORDS: usize = 12;
const LONGEST_RUN: usize = 96;
/// Words that a first and last name have together at most.
const MOST_NAME_WORDS: usize = 8;

/// Where a cell stands.
pub(super) struct At<'a> {
    pub(super) table: &'a str,
    pub(super) column: &'a TargetColumn,
    pub(super) id: i64,
    pub(super) person: i64,
}

/// Compares cells; its buffers are used again for each.
pub(super) struct Look<'a> {
    filter: &'a Filter,
    words: Words,
    found: Found<'a>,
}

/// Keeps what the filter did not let pass.
struct Found<'a> {
    hits: &'a Hits,
    configuration: Option<Connection>,
    buffer: Vec<u8>,
    count: u64,
}

impl<'a> Look<'a> {
    pub(super) fn new(
        filter: &'a Filter,
        hits: &'a Hits,
        configuration: Option<Connection>,
    ) -> Self {
        let found = Found { hits, configuration, buffer: Vec::new(), count: 0 };
        Self { filter, words: Words::default(), found }
    }

    /// Compares a text; `repeats` knows those texts of the column in which nothing is.
    pub(super) fn text(
        &mut self,
        at: &At<'_>,
        text: &str,
        repeats: &mut Repeats,
    ) -> Result<(), Error> {
        if at.column.dates {
            let date = text.get(..10).unwrap_or(text).as_bytes();
            let key = trace::person_key(Kind::Date, at.person, Rolling::of(date));
            if !self.filter.ask(key).none() {
                self.found.keep(at, text, Trace::person(Kind::Date, at.person, date), key)?;
            }
        }
        if at.column.dated && normalise::is_date(text) {
            return Ok(());
        }
        if repeats.knows(text.as_bytes()) {
            return Ok(());
        }
        let before = self.found.count;
        self.words.read(text);
        let whole = self.words.all();
        if whole.characters > 0 {
            if at.column.towns {
                let key = trace::person_key(Kind::City, at.person, whole.rolling);
                if !self.filter.ask(key).none() {
                    let trace = Trace::person(Kind::City, at.person, self.words.whole());
                    self.found.keep(at, text, trace, key)?;
                }
            }
            self.whole(at, text, whole)?;
            if self.words.count() > 1 {
                self.runs(at, text)?;
                if !at.column.staff {
                    self.names(at, text)?;
                }
            }
        }
        if self.found.count == before {
            repeats.keep(text.as_bytes());
        }
        Ok(())
    }

    /// Looks for the whole cell: as a value of its own class, as one of a unique class, as a text.
    fn whole(&mut self, at: &At<'_>, text: &str, whole: Run) -> Result<(), Error> {
        let key = trace::text_key(whole.rolling);
        let codes = self.filter.ask(key);
        if codes.none() {
            return Ok(());
        }
        let content = self.words.whole();
        if let Some(class) = at.column.own.filter(|class| codes.own(*class)) {
            self.found.keep(at, text, Trace::own(class, content), key)?;
        }
        if whole.characters >= SHORTEST_WHOLE && codes.value() {
            self.found.keep(at, text, Trace::text(Kind::Value, content), key)?;
        }
        if whole.characters >= SHORTEST_TOKEN && codes.whole() {
            self.found.keep(at, text, Trace::text(Kind::Whole, content), key)?;
        }
        Ok(())
    }

    /// Looks for values of unique classes in runs of consecutive words, the whole cell aside.
    fn runs(&mut self, at: &At<'_>, text: &str) -> Result<(), Error> {
        let count = self.words.count();
        for from in 0..count {
            for to in from + 1..=count.min(from + MOST_WORDS) {
                let run = self.words.measure(from, to);
                if run.characters > LONGEST_RUN {
                    break;
                }
                if run.characters < SHORTEST_TOKEN || to - from == count {
                    continue;
                }
                let key = trace::text_key(run.rolling);
                if self.filter.ask(key).value() {
                    let trace = Trace::text(Kind::Value, self.words.run(from, to));
                    self.found.keep(at, text, trace, key)?;
                }
            }
        }
        Ok(())
    }

    /// Looks for a first and last name that stand together.
    fn names(&mut self, at: &At<'_>, text: &str) -> Result<(), Error> {
        let count = self.words.count();
        for from in 0..count - 1 {
            let mut spaced = self.words.measure(from, from + 1).rolling;
            if !self.filter.may_start(trace::name_key(spaced)) {
                continue;
            }
            for to in from + 2..=count.min(from + MOST_NAME_WORDS) {
                self.words.spaced_hash(to - 1, to, &mut spaced);
                if spaced.bytes > LONGEST_RUN {
                    break;
                }
                let key = trace::name_key(spaced);
                if !self.filter.ask(key).none() {
                    let mut name = Vec::with_capacity(spaced.bytes);
                    self.words.spaced(from, to, &mut name);
                    self.found.keep(at, text, Trace::text(Kind::Name, &name), key)?;
                }
            }
        }
        Ok(())
    }

    /// Compares a whole number as a whole cell.
    pub(super) fn number(&mut self, at: &At<'_>, number: i64) -> Result<(), Error> {
        if number.unsigned_abs() < SMALLEST_TOKEN {
            return Ok(());
        }
        let mut buffer = [0; 20];
        self.value(at, read::digits(number, &mut buffer))
    }

    /// Compares another number as a whole cell.
    pub(super) fn real(&mut self, at: &At<'_>, number: f64) -> Result<(), Error> {
        self.value(at, &number.to_string())
    }

    fn value(&mut self, at: &At<'_>, digits: &str) -> Result<(), Error> {
        self.words.read(digits);
        let whole = self.words.all();
        let key = trace::text_key(whole.rolling);
        if whole.characters >= SHORTEST_TOKEN && self.filter.ask(key).value() {
            let trace = Trace::text(Kind::Value, self.words.whole());
            self.found.keep(at, digits, trace, key)?;
        }
        Ok(())
    }

    /// Compares a file, and what it says where it is a text.
    pub(super) fn bytes(
        &mut self,
        at: &At<'_>,
        bytes: &[u8],
        repeats: &mut Repeats,
    ) -> Result<(), Error> {
        if bytes.is_empty() {
            return Ok(());
        }
        let key = trace::file_key(bytes);
        if !self.filter.ask(key).none() {
            self.found.keep(at, "", Trace::text(Kind::File, bytes), key)?;
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => self.text(at, text, repeats),
            Err(_) => Ok(()),
        }
    }
}

impl Found<'_> {
    fn keep(&mut self, at: &At<'_>, text: &str, trace: Trace<'_>, key: u64) -> Result<(), Error> {
        self.count += 1;
        let configured = match &self.configuration {
            Some(configuration) if at.column.configured => same_cell(configuration, at, text)
                .map_err(|cause| Error::read("configuration package", at.table, cause))?,
            _ => false,
        };
        trace.write(&mut self.buffer);
        self.hits.add(&self.buffer, key, at.column.place, configured)
    }
}

/// Tells whether the configuration package holds the same text in the same cell.
fn same_cell(configuration: &Connection, at: &At<'_>, text: &str) -> rusqlite::Result<bool> {
    let sql = format!(
        "SELECT 1 FROM {} WHERE id = ?1 AND CAST({} AS TEXT) = ?2",
        read::name(at.table),
        read::name(&at.column.name)
    );
    configuration.prepare_cached(&sql)?.exists(rusqlite::params![at.id, text])
}
