//! What a promotion changes, what it keeps, and what stops it.

use std::path::{Path, PathBuf};

use landfall_catalogue::Catalogue;
use landfall_instances::{
    Error,
    compare::{Content, Side, compare},
    fingerprint::fingerprint,
    instance,
    package::Kind,
    probe,
    promote::{self, Action, Preview, TablePreview},
};

use crate::sample::{Bench, ROWS, read, write};

/// What stands at the destination: rows of its own, rows of the package under other ids, end points of its own.
const PRESENT: &str = "
INSERT INTO site VALUES (7, 'York', '', 'cm', 0), (9, 'Hull', 'own', 'cm', 0);
INSERT INTO lab VALUES (4, 7, 'Haem \"A\"', 'sftp://own', 'own'), (5, 9, 'Own', NULL, NULL);
INSERT INTO device VALUES (3, 'D1', 4, NULL), (8, 'X1', 5, NULL);
INSERT INTO general_setting VALUES (1, 'Sign-on', 'sso.url', 'https://own'),
  (2, 'Security', 'session.timeout_minutes', '45');
INSERT INTO user VALUES (1, 'zoe');
INSERT INTO volunteer VALUES (1, 'V1', 'Eve', 9, 5, NULL, NULL, NULL, 1);
";

/// A bench with a configuration package `c.sqlite` and a destination.
fn ready() -> (Bench, PathBuf, PathBuf) {
    let bench = Bench::new();
    let source = bench.build("source.sqlite", ROWS);
    bench.extract(&source, Kind::Configuration, "c.sqlite");
    let target = bench.build("target.sqlite", PRESENT);
    let package = bench.path("c.sqlite");
    (bench, package, target)
}

fn counts(preview: &Preview) -> (u64, u64, u64, u64) {
    (preview.added, preview.changed, preview.equal, preview.kept)
}

fn table<'a>(preview: &'a Preview, name: &str) -> &'a TablePreview {
    preview.tables.iter().find(|table| table.table == name).unwrap()
}

fn rows(table: &TablePreview) -> Vec<(&str, Action)> {
    table.rows.iter().map(|(row, action)| (row.as_str(), *action)).collect()
}

/// Tells whether a package extracted from the instance holds all rows of the first, and how many more.
fn holds(bench: &Bench, target: &Path, package: &str) -> u64 {
    bench.extract(target, Kind::Configuration, "again.sqlite");
    let (before, after) = (bench.package(package), bench.package("again.sqlite"));
    let side = |package| Side {
        name: String::new(),
        catalogue: &bench.catalogue,
        content: Content::Package(package),
    };
    let (added, removed, changed) = compare(&side(&before), &side(&after)).unwrap().counts();
    assert_eq!((removed, changed), (0, 0));
    std::fs::remove_file(bench.path("again.sqlite")).unwrap();
    added
}

#[test]
fn the_preview_says_what_would_happen_and_writes_nothing() {
    let (bench, package, target) = ready();
    let before = std::fs::read(&target).unwrap();
    let preview = promote::preview(&package, &target, &bench.catalogue).unwrap();
    assert_eq!(std::fs::read(&target).unwrap(), before);
    assert_eq!(preview.package, bench.package("c.sqlite").digest());
    assert_eq!(counts(&preview), (4, 3, 1, 4));
    let site = table(&preview, "site");
    assert_eq!((site.added, site.changed, site.equal, site.kept), (1, 1, 0, 1));
    assert_eq!(
        rows(site),
        [
            ("name=Leeds", Action::Added),
            ("name=York", Action::Changed),
            ("name=Hull", Action::Kept)
        ]
    );
    assert_eq!(
        rows(table(&preview, "lab")),
        [("site=Leeds, name=Chem", Action::Added), ("site=Hull, name=Own", Action::Kept)]
    );
    assert_eq!(
        rows(table(&preview, "general_setting")),
        [("key=session.timeout_minutes", Action::Changed), ("key=sso.url", Action::Kept)]
    );
    let json = serde_json::to_string(&preview).unwrap();
    assert_eq!(serde_json::from_str::<Preview>(&json).unwrap(), preview);
}

