//! `phone`: a phone number in the international form, `+441134960000`.

use std::{borrow::Cow, fmt::Write as _};

use phonenumber::{Mode, country};

use super::{Options, Outcome, cache::Cache, trimmed};

pub(super) const OPTIONS: Options = Options {
    known: &["source", "expression", "region", "otherwise", "when_empty"],
    otherwise: &["reject", "empty"],
};

#[derive(Debug)]
pub(crate) struct Phone {
    region: country::Id,
    expected: String,
    cache: Cache<Option<String>>,
}

impl Phone {
    /// Makes the rule; numbers without a country code are read as numbers of the region.
    pub(crate) fn new(region: &str) -> Result<Self, String> {
        let id = region.parse::<country::Id>().map_err(|_| {
            format!("expected a `region` of two letters such as `GB`, found `{region}`")
        })?;
        Ok(Self {
            region: id,
            expected: format!(
                "expected a phone number that exists, with a country code or as dialled in `{region}`"
            ),
            cache: Cache::new(),
        })
    }

    pub(super) fn apply<'a>(&'a mut self, input: Option<&'a str>) -> Outcome<'a> {
        let Some(text) = trimmed(input) else { return Outcome::Empty };
        let region = self.region;
        match self.cache.get(text, || international(region, text)) {
            Some(number) => Outcome::Value(Cow::Borrowed(number)),
            None => Outcome::Wrong(&self.expected),
        }
    }
}

/// Tells whether letters stand among or after the digits that announce no extension. They would be read as the digits
/// of a keypad, and a remark such as `(home)` would become part of the number.
fn has_remark(text: &str) -> bool {
    let letters: String = text
        .chars()
        .skip_while(|letter| !letter.is_ascii_digit())
        .filter(|letter| letter.is_alphabetic())
        .flat_map(char::to_lowercase)
        .collect();
    !matches!(letters.as_str(), "" | "x" | "ext" | "extension")
}

fn international(region: country::Id, text: &str) -> Option<String> {
    if has_remark(text) {
        return None;
    }
    // A number with its country code is read by the rules of that country alone.
    let dialled_in = (!text.starts_with('+')).then_some(region);
    let number = phonenumber::parse(dialled_in, text).ok()?;
    if !number.is_valid() {
        return None;
    }
    let mut international = String::new();
    write!(international, "{}", number.format().mode(Mode::E164)).ok()?;
    // E.164 has no place for an extension; losing it in silence would lose the person.
    if let Some(extension) = number.extension() {
        write!(international, " ext. {extension}").ok()?;
    }
    Some(international)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_ways_of_writing_are_one_number() {
        let mut phone = Phone::new("GB").unwrap();
        for text in [
            "0113 496 0000",
            "(0113) 4960000",
            "+44 113 496 0000",
            "0044 113 496 0000",
            "+44 (0)113 496-0000",
            " 0113-496-0000 ",
        ] {
            assert_eq!(phone.apply(Some(text)), Outcome::Value("+441134960000".into()), "{text}");
        }
        assert_eq!(phone.apply(Some("+1 201-555-0123")), Outcome::Value("+12015550123".into()));
    }

    #[test]
    fn a_remark_never_becomes_digits() {
        let mut phone = Phone::new("DE").unwrap();
        assert_eq!(phone.apply(Some("Tel. 030 901820")), Outcome::Value("+4930901820".into()));
        for text in ["030 901820 (privat)", "030 901820 priv.", "030 901820 (Mutter)"] {
            assert!(matches!(phone.apply(Some(text)), Outcome::Wrong(_)), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_wrong_and_nothing_stays_nothing() {
        let mut phone = Phone::new("GB").unwrap();
        for text in ["12", "ask her mother", "0000 000 0000", "0113 496 0000 (home)"] {
            assert!(matches!(phone.apply(Some(text)), Outcome::Wrong(_)), "{text}");
        }
        assert_eq!(phone.apply(Some("  ")), Outcome::Empty);
        assert!(Phone::new("XX").is_err());
    }
}
