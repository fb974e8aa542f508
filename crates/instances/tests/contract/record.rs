//! Changes of records: typed, checked, durable.

use std::ops::ControlFlow;

use landfall_instances::{
    probe::files_beside,
    record::{self, Error, RecordChange, RecordKey},
};

use crate::sample::{Bench, ROWS, read};

fn natural(column: &str, text: &str) -> RecordKey {
    RecordKey::Natural(vec![(column.to_owned(), text.to_owned())])
}

#[test]
fn add_set_and_archive_say_what_changed() {
    let bench = Bench::new();
    let path = bench.build("a.sqlite", ROWS);
    let catalogue = &bench.catalogue;
    let change = |column: &str, old: Option<&str>, new: Option<&str>| RecordChange {
        table: "site".to_owned(),
        id: 4,
        column: column.to_owned(),
        old: old.map(str::to_owned),
        new: new.map(str::to_owned),
    };
    let added =
        record::add(&path, catalogue, "site", &[("name", "Hull"), ("height_unit", "in")]).unwrap();
    assert_eq!(added.id, 4);
    assert_eq!(
        added.changes,
        [
            change("name", None, Some("Hull")),
            change("height_unit", None, Some("in")),
            change("archived", None, Some("0")),
        ]
    );
    let set = record::set(
        &path,
        catalogue,
        "site",
        &natural("name", "Hull"),
        &[("note", "new"), ("height_unit", "in")],
    )
    .unwrap();
    assert_eq!(set.changes, [change("note", None, Some("new"))]);
    let cleared =
        record::set(&path, catalogue, "site", &RecordKey::Id(4), &[("note", "")]).unwrap();
    assert_eq!(cleared.changes, [change("note", Some("new"), None)]);
    let archived = record::archive(&path, catalogue, "site", &RecordKey::Id(4)).unwrap();
    assert_eq!(archived.changes, [change("archived", Some("0"), Some("1"))]);
    assert!(
        record::archive(&path, catalogue, "site", &RecordKey::Id(4)).unwrap().changes.is_empty()
    );
    assert_eq!(files_beside(&path), Vec::<String>::new());
}

