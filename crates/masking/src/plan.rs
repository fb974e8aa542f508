//! The mask plan: for every column that leads to a volunteer, what becomes of it and which rule scans it.

use std::collections::BTreeMap;

use landfall_catalogue::{Catalogue, Class, Column, Kind, Subject, Table};
use landfall_core::{canonical::NotCanonical, digest::Digest};
use serde::{Deserialize, Serialize};

use crate::{masks::Mask, scan::rules::Rule};

/// The version of the masks: pseudonyms of one key are the same as long as it is.
const VERSION: u32 = 2;

/// What the policy may choose for a class instead of what the masks do by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Leaves the value as it is; quasi-identifiers and coded terms only.
    Keep,
    /// Makes the value coarser; height and weight only.
    Generalise,
    /// Moves dates by the person's offset; dates only, where it is what happens anyway.
    Shift,
    /// Writes NULL; columns that may be empty only.
    Remove,
}

/// The policy's choice per class; an empty one leaves every class to its default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Overrides(pub BTreeMap<Class, Method>);

/// What becomes of a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "how")]
pub enum Treated {
    /// Is copied.
    Keep {
        /// Why it may be.
        reason: String,
    },
    /// Is given a pseudonym.
    Mask {
        /// By which mask.
        mask: Mask,
    },
    /// Moves by the person's offset.
    Shift {
        /// By which mask.
        mask: Mask,
    },
    /// Is replaced as a whole by a constant.
    Replace {
        /// By which mask.
        mask: Mask,
    },
    /// Is made coarser.
    Generalise {
        /// By which mask.
        mask: Mask,
    },
    /// Is left empty.
    Remove,
}

/// One column of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// Its class.
    pub class: Class,
    /// About whom it speaks.
    pub subject: Subject,
    /// What becomes of it.
    pub treatment: Treated,
    /// The rule of the residual scan that looks for its source values; nothing where they are kept.
    pub rule: Option<Rule>,
}

/// A catalogue or a policy from which no plan can be made. Nothing is masked then, and so nothing is loaded.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A column about volunteers stands in a table that does not lead to one.
    #[error(
        "table `{table}`, column `{column}`: class `{class}` needs a path to the volunteer: declare `person` for the table in the catalogue"
    )]
    NoPerson {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The column's class.
        class: Class,
    },
    /// A personal column does not say about whom it speaks.
    #[error(
        "table `{table}`, column `{column}`: class `{class}` needs a subject: declare `subject` for the column in the catalogue"
    )]
    NoSubject {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The column's class.
        class: Class,
    },
    /// No mask takes values of this class in a column of this type.
    #[error(
        "table `{table}`, column `{column}`: no mask of class `{class}` writes type `{kind}`: correct the class or the type in the catalogue"
    )]
    NoMask {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The column's class.
        class: Class,
        /// The column's type.
        kind: Kind,
    },
    /// The column is too short for what its mask writes.
    #[error(
        "table `{table}`, column `{column}`: expected room for {needed} characters of its mask, found `max_length` {found}: raise it in the catalogue"
    )]
    TooShort {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// What the mask writes at most.
        needed: u32,
        /// What the column holds at most.
        found: u32,
    },
    /// The column allows certain texts only, which no pseudonym can be.
    #[error(
        "table `{table}`, column `{column}`: class `{class}` cannot have a list of allowed values: correct the catalogue"
    )]
    Listed {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The column's class.
        class: Class,
    },
    /// The policy chooses what the class does not allow.
    #[error("the policy cannot choose `{method}` for class `{class}`: expected {expected}")]
    Method {
        /// What it chose.
        method: &'static str,
        /// The class.
        class: Class,
        /// What the class allows.
        expected: &'static str,
    },
    /// The policy empties a column that must have a value.
    #[error(
        "table `{table}`, column `{column}`: the policy removes class `{class}`, but the column is required: choose another method for the class"
    )]
    Required {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The column's class.
        class: Class,
    },
    /// The plan has no canonical form.
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
}

/// The mask plan of one catalogue under one policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    version: u32,
    lines: Vec<Line>,
    #[serde(skip)]
    digest: Digest,
}

impl Plan {
    /// Makes the plan: every column of every table that leads to a volunteer, in the order of the catalogue.
    ///
    /// # Errors
    /// [`Error`] for the first column that has no treatment, or a choice of the policy that its class does not allow.
    pub fn new(catalogue: &Catalogue, overrides: &Overrides) -> Result<Self, Error> {
        for (class, method) in &overrides.0 {
            permitted(*class, *method)?;
        }
        let mut lines = Vec::new();
        for table in catalogue.tables() {
            for column in &table.columns {
                if table.person.is_some() || column.subject == Subject::Volunteer {
                    lines.push(line(table, column, overrides)?);
                } else if column.class.is_personal() && column.subject == Subject::None {
                    return Err(no_subject(table, column));
                }
            }
        }
        Self::of(lines)
    }

