//! Drift: whatever is changed behind Landfall's back is found, and nothing else.

use std::{collections::BTreeSet, fs, path::PathBuf};

use landfall_instances::{
    drift::{self, Baseline, Change, Drift},
    fingerprint::fingerprint,
    record::{self, RecordKey},
};

use crate::sample::{Bench, ROWS, set, write};

/// Rows of the tables that an instance keeps about itself.
const OWN_ROWS: &str = "
INSERT INTO landfall_loaded VALUES ('configuration', 'one', 0), ('migration', 'two', 1);
INSERT INTO landfall_stub VALUES ('site', 2);
";

/// What is done with another program, and the objects that it changes.
const PLANTED: &[(&str, &[&str])] = &[
    ("UPDATE site SET note = 'x' WHERE id = 1", &["table site"]),
    ("UPDATE site SET note = NULL WHERE id = 3", &["table site"]),
    ("UPDATE site SET id = 7 WHERE id = 3", &["table site"]),
    ("INSERT INTO site VALUES (9, 'Hull', NULL, 'cm', 0)", &["table site"]),
    ("DELETE FROM site WHERE id = 2", &["table site"]),
    ("UPDATE lab SET end_point = 'sftp://elsewhere' WHERE id = 3", &["table lab"]),
    ("UPDATE lab SET password = 'another' WHERE id = 1", &["table lab"]),
    ("INSERT INTO lab VALUES (9, 1, 'New', NULL, NULL)", &["table lab"]),
    ("DELETE FROM lab WHERE id = 2", &["table lab"]),
    ("UPDATE device SET part_of_id = NULL WHERE id = 5", &["table device"]),
    ("INSERT INTO device VALUES (9, 'D9', NULL, NULL)", &["table device"]),
    ("DELETE FROM device WHERE id = 3", &["table device"]),
    ("UPDATE general_setting SET value = '99' WHERE id = 1", &["table general_setting"]),
    (
        "INSERT INTO general_setting VALUES (9, 'Sign-on', 'sso.realm', 'acme')",
        &["table general_setting"],
    ),
    ("DELETE FROM general_setting WHERE id = 3", &["table general_setting"]),
    ("UPDATE user SET user_name = 'eve' WHERE id = 1", &["table user"]),
    ("INSERT INTO user VALUES (9, 'eve')", &["table user"]),
    ("DELETE FROM user WHERE id = 2", &["table user"]),
    ("UPDATE delegation SET user_id = 2 WHERE id = 1", &["table delegation"]),
    ("INSERT INTO delegation VALUES (9, 'more', NULL)", &["table delegation"]),
    ("DELETE FROM delegation WHERE id = 1", &["table delegation"]),
    ("UPDATE study SET status = 'active' WHERE id = 1", &["table study"]),
    ("INSERT INTO study VALUES (9, 'P-9', 'active')", &["table study"]),
    ("DELETE FROM study WHERE id = 2", &["table study"]),
    ("UPDATE volunteer SET first_name = 'Eve' WHERE id = 2", &["table volunteer"]),
    ("UPDATE volunteer SET external_id = '' WHERE id = 2", &["table volunteer"]),
    ("UPDATE volunteer SET photo = X'00fe' WHERE id = 1", &["table volunteer"]),
    ("INSERT INTO volunteer (id, first_name, site_id) VALUES (9, 'Cy', 1)", &["table volunteer"]),
    ("DELETE FROM volunteer WHERE id = 2", &["table volunteer"]),
    ("UPDATE participation SET note = '' WHERE id = 1", &["table participation"]),
    ("INSERT INTO participation VALUES (9, 1, 1, NULL)", &["table participation"]),
    ("DELETE FROM participation WHERE id = 1", &["table participation"]),
    // The tables that an instance keeps about itself.
    (
        "UPDATE landfall_instance SET value = 'other' WHERE key = 'customer'",
        &["table landfall_instance"],
    ),
    ("INSERT INTO landfall_instance VALUES ('more', 'x')", &["table landfall_instance"]),
    ("DELETE FROM landfall_instance WHERE key = 'build'", &["table landfall_instance"]),
    ("UPDATE landfall_loaded SET masked = 0", &["table landfall_loaded"]),
    ("INSERT INTO landfall_loaded VALUES ('migration', 'three', 1)", &["table landfall_loaded"]),
    ("DELETE FROM landfall_loaded WHERE kind = 'migration'", &["table landfall_loaded"]),
    ("UPDATE landfall_stub SET row_id = 3", &["table landfall_stub"]),
    ("INSERT INTO landfall_stub VALUES ('lab', 2)", &["table landfall_stub"]),
    ("DELETE FROM landfall_stub", &["table landfall_stub"]),
    (
        "INSERT INTO landfall_change (note, change) VALUES ('{}', '{}')",
        &["noted changes", "table landfall_change"],
    ),
    (
        "INSERT INTO landfall_change (note, change) VALUES ('{}', '{}');
         DELETE FROM landfall_change",
        &["noted changes"],
    ),
    ("INSERT INTO sqlite_sequence VALUES ('landfall_change', 7)", &["noted changes"]),
    ("INSERT INTO sqlite_sequence VALUES ('another', 7)", &["table sqlite_sequence"]),
    // The schema.
    ("DROP INDEX device_lab_id_index", &["index device_lab_id_index"]),
    ("CREATE INDEX quick ON site (note)", &["index quick"]),
    ("CREATE TRIGGER sly AFTER INSERT ON site BEGIN DELETE FROM lab; END", &["trigger sly"]),
    ("CREATE VIEW seen AS SELECT name FROM site", &["view seen"]),
    ("CREATE TABLE more (a REAL); INSERT INTO more VALUES (1.5)", &["table more"]),
    ("CREATE TABLE landfall_more (a TEXT)", &["table landfall_more"]),
    ("ALTER TABLE site ADD COLUMN colour TEXT", &["table site"]),
    ("ALTER TABLE site DROP COLUMN note", &["table site"]),
    ("ALTER TABLE site RENAME COLUMN note TO remark", &["table site"]),
    ("DROP TABLE participation", &["table participation"]),
    ("DROP TABLE landfall_stub", &["table landfall_stub"]),
    ("DROP TABLE landfall_change", &["table landfall_change"]),
    (
        "PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = replace(sql, 'IN (0, 1)', 'IN (0, 1, 2)')
         WHERE name = 'site'",
        &["table site"],
    ),
    // The header.
    ("PRAGMA user_version = 7", &["header user_version"]),
    ("PRAGMA application_id = 7", &["header application_id"]),
    ("PRAGMA journal_mode = WAL", &["header journal_mode"]),
];