#[test]
fn rows_are_added_and_changed_and_everything_else_stays() {
    let (bench, package, target) = ready();
    let expected = promote::preview(&package, &target, &bench.catalogue).unwrap();
    let done = promote::apply(&package, &target, &bench.catalogue).unwrap();
    assert_eq!(done, expected);
    assert_eq!(
        read(&target, "SELECT id || ' ' || name || ' ' || height_unit FROM site ORDER BY id"),
        ["7 York in", "9 Hull cm", "10 Leeds cm"]
    );
    // References lead to the destination's rows, also within a table.
    assert_eq!(read(&target, "SELECT site_id FROM lab WHERE name = 'Chem'"), ["10"]);
    assert_eq!(
        read(
            &target,
            "SELECT id || ' ' || code || ' ' || lab_id || ' ' || coalesce(part_of_id, '-')
             FROM device ORDER BY id"
        ),
        ["3 D1 6 -", "8 X1 5 -", "9 D5 4 3"]
    );
    // What belongs to the instance stays: end points, passwords, sign-on; a new row has none.
    assert_eq!(
        read(&target, "SELECT coalesce(end_point, '-') || password FROM lab WHERE id = 4"),
        ["sftp://ownown"]
    );
    assert_eq!(read(&target, "SELECT end_point FROM lab WHERE id = 6"), ["-"]);
    assert_eq!(read(&target, "SELECT password FROM lab WHERE id = 6"), ["-"]);
    assert_eq!(
        read(&target, "SELECT value FROM general_setting ORDER BY key"),
        ["20", "https://own"]
    );
    assert_eq!(read(&target, "SELECT user_name FROM user"), ["zoe"]);
    assert_eq!(read(&target, "SELECT first_name FROM volunteer"), ["Eve"]);
    assert_eq!(instance::identity(&target).unwrap()["environment"], "sandbox");
    assert_eq!(probe::foreign_key_violations(&target).unwrap(), []);
    assert!(probe::schema_differences(&target, &bench.catalogue).unwrap().is_empty());
    assert!(probe::integrity(&target).unwrap().is_empty());
    assert!(probe::files_beside(&target).is_empty());
}

#[test]
fn the_promoted_instance_holds_the_rows_of_the_package() {
    let (bench, package, target) = ready();
    promote::apply(&package, &target, &bench.catalogue).unwrap();
    // The destination's own site, lab and device travel from now on, too.
    assert_eq!(holds(&bench, &target, "c.sqlite"), 3);
    let empty = bench.build("empty.sqlite", "");
    let preview = promote::apply(&package, &empty, &bench.catalogue).unwrap();
    assert_eq!(counts(&preview), (8, 0, 0, 0));
    assert_eq!(holds(&bench, &empty, "c.sqlite"), 0);
}

#[test]
fn promoting_twice_changes_nothing() {
    let (bench, package, target) = ready();
    promote::apply(&package, &target, &bench.catalogue).unwrap();
    let before = fingerprint(&target, &bench.catalogue).unwrap();
    let preview = promote::preview(&package, &target, &bench.catalogue).unwrap();
    let again = promote::apply(&package, &target, &bench.catalogue).unwrap();
    assert!(preview.changes_nothing() && preview == again, "{again:?}");
    assert_eq!(counts(&again), (0, 0, 8, 4));
    assert_eq!(fingerprint(&target, &bench.catalogue).unwrap(), before);
}

#[test]
fn an_archived_row_of_the_destination_is_the_one_that_is_meant() {
    let (bench, package, target) = ready();
    write(&target, "UPDATE site SET archived = 1 WHERE name = 'York'");
    promote::apply(&package, &target, &bench.catalogue).unwrap();
    assert_eq!(read(&target, "SELECT archived FROM site WHERE name = 'York'"), ["0"]);
    assert_eq!(read(&target, "SELECT count(*) FROM site"), ["3"]);
}