    fn of(lines: Vec<Line>) -> Result<Self, Error> {
        let digest = Digest::of_canonical(&(VERSION, &lines))?;
        Ok(Self { version: VERSION, lines, digest })
    }

    /// Returns the columns in the order of the catalogue.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Returns the column's line.
    #[must_use]
    pub fn line(&self, table: &str, column: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.table == table && line.column == column)
    }

    /// Returns the digest of the canonical form: version of the masks and every line.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Returns the same plan with one column kept as it is: only a test may do that, to see the scan find it.
    #[cfg(test)]
    pub(crate) fn with_identity(&self, table: &str, column: &str) -> Self {
        let mut lines = self.lines.clone();
        for line in &mut lines {
            if line.table == table && line.column == column {
                line.treatment = Treated::Keep { reason: "replaced by identity".to_owned() };
            }
        }
        Self::of(lines).unwrap()
    }
}

impl Treated {
    /// Returns the mask that carries it out; nothing where the value is kept or removed.
    #[must_use]
    pub fn mask(&self) -> Option<Mask> {
        match self {
            Self::Mask { mask }
            | Self::Shift { mask }
            | Self::Replace { mask }
            | Self::Generalise { mask } => Some(*mask),
            Self::Keep { .. } | Self::Remove => None,
        }
    }

    /// Says it as a certificate does: `pseudonym (first-name)`.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Keep { reason } => format!("kept: {reason}"),
            Self::Mask { mask } => format!("pseudonym ({})", mask.name()),
            Self::Shift { .. } => "moved by one offset per person".to_owned(),
            Self::Replace { .. } => "replaced as a whole".to_owned(),
            Self::Generalise { .. } => "rounded to the nearest multiple of five".to_owned(),
            Self::Remove => "removed".to_owned(),
        }
    }
}

impl Method {
    fn name(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Generalise => "generalise",
            Self::Shift => "shift",
            Self::Remove => "remove",
        }
    }
}

/// Refuses a method that a class does not allow, whether or not the catalogue has a column of it.
fn permitted(class: Class, method: Method) -> Result<(), Error> {
    let (expected, allowed): (&'static str, &[Method]) = match class {
        Class::Sex
        | Class::Race
        | Class::Ethnicity
        | Class::Region
        | Class::Country
        | Class::Coded => ("`keep` or `remove`", &[Method::Keep, Method::Remove]),
        Class::Height | Class::Weight => (
            "`keep`, `generalise` or `remove`",
            &[Method::Keep, Method::Generalise, Method::Remove],
        ),
        Class::BirthDate | Class::CareDate | Class::CareDateTime => {
            ("`shift` or `remove`", &[Method::Shift, Method::Remove])
        }
        Class::FirstName
        | Class::MiddleName
        | Class::LastName
        | Class::FullName
        | Class::Email
        | Class::Phone
        | Class::AddressLine
        | Class::City
        | Class::Postcode
        | Class::NationalId
        | Class::BankAccount
        | Class::ExternalId
        | Class::FreeText
        | Class::File
        | Class::FileName => ("`remove`, or no choice, which masks it", &[Method::Remove]),
        Class::None | Class::Key | Class::Integration | Class::Secret => ("no choice", &[]),
    };
    if allowed.contains(&method) {
        Ok(())
    } else {
        Err(Error::Method { method: method.name(), class, expected })
    }
}

fn no_subject(table: &Table, column: &Column) -> Error {
    Error::NoSubject { table: table.name.clone(), column: column.name.clone(), class: column.class }
}

/// Decides what becomes of one column.
fn line(table: &Table, column: &Column, overrides: &Overrides) -> Result<Line, Error> {
    let treatment = match column.subject {
        Subject::Volunteer => of_volunteer(table, column, overrides)?,
        Subject::Staff => keep("about staff: only what concerns volunteers is masked"),
        Subject::Organisation => keep("about an organisation"),
        Subject::None if column.class.is_personal() => return Err(no_subject(table, column)),
        Subject::None => of_nobody(column.class),
    };
    let rule = match treatment {
        Treated::Keep { .. } => None,
        _ => Rule::of(column.class),
    };
    Ok(Line {
        table: table.name.clone(),
        column: column.name.clone(),
        class: column.class,
        subject: column.subject,
        treatment,
        rule,
    })
}

