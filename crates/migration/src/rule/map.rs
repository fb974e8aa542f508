//! `map`: a text of the source becomes a text of the product, by a table that people can read.

use std::{borrow::Cow, collections::HashMap};

use rustc_hash::FxBuildHasher;

use super::{Options, Outcome, trimmed};
use crate::spec::ValueMap;

pub(super) const OPTIONS: Options = Options {
    known: &["source", "expression", "map", "ignore_case", "otherwise", "when_empty", "of"],
    otherwise: &["reject", "empty", "keep", "value"],
};

#[derive(Debug)]
pub(crate) struct Map {
    entries: HashMap<String, String, FxBuildHasher>,
    /// A text that was put into lower case; used again for the next.
    lower: String,
    ignore_case: bool,
    expected: String,
}

impl Map {
    /// Makes the rule; two entries that differ in case alone and disagree are refused.
    pub(crate) fn new(name: &str, map: &ValueMap, ignore_case: bool) -> Result<Self, String> {
        let mut entries: HashMap<String, String, FxBuildHasher> = HashMap::default();
        for (source, target) in map {
            let key = if ignore_case { source.to_lowercase() } else { source.clone() };
            if entries.get(&key).is_some_and(|earlier| earlier != target) {
                return Err(format!(
                    "expected one target for `{source}` without regard to case (`ignore_case`), found two in `maps/{name}.csv`; remove one"
                ));
            }
            entries.insert(key, target.clone());
        }
        let expected = format!("expected a text that `maps/{name}.csv` lists");
        Ok(Self { entries, lower: String::new(), ignore_case, expected })
    }

    pub(super) fn apply<'a>(&'a mut self, input: Option<&'a str>) -> Outcome<'a> {
        let text = trimmed(input).unwrap_or_default();
        let found = if self.ignore_case {
            self.lower.clear();
            if text.is_ascii() {
                self.lower.push_str(text);
                self.lower.make_ascii_lowercase();
            } else {
                self.lower.push_str(&text.to_lowercase());
            }
            self.entries.get(&self.lower)
        } else {
            self.entries.get(text)
        };
        match found {
            Some(target) if target.is_empty() => Outcome::Empty,
            Some(target) => Outcome::Value(Cow::Borrowed(target)),
            None if text.is_empty() => Outcome::Empty,
            None => Outcome::Wrong(&self.expected),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(entries: &[(&str, &str)], ignore_case: bool) -> Result<Map, String> {
        let map = entries.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        Map::new("sex", &map, ignore_case)
    }

    #[test]
    fn texts_are_looked_up_and_unknown_ones_are_wrong() {
        let mut exact = map(&[("M", "Male"), ("-", ""), ("", "Unknown")], false).unwrap();
        assert_eq!(exact.apply(Some(" M ")), Outcome::Value("Male".into()));
        assert_eq!(exact.apply(Some("-")), Outcome::Empty);
        assert_eq!(exact.apply(None), Outcome::Value("Unknown".into()));
        assert_eq!(
            exact.apply(Some("m")),
            Outcome::Wrong("expected a text that `maps/sex.csv` lists")
        );
        let mut any = map(&[("M", "Male")], true).unwrap();
        assert_eq!(any.apply(Some("m")), Outcome::Value("Male".into()));
        assert_eq!(any.apply(None), Outcome::Empty);
        assert!(map(&[("M", "Male"), ("m", "Female")], true).is_err());
    }
}
