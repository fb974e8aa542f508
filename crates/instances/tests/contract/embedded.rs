//! The contract on the catalogue that is built in: every table, filled.

use std::{collections::BTreeSet, fmt::Write as _};

use landfall_catalogue::{Catalogue, Column, Kind as ColumnKind, Table, Travels};
use landfall_instances::{
    instance::{self, CloneRules, LoadOptions},
    package::Kind,
    probe,
    schema::stays,
};

use crate::sample::Bench;

const ROWS: usize = 4;

pub(crate) fn bench() -> Bench {
    let release = Catalogue::embedded_releases().pop().unwrap();
    Bench::of(Catalogue::embedded(&release).unwrap())
}

/// Returns the value of a cell as SQL. The last row of every table is one that the table's filter does not let pass.
fn cell(catalogue: &Catalogue, table: &Table, column: &Column, row: usize) -> String {
    if column.name == "id" {
        return row.to_string();
    }
    if let Some(target) = column.references.as_deref().and_then(|name| catalogue.table(name)) {
        let to_never = target.travels == Travels::Never && table.travels != Travels::Never;
        return if target.name == table.name || (to_never && row < ROWS) {
            "NULL".to_owned()
        } else if table.cross_reference(catalogue, column) {
            "1".to_owned()
        } else {
            row.to_string()
        };
    }
    if let Some(filter) = table.filter.as_ref().filter(|filter| filter.column == column.name) {
        return filtered(catalogue, column, filter, row);
    }
    match column.kind {
        ColumnKind::Integer => row.to_string(),
        ColumnKind::Boolean => (row % 2).to_string(),
        ColumnKind::Decimal => format!("'{row}.5'"),
        ColumnKind::Text if column.values.is_empty() => {
            let length = column.max_length.map_or(40, |most| most as usize);
            let text: String = format!("{row} {}", column.name).chars().take(length).collect();
            format!("'{text}'")
        }
        ColumnKind::Text => {
            format!("'{}'", column.values[row % column.values.len()].replace('\'', "''"))
        }
        ColumnKind::Date => format!("'2020-01-0{row}'"),
        ColumnKind::DateTime => format!("'2020-01-0{row}T10:00:00Z'"),
        ColumnKind::Bytes => format!("X'0{row}'"),
    }
}

fn filtered(
    catalogue: &Catalogue,
    column: &Column,
    filter: &landfall_catalogue::Filter,
    row: usize,
) -> String {
    if filter.integration {
        return if row < ROWS {
            format!("'{}'", catalogue.known_keys()[row].key)
        } else {
            "'sso.url'".to_owned()
        };
    }
    let passes = filter.keep[0].clone();
    let text = if row < ROWS {
        passes
    } else if column.kind == ColumnKind::Boolean {
        if passes == "0" { "1" } else { "0" }.to_owned()
    } else {
        column.values.iter().find(|value| !filter.keep.contains(value)).unwrap().clone()
    };
    if column.kind == ColumnKind::Boolean { text } else { format!("'{text}'") }
}

pub(crate) fn rows(catalogue: &Catalogue) -> String {
    let mut sql = String::from("BEGIN;\n");
    for table in catalogue.tables() {
        for row in 1..=ROWS {
            let cells: Vec<String> =
                table.columns.iter().map(|column| cell(catalogue, table, column, row)).collect();
            writeln!(sql, "INSERT INTO \"{}\" VALUES ({});", table.name, cells.join(", ")).unwrap();
        }
    }
    sql.push_str("COMMIT;");
    sql
}

#[test]
fn every_table_comes_back_from_its_own_package() {
    let bench = bench();
    let source = bench.build("source.sqlite", &rows(&bench.catalogue));
    assert!(probe::schema_differences(&source, &bench.catalogue).unwrap().is_empty());
    let configuration = bench.extract(&source, Kind::Configuration, "c.sqlite");
    let migration = bench.extract(&source, Kind::Migration, "m.sqlite");
    for table in configuration.manifest.tables.iter().chain(&migration.manifest.tables) {
        assert!((1..=ROWS as u64).contains(&table.rows), "{} has {}", table.name, table.rows);
    }
    let sites = configuration.manifest.tables.iter().find(|table| table.name == "site").unwrap();
    assert_eq!(sites.rows, ROWS as u64 - 1);
    let target = bench.compose("target.sqlite", "c.sqlite", "m.sqlite");
    let again = bench.extract(&target, Kind::Configuration, "c2.sqlite");
    assert_eq!(again.digest, configuration.digest);
    let again = bench.extract(&target, Kind::Migration, "m2.sqlite");
    assert_eq!(again.digest, migration.digest);
    assert!(probe::integration_values(&target, &bench.catalogue).unwrap().is_empty());
    assert_eq!(probe::users(&target, &bench.catalogue).unwrap().count, 0);
}

#[test]
fn a_migration_alone_stands_on_stubs_and_comes_back() {
    let bench = bench();
    let source = bench.build("source.sqlite", &rows(&bench.catalogue));
    let migration = bench.extract(&source, Kind::Migration, "m.sqlite");
    let target = bench.begin("target.sqlite");
    bench.load(&target, "m.sqlite", LoadOptions { stub_missing: true }).unwrap();
    instance::finish(&target, &bench.catalogue).unwrap();
    assert!(!probe::stub_rows(&target).unwrap().is_empty());
    let again = bench.extract(&target, Kind::Migration, "m2.sqlite");
    assert_eq!(again.digest, migration.digest);
}

#[test]
fn a_snapshot_and_a_clone_hold_every_row() {
    let bench = bench();
    let source = bench.build("source.sqlite", &rows(&bench.catalogue));
    let snapshot = bench.extract(&source, Kind::Snapshot, "s.sqlite");
    for table in &snapshot.manifest.tables {
        let settings = bench.catalogue.table(&table.name).unwrap().filter.as_ref();
        let fewer = u64::from(settings.is_some_and(|filter| filter.integration));
        assert_eq!(table.rows, ROWS as u64 - fewer, "{}", table.name);
    }
    let loaded = bench.begin("loaded.sqlite");
    bench.load(&loaded, "s.sqlite", LoadOptions::default()).unwrap();
    instance::finish(&loaded, &bench.catalogue).unwrap();
    assert_eq!(bench.extract(&loaded, Kind::Snapshot, "s2.sqlite").digest, snapshot.digest);

    let clone = bench.path("clone.sqlite");
    let rules = CloneRules { stays: BTreeSet::new() };
    instance::clone(&source, &clone, &bench.catalogue, &bench.identity("sandbox"), &rules).unwrap();
    instance::finish(&clone, &bench.catalogue).unwrap();
    assert_eq!(bench.extract(&clone, Kind::Snapshot, "s3.sqlite").digest, snapshot.digest);
}

#[test]
fn no_column_of_an_installation_stands_in_any_package() {
    let bench = bench();
    let source = bench.build("source.sqlite", &rows(&bench.catalogue));
    for (kind, name) in [(Kind::Configuration, "c"), (Kind::Migration, "m"), (Kind::Snapshot, "s")]
    {
        bench.extract(&source, kind, name);
        let columns: BTreeSet<String> = crate::sample::read(
            &bench.path(name),
            "SELECT t.name || '.' || c.name FROM sqlite_schema AS t, pragma_table_xinfo(t.name) AS c",
        )
        .into_iter()
        .collect();
        for table in bench.catalogue.tables() {
            for column in table.columns.iter().filter(|column| stays(column)) {
                assert!(!columns.contains(&format!("{}.{}", table.name, column.name)), "{kind}");
            }
        }
    }
}
