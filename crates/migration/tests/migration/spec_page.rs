//! Runs every example of `docs/migration-spec.md`: the page is the only manual that writers of specs have.
//!
//! A block stands for a file as its name says: `csv file=people.xlsx sheet=Patients` for a sheet of a workbook,
//! `sql file=old.sqlite` for the database that the statements make, `csv file=people.csv.gz` for a packed file;
//! `encoding=windows-1252` for one in another encoding.

use std::{collections::BTreeMap, fs, io::Write as _, path::Path};

use landfall_migration::Error;
use rusqlite::Connection;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet};
use serde_json::Value;

use crate::world::{World, catalogue, counts, rejected, rows};

/// One example: files, and what they make. A block `json expect` ends it.
struct Example {
    line: usize,
    files: Vec<Block>,
    expect: Value,
}

/// A block of the page that stands for a file, or for a sheet of one.
struct Block {
    file: String,
    options: BTreeMap<String, String>,
    text: String,
}

impl Block {
    /// Reads `file=people.csv encoding=utf-16le` from behind `csv `.
    fn new(info: &str, text: String) -> Option<Self> {
        let mut options: BTreeMap<String, String> = info
            .split(' ')
            .filter_map(|option| option.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let file = options.remove("file")?;
        Some(Self { file, options, text })
    }

    fn ends(&self, ending: &str) -> bool {
        self.file.ends_with(ending)
    }

    /// Returns the bytes of a text file.
    fn bytes(&self) -> Vec<u8> {
        let bytes = match self.options.get("encoding").map(String::as_str) {
            None => self.text.clone().into_bytes(),
            Some("windows-1252") => {
                let (bytes, _, lost) = encoding_rs::WINDOWS_1252.encode(&self.text);
                assert!(!lost, "`{}` is not windows-1252", self.file);
                bytes.into_owned()
            }
            Some("utf-16le") => {
                let mark = [0xff, 0xfe];
                let text = self.text.encode_utf16().flat_map(u16::to_le_bytes);
                mark.into_iter().chain(text).collect()
            }
            Some(other) => panic!("the page knows no encoding `{other}`"),
        };
        if self.ends(".gz") {
            let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packed.write_all(&bytes).unwrap();
            packed.finish().unwrap()
        } else if self.ends(".zst") {
            zstd::encode_all(&bytes[..], 1).unwrap()
        } else {
            bytes
        }
    }

    /// Returns the sheet: days and numbers are such cells, errors are those of formulas.
    fn sheet(&self) -> Worksheet {
        let mut sheet = Worksheet::new();
        sheet.set_name(&self.options["sheet"]).unwrap();
        let day = Format::new().set_num_format("yyyy-mm-dd");
        let mut lines = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(self.text.as_bytes());
        for (row, line) in (0..).zip(lines.records()) {
            for (column, cell) in (0..).zip(&line.unwrap()) {
                if cell.starts_with('#') {
                    let formula = Formula::new("=A1").set_result(cell);
                    sheet.write_formula(row, column, formula).unwrap();
                } else if let Ok(number) = cell.parse::<f64>() {
                    sheet.write_number(row, column, number).unwrap();
                } else if let Some(date) = date(cell) {
                    sheet.write_datetime_with_format(row, column, &date, &day).unwrap();
                } else if !cell.is_empty() {
                    sheet.write_string(row, column, cell).unwrap();
                }
            }
        }
        sheet
    }
}

fn date(cell: &str) -> Option<ExcelDateTime> {
    let parts: Vec<&str> = cell.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return None };
    ExcelDateTime::from_ymd(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

fn examples() -> Vec<Example> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/migration-spec.md");
    let page = fs::read_to_string(page).unwrap();
    let mut examples = Vec::new();
    let mut files = Vec::new();
    let mut lines = page.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let text: String = lines
            .by_ref()
            .map(|(_, line)| line)
            .take_while(|line| *line != "```")
            .map(|line| format!("{line}\n"))
            .collect();
        if info.contains(" file=") {
            files.extend(Block::new(info, text));
        } else if info == "json expect" {
            let expect = serde_json::from_str(&text)
                .unwrap_or_else(|error| panic!("line {}: {error}", number + 1));
            examples.push(Example { line: number + 1, files: std::mem::take(&mut files), expect });
        }
    }
    assert!(files.is_empty(), "an example without `json expect` ends the page");
    examples
}

