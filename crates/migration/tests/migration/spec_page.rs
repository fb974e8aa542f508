//! Runs every example of `docs/migration-spec.md`: the page is the only manual that writers of specs have.

use std::{collections::BTreeMap, fs, path::Path};

use landfall_migration::Error;
use serde_json::Value;

use crate::world::{World, catalogue, counts, rejected, rows};

/// One example: files, and what they make. A block `json expect` ends it.
struct Example {
    line: usize,
    files: Vec<(String, String)>,
    expect: Value,
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
        if let Some((_, file)) = info.split_once(" file=") {
            files.push((file.to_owned(), text));
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
    assert!(examples.len() >= 9, "found {} examples", examples.len());
    for example in examples {
        let world = World::empty();
        for (file, text) in &example.files {
            let of_spec = file == "spec.toml"
                || ["maps/", "lists/", "sql/"].iter().any(|folder| file.starts_with(folder));
            if of_spec {
                world.spec_file(file, text);
            } else {
                world.dump_file(file, text);
            }
        }
        match example.expect.get("problems") {
            Some(problems) => refused(&world, example.line, problems),
            None => made(&world, &example),
        }
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
