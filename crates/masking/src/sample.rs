//! Invented volunteers in package form, for the tests of masks and scan, and a load that needs no instance around it.

use std::path::Path;

use landfall_catalogue::{Catalogue, Class, Column, Kind, Subject, Table};
use landfall_instances::{Cells, Treatment, Way};
use rusqlite::{
    Connection, params_from_iter,
    types::{ToSqlOutput, Value},
};

const FIRST: [&str; 6] = ["Amelia", "Brónach", "Charles", "Dee", "Emeka", "Fiona"];
const LAST: [&str; 5] = ["Ashworth", "Briggs", "van der Berg", "O'Connor", "Smith"];
const TOWNS: [&str; 4] = ["Lancaster", "Morecambe", "Kendal", "Great Harwood"];

/// Rows of each table that leads to a volunteer, per volunteer.
const CHILDREN: i64 = 2;

pub(crate) fn catalogue() -> Catalogue {
    Catalogue::embedded(&"24.1".parse().unwrap()).unwrap()
}

fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

/// Makes the tables of the catalogue that lead to a volunteer, without constraints.
fn create(path: &Path, catalogue: &Catalogue) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;").unwrap();
    for table in people(catalogue) {
        let columns: Vec<String> = table
            .columns
            .iter()
            .map(|column| match column.name.as_str() {
                "id" => "\"id\" INTEGER PRIMARY KEY".to_owned(),
                name => quoted(name),
            })
            .collect();
        let sql = format!("CREATE TABLE {} ({})", quoted(&table.name), columns.join(", "));
        connection.execute_batch(&sql).unwrap();
    }
    connection
}

fn people(catalogue: &Catalogue) -> impl Iterator<Item = &Table> {
    catalogue.tables().iter().filter(|table| table.person.is_some())
}

/// Writes a package with so many volunteers.
pub(crate) fn package(path: &Path, catalogue: &Catalogue, volunteers: i64) {
    let connection = create(path, catalogue);
    connection.execute_batch("BEGIN").unwrap();
    for table in people(catalogue) {
        let path = &table.person.as_ref().unwrap().0;
        let itself = path.first().is_some_and(|column| column == "id");
        // A table two steps away has one row for each row of the table between.
        let each = if itself { 1 } else { CHILDREN };
        for row in 1..=volunteers * each {
            let link = match path.len() {
                1 => (row + each - 1) / each,
                _ => row,
            };
            let values: Vec<Value> = table
                .columns
                .iter()
                .enumerate()
                .map(|(number, column)| match column.name.as_str() {
                    "id" => Value::Integer(row),
                    name if !itself && path[0] == name => Value::Integer(link),
                    _ => invented(column, row, i64::try_from(number).unwrap()),
                })
                .collect();
            let marks = vec!["?"; values.len()].join(", ");
            let sql = format!("INSERT INTO {} VALUES ({marks})", quoted(&table.name));
            connection.prepare_cached(&sql).unwrap().execute(params_from_iter(values)).unwrap();
        }
    }
    connection.execute_batch("COMMIT").unwrap();
}

/// Loads the package into a new file under a treatment.
pub(crate) fn load(
    package: &Path,
    instance: &Path,
    catalogue: &Catalogue,
    treatment: &dyn Treatment,
) -> Result<(), String> {
    let connection = create(instance, catalogue);
    let source = Connection::open(package).unwrap();
    let prepared = treatment.prepare(package)?;
    for table in people(catalogue) {
        let ways = table
            .columns
            .iter()
            .map(|column| treatment.way(table, column))
            .collect::<Result<Vec<_>, _>>()?;
        let treated: Vec<&Column> = table
            .columns
            .iter()
            .zip(&ways)
            .filter(|(_, way)| **way == Way::Treated)
            .map(|(column, _)| column)
            .collect();
        let mut rows = prepared.rows(table, &treated)?;
        let owner = treatment.owner(table, "s")?;
        let name = quoted(&table.name);
        let marks = vec!["?"; ways.len()].join(", ");
        let mut insert =
            connection.prepare(&format!("INSERT INTO main.{name} VALUES ({marks})")).unwrap();
        let mut select = source
            .prepare(&format!(
                "SELECT {}, s.* FROM main.{name} AS s{} ORDER BY s.\"id\"",
                owner.expression, owner.joins
            ))
            .unwrap();
        let mut found = select.query([]).unwrap();
        while let Some(row) = found.next().unwrap() {
            let (owner, id) = (row.get(0).unwrap(), row.get("id").unwrap());
            let mut cells = Cells::default();
            let mut number = 0;
            for (index, way) in ways.iter().enumerate() {
                let value = row.get_ref(index + 1).unwrap();
                match way {
                    Way::Copied => cells.push(value),
                    Way::Removed => cells.null(),
                    Way::Treated => {
                        rows.cell(number, owner, id, value, &mut cells)?;
                        number += 1;
                    }
                }
            }
            for (index, value) in cells.iter().enumerate() {
                insert.raw_bind_parameter(index + 1, ToSqlOutput::Borrowed(value)).unwrap();
            }
            insert.raw_execute().unwrap();
        }
    }
    Ok(())
}

fn of<'t>(list: &[&'t str], serial: i64) -> &'t str {
    list[usize::try_from(serial).unwrap() % list.len()]
}

fn invented(column: &Column, row: i64, number: i64) -> Value {
    if column.subject != Subject::Volunteer || column.references.is_some() {
        return Value::Null;
    }
    let serial = row * 100 + number;
    let (first, last) = (of(&FIRST, row), of(&LAST, row));
    let text = match column.class {
        Class::FirstName => first.to_owned(),
        Class::MiddleName => of(&FIRST, row + 1).to_owned(),
        Class::LastName => last.to_owned(),
        Class::FullName => format!("{} {}", of(&FIRST, serial), of(&LAST, serial + 1)),
        Class::BirthDate => format!("19{:02}-02-{:02}", 50 + row % 45, 1 + row % 28),
        Class::CareDate => format!("20{:02}-{:02}-15", 10 + number % 14, 1 + row % 12),
        Class::CareDateTime => {
            format!("20{:02}-{:02}-17T08:15:00Z", 10 + number % 14, 1 + row % 12)
        }
        Class::Email => format!("{first}.smith.{serial}@home.example"),
        Class::Phone => format!("+447{:09}", 700_000_000 + serial),
        Class::AddressLine => format!("{serial} High Street"),
        Class::City => of(&TOWNS, row).to_owned(),
        Class::Postcode => format!("LA{} {}AB", 10 + row % 80, number % 10),
        Class::NationalId => format!("QQ{serial:08}C"),
        Class::BankAccount => format!("ACCT{serial:012}"),
        Class::ExternalId => format!("V-{serial:07}"),
        Class::FreeText => format!("Spoke to {first} {last} about visit {serial}"),
        Class::FileName => format!("{first}_{serial}.pdf"),
        Class::File => return Value::Blob(format!("scan {serial}").into_bytes()),
        Class::Height | Class::Weight => "72.5".to_owned(),
        Class::Sex
        | Class::Race
        | Class::Ethnicity
        | Class::Region
        | Class::Country
        | Class::Coded => {
            column.values.first().cloned().unwrap_or_else(|| "Kept as it is".to_owned())
        }
        Class::None | Class::Key | Class::Integration | Class::Secret => return Value::Null,
    };
    match column.kind {
        Kind::Integer | Kind::Boolean => Value::Null,
        _ => Value::Text(text),
    }
}
