//! In what two configurations differ, and what is not a difference.

use std::collections::BTreeSet;

use landfall_catalogue::Catalogue;
use landfall_instances::{
    Error,
    compare::{
        Comparison, Content, KEPT_SECRET, LineChange, Side, TableDifference, compare, is_script,
    },
    instance::{self, LoadOptions},
    package::{Kind, Package},
};

use crate::sample::{Bench, ROWS, set, write};

/// The rows of [`ROWS`] under other ids, in another order.
const OTHER_IDS: &str = "
INSERT INTO site VALUES (30, 'York', '', 'in', 0), (10, 'Leeds', 'first', 'cm', 0), (20, 'Old', NULL, 'cm', 1);
INSERT INTO lab VALUES (5, 20, 'Gone', NULL, NULL), (6, 10, 'Chem', 'sftp://lab', 'pw'), (7, 30, 'Haem \"A\"', NULL, NULL);
INSERT INTO device VALUES (1, 'D5', 7, 5), (2, 'D4', NULL, 4), (3, 'D3', NULL, 2), (4, 'D2', 5, NULL), (5, 'D1', 6, NULL);
INSERT INTO general_setting VALUES (9, 'Other', 'made.up', 'x'), (8, 'Sign-on', 'sso.url', 'https://idp.example'),
  (7, 'Security', 'session.timeout_minutes', '20');
INSERT INTO user VALUES (7, 'anna'), (8, 'admin');
INSERT INTO delegation VALUES (3, 'bound', 7), (4, 'free', NULL);
";

fn side<'a>(bench: &'a Bench, content: Content<'a>) -> Side<'a> {
    Side { name: "a side".to_owned(), catalogue: &bench.catalogue, content }
}

/// Compares two instances of one catalogue, the second made of the first's rows and these statements.
fn changed(statements: &str) -> Comparison {
    let bench = Bench::new();
    let a = bench.build("a.sqlite", ROWS);
    let b = bench.build("b.sqlite", &format!("{ROWS} {statements}"));
    compare(&side(&bench, Content::Instance(&a)), &side(&bench, Content::Instance(&b))).unwrap()
}

fn table<'a>(comparison: &'a Comparison, name: &str) -> &'a TableDifference {
    comparison.tables.iter().find(|table| table.table == name).unwrap()
}

fn names(comparison: &Comparison) -> BTreeSet<String> {
    comparison.different().map(|table| table.table.clone()).collect()
}

#[test]
fn equal_rows_are_equal_although_their_ids_differ() {
    let bench = Bench::new();
    let a = bench.build("a.sqlite", ROWS);
    let b = bench.build("b.sqlite", OTHER_IDS);
    let comparison =
        compare(&side(&bench, Content::Instance(&a)), &side(&bench, Content::Instance(&b)))
            .unwrap();
    assert!(comparison.is_equal(), "{comparison:?}");
    assert_eq!(comparison.counts(), (0, 0, 0));
    assert!(!comparison.travelling_only);
    let equal: BTreeSet<String> =
        comparison.tables.iter().map(|table| format!("{} {}", table.table, table.equal)).collect();
    // Neither the volunteers of the first side nor its users take part.
    let all = ["site 3", "lab 3", "device 5", "general_setting 3", "delegation 2"];
    assert_eq!(equal, set(all));
    assert_eq!((comparison.invisible, &comparison.only_in_a), (0, &vec![]));
}

#[test]
fn rows_and_fields_that_differ_are_named() {
    let comparison = changed(
        "UPDATE site SET height_unit = 'in' WHERE id = 1;
         DELETE FROM device WHERE id = 5;
         INSERT INTO device VALUES (6, 'D6', 1, NULL);
         INSERT INTO site VALUES (4, 'Shut', NULL, 'cm', 1);",
    );
    assert_eq!(names(&comparison), set(["device", "site"]));
    assert_eq!(comparison.counts(), (2, 1, 1));
    let device = table(&comparison, "device");
    assert_eq!(device.title, "Set-up > Devices");
    assert_eq!((device.added[0].row.as_str(), device.added[0].travels), ("code=D6", true));
    assert_eq!((device.removed[0].row.as_str(), device.removed[0].travels), ("code=D5", true));
    assert_eq!(device.equal, 4);
    let site = table(&comparison, "site");
    // An archived row takes part where both sides are instances, and says that it stays behind.
    assert_eq!((site.added[0].row.as_str(), site.added[0].travels), ("name=Shut", false));
    let change = &site.changed[0];
    assert_eq!((change.row.as_str(), change.travels), ("name=Leeds", true));
    let field = &change.fields[0];
    assert_eq!((field.column.as_str(), field.title.as_str()), ("height_unit", "Height unit"));
    assert_eq!((field.a.as_deref(), field.b.as_deref()), (Some("cm"), Some("in")));
    assert_eq!(field.text_diff, None);
    assert_eq!(change.fields.len(), 1);
    let json = serde_json::to_string(&comparison).unwrap();
    assert_eq!(serde_json::from_str::<Comparison>(&json).unwrap(), comparison);
}

