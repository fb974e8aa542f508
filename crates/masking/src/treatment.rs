//! Carries out the mask plan inside the load of a package.

use std::sync::{Arc, Mutex, PoisonError};

use landfall_catalogue::{Catalogue, Class, Column, Subject, Table};
use landfall_instances::Treatment;
use rusqlite::{
    Connection, Error as SqlError,
    functions::{Context, FunctionFlags},
    types::{Value, ValueRef},
};

use crate::{
    forbidden::Forbidden,
    key::MaskKey,
    masks::{self, Cell, Mask, Materials},
    offset::{Offsets, day_of},
    plan::{Line, Plan, Treated},
};

/// The masks as a treatment of a load: one SQL function per mask, and one pass over the package before.
///
/// `prepare` reads the package twice: once for the filters over the source values, once, ordered by person, for the
/// offsets of the dates. Both depend on nothing but the package and the key, so a load repeats itself.
#[derive(Debug)]
pub struct Masking<'a> {
    plan: &'a Plan,
    key: &'a MaskKey,
    catalogue: &'a Catalogue,
    /// The name under which the package is attached; known once `prepare` has run.
    schema: Mutex<Option<String>>,
}

/// What a mask has to know about a column, by the number of its line in the plan.
struct Place {
    name: String,
    ordinal: u32,
    phone: u32,
}

impl<'a> Masking<'a> {
    /// Makes the treatment of one load.
    #[must_use]
    pub fn new(plan: &'a Plan, key: &'a MaskKey, catalogue: &'a Catalogue) -> Self {
        Self { plan, key, catalogue, schema: Mutex::new(None) }
    }

    fn schema(&self) -> Result<String, String> {
        self.schema.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or_else(|| {
            "expected the masks to be prepared before the first statement".to_owned()
        })
    }

    /// Returns the lines of the plan that stand in tables of the package, with their numbers.
    fn lines_in<'t>(&'t self, present: &'t [String]) -> impl Iterator<Item = (usize, &'t Line)> {
        self.plan.lines().iter().enumerate().filter(move |(_, line)| present.contains(&line.table))
    }

    fn table(&self, name: &str) -> Result<&'a Table, String> {
        self.catalogue.table(name).ok_or_else(|| {
            format!("table `{name}` of the mask plan is missing in the catalogue: make the plan from the same catalogue")
        })
    }

    /// Reads every source value once and fills the filters.
    fn forbidden(
        &self,
        connection: &Connection,
        schema: &str,
        present: &[String],
    ) -> Result<Forbidden, String> {
        let mut tables: Vec<(&str, Vec<&Line>)> = Vec::new();
        for (_, line) in self.lines_in(present) {
            let reads = line.subject == Subject::Volunteer
                && line.class.is_personal()
                && !line.class.is_date();
            if !reads {
                continue;
            }
            if tables.last().is_none_or(|(table, _)| *table != line.table) {
                tables.push((line.table.as_str(), Vec::new()));
            }
            if let Some((_, lines)) = tables.last_mut() {
                lines.push(line);
            }
        }
        let mut expected = 0_usize;
        for (table, lines) in &tables {
            let rows: i64 = connection
                .query_row(&format!("SELECT count(*) FROM {schema}.{}", quoted(table)), [], |row| {
                    row.get(0)
                })
                .map_err(|cause| unread(table, &cause))?;
            // A telephone number stands in the filter in seven forms.
            let values: usize =
                lines.iter().map(|line| if line.class == Class::Phone { 7 } else { 1 }).sum();
            expected = expected
                .saturating_add(usize::try_from(rows).unwrap_or_default().saturating_mul(values));
        }
        let mut forbidden = Forbidden::sized(expected);
        for (table, lines) in &tables {
            let columns =
                lines.iter().map(|line| quoted(&line.column)).collect::<Vec<_>>().join(", ");
            let sql = format!("SELECT {columns} FROM {schema}.{}", quoted(table));
            read_values(connection, &sql, lines, &mut forbidden)
                .map_err(|cause| unread(table, &cause))?;
        }
        Ok(forbidden)
    }

    /// Writes the query of all dates of all people, ordered by person.
    fn dates(&self, schema: &str, present: &[String]) -> Result<String, String> {
        let mut parts = Vec::new();
        for (number, line) in self.lines_in(present) {
            if line.subject != Subject::Volunteer || !line.class.is_date() {
                continue;
            }
            let table = self.table(&line.table)?;
            let reach = reach(self.catalogue, table, "s", schema)?;
            let column = quoted(&line.column);
            parts.push(format!(
                "SELECT {person} AS person, landfall_mask_day({number}, s.{column}) AS day \
                 FROM {schema}.{table} AS s{joins} WHERE s.{column} <> ''",
                person = reach.person,
                table = quoted(&line.table),
                joins = reach.joins,
            ));
        }
        if parts.is_empty() {
            return Ok(String::new());
        }
        Ok(format!("{} ORDER BY 1", parts.join(" UNION ALL ")))
    }

    /// Numbers the columns: an ordinal that does not change when others are added, and the telephone columns in turn.
    fn places(&self) -> (Vec<Place>, u32) {
        let mut phones = 0;
        let places = self
            .plan
            .lines()
            .iter()
            .map(|line| {
                let name = format!("{}.{}", line.table, line.column);
                let hash = blake3::hash(name.as_bytes());
                let [a, b, c, d, ..] = *hash.as_bytes();
                let phone = phones;
                if line.class == Class::Phone {
                    phones += 1;
                }
                Place { name, ordinal: u32::from_le_bytes([a, b, c, d]), phone }
            })
            .collect();
        (places, phones)
    }
}

