//! What a load writes, and what stops it before the first write.

use std::path::Path;

use landfall_catalogue::{Class, Column, Subject, Table};
use landfall_instances::{
    Cells, Error, Owner, Prepared, Rows, Treatment, Way,
    instance::{self, LoadOptions},
    package::Kind,
    probe::{packages_loaded, stub_rows},
};
use rusqlite::{Connection, types::ValueRef};

use crate::sample::{Bench, ROWS, lines, read, set, write};

const STUBS: LoadOptions = LoadOptions { stub_missing: true };

/// A bench with an instance and its two packages.
fn packed() -> Bench {
    let bench = Bench::new();
    let source = bench.build("source.sqlite", ROWS);
    bench.extract(&source, Kind::Configuration, "c.sqlite");
    bench.extract(&source, Kind::Migration, "m.sqlite");
    bench
}

#[test]
fn a_package_extracted_from_its_own_load_is_the_same_package() {
    let bench = packed();
    let target = bench.compose("target.sqlite", "c.sqlite", "m.sqlite");
    for (kind, package) in [(Kind::Configuration, "c.sqlite"), (Kind::Migration, "m.sqlite")] {
        let again = bench.extract(&target, kind, &format!("again-{package}"));
        assert_eq!(again.digest, bench.package(package).digest(), "{kind}");
    }
    let loaded = packages_loaded(&target).unwrap();
    let kinds: Vec<_> = loaded.iter().map(|one| (one.kind.as_str(), one.masked)).collect();
    assert_eq!(kinds, [("configuration", false), ("migration", false)]);
    assert_eq!(loaded[0].package, bench.package("c.sqlite").digest());
}

#[test]
fn references_find_their_rows_although_other_ids_stand_there() {
    let bench = packed();
    let target = bench.begin("target.sqlite");
    write(
        &target,
        "INSERT INTO site VALUES (71, 'York', '', 'cm', 0), (72, 'Leeds', '', 'cm', 0);
         INSERT INTO lab VALUES (8, 72, 'Chem', NULL, NULL), (9, 71, 'Haem \"A\"', NULL, NULL);",
    );
    bench.load(&target, "m.sqlite", LoadOptions::default()).unwrap();
    instance::finish(&target, &bench.catalogue).unwrap();
    assert_eq!(read(&target, "SELECT site_id FROM volunteer ORDER BY id"), ["72", "71"]);
    assert_eq!(read(&target, "SELECT lab_id FROM volunteer ORDER BY id"), ["8", "9"]);
    let again = bench.extract(&target, Kind::Migration, "again.sqlite");
    assert_eq!(again.digest, bench.package("m.sqlite").digest());
}

#[test]
fn a_missing_key_stops_the_load_before_the_first_write() {
    let bench = packed();
    let target = bench.begin("target.sqlite");
    write(&target, "INSERT INTO site VALUES (1, 'Leeds', '', 'cm', 0);");
    let before = std::fs::read(&target).unwrap();
    let error = bench.load(&target, "m.sqlite", LoadOptions::default()).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("3 records") && text.contains("2 of `lab`, 1 of `site`"), "{text}");
    // A migration may have taken a key from its source.
    assert!(!text.contains("York") && !text.contains("Chem"), "{text}");
    assert!(error.hint().is_some());
    assert_eq!(std::fs::read(&target).unwrap(), before);
}

#[test]
fn missing_rows_become_marked_stubs_that_are_never_extracted() {
    let bench = packed();
    let target = bench.begin("target.sqlite");
    let report = bench.load(&target, "m.sqlite", STUBS).unwrap();
    instance::finish(&target, &bench.catalogue).unwrap();
    assert_eq!(report.stubs, bench.package("m.sqlite").manifest().needs);
    let stubs: Vec<_> =
        stub_rows(&target).unwrap().into_iter().map(|stub| (stub.table, stub.rows)).collect();
    assert_eq!(stubs, [("lab".to_owned(), 2), ("site".to_owned(), 2)]);
    assert_eq!(read(&target, "SELECT name FROM site ORDER BY name"), ["Leeds", "York"]);
    assert_eq!(read(&target, "SELECT DISTINCT height_unit FROM site"), ["cm"]);

    let again = bench.extract(&target, Kind::Migration, "again.sqlite");
    assert_eq!(again.digest, bench.package("m.sqlite").digest());
    let configuration = bench.extract(&target, Kind::Configuration, "none.sqlite");
    assert!(configuration.manifest.tables.iter().all(|table| table.rows == 0));
    assert!(
        lines(&configuration.left_out)
            .is_superset(&set(["site: stub row (2)", "lab: stub row (2)"]))
    );
}

