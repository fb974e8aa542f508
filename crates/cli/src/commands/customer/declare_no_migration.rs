use clap::Args;
use landfall_core::ids::CustomerId;

use crate::{
    context::{Context, Done},
    output::{error::Failure, json},
};

/// What `landfall customer declare-no-migration` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Which customer.
    #[arg(value_name = "CUSTOMER")]
    id: CustomerId,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    let id = &arguments.id;
    installation.customer_declare_no_migration(&context.signer()?, id)?;
    let customer = installation.customer(id)?;
    context.done(
        &installation,
        Done {
            sentence: format!(
                "declared that {} has no source database: VAL and PROD are built from configuration alone",
                customer.name
            ),
            data: None,
            noun: "customer",
            value: json::customer_brief(&customer),
            customer: Some(id),
        },
    )
}
