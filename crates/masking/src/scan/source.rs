//! The source side: every personal value of the package, as traces.

use std::path::Path;

use landfall_catalogue::{Catalogue, Class, Table};
use rusqlite::{Connection, Row, params_from_iter, types::ValueRef};

use super::{
    about_a_volunteer,
    common::Common,
    error::Error,
    hash::Rolling,
    normalise::{self, Run, Words},
    parts::{self, Part, Told},
    place::{Counts, Places},
    read,
    repeat::Repeats,
    trace::Kind,
};

pub(super) const SIDE: &str = "package";
/// A whole cell shorter than this is looked for in columns of its own class only.
const SHORTEST_WHOLE: usize = 4;
/// Digits alone are looked for everywhere from this length on; a run of words too.
const SHORTEST_TOKEN: usize = 6;
const SHORTEST_POSTCODE: usize = 5;
const SHORTEST_TEXT: usize = 12;

/// The tables of the package that hold personal values, and what is no person's value.
pub(super) struct Source<'a> {
    package: &'a Path,
    tables: Vec<SourceTable>,
    parts: Vec<Part>,
    traces: u64,
    common: Common,
}

struct SourceTable {
    name: String,
    sql: String,
    columns: Vec<SourceColumn>,
    /// Which of the columns are first, middle and last name.
    first: Option<usize>,
    middle: Option<usize>,
    last: Option<usize>,
}

struct SourceColumn {
    place: usize,
    class: Class,
}

/// A text of the source without case and separators.
#[derive(Clone, Copy)]
pub(super) struct Plain<'t> {
    pub(super) content: &'t [u8],
    pub(super) rolling: Rolling,
}

/// Takes the traces of the source, each with the place of its value.
pub(super) trait Take {
    /// A text in columns of its class; `anywhere` when it is looked for in others too.
    fn text(
        &mut self,
        class: Class,
        anywhere: bool,
        text: Plain<'_>,
        place: usize,
    ) -> Result<(), Error>;

    /// A date or town in a person's rows.
    fn person(
        &mut self,
        kind: Kind,
        person: i64,
        text: Plain<'_>,
        place: usize,
    ) -> Result<(), Error>;

    /// A file.
    fn file(&mut self, bytes: &[u8], place: usize) -> Result<(), Error>;

    /// Names that stand together, in the order given.
    fn name(&mut self, parts: &[&Words], place: usize) -> Result<(), Error>;
}

impl<'a> Source<'a> {
    /// Looks which tables and columns there are, and reads what is common property.
    pub(super) fn open(
        package: &'a Path,
        catalogue: &Catalogue,
        places: &mut Places,
        threads: usize,
    ) -> Result<Self, Error> {
        let connection = read::open(package)?;
        let present = read::present(catalogue, &connection)?;
        let there: Vec<&Table> =
            catalogue.tables().iter().filter(|table| present.contains(&table.name)).collect();
        let common = Common::read(package, &connection, catalogue, &there, threads)?;
        let (mut tables, mut list, mut traces) = (Vec::new(), Vec::new(), 0_u64);
        for table in there.into_iter().filter(|table| table.columns.iter().any(about_a_volunteer)) {
            let source = SourceTable::of(catalogue, table, places)?;
            let columns = read::columns(&connection, SIDE, &table.name)?;
            let rows = parts::split(&connection, &table.name, tables.len(), &columns, &mut list);
            traces = traces.saturating_add(source.traces().saturating_mul(rows));
            tables.push(source);
        }
        Ok(Self { package, tables, parts: list, traces, common })
    }

    /// Estimates how many traces there are.
    pub(super) fn estimate(&self) -> u64 {
        self.traces
    }

    /// Returns the names of the tables that are read.
    pub(super) fn tables(&self) -> Vec<String> {
        self.tables.iter().map(|table| table.name.clone()).collect()
    }

    /// Reads every personal value and hands over its traces, each thread to a taker of its own; counts the values.
    pub(super) fn read<T: Take + Send>(
        &self,
        threads: usize,
        make: &(dyn Fn() -> T + Sync),
        told: &mut Told<'_>,
    ) -> Result<(Counts, Vec<T>), Error> {
        let readers = parts::each(
            &self.parts,
            threads,
            &|| Reader::open(self.package, make()),
            &|reader: &mut Reader<T>, part| {
                let table = self.tables.get(part.table);
                table.map_or(Ok(()), |table| reader.part(table, &self.common, part))
            },
            &mut |table| told.at(table),
        )?;
        told.end();
        let mut counts = Counts::default();
        let mut takers = Vec::with_capacity(readers.len());
        for reader in readers {
            counts.merge(&reader.counts);
            takers.push(reader.take);
        }
        Ok((counts, takers))
    }
}

