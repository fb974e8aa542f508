//! Study designs: added beside others, put in place of others, and nothing else touched.

use std::{collections::BTreeSet, path::Path};

use landfall_catalogue::Catalogue;
use landfall_instances::{
    design::{
        self, Addition, Cell, Content, DESIGN, Keep, Replacement, Row, Shape, Study, Written,
        compare, conflicts,
    },
    drift::{self, Baseline, TableState},
    record::{self, Error},
};

use crate::{
    embedded::{bench, rows},
    sample::{Bench, read},
};

fn noted(written: &Written) -> Result<String, serde_json::Error> {
    serde_json::to_string(written)
}

const NOTED: Keep<'static> = Keep::Noted { note: &noted, states: true };

/// An instance with four rows in every table.
fn filled(bench: &Bench, name: &str) -> std::path::PathBuf {
    bench.build(name, &rows(&bench.catalogue))
}

fn study(code: &str) -> Study {
    Study { protocol_code: code.to_owned(), name: format!("Study {code}"), title: None }
}

/// The protocol codes of an instance, in order.
fn codes(path: &Path, catalogue: &Catalogue) -> Vec<String> {
    let list = design::list(path, catalogue).unwrap();
    list.into_iter().map(|one| one.study.protocol_code).collect()
}

/// The names of the tables whose rows are not as they were.
fn changed(before: &Baseline, after: &Baseline) -> BTreeSet<String> {
    let state = |baseline: &Baseline, name: &str| baseline.table(name);
    before
        .tables
        .iter()
        .filter(|table| state(before, &table.name) != state(after, &table.name))
        .map(|table| table.name.clone())
        .collect()
}

/// The tables that an instance keeps about itself and that every noted change goes through.
fn own(names: &mut BTreeSet<String>) {
    names.remove("landfall_change");
    names.remove("sqlite_sequence");
}

/// A small design with one of each of some parts.
fn small() -> Content {
    let mut content = Content::default();
    for (column, text) in [("oid", "MDV.1"), ("name", "First")] {
        content.set(column, text);
    }
    let named = |oid: &str| {
        let mut row = Row::new();
        row.insert("study_design_id".to_owned(), Cell::Row(0));
        row.insert("oid".to_owned(), Cell::Value(oid.to_owned()));
        row.insert("name".to_owned(), Cell::Value(format!("Name of {oid}")));
        row
    };
    let list = content.push("code_list", named("CL.SEX"));
    for code in ["F", "M"] {
        let mut row = Row::new();
        row.insert("code_list_id".to_owned(), Cell::Row(list));
        row.insert("coded_value".to_owned(), Cell::Value(code.to_owned()));
        row.insert("decode".to_owned(), Cell::Value(code.to_owned()));
        content.push("code_list_item", row);
    }
    let mut item = named("I.SEX");
    item.insert("code_list_id".to_owned(), Cell::Row(list));
    let item = content.push("item", item);
    let group = content.push("item_group", named("IG.DM"));
    let mut held = Row::new();
    held.insert("item_group_id".to_owned(), Cell::Row(group));
    held.insert("item_id".to_owned(), Cell::Row(item));
    content.push("item_group_item", held);
    content
}

fn value(row: &mut Row, column: &str, text: &str) {
    row.insert(column.to_owned(), Cell::Value(text.to_owned()));
}

#[test]
fn a_version_that_is_read_and_added_again_is_the_same() {
    let bench = bench();
    let path = filled(&bench, "a.sqlite");
    let catalogue = &bench.catalogue;
    let shape = Shape::of(catalogue).unwrap();
    let listed = design::list(&path, catalogue).unwrap();
    for one in &listed {
        let version = &one.versions[0];
        let first = design::read(&path, catalogue, version.id).unwrap();
        assert!(shape.tables().all(|table| !first.rows(&table.name).is_empty()), "every table");
        let mut content = first.clone();
        content.set("oid", format!("{}.again", version.oid));
        let addition = Addition { study: &one.study, content: &content };
        let written = design::add(&path, catalogue, &addition, NOTED).unwrap();
        assert!(!written.new_study);
        assert_eq!(written.revision, version.revision + 1);
        let second = design::read(&path, catalogue, written.version_id).unwrap();
        let differences = compare(&shape, &first, &second);
        for table in &differences {
            assert!(table.added.is_empty() && table.removed.is_empty(), "{table:?}");
            assert!(table.changed.is_empty(), "{table:?}");
        }
        assert_eq!(conflicts(&shape, &first, &second), []);
        // References out of the design are kept, too.
        let lab = |content: &Content| content.rows("item")[0].get("lab_test_id").cloned();
        assert!(matches!(lab(&second), Some(Cell::Outside(_))));
        assert_eq!(lab(&first), lab(&second));
    }
}

