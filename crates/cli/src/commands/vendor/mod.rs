//! `landfall vendor`: the vendor's own view over all customers.

use clap::Subcommand;

use super::customer::due;
use crate::{context::Context, output::error::Failure};

/// What is done for the vendor.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Lists what falls due over all customers: what, by when, by which rule, and whether it is held.
    Due,
}

impl Verb {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Due => due::of(None, context),
        }
    }
}
