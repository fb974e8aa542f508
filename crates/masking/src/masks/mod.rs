//! The masks: one file each, and this list of them.
//!
//! A mask receives one value with the person it belongs to and returns what is written in its place. It draws with
//! the key, never from the clock, and draws again while the result stands in the filter over the source values.
//! NULL never reaches a mask: it stays NULL. An empty text stays empty.

mod address_line;
mod bank_account;
mod city;
mod email;
mod external_id;
mod file;
mod file_name;
mod free_text;
mod full_name;
mod generalise;
mod name;
mod national_id;
mod permutation;
mod phone;
mod postcode;
mod shape;
mod shift;
mod syllables;

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::{
    forbidden::Forbidden,
    key::{MaskKey, Rounds, Subkey},
    offset::Offsets,
};

/// How often a mask draws before it gives up; the filter lets far more than one draw in two pass.
const ATTEMPTS: u32 = 1_000;

/// One mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mask {
    /// Invents a given name, one per person.
    FirstName,
    /// Invents a middle name, one per person.
    MiddleName,
    /// Invents a family name, one per person.
    LastName,
    /// Invents a first and a last name, one pair per person and column.
    FullName,
    /// Invents an address in a reserved domain.
    Email,
    /// Draws a valid number.
    Phone,
    /// Invents a house number and a street.
    AddressLine,
    /// Invents a town, one per person.
    City,
    /// Draws a code of an area that does not exist.
    Postcode,
    /// Draws another number of the same shape.
    NationalId,
    /// Draws another account of the same shape, an IBAN with valid check digits.
    BankAccount,
    /// Draws another identity, unique as the source's.
    ExternalId,
    /// Puts one sentence in the place of the text.
    FreeText,
    /// Puts one short content in the place of the file.
    File,
    /// Names the file after its row.
    FileName,
    /// Moves a date by the person's offset.
    Date,
    /// Moves the date of a point in time by the person's offset; the time of day stays.
    DateTime,
    /// Rounds a measure to the nearest multiple of five.
    RoundToFive,
}

/// What stopped a mask; [`Failure::at`] names the column, and nothing ever names a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The value has another type than the mask expects.
    Type {
        /// What the mask takes.
        expected: &'static str,
        /// What it was given.
        found: &'static str,
    },
    /// A date cannot be read or moved.
    NotADate,
    /// A measure cannot be read.
    NotANumber,
    /// Every draw was a value of the source.
    Exhausted,
}

impl Failure {
    /// Says it of a column, which is named as `table.column`.
    pub(crate) fn at(self, place: &str) -> String {
        match self {
            Self::Type { expected, found } => format!(
                "`{place}` holds {found} where the mask expects {expected}: check the package"
            ),
            Self::NotADate => format!(
                "`{place}` holds a text that is not a date of the years 1 to 9999 (`yyyy-mm-dd`): correct the migration spec"
            ),
            Self::NotANumber => format!(
                "`{place}` holds a text that is not a decimal number: correct the migration spec"
            ),
            Self::Exhausted => format!(
                "no value for `{place}` was found that is absent from the source: use another mask key"
            ),
        }
    }
}

/// What a value belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cell {
    /// The id of the person; the negative id of the row where nobody is known.
    pub(crate) person: i64,
    /// The id of the row.
    pub(crate) row: i64,
    /// Which column it is; the same number whatever other columns there are.
    pub(crate) ordinal: u32,
    /// Which of the telephone columns it is, counted from 0.
    pub(crate) phone: u32,
}

/// Everything the masks draw from, made once for a load.
pub(crate) struct Materials {
    keys: Vec<Subkey>,
    /// The keys of the blocks of telephone numbers.
    blocks: Vec<Rounds>,
    pub(crate) forbidden: Forbidden,
    pub(crate) offsets: Offsets,
    phones: u32,
    sentence: String,
    content: Vec<u8>,
    domain: &'static str,
}

/// What was drawn for the last person: the rows of one person mostly follow each other, and most of them hold dates.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    last: Option<(i64, i64)>,
}

impl Memory {
    /// Returns the person's offset in days.
    fn days(&mut self, offsets: &Offsets, person: i64) -> i64 {
        match self.last {
            Some((known, days)) if known == person => days,
            _ => {
                let days = offsets.days(person);
                self.last = Some((person, days));
                days
            }
        }
    }
}

impl Mask {
    /// Every mask, in the order of the documentation.
    pub const ALL: [Self; 18] = [
        Self::FirstName,
        Self::MiddleName,
        Self::LastName,
        Self::FullName,
        Self::Email,
        Self::Phone,
        Self::AddressLine,
        Self::City,
        Self::Postcode,
        Self::NationalId,
        Self::BankAccount,
        Self::ExternalId,
        Self::FreeText,
        Self::File,
        Self::FileName,
        Self::Date,
        Self::DateTime,
        Self::RoundToFive,
    ];

