//! Create, finish, drop.

use landfall_instances::{
    Error, instance,
    probe::{files_beside, identity},
};

use crate::sample::{Bench, ROWS, read, set, write};

#[test]
fn an_instance_says_who_it_is_and_nothing_that_changes_between_builds() {
    let bench = Bench::new();
    let path = bench.build("a.sqlite", ROWS);
    let identity = identity(&path).unwrap();
    assert_eq!(identity["customer"], "acme");
    assert_eq!(identity["role"], "main");
    assert_eq!(identity["release"], "1.0");
    assert_eq!(identity["catalogue"], bench.catalogue.digest().to_string());
    let again = bench.build("b.sqlite", ROWS);
    assert_eq!(std::fs::read(&path).unwrap(), std::fs::read(&again).unwrap());
}

#[test]
fn a_finished_instance_is_one_file() {
    let bench = Bench::new();
    let path = bench.build("a.sqlite", ROWS);
    assert_eq!(bench.files(), set(["a.sqlite"]));
    assert_eq!(files_beside(&path), Vec::<String>::new());
    assert_eq!(read(&path, "PRAGMA journal_mode"), ["delete"]);
    assert_eq!(read(&path, "PRAGMA foreign_key_check"), Vec::<String>::new());
    let before = std::fs::read(&path).unwrap();
    instance::finish(&path, &bench.catalogue).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), before, "finishing again changes nothing");
}

#[test]
fn create_refuses_a_file_that_is_there_and_another_release() {
    let bench = Bench::new();
    let path = bench.begin("a.sqlite");
    let before = std::fs::read(&path).unwrap();
    let refused = instance::create(&path, &bench.catalogue, &bench.identity("sandbox"));
    assert!(matches!(refused, Err(Error::Exists { .. })));
    assert_eq!(std::fs::read(&path).unwrap(), before);

    let mut identity = bench.identity("sandbox");
    identity.release = "1.1".parse().unwrap();
    let refused = instance::create(&bench.path("b.sqlite"), &bench.catalogue, &identity);
    assert!(matches!(refused, Err(Error::WrongRelease { .. })));
    assert_eq!(bench.files(), set(["a.sqlite"]));
}

#[test]
fn finish_names_table_and_columns_of_equal_rows_and_no_value() {
    let bench = Bench::new();
    let path = bench.begin("a.sqlite");
    write(&path, ROWS);
    write(&path, "UPDATE volunteer SET external_id = 'SAME-7781'");
    let error = instance::finish(&path, &bench.catalogue).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("`volunteer`") && text.contains("`external_id`"), "{text}");
    assert!(!text.contains("7781"), "{text}");
}

#[test]
fn finish_refuses_references_to_rows_that_are_not_there() {
    let bench = Bench::new();
    let path = bench.begin("a.sqlite");
    write(&path, ROWS);
    write(&path, "DELETE FROM site WHERE id = 1");
    match instance::finish(&path, &bench.catalogue) {
        Err(Error::BrokenReferences { table, references, rows }) => {
            assert_eq!((table.as_str(), references.as_str(), rows), ("lab", "site", 1));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_tables_refuse_what_the_catalogue_does_not_allow() {
    let bench = Bench::new();
    let path = bench.begin("a.sqlite");
    let connection = rusqlite::Connection::open(&path).unwrap();
    for statement in [
        "INSERT INTO site (name, height_unit) VALUES (NULL, 'cm')",
        "INSERT INTO site (name, height_unit) VALUES ('A', 'ft')",
        "INSERT INTO site (name, height_unit, archived) VALUES ('A', 'cm', 2)",
        "INSERT INTO site (id, name, height_unit) VALUES ('one', 'A', 'cm')",
        "INSERT INTO lab (site_id, name) VALUES (99, 'A')",
    ] {
        assert!(connection.execute(statement, []).is_err(), "{statement}");
    }
    connection.execute("INSERT INTO site (name, height_unit) VALUES ('A', 'cm')", []).unwrap();
}

#[test]
fn an_unfinished_instance_is_of_no_use() {
    let bench = Bench::new();
    let path = bench.begin("a.sqlite");
    let kind = landfall_instances::package::Kind::Configuration;
    assert!(matches!(bench.try_extract(&path, kind, "p.sqlite"), Err(Error::Unfinished { .. })));
    assert!(!bench.path("p.sqlite").exists());
}

#[test]
fn a_file_that_is_no_instance_is_named() {
    let bench = Bench::new();
    let path = bench.path("a.sqlite");
    assert!(matches!(instance::identity(&path), Err(Error::Absent { .. })));
    write(&path, "CREATE TABLE t (a)");
    assert!(matches!(instance::identity(&path), Err(Error::NotAnInstance { .. })));
    std::fs::write(&path, vec![b'x'; 8192]).unwrap();
    assert!(matches!(instance::identity(&path), Err(Error::Corrupted { .. })));
}

#[test]
fn drop_removes_the_file_and_what_stands_beside_it_and_may_be_repeated() {
    let bench = Bench::new();
    let path = bench.build("a.sqlite", ROWS);
    std::fs::write(bench.path("a.sqlite-journal"), b"").unwrap();
    instance::drop(&path).unwrap();
    assert!(bench.files().is_empty());
    instance::drop(&path).unwrap();
}
