//! `landfall record`: the records of an instance, checked by the catalogue.

mod add;
mod archive;
mod list;
mod set;

use clap::Subcommand;

use crate::{context::Context, output::error::Failure};

/// What is done with records.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Lists the rows of a table.
    List(list::Arguments),
    /// Adds a row.
    Add(add::Arguments),
    /// Changes columns of a row.
    Set(set::Arguments),
    /// Archives a row; nothing is deleted.
    Archive(archive::Arguments),
}

impl Verb {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::List(arguments) => list::run(&arguments, context),
            Self::Add(arguments) => add::run(&arguments, context),
            Self::Set(arguments) => set::run(&arguments, context),
            Self::Archive(arguments) => archive::run(&arguments, context),
        }
    }
}
