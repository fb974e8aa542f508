use clap::Args;
use landfall_core::ids::Address;

use super::done;
use crate::{context::Context, output::error::Failure};

/// What `landfall deviation open` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Which environment, such as `acme/val-1`.
    #[arg(value_name = "ADDRESS")]
    address: Address,
    /// What happened, in a sentence; it stands in the IQ, so it names no volunteer.
    #[arg(long, value_name = "TEXT")]
    description: String,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    let address = &arguments.address;
    let name = installation.deviation_open(&context.caller(), address, &arguments.description)?;
    let sentence = format!("opened deviation `{name}` of `{}/{}`", address.customer, address.label);
    done(context, &installation, &name, sentence, Some(name.clone()))
}
