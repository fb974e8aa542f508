//! Carries out the mask plan inside the load of a package.

use std::path::Path;

use landfall_catalogue::{Catalogue, Class, Column, Subject, Table};
use landfall_instances::{Cells, Owner, Prepared, Rows, Treatment, Way};
use rusqlite::types::ValueRef;

use crate::{
    key::MaskKey,
    masks::{Cell, Failure, Mask, Materials, Memory},
    plan::{Line, Plan, Treated},
    survey::{Survey, survey},
};

/// The masks as a treatment of a load: one pass over the package before, then one mask per treated column.
///
/// What the pass finds, and so every pseudonym, depends on nothing but the package and the key: a load repeats itself.
#[derive(Debug)]
pub struct Masking<'a> {
    plan: &'a Plan,
    key: &'a MaskKey,
    catalogue: &'a Catalogue,
}

impl<'a> Masking<'a> {
    /// Makes the treatment of one load.
    #[must_use]
    pub fn new(plan: &'a Plan, key: &'a MaskKey, catalogue: &'a Catalogue) -> Self {
        Self { plan, key, catalogue }
    }
}

impl Treatment for Masking<'_> {
    fn way(&self, table: &Table, column: &Column) -> Result<Way, String> {
        match self.plan.line(&table.name, &column.name) {
            Some(line) if line.treatment == Treated::Remove => Ok(Way::Removed),
            Some(line) if line.treatment.mask().is_some() => Ok(Way::Treated),
            Some(_) => Ok(Way::Copied),
            // A table that leads to a volunteer has a line for every column; without one nothing may pass.
            None if table.person.is_some() || column.subject == Subject::Volunteer => {
                Err(unknown(&table.name, &column.name))
            }
            None => Ok(Way::Copied),
        }
    }

    fn owner(&self, table: &Table, alias: &str) -> Result<Owner, String> {
        owner(self.catalogue, table, alias)
    }

    fn prepare<'t>(&'t self, package: &Path) -> Result<Box<dyn Prepared + 't>, String> {
        let Survey { forbidden, offsets } = survey(package, self.plan, self.key, self.catalogue)?;
        let phones = self.plan.lines().iter().filter(|line| line.class == Class::Phone).count();
        let phones = u32::try_from(phones).unwrap_or(u32::MAX);
        let materials = Materials::new(self.key, forbidden, offsets, phones)
            .ok_or("no constant was found that is absent from the source: use another mask key")?;
        Ok(Box::new(Ready { plan: self.plan, materials }))
    }
}

/// The masks with all that they draw from.
struct Ready<'a> {
    plan: &'a Plan,
    materials: Materials,
}

impl Prepared for Ready<'_> {
    fn rows<'p>(
        &'p self,
        table: &Table,
        columns: &[&Column],
    ) -> Result<Box<dyn Rows + 'p>, String> {
        let places = columns
            .iter()
            .map(|column| Place::of(self.plan, &table.name, &column.name))
            .collect::<Result<Vec<_>, _>>()?;
        let (memory, text) = (Memory::default(), String::new());
        Ok(Box::new(Masked { materials: &self.materials, places, memory, text }))
    }
}

/// What a mask has to know about a column, found once per table.
struct Place<'a> {
    line: &'a Line,
    mask: Mask,
    /// A number that does not change when other columns are added.
    ordinal: u32,
    /// Which of the telephone columns it is.
    phone: u32,
}

impl<'a> Place<'a> {
    fn of(plan: &'a Plan, table: &str, column: &str) -> Result<Self, String> {
        let missing = || unknown(table, column);
        let line = plan.line(table, column).ok_or_else(missing)?;
        let mask = line.treatment.mask().ok_or_else(missing)?;
        let hash = blake3::hash(format!("{table}.{column}").as_bytes());
        let [a, b, c, d, ..] = *hash.as_bytes();
        let phone = plan
            .lines()
            .iter()
            .take_while(|other| !std::ptr::eq(*other, line))
            .filter(|other| other.class == Class::Phone)
            .count();
        Ok(Self {
            line,
            mask,
            ordinal: u32::from_le_bytes([a, b, c, d]),
            phone: u32::try_from(phone).unwrap_or_default(),
        })
    }
}

/// The masks of the rows of one table.
struct Masked<'a> {
    materials: &'a Materials,
    places: Vec<Place<'a>>,
    memory: Memory,
    /// Every masked text is written here first.
    text: String,
}

impl Rows for Masked<'_> {
    fn cell(
        &mut self,
        column: usize,
        owner: i64,
        id: i64,
        value: ValueRef<'_>,
        cells: &mut Cells,
    ) -> Result<(), String> {
        let Some(place) = self.places.get(column) else {
            return Err(format!("expected one of {} columns, found another", self.places.len()));
        };
        let cell = Cell { person: owner, row: id, ordinal: place.ordinal, phone: place.phone };
        let (materials, memory, text) = (self.materials, &mut self.memory, &mut self.text);
        masked(place.mask, materials, memory, cell, value, text, cells)
            .map_err(|failure| failure.at(&format!("{}.{}", place.line.table, place.line.column)))
    }
}

/// Masks one cell.
fn masked(
    mask: Mask,
    materials: &Materials,
    memory: &mut Memory,
    cell: Cell,
    value: ValueRef<'_>,
    text: &mut String,
    cells: &mut Cells,
) -> Result<(), Failure> {
    let wrong = |found| Failure::Type { expected: "a text", found };
    match value {
        ValueRef::Null => cells.null(),
        ValueRef::Text(bytes) => {
            let source =
                std::str::from_utf8(bytes).map_err(|_| wrong("a text that is not UTF-8"))?;
            mask.text(materials, memory, cell, source, text)?;
            cells.text(text);
        }
        ValueRef::Blob(bytes) => cells.blob(mask.bytes(materials, bytes)?),
        ValueRef::Integer(number) => cells.integer(mask.integer(number)?),
        ValueRef::Real(_) => return Err(wrong("a floating-point number")),
    }
    Ok(())
}

