//! Probes find what is there, and what is wrong.

use landfall_core::digest::Digest;
use landfall_instances::{package::Kind, probe};

use crate::sample::{Bench, ROWS, read, write};

#[test]
fn a_sound_instance_has_no_findings() {
    let bench = Bench::new();
    let path = bench.build("a.sqlite", ROWS);
    assert_eq!(probe::integrity(&path).unwrap(), Vec::<String>::new());
    assert_eq!(probe::foreign_key_violations(&path).unwrap(), []);
    assert_eq!(probe::schema_differences(&path, &bench.catalogue).unwrap(), Vec::<String>::new());
    assert!(probe::sqlite_version().starts_with("3."));
    let counts = probe::row_counts(&path, &bench.catalogue).unwrap();
    assert_eq!(counts.iter().map(|count| count.rows).sum::<u64>(), 24);
}

#[test]
fn what_a_package_would_hold_is_computed_at_the_destination() {
    let bench = Bench::new();
    let source = bench.build("source.sqlite", ROWS);
    bench.extract(&source, Kind::Configuration, "c.sqlite");
    bench.extract(&source, Kind::Migration, "m.sqlite");
    let target = bench.compose("target.sqlite", "c.sqlite", "m.sqlite");
    write(&target, "INSERT INTO general_setting VALUES (90, 'Sign-on', 'sso.url', 'https://here')");
    for (kind, package) in [(Kind::Configuration, "c.sqlite"), (Kind::Migration, "m.sqlite")] {
        let digests = probe::package_form_digests(&target, &bench.catalogue, kind).unwrap();
        assert_eq!(digests, bench.package(package).manifest().tables, "{kind}");
    }
    write(&target, "UPDATE volunteer SET site_id = 3 WHERE id = 1");
    let digests = probe::package_form_digests(&target, &bench.catalogue, Kind::Migration).unwrap();
    let manifest = bench.package("m.sqlite").manifest().clone();
    let changed: Vec<_> =
        digests.iter().filter(|one| !manifest.tables.contains(one)).map(|one| &one.name).collect();
    assert_eq!(changed, ["volunteer"]);
}

#[test]
fn each_broken_thing_is_named() {
    let bench = Bench::new();
    for (statement, difference) in [
        ("DROP INDEX device_lab_id_index", "index `device_lab_id_index` is missing"),
        ("CREATE INDEX quick ON site (note)", "index `quick` is extra"),
        ("CREATE TABLE more (a)", "table `more` is extra"),
        ("CREATE VIEW seen AS SELECT 1", "view `seen` is extra"),
        ("DROP TABLE participation", "table `participation` is missing"),
        ("ALTER TABLE site ADD COLUMN colour TEXT", "column `colour` of table `site` is extra"),
        ("ALTER TABLE site DROP COLUMN note", "column `note` of table `site` is missing"),
        ("DROP TABLE landfall_stub", "table `landfall_stub` is missing"),
    ] {
        let path = bench.build("a.sqlite", ROWS);
        write(&path, statement);
        let differences = probe::schema_differences(&path, &bench.catalogue).unwrap();
        assert_eq!(differences, [difference], "{statement}");
        std::fs::remove_file(&path).unwrap();
    }
}

#[test]
fn references_to_nowhere_are_counted() {
    let bench = Bench::new();
    let path = bench.build("a.sqlite", ROWS);
    write(&path, "DELETE FROM study");
    let broken = probe::foreign_key_violations(&path).unwrap();
    assert_eq!(broken.len(), 1);
    assert_eq!((broken[0].table.as_str(), broken[0].rows), ("participation", 2));
}

#[test]
fn settings_are_shown_and_integration_values_only_as_digests() {
    let bench = Bench::new();
    let path = bench.build("a.sqlite", ROWS);
    let settings = probe::settings(&path, &bench.catalogue).unwrap();
    let values: Vec<_> = settings.into_iter().map(|setting| (setting.key, setting.value)).collect();
    let digest = |text: &str| probe::SettingValue::Digest(Digest::of(text.as_bytes()));
    assert_eq!(
        values,
        [
            ("made.up".to_owned(), digest("x")),
            ("session.timeout_minutes".to_owned(), probe::SettingValue::Text("20".to_owned())),
            ("sso.url".to_owned(), digest("https://idp.example")),
        ]
    );
    let found: Vec<_> = probe::integration_values(&path, &bench.catalogue)
        .unwrap()
        .into_iter()
        .map(|value| format!("{}.{} {:?} {}", value.table, value.column, value.key, value.rows))
        .collect();
    assert_eq!(
        found,
        [
            "lab.end_point None 1",
            "lab.password None 1",
            "general_setting.value Some(\"made.up\") 1",
            "general_setting.value Some(\"sso.url\") 1",
        ]
    );
}

#[test]
fn shared_accounts_are_named() {
    let bench = Bench::new();
    let path = bench.build("a.sqlite", ROWS);
    let users = probe::users(&path, &bench.catalogue).unwrap();
    assert_eq!((users.count, users.shared), (2, vec!["admin".to_owned()]));
}

#[test]
fn probes_only_read() {
    let bench = Bench::new();
    let path = bench.build("a.sqlite", ROWS);
    let before = std::fs::read(&path).unwrap();
    probe::integrity(&path).unwrap();
    probe::package_form_digests(&path, &bench.catalogue, Kind::Snapshot).unwrap();
    probe::settings(&path, &bench.catalogue).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(read(&path, "SELECT count(*) FROM landfall_stub"), ["0"]);
}