#[test]
fn a_reference_is_shown_as_the_row_to_which_it_leads() {
    let comparison = changed("UPDATE device SET lab_id = 3, part_of_id = 1 WHERE id = 3;");
    let device = table(&comparison, "device");
    let change = &device.changed[0];
    // It stands at no archived site any more, so it travels from the second side only.
    assert_eq!((change.row.as_str(), change.travels), ("code=D3", false));
    let fields: Vec<_> = change
        .fields
        .iter()
        .map(|field| (field.title.as_str(), field.a.as_deref(), field.b.as_deref()))
        .collect();
    assert_eq!(
        fields,
        [("Lab", None, Some("site=York, name=Haem \"A\"")), ("Part of", Some("D4"), Some("D1")),]
    );
    let moved = changed("UPDATE lab SET site_id = 3 WHERE id = 1;");
    let lab = table(&moved, "lab");
    assert_eq!(lab.added[0].row, "site=York, name=Chem");
    assert_eq!(lab.removed[0].row, "site=Leeds, name=Chem");
    // The device at that lab leads to another row now, although no id changed.
    assert_eq!(table(&moved, "device").changed[0].row, "code=D1");
}

#[test]
fn what_nobody_can_see_is_counted_and_is_no_difference() {
    let comparison = changed(
        "UPDATE site SET note = 'fi\u{200b}rst ' || char(13) || char(10) WHERE id = 1;
         UPDATE site SET note = char(65279) WHERE id = 3;",
    );
    assert!(comparison.is_equal(), "{comparison:?}");
    assert_eq!(comparison.invisible, 2);
    assert_eq!((table(&comparison, "site").invisible, table(&comparison, "site").equal), (2, 3));
    // Together with a difference that can be seen, the row is changed and the other field still counted.
    let both = changed("UPDATE site SET note = 'first\u{a0}', height_unit = 'in' WHERE id = 1;");
    let change = &table(&both, "site").changed[0];
    assert_eq!((change.fields.len(), both.invisible), (1, 1));
}

#[test]
fn names_that_look_the_same_can_be_told_apart() {
    let comparison = changed("UPDATE site SET name = 'York\u{a0}' WHERE id = 3;");
    let site = table(&comparison, "site");
    assert_eq!(site.added[0].row, "name=York\\u{a0}");
    assert_eq!(site.removed[0].row, "name=York");
}

#[test]
fn scripts_are_compared_line_by_line() {
    let bench = Bench::new();
    let a = bench.build(
        "a.sqlite",
        &format!("{ROWS} UPDATE site SET note = 'one\ntwo\nthree' WHERE id = 1"),
    );
    let b = bench.build(
        "b.sqlite",
        &format!("{ROWS} UPDATE site SET note = 'one \r\n2\r\nthree' WHERE id = 1"),
    );
    let comparison =
        compare(&side(&bench, Content::Instance(&a)), &side(&bench, Content::Instance(&b)))
            .unwrap();
    let field = &table(&comparison, "site").changed[0].fields[0];
    assert_eq!(field.a.as_deref(), Some("one\ntwo\nthree"));
    let lines: Vec<_> = field
        .text_diff
        .as_ref()
        .unwrap()
        .iter()
        .map(|line| (line.change, line.a, line.b, line.text.as_str()))
        .collect();
    assert_eq!(
        lines,
        [
            (LineChange::Same, Some(1), Some(1), "one"),
            (LineChange::Removed, Some(2), None, "two"),
            (LineChange::Added, None, Some(2), "2"),
            (LineChange::Same, Some(3), Some(3), "three"),
        ]
    );
}