#[test]
fn an_addition_changes_tables_of_designs_and_no_other() {
    let bench = bench();
    let path = filled(&bench, "a.sqlite");
    let catalogue = &bench.catalogue;
    let before = drift::baseline(&path, catalogue).unwrap();
    let (study, content) = (study("LF-101"), small());
    let addition = Addition { study: &study, content: &content };
    let rehearsed = design::add(&path, catalogue, &addition, Keep::Rehearsed).unwrap();
    assert_eq!(drift::compare(&before, &drift::baseline(&path, catalogue).unwrap()), []);

    let written = design::add(&path, catalogue, &addition, NOTED).unwrap();
    assert!(written.new_study && written.erased.is_empty() && written.loose.is_empty());
    assert_eq!((written.revision, written.oid.as_str()), (1, "MDV.1"));
    assert_eq!(written.version_id, rehearsed.version_id);
    let after = drift::baseline(&path, catalogue).unwrap();
    let mut tables = changed(&before, &after);
    own(&mut tables);
    let told: BTreeSet<String> = written.tables.iter().map(|one| one.table.clone()).collect();
    assert_eq!(tables, told, "what is told is what was changed");
    let shape = Shape::of(catalogue).unwrap();
    assert!(told.iter().all(|table| shape.holds(table) || table == "study"), "{told:?}");
    for table in &written.tables {
        let state = |baseline: &Baseline| baseline.table(&table.table);
        assert_eq!((table.before, table.after), (state(&before), state(&after)));
        let rows = |state: Option<TableState>| state.unwrap().rows;
        assert_eq!(rows(table.after), rows(table.before) + table.added - table.removed);
    }
    // The note is there until the history has it.
    let pending = record::pending(&path).unwrap();
    assert_eq!(pending.len(), 1);
    assert_eq!(serde_json::from_str::<Written>(&pending[0].note).unwrap(), written);
    assert_eq!(pending[0].recorded.id, written.version_id);
}

#[test]
fn a_version_with_the_oid_of_another_is_refused_and_nothing_is_written() {
    let bench = bench();
    let path = filled(&bench, "a.sqlite");
    let catalogue = &bench.catalogue;
    let (first, other, mut content) = (study("LF-101"), study("LF-202"), small());
    let add = |study: &Study, content: &Content| {
        design::add(&path, catalogue, &Addition { study, content }, NOTED)
    };
    add(&first, &content).unwrap();
    let before = drift::baseline(&path, catalogue).unwrap();
    for study in [&first, &other] {
        assert!(matches!(add(study, &content), Err(Error::Taken { table, .. }) if table == DESIGN));
    }
    assert_eq!(drift::compare(&before, &drift::baseline(&path, catalogue).unwrap()), []);
    content.set("oid", "MDV.2");
    assert_eq!(add(&first, &content).unwrap().revision, 2);
}