#[test]
fn every_example_of_the_page_comes_out_as_it_says() {
    let examples = examples();
    assert!(examples.len() >= 14, "found {} examples", examples.len());
    for example in examples {
        let world = World::empty();
        lay(&world, &example.files);
        match example.expect.get("problems") {
            Some(problems) => refused(&world, example.line, problems),
            None => made(&world, &example),
        }
    }
}

#[test]
fn every_format_has_an_example() {
    let examples = examples();
    for format in ["csv", "tsv", "json-lines", "excel", "pg-dump", "mysql-dump", "sqlite"] {
        let declaration = format!("format = \"{format}\"");
        let shown = |block: &Block| block.file == "spec.toml" && block.text.contains(&declaration);
        let made = |example: &Example| example.expect.get("sections").is_some();
        assert!(
            examples.iter().any(|example| made(example) && example.files.iter().any(shown)),
            "docs/migration-spec.md has no example with {declaration}"
        );
    }
    for ending in [".gz", ".zst"] {
        assert!(
            examples.iter().any(|example| example.files.iter().any(|block| block.ends(ending)))
        );
    }
}

/// Puts the files of an example where they belong.
fn lay(world: &World, blocks: &[Block]) {
    let mut books: BTreeMap<&str, Workbook> = BTreeMap::new();
    for block in blocks {
        let file = block.file.as_str();
        let of_spec = file == "spec.toml"
            || ["maps/", "lists/", "sql/"].iter().any(|folder| file.starts_with(folder));
        if of_spec {
            world.spec_file(file, &block.text);
        } else if block.ends(".xlsx") {
            books.entry(file).or_default().push_worksheet(block.sheet());
        } else if block.ends(".sqlite") {
            let database = Connection::open(world.dump().join(file)).unwrap();
            database.execute_batch(&block.text).unwrap();
        } else {
            world.dump_file(file, block.bytes());
        }
    }
    for (file, mut book) in books {
        world.dump_file(file, book.save_to_buffer().unwrap());
    }
}

fn refused(world: &World, line: usize, expected: &Value) {
    let found = match world.spec().and_then(|spec| spec.check(&catalogue(), &world.dump())) {
        Err(Error::Problems(problems)) => problems.0,
        other => panic!("line {line}: expected problems, found {other:?}"),
    };
    let texts: Vec<String> = found.iter().map(ToString::to_string).collect();
    let expected = expected.as_array().unwrap();
    for part in expected {
        let part = part.as_str().unwrap();
        assert!(
            texts.iter().any(|text| text.contains(part)),
            "line {line}: `{part}` in {texts:#?}"
        );
    }
    assert_eq!(texts.len(), expected.len(), "line {line}: {texts:#?}");
}

fn made(world: &World, example: &Example) {
    let line = example.line;
    let outcome = world.run().unwrap_or_else(|error| panic!("line {line}: {error}"));
    for (section, expected) in example.expect["sections"].as_object().unwrap() {
        let wanted = ["read", "written", "rejected", "filtered"]
            .map(|name| expected[name].as_u64().unwrap());
        assert_eq!(counts(&outcome, section), wanted, "line {line}: section `{section}`");
    }
    for (table, expected) in example.expect["rows"].as_object().unwrap() {
        let found = rows(&outcome, table);
        let expected = expected.as_array().unwrap();
        assert_eq!(found.len(), expected.len(), "line {line}: table `{table}`");
        for (found, expected) in found.iter().zip(expected) {
            for (column, value) in expected.as_object().unwrap() {
                assert_eq!(found.get(column), Some(value), "line {line}: `{table}.{column}`");
            }
        }
    }
    let found = rejected(&outcome);
    let expected = example.expect["rejected"].as_array().unwrap();
    assert_eq!(found.len(), expected.len(), "line {line}: {found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        let found: BTreeMap<String, Value> =
            serde_json::from_value(serde_json::to_value(found).unwrap()).unwrap();
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(found.get(name), Some(value), "line {line}: rejected `{name}`");
        }
    }
}