#[test]
fn rows_that_are_there_are_not_overwritten() {
    let bench = packed();
    let target = bench.begin("target.sqlite");
    write(&target, "INSERT INTO site VALUES (3, 'Hull', '', 'cm', 0);");
    let before = std::fs::read(&target).unwrap();
    match bench.load(&target, "c.sqlite", LoadOptions::default()) {
        Err(Error::Occupied { table, rows }) => assert_eq!((table.as_str(), rows), ("site", 1)),
        other => panic!("{other:?}"),
    }
    assert_eq!(std::fs::read(&target).unwrap(), before);
}

#[test]
fn a_finished_instance_is_not_loaded_into() {
    let bench = packed();
    let target = bench.build("target.sqlite", "");
    let refused = bench.load(&target, "c.sqlite", LoadOptions::default());
    assert!(matches!(refused, Err(Error::Finished { .. })));
}

#[test]
fn progress_names_every_table_once_in_load_order() {
    let bench = packed();
    let target = bench.begin("target.sqlite");
    let package = bench.package("c.sqlite");
    let mut seen = vec![];
    let report = instance::load(
        &target,
        &bench.catalogue,
        &package,
        &landfall_instances::Unmasked,
        LoadOptions::default(),
        &mut |progress| seen.push(progress),
    )
    .unwrap();
    let tables: Vec<_> = seen.iter().map(|progress| progress.table.clone()).collect();
    let expected: Vec<_> =
        package.manifest().tables.iter().map(|table| table.name.clone()).collect();
    assert_eq!(tables, expected);
    assert_eq!(seen.last().unwrap().done_tables, seen.last().unwrap().total_tables);
    assert_eq!(report.tables.len(), expected.len());
}

/// Writes another first name; fails, drops rows or refuses where told to.
#[derive(Default)]
struct Renaming {
    refuses: bool,
    drops_rows: bool,
    touches_ids: bool,
    fails_at: Option<i64>,
}

impl Treatment for Renaming {
    fn way(&self, table: &Table, column: &Column) -> Result<Way, String> {
        if self.refuses && column.class == Class::BirthDate {
            return Err("expected a mask for class `birth-date`, found none".to_owned());
        }
        let touched = self.touches_ids && column.name == "site_id" && table.name == "volunteer";
        Ok(if touched || column.class == Class::FirstName { Way::Treated } else { Way::Copied })
    }

    fn owner(&self, _: &Table, alias: &str) -> Result<Owner, String> {
        let joins = if self.drops_rows {
            format!("JOIN main.volunteer AS gone ON gone.id = {alias}.id + 100")
        } else {
            String::new()
        };
        Ok(Owner { expression: format!("{alias}.id * 10"), joins })
    }

    fn prepare<'t>(&'t self, package: &Path) -> Result<Box<dyn Prepared + 't>, String> {
        let connection = Connection::open(package).map_err(|error| error.to_string())?;
        let rows: Result<i64, _> =
            connection.query_row("SELECT count(*) FROM volunteer", [], |row| row.get(0));
        assert_eq!(rows, Ok(2));
        Ok(Box::new(RenamingRows(self)))
    }
}

struct RenamingRows<'a>(&'a Renaming);

impl Prepared for RenamingRows<'_> {
    fn rows<'p>(
        &'p self,
        table: &Table,
        columns: &[&Column],
    ) -> Result<Box<dyn Rows + 'p>, String> {
        assert_eq!(table.name, "volunteer");
        assert_eq!(
            columns.iter().map(|column| column.class).collect::<Vec<_>>(),
            [Class::FirstName]
        );
        Ok(Box::new(RenamingRows(self.0)))
    }
}

impl Rows for RenamingRows<'_> {
    fn cell(
        &mut self,
        column: usize,
        owner: i64,
        id: i64,
        value: ValueRef<'_>,
        cells: &mut Cells,
    ) -> Result<(), String> {
        assert_eq!((column, owner), (0, id * 10));
        if self.0.fails_at == Some(id) {
            return Err("`volunteer.first_name` holds what is no name".to_owned());
        }
        let name = value.as_str().map_err(|error| error.to_string())?;
        cells.text(&name.chars().rev().collect::<String>());
        Ok(())
    }
}

#[test]
fn values_are_written_as_the_treatment_says_and_the_instance_knows() {
    let bench = packed();
    let target = bench.begin("target.sqlite");
    bench.load(&target, "c.sqlite", LoadOptions::default()).unwrap();
    let report = bench
        .load_treated(&target, "m.sqlite", &Renaming::default(), LoadOptions::default())
        .unwrap();
    assert!(report.masked);
    instance::finish(&target, &bench.catalogue).unwrap();
    assert_eq!(read(&target, "SELECT first_name FROM volunteer ORDER BY id"), ["adA", "boB"]);
    assert!(packages_loaded(&target).unwrap()[1].masked);
}

