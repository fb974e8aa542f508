//! `landfall operation`: durable runs of plans.

mod list;
mod show;

use clap::Subcommand;
use landfall_core::operation::Outcome;
use landfall_operations::OperationView;

use crate::{
    context::Context,
    output::{colour::Tone, error::Failure, table::Cell},
};

/// What is done with operations.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Lists the operations of a customer.
    List(list::Arguments),
    /// Shows the steps of an operation, what each noted, and its tests.
    Show(show::Arguments),
}

impl Verb {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::List(arguments) => list::run(&arguments, context),
            Self::Show(arguments) => show::run(&arguments, context),
        }
    }
}

/// Returns how an operation ended, in the colour of the outcome.
fn outcome(view: &OperationView) -> Cell {
    match view.outcome {
        Some(Outcome::Completed) => Cell::toned(Outcome::Completed.as_str(), Tone::Done),
        Some(outcome @ (Outcome::Failed | Outcome::Errored | Outcome::Aborted)) => {
            Cell::toned(outcome.as_str(), Tone::Failed)
        }
        None => Cell::toned("not ended", Tone::Waiting),
    }
}
