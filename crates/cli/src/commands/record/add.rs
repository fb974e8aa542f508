use clap::Args;
use landfall_core::ids::Address;

use super::told;
use crate::{arguments::assignment, context::Context, output::error::Failure};

/// What `landfall record add` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Which instance, such as `acme/sandbox/main`; Main unless said.
    #[arg(value_name = "ADDRESS")]
    address: Address,
    /// Which table; `landfall catalogue show RELEASE` lists them.
    #[arg(value_name = "TABLE")]
    table: String,
    /// The row, such as `name=Leeds archived=0`; a reference takes an id or a natural key.
    #[arg(value_name = "COLUMN=VALUE", required = true, value_parser = assignment)]
    values: Vec<(String, String)>,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    let (address, table) = (&arguments.address, &arguments.table);
    let changed = installation.record_add(&context.caller(), address, table, &arguments.values)?;
    told(context, &installation, (address, table.as_str(), true), &changed, |id| {
        format!("added row {id} to `{table}` of `{address}`")
    })
}