#[test]
fn a_treatment_that_refuses_a_column_stops_the_load_before_the_first_write() {
    let bench = packed();
    for (treatment, named) in [
        (Renaming { refuses: true, ..Renaming::default() }, "`born_on`"),
        (Renaming { touches_ids: true, ..Renaming::default() }, "`site_id`"),
    ] {
        let target = bench.begin("target.sqlite");
        bench.load(&target, "c.sqlite", LoadOptions::default()).unwrap();
        let before = std::fs::read(&target).unwrap();
        let error = bench
            .load_treated(&target, "m.sqlite", &treatment, LoadOptions::default())
            .unwrap_err();
        let text = error.to_string();
        assert!(text.contains("`volunteer`") && text.contains(named), "{text}");
        assert_eq!(std::fs::read(&target).unwrap(), before);
        instance::drop(&target).unwrap();
    }
}

#[test]
fn a_treatment_that_loses_rows_is_noticed() {
    let bench = packed();
    let target = bench.begin("target.sqlite");
    bench.load(&target, "c.sqlite", LoadOptions::default()).unwrap();
    let losing = Renaming { drops_rows: true, ..Renaming::default() };
    match bench.load_treated(&target, "m.sqlite", &losing, LoadOptions::default()) {
        Err(Error::RowsDiffer { table, expected, found }) => {
            assert_eq!((table.as_str(), expected, found), ("volunteer", 2, 0));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_value_that_cannot_be_treated_ends_the_load_and_says_why() {
    let bench = packed();
    let target = bench.begin("target.sqlite");
    bench.load(&target, "c.sqlite", LoadOptions::default()).unwrap();
    let failing = Renaming { fails_at: Some(2), ..Renaming::default() };
    match bench.load_treated(&target, "m.sqlite", &failing, LoadOptions::default()) {
        Err(Error::Treatment { place, reason }) => {
            assert_eq!(place, "table `volunteer`");
            assert!(reason.contains("`volunteer.first_name`"), "{reason}");
        }
        other => panic!("{other:?}"),
    }
}

/// Treats every value about a volunteer and writes it as it is: rows take the way through the treatment.
struct Echo;

impl Treatment for Echo {
    fn way(&self, _: &Table, column: &Column) -> Result<Way, String> {
        let treated = column.subject == Subject::Volunteer;
        Ok(if treated { Way::Treated } else { Way::Copied })
    }

    fn owner(&self, _: &Table, alias: &str) -> Result<Owner, String> {
        Ok(Owner { expression: format!("-{alias}.id"), joins: String::new() })
    }

    fn prepare<'t>(&'t self, _: &Path) -> Result<Box<dyn Prepared + 't>, String> {
        Ok(Box::new(Self))
    }
}

impl Prepared for Echo {
    fn rows<'p>(&'p self, _: &Table, _: &[&Column]) -> Result<Box<dyn Rows + 'p>, String> {
        Ok(Box::new(Self))
    }
}

impl Rows for Echo {
    fn cell(
        &mut self,
        _: usize,
        owner: i64,
        id: i64,
        value: ValueRef<'_>,
        cells: &mut Cells,
    ) -> Result<(), String> {
        assert_eq!(owner, -id);
        cells.push(value);
        Ok(())
    }
}

#[test]
fn rows_that_go_through_a_treatment_in_many_batches_are_those_that_are_copied() {
    let bench = Bench::new();
    // Batches are closed by their cells, and by their bytes where photos are large.
    let many = format!(
        "{ROWS}
         WITH RECURSIVE n (i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
         INSERT INTO volunteer SELECT i, CASE WHEN i % 7 THEN 'X' || i END, 'N' || i,
           CASE WHEN i % 2 THEN 1 ELSE 3 END, CASE i % 3 WHEN 0 THEN 1 WHEN 1 THEN 3 END,
           CASE WHEN i % 5 THEN '70.' || (1 + i % 9) END, CASE WHEN i % 4 THEN '1990-01-02' END,
           CASE WHEN i % 400 = 0 THEN zeroblob(300000) WHEN i % 3 THEN X'' END, i % 2 FROM n;
         INSERT INTO participation SELECT id, id, 1, 'note ' || id FROM volunteer WHERE id > 2;"
    );
    let source = bench.build("source.sqlite", &many);
    bench.extract(&source, Kind::Configuration, "c.sqlite");
    let package = bench.extract(&source, Kind::Migration, "m.sqlite");
    for (name, configuration) in [("whole.sqlite", true), ("stubs.sqlite", false)] {
        let target = bench.begin(name);
        if configuration {
            bench.load(&target, "c.sqlite", LoadOptions::default()).unwrap();
        }
        let report = bench.load_treated(&target, "m.sqlite", &Echo, STUBS).unwrap();
        let rows = report.tables.iter().find(|table| table.table == "volunteer").unwrap().rows;
        assert_eq!(rows, 6_000);
        instance::finish(&target, &bench.catalogue).unwrap();
        let again = bench.extract(&target, Kind::Migration, &format!("again-{name}"));
        assert_eq!(again.digest, package.digest, "{name}");
    }
}
