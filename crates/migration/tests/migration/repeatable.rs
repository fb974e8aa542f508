//! Same input, same package; ids stay from iteration to iteration.

use std::collections::BTreeMap;

use crate::world::{World, column, counts, rows};

const ROWS: &str = "a,Ada,Nowak,1980-02-29,F,0113 496 0000\nb,Ben,Okoro,1981-03-01,M,\n\
                    c,Cleo,Larsen,1982-03-01,F,\n";
const HISTORY: &str = "a,Asthma\na,Asthma\nb,Gout\nc,Asthma\n";

#[test]
fn the_same_input_makes_the_same_package() {
    let (one, other) = (World::with(ROWS, HISTORY), World::with(ROWS, HISTORY));
    let first = one.run().unwrap();
    let second = other.run().unwrap();
    assert_eq!(first.digest, second.digest);
    assert_eq!(first.manifest, second.manifest);
    assert_eq!(first.sections, second.sections);
    assert_eq!(one.run().unwrap().digest, first.digest, "what a run left is removed by the next");
    other.dump_file("history.csv", "Patient,Condition\na,Asthma\n");
    assert_ne!(other.run().unwrap().digest, first.digest);
}

#[test]
fn a_later_iteration_keeps_ids_and_numbers_new_keys_behind() {
    let world = World::with(ROWS, HISTORY);
    let base = world.run_in("1", None).unwrap();
    assert_eq!(base.manifest.base, None);
    // Another order, one person gone, one new in front, one more row of history.
    world.dump_file(
        "patients.csv",
        "Id,First,Last,Born,Sex,Phone\nz,Zoe,Ek,1990-01-01,F,\nc,Cleo,Larsen,1982-03-01,F,\n\
         a,Ada,Nowak,1980-02-29,F,\n",
    );
    world.dump_file(
        "history.csv",
        "Patient,Condition\nz,Fever\na,Asthma\na,Asthma\na,Asthma\nb,Gout\n",
    );
    let next = world.run_in("2", Some(&base)).unwrap();
    assert_eq!(next.manifest.base, Some(base.digest));
    let ids = |table: &str, name: &str| -> BTreeMap<String, i64> {
        rows(&next, table)
            .iter()
            .map(|row| (row[name].as_str().unwrap().to_owned(), row["id"].as_i64().unwrap()))
            .collect()
    };
    let expected = |ids: &[(&str, i64)]| -> BTreeMap<String, i64> {
        ids.iter().map(|(name, id)| ((*name).to_owned(), *id)).collect()
    };
    assert_eq!(ids("volunteer", "external_id"), expected(&[("a", 1), ("c", 3), ("z", 4)]));
    assert_eq!(
        ids("medical_condition", "name"),
        expected(&[("Asthma", 1), ("Fever", 3), ("Gout", 2)])
    );
    // The person who is gone takes the history along, although the base knows the key.
    assert_eq!(counts(&next, "History"), [5, 4, 1, 0]);
    assert_eq!(column(&next, "volunteer_condition", "id"), [1, 2, 5, 6]);
    assert_eq!(world.run_in("3", Some(&base)).unwrap().digest, next.digest);
}

#[test]
fn a_duplicate_person_is_one_volunteer_with_the_history_of_both() {
    let world = World::with(
        "a,Ada,Nowak,1980-02-29,F,\nb,ADA,nowak,29/02/1980,F,\nc,Ada,Nowak,1980-03-01,F,\n",
        "a,Asthma\nb,Gout\nc,Fever\n",
    );
    world.change_spec(
        "key = [\"Id\"]",
        "key = [\"Id\"]\nduplicates = { by = [\"first_name\", \"last_name\", \"birth_date\"], then = \"merge\" }",
    );
    let outcome = world.run_in("1", None).unwrap();
    assert_eq!(counts(&outcome, "Volunteers"), [3, 2, 0, 1]);
    assert_eq!(column(&outcome, "volunteer_condition", "volunteer_id"), [1, 1, 2]);
    // Found to be two people after all: the first keeps the id, the second gets one of its own.
    world.change_spec("then = \"merge\"", "then = \"reject\"");
    world.change_spec("\"birth_date\"]", "\"birth_date\", \"external_id\"]");
    let parted = world.run_in("2", Some(&outcome)).unwrap();
    assert_eq!(column(&parted, "volunteer_condition", "volunteer_id"), [1, 3, 2]);
}

#[test]
fn ids_count_from_one_and_the_package_names_what_it_needs() {
    let world = World::with(ROWS, "");
    world.change_spec(
        "[[section]]\nname = \"Conditions\"",
        "[[section.field]]\ntarget = \"preferred_site_id\"\nrule = \"default\"\nvalue = \"Leeds\"\n\
         [[section]]\nname = \"Conditions\"",
    );
    let outcome = world.run().unwrap();
    assert_eq!(column(&outcome, "volunteer", "id"), [1, 2, 3]);
    let needs: Vec<_> = outcome
        .manifest
        .needs
        .iter()
        .map(|need| (need.table.as_str(), need.key.as_str()))
        .collect();
    assert_eq!(needs, [("site", "Leeds")]);
}
