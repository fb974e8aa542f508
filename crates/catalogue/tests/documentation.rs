//! The page about catalogues is right: its example loads, and it names every class, type and check word.

use landfall_catalogue::{Catalogue, Class, Kind, Subject, Travels};

const PAGE: &str = include_str!("../../../docs/catalogue.md");

/// Returns the text of the fenced block with that info line.
fn block<'a>(page: &'a str, info: &str) -> Option<&'a str> {
    let start = page.find(&format!("```{info}\n"))? + info.len() + 4;
    let length = page[start..].find("```")?;
    Some(&page[start..start + length])
}

#[test]
fn the_example_loads() {
    let header = block(PAGE, "toml file=catalogue.toml").unwrap();
    let module = block(PAGE, "toml file=clinic.toml").unwrap();
    let catalogue = Catalogue::parse(header, &[("clinic.toml", module)]).unwrap();
    assert_eq!(catalogue.tables().len(), 3);
    assert_eq!(catalogue.person_columns().count(), 4);
    assert!(catalogue.is_integration_key("sso.url"));
    assert!(!catalogue.is_integration_key("session.timeout_minutes"));
}

#[test]
fn the_line_that_adds_a_column_adds_one() {
    let header = block(PAGE, "toml file=catalogue.toml").unwrap();
    let module = block(PAGE, "toml file=clinic.toml").unwrap();
    let line = block(PAGE, "toml add-to=volunteer").unwrap();
    let before = "  { name = \"email\"";
    assert_eq!(module.matches(before).count(), 1);
    let module = module.replace(before, &format!("{line}{before}"));
    let catalogue = Catalogue::parse(header, &[("clinic.toml", module.as_str())]).unwrap();
    let column = catalogue.table("volunteer").unwrap().column("maiden_name").unwrap();
    assert_eq!((column.label.as_str(), column.class), ("Maiden name", Class::LastName));
}

#[test]
fn every_word_is_explained() {
    let row = |word: &str| PAGE.contains(&format!("| `{word}` |"));
    for class in Class::ALL {
        assert!(row(class.name()), "class {class}");
    }
    for kind in Kind::ALL {
        assert!(row(kind.name()), "type {kind}");
    }
    for travels in Travels::ALL {
        assert!(PAGE.contains(&format!("`{travels}`")), "{travels}");
    }
    for subject in Subject::ALL {
        assert!(PAGE.contains(&format!("`{subject}`")), "{subject}");
    }
}
