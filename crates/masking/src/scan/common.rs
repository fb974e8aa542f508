//! What is common property and so no person's value: see the statement of rule (a).

use std::path::Path;

use landfall_catalogue::{Catalogue, Class, Kind as ColumnKind, Subject, Table};
use rusqlite::{Connection, params_from_iter, types::ValueRef};

use super::{
    error::Error,
    hash::Texts,
    normalise::{self, Words},
    parts::{self, Part},
    read,
    repeat::Repeats,
    rules,
    source::SIDE,
};

/// Longer texts are nobody's vocabulary.
const LONGEST: usize = 200;

/// Texts that are common property.
#[derive(Default)]
pub(super) struct Common {
    pub(super) words: Texts,
    pub(super) places: Texts,
    pub(super) vocabulary: Texts,
}

/// A table whose texts are read, and which of its columns name places.
struct Vocabulary {
    name: String,
    sql: String,
    names_places: Vec<bool>,
}

/// What one thread read.
struct Reader {
    connection: Connection,
    words: Words,
    table: usize,
    repeats: Vec<Repeats>,
    places: Texts,
    vocabulary: Texts,
}

impl Common {
    /// Reads the names of places about volunteers, and as vocabulary every coded term and every text of a table that
    /// speaks of no volunteer.
    pub(super) fn read(
        package: &Path,
        connection: &Connection,
        catalogue: &Catalogue,
        tables: &[&Table],
        threads: usize,
    ) -> Result<Self, Error> {
        let tables: Vec<Vocabulary> =
            tables.iter().filter_map(|table| Vocabulary::of(table)).collect();
        let mut list = Vec::new();
        for (number, table) in tables.iter().enumerate() {
            parts::split(connection, &table.name, number, &[], &mut list);
        }
        let readers = parts::each(
            &list,
            threads,
            &|| Reader::open(package),
            &|reader: &mut Reader, part| {
                tables.get(part.table).map_or(Ok(()), |table| reader.part(table, part))
            },
            &mut |_| {},
        )?;
        let mut common = Self { words: words(catalogue), ..Self::default() };
        for reader in readers {
            common.places.extend(reader.places);
            common.vocabulary.extend(reader.vocabulary);
        }
        Ok(common)
    }
}

/// Returns the words that the product itself uses, or that say that a value is missing.
fn words(catalogue: &Catalogue) -> Texts {
    let mut words: Texts =
        rules::MISSING.into_iter().map(|word| word.as_bytes().to_vec()).collect();
    for column in catalogue.tables().iter().flat_map(|table| &table.columns) {
        words.extend(column.values.iter().map(|value| normalise::plain(value)));
    }
    words
}

impl Vocabulary {
    /// Returns nothing for a table in which nothing is common property.
    fn of(table: &Table) -> Option<Self> {
        let mut cells = Vec::new();
        let mut names_places = Vec::new();
        for column in &table.columns {
            let text = column.kind == ColumnKind::Text && column.references.is_none();
            if !text || column.class.stays_at_the_destination() {
                continue;
            }
            let vocabulary = table.person.is_none() || column.class == Class::Coded;
            let place = column.subject == Subject::Volunteer
                && matches!(column.class, Class::City | Class::Region | Class::Country);
            if vocabulary || place {
                cells.push(format!("t0.{}", read::name(&column.name)));
                names_places.push(!vocabulary);
            }
        }
        if cells.is_empty() {
            return None;
        }
        let sql = format!("SELECT {} FROM {} AS t0", cells.join(", "), read::name(&table.name));
        Some(Self { name: table.name.clone(), sql, names_places })
    }
}

impl Reader {
    fn open(package: &Path) -> Result<Self, Error> {
        Ok(Self {
            connection: read::open(package)?,
            words: Words::default(),
            table: usize::MAX,
            repeats: Vec::new(),
            places: Texts::default(),
            vocabulary: Texts::default(),
        })
    }

    fn part(&mut self, table: &Vocabulary, part: &Part) -> Result<(), Error> {
        if self.table != part.table {
            self.table = part.table;
            self.repeats = table.names_places.iter().map(|_| Repeats::default()).collect();
        }
        let failed = |cause| Error::read(SIDE, &table.name, cause);
        let mut statement = self.connection.prepare(&part.query(&table.sql)).map_err(failed)?;
        let mut rows = statement.query(params_from_iter(part.bound())).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            for (index, (place, repeats)) in
                table.names_places.iter().zip(&mut self.repeats).enumerate()
            {
                let ValueRef::Text(bytes) = row.get_ref(index).map_err(failed)? else { continue };
                // What is no UTF-8 is no vocabulary.
                let Ok(text) = std::str::from_utf8(bytes) else { continue };
                if repeats.knows(bytes) || (text.len() > LONGEST && text.chars().count() > LONGEST)
                {
                    continue;
                }
                self.words.read(text);
                let into = if *place { &mut self.places } else { &mut self.vocabulary };
                if !into.contains(self.words.whole()) {
                    into.insert(self.words.whole().to_vec());
                }
                repeats.keep(bytes);
            }
        }
        Ok(())
    }
}