fn keep(reason: &str) -> Treated {
    Treated::Keep { reason: reason.to_owned() }
}

/// Says why a column that speaks of nobody is kept.
fn of_nobody(class: Class) -> Treated {
    match class {
        Class::Key => keep("internal id: rows must join"),
        Class::Integration | Class::Secret => keep("never enters a package"),
        _ => keep("says nothing about a person"),
    }
}

/// Decides what becomes of a column about volunteers: there is no default, every class is named.
fn of_volunteer(table: &Table, column: &Column, overrides: &Overrides) -> Result<Treated, Error> {
    let chosen = overrides.0.get(&column.class).copied();
    let class = column.class;
    let (treatment, kinds): (Treated, &[Kind]) = match class {
        Class::None | Class::Key | Class::Integration | Class::Secret => {
            return Ok(of_nobody(class));
        }
        Class::Sex | Class::Race | Class::Ethnicity | Class::Region | Class::Country => {
            (keep("quasi-identifier: kept by the policy"), &Kind::ALL)
        }
        Class::Coded => (keep("coded term: kept by the policy"), &Kind::ALL),
        Class::Height | Class::Weight => match chosen {
            Some(Method::Generalise) => {
                (Treated::Generalise { mask: Mask::RoundToFive }, &[Kind::Decimal, Kind::Integer])
            }
            _ => (keep("quasi-identifier: kept by the policy"), &Kind::ALL),
        },
        Class::BirthDate | Class::CareDate => (Treated::Shift { mask: Mask::Date }, &[Kind::Date]),
        Class::CareDateTime => (Treated::Shift { mask: Mask::DateTime }, &[Kind::DateTime]),
        Class::FirstName => (Treated::Mask { mask: Mask::FirstName }, &[Kind::Text]),
        Class::MiddleName => (Treated::Mask { mask: Mask::MiddleName }, &[Kind::Text]),
        Class::LastName => (Treated::Mask { mask: Mask::LastName }, &[Kind::Text]),
        Class::FullName => (Treated::Mask { mask: Mask::FullName }, &[Kind::Text]),
        Class::Email => (Treated::Mask { mask: Mask::Email }, &[Kind::Text]),
        Class::Phone => (Treated::Mask { mask: Mask::Phone }, &[Kind::Text]),
        Class::AddressLine => (Treated::Mask { mask: Mask::AddressLine }, &[Kind::Text]),
        Class::City => (Treated::Mask { mask: Mask::City }, &[Kind::Text]),
        Class::Postcode => (Treated::Mask { mask: Mask::Postcode }, &[Kind::Text]),
        Class::NationalId => (Treated::Mask { mask: Mask::NationalId }, &[Kind::Text]),
        Class::BankAccount => (Treated::Mask { mask: Mask::BankAccount }, &[Kind::Text]),
        Class::ExternalId => (Treated::Mask { mask: Mask::ExternalId }, &[Kind::Text]),
        Class::FreeText => (Treated::Replace { mask: Mask::FreeText }, &[Kind::Text]),
        Class::File => (Treated::Replace { mask: Mask::File }, &[Kind::Bytes]),
        Class::FileName => (Treated::Mask { mask: Mask::FileName }, &[Kind::Text]),
    };
    let (table_name, column_name) = (table.name.clone(), column.name.clone());
    if table.person.is_none() {
        return Err(Error::NoPerson { table: table_name, column: column_name, class });
    }
    if chosen == Some(Method::Remove) {
        return if column.required {
            Err(Error::Required { table: table_name, column: column_name, class })
        } else {
            Ok(Treated::Remove)
        };
    }
    if !kinds.contains(&column.kind) {
        return Err(Error::NoMask {
            table: table_name,
            column: column_name,
            class,
            kind: column.kind,
        });
    }
    let Some(mask) = treatment.mask() else { return Ok(treatment) };
    if !column.values.is_empty() {
        return Err(Error::Listed { table: table_name, column: column_name, class });
    }
    if let (Some(needed), Some(found)) = (mask.longest(), column.max_length)
        && needed > found
    {
        return Err(Error::TooShort { table: table_name, column: column_name, needed, found });
    }
    Ok(treatment)
}

#[cfg(test)]
mod tests {
    use landfall_catalogue::{PersonPath, RuleSource, Travels};

    use super::*;
    use crate::sample;

    fn column(class: Class, kind: Kind) -> Column {
        Column {
            name: "c".to_owned(),
            label: "C".to_owned(),
            kind,
            required: false,
            values: Vec::new(),
            references: None,
            class,
            subject: Subject::Volunteer,
            max_length: None,
            default: None,
        }
    }

