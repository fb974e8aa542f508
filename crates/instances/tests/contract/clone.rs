//! What a clone carries, and what stays at the source.

use landfall_instances::{
    Error,
    instance::{self, CloneRules},
};

use crate::sample::{Bench, ROWS, lines, read, set};

fn rules() -> CloneRules {
    CloneRules { stays: set(["user"]) }
}

#[test]
fn a_clone_carries_every_row_but_what_belongs_to_the_source() {
    let bench = Bench::new();
    let demo = bench.build("demo.sqlite", ROWS);
    let target = bench.path("sandbox.sqlite");
    let identity = bench.identity("sandbox");
    let report = instance::clone(&demo, &target, &bench.catalogue, &identity, &rules()).unwrap();
    instance::finish(&target, &bench.catalogue).unwrap();
    assert_eq!(
        lines(&report.left_out),
        set([
            "user: not part of a clone (2)",
            "general_setting: integration-specific setting (2)",
            "lab: integration column `end_point`: value stays at the destination (1)",
            "lab: integration column `password`: value stays at the destination (1)",
        ])
    );
    assert_eq!(read(&target, "SELECT name FROM site ORDER BY id"), ["Leeds", "Old", "York"]);
    assert_eq!(read(&target, "SELECT code FROM device"), ["D1", "D2", "D3", "D4", "D5"]);
    assert_eq!(read(&target, "SELECT status FROM study ORDER BY id"), ["archived", "active"]);
    assert_eq!(read(&target, "SELECT end_point FROM lab WHERE id = 1"), ["-"]);
    assert_eq!(read(&target, "SELECT password FROM lab WHERE id = 1"), ["-"]);
    assert_eq!(read(&target, "SELECT count(*) FROM user"), ["0"]);
    // The delegation stays; only the person it was given to is not carried.
    assert_eq!(read(&target, "SELECT user_id FROM delegation ORDER BY id"), ["-", "-"]);
    assert_eq!(instance::identity(&target).unwrap()["environment"], "sandbox");
}

#[test]
fn rules_that_name_an_unknown_table_are_refused() {
    let bench = Bench::new();
    let demo = bench.build("demo.sqlite", ROWS);
    let rules = CloneRules { stays: set(["users"]) };
    let target = bench.path("sandbox.sqlite");
    let refused =
        instance::clone(&demo, &target, &bench.catalogue, &bench.identity("sandbox"), &rules);
    assert!(matches!(refused, Err(Error::UnknownTable { .. })));
    assert!(!target.exists());
}
