//! What a mask must not write: filters over the source values of a package, filled in one pass.
//!
//! The filters have a bounded size and no secret, so a load draws the same pseudonyms every time. A false positive only
//! costs another draw.

use landfall_catalogue::Class;

use crate::bloom::{Bloom, hash};

/// The most that the filter over values takes. A package of 200,000 volunteers holds about 4 million different values
/// that are asked for, 17 bits for each: about three draws in a thousand are refused without need. With five times as
/// many it would be a third of all draws, still far fewer than a mask may draw.
const MOST_VALUES: usize = 8 << 20;
/// Whole names and their parts: at 200,000 volunteers fewer than 300,000 different ones, 28 bits for each.
const MOST_NAMES: usize = 1 << 20;
/// Towns are few however many volunteers there are.
const MOST_CITIES: usize = 128 << 10;
/// A shorter word that stands alone is no token of the residual scan.
const TOKEN: usize = 6;
/// Two numbers of so many equal last digits count as the same telephone number: no country code is as long as what
/// they may then differ in.
const PHONE: usize = 9;
/// Keeps the ends of telephone numbers apart from values that read the same.
const PHONE_END: u64 = 0x7068_6f6e_655f_656e;

/// Filters over the values, the parts of names and the towns of the source.
pub(crate) struct Forbidden {
    values: Bloom,
    names: Bloom,
    cities: Bloom,
}

impl Forbidden {
    /// Makes filters for about so many source values.
    pub(crate) fn sized(values: usize) -> Self {
        Self {
            values: Bloom::sized(values, MOST_VALUES),
            names: Bloom::sized(values, MOST_NAMES),
            cities: Bloom::sized(values, MOST_CITIES),
        }
    }

    /// Forbids nothing.
    #[cfg(test)]
    pub(crate) fn none() -> Self {
        Self::sized(1)
    }

    /// Returns how many entries a value of a class makes.
    pub(crate) fn entries(class: Class) -> usize {
        // A telephone number stands in the filter as it is and with its end.
        if class == Class::Phone { 2 } else { 1 }
    }

    /// Forbids a source value of a class. Dates are not among them: the offset of a person sees to those.
    pub(crate) fn add(&self, class: Class, text: &str, words: &mut Words) {
        match class {
            Class::FirstName | Class::MiddleName | Class::LastName | Class::FullName => {
                self.add_name(text, words);
            }
            Class::City => self.add_city(text, words),
            Class::Phone => self.add_phone(text, words),
            Class::Email
            | Class::AddressLine
            | Class::Postcode
            | Class::NationalId
            | Class::BankAccount
            | Class::ExternalId
            | Class::FreeText
            | Class::FileName => self.add_value(text, words),
            Class::BirthDate
            | Class::CareDate
            | Class::CareDateTime
            | Class::File
            | Class::None
            | Class::Key
            | Class::Sex
            | Class::Race
            | Class::Ethnicity
            | Class::Height
            | Class::Weight
            | Class::Region
            | Class::Country
            | Class::Coded
            | Class::Integration
            | Class::Secret => {}
        }
    }

    /// Forbids a value, in whatever case and with whatever separators.
    pub(crate) fn add_value(&self, text: &str, words: &mut Words) {
        words.read(text);
        if !words.joined.is_empty() {
            self.values.insert(hash(words.joined.as_bytes()));
        }
    }

    /// Forbids a whole name and each of its parts.
    pub(crate) fn add_name(&self, text: &str, words: &mut Words) {
        words.read(text);
        let joined = words.joined.as_bytes();
        self.names.insert(hash(joined));
        for part in parts(joined, &words.ends) {
            self.names.insert(hash(part));
        }
    }

    /// Forbids a town.
    pub(crate) fn add_city(&self, text: &str, words: &mut Words) {
        words.read(text);
        self.cities.insert(hash(words.joined.as_bytes()));
    }