    fn table(columns: Vec<Column>) -> Table {
        Table {
            name: "t".to_owned(),
            module: "m".to_owned(),
            title: "T".to_owned(),
            travels: Travels::Migration,
            filter: None,
            natural_key: Vec::new(),
            person: Some(PersonPath(vec!["volunteer_id".to_owned()])),
            unique: Vec::new(),
            indexes: Vec::new(),
            columns,
            source: RuleSource::Landfall,
            why: "because".to_owned(),
        }
    }

    fn decided(column: Column) -> Result<Line, Error> {
        let table = table(vec![column]);
        line(&table, &table.columns[0], &Overrides::default())
    }

    fn chosen(class: Class, method: Method) -> Overrides {
        Overrides(BTreeMap::from([(class, method)]))
    }

    #[test]
    fn every_personal_class_has_a_mask_and_a_rule_that_scans_it() {
        for class in Class::ALL {
            let kind = match class {
                Class::BirthDate | Class::CareDate => Kind::Date,
                Class::CareDateTime => Kind::DateTime,
                Class::File => Kind::Bytes,
                _ => Kind::Text,
            };
            let line = decided(column(class, kind)).unwrap();
            assert_eq!(line.treatment.mask().is_some(), class.is_personal(), "{class}");
            assert_eq!(line.rule.is_some(), class.is_personal(), "{class}");
        }
    }

    #[test]
    fn a_column_that_no_mask_can_write_stops_the_plan() {
        assert!(matches!(decided(column(Class::Email, Kind::Integer)), Err(Error::NoMask { .. })));
        assert!(matches!(decided(column(Class::File, Kind::Text)), Err(Error::NoMask { .. })));
        let short = Column { max_length: Some(12), ..column(Class::Email, Kind::Text) };
        assert!(matches!(decided(short), Err(Error::TooShort { needed: 40, found: 12, .. })));
        let listed = Column { values: vec!["a".to_owned()], ..column(Class::City, Kind::Text) };
        assert!(matches!(decided(listed), Err(Error::Listed { .. })));
        let nobody = Column { subject: Subject::None, ..column(Class::City, Kind::Text) };
        assert!(matches!(decided(nobody), Err(Error::NoSubject { .. })));
        let astray = Table { person: None, ..table(vec![column(Class::City, Kind::Text)]) };
        let error = line(&astray, &astray.columns[0], &Overrides::default()).unwrap_err();
        assert!(matches!(error, Error::NoPerson { .. }));
        assert!(error.to_string().starts_with("table `t`, column `c`"));
    }

    #[test]
    fn staff_are_not_masked() {
        let staff = Column { subject: Subject::Staff, ..column(Class::FullName, Kind::Text) };
        assert!(matches!(decided(staff).unwrap().treatment, Treated::Keep { .. }));
    }

    #[test]
    fn the_policy_chooses_within_what_a_class_allows() {
        let catalogue = sample::catalogue();
        let plan = Plan::new(&catalogue, &Overrides::default()).unwrap();
        let coarse = Plan::new(&catalogue, &chosen(Class::Height, Method::Generalise)).unwrap();
        assert_ne!(plan.digest(), coarse.digest());
        let heights = |plan: &Plan| {
            plan.lines()
                .iter()
                .filter(|line| matches!(line.treatment, Treated::Generalise { .. }))
                .count()
        };
        assert_eq!(heights(&plan), 0);
        assert!(heights(&coarse) > 0);
        for (class, method) in [
            (Class::FirstName, Method::Keep),
            (Class::BirthDate, Method::Keep),
            (Class::Sex, Method::Generalise),
            (Class::Key, Method::Remove),
        ] {
            let refused = Plan::new(&catalogue, &chosen(class, method));
            assert!(matches!(refused, Err(Error::Method { .. })), "{class}");
        }
        let required = Plan::new(&catalogue, &chosen(Class::LastName, Method::Remove));
        assert!(matches!(required, Err(Error::Required { .. })));
    }

    #[test]
    fn the_embedded_catalogue_has_a_line_for_every_column_about_volunteers() {
        let catalogue = sample::catalogue();
        let plan = Plan::new(&catalogue, &Overrides::default()).unwrap();
        for table in catalogue.tables() {
            for column in table.columns.iter().filter(|c| c.subject == Subject::Volunteer) {
                let line = plan.line(&table.name, &column.name).unwrap();
                assert_eq!(line.treatment.mask().is_some(), column.class.is_personal());
            }
        }
        assert_eq!(plan.digest(), Plan::new(&catalogue, &Overrides::default()).unwrap().digest());
    }
}