#[test]
fn scripts_and_templates_of_the_product_are_known() {
    let release = Catalogue::embedded_releases().pop().unwrap();
    let catalogue = Catalogue::embedded(&release).unwrap();
    let scripts: BTreeSet<String> = catalogue
        .tables()
        .iter()
        .filter(|table| {
            ["system_setting", "barcode_label_configuration", "correspondence_template", "site"]
                .contains(&table.name.as_str())
        })
        .flat_map(|table| table.columns.iter().map(move |column| (table, column)))
        .filter(|(table, column)| is_script(table, column))
        .map(|(table, column)| format!("{}.{}", table.name, column.name))
        .collect();
    assert_eq!(
        scripts,
        set([
            "system_setting.view_script",
            "system_setting.data_script",
            "system_setting.template",
            "barcode_label_configuration.template",
            "correspondence_template.body",
        ])
    );
}

#[test]
fn what_belongs_to_one_installation_is_compared_and_never_shown() {
    let comparison = changed(
        "UPDATE lab SET end_point = 'sftp://other', password = 'geheim' WHERE id = 1;
         UPDATE lab SET password = 'neu' WHERE id = 3;
         UPDATE general_setting SET value = 'https://other.example' WHERE key = 'sso.url';
         UPDATE general_setting SET value = 'y' WHERE key = 'made.up';
         UPDATE general_setting SET value = '30' WHERE key = 'session.timeout_minutes';",
    );
    assert_eq!(names(&comparison), set(["general_setting", "lab"]));
    let mut hidden = 0;
    for row in &table(&comparison, "lab").changed {
        for field in &row.fields {
            assert_eq!(
                (field.a.as_deref(), field.b.as_deref()),
                (Some(KEPT_SECRET), Some(KEPT_SECRET))
            );
            assert_eq!(field.text_diff, None);
            hidden += 1;
        }
    }
    assert_eq!(hidden, 3);
    let settings: Vec<_> = table(&comparison, "general_setting")
        .changed
        .iter()
        .map(|row| (row.row.as_str(), row.travels, row.fields[0].b.as_deref().unwrap()))
        .collect();
    assert_eq!(
        settings,
        [
            ("key=made.up", false, KEPT_SECRET),
            ("key=session.timeout_minutes", true, "30"),
            ("key=sso.url", false, KEPT_SECRET),
        ]
    );
    let json = serde_json::to_string(&comparison).unwrap();
    for value in ["sftp", "geheim", "neu", "example"] {
        assert!(!json.contains(value), "{value}");
    }
}

#[test]
fn a_package_is_compared_with_what_would_travel() {
    let bench = Bench::new();
    let source = bench.build("source.sqlite", ROWS);
    bench.extract(&source, Kind::Configuration, "c.sqlite");
    let package = bench.package("c.sqlite");
    let packed = side(&bench, Content::Package(&package));
    let same = compare(&packed, &side(&bench, Content::Instance(&source))).unwrap();
    assert!(same.is_equal() && same.travelling_only, "{same:?}");
    assert_eq!((same.a.package, same.b.package), (Some(package.digest()), None));
    assert_eq!(table(&same, "site").equal, 2);
    assert!(compare(&packed, &packed).unwrap().is_equal());

    // Other end points are no difference to a package, and an archived site is one that it lacks.
    write(
        &source,
        "UPDATE lab SET end_point = 'sftp://other'; UPDATE site SET archived = 1 WHERE id = 3;",
    );
    let fewer = compare(&packed, &side(&bench, Content::Instance(&source))).unwrap();
    let removed: BTreeSet<String> = fewer
        .tables
        .iter()
        .flat_map(|table| table.removed.iter().map(|row| row.row.clone()))
        .collect();
    assert_eq!(removed, set(["name=York", "site=York, name=Haem \"A\"", "code=D5"]));
    assert_eq!(fewer.counts(), (0, 3, 0));
}

#[test]
fn stub_rows_are_no_configuration() {
    let bench = Bench::new();
    let source = bench.build("source.sqlite", ROWS);
    bench.extract(&source, Kind::Migration, "m.sqlite");
    let stubs = bench.begin("stubs.sqlite");
    bench.load(&stubs, "m.sqlite", LoadOptions { stub_missing: true }).unwrap();
    instance::finish(&stubs, &bench.catalogue).unwrap();
    let empty = bench.build("empty.sqlite", "");
    let comparison =
        compare(&side(&bench, Content::Instance(&empty)), &side(&bench, Content::Instance(&stubs)))
            .unwrap();
    assert!(comparison.is_equal(), "{comparison:?}");
}

