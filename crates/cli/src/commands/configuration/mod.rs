//! `landfall configuration`: where the configuration of VAL and PROD comes from, its extraction and comparison.

mod choose;
mod diff;
mod difference;
mod extract;
mod promote;
mod report;
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
    /// Takes the configuration of the Sandbox into prePROD: adds and changes rows, removes none (vendor engineer).
    Promote(promote::Arguments),
    /// Compares two configurations by table, row and field, scripts line by line: instances or packages.
    Diff(diff::Arguments),
    /// Makes the configuration report of an environment: every setting, scripts with their checksums (document).
    Report(report::Arguments),
    /// Makes, or shows, the report of where PROD's configuration differs from the validated one (document).
    Difference(difference::Arguments),
}

impl Verb {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Choose(arguments) => choose::run(&arguments, context),
            Self::Extract(arguments) => extract::run(&arguments, context),
            Self::Show(arguments) => show::run(&arguments, context),
            Self::Promote(arguments) => promote::run(&arguments, context),
            Self::Diff(arguments) => diff::run(&arguments, context),
            Self::Report(arguments) => report::run(&arguments, context),
            Self::Difference(arguments) => difference::run(&arguments, context),
        }
    }
}