    /// Returns the name in certificates and JSON: `first-name`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::FirstName => "first-name",
            Self::MiddleName => "middle-name",
            Self::LastName => "last-name",
            Self::FullName => "full-name",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::AddressLine => "address-line",
            Self::City => "city",
            Self::Postcode => "postcode",
            Self::NationalId => "national-id",
            Self::BankAccount => "bank-account",
            Self::ExternalId => "external-id",
            Self::FreeText => "free-text",
            Self::File => "file",
            Self::FileName => "file-name",
            Self::Date => "date",
            Self::DateTime => "date-time",
            Self::RoundToFive => "round-to-five",
        }
    }

    /// Returns the longest text it writes, in characters; nothing where the length is the source's own or not a
    /// text's.
    pub(crate) fn longest(self) -> Option<u32> {
        match self {
            Self::FirstName | Self::MiddleName | Self::LastName | Self::City => Some(10),
            Self::FullName => Some(21),
            Self::Email => Some(40),
            Self::Phone => Some(13),
            Self::AddressLine => Some(19),
            Self::Postcode => Some(8),
            // The length of the source; a value too short to hide behind its own shape becomes a code of 16.
            Self::NationalId | Self::BankAccount => Some(16),
            Self::ExternalId => Some(18),
            Self::FreeText => Some(17),
            Self::FileName => Some(33),
            Self::File | Self::Date | Self::DateTime | Self::RoundToFive => None,
        }
    }

    /// Masks one text: what stands in `out` afterwards is written in its place.
    pub(crate) fn text(
        self,
        materials: &Materials,
        memory: &mut Memory,
        cell: Cell,
        text: &str,
        out: &mut String,
    ) -> Result<(), Failure> {
        out.clear();
        if text.is_empty() {
            return Ok(());
        }
        let key = materials.key(self);
        let drawn = match self {
            Self::FirstName | Self::MiddleName | Self::LastName => {
                name::mask(materials, key, cell, out)
            }
            Self::FullName => full_name::mask(materials, key, cell, out),
            Self::Email => email::mask(materials, key, cell, text, out),
            Self::Phone => phone::mask(materials, cell, out),
            Self::AddressLine => address_line::mask(materials, key, cell, out),
            Self::City => city::mask(materials, key, cell, out),
            Self::Postcode => postcode::mask(materials, key, cell, out),
            Self::NationalId => national_id::mask(materials, key, cell, text, out),
            Self::BankAccount => bank_account::mask(materials, key, cell, text, out),
            Self::ExternalId => external_id::mask(materials, key, cell, text, out),
            Self::FreeText => {
                out.push_str(&materials.sentence);
                true
            }
            Self::FileName => file_name::mask(materials, cell, out),
            Self::Date | Self::DateTime => {
                let days = memory.days(&materials.offsets, cell.person);
                return if shift::mask(days, text, out) { Ok(()) } else { Err(Failure::NotADate) };
            }
            Self::RoundToFive => {
                let rounded = generalise::mask(text).ok_or(Failure::NotANumber)?;
                // Writing into a text does not fail.
                let _written = write!(out, "{rounded}");
                true
            }
            Self::File => return Err(Failure::Type { expected: "bytes", found: "a text" }),
        };
        if drawn { Ok(()) } else { Err(Failure::Exhausted) }
    }

    /// Masks bytes: only the mask of files takes them.
    pub(crate) fn bytes<'m>(
        self,
        materials: &'m Materials,
        bytes: &[u8],
    ) -> Result<&'m [u8], Failure> {
        match self {
            Self::File if bytes.is_empty() => Ok(&[]),
            Self::File => Ok(materials.content.as_slice()),
            _ => Err(Failure::Type { expected: "a text", found: "bytes" }),
        }
    }

    /// Masks a whole number: only a measure may be one.
    pub(crate) fn integer(self, number: i64) -> Result<i64, Failure> {
        match self {
            Self::RoundToFive => generalise::mask(&number.to_string()).ok_or(Failure::NotANumber),
            _ => Err(Failure::Type { expected: "a text", found: "a number" }),
        }
    }
}

/// Draws until what stands in `out` is allowed; false when it never was.
fn draw_until(
    out: &mut String,
    draw: impl Fn(u32, &mut String),
    allows: impl Fn(&str) -> bool,
) -> bool {
    (0..ATTEMPTS).any(|attempt| {
        out.clear();
        draw(attempt, out);
        allows(out)
    })
}

/// Writes a number with at least so many digits (at most 20).
pub(crate) fn digits(out: &mut String, number: u64, width: usize) {
    let mut text = [b'0'; 20];
    let (mut from, mut rest) = (text.len(), number);
    while rest > 0 || text.len() - from < width {
        from -= 1;
        text[from] = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
    }
    out.extend(text[from..].iter().map(|digit| char::from(*digit)));
}