#[test]
fn what_is_no_configuration_of_the_catalogue_is_refused() {
    let bench = Bench::new();
    let source = bench.build("source.sqlite", ROWS);
    bench.extract(&source, Kind::Migration, "m.sqlite");
    bench.extract(&source, Kind::Configuration, "c.sqlite");
    let instance = side(&bench, Content::Instance(&source));
    let migration = bench.package("m.sqlite");
    let refused = compare(&instance, &side(&bench, Content::Package(&migration)));
    assert!(matches!(refused, Err(Error::WrongKind { .. })), "{refused:?}");
    let other = release("1.1", "", "");
    let package = bench.package("c.sqlite");
    let side = |content| Side { name: String::new(), catalogue: &other.catalogue, content };
    let refused = compare(&instance, &side(Content::Package(&package)));
    assert!(matches!(refused, Err(Error::PackageCatalogue { .. })), "{refused:?}");
    let refused = compare(&side(Content::Instance(&source)), &instance);
    assert!(matches!(refused, Err(Error::WrongCatalogue { .. })), "{refused:?}");
    let unfinished = bench.begin("unfinished.sqlite");
    let refused =
        compare(&instance, &Side { content: Content::Instance(&unfinished), ..instance.clone() });
    assert!(matches!(refused, Err(Error::Unfinished { .. })), "{refused:?}");
}

/// A bench of a small release: a table that all have, with one more column, and one more table.
fn release(release: &str, column: &str, more: &str) -> Bench {
    let header = format!(
        "product = \"small\"\nrelease = \"{release}\"\nbuild = \"{release}.0+1\"\nmodules = [\"setup\"]\n"
    );
    let module = format!(
        r#"
name = "setup"
title = "Set-up"

[[table]]
name = "role"
title = "Roles"
travels = "configuration"
source = "landfall"
why = "sample"
natural_key = ["name"]
columns = [
  {{ name = "id", type = "integer", required = true, class = "key" }},
  {{ name = "name", type = "text", required = true, class = "none" }},
  {{ name = "note", type = "text", class = "none" }},
  {column}
]
{more}
"#
    );
    Bench::of(Catalogue::parse(&header, &[("setup.toml", &module)]).unwrap())
}

/// A table of that name whose natural key is that column.
fn table_with_key(name: &str, key: &str) -> String {
    format!(
        r#"
[[table]]
name = "{name}"
title = "More"
travels = "configuration"
source = "landfall"
why = "sample"
natural_key = ["{key}"]
columns = [
  {{ name = "id", type = "integer", required = true, class = "key" }},
  {{ name = "code", type = "text", required = true, class = "none" }},
  {{ name = "name", type = "text", required = true, class = "none" }},
]
"#
    )
}

#[test]
fn of_two_releases_what_both_have_is_compared() {
    let old = release(
        "1.0",
        r#"{ name = "colour", type = "text", class = "none" },"#,
        &(table_with_key("gone", "code") + &table_with_key("keyed", "code")),
    );
    let new = release(
        "2.0",
        r#"{ name = "shape", type = "text", class = "none" },"#,
        &table_with_key("keyed", "name"),
    );
    let a = old.build(
        "a.sqlite",
        "INSERT INTO role VALUES (1, 'Nurse', 'x', 'red'), (2, 'Clerk', 'y', NULL);
         INSERT INTO gone VALUES (1, 'a', 'b'); INSERT INTO keyed VALUES (1, 'a', 'b');",
    );
    let b = new.build(
        "b.sqlite",
        "INSERT INTO role VALUES (5, 'Nurse', 'x', 'round'), (6, 'Clerk', 'z', NULL);",
    );
    new.extract(&b, Kind::Configuration, "b-package.sqlite");
    let package = Package::open(&new.path("b-package.sqlite"), None).unwrap();
    for content in [Content::Instance(&b), Content::Package(&package)] {
        let comparison = compare(&side(&old, Content::Instance(&a)), &side(&new, content)).unwrap();
        assert_eq!(comparison.only_in_a, ["role.colour", "gone", "keyed"]);
        assert_eq!(comparison.only_in_b, ["role.shape", "keyed"]);
        assert_eq!(comparison.a.release.as_str(), "1.0");
        assert_eq!(comparison.b.release.as_str(), "2.0");
        assert_eq!(comparison.tables.len(), 1);
        let role = table(&comparison, "role");
        assert_eq!((role.equal, role.changed.len()), (1, 1));
        assert_eq!(role.changed[0].row, "name=Clerk");
        assert_eq!(role.changed[0].fields[0].column, "note");
    }
}