#[test]
fn a_row_may_refer_to_one_that_stands_behind_it() {
    let bench = Bench::new();
    let source = bench.build(
        "source.sqlite",
        "INSERT INTO device VALUES (1, 'A', NULL, 2), (2, 'B', NULL, 3), (3, 'C', NULL, NULL);",
    );
    bench.extract(&source, Kind::Configuration, "c.sqlite");
    let target = bench.build("target.sqlite", "INSERT INTO device VALUES (5, 'B', NULL, NULL);");
    promote::apply(&bench.path("c.sqlite"), &target, &bench.catalogue).unwrap();
    assert_eq!(
        read(&target, "SELECT code || id || coalesce(part_of_id, '-') FROM device ORDER BY id"),
        ["B57", "A65", "C7-"]
    );
    assert_eq!(holds(&bench, &target, "c.sqlite"), 0);
}

#[test]
fn keys_that_lead_through_several_tables_find_their_rows() {
    let release = Catalogue::embedded_releases().pop().unwrap();
    let bench = Bench::of(Catalogue::embedded(&release).unwrap());
    let lab = "INSERT INTO lab_test (id, lab_interface_id, name, order_id, category) VALUES";
    let source = bench.build(
        "source.sqlite",
        &format!(
            "INSERT INTO role (id, name) VALUES (1, 'Recruiter'), (2, 'Nurse');
             INSERT INTO role_action (id, role_id, action, writable) VALUES
               (1, 1, 'volunteer.view', 1), (2, 2, 'volunteer.view', 0), (3, 2, 'sample.view', 1);
             INSERT INTO site (id, name) VALUES (1, 'Leeds');
             INSERT INTO lab_interface (id, name, site_id, enabled, host) VALUES (1, 'Lab A', 1, 1, 'source');
             {lab} (1, 1, 'LDL', 'LDL', 'clinical chemistry'), (2, 1, 'HDL', 'HDL', 'clinical chemistry');
             INSERT INTO lab_panel (id, lab_interface_id, name, category)
               VALUES (1, 1, 'Lipids', 'clinical chemistry');
             INSERT INTO lab_panel_test (id, lab_panel_id, lab_test_id, position)
               VALUES (1, 1, 1, 1), (2, 1, 2, 2);"
        ),
    );
    let target = bench.build(
        "target.sqlite",
        &format!(
            "INSERT INTO role (id, name) VALUES (5, 'Nurse'), (6, 'Recruiter');
             INSERT INTO role_action (id, role_id, action, writable) VALUES
               (1, 5, 'volunteer.view', 0), (2, 6, 'volunteer.view', 0), (3, 6, 'audit.view', 0);
             INSERT INTO site (id, name) VALUES (4, 'Leeds');
             INSERT INTO lab_interface (id, name, site_id, enabled, host) VALUES (9, 'Lab A', 4, 0, 'own');
             {lab} (7, 9, 'HDL', 'HDL', 'clinical chemistry');
             INSERT INTO lab_panel (id, lab_interface_id, name, category)
               VALUES (2, 9, 'Lipids', 'clinical chemistry');
             INSERT INTO lab_panel_test (id, lab_panel_id, lab_test_id, position) VALUES (1, 2, 7, 1);"
        ),
    );
    bench.extract(&source, Kind::Configuration, "c.sqlite");
    let done = promote::apply(&bench.path("c.sqlite"), &target, &bench.catalogue).unwrap();
    assert_eq!(
        rows(table(&done, "role_action")),
        [
            ("role=Recruiter, action=volunteer.view", Action::Changed),
            ("role=Nurse, action=sample.view", Action::Added),
            ("role=Recruiter, action=audit.view", Action::Kept),
        ]
    );
    assert_eq!(
        rows(table(&done, "lab_panel_test")),
        [
            (
                "lab_panel=(lab_interface=Lab A, name=Lipids), lab_test=(lab_interface=Lab A, order_id=LDL)",
                Action::Added
            ),
            (
                "lab_panel=(lab_interface=Lab A, name=Lipids), lab_test=(lab_interface=Lab A, order_id=HDL)",
                Action::Changed
            ),
        ]
    );
    assert_eq!(
        read(&target, "SELECT role_id || action || writable FROM role_action ORDER BY id"),
        ["5volunteer.view0", "6volunteer.view1", "6audit.view0", "5sample.view1"]
    );
    assert_eq!(
        read(
            &target,
            "SELECT lab_panel_id || lab_test_id || position FROM lab_panel_test ORDER BY id"
        ),
        ["272", "281"]
    );
    assert_eq!(read(&target, "SELECT enabled || host FROM lab_interface"), ["0own"]);
    assert_eq!(holds(&bench, &target, "c.sqlite"), 1);
}

