//! What can be wrong with a catalogue. Every refusal names the file, the table and the column.

use std::{fmt, io};

use crate::{class::Class, model::Kind, model::Travels};

/// A catalogue that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder cannot be listed.
    #[error(
        "catalogue folder `{folder}` cannot be read: {reason}; name a folder that holds `catalogue.toml`"
    )]
    Folder {
        /// The folder as it was given.
        folder: String,
        /// What the system says.
        reason: io::Error,
    },
    /// A file of the folder cannot be read as UTF-8 text.
    #[error("catalogue file `{file}` cannot be read: {reason}")]
    File {
        /// The file as it was given.
        file: String,
        /// What the system says.
        reason: io::Error,
    },
    /// A file is not TOML, or holds a key that does not belong there.
    #[error("catalogue file `{file}`, line {line}: {message}")]
    Syntax {
        /// The file's name.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What the reader says.
        message: String,
    },
    /// A declaration that a check refuses.
    #[error("{0}")]
    Refused(Box<Refusal>),
    /// No catalogue of that release is built in.
    #[error(
        "release `{found}` is not built in: expected one of {expected}; load its folder instead"
    )]
    NotEmbedded {
        /// The releases that are built in.
        expected: String,
        /// The release that was asked for.
        found: String,
    },
    /// The model cannot be written as JSON.
    #[error("the catalogue cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The model has no canonical form.
    #[error(transparent)]
    NotCanonical(#[from] landfall_core::canonical::NotCanonical),
}

impl Error {
    /// Makes the refusal of a declaration.
    pub(crate) fn refused(place: Place, problem: Problem) -> Self {
        Self::Refused(Box::new(Refusal { place, problem }))
    }

    /// Returns the refusal, where a check refused.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::Folder { .. }
            | Self::File { .. }
            | Self::Syntax { .. }
            | Self::NotEmbedded { .. }
            | Self::Json(_)
            | Self::NotCanonical(_) => None,
        }
    }
}

/// A declaration that a check refuses: where it stands and what is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Where it stands.
    pub place: Place,
    /// What is wrong and what to do.
    pub problem: Problem,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.problem)
    }
}

/// Where a declaration stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file's name.
    pub file: String,
    /// The table, where one is meant.
    pub table: Option<String>,
    /// The column, where one is meant.
    pub column: Option<String>,
}

impl Place {
    /// Names a file.
    pub(crate) fn file(file: &str) -> Self {
        Self { file: file.to_owned(), table: None, column: None }
    }

    /// Names a table of a file.
    pub(crate) fn table(file: &str, table: &str) -> Self {
        Self { table: Some(table.to_owned()), ..Self::file(file) }
    }

    /// Names a column of a table of a file.
    pub(crate) fn column(file: &str, table: &str, column: &str) -> Self {
        Self { column: Some(column.to_owned()), ..Self::table(file, table) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "catalogue file `{}`", self.file)?;
        if let Some(table) = &self.table {
            write!(f, ", table `{table}`")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column `{column}`")?;
        }
        Ok(())
    }
}