/// One thread of a pass over the source.
struct Reader<T> {
    connection: Connection,
    words: Words,
    /// First, middle and last name of a row.
    names: [Words; 3],
    table: usize,
    repeats: Vec<Repeats>,
    counts: Counts,
    take: T,
}

impl<T: Take> Reader<T> {
    fn open(package: &Path, take: T) -> Result<Self, Error> {
        Ok(Self {
            connection: read::open(package)?,
            words: Words::default(),
            names: Default::default(),
            table: usize::MAX,
            repeats: Vec::new(),
            counts: Counts::default(),
            take,
        })
    }

    fn part(&mut self, table: &SourceTable, common: &Common, part: &Part) -> Result<(), Error> {
        if self.table != part.table {
            self.table = part.table;
            self.repeats = table.columns.iter().map(SourceColumn::repeats).collect();
        }
        let Self { connection, words, names, repeats, counts, take, .. } = self;
        let failed = |cause| Error::read(SIDE, &table.name, cause);
        let mut statement = connection.prepare(&part.query(&table.sql)).map_err(failed)?;
        let mut rows = statement.query(params_from_iter(part.bound())).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let person: i64 = row.get(0).map_err(failed)?;
            for (index, (column, repeats)) in
                table.columns.iter().zip(repeats.iter_mut()).enumerate()
            {
                let mut buffer = [0; 20];
                let real;
                let text = match row.get_ref(index + 1).map_err(failed)? {
                    ValueRef::Null | ValueRef::Blob([]) | ValueRef::Text([]) => continue,
                    ValueRef::Blob(bytes) => {
                        counts.add(column.place);
                        take.file(bytes, column.place)?;
                        continue;
                    }
                    ValueRef::Text(bytes) => read::text(bytes),
                    ValueRef::Integer(number) => read::digits(number, &mut buffer).into(),
                    ValueRef::Real(number) => {
                        real = number.to_string();
                        real.as_str().into()
                    }
                };
                counts.add(column.place);
                // The same text in the same column has the same traces: they were handed over.
                if !repeats.knows(text.as_bytes()) {
                    words.read(&text);
                    hand_over(column, person, &text, words, common, take)?;
                    repeats.keep(text.as_bytes());
                }
            }
            name_of(table, row, names, take)?;
        }
        Ok(())
    }
}

/// Hands over the traces of one text, which `words` has read.
fn hand_over<T: Take>(
    column: &SourceColumn,
    person: i64,
    text: &str,
    words: &Words,
    common: &Common,
    take: &mut T,
) -> Result<(), Error> {
    let (class, place) = (column.class, column.place);
    let content = words.whole();
    let Run { rolling, characters } = words.all();
    let plain = Plain { content, rolling };
    if content.is_empty() {
        return Ok(());
    }
    if class.is_date() {
        let date = text.get(..10).unwrap_or(text).as_bytes();
        let date = Plain { content: date, rolling: Rolling::of(date) };
        return take.person(Kind::Date, person, date, place);
    }
    if class == Class::City {
        return take.person(Kind::City, person, plain, place);
    }
    if common.words.contains(content) {
        return take.text(class, false, plain, place);
    }
    let digits = normalise::is_digits(content);
    let has_digit = content.iter().any(u8::is_ascii_digit);
    let long_enough = characters >= if digits { SHORTEST_TOKEN } else { SHORTEST_WHOLE };
    let anywhere = match class {
        Class::Email
        | Class::NationalId
        | Class::BankAccount
        | Class::ExternalId
        | Class::Phone => long_enough,
        Class::Postcode => long_enough && has_digit && characters >= SHORTEST_POSTCODE,
        Class::AddressLine => {
            let a_place = !has_digit
                && (common.places.contains(content) || common.vocabulary.contains(content));
            long_enough && !a_place
        }
        Class::FreeText => characters >= SHORTEST_TEXT && !common.vocabulary.contains(content),
        Class::FileName => characters >= SHORTEST_TOKEN,
        // A file that is kept as text, which no catalogue allows, is still compared in its own column.
        Class::File
        | Class::FirstName
        | Class::MiddleName
        | Class::LastName
        | Class::FullName
        | Class::BirthDate
        | Class::CareDate
        | Class::CareDateTime
        | Class::City
        | Class::None
        | Class::Key
        | Class::Sex
        | Class::Race
        | Class::Ethnicity
        | Class::Height
        | Class::Weight
        | Class::Region
        | Class::Country
        | Class::Coded
        | Class::Integration
        | Class::Secret => false,
    };
    take.text(class, anywhere, plain, place)?;
    if class == Class::Phone && digits && text.trim_start().starts_with('+') {
        let national = content.get(normalise::country_code(content)..).unwrap_or_default();
        if national.len() >= SHORTEST_TOKEN {
            let short = Plain { content: national, rolling: Rolling::of(national) };
            let mut dialled = Vec::with_capacity(national.len() + 1);
            dialled.push(b'0');
            dialled.extend_from_slice(national);
            let long = Plain { content: &dialled, rolling: Rolling::of(&dialled) };
            for form in [short, long] {
                take.text(class, true, form, place)?;
            }
        }
    }
    Ok(())
}