    /// Forbids a telephone number with and without every country code it may begin with: one, two or three digits less,
    /// with a leading zero or without. Forms of nine digits and more are known by their end.
    pub(crate) fn add_phone(&self, text: &str, words: &mut Words) {
        words.read(text);
        let joined = &words.joined;
        self.values.insert(hash(joined.as_bytes()));
        let end = phone_end(joined.as_bytes());
        if let Some(end) = end {
            self.values.insert(end);
        }
        let mut form = String::new();
        for rest in (1..=3).filter_map(|code| joined.get(code..)) {
            if rest.len() < TOKEN || (end.is_some() && rest.len() >= PHONE) {
                continue;
            }
            self.values.insert(hash(rest.as_bytes()));
            form.clear();
            form.push('0');
            form.push_str(rest);
            self.values.insert(hash(form.as_bytes()));
        }
    }

    /// Forbids a file's content.
    pub(crate) fn add_file(&self, bytes: &[u8]) {
        self.values.insert(hash(bytes));
    }

    /// Tells whether neither the text nor a run of its words (6 characters or more) is a value of the source.
    pub(crate) fn allows(&self, text: &str) -> bool {
        with_words(text, |joined, ends| self.allows_words(joined, ends))
    }

    /// As [`Forbidden::allows`], and no part of the text is a part of a name of the source.
    pub(crate) fn allows_name(&self, text: &str) -> bool {
        with_words(text, |joined, ends| {
            !self.names.contains(hash(joined))
                && (ends.len() < 2
                    || parts(joined, ends).all(|part| !self.names.contains(hash(part))))
                && self.allows_words(joined, ends)
        })
    }

    /// As [`Forbidden::allows`], and the text is no town of the source.
    pub(crate) fn allows_city(&self, text: &str) -> bool {
        with_words(text, |joined, ends| {
            !self.cities.contains(hash(joined)) && self.allows_words(joined, ends)
        })
    }

    /// Tells whether no file of the source has this content.
    pub(crate) fn allows_file(&self, bytes: &[u8]) -> bool {
        !self.values.contains(hash(bytes))
    }

    fn allows_words(&self, joined: &[u8], ends: &[usize]) -> bool {
        if self.holds(joined) {
            return false;
        }
        let mut start = 0;
        for (first, after) in ends.iter().enumerate() {
            for end in &ends[first..] {
                // The whole was asked for above.
                let whole = start == 0 && *end == joined.len();
                if !whole && end - start >= TOKEN && self.holds(&joined[start..*end]) {
                    return false;
                }
            }
            start = *after;
        }
        true
    }

    /// Tells whether the filter knows these words, or a telephone number with the same end.
    fn holds(&self, run: &[u8]) -> bool {
        self.values.contains(hash(run))
            || phone_end(run).is_some_and(|end| self.values.contains(end))
    }
}

/// Returns the hash of the end of what may be a telephone number: nine digits or more and nothing else.
fn phone_end(run: &[u8]) -> Option<u64> {
    let (_, end) = run.split_at_checked(run.len().checked_sub(PHONE)?)?;
    run.iter().all(u8::is_ascii_digit).then(|| hash(end) ^ PHONE_END)
}

/// The words of one text without case, put together; reused from text to text.
#[derive(Debug, Default)]
pub(crate) struct Words {
    joined: String,
    /// Where each word ends in `joined`.
    ends: Vec<usize>,
}

impl Words {
    /// Splits at everything that is neither letter nor digit, and removes case.
    fn read(&mut self, text: &str) {
        self.joined.clear();
        self.ends.clear();
        let mut open = false;
        for character in text.chars() {
            if character.is_ascii_alphanumeric() {
                self.joined.push(character.to_ascii_lowercase());
                open = true;
            } else if !character.is_ascii() && character.is_alphanumeric() {
                // Upper case first: it writes out what lower case leaves alone (`ß` and `SS` become `ss`).
                self.joined.extend(character.to_uppercase().flat_map(char::to_lowercase));
                open = true;
            } else if open {
                self.ends.push(self.joined.len());
                open = false;
            }
        }
        if open {
            self.ends.push(self.joined.len());
        }
    }
}

/// Returns the single words.
fn parts<'w>(joined: &'w [u8], ends: &'w [usize]) -> impl Iterator<Item = &'w [u8]> {
    let mut start = 0;
    ends.iter().filter_map(move |end| {
        let part = joined.get(start..*end);
        start = *end;
        part
    })
}

