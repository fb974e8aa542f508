use clap::Args;

use super::done;
use crate::{context::Context, output::error::Failure};

/// What `landfall deviation resolve` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The deviation's number, such as `ACME-DEV-001`.
    #[arg(value_name = "NUMBER")]
    number: String,
    /// What it affects.
    #[arg(long, value_name = "TEXT")]
    impact: String,
    /// Why it happened.
    #[arg(long, value_name = "TEXT")]
    cause: String,
    /// What was done about it.
    #[arg(long, value_name = "TEXT")]
    fix: String,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    let Arguments { number, impact, cause, fix } = arguments;
    installation.deviation_resolve(&context.caller(), number, impact, cause, fix)?;
    let sentence = format!("stated impact, cause and fix of deviation `{number}`");
    done(context, &installation, number, sentence, None)
}
