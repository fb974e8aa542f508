use clap::Args;
use landfall_core::ids::CustomerId;

use super::done;
use crate::{arguments::number, context::Context, output::error::Failure};

/// What `landfall migration resolve` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Of which customer.
    #[arg(value_name = "CUSTOMER")]
    customer: CustomerId,
    /// The iteration's number.
    #[arg(value_name = "ITERATION", value_parser = number::<u32>)]
    number: u32,
    /// The finding's number within the iteration.
    #[arg(value_name = "FINDING")]
    finding: u32,
    /// What was done about it. It is kept beside the migration, not in the ledger.
    #[arg(value_name = "TEXT")]
    text: String,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    let (customer, number, finding) = (&arguments.customer, arguments.number, arguments.finding);
    installation.migration_resolve(
        &context.caller(),
        customer,
        number,
        finding,
        &arguments.text,
    )?;
    let sentence = format!("resolved finding {finding} of iteration {number} of `{customer}`");
    done(context, &installation, (customer, number), sentence, None)
}
