//! Study designs between CDISC ODM and the tables of the product: what a file says as rows, and rows as a file. Pure: no
//! files, no instances.
//!
//! The tables are those of ODM 1.3.2, so a design is mapped from and to that version; what another version says is first
//! brought into it by `landfall_odm`, which names what is lost. What the tables cannot hold is named before anything is
//! written ([`NotHeld`]).

mod brought;
mod describe;
mod export;
mod fits;
mod import;
mod language;
mod lists;
mod losses;
mod not_held;
mod parts;
mod rest;
mod scope;
mod text;
mod words;

pub(crate) use brought::Brought;
pub use describe::{ImportOutlook, OdmDesign, OdmFacts, OdmLanguage, OdmStudy, OdmVendor};
pub(crate) use describe::{describe, studies};
pub(crate) use export::{Identity, odm};
pub use fits::Misfit;
pub(crate) use import::map;
pub(crate) use losses::grouped;
pub use not_held::NotHeld;
pub(crate) use scope::Choice;

#[cfg(test)]
mod tests;
