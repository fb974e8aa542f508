//! `landfall catalogue`: the declared data model of a release.

mod adopt;
mod list;
mod show;

use clap::Subcommand;

use crate::{context::Context, output::error::Failure};

/// What is done with catalogues.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Lists the releases of the product.
    List,
    /// Shows the tables of a release, or the columns of one: type, class, subject, and why it travels as it does.
    Show(show::Arguments),
    /// Puts a catalogue in force for a release: signed by vendor quality. Works where the directory refuses to open
    /// without it.
    Adopt(adopt::Arguments),
}

impl Verb {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::List => list::run(context),
            Self::Show(arguments) => show::run(&arguments, context),
            Self::Adopt(arguments) => adopt::run(&arguments, context),
        }
    }
}
