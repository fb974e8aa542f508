//! Packages: immutable, content-addressed extracts.
//!
//! A package is a SQLite file with the tables of the catalogue that travel with its kind, and a manifest. Its name is
//! the SHA-256 of the canonical manifest, so the same content has the same name wherever it was extracted.
//! `docs/packages.md` describes the format so that a stranger can compute the name.

mod digest;
mod extract;
mod manifest;
mod open;
mod store;
mod writer;

pub(crate) use digest::query_digest;
pub use digest::table_digest;
pub use extract::{Extraction, extract};
pub use manifest::{Extracted, FORMAT, Kind, LeftOut, Manifest, Need, TableDigest};
pub use open::Package;
pub(crate) use open::{check_shape, needs};
pub use store::Store;
pub use writer::Writer;
