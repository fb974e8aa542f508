//! `landfall policy`: the lifecycle rules in force.

mod adopt;
mod show;

use clap::Subcommand;

use crate::{context::Context, output::error::Failure};

/// What is done with the policy.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Shows every rule with where it comes from, who may do what, and who signs what.
    Show,
    /// Puts another policy in force: signed by vendor quality. Works where the directory refuses to open without it.
    Adopt(adopt::Arguments),
}

impl Verb {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Show => show::run(context),
            Self::Adopt(arguments) => adopt::run(&arguments, context),
        }
    }
}
