//! Study designs: the versions of a study's design in an instance, read, compared, added, put in place of others.
//!
//! Which tables are a design's follows from the catalogue: `study_design`, and every table with a required reference to
//! one of them. A version is a row of `study_design` with all rows that hang on it ([`Content`]). A version that is there
//! is never changed here: [`add`] puts another one beside it, and [`replace`], which makes Test follow Main, takes all
//! away first, and with them the rows about people that hang on the study.

mod add;
mod compare;
mod content;
mod read;
mod replace;
mod shape;
mod written;

pub use add::{Addition, add};
pub use compare::{ColumnDifference, Conflict, RowDifference, TableDifference, compare, conflicts};
pub use content::{Cell, Content, Line, Row};
pub use read::{Listed, ListedVersion, list, read, study};
pub use replace::{Replacement, replace};
pub use shape::{DESIGN, STUDY, Shape};
pub use written::{Erased, Keep, Note, TableWritten, Written};

/// What a study itself says.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Study {
    /// The code by which it is known: its natural key.
    pub protocol_code: String,
    /// Its name.
    pub name: String,
    /// Its description.
    pub title: Option<String>,
}
