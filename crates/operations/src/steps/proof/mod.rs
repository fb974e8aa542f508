//! Proof that the tests of an installation qualification can fail: for each of them an instance is broken so that it,
//! and no unrelated one, fails.

mod breaks;
mod fixture;

use std::collections::BTreeSet;

use landfall_core::plan::{Probe, Test};
use landfall_ledger::Ledger;

use self::{
    breaks::breaks,
    fixture::{Built, Copied, fixture},
};
use crate::probe;

/// The table in which a reference is broken.
const REFERRING: &str = "role_action";

#[test]
fn the_sound_instances_pass_every_test() {
    for built in [&fixture().prod, &fixture().val] {
        let plan = &built.plan;
        let planned: BTreeSet<&str> = plan.tests.iter().map(|test| test.id.as_str()).collect();
        let run: BTreeSet<&str> = built.results.iter().map(|result| result.id.as_str()).collect();
        assert_eq!(run, planned);
        assert_eq!(built.results.len(), plan.tests.len());
        for table in plan.content.packages().iter().flat_map(|package| &package.tables) {
            assert!(table.rows > 0, "`{}` has no row that could be broken", table.name);
        }
        let copied = Copied::of(built);
        for role in &plan.instances {
            assert_eq!(copied.failing(Some(*role), &fixture().policy), BTreeSet::new());
        }
    }
}

#[test]
fn each_test_of_prod_fails_when_what_it_looks_at_is_broken() {
    each_test_fails(&fixture().prod);
}

#[test]
fn each_test_of_a_formal_val_fails_when_what_it_looks_at_is_broken() {
    each_test_fails(&fixture().val);
}

#[test]
fn a_ledger_that_takes_a_change_ends_the_build_instead_of_failing_a_test() {
    let copied = Copied::of(&fixture().prod);
    let path = copied.path("ledger");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute_batch("DROP TRIGGER entry_refuses_delete").unwrap();
    drop(connection);
    let error = probe::ledger(&Ledger::open(&path).unwrap()).unwrap_err();
    assert!(error.to_string().contains("did not refuse `DELETE FROM entry"), "{error}");
}

/// Breaks a copy of the instances for every test of the plan, in every way there is, and looks which tests fail.
fn each_test_fails(built: &'static Built) {
    let plan = &built.plan;
    for test in &plan.tests {
        let expected: BTreeSet<String> = plan
            .tests
            .iter()
            .filter(|other| other.id == test.id || related(test, other))
            .map(|other| other.id.clone())
            .collect();
        let ways = breaks(&fixture().catalogue, test);
        assert!(!ways.is_empty(), "{} has no break", test.id);
        for way in ways {
            let copied = Copied::of(built);
            way.apply(&copied);
            let failing = copied.failing(way.touched(), &way.policy(plan.label.kind()));
            assert_eq!(failing, expected, "{} ({:?}) broken by {way:?}", test.id, test.probe);
        }
    }
}

/// Tells whether what breaks one test must fail the other too.
fn related(broken: &Test, other: &Test) -> bool {
    let same = broken.role == other.role;
    match (&broken.probe, &other.probe) {
        // What an instance says of itself and the soundness of its file are no content; the last three look at no
        // instance, or at both.
        (
            Probe::BuildIdentity
            | Probe::InstanceIdentity
            | Probe::Integrity
            | Probe::Ledger
            | Probe::Agreement
            | Probe::Retention,
            _,
        ) => false,
        // Main and Test are compared as wholes: they differ as soon as content or schema of one of them changes.
        (_, Probe::Agreement) => true,
        // An account stands in a table that never travels.
        (Probe::Accounts, Probe::NeverTravelling) => same,
        // A reference that leads nowhere is a changed value in the table that refers.
        (Probe::References, Probe::Table { table }) => same && table == REFERRING,
        (_, _) => false,
    }
}
