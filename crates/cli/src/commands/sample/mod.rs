//! `landfall sample`: a believable source database to migrate.

mod source;

use clap::Subcommand;

use crate::{context::Context, output::error::Failure};

/// What samples there are.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Writes the database of a made-up phase I unit, in one of the formats of the field, and the spec that migrates it.
    Source(source::Arguments),
}

impl Verb {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Source(arguments) => source::run(&arguments, context),
        }
    }
}
