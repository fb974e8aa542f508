//! `landfall customer`: who is being onboarded.

mod add;
mod contract;
mod declare_no_migration;
pub(crate) mod due;
mod export;
mod list;
pub(crate) mod show;

use clap::Subcommand;

use crate::{context::Context, output::error::Failure};

/// What is done with customers.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Adds a prospect (vendor sales or engineer).
    Add(add::Arguments),
    /// Records the signed contract (vendor sales).
    Contract(contract::Arguments),
    /// Declares that there is no source database to migrate: signed by customer quality, with --reason.
    DeclareNoMigration(declare_no_migration::Arguments),
    /// Lists the customers and what comes next for each.
    List,
    /// Draws the lifecycle: environments over time, what is due, documents, what is next and whose turn it is.
    Show(show::Arguments),
    /// Lists what falls due: what, by when, by which rule, and whether it is held.
    Due(due::Arguments),
    /// Writes a folder that anyone can verify offline: ledger, documents, facts, and a page that says how.
    Export(export::Arguments),
}

impl Verb {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Add(arguments) => add::run(&arguments, context),
            Self::Contract(arguments) => contract::run(&arguments, context),
            Self::DeclareNoMigration(arguments) => declare_no_migration::run(&arguments, context),
            Self::List => list::run(context),
            Self::Show(arguments) => show::run(&arguments, context),
            Self::Due(arguments) => due::run(&arguments, context),
            Self::Export(arguments) => export::run(&arguments, context),
        }
    }
}
