//! The declared data model of the product: parse, check (fail closed), digest.
//!
//! A catalogue is a folder: `catalogue.toml` and one `<module>.toml` per module. It yields the schema, the
//! passage rules, the masks, the migration targets, the comparisons and the screens, so it is checked before
//! anybody may use it: what it does not say is refused, never assumed. `docs/catalogue.md` documents the files.

mod catalogue;
mod check;
mod class;
mod declaration;
mod embedded;
mod error;
mod keys;
mod literal;
mod load;
mod model;
mod order;

pub use catalogue::Catalogue;
pub use class::Class;
pub use error::{Error, Place, Problem, Refusal};
pub use keys::{IntegrationKey, KnownKey, ValueType};
pub use model::{
    Column, Filter, Kind, Module, PERSON_TABLE, PersonPath, RuleSource, Subject, Table, Travels,
};
