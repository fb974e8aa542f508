use clap::Args;
use landfall_core::ids::Address;

use super::told;
use crate::{
    arguments::{assignment, key},
    context::Context,
    output::error::Failure,
};

/// What `landfall record set` takes.
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
    /// What changes, such as `phone=`; an empty value removes the old one.
    #[arg(value_name = "COLUMN=VALUE", required = true, value_parser = assignment)]
    values: Vec<(String, String)>,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    let (address, table, key) = (&arguments.address, &arguments.table, &arguments.key);
    let changed =
        installation.record_set(&context.caller(), address, table, key, &arguments.values)?;
    told(context, &installation, (address, table.as_str(), false), &changed, |id| {
        format!("changed `id={id}` in `{table}` of `{address}`")
    })
}