impl Materials {
    /// Makes ready what the masks draw from; nothing when no constant could be found that is absent from the source.
    pub(crate) fn new(
        key: &MaskKey,
        forbidden: Forbidden,
        offsets: Offsets,
        phones: u32,
    ) -> Option<Self> {
        let keys: Vec<Subkey> = Mask::ALL.into_iter().map(|mask| key.derive(mask.name())).collect();
        let blocks = phone::blocks(&key.derive(Mask::Phone.name()));
        let sentence = free_text::sentence(&forbidden, &key.derive("sentence"))?;
        let content = file::content(&forbidden)?;
        let domain = email::domain(&forbidden)?;
        let phones = phones.max(1);
        Some(Self { keys, blocks, forbidden, offsets, phones, sentence, content, domain })
    }

    fn key(&self, mask: Mask) -> &Subkey {
        // `keys` holds one for each mask in the order of `Mask::ALL`, which is the order of the enum.
        &self.keys[mask as usize]
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::HashSet;

    use super::*;

    pub(crate) fn materials(forbidden: Forbidden) -> Materials {
        let key = MaskKey::from_bytes([42; 32]);
        let offsets = Offsets::new(&key);
        Materials::new(&key, forbidden, offsets, 5).unwrap()
    }

    pub(crate) fn cell(person: i64) -> Cell {
        Cell { person, row: person, ordinal: 9, phone: 0 }
    }

    /// Returns what was written, unless every draw was refused.
    pub(crate) fn written(write: impl FnOnce(&mut String) -> bool) -> Option<String> {
        let mut out = String::new();
        write(&mut out).then_some(out)
    }

    fn masked(materials: &Materials, mask: Mask, person: i64, text: &str) -> String {
        let mut out = "what stood there before".to_owned();
        mask.text(materials, &mut Memory::default(), cell(person), text, &mut out).unwrap();
        out
    }

    #[test]
    fn the_order_of_the_list_is_the_order_of_the_enum() {
        for (index, mask) in Mask::ALL.into_iter().enumerate() {
            assert_eq!(mask as usize, index);
            assert_eq!(serde_json::to_string(&mask).unwrap(), format!("\"{}\"", mask.name()));
        }
    }

    #[test]
    fn every_mask_repeats_itself_and_keeps_the_empty_text() {
        let materials = materials(Forbidden::none());
        for mask in Mask::ALL {
            let source = match mask {
                Mask::File => continue,
                Mask::Date => "1980-02-29",
                Mask::DateTime => "2020-02-29T08:15:00Z",
                Mask::RoundToFive => "182.5",
                _ => "QQ123456C",
            };
            assert_eq!(masked(&materials, mask, 5, source), masked(&materials, mask, 5, source));
            assert_ne!(masked(&materials, mask, 5, source), source, "{}", mask.name());
            assert_eq!(masked(&materials, mask, 5, ""), "");
            if let Some(longest) = mask.longest() {
                for person in 1..300 {
                    let text = masked(&materials, mask, person, source);
                    assert!(text.chars().count() <= longest as usize, "{}: {text}", mask.name());
                }
            }
        }
    }

    #[test]
    fn what_is_unique_stays_unique() {
        let materials = materials(Forbidden::none());
        for mask in [
            Mask::Email,
            Mask::Phone,
            Mask::NationalId,
            Mask::BankAccount,
            Mask::ExternalId,
            Mask::FileName,
        ] {
            let mut seen = HashSet::new();
            for person in 1..=20_000_i64 {
                let source = format!("{:010}", person * 7_919);
                assert!(seen.insert(masked(&materials, mask, person, &source)), "{}", mask.name());
            }
        }
    }

    #[test]
    fn a_file_is_masked_as_bytes_and_nothing_else_is() {
        let materials = materials(Forbidden::none());
        assert_eq!(Mask::File.bytes(&materials, b"scan"), Ok(&b"content removed"[..]));
        assert_eq!(Mask::File.bytes(&materials, b""), Ok(&b""[..]));
        assert!(Mask::Email.bytes(&materials, b"scan").is_err());
        let mut out = String::new();
        let refused =
            Mask::File.text(&materials, &mut Memory::default(), cell(1), "scan", &mut out);
        assert!(refused.unwrap_err().at("t.c").starts_with("`t.c` holds a text"));
        assert!(Mask::Email.integer(4).is_err());
        assert_eq!(Mask::RoundToFive.integer(183), Ok(185));
    }

    #[test]
    fn numbers_have_at_least_so_many_digits() {
        for (number, width, text) in
            [(0, 1, "0"), (7, 3, "007"), (1_234, 2, "1234"), (u64::MAX, 1, "18446744073709551615")]
        {
            let mut out = String::new();
            digits(&mut out, number, width);
            assert_eq!(out, text);
        }
    }
}
