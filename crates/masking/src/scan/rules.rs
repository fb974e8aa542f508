//! The rules of the residual scan, by class. This list is the scan's own: it is not made from the masks or the plan.

use landfall_catalogue::Class;
use serde::{Deserialize, Serialize};

/// One rule of the residual scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Rule {
    /// A source value that belongs to one person stands anywhere.
    #[serde(rename = "a")]
    Unique,
    /// A part of a source name stands in a column of its class, or a first and last name stand together anywhere.
    #[serde(rename = "b")]
    Name,
    /// A date or town in a volunteer's own rows is one of that volunteer's source.
    #[serde(rename = "c")]
    Own,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 3] = [Self::Unique, Self::Name, Self::Own];

    /// Returns the rule's letter.
    #[must_use]
    pub fn letter(self) -> char {
        match self {
            Self::Unique => 'a',
            Self::Name => 'b',
            Self::Own => 'c',
        }
    }

    /// Returns the rule that looks for values of a class; nothing where the class may be kept.
    #[must_use]
    pub fn of(class: Class) -> Option<Self> {
        match class {
            Class::Email
            | Class::Phone
            | Class::AddressLine
            | Class::Postcode
            | Class::NationalId
            | Class::BankAccount
            | Class::ExternalId
            | Class::FreeText
            | Class::File
            | Class::FileName => Some(Self::Unique),
            Class::FirstName | Class::MiddleName | Class::LastName | Class::FullName => {
                Some(Self::Name)
            }
            Class::BirthDate | Class::CareDate | Class::CareDateTime | Class::City => {
                Some(Self::Own)
            }
            Class::None
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
            | Class::Secret => None,
        }
    }

    /// Returns the rule as the certificate states it.
    #[must_use]
    pub fn statement(self) -> &'static str {
        match self {
            Self::Unique => {
                "No external id, e-mail address, phone number (international and national form), national id, bank \
                 account, address line or full postcode (a digit and 5 characters or more) of a source volunteer \
                 stands in any column of any table: neither as a whole cell of 4 characters or more, nor as a run of \
                 up to 12 words of a cell that together have 6 characters or more; case and separators are removed \
                 first. No file stands anywhere as a whole cell, nor a free text of 12 characters or a file name of 6 \
                 characters or more. Only in columns about volunteers of their own class, there at any length, are \
                 looked for: values of fewer than 6 digits and nothing else; words the product itself uses (an \
                 allowed value of a column, a word such as unknown that says a value is missing); an address line \
                 without a digit that is also the name of a place; a free text that is also a coded term or a \
                 term of a vocabulary in the package. Internal ids and references, booleans and well-formed dates are not compared; a \
                 whole number is compared as a whole cell when it has 6 digits or more."
            }
            Self::Name => {
                "No first, middle, last or whole name of a source volunteer stands in a column about volunteers of \
                 the same class, and no first and last name of one source volunteer (6 letters or more together) \
                 stand as consecutive words, in either order or around the middle name, in any text of any table; \
                 case and separators are removed first. Columns about staff are not searched for the latter: staff \
                 and volunteers may share a name."
            }
            Self::Own => {
                "No date and no town in a volunteer's own rows, in whatever table and column about volunteers, is a \
                 date or town that the source holds for that volunteer; of a point in time the date is compared."
            }
        }
    }
}

/// Words that say that a value is missing; they are nobody's value.
pub(super) const MISSING: [&str; 16] = [
    "anonymous",
    "missing",
    "none",
    "notapplicable",
    "notavailable",
    "notgiven",
    "notknown",
    "notprovided",
    "notrecorded",
    "null",
    "other",
    "private",
    "redacted",
    "refused",
    "removed",
    "unknown",
];
