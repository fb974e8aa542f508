//! The sample source and the scripted onboarding of a demonstration customer.
//!
//! Both call the public use cases of `landfall_operations` and nothing else; no other crate but the command line knows
//! of them.

pub mod sample;
mod script;

pub use script::{
    DocumentSummary, EnvironmentSummary, Error, InstanceSummary, LedgerSummary, MaskingSummary,
    MigrationSummary, Options, PackageSummary, Summary, UnknownPhase, Until, begun_with, run,
};
