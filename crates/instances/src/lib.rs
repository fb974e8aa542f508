//! Instances and packages: create, extract, load, clone, drop, fingerprint.
//!
//! An *instance* is one SQLite file with the tables of a catalogue; a *package* is an immutable SQLite file whose
//! name is the digest of its manifest. Two verbs move data: [`package::extract()`] (instance to package, under the
//! passage rules of the catalogue) and [`instance::load()`] (package to new instance, under a [`Treatment`]). A
//! configuration package can be applied to an existing instance, too ([`promote`]), and two configurations compared
//! ([`mod@compare`]). Study designs are in no package: [`design`] reads, adds and replaces their versions.

mod cells;
mod closure;
mod connection;
mod error;
mod identity;
mod natural_key;
mod treatment;

pub mod compare;
pub mod design;
pub mod drift;
pub mod fingerprint;
pub mod instance;
pub mod package;
pub mod probe;
pub mod promote;
pub mod record;
pub mod schema;
pub mod value;

pub use error::Error;
pub use identity::Identity;
pub use treatment::{Cells, Owner, Prepared, Rows, Treatment, Unmasked, Way};