fn built(bench: &Bench) -> PathBuf {
    bench.build("sealed.sqlite", &format!("{ROWS}{OWN_ROWS}"))
}

fn objects(drift: &[Drift]) -> BTreeSet<String> {
    drift.iter().map(|one| one.object.clone()).collect()
}

#[test]
fn every_planted_change_is_found_and_names_its_object() {
    let bench = Bench::new();
    let sealed = built(&bench);
    let expected = drift::baseline(&sealed, &bench.catalogue).unwrap();
    for (number, (statement, changed)) in PLANTED.iter().enumerate() {
        let path = bench.path(&format!("planted-{number}.sqlite"));
        fs::copy(&sealed, &path).unwrap();
        write(&path, statement);
        let drift = drift::examine(&path, &bench.catalogue, &expected);
        let changed: BTreeSet<String> = changed.iter().map(|&name| name.to_owned()).collect();
        assert_eq!(objects(&drift), changed, "{statement}");
        for one in &drift {
            assert_ne!(one.expected, one.found, "{statement}");
            assert!(!one.what.is_empty(), "{statement}");
        }
        // The other way round what was added is missing, and what was dropped is more than there was.
        let found = drift::baseline(&path, &bench.catalogue).unwrap();
        assert_eq!(objects(&drift::compare(&found, &expected)), changed, "{statement}, undone");
    }
}

#[test]
fn an_untouched_instance_has_no_drift() {
    let bench = Bench::new();
    let path = built(&bench);
    let expected = drift::baseline(&path, &bench.catalogue).unwrap();
    assert_eq!(drift::examine(&path, &bench.catalogue, &expected), []);
    // What a backup or a tidying does to a file is no change of what it holds.
    write(&path, "VACUUM");
    assert_eq!(drift::examine(&path, &bench.catalogue, &expected), []);
}

