//! Whatever the rows are like, every one of them is accounted for.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::world::{World, column, rows};

fn patient() -> impl Strategy<Value = String> {
    (
        prop::sample::select(vec!["a", "b", "c", "d", "e", "f", "", " a "]),
        prop::sample::select(vec!["Ada", "Ben", "", "  "]),
        prop::sample::select(vec!["Nowak", "\"Ok\noro\"", "", "\"un\"closed"]),
        prop::sample::select(vec!["1980-02-29", "31/02/1980", "29/02/1980", "soon", ""]),
        prop::sample::select(vec!["F", "M", "?", ""]),
        prop::sample::select(vec!["0113 496 0000", "12", "", "extra,field"]),
    )
        .prop_map(|(id, first, last, born, sex, phone)| {
            format!("{id},{first},{last},{born},{sex},{phone}\n")
        })
}

fn history() -> impl Strategy<Value = String> {
    (
        prop::sample::select(vec!["a", "b", "c", "d", "z", ""]),
        prop::sample::select(vec!["Asthma", "asthma", "Gout", "", "\"a\"\"b\"", "x,y"]),
    )
        .prop_map(|(patient, condition)| format!("{patient},{condition}\n"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn read_is_written_and_rejected_and_filtered(
        patients in prop::collection::vec(patient(), 0..30),
        histories in prop::collection::vec(history(), 0..30),
        merge in any::<bool>(),
    ) {
        let world = World::with(&patients.concat(), &histories.concat());
        if merge {
            world.change_spec(
                "key = [\"Id\"]",
                "key = [\"Id\"]\nduplicates = { by = [\"first_name\", \"last_name\"], then = \"merge\" }",
            );
        }
        let outcome = world.run().unwrap();
        for section in &outcome.sections {
            prop_assert_eq!(section.read, section.written + section.rejected + section.filtered);
            let source = if section.source == "patients" { &patients } else { &histories };
            // A row whose every cell is empty is still a row: it has delimiters. Where a row with line ends in it has too
            // many fields a quote may be wrong, so each of its lines counts as a row.
            let lines = |row: &String| if row.contains("extra,field") { row.lines().count() } else { 1 };
            prop_assert_eq!(section.read, source.iter().map(lines).sum::<usize>() as u64);
            let held = outcome.manifest.tables.iter().find(|table| table.name == section.target).unwrap();
            prop_assert_eq!(held.rows, section.written);
            let faults: u64 = section.rejected_by.iter().map(|fault| fault.rows).sum();
            prop_assert!(faults >= section.rejected);
        }
        let volunteers: BTreeSet<i64> = column(&outcome, "volunteer", "id")
            .iter().map(|id| id.as_i64().unwrap()).collect();
        for row in rows(&outcome, "volunteer_condition") {
            prop_assert!(volunteers.contains(&row["volunteer_id"].as_i64().unwrap()));
        }
    }
}
