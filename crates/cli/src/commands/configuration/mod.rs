//! `landfall configuration`: where the configuration of VAL and PROD comes from, and its extraction.

mod choose;
mod extract;
mod show;

use clap::Subcommand;

use crate::{context::Context, output::error::Failure};

/// What is done with configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Agrees on the environment that the configuration comes from: signed by customer quality.
    Choose(choose::Arguments),
    /// Extracts the configuration from the agreed source into a package (vendor engineer).
    Extract(extract::Arguments),
    /// Shows the agreed sources and the packages extracted.
    Show(show::Arguments),
}

impl Verb {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Choose(arguments) => choose::run(&arguments, context),
            Self::Extract(arguments) => extract::run(&arguments, context),
            Self::Show(arguments) => show::run(&arguments, context),
        }
    }
}