#[test]
fn what_does_not_fit_a_table_is_named_before_anything_is_written() {
    let bench = bench();
    let path = filled(&bench, "a.sqlite");
    let catalogue = &bench.catalogue;
    let before = drift::baseline(&path, catalogue).unwrap();
    let study = study("LF-101");
    let add = |change: &dyn Fn(&mut Content)| {
        let mut content = small();
        change(&mut content);
        let addition = Addition { study: &study, content: &content };
        design::add(&path, catalogue, &addition, NOTED).unwrap_err()
    };
    let item = |content: &mut Content, change: &dyn Fn(&mut Row)| {
        change(&mut content.tables.get_mut("item").unwrap()[0]);
    };
    let error = add(&|content| item(content, &|row| value(row, "data_type", "duration")));
    assert!(
        matches!(error, Error::WrongValue { table, column, .. } if (table.as_str(), column.as_str()) == ("item", "data_type"))
    );
    let error = add(&|content| item(content, &|row| value(row, "colour", "red")));
    assert!(matches!(error, Error::UnknownColumn { .. }), "{error}");
    let error = add(&|content| item(content, &|row| value(row, "question", &"?".repeat(2001))));
    assert!(error.to_string().contains("`question`: expected at most 2000"), "{error}");
    let error = add(&|content| {
        item(content, &|row| {
            row.remove("oid");
        });
    });
    assert!(matches!(error, Error::Missing { .. }), "{error}");
    let dangling = add(&|content| {
        item(content, &|row| {
            row.insert("code_list_id".to_owned(), Cell::Row(7));
        });
    });
    assert!(matches!(dangling, Error::NoReference { .. }), "{dangling}");
    let twice = add(&|content| {
        let row = content.rows("item")[0].clone();
        content.push("item", row);
    });
    assert!(matches!(twice, Error::Taken { .. }), "{twice}");
    let elsewhere = add(&|content| {
        content.push("site", Row::new());
    });
    assert!(matches!(elsewhere, Error::UnknownTable { table } if table == "site"));
    assert_eq!(drift::compare(&before, &drift::baseline(&path, catalogue).unwrap()), []);
}

#[test]
fn a_replacement_leaves_one_version_and_none_of_the_studys_data() {
    let bench = bench();
    let (main, test) = (filled(&bench, "main.sqlite"), filled(&bench, "test.sqlite"));
    let catalogue = &bench.catalogue;
    let codes = codes(&main, catalogue);
    let code = &codes[1];
    let listed = design::study(&main, catalogue, code).unwrap().unwrap();
    assert!(listed.data > 0, "the study has data");
    let mut content = design::read(&main, catalogue, listed.versions[0].id).unwrap();
    content.set("oid", "MDV.NEW");
    content.set("revision", "7");
    let before = drift::baseline(&test, catalogue).unwrap();
    let replacement = Replacement { source: &main, study: code, content: &content };
    let rehearsed = design::replace(&test, catalogue, &replacement, Keep::Rehearsed).unwrap();
    assert_eq!(drift::compare(&before, &drift::baseline(&test, catalogue).unwrap()), []);

    let written = design::replace(&test, catalogue, &replacement, NOTED).unwrap();
    assert_eq!(rehearsed.erased, written.erased);
    assert_eq!((written.new_study, written.revision), (false, 7));
    let erased: u64 = written.erased.iter().map(|one| one.rows).sum();
    assert_eq!(erased, listed.data);
    let now = design::study(&test, catalogue, code).unwrap().unwrap();
    assert_eq!((now.versions.len(), now.data), (1, 0));
    assert_eq!((now.versions[0].oid.as_str(), now.versions[0].revision), ("MDV.NEW", 7));
    assert_eq!(now.study, listed.study, "the study itself stays");
    let shape = Shape::of(catalogue).unwrap();
    let there = design::read(&test, catalogue, written.version_id).unwrap();
    assert_eq!(there.lines(&shape), content.lines(&shape));
    // Every other study has its versions and its data.
    for other in codes.iter().filter(|other| *other != code) {
        let (a, b) = (
            design::study(&main, catalogue, other).unwrap().unwrap(),
            design::study(&test, catalogue, other).unwrap().unwrap(),
        );
        assert_eq!(a, b, "{other}");
    }
    let after = drift::baseline(&test, catalogue).unwrap();
    let mut tables = changed(&before, &after);
    own(&mut tables);
    let told: BTreeSet<String> = written.tables.iter().map(|one| one.table.clone()).collect();
    assert!(tables.is_subset(&told), "{tables:?} {told:?}");
    for table in ["role", "site", "lab_test", "device", "volunteer", "study", "study_site"] {
        assert!(!tables.contains(table), "{table}");
    }
    assert_eq!(read(&test, "PRAGMA foreign_key_check"), Vec::<String>::new());
    // Pushed again, it is the same design.
    let again = design::replace(&test, catalogue, &replacement, NOTED).unwrap();
    assert_eq!(again.erased, []);
    let there = design::read(&test, catalogue, again.version_id).unwrap();
    assert_eq!(there.lines(&shape), content.lines(&shape));
}