impl Treatment for Masking<'_> {
    fn expression(
        &self,
        table: &Table,
        column: &Column,
        alias: &str,
    ) -> Result<Option<String>, String> {
        let found = self
            .plan
            .lines()
            .iter()
            .enumerate()
            .find(|(_, line)| line.table == table.name && line.column == column.name);
        let Some((number, line)) = found else {
            // A table that leads to a volunteer has a line for every column; without one nothing may pass.
            if table.person.is_some() || column.subject == Subject::Volunteer {
                return Err(format!(
                    "table `{}`, column `{}` is missing in the mask plan: make the plan from the same catalogue",
                    table.name, column.name
                ));
            }
            return Ok(None);
        };
        if line.treatment == Treated::Remove {
            return Ok(Some("NULL".to_owned()));
        }
        let Some(mask) = line.treatment.mask() else { return Ok(None) };
        let reach = reach(self.catalogue, table, alias, &self.schema()?)?;
        Ok(Some(format!(
            "{function}({number}, {person}, {alias}.\"id\", {alias}.{column})",
            function = mask.function(),
            person = reach.person,
            column = quoted(&column.name),
        )))
    }

    fn prepare(&self, connection: &Connection, package_schema: &str) -> Result<(), String> {
        let schema = quoted(package_schema);
        let present = tables_of(connection, &schema)
            .map_err(|cause| format!("the tables of the package cannot be listed: {cause}"))?;
        let (places, phones) = self.places();
        let places = Arc::new(places);
        register_day(connection, &places).map_err(|cause| unregistered(&cause))?;
        let forbidden = self.forbidden(connection, &schema, &present)?;
        let dates = self.dates(&schema, &present)?;
        let offsets =
            Offsets::read(connection, self.key, &dates).map_err(|cause| cause.to_string())?;
        let materials = Materials::new(self.key, forbidden, offsets, phones)
            .ok_or("no constant was found that is absent from the source: use another mask key")?;
        let materials = Arc::new(materials);
        for mask in Mask::ALL {
            register(connection, mask, &places, &materials)
                .map_err(|cause| unregistered(&cause))?;
        }
        *self.schema.lock().unwrap_or_else(PoisonError::into_inner) = Some(schema);
        Ok(())
    }

    fn joins(&self, table: &Table, alias: &str) -> Result<String, String> {
        if table.person.is_none() {
            return Ok(String::new());
        }
        Ok(reach(self.catalogue, table, alias, &self.schema()?)?.joins)
    }
}

/// How a statement gets from a row to its person.
struct Reach {
    joins: String,
    person: String,
}

