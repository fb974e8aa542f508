//! The pages that point into the tree are true.

use std::{collections::BTreeSet, fs, path::PathBuf};

use landfall_core::refusal;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Returns the texts in backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn what_the_architecture_tells_to_open_is_there() {
    let page = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let begin =
        page.find("| to change").expect("ARCHITECTURE.md has the table \"to change X, open Y\"");
    let mut rows = 0;
    for row in page[begin..].lines().skip(2).take_while(|line| line.starts_with('|')) {
        let cells: Vec<&str> = row.split('|').collect();
        for path in quoted(cells[2]) {
            assert!(
                root().join(path).exists(),
                "ARCHITECTURE.md names `{path}`, which is not there"
            );
        }
        rows += 1;
    }
    assert!(rows >= 10, "{rows}");
}

#[test]
fn every_refusal_has_its_page_and_every_page_its_refusal() {
    let mut pages = BTreeSet::new();
    for entry in fs::read_dir(root().join("docs/errors")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        pages.insert(name.trim_end_matches(".md").to_owned());
    }
    let codes: BTreeSet<String> = refusal::ALL.iter().map(|code| code.code.to_owned()).collect();
    assert_eq!(pages, codes);
    for code in refusal::ALL {
        let page = fs::read_to_string(root().join("docs/errors").join(format!("{}.md", code.code)))
            .unwrap();
        assert!(page.contains(code.rule), "docs/errors/{}.md does not cite its rule", code.code);
    }
}
