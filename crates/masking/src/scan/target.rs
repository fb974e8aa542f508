//! The instance side: every cell of every table, compared with the traces of the source.

use std::{collections::HashSet, path::Path};

use landfall_catalogue::{Catalogue, Class, Column, Kind as ColumnKind, Subject, Travels};
use rusqlite::{Connection, params_from_iter, types::ValueRef};

use super::{
    error::Error,
    filter::Filter,
    hits::Hits,
    look::{At, Look},
    parts::{self, Part, Told},
    place::{Counts, Places},
    read,
    repeat::Repeats,
};

const SIDE: &str = "instance";

/// The tables of the instance.
pub(super) struct Target<'a> {
    instance: &'a Path,
    configuration: Option<&'a Path>,
    tables: Vec<TargetTable>,
    parts: Vec<Part>,
}

struct TargetTable {
    name: String,
    sql: String,
    columns: Vec<TargetColumn>,
}

/// A column, and how its cells are compared.
pub(super) struct TargetColumn {
    pub(super) name: String,
    pub(super) place: usize,
    /// The class whose own values are looked for at any length.
    pub(super) own: Option<Class>,
    /// Whether dates of the row's person are looked for.
    pub(super) dates: bool,
    /// Whether towns of the row's person are looked for.
    pub(super) towns: bool,
    /// Whether a well-formed date is only compared as a date.
    pub(super) dated: bool,
    /// Whether names of staff stand here.
    pub(super) staff: bool,
    /// Whether whole numbers are compared.
    numbers: bool,
    /// Whether the configuration package has the column, so that its cell can be compared with this one.
    pub(super) configured: bool,
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
        instance: &'a Path,
        configuration: Option<&'a Path>,
        catalogue: &Catalogue,
        needed: &HashSet<String>,
        places: &mut Places,
    ) -> Result<Self, Error> {
        let connection = read::open(instance)?;
        let configured = configuration.map(read::open).transpose()?;
        let names = read::tables(&connection, SIDE)?;
        for table in catalogue.tables().iter().filter(|table| needed.contains(&table.name)) {
            if table.columns.iter().any(super::about_a_volunteer) && !names.contains(&table.name) {
                return Err(Error::MissingInInstance { table: table.name.clone() });
            }
        }
        let (mut tables, mut list) = (Vec::new(), Vec::new());
        for name in names {
            let number = tables.len();
            if catalogue.table(&name).is_some() {
                let columns = read::columns(&connection, SIDE, &name)?;
                parts::split(&connection, &name, number, &columns, &mut list);
            } else {
                list.push(Part { table: number, ids: None });
            }
            let table = target_table(&connection, configured.as_ref(), catalogue, name, places)?;
            tables.push(table);
        }
        Ok(Self { instance, configuration, tables, parts: list })
    }

    /// Returns the names of the tables that are read.
    pub(super) fn tables(&self) -> Vec<String> {
        self.tables.iter().map(|table| table.name.clone()).collect()
    }

    /// Reads every cell and keeps those that may hold a source value.
    pub(super) fn read(
        &self,
        filter: &Filter,
        hits: &Hits,
        threads: usize,
        told: &mut Told<'_>,
    ) -> Result<Extent, Error> {
        let readers = parts::each(
            &self.parts,
            threads,
            &|| Reader::open(self.instance, self.configuration, filter, hits),
            &|reader: &mut Reader<'_>, part| {
                let table = self.tables.get(part.table);
                table.map_or(Ok(()), |table| reader.part(table, part))
            },
            &mut |table| told.at(table),
        )?;
        told.end();
        let mut extent = Extent { tables: self.tables.len() as u64, ..Extent::default() };
        for reader in readers {
            extent.cells += reader.cells;
            extent.counts.merge(&reader.counts);
        }
        Ok(extent)
    }
}

/// One thread of the pass over the instance.
struct Reader<'r> {
    connection: Connection,
    look: Look<'r>,
    table: usize,
    repeats: Vec<Repeats>,
    cells: u64,
    counts: Counts,
}

impl<'r> Reader<'r> {
    fn open(
        instance: &Path,
        configuration: Option<&Path>,
        filter: &'r Filter,
        hits: &'r Hits,
    ) -> Result<Self, Error> {
        let configuration = configuration.map(read::open).transpose()?;
        Ok(Self {
            connection: read::open(instance)?,
            look: Look::new(filter, hits, configuration),
            table: usize::MAX,
            repeats: Vec::new(),
            cells: 0,
            counts: Counts::default(),
        })
    }

    fn part(&mut self, table: &TargetTable, part: &Part) -> Result<(), Error> {
        if table.columns.is_empty() {
            return Ok(());
        }
        if self.table != part.table {
            self.table = part.table;
            self.repeats = table.columns.iter().map(TargetColumn::repeats).collect();
        }
        let Self { connection, look, repeats, cells, counts, .. } = self;
        let failed = |cause| Error::read(SIDE, &table.name, cause);
        let mut statement = connection.prepare(&part.query(&table.sql)).map_err(failed)?;
        let mut rows = statement.query(params_from_iter(part.bound())).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let id: i64 = row.get(0).map_err(failed)?;
            let person: i64 = row.get(1).map_err(failed)?;
            for (index, (column, repeats)) in
                table.columns.iter().zip(repeats.iter_mut()).enumerate()
            {
                let at = At { table: &table.name, column, id, person };
                match row.get_ref(index + 2).map_err(failed)? {
                    ValueRef::Null => continue,
                    ValueRef::Integer(number) if column.numbers => look.number(&at, number)?,
                    ValueRef::Integer(_) => continue,
                    ValueRef::Real(number) => look.real(&at, number)?,
                    ValueRef::Text(bytes) => look.text(&at, &read::text(bytes), repeats)?,
                    ValueRef::Blob(bytes) => look.bytes(&at, bytes, repeats)?,
                }
                *cells += 1;
                counts.add(column.place);
            }
        }
        Ok(())
    }
}

impl TargetColumn {
    /// Dates and towns are compared with the row's person; every other cell says the same in every row.
    fn repeats(&self) -> Repeats {
        if self.dates || self.towns { Repeats::off() } else { Repeats::default() }
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
