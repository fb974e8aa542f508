//! The instance side: every cell of every table, compared with the traces of the source.

use std::collections::HashSet;

use landfall_catalogue::{Catalogue, Class, Column, Kind as ColumnKind, Subject, Travels};
use rusqlite::{Connection, types::ValueRef};

use super::{
    Phase, Progress,
    error::Error,
    filter::Filter,
    hits::Hits,
    normalise::{self, Words},
    place::{Counts, Places},
    read,
    trace::{Kind, Trace},
};

const SIDE: &str = "instance";
const SHORTEST_WHOLE: usize = 4;
const SHORTEST_TOKEN: usize = 6;
/// Words that are put together, and characters they may have together.
const MOST_WORDS: usize = 12;
const LONGEST_RUN: usize = 96;
/// Words that a first and last name have together at most.
const MOST_NAME_WORDS: usize = 8;

/// The tables of the instance.
pub(super) struct Target<'a> {
    connection: &'a Connection,
    configuration: Option<&'a Connection>,
    tables: Vec<TargetTable>,
}

struct TargetTable {
    name: String,
    sql: String,
    columns: Vec<TargetColumn>,
}

/// A column, and how its cells are compared.
struct TargetColumn {
    name: String,
    place: usize,
    /// The class whose own values are looked for at any length.
    own: Option<Class>,
    /// Whether dates of the row's person are looked for.
    dates: bool,
    /// Whether towns of the row's person are looked for.
    towns: bool,
    /// Whether a well-formed date is only compared as a date.
    dated: bool,
    /// Whether names of staff stand here.
    staff: bool,
    /// Whether whole numbers are compared.
    numbers: bool,
    /// Whether the configuration package has the column, so that its cell can be compared with this one.
    configured: bool,
}

/// How much was read.
#[derive(Default)]
pub(super) struct Extent {
    pub(super) tables: u64,
    pub(super) cells: u64,
    pub(super) counts: Counts,
}

impl<'a> Target<'a> {
    /// Looks which tables and columns there are, the instance's own and unknown ones included.
    pub(super) fn open(
        connection: &'a Connection,
        configuration: Option<&'a Connection>,
        catalogue: &Catalogue,
        needed: &HashSet<String>,
        places: &mut Places,
    ) -> Result<Self, Error> {
        let names = read::tables(connection, SIDE)?;
        for table in catalogue.tables().iter().filter(|table| needed.contains(&table.name)) {
            if table.columns.iter().any(super::about_a_volunteer) && !names.contains(&table.name) {
                return Err(Error::MissingInInstance { table: table.name.clone() });
            }
        }
        let mut tables = Vec::new();
        for name in names {
            tables.push(target_table(connection, configuration, catalogue, name, places)?);
        }
        Ok(Self { connection, configuration, tables })
    }

    /// Reads every cell and keeps those that may hold a source value.
    pub(super) fn read(
        &self,
        filter: &Filter,
        hits: &Hits,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Extent, Error> {
        let mut extent = Extent::default();
        let mut look = Look {
            filter,
            hits,
            configuration: self.configuration,
            trace: Trace::default(),
            words: Words::default(),
            spaced: String::new(),
        };
        for (done, table) in self.tables.iter().enumerate() {
            let phase = Phase::Instance;
            progress(Progress { phase, table: table.name.clone(), done, total: self.tables.len() });
            self.read_table(table, &mut look, &mut extent)?;
            extent.tables += 1;
        }
        Ok(extent)
    }

    fn read_table(
        &self,
        table: &TargetTable,
        look: &mut Look<'_>,
        extent: &mut Extent,
    ) -> Result<(), Error> {
        if table.columns.is_empty() {
            return Ok(());
        }
        let failed = |cause| Error::read(SIDE, &table.name, cause);
        let mut statement = self.connection.prepare(&table.sql).map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let id: i64 = row.get(0).map_err(failed)?;
            let person: i64 = row.get(1).map_err(failed)?;
            for (index, column) in table.columns.iter().enumerate() {
                let at = At { table: &table.name, column, id, person };
                let value = row.get_ref(index + 2).map_err(failed)?;
                match value {
                    ValueRef::Null => continue,
                    ValueRef::Integer(number) if column.numbers => {
                        look.number(&at, &number.to_string())?;
                    }
                    ValueRef::Integer(_) => continue,
                    ValueRef::Real(number) => look.number(&at, &number.to_string())?,
                    ValueRef::Text(bytes) => look.text(&at, &String::from_utf8_lossy(bytes))?,
                    ValueRef::Blob(bytes) => look.bytes(&at, bytes)?,
                }
                extent.cells += 1;
                extent.counts.add(column.place);
            }
        }
        Ok(())
    }
}

/// Decides how the cells of one table are compared.
fn target_table(
    connection: &Connection,
    configuration: Option<&Connection>,
    catalogue: &Catalogue,
    name: String,
    places: &mut Places,
) -> Result<TargetTable, Error> {
    let there = read::columns(connection, SIDE, &name)?;
    let known = catalogue.table(&name);
    let configured = match configuration {
        Some(configuration) if known.is_some_and(|t| t.travels == Travels::Configuration) => {
            read::columns(configuration, "configuration package", &name)?
        }
        _ => Vec::new(),
    };
    let (from, person) = match known {
        Some(table) if table.person.is_some() => read::person(catalogue, table)?,
        _ => (format!("{} AS t0", read::name(&name)), "0".to_owned()),
    };
    let id = if known.is_some() { "t0.id" } else { "0" };
    let mut selected = vec![id.to_owned(), person];
    let mut columns = Vec::new();
    for column_name in there {
        let column = known.and_then(|table| table.column(&column_name));
        if column.is_some_and(is_internal) {
            continue;
        }
        selected.push(format!("t0.{}", read::name(&column_name)));
        let place = places.number(&name, &column_name);
        let configured = configured.contains(&column_name);
        let has_person = known.is_some_and(|table| table.person.is_some());
        columns.push(target_column(column, column_name, place, configured, has_person));
    }
    let sql = format!("SELECT {} FROM {from}", selected.join(", "));
    Ok(TargetTable { name, sql, columns })
}

