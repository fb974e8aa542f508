use clap::Args;
use landfall_core::ids::CustomerId;

use crate::{
    context::{Context, Done},
    output::{error::Failure, json},
};

/// What `landfall customer contract` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Which customer.
    #[arg(value_name = "CUSTOMER")]
    id: CustomerId,
    /// The contract's reference.
    #[arg(long, value_name = "REF")]
    reference: String,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    installation.customer_contract(&context.caller(), &arguments.id, &arguments.reference)?;
    let customer = installation.customer(&arguments.id)?;
    context.done(
        &installation,
        Done {
            sentence: format!("recorded contract `{}` of {}", arguments.reference, customer.name),
            data: None,
            noun: "customer",
            value: json::customer_brief(&customer),
            customer: Some(&arguments.id),
        },
    )
}
