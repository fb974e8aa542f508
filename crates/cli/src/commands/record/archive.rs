use clap::Args;
use landfall_core::ids::Address;

use super::told;
use crate::{arguments::key, context::Context, output::error::Failure};

/// What `landfall record archive` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Which instance, such as `acme/sandbox/main`; Main unless said.
    #[arg(value_name = "ADDRESS")]
    address: Address,
    /// Which table; `landfall catalogue show RELEASE` lists them.
    #[arg(value_name = "TABLE")]
    table: String,
    /// Which row, such as `id=7` or `name=Leeds`.
    #[arg(value_name = "KEY", value_parser = key)]
    key: String,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    let (address, table, key) = (&arguments.address, &arguments.table, &arguments.key);
    let changed = installation.record_archive(&context.caller(), address, table, key)?;
    told(context, &installation, (address, table.as_str(), false), &changed, |id| {
        format!("archived `id={id}` in `{table}` of `{address}`")
    })
}
