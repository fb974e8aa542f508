//! Two iterations side by side: who came, went and changed, told in counts and ids, never in values.

use landfall_instances::package::Package;
use landfall_migration::{Compared, Outcome, VolunteerChanges, compare};

use crate::world::{World, catalogue};

const HEADER: &str = "Id,First,Last,Born,Sex,Phone\n";
const ROWS: &str =
    "a,Ada,Nowak,1980-02-29,F,\nb,Ben,Okoro,1981-03-01,M,\nc,Cleo,Larsen,1982-03-01,F,\n";
const HISTORY: &str = "a,Asthma\na,Asthma\nb,Gout\nc,Asthma\n";

fn between(a: &Outcome, b: &Outcome, most: usize) -> VolunteerChanges {
    let catalogue = catalogue();
    let open =
        |outcome: &Outcome| Package::open(&outcome.package_file, Some(&outcome.digest)).unwrap();
    let (first, second) = (open(a), open(b));
    let side = |package| Compared { catalogue: &catalogue, package };
    compare(&side(&first), &side(&second), most).unwrap()
}

/// Runs the rows of the module, then others.
fn two(patients: &str, history: &str, keeps_ids: bool) -> (World, Outcome, Outcome) {
    let world = World::with(ROWS, HISTORY);
    let first = world.run_in("1", None).unwrap();
    world.dump_file("patients.csv", format!("{HEADER}{patients}"));
    world.dump_file("history.csv", format!("Patient,Condition\n{history}"));
    let second = world.run_in("2", keeps_ids.then_some(&first)).unwrap();
    (world, first, second)
}

/// Every field with its volunteers, and every table with those whose rows differ.
fn named(changes: &VolunteerChanges) -> Vec<(&str, u64, &[i64])> {
    let fields = changes.fields.iter().map(|field| (field.column.as_str(), &field.volunteers));
    let tables = changes.history.iter().map(|table| (table.table.as_str(), &table.volunteers));
    fields
        .chain(tables)
        .filter(|(_, found)| found.count > 0)
        .map(|(name, found)| (name, found.count, found.ids.as_slice()))
        .collect()
}

#[test]
fn an_iteration_is_equal_to_itself() {
    let (_world, first, second) = two(ROWS, HISTORY, true);
    let changes = between(&first, &second, 20);
    assert_eq!((changes.volunteers_a, changes.volunteers_b, changes.unchanged), (3, 3, 3));
    assert_eq!((changes.added.count, changes.gone.count, changes.changed.count), (0, 0, 0));
    assert_eq!((changes.unmatched_a, changes.unmatched_b, changes.renumbered), (0, 0, 0));
    assert!(named(&changes).is_empty(), "{changes:?}");
    assert!(changes.only_in_a.is_empty() && changes.only_in_b.is_empty());
}

#[test]
fn volunteers_come_go_and_change_by_field() {
    let patients =
        "z,Zoe,Ek,1990-01-01,F,\nc,Cleo,Larsen,1982-03-01,F,\nb,Ben,Okonkwo,1981-03-02,M,\n";
    let (_world, first, second) = two(patients, "b,Gout\nc,Asthma\n", true);
    let changes = between(&first, &second, 20);
    assert_eq!((changes.added.count, changes.added.ids.as_slice()), (1, [4].as_slice()));
    assert_eq!((changes.gone.count, changes.gone.ids.as_slice()), (1, [1].as_slice()));
    assert_eq!((changes.changed.count, changes.unchanged), (1, 1));
    assert_eq!(
        named(&changes),
        [("last_name", 1, [2].as_slice()), ("birth_date", 1, [2].as_slice())]
    );
}

#[test]
fn other_ids_are_no_difference() {
    let patients =
        "c,Cleo,Larsen,1982-03-01,F,\nb,Ben,Okoro,1981-03-01,M,\na,Ada,Nowak,1980-02-29,F,\n";
    let history = "c,Asthma\nb,Gout\na,Asthma\na,Asthma\n";
    let (_world, first, second) = two(patients, history, false);
    let changes = between(&first, &second, 20);
    assert_eq!((changes.changed.count, changes.unchanged, changes.renumbered), (0, 3, 2));
    assert!(named(&changes).is_empty(), "{changes:?}");
}

#[test]
fn history_is_compared_whatever_its_order_and_a_row_twice_is_not_a_row_once() {
    // Once instead of twice for the first, another condition for the second, the same for the third.
    let (_world, first, second) = two(ROWS, "c,Asthma\nb,Asthma\na,Asthma\n", true);
    let changes = between(&first, &second, 20);
    assert_eq!(named(&changes), [("volunteer_condition", 2, [1, 2].as_slice())]);
    assert_eq!((changes.changed.count, changes.unchanged), (2, 1));
    let table = changes.history.iter().find(|table| table.table == "volunteer_condition").unwrap();
    assert_eq!((table.rows_a, table.rows_b), (4, 3));
    assert!(changes.fields.is_empty());
}

#[test]
fn so_many_ids_are_named_as_were_asked_for_and_no_value() {
    let patients =
        ROWS.replace("Nowak", "Zielinska").replace("Okoro", "Zulu").replace("Larsen", "Zorn");
    let (_world, first, second) = two(&patients, HISTORY, true);
    let changes = between(&first, &second, 2);
    assert_eq!(named(&changes), [("last_name", 3, [1, 2].as_slice())]);
    assert_eq!((changes.changed.count, changes.changed.ids.len()), (3, 2));
    let told = format!("{changes:?}{}", serde_json::to_string(&changes).unwrap());
    for value in ["Nowak", "Zielinska", "Okoro", "Zulu", "Ada", "1980", "Asthma"] {
        assert!(!told.contains(value), "{value}");
    }
}
