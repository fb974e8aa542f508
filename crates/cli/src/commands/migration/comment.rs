use clap::Args;
use landfall_core::ids::CustomerId;

use super::done;
use crate::{arguments::number, context::Context, output::error::Failure};

/// What `landfall migration comment` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Of which customer.
    #[arg(value_name = "CUSTOMER")]
    customer: CustomerId,
    /// The iteration's number.
    #[arg(value_name = "ITERATION", value_parser = number::<u32>)]
    number: u32,
    /// What was found. It is kept beside the migration, not in the ledger.
    #[arg(value_name = "TEXT")]
    text: String,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    let (customer, number) = (&arguments.customer, arguments.number);
    let finding =
        installation.migration_comment(&context.caller(), customer, number, &arguments.text)?;
    let sentence = format!("added finding {finding} to iteration {number} of `{customer}`");
    done(context, &installation, (customer, number), sentence, Some(finding.to_string()))
}