fn unknown(table: &str, column: &str) -> String {
    format!(
        "table `{table}`, column `{column}` is missing in the mask plan: make the plan from the same catalogue"
    )
}

/// Follows the table's person path inside the package. A row that leads to nobody counts as a person of its own, so
/// that it is masked like any other.
pub(crate) fn owner(catalogue: &Catalogue, table: &Table, alias: &str) -> Result<Owner, String> {
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
            " LEFT JOIN main.{} AS {next} ON {next}.\"id\" = {name}.{}",
            quoted(&target.name),
            quoted(column),
        ));
        at = target;
        name = next;
    }
    let own = format!("{alias}.\"id\"");
    let end = format!("{name}.{}", quoted(last));
    let expression = if end == own { own } else { format!("coalesce({end}, -{own})") };
    Ok(Owner { expression, joins })
}

pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, path::Path};

    use proptest::prelude::*;
    use rusqlite::{Connection, types::Value};

    use super::*;
    use crate::{Method, Overrides, forbidden::Forbidden, offset::Offsets, sample};

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
        let error = masking.way(&table, &table.columns[1]).unwrap_err();
        assert!(error.starts_with("table `volunteer`, column `new_column`"), "{error}");
    }

    /// What one mask function alone makes of a cell: without memory of other cells, into a buffer of its own.
    fn alone(mask: Mask, materials: &Materials, cell: Cell, value: &Value) -> Value {
        match value {
            Value::Text(text) => {
                let mut out = String::new();
                mask.text(materials, &mut Memory::default(), cell, text, &mut out).unwrap();
                Value::Text(out)
            }
            Value::Blob(bytes) => Value::Blob(mask.bytes(materials, bytes).unwrap().to_vec()),
            Value::Integer(number) => Value::Integer(mask.integer(*number).unwrap()),
            other => other.clone(),
        }
    }

    #[test]
    fn every_cell_of_a_load_is_what_its_mask_alone_makes_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let catalogue = sample::catalogue();
        let plan = Plan::new(&catalogue, &Overrides::default()).unwrap();
        let key = MaskKey::from_bytes([5; 32]);
        let (package, instance) = (folder.path().join("package"), folder.path().join("instance"));
        sample::package(&package, &catalogue, 30);
        sample::load(&package, &instance, &catalogue, &Masking::new(&plan, &key, &catalogue))
            .unwrap();
        let Survey { forbidden, offsets } = survey(&package, &plan, &key, &catalogue).unwrap();
        let phones = plan.lines().iter().filter(|line| line.class == Class::Phone).count();
        let phones = u32::try_from(phones).unwrap();
        let materials = Materials::new(&key, forbidden, offsets, phones).unwrap();
        let connection = Connection::open(&package).unwrap();
        for table in catalogue.tables().iter().filter(|table| table.person.is_some()) {
            let owner = owner(&catalogue, table, "s").unwrap();
            let sql = format!(
                "SELECT {} FROM {} AS s{} ORDER BY s.id",
                owner.expression,
                quoted(&table.name),
                owner.joins
            );
            let mut statement = connection.prepare(&sql).unwrap();
            let owners: Vec<i64> =
                statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
            let (before, after) = (rows(&package, table), rows(&instance, table));
            for ((before, after), person) in before.iter().zip(&after).zip(owners) {
                let Value::Integer(row) = before[0] else { panic!("expected an id first") };
                for ((column, before), after) in table.columns.iter().zip(before).zip(after) {
                    let expected = match Place::of(&plan, &table.name, &column.name) {
                        Ok(Place { mask, ordinal, phone, .. }) => {
                            alone(mask, &materials, Cell { person, row, ordinal, phone }, before)
                        }
                        Err(_) => before.clone(),
                    };
                    assert_eq!(*after, expected, "{}.{}", table.name, column.name);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn rows_in_any_order_are_masked_cell_by_cell(
            seen in proptest::collection::vec(
                (-3_i64..3, 1_i64..50, 0_usize..8, "[A-Za-z0-9é -]{0,12}", 10_000_i64..20_000),
                1..60,
            ),
        ) {
            const MASKS: [Mask; 8] = [
                Mask::FirstName,
                Mask::Email,
                Mask::Phone,
                Mask::NationalId,
                Mask::BankAccount,
                Mask::ExternalId,
                Mask::Date,
                Mask::FullName,
            ];
            let key = MaskKey::from_bytes([5; 32]);
            let materials =
                Materials::new(&key, Forbidden::none(), Offsets::new(&key), 4).unwrap();
            let (mut memory, mut text, mut cells) =
                (Memory::default(), String::new(), Cells::default());
            let mut expected = Vec::new();
            for (person, row, mask, source, day) in seen {
                let mask = MASKS[mask];
                let mut date = String::new();
                crate::offset::push_day(day, &mut date);
                let source = if mask == Mask::Date { date } else { source };
                let cell = Cell { person, row, ordinal: 9, phone: 1 };
                let value = ValueRef::Text(source.as_bytes());
                masked(mask, &materials, &mut memory, cell, value, &mut text, &mut cells).unwrap();
                expected.push(alone(mask, &materials, cell, &Value::Text(source)));
            }
            let found: Vec<Value> =
                cells.iter().map(|value| Value::try_from(value).unwrap()).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
