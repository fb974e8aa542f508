use clap::Args;
use landfall_core::ids::CustomerId;

use crate::{
    context::{Context, Done},
    output::{error::Failure, json},
};

/// What `landfall customer add` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The identity, such as `acme`; never given twice.
    #[arg(value_name = "CUSTOMER")]
    id: CustomerId,
    /// The printed name.
    #[arg(long)]
    name: String,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    installation.customer_add(&context.caller(), &arguments.id, &arguments.name)?;
    let customer = installation.customer(&arguments.id)?;
    context.done(
        &installation,
        Done {
            sentence: format!("added {} (`{}`) as a prospect", customer.name, customer.id),
            data: Some(customer.id.to_string()),
            noun: "customer",
            value: json::customer_brief(&customer),
            customer: Some(&arguments.id),
        },
    )
}
