//! `landfall migration workbook`: the spec as the workbook in which customers review.

mod read;
mod write;

use clap::Subcommand;

use crate::{context::Context, output::error::Failure};

/// What is done with the workbook of a spec.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Writes a spec as an .xlsx workbook: one tab per section, and tabs for maps, SQL, sources and the rest.
    Write(write::Arguments),
    /// Reads a workbook back into a spec folder; what is wrong is named by sheet and cell.
    Read(read::Arguments),
}

impl Verb {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Write(arguments) => write::run(&arguments, context),
            Self::Read(arguments) => read::run(&arguments, context),
        }
    }
}
