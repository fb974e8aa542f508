//! Classes: what the content of a column is about, and so how it is treated.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::Kind;

/// What a column holds, as far as the protection of people is concerned; every column has one.
///
/// Written kebab-case (`first-name`). The class picks the mask; `docs/catalogue.md` lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Nothing about a person, and nothing that belongs to one installation.
    None,
    /// An internal id, or a reference to one.
    Key,
    /// A given name.
    FirstName,
    /// A middle name.
    MiddleName,
    /// A family name.
    LastName,
    /// A whole name in one text.
    FullName,
    /// The date of birth.
    BirthDate,
    /// A date of something that happened to a person.
    CareDate,
    /// A point in time of something that happened to a person.
    CareDateTime,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A line of a postal address: house, street.
    AddressLine,
    /// A town.
    City,
    /// A postal code.
    Postcode,
    /// A number a state gave: national insurance, social security, passport.
    NationalId,
    /// A bank account or the routing number that goes with it.
    BankAccount,
    /// An identity that another system or a study gave to the person or the row.
    ExternalId,
    /// Text that a person typed and that may say anything.
    FreeText,
    /// The bytes of a file.
    File,
    /// The name of a file.
    FileName,
    /// Sex.
    Sex,
    /// Race.
    Race,
    /// Ethnicity.
    Ethnicity,
    /// Body height.
    Height,
    /// Body weight.
    Weight,
    /// A county, state or other region.
    Region,
    /// A country.
    Country,
    /// A term or code of a dictionary that says something about a person's health.
    Coded,
    /// A value that belongs to one installation (an end point, an account name); never enters a package.
    Integration,
    /// A password, key or token; never enters a package.
    Secret,
}

impl Class {
    /// Every class, in the order of the documentation.
    pub const ALL: [Self; 30] = [
        Self::None,
        Self::Key,
        Self::FirstName,
        Self::MiddleName,
        Self::LastName,
        Self::FullName,
        Self::BirthDate,
        Self::CareDate,
        Self::CareDateTime,
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
        Self::Sex,
        Self::Race,
        Self::Ethnicity,
        Self::Height,
        Self::Weight,
        Self::Region,
        Self::Country,
        Self::Coded,
        Self::Integration,
        Self::Secret,
    ];

    /// Returns the name in files, JSON and certificates: `first-name`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Key => "key",
            Self::FirstName => "first-name",
            Self::MiddleName => "middle-name",
            Self::LastName => "last-name",
            Self::FullName => "full-name",
            Self::BirthDate => "birth-date",
            Self::CareDate => "care-date",
            Self::CareDateTime => "care-date-time",
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
            Self::Sex => "sex",
            Self::Race => "race",
            Self::Ethnicity => "ethnicity",
            Self::Height => "height",
            Self::Weight => "weight",
            Self::Region => "region",
            Self::Country => "country",
            Self::Coded => "coded",
            Self::Integration => "integration",
            Self::Secret => "secret",
        }
    }

    /// Returns the class of that name; nothing when there is none.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }

    /// Tells whether values of the class identify a person or belong to a person's story, dates included.
    #[must_use]
    pub fn is_personal(self) -> bool {
        match self {
            Self::FirstName
            | Self::MiddleName
            | Self::LastName
            | Self::FullName
            | Self::BirthDate
            | Self::CareDate
            | Self::CareDateTime
            | Self::Email
            | Self::Phone
            | Self::AddressLine
            | Self::City
            | Self::Postcode
            | Self::NationalId
            | Self::BankAccount
            | Self::ExternalId
            | Self::FreeText
            | Self::File
            | Self::FileName => true,
            Self::None
            | Self::Key
            | Self::Sex
            | Self::Race
            | Self::Ethnicity
            | Self::Height
            | Self::Weight
            | Self::Region
            | Self::Country
            | Self::Coded
            | Self::Integration
            | Self::Secret => false,
        }
    }

    /// Tells whether values of the class help to recognise a person when several are put together.
    #[must_use]
    pub fn is_quasi_identifier(self) -> bool {
        matches!(
            self,
            Self::Sex
                | Self::Race
                | Self::Ethnicity
                | Self::Height
                | Self::Weight
                | Self::Region
                | Self::Country
        )
    }

    /// Tells whether the class is a date or a point in time of a person's story.
    #[must_use]
    pub fn is_date(self) -> bool {
        matches!(self, Self::BirthDate | Self::CareDate | Self::CareDateTime)
    }

    /// Tells whether values of the class stay at their installation: they never enter a package.
    #[must_use]
    pub fn stays_at_the_destination(self) -> bool {
        matches!(self, Self::Integration | Self::Secret)
    }

    /// Tells whether a column of the class has to say about whom it speaks.
    pub(crate) fn needs_subject(self) -> bool {
        self.is_personal() || self.is_quasi_identifier() || self == Self::Coded
    }

    /// Tells whether a column of the class may refer to a row of another table.
    pub(crate) fn may_refer(self) -> bool {
        self == Self::Key || self == Self::Coded || self.is_quasi_identifier()
    }

    /// Tells whether a column of the class may have the type; references are integers whatever their class.
    pub(crate) fn fits(self, kind: Kind) -> bool {
        match self {
            Self::None | Self::Integration | Self::Secret => true,
            Self::Key => kind == Kind::Integer,
            Self::BirthDate | Self::CareDate => kind == Kind::Date,
            Self::CareDateTime => kind == Kind::DateTime,
            Self::File => kind == Kind::Bytes,
            Self::Height | Self::Weight => kind == Kind::Decimal || kind == Kind::Integer,
            Self::FirstName
            | Self::MiddleName
            | Self::LastName
            | Self::FullName
            | Self::Email
            | Self::Phone
            | Self::AddressLine
            | Self::City
            | Self::Postcode
            | Self::NationalId
            | Self::BankAccount
            | Self::ExternalId
            | Self::FreeText
            | Self::FileName
            | Self::Sex
            | Self::Race
            | Self::Ethnicity
            | Self::Region
            | Self::Country
            | Self::Coded => kind == Kind::Text,
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_is_written_and_read_by_its_name() {
        for class in Class::ALL {
            let json = serde_json::to_string(&class).unwrap();
            assert_eq!(json, format!("\"{}\"", class.name()));
            assert_eq!(serde_json::from_str::<Class>(&json).unwrap(), class);
            assert_eq!(Class::named(class.name()), Some(class));
        }
        assert_eq!(Class::named("surname"), None);
    }

    #[test]
    fn no_class_is_both_personal_and_a_quasi_identifier() {
        for class in Class::ALL {
            assert!(!(class.is_personal() && class.is_quasi_identifier()), "{class}");
            assert!(!class.is_date() || class.is_personal(), "{class}");
        }
        assert!(!Class::Coded.is_personal() && !Class::Coded.is_quasi_identifier());
    }
}