/// Tells whether a column holds nothing but internal ids, references or booleans.
fn is_internal(column: &Column) -> bool {
    column.class == Class::Key || column.references.is_some() || column.kind == ColumnKind::Boolean
}

fn target_column(
    column: Option<&Column>,
    name: String,
    place: usize,
    configured: bool,
    has_person: bool,
) -> TargetColumn {
    let volunteer = column.filter(|column| super::about_a_volunteer(column));
    let class = volunteer.map(|column| column.class);
    let date = class.is_some_and(Class::is_date);
    let town = class == Some(Class::City);
    TargetColumn {
        name,
        place,
        own: class.filter(|_| !date && !town),
        dates: date && has_person,
        towns: town && has_person,
        dated: column
            .is_some_and(|column| matches!(column.kind, ColumnKind::Date | ColumnKind::DateTime)),
        staff: column.is_some_and(|column| column.subject == Subject::Staff),
        // Numbers in tables that the catalogue does not know are the instance's own book-keeping.
        numbers: column.is_some(),
        configured,
    }
}

/// Where a cell stands.
struct At<'a> {
    table: &'a str,
    column: &'a TargetColumn,
    id: i64,
    person: i64,
}

/// Compares cells; its buffers are used again for each.
struct Look<'a> {
    filter: &'a Filter,
    hits: &'a Hits,
    configuration: Option<&'a Connection>,
    trace: Trace,
    words: Words,
    spaced: String,
}

impl Look<'_> {
    fn text(&mut self, at: &At<'_>, text: &str) -> Result<(), Error> {
        if at.column.dates {
            let date = text.get(..10).unwrap_or(text);
            if self.filter.may_hold(self.trace.person(Kind::Date, at.person, date)) {
                self.found(at, text)?;
            }
        }
        if at.column.dated && normalise::is_date(text) {
            return Ok(());
        }
        self.words.read(text);
        let length = normalise::length(self.words.whole());
        if length == 0 {
            return Ok(());
        }
        if at.column.towns
            && self.filter.may_hold(self.trace.person(Kind::City, at.person, self.words.whole()))
        {
            self.found(at, text)?;
        }
        if let Some(class) = at.column.own
            && self.filter.may_hold(self.trace.own(class, self.words.whole().as_bytes()))
        {
            self.found(at, text)?;
        }
        if length >= SHORTEST_WHOLE
            && self.filter.may_hold(self.trace.text(Kind::Value, self.words.whole()))
        {
            self.found(at, text)?;
        }
        if length >= SHORTEST_TOKEN
            && self.filter.may_hold(self.trace.text(Kind::Whole, self.words.whole()))
        {
            self.found(at, text)?;
        }
        if self.words.count() > 1 {
            self.runs(at, text)?;
            if !at.column.staff {
                self.names(at, text)?;
            }
        }
        Ok(())
    }

    /// Looks for values of unique classes in runs of consecutive words, the whole cell aside.
    fn runs(&mut self, at: &At<'_>, text: &str) -> Result<(), Error> {
        let count = self.words.count();
        for from in 0..count {
            for to in from + 1..=count.min(from + MOST_WORDS) {
                let run = self.words.run(from, to);
                let length = normalise::length(run);
                if length > LONGEST_RUN {
                    break;
                }
                if length < SHORTEST_TOKEN || to - from == count {
                    continue;
                }
                if self.filter.may_hold(self.trace.text(Kind::Value, run)) {
                    self.found(at, text)?;
                }
            }
        }
        Ok(())
    }

    /// Looks for a first and last name that stand together.
    fn names(&mut self, at: &At<'_>, text: &str) -> Result<(), Error> {
        let count = self.words.count();
        for from in 0..count {
            self.spaced.clear();
            for to in from + 1..=count.min(from + MOST_NAME_WORDS) {
                self.words.spaced(to - 1, to, &mut self.spaced);
                if self.spaced.len() > LONGEST_RUN {
                    break;
                }
                if to - from >= 2 && self.filter.may_hold(self.trace.text(Kind::Name, &self.spaced))
                {
                    self.found(at, text)?;
                }
            }
        }
        Ok(())
    }

    /// Compares a whole number as a whole cell.
    fn number(&mut self, at: &At<'_>, digits: &str) -> Result<(), Error> {
        self.words.read(digits);
        let whole = self.words.whole();
        if normalise::length(whole) >= SHORTEST_TOKEN
            && self.filter.may_hold(self.trace.text(Kind::Value, whole))
        {
            self.found(at, digits)?;
        }
        Ok(())
    }

    /// Compares a file, and what it says where it is a text.
    fn bytes(&mut self, at: &At<'_>, bytes: &[u8]) -> Result<(), Error> {
        if bytes.is_empty() {
            return Ok(());
        }
        if self.filter.may_hold(self.trace.file(bytes)) {
            self.found(at, "")?;
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => self.text(at, text),
            Err(_) => Ok(()),
        }
    }

    /// Keeps the trace that was written last.
    fn found(&self, at: &At<'_>, text: &str) -> Result<(), Error> {
        let configured = match self.configuration {
            Some(configuration) if at.column.configured => same_cell(configuration, at, text)
                .map_err(|cause| Error::read("configuration package", at.table, cause))?,
            _ => false,
        };
        self.hits.add(self.trace.last(), at.column.place, configured)
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
