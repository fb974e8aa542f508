//! The planted check: a scratch package and a scratch instance of invented people, in which one value per personal
//! column survives. A scan that does not report exactly those proves nothing.

use std::{
    collections::{BTreeSet, HashSet},
    path::{Path, PathBuf},
};

use landfall_catalogue::{Catalogue, Class, Column, Table};
use rusqlite::{Connection, params_from_iter, types::Value};

use super::{
    Sides, about_a_volunteer, compare,
    error::Error,
    read,
    report::{PlantedReport, Spot},
    rules::Rule,
};

const SIDE: &str = "scratch";

/// Plants one value per personal column of the tables that the package has, and scans.
pub(super) fn check(
    catalogue: &Catalogue,
    tables: &HashSet<String>,
    scratch: &Path,
    threads: usize,
) -> Result<PlantedReport, Error> {
    let files = Scratch::new(scratch)?;
    let planted = fill(catalogue, tables, &files)?;
    let sides = Sides { package: &files.package, configuration: None, instance: &files.instance };
    let compared = compare(sides, catalogue, threads, &mut |_| {})?;
    let found: BTreeSet<Spot> = compared
        .survivors
        .into_iter()
        .map(|one| Spot { table: one.found_table, column: one.found_column, rule: one.rule })
        .collect();
    if planted != found {
        return Err(Error::Blind {
            missed: listed(planted.difference(&found)),
            extra: listed(found.difference(&planted)),
        });
    }
    files.remove()?;
    Ok(PlantedReport { planted: planted.into_iter().collect(), found: found.into_iter().collect() })
}

/// The two scratch files. They hold nothing but invented values.
struct Scratch {
    package: PathBuf,
    instance: PathBuf,
}

impl Scratch {
    fn new(folder: &Path) -> Result<Self, Error> {
        let files = Self {
            package: folder.join("planted-package.sqlite"),
            instance: folder.join("planted-instance.sqlite"),
        };
        // An interrupted scan may have left them.
        files.remove()?;
        Ok(files)
    }