/// Hands over the forms in which first and last name of a row may stand together.
fn name_of<T: Take>(
    table: &SourceTable,
    row: &Row<'_>,
    names: &mut [Words; 3],
    take: &mut T,
) -> Result<(), Error> {
    let (Some(_), Some(last)) = (table.first, table.last) else { return Ok(()) };
    for (index, words) in [table.first, table.middle, table.last].into_iter().zip(names.iter_mut())
    {
        match index.map(|index| row.get_ref(index + 1)) {
            Some(Ok(ValueRef::Text(bytes))) => words.read(&read::text(bytes)),
            _ => words.read(""),
        }
    }
    let place = table.columns.get(last).map_or(0, |column| column.place);
    for form in forms(names).iter().filter(|form| !form.is_empty()) {
        take.name(form, place)?;
    }
    Ok(())
}

impl SourceTable {
    fn of(catalogue: &Catalogue, table: &Table, places: &mut Places) -> Result<Self, Error> {
        let (from, person) = read::person(catalogue, table)?;
        let mut selected = vec![person];
        let mut columns = Vec::new();
        for column in table.columns.iter().filter(|column| about_a_volunteer(column)) {
            selected.push(format!("t0.{}", read::name(&column.name)));
            let place = places.number(&table.name, &column.name);
            columns.push(SourceColumn { place, class: column.class });
        }
        let at =
            |class: Class| columns.iter().position(|column: &SourceColumn| column.class == class);
        let (first, middle, last) =
            (at(Class::FirstName), at(Class::MiddleName), at(Class::LastName));
        let sql = format!("SELECT {} FROM {from}", selected.join(", "));
        Ok(Self { name: table.name.clone(), sql, columns, first, middle, last })
    }

    /// Returns about how many different traces a row has.
    fn traces(&self) -> u64 {
        self.columns
            .iter()
            .map(|column| match column.class {
                Class::Phone => 3,
                Class::LastName => 4,
                _ => 1,
            })
            .sum()
    }
}

impl SourceColumn {
    /// Dates and towns mean something else for every person; other texts mean the same in every row.
    fn repeats(&self) -> Repeats {
        if self.class.is_date() || self.class == Class::City {
            Repeats::off()
        } else {
            Repeats::default()
        }
    }
}

/// Returns the forms in which a first and a last name may stand together: first last, last first, first middle last;
/// nothing in place of a form that there is not.
fn forms([first, middle, last]: &[Words; 3]) -> [Vec<&Words>; 3] {
    let spaced = |words: &Words| words.all().characters + words.count().saturating_sub(1);
    let letters = spaced(first) + spaced(last);
    if first.count() == 0 || last.count() == 0 || letters < SHORTEST_TOKEN {
        return [Vec::new(), Vec::new(), Vec::new()];
    }
    let whole = if middle.count() == 0 { Vec::new() } else { vec![first, middle, last] };
    [vec![first, last], vec![last, first], whole]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The forms as they are written.
    fn names(first: &str, middle: &str, last: &str) -> Vec<String> {
        let mut names: [Words; 3] = Default::default();
        for (words, text) in names.iter_mut().zip([first, middle, last]) {
            words.read(text);
        }
        let mut written = Vec::new();
        for form in forms(&names).iter().filter(|form| !form.is_empty()) {
            let (mut text, mut hash) = (Vec::new(), Rolling::default());
            for words in form {
                words.spaced(0, words.count(), &mut text);
                words.spaced_hash(0, words.count(), &mut hash);
            }
            assert_eq!(hash, Rolling::of(&text));
            written.push(String::from_utf8(text).unwrap());
        }
        written
    }

    #[test]
    fn names_stand_together_in_three_forms() {
        assert_eq!(
            names("Mary-Ann", "J.", "O'Neil"),
            ["mary ann o neil", "o neil mary ann", "mary ann j o neil"]
        );
        assert_eq!(names("Jane", "", "Doe"), ["jane doe", "doe jane"]);
        assert!(names("Al", "", "Li").is_empty());
        assert!(names("", "", "Lincoln").is_empty());
    }
}
