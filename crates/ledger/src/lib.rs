//! The append-only, hash-chained ledger: append, read, verify, export.
//!
//! One file per operation. `docs/ledger-format.md` tells how an export is verified without Landfall.

mod append;
mod chain;
mod demonstrate;
mod error;
mod export;
mod intact;
mod line;
mod problem;
mod quick;
mod read;
mod storage;
mod store;
mod stored;
mod verify;
mod verify_export;

pub use append::Transaction;
pub use error::Error;
pub use problem::{Problem, Verification};
pub use read::Head;
pub use store::Ledger;
pub use stored::Stored;
pub use verify_export::verify_export;
