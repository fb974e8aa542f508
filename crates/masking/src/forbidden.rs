//! What a mask must not write: filters over the source values of a package, filled in one pass.
//!
//! The filters have a fixed size and a fixed seed, so a load draws the same pseudonyms every time. A false positive
//! only costs another draw.

use fastbloom::BloomFilter;
use landfall_catalogue::Class;

/// Bits per value: about one value in two thousand is refused without need.
const BITS: usize = 16;
/// 128 MiB, the most that one filter takes however large the package is.
const MOST_BITS: usize = 1 << 30;
const LEAST_BITS: usize = 1 << 12;
/// A shorter word that stands alone is no token of the residual scan.
const TOKEN: usize = 6;
/// Any number would do; it stays the same for ever, because pseudonyms depend on it.
const SEED: u128 = 0x6c61_6e64_6661_6c6c_2066_6f72_6269_6464;

/// Filters over the values, the parts of names and the towns of the source.
pub(crate) struct Forbidden {
    values: BloomFilter,
    names: BloomFilter,
    cities: BloomFilter,
}

impl Forbidden {
    /// Makes filters for about so many source values.
    pub(crate) fn sized(values: usize) -> Self {
        let bits = values.saturating_mul(BITS).clamp(LEAST_BITS, MOST_BITS);
        let filter = || BloomFilter::with_num_bits(bits).seed(&SEED).expected_items(values.max(1));
        Self { values: filter(), names: filter(), cities: filter() }
    }

    /// Forbids nothing.
    #[cfg(test)]
    pub(crate) fn none() -> Self {
        Self::sized(1)
    }

    /// Forbids a source value of a class. Dates are not among them: the offset of a person sees to those.
    pub(crate) fn add(&mut self, class: Class, text: &str) {
        match class {
            Class::FirstName | Class::MiddleName | Class::LastName | Class::FullName => {
                self.add_name(text);
            }
            Class::City => self.add_city(text),
            Class::Phone => self.add_phone(text),
            Class::Email
            | Class::AddressLine
            | Class::Postcode
            | Class::NationalId
            | Class::BankAccount
            | Class::ExternalId
            | Class::FreeText
            | Class::FileName => self.add_value(text),
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
    pub(crate) fn add_value(&mut self, text: &str) {
        let plain = plain(text);
        if !plain.is_empty() {
            self.values.insert(plain.as_str());
        }
    }

    /// Forbids a whole name and each of its parts.
    pub(crate) fn add_name(&mut self, text: &str) {
        self.names.insert(plain(text).as_str());
        for part in words(text) {
            self.names.insert(part.as_str());
        }
    }

    /// Forbids a town.
    pub(crate) fn add_city(&mut self, text: &str) {
        self.cities.insert(plain(text).as_str());
    }

    /// Forbids a telephone number with and without every country code it may begin with.
    pub(crate) fn add_phone(&mut self, text: &str) {
        let plain = plain(text);
        self.values.insert(plain.as_str());
        for form in national_forms(&plain) {
            self.values.insert(form.as_str());
        }
    }

    /// Forbids a file's content.
    pub(crate) fn add_file(&mut self, bytes: &[u8]) {
        self.values.insert(bytes);
    }

    /// Tells whether neither the text nor a run of its words (6 characters or more) is a value of the source.
    pub(crate) fn allows(&self, text: &str) -> bool {
        let words = words(text);
        if self.values.contains(words.concat().as_str()) {
            return false;
        }
        (0..words.len()).all(|start| {
            let mut run = String::new();
            words[start..].iter().all(|word| {
                run.push_str(word);
                run.len() < TOKEN || !self.values.contains(run.as_str())
            })
        })
    }

    /// As [`Forbidden::allows`], and no part of the text is a part of a name of the source.
    pub(crate) fn allows_name(&self, text: &str) -> bool {
        !self.names.contains(plain(text).as_str())
            && words(text).iter().all(|part| !self.names.contains(part.as_str()))
            && self.allows(text)
    }

    /// As [`Forbidden::allows`], and the text is no town of the source.
    pub(crate) fn allows_city(&self, text: &str) -> bool {
        !self.cities.contains(plain(text).as_str()) && self.allows(text)
    }

    /// As [`Forbidden::allows`], in the national forms of the number too.
    pub(crate) fn allows_phone(&self, text: &str) -> bool {
        self.allows(text)
            && national_forms(&plain(text)).iter().all(|form| !self.values.contains(form.as_str()))
    }

    /// Tells whether no file of the source has this content.
    pub(crate) fn allows_file(&self, bytes: &[u8]) -> bool {
        !self.values.contains(bytes)
    }
}

/// Returns the number without its first one, two and three digits, each with and without a leading zero.
fn national_forms(digits: &str) -> Vec<String> {
    (1..=3)
        .filter_map(|code| digits.get(code..))
        .filter(|rest| rest.len() >= TOKEN)
        .flat_map(|rest| [rest.to_owned(), format!("0{rest}")])
        .collect()
}

/// Removes case and separators.
fn plain(text: &str) -> String {
    words(text).concat()
}

/// Splits at everything that is neither letter nor digit, and removes case.
fn words(text: &str) -> Vec<String> {
    text.split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| {
            if word.is_ascii() {
                word.to_ascii_lowercase()
            } else {
                word.to_uppercase().to_lowercase()
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_known_in_other_spellings_and_inside_other_texts() {
        let mut forbidden = Forbidden::sized(1_000);
        forbidden.add(Class::NationalId, "QQ 12 34 56 C");
        forbidden.add(Class::Phone, "+447700900123");
        assert!(!forbidden.allows("qq123456c"));
        assert!(!forbidden.allows("see qq12 3456C today"));
        assert!(!forbidden.allows("07700 900123"));
        assert!(!forbidden.allows_phone("+7700900123"));
        assert!(forbidden.allows("QQ 12 34 57 C"));
    }

    #[test]
    fn parts_of_names_and_towns_are_known() {
        let mut forbidden = Forbidden::sized(1_000);
        forbidden.add(Class::FullName, "Mary-Ann van Dijk");
        forbidden.add(Class::City, "St. Helens");
        assert!(!forbidden.allows_name("Mary"));
        assert!(!forbidden.allows_name("Zora DIJK"));
        assert!(!forbidden.allows_city("st helens"));
        assert!(forbidden.allows_city("Mary"));
        assert!(forbidden.allows_name("Zora Teluvin"));
    }
}