    fn remove(&self) -> Result<(), Error> {
        for path in [&self.package, &self.instance] {
            match std::fs::remove_file(path) {
                Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Error::Scratch { path: path.clone(), cause });
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Writes both files: person number i is there for personal column number i, and only that value of the person is the
/// same on both sides. Every row that belongs to person i has the id i.
fn fill(
    catalogue: &Catalogue,
    tables: &HashSet<String>,
    files: &Scratch,
) -> Result<BTreeSet<Spot>, Error> {
    let package = create(&files.package, catalogue, tables)?;
    let instance = create(&files.instance, catalogue, tables)?;
    let mut planted = BTreeSet::new();
    let mut person = 0_i64;
    for table in catalogue.tables().iter().filter(|table| tables.contains(&table.name)) {
        for column in table.columns.iter().filter(|column| about_a_volunteer(column)) {
            person += 1;
            for (link, row) in chain(catalogue, table)? {
                let survives = (row.name == table.name).then_some(column);
                insert(&package, row, link, person, Side::Source)?;
                insert(&instance, row, link, person, Side::Instance { survives })?;
            }
            if let Some(rule) = Rule::of(column.class) {
                planted.insert(Spot {
                    table: table.name.clone(),
                    column: column.name.clone(),
                    rule,
                });
            }
        }
    }
    for (connection, path) in [(package, &files.package), (instance, &files.instance)] {
        connection.execute_batch("COMMIT").map_err(|cause| Error::open(path, cause))?;
        connection.close().map_err(|(_, cause)| Error::open(path, cause))?;
    }
    Ok(planted)
}

/// Makes a file with the tables of the package; the scan needs no types and no constraints.
fn create(
    path: &Path,
    catalogue: &Catalogue,
    tables: &HashSet<String>,
) -> Result<Connection, Error> {
    let connection = Connection::open(path).map_err(|cause| Error::open(path, cause))?;
    connection
        .execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;")
        .map_err(|cause| Error::open(path, cause))?;
    for table in catalogue.tables().iter().filter(|table| tables.contains(&table.name)) {
        let columns: Vec<String> = table
            .columns
            .iter()
            .map(|column| match column.name.as_str() {
                "id" => "\"id\" INTEGER PRIMARY KEY".to_owned(),
                name => read::name(name),
            })
            .collect();
        connection
            .execute_batch(&format!(
                "CREATE TABLE {} ({})",
                read::name(&table.name),
                columns.join(", ")
            ))
            .map_err(|cause| Error::read(SIDE, &table.name, cause))?;
    }
    Ok(connection)
}

/// Returns the tables from this one to the volunteer, each with the column that leads to the next.
fn chain<'c>(
    catalogue: &'c Catalogue,
    table: &'c Table,
) -> Result<Vec<(Option<&'c str>, &'c Table)>, Error> {
    let astray = || Error::Astray { table: table.name.clone() };
    let path = &table.person.as_ref().ok_or_else(astray)?.0;
    let mut chain = Vec::new();
    let mut at = table;
    for column in path {
        let next = at.column(column).and_then(|column| column.references.as_deref());
        match next {
            Some(next) => {
                chain.push((Some(column.as_str()), at));
                at = catalogue.table(next).ok_or_else(astray)?;
            }
            // `["id"]`: the table is the volunteer itself.
            None => break,
        }
    }
    chain.push((None, at));
    Ok(chain)
}

/// On which side a row stands.
#[derive(Clone, Copy)]
enum Side<'c> {
    Source,
    Instance { survives: Option<&'c Column> },
}

fn insert(
    connection: &Connection,
    table: &Table,
    link: Option<&str>,
    person: i64,
    side: Side<'_>,
) -> Result<(), Error> {
    let mut names = vec!["\"id\"".to_owned()];
    let mut values = vec![Value::Integer(person)];
    if let Some(link) = link {
        names.push(read::name(link));
        values.push(Value::Integer(person));
    }
    for (number, column) in table.columns.iter().enumerate() {
        if !about_a_volunteer(column) {
            continue;
        }
        let from_source = match side {
            Side::Source => true,
            Side::Instance { survives } => survives.is_some_and(|one| one.name == column.name),
        };
        names.push(read::name(&column.name));
        values.push(invented(column.class, person, number, from_source));
    }
    let marks = vec!["?"; names.len()].join(", ");
    let sql =
        format!("INSERT INTO {} ({}) VALUES ({marks})", read::name(&table.name), names.join(", "));
    connection
        .execute(&sql, params_from_iter(values))
        .map_err(|cause| Error::read(SIDE, &table.name, cause))?;
    Ok(())
}

/// Invents a value of a class that nothing else in the scratch files resembles.
fn invented(class: Class, person: i64, column: usize, from_source: bool) -> Value {
    let column = i64::try_from(column).unwrap_or_default();
    let serial = person * 1_000 + column;
    let side = if from_source { "sorc" } else { "neut" };
    let letter = if from_source { 'S' } else { 'N' };
    let word = spelled(side, serial);
    // A different year for every column and side: no two dates of a person are the same.
    let year = column + if from_source { 1_600 } else { 1_800 };
    let text = match class {
        Class::FirstName | Class::MiddleName | Class::LastName | Class::City => word,
        Class::FullName => format!("{word} {}", spelled("whole", serial)),
        Class::BirthDate | Class::CareDate => format!("{year:04}-03-07"),
        Class::CareDateTime => format!("{year:04}-03-07T09:30:00Z"),
        Class::Email => format!("{word}@planted.invalid"),
        Class::Phone => format!("+44{}{serial:09}", if from_source { 7 } else { 1 }),
        Class::AddressLine => format!("{serial} {word} Road"),
        Class::Postcode => format!("{letter}{serial:08}X"),
        Class::NationalId => format!("{letter}I{serial:08}"),
        Class::BankAccount => format!("{letter}B{serial:012}"),
        Class::ExternalId => format!("{letter}E{serial:08}"),
        Class::FreeText => format!("A remark about {word} and the visit"),
        Class::FileName => format!("{word}.pdf"),
        Class::File => return Value::Blob(format!("the bytes of {word}").into_bytes()),
        Class::None
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
        | Class::Secret => return Value::Null,
    };
    Value::Text(text)
}

/// Spells a number with letters behind a beginning, so that the word holds no digit.
fn spelled(beginning: &str, number: i64) -> String {
    let mut word = beginning.to_owned();
    word.extend(number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')));
    word
}

fn listed<'s>(spots: impl Iterator<Item = &'s Spot>) -> String {
    let names: Vec<String> = spots
        .map(|spot| format!("`{}.{}` ({})", spot.table, spot.column, spot.rule.letter()))
        .collect();
    if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn everything_planted_is_found_and_nothing_stays_behind() {
        let folder = tempfile::tempdir().unwrap();
        let catalogue = sample::catalogue();
        let tables: HashSet<String> =
            catalogue.tables().iter().map(|table| table.name.clone()).collect();
        let report = check(&catalogue, &tables, folder.path(), 2).unwrap();
        let columns: usize = catalogue
            .tables()
            .iter()
            .map(|table| table.columns.iter().filter(|column| about_a_volunteer(column)).count())
            .sum();
        assert!(columns > 30);
        assert_eq!(report.planted.len(), columns);
        assert_eq!(report.planted, report.found);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
