//! `landfall customer`: who is being onboarded.

mod add;
mod contract;
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
    /// Lists the customers and what comes next for each.
    List,
    /// Draws the lifecycle: environments over time, what is due, documents, what is next and whose turn it is.
    Show(show::Arguments),
}

impl Verb {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Add(arguments) => add::run(&arguments, context),
            Self::Contract(arguments) => contract::run(&arguments, context),
            Self::List => list::run(context),
            Self::Show(arguments) => show::run(&arguments, context),
        }
    }
}
