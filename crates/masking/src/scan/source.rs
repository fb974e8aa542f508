//! The source side: every personal value of the package, as traces.

use std::collections::HashSet;

use landfall_catalogue::{Catalogue, Class, Subject, Table};
use rusqlite::{Connection, types::ValueRef};

use super::{
    Phase, Progress, about_a_volunteer,
    error::Error,
    normalise::{self, Words},
    place::{Counts, Places},
    read, rules,
    trace::{Kind, Trace},
};

const SIDE: &str = "package";
/// A whole cell shorter than this is looked for in columns of its own class only.
const SHORTEST_WHOLE: usize = 4;
/// Digits alone are looked for everywhere from this length on; a run of words too.
const SHORTEST_TOKEN: usize = 6;
const SHORTEST_POSTCODE: usize = 5;
const SHORTEST_TEXT: usize = 12;

/// The tables of the package that hold personal values, and what is no person's value.
pub(super) struct Source<'a> {
    connection: &'a Connection,
    tables: Vec<SourceTable>,
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

/// Texts that are common property: see the statement of rule (a).
#[derive(Default)]
struct Common {
    words: HashSet<String>,
    places: HashSet<String>,
    vocabulary: HashSet<String>,
}

/// Takes each trace with the place of its source value.
pub(super) type Take<'f> = &'f mut dyn FnMut(&[u8], usize) -> Result<(), Error>;

impl<'a> Source<'a> {
    /// Looks which tables and columns there are, and reads what is common property.
    pub(super) fn open(
        connection: &'a Connection,
        catalogue: &Catalogue,
        places: &mut Places,
    ) -> Result<Self, Error> {
        let present = read::present(catalogue, connection)?;
        let mut tables = Vec::new();
        let mut common = Common::of(catalogue);
        for table in catalogue.tables().iter().filter(|table| present.contains(&table.name)) {
            common.read(connection, table)?;
            if table.columns.iter().any(about_a_volunteer) {
                tables.push(SourceTable::of(catalogue, table, places)?);
            }
        }
        Ok(Self { connection, tables, common })
    }

    /// Estimates how many traces there are.
    pub(super) fn estimate(&self) -> Result<u64, Error> {
        let mut traces = 0_u64;
        for table in &self.tables {
            let rows: i64 = self
                .connection
                .query_row(
                    &format!("SELECT count(*) FROM {}", read::name(&table.name)),
                    [],
                    |row| row.get(0),
                )
                .map_err(|cause| Error::read(SIDE, &table.name, cause))?;
            let each: u64 = table
                .columns
                .iter()
                .map(|column| match column.class {
                    Class::Phone => 4,
                    Class::LastName => 4,
                    class if class.is_date() => 1,
                    _ => 2,
                })
                .sum();
            traces = traces.saturating_add(each.saturating_mul(u64::try_from(rows).unwrap_or(0)));
        }
        Ok(traces)
    }

    /// Reads every personal value, table by table, and hands over its traces; counts the values.
    pub(super) fn read(
        &self,
        phase: Phase,
        progress: &mut dyn FnMut(Progress),
        take: Take<'_>,
    ) -> Result<Counts, Error> {
        let mut counts = Counts::default();
        for (done, table) in self.tables.iter().enumerate() {
            progress(Progress { phase, table: table.name.clone(), done, total: self.tables.len() });
            self.read_table(table, &mut counts, take)?;
        }
        Ok(counts)
    }

