//! `landfall clock`: the clock of a demonstration directory.

#[path = "move.rs"]
mod r#move;

use clap::Subcommand;

use crate::{context::Context, output::error::Failure};

/// What is done with the clock.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Moves the demonstration clock forward.
    Move(r#move::Arguments),
}

impl Verb {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Move(arguments) => r#move::run(&arguments, context),
        }
    }
}
