//! Any content survives the way through packages unchanged.

use landfall_instances::{instance, package::Kind};
use proptest::prelude::*;
use rusqlite::{Connection, params};

use crate::sample::Bench;

/// Texts with quotes, control characters and everything else but NUL, which SQLite's shell cannot show.
fn text() -> impl Strategy<Value = String> {
    let odd = prop_oneof![Just('"'), Just('\''), Just('\\'), Just('\n'), Just('\u{1}'), Just('é')];
    let letter = prop_oneof![any::<char>(), odd].prop_filter("no NUL", |letter| *letter != '\0');
    prop::collection::vec(letter, 0..6).prop_map(|letters| letters.into_iter().collect())
}

#[derive(Debug, Clone)]
struct Site {
    name: String,
    note: Option<String>,
    archived: bool,
}

#[derive(Debug, Clone)]
struct Person {
    name: String,
    place: usize,
    lab: bool,
    weight: Option<i32>,
    photo: Option<Vec<u8>>,
}

fn site() -> impl Strategy<Value = Site> {
    (text(), prop::option::of(text()), any::<bool>()).prop_map(|(name, note, archived)| Site {
        name,
        note,
        archived,
    })
}

fn person() -> impl Strategy<Value = Person> {
    let photo = prop::option::of(prop::collection::vec(any::<u8>(), 0..8));
    (text(), any::<usize>(), any::<bool>(), prop::option::of(any::<i32>()), photo)
        .prop_map(|(name, place, lab, weight, photo)| Person { name, place, lab, weight, photo })
}

/// Writes sites, one lab per site, devices in a chain, and people at sites that are not archived.
fn fill(path: &std::path::Path, sites: &[Site], people: &[Person]) {
    let mut connection = Connection::open(path).unwrap();
    let transaction = connection.transaction().unwrap();
    let mut open = vec![];
    for (index, site) in sites.iter().enumerate() {
        let id = (index as i64 + 1) * 7;
        let archived = site.archived && index > 0;
        transaction
            .execute(
                "INSERT INTO site VALUES (?1, ?2, ?3, 'cm', ?4)",
                params![id, format!("{index}{}", site.name), site.note, archived],
            )
            .unwrap();
        transaction
            .execute("INSERT INTO lab VALUES (?1, ?2, ?3, 'x', 'y')", params![id, id, site.name])
            .unwrap();
        let part_of = (index > 0).then_some(id - 7);
        transaction
            .execute(
                "INSERT INTO device VALUES (?1, ?2, ?3, ?4)",
                params![id, format!("D{index}"), id, part_of],
            )
            .unwrap();
        if !archived {
            open.push(id);
        }
    }
    for (index, person) in people.iter().enumerate() {
        let place = open[person.place % open.len()];
        transaction
            .execute(
                "INSERT INTO volunteer VALUES (?1, NULL, ?2, ?3, ?4, ?5, NULL, ?6, 1)",
                params![
                    index as i64 * 3 - 5,
                    person.name,
                    place,
                    person.lab.then_some(place),
                    person.weight.map(|weight| weight.to_string()),
                    person.photo
                ],
            )
            .unwrap();
    }
    transaction.commit().unwrap();
    connection.close().unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_package_extracted_from_its_own_load_is_the_same_package(
        sites in prop::collection::vec(site(), 1..5),
        people in prop::collection::vec(person(), 0..6),
    ) {
        let bench = Bench::new();
        let source = bench.begin("source.sqlite");
        fill(&source, &sites, &people);
        instance::finish(&source, &bench.catalogue).unwrap();
        let configuration = bench.extract(&source, Kind::Configuration, "c.sqlite");
        let migration = bench.extract(&source, Kind::Migration, "m.sqlite");
        let target = bench.compose("target.sqlite", "c.sqlite", "m.sqlite");
        let again = bench.extract(&target, Kind::Configuration, "c2.sqlite");
        prop_assert_eq!(again.digest, configuration.digest);
        let again = bench.extract(&target, Kind::Migration, "m2.sqlite");
        prop_assert_eq!(again.digest, migration.digest);
        let rows = |name: &str| migration.manifest.tables.iter().find(|t| t.name == name).unwrap().rows;
        prop_assert_eq!(rows("volunteer"), people.len() as u64);
    }
}