#[test]
fn a_reference_is_given_by_natural_key_or_id() {
    let bench = Bench::new();
    let path = bench.build("a.sqlite", ROWS);
    let catalogue = &bench.catalogue;
    let site = |pairs: &[(&str, &str)]| {
        let id = record::add(&path, catalogue, "lab", pairs).unwrap().id;
        read(&path, &format!("SELECT site_id FROM lab WHERE id = {id}")).remove(0)
    };
    assert_eq!(site(&[("site", "York"), ("name", "A")]), "3");
    assert_eq!(site(&[("site_id", "1"), ("name", "B")]), "1");
    let device = record::add(
        &path,
        catalogue,
        "device",
        &[("code", "D9"), ("lab", r#"["York","A"]"#), ("part_of", "D1")],
    )
    .unwrap();
    let cells = read(
        &path,
        &format!("SELECT lab_id || '/' || part_of_id FROM device WHERE id = {}", device.id),
    );
    assert_eq!(cells, ["4/1"]);
    // A site may be called by a number: the natural key comes before the id.
    record::add(&path, catalogue, "site", &[("name", "1"), ("height_unit", "cm")]).unwrap();
    assert_eq!(site(&[("site", "1"), ("name", "C")]), "4");
}

#[test]
fn wrong_input_is_refused_by_table_and_column_and_changes_nothing() {
    let bench = Bench::new();
    let path = bench.build("a.sqlite", ROWS);
    let catalogue = &bench.catalogue;
    let before = std::fs::read(&path).unwrap();
    let add = |table: &str, pairs: &[(&str, &str)]| {
        record::add(&path, catalogue, table, pairs).unwrap_err()
    };
    let site = [("name", "Hull"), ("height_unit", "cm")];
    assert!(matches!(add("sites", &site), Error::UnknownTable { .. }));
    assert!(matches!(add("site", &[("colour", "red")]), Error::UnknownColumn { .. }));
    assert!(matches!(add("site", &[("id", "9")]), Error::IdGiven { .. }));
    assert!(matches!(add("site", &[("name", "A"), ("name", "B")]), Error::Twice { .. }));
    assert!(matches!(add("site", &[("name", "Hull")]), Error::Missing { .. }));
    assert!(matches!(add("site", &[("name", ""), site[1]]), Error::Missing { .. }));
    let error = add("site", &[site[0], ("height_unit", "feet-and-inches")]);
    assert!(matches!(error, Error::WrongValue { .. }));
    let text = error.to_string();
    assert!(text.contains("`height_unit`") && text.contains("`cm`, `in`"), "{text}");
    assert!(!text.contains("feet"), "{text}");
    let long = "x".repeat(21);
    assert!(matches!(add("site", &[("name", long.as_str()), site[1]]), Error::WrongValue { .. }));
    let person = [("first_name", "Cy"), ("site", "Leeds")];
    for (column, text) in
        [("weight", "heavy"), ("born_on", "31/02/1980"), ("active", "maybe"), ("photo", "zz")]
    {
        let error = add("volunteer", &[person[0], person[1], (column, text)]);
        assert!(matches!(error, Error::WrongValue { .. }), "{column}");
        assert!(!error.to_string().contains(text), "{error}");
    }
    assert!(matches!(add("lab", &[("site", "Paris"), ("name", "A")]), Error::NoReference { .. }));
    match add("site", &[("name", "Leeds"), site[1]]) {
        Error::Taken { table, columns } => {
            assert_eq!((table.as_str(), columns.as_str()), ("site", "name"));
        }
        other => panic!("{other:?}"),
    }
    let setting = [("category", "Security"), ("key", "session.timeout_minutes"), ("value", "soon")];
    let key = natural("key", "session.timeout_minutes");
    let error = record::set(&path, catalogue, "general_setting", &key, &setting[2..]).unwrap_err();
    assert!(matches!(error, Error::WrongSetting { .. }));
    let missing = record::set(&path, catalogue, "site", &RecordKey::Id(99), &[("note", "x")]);
    assert!(matches!(missing, Err(Error::NotFound { .. })));
    let several =
        record::set(&path, catalogue, "site", &natural("height_unit", "cm"), &[("note", "x")]);
    assert!(matches!(several, Err(Error::Ambiguous { rows: 2, .. })));
    let nothing = record::set::<&str, &str>(&path, catalogue, "site", &RecordKey::Id(1), &[]);
    assert!(matches!(nothing, Err(Error::Nothing { .. })));
    let never = record::archive(&path, catalogue, "device", &RecordKey::Id(1));
    assert!(matches!(never, Err(Error::NotArchivable { .. })));
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(files_beside(&path), Vec::<String>::new());
}

#[test]
fn values_are_stored_in_their_canonical_form() {
    let bench = Bench::new();
    let path = bench.build("a.sqlite", ROWS);
    let id = record::add(
        &path,
        &bench.catalogue,
        "volunteer",
        &[
            ("first_name", "Cy"),
            ("site", "Leeds"),
            ("weight", "+072.50"),
            ("active", "false"),
            ("photo", "00FF"),
        ],
    )
    .unwrap()
    .id;
    let sql = "SELECT weight || ' ' || active || ' ' || hex(photo) FROM volunteer WHERE id = ";
    assert_eq!(read(&path, &format!("{sql}{id}")), ["72.5 0 00FF"]);
}

#[test]
fn records_are_listed_in_order_and_secrets_are_not_shown() {
    let bench = Bench::new();
    let path = bench.build("a.sqlite", ROWS);
    let labs = record::list(&path, &bench.catalogue, "lab", Some(2)).unwrap();
    assert_eq!(labs.len(), 2);
    assert_eq!(labs[0]["name"].as_deref(), Some("Chem"));
    assert_eq!(labs[0]["end_point"].as_deref(), Some("sftp://lab"));
    assert_eq!(labs[0]["password"].as_deref(), Some("(secret)"));
    assert_eq!(labs[1]["password"], None);
    let mut seen = 0;
    record::for_each(&path, &bench.catalogue, "device", None, &mut |_| {
        seen += 1;
        if seen == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .unwrap();
    assert_eq!(seen, 3);
}

#[test]
fn a_noted_change_waits_until_it_is_settled_and_a_refused_one_leaves_no_note() {
    let bench = Bench::new();
    let path = bench.build("a.sqlite", ROWS);
    let catalogue = &bench.catalogue;
    let key = RecordKey::Id(1);
    let first = record::set_noted(&path, catalogue, "site", &key, &[("note", "x")], "one").unwrap();
    let refused = record::set_noted(&path, catalogue, "site", &key, &[("name", "York")], "no");
    assert!(matches!(refused, Err(Error::Taken { .. })));
    record::archive_noted(&path, catalogue, "site", &key, "two").unwrap();
    let pending = record::pending(&path).unwrap();
    let notes: Vec<_> = pending.iter().map(|change| change.note.as_str()).collect();
    assert_eq!(notes, ["one", "two"]);
    assert_eq!(pending[0].recorded, first);
    for change in &pending {
        record::settle(&path, change.number).unwrap();
    }
    assert!(record::pending(&path).unwrap().is_empty());
    record::set_noted(&path, catalogue, "site", &key, &[("note", "y")], "three").unwrap();
    assert!(record::pending(&path).unwrap()[0].number > pending[1].number);
    assert_eq!(files_beside(&path), Vec::<String>::new());
}