#[test]
fn a_failure_leaves_the_instance_as_it_was() {
    let (bench, package, target) = ready();
    // A rule of the file's own: the row that is kept has the value of the row that is added.
    write(
        &target,
        "UPDATE device SET lab_id = CASE id WHEN 8 THEN 4 ELSE 5 END;
         CREATE UNIQUE INDEX one_device_per_lab ON device (lab_id);",
    );
    let before = fingerprint(&target, &bench.catalogue).unwrap();
    match promote::apply(&package, &target, &bench.catalogue) {
        Err(Error::Duplicate { table, columns }) => {
            assert_eq!((table.as_str(), columns.as_str()), ("device", "`lab_id`"));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(fingerprint(&target, &bench.catalogue).unwrap(), before);
    assert!(probe::files_beside(&target).is_empty());
}

#[test]
fn a_reference_of_the_destination_that_leads_nowhere_stops_the_promotion() {
    let (bench, package, target) = ready();
    write(&target, "UPDATE volunteer SET site_id = 99");
    match promote::apply(&package, &target, &bench.catalogue) {
        Err(Error::BrokenReferences { table, references, rows }) => {
            assert_eq!((table.as_str(), references.as_str(), rows), ("volunteer", "site", 1));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(read(&target, "SELECT count(*) FROM site"), ["2"]);
}

#[test]
fn what_does_not_fit_is_refused_before_the_first_write() {
    let (bench, package, target) = ready();
    let before = std::fs::read(&target).unwrap();
    let source = bench.path("source.sqlite");
    bench.extract(&source, Kind::Migration, "m.sqlite");
    let refused = promote::apply(&bench.path("m.sqlite"), &target, &bench.catalogue);
    assert!(matches!(refused, Err(Error::WrongKind { .. })), "{refused:?}");
    let refused = promote::preview(&source, &target, &bench.catalogue);
    assert!(matches!(refused, Err(Error::Corrupted { .. })), "{refused:?}");

    let release = Catalogue::embedded_releases().pop().unwrap();
    let other = Bench::of(Catalogue::embedded(&release).unwrap());
    let refused = promote::apply(&package, &target, &other.catalogue);
    assert!(matches!(refused, Err(Error::PackageCatalogue { .. })), "{refused:?}");
    let foreign = other.build("foreign.sqlite", "");
    let refused = promote::apply(&package, &foreign, &bench.catalogue);
    assert!(matches!(refused, Err(Error::WrongCatalogue { .. })), "{refused:?}");
    let unfinished = bench.begin("unfinished.sqlite");
    let refused = promote::apply(&package, &unfinished, &bench.catalogue);
    assert!(matches!(refused, Err(Error::Unfinished { .. })), "{refused:?}");
    let refused = promote::apply(&package, &bench.path("nowhere.sqlite"), &bench.catalogue);
    assert!(matches!(refused, Err(Error::Absent { .. })), "{refused:?}");
    assert_eq!(std::fs::read(&target).unwrap(), before);

    write(&target, "UPDATE landfall_instance SET value = '9.9' WHERE key = 'release'");
    let refused = promote::apply(&package, &target, &bench.catalogue);
    assert!(matches!(refused, Err(Error::WrongRelease { .. })), "{refused:?}");
    write(&package, "UPDATE site SET note = 'touched' WHERE id = 1");
    let refused = promote::preview(&package, &target, &bench.catalogue);
    assert!(matches!(refused, Err(Error::Corrupted { .. })), "{refused:?}");
}
