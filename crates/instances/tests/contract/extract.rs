//! What passes into a package, and what is left out and why.

use landfall_instances::{
    Error,
    package::{Kind, Need},
};

use crate::sample::{Bench, ROWS, lines, read, set};

#[test]
fn an_archived_site_stays_with_everything_that_depends_on_it() {
    let bench = Bench::new();
    let source = bench.build("source.sqlite", ROWS);
    let extracted = bench.extract(&source, Kind::Configuration, "p.sqlite");
    let package = bench.path("p.sqlite");
    assert_eq!(read(&package, "SELECT name FROM site ORDER BY id"), ["Leeds", "York"]);
    assert_eq!(read(&package, "SELECT name FROM lab ORDER BY id"), ["Chem", "Haem \"A\""]);
    // D2 stands at the lab of the archived site, D4 is part of D2, D3 is part of D4.
    assert_eq!(read(&package, "SELECT code FROM device ORDER BY id"), ["D1", "D5"]);
    assert_eq!(
        lines(&extracted.left_out),
        set([
            "site: archived site (1)",
            "lab: refers to a left-out `site` (1)",
            "lab: integration column `end_point`: value stays at the destination (1)",
            "lab: integration column `password`: value stays at the destination (1)",
            "device: refers to a left-out `lab` (1)",
            "device: refers to a left-out `device` (2)",
            "general_setting: integration-specific setting (2)",
            "delegation: refers to `user` (1)",
            "user: not part of a configuration package (2)",
            "study: not part of a configuration package (2)",
            "volunteer: not part of a configuration package (2)",
            "participation: not part of a configuration package (2)",
        ])
    );
    assert_eq!(bench.package("p.sqlite").left_out(), extracted.left_out);
}

#[test]
fn neither_integration_settings_nor_unknown_keys_nor_integration_columns_pass() {
    let bench = Bench::new();
    let source = bench.build("source.sqlite", ROWS);
    for (kind, name) in [(Kind::Configuration, "c.sqlite"), (Kind::Snapshot, "s.sqlite")] {
        bench.extract(&source, kind, name);
        let package = bench.path(name);
        assert_eq!(read(&package, "SELECT key FROM general_setting"), ["session.timeout_minutes"]);
        assert_eq!(
            read(&package, "SELECT name FROM pragma_table_xinfo('lab') ORDER BY cid"),
            ["id", "site_id", "name"]
        );
        let bytes = std::fs::read(&package).unwrap();
        for value in ["sftp://lab", "https://idp.example", "made.up"] {
            let found = bytes.windows(value.len()).any(|window| window == value.as_bytes());
            assert!(!found, "{value} stands in the {kind} package");
        }
    }
}

#[test]
fn a_migration_package_refers_to_configuration_by_natural_key() {
    let bench = Bench::new();
    let source = bench.build("source.sqlite", ROWS);
    let extracted = bench.extract(&source, Kind::Migration, "p.sqlite");
    let package = bench.path("p.sqlite");
    assert_eq!(read(&package, "SELECT site_id FROM volunteer ORDER BY id"), ["Leeds", "York"]);
    let keys = [r#"["Leeds","Chem"]"#, r#"["York","Haem \"A\""]"#];
    assert_eq!(read(&package, "SELECT lab_id FROM volunteer ORDER BY id"), keys);
    let need = |table: &str, key: &str| Need { table: table.to_owned(), key: key.to_owned() };
    assert_eq!(
        extracted.manifest.needs,
        [need("lab", keys[0]), need("lab", keys[1]), need("site", "Leeds"), need("site", "York")]
    );
    let mut names: Vec<_> =
        extracted.manifest.tables.iter().map(|table| (table.name.as_str(), table.rows)).collect();
    names.sort_unstable();
    assert_eq!(names, [("participation", 1), ("study", 1), ("volunteer", 2)]);
    assert!(lines(&extracted.left_out).is_superset(&set([
        "study: study not archived (1)",
        "participation: refers to a left-out `study` (1)"
    ])));
}

#[test]
fn a_snapshot_holds_every_row_with_plain_references() {
    let bench = Bench::new();
    let source = bench.build("source.sqlite", ROWS);
    let extracted = bench.extract(&source, Kind::Snapshot, "p.sqlite");
    assert!(extracted.manifest.needs.is_empty());
    let rows: Vec<_> = extracted
        .manifest
        .tables
        .iter()
        .map(|table| format!("{} {}", table.name, table.rows))
        .collect();
    let rows: std::collections::BTreeSet<_> = rows.into_iter().collect();
    assert_eq!(
        rows,
        set([
            "site 3",
            "lab 3",
            "device 5",
            "general_setting 1",
            "user 2",
            "delegation 2",
            "study 2",
            "volunteer 2",
            "participation 2",
        ])
    );
    assert_eq!(
        read(&bench.path("p.sqlite"), "SELECT site_id FROM volunteer ORDER BY id"),
        ["1", "3"]
    );
}

#[test]
fn the_source_is_not_touched_and_an_existing_target_is_refused() {
    let bench = Bench::new();
    let source = bench.build("source.sqlite", ROWS);
    let before = std::fs::read(&source).unwrap();
    bench.extract(&source, Kind::Configuration, "p.sqlite");
    assert_eq!(std::fs::read(&source).unwrap(), before);
    let refused = bench.try_extract(&source, Kind::Configuration, "p.sqlite");
    assert!(matches!(refused, Err(Error::Exists { .. })));
    assert_eq!(bench.files(), set(["p.sqlite", "source.sqlite"]));
}

#[test]
fn equal_content_has_an_equal_name_and_other_content_another() {
    let bench = Bench::new();
    let one = bench.build("one.sqlite", ROWS);
    let two = bench.build("two.sqlite", ROWS);
    let other =
        bench.build("other.sqlite", &format!("{ROWS} UPDATE site SET note = '' WHERE id = 1;"));
    let null =
        bench.build("null.sqlite", &format!("{ROWS} UPDATE site SET note = NULL WHERE id = 1;"));
    let name =
        |path: &std::path::Path, file: &str| bench.extract(path, Kind::Configuration, file).digest;
    let first = name(&one, "1.sqlite");
    assert_eq!(first, name(&two, "2.sqlite"));
    let empty = name(&other, "3.sqlite");
    assert_ne!(first, empty);
    assert_ne!(empty, name(&null, "4.sqlite"), "NULL is not the empty text");
}