#[test]
fn a_study_that_test_lacks_comes_with_its_design_and_what_it_lacks_is_named() {
    let bench = bench();
    let (main, test) = (filled(&bench, "main.sqlite"), bench.build("test.sqlite", ""));
    let catalogue = &bench.catalogue;
    let code = &codes(&main, catalogue)[0];
    let listed = design::study(&main, catalogue, code).unwrap().unwrap();
    let content = design::read(&main, catalogue, listed.versions[0].id).unwrap();
    let replacement = Replacement { source: &main, study: code, content: &content };
    let written = design::replace(&test, catalogue, &replacement, NOTED).unwrap();
    assert!(written.new_study);
    assert!(written.loose.iter().any(|one| one.starts_with("lab test ")), "{:?}", written.loose);
    let copied = design::study(&test, catalogue, code).unwrap().unwrap();
    assert_eq!((copied.study, copied.status), (listed.study, listed.status));
    let there = design::read(&test, catalogue, written.version_id).unwrap();
    assert_eq!(there.rows("item")[0].get("lab_test_id"), None);
    assert_eq!(there.size(), content.size());
    let missing = Replacement { source: &main, study: "nobody's", content: &content };
    assert!(matches!(
        design::replace(&test, catalogue, &missing, NOTED),
        Err(Error::NotFound { .. } | Error::Taken { .. })
    ));
}

#[test]
fn differences_are_named_by_oids_and_conflicts_by_what_they_mean() {
    let bench = bench();
    let shape = Shape::of(&bench.catalogue).unwrap();
    let (mut first, mut second) = (small(), small());
    second.set("oid", "MDV.2");
    value(&mut second.tables.get_mut("item").unwrap()[0], "data_type", "integer");
    value(&mut second.tables.get_mut("item_group").unwrap()[0], "name", "Demographics");
    second.tables.get_mut("code_list_item").unwrap().remove(0);
    let mut form = second.rows("item_group")[0].clone();
    value(&mut form, "oid", "F.DM");
    second.push("form", form);
    first.complete(&shape).unwrap();
    second.complete(&shape).unwrap();
    let differences = compare(&shape, &first, &second);
    let of = |table: &str| differences.iter().find(|one| one.table == table).unwrap();
    assert_eq!(of("code_list_item").removed, ["CL.SEX/F"]);
    assert_eq!(of("form").added, ["F.DM"]);
    assert_eq!(of("item_group").changed[0].columns[0].new.as_deref(), Some("Demographics"));
    assert_eq!(of("item_group_item").equal, 1);
    assert!(of(DESIGN).changed.is_empty(), "the OID of a version is no difference");
    // Compared with nothing, every row is a new one, by its name.
    let all = compare(&shape, &Content::default(), &first);
    let only_added = |one: &design::TableDifference| {
        one.removed.is_empty() && one.changed.is_empty() && one.equal == 0
    };
    assert!(all.iter().all(only_added), "{all:?}");
    let values = all.iter().find(|one| one.table == "code_list_item").unwrap();
    assert_eq!(values.added, ["CL.SEX/F", "CL.SEX/M"]);
    let found = conflicts(&shape, &first, &second);
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].oid.as_str(), found[0].before.as_str(), found[0].after.as_str()),
        ("I.SEX", "item of type text", "item of type integer")
    );
    // What was an item and is a code list means something else.
    let mut third = first.clone();
    value(&mut third.tables.get_mut("item").unwrap()[0], "oid", "I.GENDER");
    value(&mut third.tables.get_mut("code_list").unwrap()[0], "oid", "I.SEX");
    let found = conflicts(&shape, &first, &third);
    assert!(found.iter().any(|one| one.oid == "I.SEX" && one.after.starts_with("code list")));
}
