use clap::Args;
use landfall_core::{
    environment::Kind,
    ids::{CustomerId, Label},
};

use crate::{
    context::{Context, Done},
    output::{error::Failure, json, signed::Records},
};

/// What `landfall configuration choose` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Of which customer.
    #[arg(value_name = "CUSTOMER")]
    customer: CustomerId,
    /// For which kind: val or prod.
    #[arg(long = "for", value_name = "KIND")]
    target: Kind,
    /// The environment it comes from: `sandbox`, `preprod` or, for prod, a VAL such as `val-1`.
    #[arg(long, value_name = "ENVIRONMENT")]
    source: Label,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    let (id, target, source) = (&arguments.customer, arguments.target, arguments.source);
    installation.configuration_choose(&context.signer()?, id, target, source)?;
    let records = Records::of(&installation, id)?;
    context.done(
        &installation,
        Done {
            sentence: format!("the configuration of {} comes from `{id}/{source}`", target.title()),
            data: None,
            noun: "configuration",
            value: json::configuration(&records),
            customer: Some(id),
        },
    )
}
