use std::{
    collections::BTreeMap,
    fs,
    io::{Cursor, Read as _, Write as _},
    path::PathBuf,
};

use proptest::{collection::vec, option, prelude::*};
use rust_xlsxwriter::{Formula, Note, Workbook};
use tempfile::TempDir;

use super::{text, *};
use crate::spec::model::{Field, Model, Names, RuleName, Section, Source};

const HEAD: &str = "product = \"clinical\"\nrelease = \"24.1\"\nname = \"A\"\n";

fn catalogue() -> Catalogue {
    Catalogue::embedded(&"24.1".parse().unwrap()).unwrap()
}

struct World(TempDir);

impl World {
    fn new(files: &[(&str, &[u8])]) -> Self {
        let world = Self(tempfile::tempdir().unwrap());
        for (name, content) in files {
            let path = world.path("spec").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn spec(&self) -> Spec {
        Spec::load(&self.path("spec")).unwrap()
    }

    fn read(&self, book: &[u8]) -> Result<Spec, Error> {
        fs::write(self.path("book.xlsx"), book).unwrap();
        Spec::from_workbook(&self.path("book.xlsx"), &catalogue(), &self.path("back"))
    }
}

#[test]
fn a_spec_with_all_its_parts_comes_back() {
    let spec = format!(
        "{HEAD}coverage = \"warn\"\ntest_volunteers = [\"17\", \" x_x0041_\"]\nignored_files = {{ \"a.pdf\" = \"no data\" }}\n\
         [[source]]\nname = \"p\"\nfile = \"p.txt\"\nformat = \"csv\"\ndelimiter = \"|\"\nquote = \"\"\n\
         null = [\"\", \"NULL\"]\nignored = {{ Insurer = \"not needed\" }}\n\
         [[source]]\nname = \"l\"\nfile = \"lists/l.csv\"\nfrom = \"spec\"\nformat = \"csv\"\n\
         [[source]]\nname = \"m\"\nfile = \"lists/m.csv\"\nfrom = \"spec\"\nformat = \"csv\"\n\
         [[section]]\nname = \"History\"\ntarget = \"volunteer\"\nsource = \"p\"\nkey = [\"A\", \"B\"]\n\
         filter = \"A <> ''\\n-- why\"\nfilter_reason = \"empty\"\n\
         duplicates = {{ by = [\"first_name\"], then = \"merge\" }}\n\
         [[section.field]]\ntarget = \"first_name\"\nrule = \"copy\"\nsource = [\"A\"]\nstatus = \"Dev Ready\"\n\
         [[section.field]]\ntarget = \"last_name\"\nrule = \"copy\"\nsource = \"[B]\"\nnote = \"\"\n\
         [[section.field]]\ntarget = \"sex\"\nrule = \"map\"\nsource = \"S\"\nmap = \"sex\"\nignore_case = true\n\
         otherwise = {{ value = 5 }}\n\
         [[section.field]]\ntarget = \"city\"\nrule = \"sql\"\nfile = \"sql/c.sql\"\n\
         [[section.field]]\ntarget = \"email\"\nrule = \"ignore\"\nnote = \"none\"\n"
    );
    let world = World::new(&[
        ("spec.toml", spec.as_bytes()),
        ("maps/sex.csv", b"source,target\nf,Female\n,Unknown\n?,\n"),
        ("maps/none.csv", b"source,target\n"),
        ("maps/empty.csv", b"source,target\n,\n"),
        ("sql/c.sql", b"-- a\n\n  trim(City)  -- \xc3\xa4\n"),
        ("lists/l.csv", b"name,kind\r\n a , _x0041_\\u{41}\r\n\n"),
        ("lists/m.csv", b"name\n\xff\xfe\n"),
    ]);
    let spec = world.spec();
    let book = spec.to_workbook().unwrap();
    assert_eq!(book, world.spec().to_workbook().unwrap(), "the same spec is the same file");
    let back = world.read(&book).unwrap();
    assert_eq!(back.digest(), spec.digest());
    assert_eq!(back.maps_digest(), spec.maps_digest());
    let left: Vec<_> =
        fs::read_dir(world.0.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "{left:?}");
}

/// Texts that workbooks and files are known to change.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[A-Za-z][A-Za-z ]{0,8}",
        2 => r#"[ \t\n\r\\"'=\[\]{}#,;_x0-9Ae-]{1,10}"#,
        1 => "\\PC{1,6}",
        1 => any::<String>(),
        1 => Just("_x000D_".to_owned()),
        1 => Just(String::new()),
    ]
}