/// What is wrong with a declaration, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A word that must be there is not.
    #[error("`{key}` is missing: expected one of {expected}")]
    WordMissing {
        /// The key: `class`, `type`, `travels`, `source`.
        key: &'static str,
        /// The words that are allowed.
        expected: String,
    },
    /// A word that means nothing here.
    #[error("`{key}`: expected one of {expected}, found `{found}`")]
    WordUnknown {
        /// The key: `class`, `type`, `travels`, `source`, `subject`.
        key: &'static str,
        /// The words that are allowed.
        expected: String,
        /// The word that was given.
        found: String,
    },
    /// A text that says nothing.
    #[error("`{key}` is empty: fill it in")]
    Empty {
        /// The key: `why`, `title`, `reason`, `product`, `build`.
        key: &'static str,
    },
    /// A set of columns without a column.
    #[error("`{key}` holds an empty list: name at least one column, or remove the list")]
    EmptySet {
        /// The key: `unique`, `indexes`.
        key: &'static str,
    },
    /// An allowed value that nobody could tell from another.
    #[error("a text of `values` is empty or has blanks around it: write it as it is stored")]
    BlankValue,
    /// A module of the header has no file.
    #[error(
        "module `{module}` is listed in `modules` and has no file: add `{module}.toml` or take it off the list"
    )]
    ModuleWithoutFile {
        /// The module.
        module: String,
    },
    /// A file is no module of the header.
    #[error(
        "the file belongs to no module: list `{module}` under `modules` in `catalogue.toml`, or remove the file"
    )]
    FileWithoutModule {
        /// The module that the file would be.
        module: String,
    },
    /// The module's name is not its file's.
    #[error("expected `name = \"{expected}\"` as the file is called, found `{found}`")]
    ModuleName {
        /// The file's name without `.toml`.
        expected: String,
        /// The name given.
        found: String,
    },
    /// The release has another form.
    #[error("{0}")]
    Release(landfall_core::ids::NotAName),
    /// A name that could not stand in every database.
    #[error(
        "expected a name of lower-case letters, digits and underscores, beginning with a letter, at most 63 long, found `{found}`"
    )]
    NotAName {
        /// The name given.
        found: String,
    },
    /// A name that belongs to Landfall or to the database.
    #[error(
        "the name begins with `{prefix}`, which is kept for own tables of Landfall or the database: choose another"
    )]
    ReservedName {
        /// The beginning that is kept.
        prefix: &'static str,
    },
    /// Something stands twice.
    #[error("{what} `{name}` is declared twice: keep one")]
    Duplicate {
        /// `table`, `column`, `module`, `value`, `key`.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// The primary key is missing or has another form.
    #[error(
        "expected the first column to be `id`, type `integer`, class `key`, required, without default or reference"
    )]
    NoId,
    /// A class that needs a subject has none.
    #[error(
        "class `{class}` needs a subject: add `subject = \"volunteer\"`, `\"staff\"` or `\"organisation\"`"
    )]
    SubjectMissing {
        /// The class.
        class: Class,
    },
    /// A class that speaks of nobody has a subject.
    #[error(
        "class `{class}` speaks of nobody and cannot have a subject: choose the class of what the column holds, or remove `subject`"
    )]
    SubjectUnexpected {
        /// The class.
        class: Class,
    },
    /// A class on a type that it cannot have.
    #[error("class `{class}` does not go with type `{kind}`: choose another class or type")]
    ClassOfType {
        /// The class.
        class: Class,
        /// The type.
        kind: Kind,
    },
    /// An internal id that leads nowhere.
    #[error(
        "class `key` is for `id` and for references: add `references = \"<table>\"`, or choose the class of what the column holds"
    )]
    KeyWithoutReference,
    /// A reference that is not an id.
    #[error(
        "a reference holds an id: expected type `integer` and class `key`, `coded`, `region` or another quasi-identifier"
    )]
    ReferenceForm,
    /// A reference to nothing.
    #[error(
        "`references` names table `{table}`, which no module declares: correct the name or declare the table"
    )]
    BrokenReference {
        /// The table that is not there.
        table: String,
    },
    /// A travelling row that would need a row that never travels.
    #[error(
        "the column is required and refers to `{table}`, which never travels, so no row could travel: make it optional, or let the table travel as `never`"
    )]
    RequiredReferenceToNever {
        /// The table referred to.
        table: String,
    },
    /// A column about a volunteer that no mask would touch.
    #[error(
        "a {kind} column of a table about volunteers may not have class `none`, which passes unmasked: choose its class{hint}"
    )]
    Unprotected {
        /// The type.
        kind: Kind,
        /// What else would do.
        hint: &'static str,
    },
    /// Volunteers in a table that travels as configuration.
    #[error(
        "a table that travels as `configuration` may not hold anything about volunteers: choose another subject, or let it travel with `migration`"
    )]
    VolunteerInConfiguration,
    /// A column about a volunteer in a table that does not know which.
    #[error(
        "the column speaks of a volunteer and the table has no person path: add `person = [..]`, the columns to follow to `{}`",
        crate::model::PERSON_TABLE
    )]
    PersonMissing,
    /// A person path that does not arrive.
    #[error("the person path does not lead to `{}`.`id`: {why}", crate::model::PERSON_TABLE)]
    PersonBroken {
        /// Which step fails.
        why: String,
    },
    /// A list names a column that is not there.
    #[error(
        "`{key}` names column `{column}`, which the table does not have: correct the name or add the column"
    )]
    ColumnMissing {
        /// The list: `natural_key`, `unique`, `indexes`, `filter`.
        key: &'static str,
        /// The column that is not there.
        column: String,
    },
    /// A natural key is needed.
    #[error("`natural_key` is missing: {why}; add the columns by which people know a row")]
    NaturalKeyMissing {
        /// Who needs it.
        why: String,
    },
    /// A column that cannot be part of a natural key.
    #[error("the column cannot be part of the natural key: {why}")]
    NaturalKeyColumn {
        /// Why.
        why: String,
    },
    /// References that run in a circle.
    #[error(
        "references run in a circle through {tables}: rows could not be loaded in any order; take one reference away"
    )]
    Cycle {
        /// The tables of the circle.
        tables: String,
    },
    /// A filter that decides nothing.
    #[error("the filter decides nothing: {why}")]
    Filter {
        /// Why.
        why: &'static str,
    },
    /// A value that the column could not hold.
    #[error("`{key}`: `{found}` is not the canonical text of a value of type `{kind}`")]
    ValueOfType {
        /// The key: `default`, `filter`.
        key: &'static str,
        /// The type.
        kind: Kind,
        /// The text given.
        found: String,
    },
    /// A value outside the allowed ones.
    #[error("`{key}`: `{found}` is not one of the column's `values`: {expected}")]
    ValueOutside {
        /// The key: `default`, `filter`.
        key: &'static str,
        /// The allowed values.
        expected: String,
        /// The text given.
        found: String,
    },
    /// A limit on a column that is no text.
    #[error("`{key}` is for text columns: remove it, or make the type `text`")]
    TextOnly {
        /// The key: `values`, `max_length`.
        key: &'static str,
    },
    /// A value that is longer than the column allows.
    #[error("`{found}` is longer than `max_length` {max_length}")]
    TooLong {
        /// The text given.
        found: String,
        /// The limit in characters.
        max_length: u32,
    },
    /// A column that a package cannot carry and a row cannot do without.
    #[error(
        "class `{class}` never enters a package, so the column has no value after a load: make it optional or give it a default"
    )]
    RequiredAtDestination {
        /// The class.
        class: Class,
    },
    /// A setting key of another form.
    #[error(
        "expected a setting key such as `session.timeout_minutes`, or for an integration a family such as `sso.*`, found `{found}`"
    )]
    NotAKey {
        /// The text given.
        found: String,
    },
    /// A key in both lists.
    #[error(
        "setting key `{key}` is a known key and covered by the integration pattern `{pattern}`: it can be one of them only"
    )]
    KeyInBothLists {
        /// The key.
        key: String,
        /// The pattern that covers it.
        pattern: String,
    },
    /// A known key whose declaration does not hold together.
    #[error("setting key `{key}`: {why}")]
    KnownKey {
        /// The key.
        key: String,
        /// What does not fit.
        why: &'static str,
    },
    /// The policy does not let the table travel.
    #[error(
        "the table travels as `{travels}` and the policy does not list it there: add it to the policy's list, or let it travel as `never`"
    )]
    TravelDenied {
        /// The rule that the catalogue declares.
        travels: Travels,
    },
}

/// Writes a list of words as people read it: `` `a`, `b` ``.
pub(crate) fn listed<T: fmt::Display>(words: impl IntoIterator<Item = T>) -> String {
    let mut text = String::new();
    for word in words {
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push('`');
        text.push_str(&word.to_string());
        text.push('`');
    }
    text
}