/// Follows the table's person path inside the package. A row that leads to nobody counts as a person of its own, so
/// that it is masked like any other.
fn reach(catalogue: &Catalogue, table: &Table, alias: &str, schema: &str) -> Result<Reach, String> {
    let astray = || {
        format!(
            "table `{}` has no path to the volunteer that its columns can follow: correct the catalogue",
            table.name
        )
    };
    let path = &table.person.as_ref().ok_or_else(astray)?.0;
    let (last, steps) = path.split_last().ok_or_else(astray)?;
    let mut joins = String::new();
    let mut at = table;
    let mut name = alias.to_owned();
    for (step, column) in steps.iter().enumerate() {
        let target = at
            .column(column)
            .and_then(|column| column.references.as_deref())
            .and_then(|table| catalogue.table(table))
            .ok_or_else(astray)?;
        let next = format!("landfall_person_{}", step + 1);
        joins.push_str(&format!(
            " LEFT JOIN {schema}.{} AS {next} ON {next}.\"id\" = {name}.{}",
            quoted(&target.name),
            quoted(column),
        ));
        at = target;
        name = next;
    }
    let own = format!("{alias}.\"id\"");
    let end = format!("{name}.{}", quoted(last));
    let person = if end == own { own } else { format!("coalesce({end}, -{own})") };
    Ok(Reach { joins, person })
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn unread(table: &str, cause: &SqlError) -> String {
    format!("table `{table}` of the package cannot be read: {cause}")
}

fn unregistered(cause: &SqlError) -> String {
    format!("the masks cannot be registered: {cause}")
}

fn tables_of(connection: &Connection, schema: &str) -> Result<Vec<String>, SqlError> {
    let sql = format!("SELECT name FROM {schema}.sqlite_schema WHERE type = 'table'");
    let mut statement = connection.prepare(&sql)?;
    let names = statement.query_map([], |row| row.get::<_, String>(0))?;
    names.collect()
}

fn read_values(
    connection: &Connection,
    sql: &str,
    lines: &[&Line],
    forbidden: &mut Forbidden,
) -> Result<(), SqlError> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        for (index, line) in lines.iter().enumerate() {
            match row.get_ref(index)? {
                ValueRef::Text(bytes) => {
                    forbidden.add(line.class, &String::from_utf8_lossy(bytes));
                }
                ValueRef::Blob(bytes) => forbidden.add_file(bytes),
                // Numbers are refused by the mask itself, which can name the column.
                ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => {}
            }
        }
    }
    Ok(())
}

/// Registers `landfall_mask_day(line, date)`, which the query of the dates uses.
fn register_day(connection: &Connection, places: &Arc<Vec<Place>>) -> Result<(), SqlError> {
    let places = Arc::clone(places);
    connection.create_scalar_function(
        "landfall_mask_day",
        2,
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC,
        move |context| {
            let place = place(&places, context)?;
            let text = context.get_raw(1).as_str().ok();
            text.and_then(day_of)
                .ok_or_else(|| refused(masks::Error::NotADate { place: place.name.clone() }))
        },
    )
}

/// Registers one mask as `landfall_mask_<name>(line, person, row, value)`.
fn register(
    connection: &Connection,
    mask: Mask,
    places: &Arc<Vec<Place>>,
    materials: &Arc<Materials>,
) -> Result<(), SqlError> {
    let places = Arc::clone(places);
    let materials = Arc::clone(materials);
    connection.create_scalar_function(
        mask.function().as_str(),
        4,
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC,
        move |context| {
            let value = context.get_raw(3);
            if matches!(value, ValueRef::Null) {
                return Ok(Value::Null);
            }
            let place = place(&places, context)?;
            let cell = Cell {
                person: context.get(1)?,
                row: context.get(2)?,
                ordinal: place.ordinal,
                phone: place.phone,
            };
            masked(mask, &materials, cell, value, &place.name).map_err(refused)
        },
    )
}

fn masked(
    mask: Mask,
    materials: &Materials,
    cell: Cell,
    value: ValueRef<'_>,
    place: &str,
) -> Result<Value, masks::Error> {
    let wrong = |found| masks::Error::Type { place: place.to_owned(), expected: "a text", found };
    match value {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Text(bytes) => {
            let text = std::str::from_utf8(bytes).map_err(|_| wrong("a text that is not UTF-8"))?;
            mask.text(materials, cell, text, place)
        }
        ValueRef::Blob(bytes) => mask.bytes(materials, bytes, place),
        ValueRef::Integer(number) => mask.integer(number, place),
        ValueRef::Real(_) => Err(wrong("a floating-point number")),
    }
}

/// Returns the column that the first argument numbers.
fn place<'p>(places: &'p [Place], context: &Context<'_>) -> Result<&'p Place, SqlError> {
    let number: i64 = context.get(0)?;
    usize::try_from(number)
        .ok()
        .and_then(|number| places.get(number))
        .ok_or(SqlError::IntegralValueOutOfRange(0, number))
}