#[test]
fn the_words_say_how_many_rows_there_are() {
    let bench = Bench::new();
    let path = built(&bench);
    let expected = drift::baseline(&path, &bench.catalogue).unwrap();
    let what = |statement: &str| {
        write(&path, statement);
        drift::examine(&path, &bench.catalogue, &expected).remove(0).what
    };
    assert_eq!(what("INSERT INTO study VALUES (9, 'P-9', 'active')"), "2 rows expected, 3 found");
    assert_eq!(what("DELETE FROM study WHERE id = 1"), "content differs, in 2 rows as expected");
}

#[test]
fn a_baseline_is_the_same_with_a_fingerprint_and_is_written_and_read_back() {
    let bench = Bench::new();
    let path = built(&bench);
    let taken = drift::baseline(&path, &bench.catalogue).unwrap();
    let print = fingerprint(&path, &bench.catalogue).unwrap();
    assert_eq!(drift::baseline_of(&path, &bench.catalogue, &print).unwrap(), taken);
    let text = serde_json::to_string(&taken).unwrap();
    assert_eq!(serde_json::from_str::<Baseline>(&text).unwrap(), taken);
    let tables: BTreeSet<String> = taken.tables.iter().map(|table| table.name.clone()).collect();
    for table in ["site", "volunteer", "landfall_instance", "landfall_change", "sqlite_sequence"] {
        assert!(tables.contains(table), "{table}");
    }
}

#[test]
fn a_file_that_cannot_be_read_has_drifted() {
    let bench = Bench::new();
    let path = built(&bench);
    let expected = drift::baseline(&path, &bench.catalogue).unwrap();
    let sound = fs::read(&path).unwrap();
    let examine = || drift::examine(&path, &bench.catalogue, &expected);
    let mut broken = sound.clone();
    broken[8192..].fill(0xff);
    fs::write(&path, broken).unwrap();
    assert!(!examine().is_empty());
    fs::write(&path, "no database, but a text. ".repeat(100)).unwrap();
    assert_eq!(objects(&examine()), set(["file"]));
    fs::remove_file(&path).unwrap();
    let drift = examine();
    assert_eq!(objects(&drift), set(["file"]));
    assert_eq!(drift[0].found, "no file");
    fs::write(&path, sound).unwrap();
    assert_eq!(examine(), []);
}

#[test]
fn recorded_changes_are_told_from_others() {
    let bench = Bench::new();
    let path = built(&bench);
    let catalogue = &bench.catalogue;
    let sealed = drift::baseline(&path, catalogue).unwrap();
    let state = || drift::baseline(&path, catalogue).unwrap().table("volunteer").unwrap();
    let volunteer = |id: i64, values: &[(&str, &str)]| {
        record::set_noted(&path, catalogue, "volunteer", &RecordKey::Id(id), values, "set").unwrap()
    };
    let old = state();
    let first = volunteer(
        1,
        &[("first_name", "Eve"), ("weight", ""), ("photo", "01"), ("active", "false")],
    );
    let middle = state();
    let values = [("first_name", "Cy"), ("site", "Leeds")];
    let second = record::add_noted(&path, catalogue, "volunteer", &values, "added").unwrap();
    let third = volunteer(second.id, &[("external_id", "X9"), ("born_on", "1991-02-03")]);
    let fourth = volunteer(1, &[("first_name", "Eva"), ("weight", "71")]);
    let new = state();
    let changes = [(&first, false), (&second, true), (&third, false), (&fourth, false)]
        .map(|(recorded, added)| Change { recorded, added });
    let around = |changes: &[Change<'_>]| {
        drift::states_around(&path, catalogue, "volunteer", changes).unwrap()
    };
    assert_eq!(around(&changes), (old, new));
    assert_eq!(around(&changes[1..]), (middle, new));

    for pending in record::pending(&path).unwrap() {
        record::settle(&path, pending.number).unwrap();
    }
    let unexpected = drift::examine(&path, catalogue, &sealed);
    assert_eq!(objects(&unexpected), set(["noted changes", "table volunteer"]));
    let mut expected = sealed;
    expected.expect_table("volunteer", new);
    expected.noted = 4;
    assert_eq!(drift::examine(&path, catalogue, &expected), []);

    // What was changed by something else shows before a recorded change of the same table as well as after it.
    write(&path, "UPDATE volunteer SET first_name = 'Zoe' WHERE id = 2");
    let fifth = volunteer(1, &[("first_name", "Ada")]);
    let (before, _) = around(&[Change { recorded: &fifth, added: false }]);
    assert_ne!(before, new);
    assert_eq!(before.rows, new.rows);
}
