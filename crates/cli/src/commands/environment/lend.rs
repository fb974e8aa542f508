use clap::Args;
use landfall_core::ids::Address;

use super::{done, whole};
use crate::{context::Context, output::error::Failure};

/// What `landfall environment lend` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Which Demo, such as `acme/demo`.
    #[arg(value_name = "ADDRESS")]
    address: Address,
    /// For how many days from now.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=3650))]
    days: u32,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    let address = &arguments.address;
    let until = installation.environment_lend(&context.caller(), address, arguments.days)?;
    let sentence = format!("lent `{}` until {}", whole(address), until.human());
    done(context, &installation, address, sentence, None)
}