fn refused(error: masks::Error) -> SqlError {
    SqlError::UserFunctionError(Box::new(error))
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, path::Path};

    use super::*;
    use crate::{Method, Overrides, sample};

    /// Every row of a table as text, by id.
    fn rows(path: &Path, table: &Table) -> Vec<Vec<Value>> {
        let connection = Connection::open(path).unwrap();
        let sql = format!("SELECT * FROM {} ORDER BY id", quoted(&table.name));
        let mut statement = connection.prepare(&sql).unwrap();
        let count = statement.column_count();
        let mut found = statement.query([]).unwrap();
        let mut rows = Vec::new();
        while let Some(row) = found.next().unwrap() {
            rows.push((0..count).map(|index| row.get(index).unwrap()).collect());
        }
        rows
    }

    #[test]
    fn a_load_repeats_itself_and_another_key_gives_other_people() {
        let folder = tempfile::tempdir().unwrap();
        let catalogue = sample::catalogue();
        let plan = Plan::new(&catalogue, &Overrides::default()).unwrap();
        let package = folder.path().join("package.sqlite");
        sample::package(&package, &catalogue, 40);
        let load = |name: &str, byte: u8| {
            let path = folder.path().join(name);
            let key = MaskKey::from_bytes([byte; 32]);
            sample::load(&package, &path, &catalogue, &Masking::new(&plan, &key, &catalogue))
                .unwrap();
            path
        };
        let (one, two, other) = (load("one", 1), load("two", 1), load("other", 2));
        for table in catalogue.tables().iter().filter(|table| table.person.is_some()) {
            assert_eq!(rows(&one, table), rows(&two, table), "{}", table.name);
        }
        let volunteers = catalogue.table("volunteer").unwrap();
        assert_ne!(rows(&one, volunteers), rows(&other, volunteers));
    }

    #[test]
    fn internal_ids_nulls_and_kept_columns_stay_and_every_masked_value_changes() {
        let folder = tempfile::tempdir().unwrap();
        let catalogue = sample::catalogue();
        let plan = Plan::new(&catalogue, &Overrides::default()).unwrap();
        let key = MaskKey::from_bytes([1; 32]);
        let (package, instance) = (folder.path().join("package"), folder.path().join("instance"));
        sample::package(&package, &catalogue, 40);
        let source = Connection::open(&package).unwrap();
        source.execute_batch("UPDATE volunteer SET email = NULL WHERE id = 3").unwrap();
        sample::load(&package, &instance, &catalogue, &Masking::new(&plan, &key, &catalogue))
            .unwrap();
        for table in catalogue.tables().iter().filter(|table| table.person.is_some()) {
            let (before, after) = (rows(&package, table), rows(&instance, table));
            assert_eq!(before.len(), after.len());
            for (before, after) in before.iter().zip(&after) {
                for ((column, before), after) in table.columns.iter().zip(before).zip(after) {
                    let line = plan.line(&table.name, &column.name).unwrap();
                    let same = line.treatment.mask().is_none() || *before == Value::Null;
                    assert_eq!(before == after, same, "{}.{}", table.name, column.name);
                }
            }
        }
    }

    #[test]
    fn the_policy_may_round_and_remove() {
        let folder = tempfile::tempdir().unwrap();
        let catalogue = sample::catalogue();
        let chosen = Overrides(BTreeMap::from([
            (Class::Height, Method::Generalise),
            (Class::Email, Method::Remove),
        ]));
        let plan = Plan::new(&catalogue, &chosen).unwrap();
        let key = MaskKey::from_bytes([1; 32]);
        let (package, instance) = (folder.path().join("package"), folder.path().join("instance"));
        sample::package(&package, &catalogue, 4);
        sample::load(&package, &instance, &catalogue, &Masking::new(&plan, &key, &catalogue))
            .unwrap();
        let volunteers = catalogue.table("volunteer").unwrap();
        for row in rows(&instance, volunteers) {
            for (column, value) in volunteers.columns.iter().zip(row) {
                match column.class {
                    Class::Height => assert_eq!(value, Value::Text("75".to_owned())),
                    Class::Email => assert_eq!(value, Value::Null),
                    _ => {}
                }
            }
        }
    }

    #[test]
    fn a_date_that_is_none_stops_the_load_and_names_its_column() {
        let folder = tempfile::tempdir().unwrap();
        let catalogue = sample::catalogue();
        let plan = Plan::new(&catalogue, &Overrides::default()).unwrap();
        let key = MaskKey::from_bytes([1; 32]);
        let (package, instance) = (folder.path().join("package"), folder.path().join("instance"));
        sample::package(&package, &catalogue, 4);
        let source = Connection::open(&package).unwrap();
        source
            .execute_batch("UPDATE volunteer SET birth_date = '31/02/1980' WHERE id = 3")
            .unwrap();
        let masking = Masking::new(&plan, &key, &catalogue);
        let error = sample::load(&package, &instance, &catalogue, &masking).unwrap_err();
        assert!(error.contains("`volunteer.birth_date`") && !error.contains("1980"), "{error}");
    }

    #[test]
    fn a_column_that_the_plan_does_not_know_is_refused() {
        let catalogue = sample::catalogue();
        let plan = Plan::new(&catalogue, &Overrides::default()).unwrap();
        let key = MaskKey::from_bytes([1; 32]);
        let masking = Masking::new(&plan, &key, &catalogue);
        let mut table = catalogue.table("volunteer").unwrap().clone();
        table.columns[1].name = "new_column".to_owned();
        let error = masking.expression(&table, &table.columns[1], "s").unwrap_err();
        assert!(error.starts_with("table `volunteer`, column `new_column`"), "{error}");
    }
}