prop_compose! {
    fn any_field()(
        target in prop::sample::select(vec!["first_name", "last_name", "sex", "city", "email"]),
        kind in 0_u8..5,
        one in any_text(),
        several in vec(any_text(), 0..3),
        text in any_text(),
        status in option::of(prop::sample::select(STATUSES)),
        note in option::of(any_text()),
    ) -> Field {
        let field = toml::from_str::<Field>("target = 'a'\nrule = 'copy'").unwrap();
        let field = Field {
            target: target.to_owned(),
            status: status.map(str::to_owned),
            note,
            ..field
        };
        match kind {
            0 => Field { source: Some(Names::One(one)), trim: Some(false), ..field },
            1 => Field { source: Some(Names::Several(several)), ..field },
            2 => Field { rule: RuleName::Sql, expression: Some(text), ..field },
            3 => Field { rule: RuleName::Date, formats: Some(several), ..field },
            _ => Field { rule: RuleName::Ignore, ..field },
        }
    }
}

prop_compose! {
    fn any_section()(
        name in any_text(),
        key in vec(any_text(), 0..3),
        distinct in any::<bool>(),
        filter in option::of(any_text()),
        field in vec(any_field(), 0..5),
    ) -> Section {
        Section {
            name,
            target: "volunteer".to_owned(),
            source: "p".to_owned(),
            key,
            distinct,
            filter,
            filter_reason: None,
            duplicates: None,
            field,
        }
    }
}

