//! A design of 1.3.2 that has everything of 1.3.2 that 2.0 can carry.

use landfall_odm::{Limits, Odm, read};

/// The file, as the canonical writer writes it.
pub(crate) const EVERYTHING: &str = include_str!("everything-1.3.2.xml");

pub(crate) fn reading(text: &str) -> Odm {
    match read(text.as_bytes(), &Limits::default()) {
        Ok(read) => read.design,
        Err(refused) => panic!("{refused}: {:#?}\n{text}", refused.findings),
    }
}

/// The file with one place changed.
pub(crate) fn with(from: &str, to: &str) -> Odm {
    assert_eq!(EVERYTHING.matches(from).count(), 1, "`{from}` stands once in the fixture");
    reading(&EVERYTHING.replace(from, to))
}