    fn read_table(
        &self,
        table: &SourceTable,
        counts: &mut Counts,
        take: Take<'_>,
    ) -> Result<(), Error> {
        let failed = |cause| Error::read(SIDE, &table.name, cause);
        let mut statement = self.connection.prepare(&table.sql).map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        let mut trace = Trace::default();
        let mut words = Words::default();
        while let Some(row) = rows.next().map_err(failed)? {
            let person: i64 = row.get(0).map_err(failed)?;
            for (index, column) in table.columns.iter().enumerate() {
                match row.get_ref(index + 1).map_err(failed)? {
                    ValueRef::Null => {}
                    ValueRef::Text(bytes) => {
                        let text = String::from_utf8_lossy(bytes);
                        if !text.is_empty() {
                            counts.add(column.place);
                            self.text(person, column, &text, &mut words, &mut trace, take)?;
                        }
                    }
                    ValueRef::Blob(bytes) if !bytes.is_empty() => {
                        counts.add(column.place);
                        take(trace.file(bytes), column.place)?;
                    }
                    ValueRef::Blob(_) => {}
                    ValueRef::Integer(number) => {
                        counts.add(column.place);
                        self.text(
                            person,
                            column,
                            &number.to_string(),
                            &mut words,
                            &mut trace,
                            take,
                        )?;
                    }
                    ValueRef::Real(number) => {
                        counts.add(column.place);
                        self.text(
                            person,
                            column,
                            &number.to_string(),
                            &mut words,
                            &mut trace,
                            take,
                        )?;
                    }
                }
            }
            if let (Some(first), Some(last)) = (table.first, table.last) {
                let part = |index: usize| match row.get_ref(index + 1) {
                    Ok(ValueRef::Text(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
                    _ => String::new(),
                };
                let middle = table.middle.map(part).unwrap_or_default();
                let place = table.columns.get(last).map_or(0, |column| column.place);
                for name in names(&part(first), &middle, &part(last)) {
                    take(trace.text(Kind::Name, &name), place)?;
                }
            }
        }
        Ok(())
    }

    /// Hands over the traces of one text.
    fn text(
        &self,
        person: i64,
        column: &SourceColumn,
        text: &str,
        words: &mut Words,
        trace: &mut Trace,
        take: Take<'_>,
    ) -> Result<(), Error> {
        let place = column.place;
        words.read(text);
        let plain = words.whole();
        if plain.is_empty() {
            return Ok(());
        }
        match column.class {
            Class::BirthDate | Class::CareDate | Class::CareDateTime => {
                let date = text.get(..10).unwrap_or(text);
                return take(trace.person(Kind::Date, person, date), place);
            }
            Class::City => return take(trace.person(Kind::City, person, plain), place),
            _ => {}
        }
        take(trace.own(column.class, plain.as_bytes()), place)?;
        if self.common.words.contains(plain) {
            return Ok(());
        }
        let length = normalise::length(plain);
        let digits = normalise::is_digits(plain);
        let has_digit = plain.bytes().any(|byte| byte.is_ascii_digit());
        let long_enough = length >= if digits { SHORTEST_TOKEN } else { SHORTEST_WHOLE };
        match column.class {
            Class::Email | Class::NationalId | Class::BankAccount | Class::ExternalId => {
                if long_enough {
                    take(trace.text(Kind::Value, plain), place)?;
                }
            }
            Class::Postcode => {
                if long_enough && has_digit && length >= SHORTEST_POSTCODE {
                    take(trace.text(Kind::Value, plain), place)?;
                }
            }
            Class::AddressLine => {
                let a_place = !has_digit
                    && (self.common.places.contains(plain)
                        || self.common.vocabulary.contains(plain));
                if long_enough && !a_place {
                    take(trace.text(Kind::Value, plain), place)?;
                }
            }
            Class::Phone => {
                if long_enough {
                    take(trace.text(Kind::Value, plain), place)?;
                }
                if text.trim_start().starts_with('+') && digits {
                    let national = plain.get(normalise::country_code(plain)..).unwrap_or_default();
                    if national.len() >= SHORTEST_TOKEN {
                        let dialled = format!("0{national}");
                        for form in [national, dialled.as_str()] {
                            take(trace.text(Kind::Value, form), place)?;
                            take(trace.own(column.class, form.as_bytes()), place)?;
                        }
                    }
                }
            }
            Class::FreeText => {
                if length >= SHORTEST_TEXT && !self.common.vocabulary.contains(plain) {
                    take(trace.text(Kind::Whole, plain), place)?;
                }
            }
            Class::FileName => {
                if length >= SHORTEST_TOKEN {
                    take(trace.text(Kind::Whole, plain), place)?;
                }
            }
            // A file that is kept as text, which no catalogue allows, is still compared in its own column.
            Class::File => {}
            Class::FirstName
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
            | Class::Secret => {}
        }
        Ok(())
    }
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
        let at = |class| columns.iter().position(|column: &SourceColumn| column.class == class);
        let (first, middle, last) =
            (at(Class::FirstName), at(Class::MiddleName), at(Class::LastName));
        let sql = format!("SELECT {} FROM {from}", selected.join(", "));
        Ok(Self { name: table.name.clone(), sql, columns, first, middle, last })
    }
}

impl Common {
    fn of(catalogue: &Catalogue) -> Self {
        let mut words: HashSet<String> = rules::MISSING.into_iter().map(str::to_owned).collect();
        for column in catalogue.tables().iter().flat_map(|table| &table.columns) {
            words.extend(column.values.iter().map(|value| normalise::plain(value)));
        }
        Self { words, ..Self::default() }
    }

    /// Reads the names of places about volunteers, and as vocabulary every coded term and every text of a table that
    /// speaks of no volunteer.
    fn read(&mut self, connection: &Connection, table: &Table) -> Result<(), Error> {
        for column in &table.columns {
            let text = column.kind == landfall_catalogue::Kind::Text && column.references.is_none();
            if !text || column.class.stays_at_the_destination() {
                continue;
            }
            let names_a_place = column.subject == Subject::Volunteer
                && matches!(column.class, Class::City | Class::Region | Class::Country);
            let into = if table.person.is_none() || column.class == Class::Coded {
                &mut self.vocabulary
            } else if names_a_place {
                &mut self.places
            } else {
                continue;
            };
            let failed = |cause| Error::read(SIDE, &table.name, cause);
            let sql = format!(
                "SELECT DISTINCT {column} FROM {table} WHERE length({column}) <= 200",
                column = read::name(&column.name),
                table = read::name(&table.name),
            );
            let mut statement = connection.prepare(&sql).map_err(failed)?;
            let mut rows = statement.query([]).map_err(failed)?;
            while let Some(row) = rows.next().map_err(failed)? {
                let text: String = row.get(0).map_err(failed)?;
                into.insert(normalise::plain(&text));
            }
        }
        Ok(())
    }
}

/// Returns the forms in which a first and a last name may stand together: first last, last first, first middle last.
fn names(first: &str, middle: &str, last: &str) -> Vec<String> {
    let spaced = |parts: &[&str]| {
        let mut text = String::new();
        let mut words = Words::default();
        for part in parts {
            words.read(part);
            words.spaced(0, words.count(), &mut text);
        }
        text
    };
    let (first_alone, last_alone) = (spaced(&[first]), spaced(&[last]));
    let letters = normalise::length(&first_alone) + normalise::length(&last_alone);
    if first_alone.is_empty() || last_alone.is_empty() || letters < SHORTEST_TOKEN {
        return Vec::new();
    }
    let mut forms = vec![spaced(&[first, last]), spaced(&[last, first])];
    if !spaced(&[middle]).is_empty() {
        forms.push(spaced(&[first, middle, last]));
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

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