prop_compose! {
    fn any_model()(
        name in any_text(),
        null in option::of(vec(any_text(), 0..3)),
        ignored in prop::collection::btree_map(any_text(), any_text(), 0..3),
        files in prop::collection::btree_map(any_text(), any_text(), 0..3),
        test_volunteers in vec(any_text(), 0..4),
        section in vec(any_section(), 0..4),
    ) -> Model {
        let source = toml::from_str::<Source>("name = 'p'\nfile = 'p.csv'\nformat = 'csv'").unwrap();
        let model = toml::from_str::<Model>(HEAD).unwrap();
        Model {
            name,
            ignored_files: files,
            test_volunteers,
            source: vec![Source { null, ignored, ..source }],
            section,
            ..model
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_spec_comes_back_with_the_same_digest(
        model in any_model(),
        map in prop::collection::btree_map(any_text(), any_text(), 0..5),
    ) {
        let spec = text::spec(toml::Table::try_from(&model).unwrap());
        let map: BTreeMap<String, String> = map
            .into_iter()
            .map(|(source, target)| (source.trim().to_owned(), target.trim().to_owned()))
            .collect();
        let map = text::map(&map);
        let world = World::new(&[
            ("spec.toml", spec.as_bytes()),
            ("maps/m.csv", map.as_bytes()),
        ]);
        let spec = world.spec();
        let back = world.read(&spec.to_workbook().unwrap());
        let back = back.unwrap_or_else(|error| panic!("{error}"));
        prop_assert_eq!(back.digest(), spec.digest());
    }
}

/// A workbook with a volunteer section, and then what a test changes in its tab.
fn book(change: impl FnOnce(&mut rust_xlsxwriter::Worksheet)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let mut sheet = |name: &str, rows: &[&[&str]]| {
        let sheet = workbook.add_worksheet();
        sheet.set_name(name).unwrap();
        for (row, texts) in (0_u32..).zip(rows) {
            for (column, text) in (0_u16..).zip(*texts) {
                sheet.write_string(row, column, *text).unwrap();
            }
        }
    };
    let general: &[&[&str]] =
        &[GENERAL.columns, &["product", "clinical"], &["release", "24.1"], &["name", "A"]];
    sheet(GENERAL.name, general);
    sheet(SOURCES.name, &[SOURCES.columns, &["p", "p.csv", "csv"]]);
    sheet(IGNORED_COLUMNS.name, &[IGNORED_COLUMNS.columns]);
    sheet(IGNORED_FILES.name, &[IGNORED_FILES.columns]);
    sheet(TEST_VOLUNTEERS.name, &[TEST_VOLUNTEERS.columns]);
    sheet(SECTIONS.name, &[SECTIONS.columns, &["V", "Volunteers", "volunteer", "p"]]);
    sheet(MAPS.name, &[MAPS.columns]);
    sheet(SQL.name, &[SQL.columns]);
    sheet(LISTS.name, &[LISTS.columns]);
    let fields: &[&[&str]] =
        &[FIELDS, &["p", "Forename", "volunteer", "first_name", "y", "Dev Ready", "copy", ""]];
    sheet("V", fields);
    let index = workbook.worksheets().len() - 1;
    change(workbook.worksheet_from_index(index).unwrap());
    workbook.save_to_buffer().unwrap()
}

#[test]
fn what_is_wrong_is_named_by_sheet_and_cell() {
    type Change = fn(&mut rust_xlsxwriter::Worksheet);
    let cases: [(Change, &str); 9] = [
        (
            |sheet| {
                for (column, name) in (0_u16..).zip(FIELDS) {
                    sheet.write_string(2, column, *name).unwrap();
                }
            },
            "sheet `V`, cell A3: expected one header row, found a second one below row 1",
        ),
        (
            |sheet| {
                sheet.write_string(0, 3, "Product").unwrap();
            },
            "sheet `V`, cell A1: expected one header row with the headings",
        ),
        (
            |sheet| {
                sheet.write_formula(1, 1, Formula::new("=NA()").set_result("#N/A")).unwrap();
            },
            "sheet `V`, cell B2: expected a text, found the formula error",
        ),
        (
            |sheet| {
                sheet.write_string(1, 5, "done").unwrap();
            },
            "sheet `V`, cell F2: expected `Dev Ready`, `Dev Complete`, `Validated`, found `done`",
        ),
        (
            |sheet| {
                sheet.write_string(1, 3, "forename").unwrap();
            },
            "sheet `V`, cell D2: expected a column of `volunteer`, found `forename`",
        ),
        (
            |sheet| {
                sheet.write_string(1, 4, "n").unwrap();
            },
            "sheet `V`, cell E2: expected `y` beside rule `copy`, found `n`",
        ),
        (
            |sheet| {
                sheet.write_string(1, 6, "guess").unwrap();
            },
            "sheet `V`, cell G2: expected a rule with its options",
        ),
        (
            |sheet| {
                sheet.write_string(1, 9, "note").unwrap();
            },
            "sheet `V`, cell J2: expected nothing outside the columns",
        ),
        (
            |sheet| {
                sheet.insert_note(1, 3, &Note::new("Ada is wrong")).unwrap();
            },
            "sheet `V`, cell D2: expected all that is said in cells, found a note beside this one",
        ),
    ];
    assert!(World::new(&[]).read(&book(|_| {})).is_ok());
    for (change, expected) in cases {
        let world = World::new(&[]);
        let error = world.read(&book(change)).unwrap_err().to_string();
        assert!(error.contains(expected), "`{expected}` is missing in {error}");
        assert!(error.contains("book.xlsx") && !error.contains("Ada"), "{error}");
        assert!(!world.path("back").exists());
    }
}

#[test]
fn a_status_that_nobody_knows_and_a_file_that_is_no_workbook_are_refused() {
    let spec = format!(
        "{HEAD}[[section]]\nname = \"V\"\ntarget = \"volunteer\"\nsource = \"p\"\n\
         [[section.field]]\ntarget = \"city\"\nrule = \"copy\"\nsource = \"A\"\nstatus = \"done\"\n"
    );
    let world = World::new(&[("spec.toml", spec.as_bytes())]);
    let error = world.spec().to_workbook().unwrap_err().to_string();
    assert!(error.contains("field `city`: expected a status among"), "{error}");
    let error = world.read(b"source,target\n").unwrap_err().to_string();
    assert!(error.contains("book.xlsx") && error.contains("name the spec's workbook"), "{error}");
}

/// Writes the workbook again with its parts changed.
fn changed(book: &[u8], change: impl Fn(&str, String) -> String) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(book)).unwrap();
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut text = String::new();
        part.read_to_string(&mut text).unwrap();
        writer.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(change(&name, text).as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn what_a_cell_does_not_tell_is_named_and_its_text_is_not() {
    let formula = |from: &str, to: &str| {
        let book = book(|sheet| {
            sheet.write_formula(1, 7, Formula::new("=A2").set_result("Ada")).unwrap();
        });
        assert!(World::new(&[]).read(&book).is_ok());
        let book = changed(&book, |_, text| text.replace(from, to));
        World::new(&[]).read(&book).unwrap_err().to_string()
    };
    let result = "<f>A2</f><v>Ada</v></c>";
    let error = formula(result, "<f>A2</f></c>");
    assert!(
        error.contains("sheet `V`, cell H2: expected a text, found a formula without a result")
    );
    let error = formula(result, "<f>A2</f><v>Ada</v></c><c r=\"H2\"><v>1</v></c>");
    assert!(error.contains("sheet `V`, cell H2: expected a text, found a cell that stands twice"));
    let error = formula(result, "<f>A2</f><v>Ada</v></c><c r=\"I2\" t=\"b\"><v>Ada</v></c>");
    assert!(error.contains("sheet `V` cannot be read behind cell H2"), "{error}");
    assert!(!error.contains("Ada"), "{error}");
}

#[test]
fn a_workbook_that_would_fill_the_memory_is_stopped() {
    let book = changed(&book(|_| {}), |name, text| match name {
        "xl/sharedStrings.xml" => {
            text.replace("</sst>", &format!("{}</sst>", " ".repeat(65 << 20)))
        }
        _ => text,
    });
    let error = World::new(&[]).read(&book).unwrap_err().to_string();
    assert!(error.contains("book.xlsx") && error.contains("name the spec's workbook"), "{error}");
    assert!(!error.contains("CSV"), "{error}");
}
