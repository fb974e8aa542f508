//! Fingerprints tell contents apart and nothing else.

use landfall_instances::{
    Error,
    fingerprint::{column_digest, fingerprint},
};

use crate::sample::{Bench, ROWS, write};

#[test]
fn equal_content_has_an_equal_fingerprint_whoever_the_instance_belongs_to() {
    let bench = Bench::new();
    let one = bench.build("one.sqlite", ROWS);
    let two = bench.build("two.sqlite", ROWS);
    write(&two, "UPDATE landfall_instance SET value = 'other' WHERE key = 'customer'");
    assert_eq!(
        fingerprint(&one, &bench.catalogue).unwrap(),
        fingerprint(&two, &bench.catalogue).unwrap()
    );
}

#[test]
fn a_changed_cell_changes_its_table_and_a_changed_index_the_schema() {
    let bench = Bench::new();
    let path = bench.build("one.sqlite", ROWS);
    let before = fingerprint(&path, &bench.catalogue).unwrap();
    write(&path, "UPDATE volunteer SET first_name = 'Eve' WHERE id = 2");
    let after = fingerprint(&path, &bench.catalogue).unwrap();
    let changed: Vec<_> = before
        .tables
        .iter()
        .zip(&after.tables)
        .filter(|(old, new)| old != new)
        .map(|(old, _)| old.name.as_str())
        .collect();
    assert_eq!(changed, ["volunteer"]);
    assert_eq!(before.schema, after.schema);
    assert_ne!(before.digest, after.digest);
    write(&path, "DROP INDEX device_lab_id_index");
    assert_ne!(fingerprint(&path, &bench.catalogue).unwrap().schema, before.schema);
}

#[test]
fn columns_that_did_not_change_keep_their_digest() {
    let bench = Bench::new();
    let path = bench.build("one.sqlite", ROWS);
    let digest = |columns: &[&str]| {
        column_digest(&path, &bench.catalogue, "volunteer", columns).unwrap().digest
    };
    let (kept, masked) = (digest(&["id", "weight"]), digest(&["id", "first_name"]));
    write(&path, "UPDATE volunteer SET first_name = 'Eve'");
    assert_eq!(digest(&["id", "weight"]), kept);
    assert_ne!(digest(&["id", "first_name"]), masked);
    let unknown = column_digest(&path, &bench.catalogue, "volunteer", &["shoe_size"]);
    assert!(matches!(unknown, Err(Error::UnknownColumn { .. })));
}
