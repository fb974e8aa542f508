//! What people do, one file per noun; the command line calls these and nothing else.

mod clock;
mod configuration;
mod customer;
mod document;
pub(crate) mod environment;
mod golive;
mod ledger;
mod migration;
mod operation;
mod package;
mod person;
mod record;

pub use configuration::Extraction;
pub use document::{DocumentCheck, DocumentView, SignatureView};
pub(crate) use environment::environment;
pub use environment::{Built, Destroyed, From, Request, Requested};
pub use ledger::LedgerReport;
pub use migration::{
    CheckReport, DumpView, FindingView, RejectedRow, TryReport, migration_check, migration_try,
};
pub use operation::{OperationView, StepView};
pub use package::PackageView;
pub use person::{PersonView, SessionView};