/// What a mask writes is short and plain; so much of it needs no memory of its own.
const SHORT: usize = 96;
const FEW: usize = 16;

/// Calls with the words of a text put together and where each ends, as [`Words`] reads them.
fn with_words(text: &str, tell: impl FnOnce(&[u8], &[usize]) -> bool) -> bool {
    if text.len() > SHORT || !text.is_ascii() {
        let mut words = Words::default();
        words.read(text);
        return tell(words.joined.as_bytes(), &words.ends);
    }
    let (mut joined, mut length) = ([0_u8; SHORT], 0);
    let (mut ends, mut count) = ([0_usize; FEW], 0);
    let mut open = false;
    for byte in text.bytes().chain([b' ']) {
        if byte.is_ascii_alphanumeric() {
            joined[length] = byte.to_ascii_lowercase();
            length += 1;
            open = true;
        } else if open {
            if count == FEW {
                let mut words = Words::default();
                words.read(text);
                return tell(words.joined.as_bytes(), &words.ends);
            }
            ends[count] = length;
            count += 1;
            open = false;
        }
    }
    tell(&joined[..length], &ends[..count])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The filters' rule, written down plainly: every run of words, put together anew.
    fn runs(text: &str) -> Vec<String> {
        let words: Vec<String> = text
            .split(|character: char| !character.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(|word| {
                word.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
            })
            .collect();
        let mut runs = vec![words.concat()];
        for start in 0..words.len() {
            for end in start + 1..=words.len() {
                let run = words[start..end].concat();
                if run.len() >= TOKEN {
                    runs.push(run);
                }
            }
        }
        runs
    }

    fn added(class: Class, text: &str) -> Forbidden {
        let forbidden = Forbidden::sized(1_000);
        forbidden.add(class, text, &mut Words::default());
        forbidden
    }

    #[test]
    fn values_are_known_in_other_spellings_and_inside_other_texts() {
        let forbidden = added(Class::NationalId, "QQ 12 34 56 C");
        forbidden.add(Class::Phone, "+447700900123", &mut Words::default());
        assert!(!forbidden.allows("qq123456c"));
        assert!(!forbidden.allows("see qq12 3456C today"));
        assert!(!forbidden.allows("07700 900123"));
        assert!(!forbidden.allows("+7700900123"));
        assert!(forbidden.allows("QQ 12 34 57 C"));
    }

    #[test]
    fn parts_of_names_and_towns_are_known() {
        let forbidden = added(Class::FullName, "Mary-Ann van Dijk");
        forbidden.add(Class::City, "St. Helens", &mut Words::default());
        assert!(!forbidden.allows_name("Mary"));
        assert!(!forbidden.allows_name("Zora DIJK"));
        assert!(!forbidden.allows_city("st helens"));
        assert!(forbidden.allows_city("Mary"));
        assert!(forbidden.allows_name("Zora Teluvin"));
    }

    proptest! {
        #[test]
        fn every_run_of_words_is_asked_for_and_the_two_readings_agree(
            text in "[A-Za-z0-9éßÄ .,'@+-]{0,60}",
            many in proptest::collection::vec("[a-z]{1,3}", 0..24),
        ) {
            for text in [text, many.join("-"), "x".repeat(120)] {
                let mut words = Words::default();
                words.read(&text);
                let agrees = with_words(&text, |joined, ends| {
                    joined == words.joined.as_bytes() && ends == words.ends
                });
                prop_assert!(agrees);
                for run in runs(&text) {
                    if !run.is_empty() {
                        prop_assert!(!added(Class::ExternalId, &run).allows(&text), "{run}");
                    }
                }
            }
        }

        #[test]
        fn a_telephone_number_is_known_in_every_national_form(number in "\\+?[0-9]{7,15}") {
            let forbidden = added(Class::Phone, &number);
            let digits = number.trim_start_matches('+');
            prop_assert!(!forbidden.allows(digits));
            for code in 1..=3 {
                let rest = &digits[code..];
                if rest.len() >= TOKEN {
                    prop_assert!(!forbidden.allows(rest), "{rest}");
                    let zero = format!("0{rest}");
                    prop_assert!(!forbidden.allows(&zero), "0{rest}");
                }
            }
        }
    }
}
