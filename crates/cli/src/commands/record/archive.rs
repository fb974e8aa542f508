use clap::Args;
use landfall_core::ids::Address;
use serde_json::json;

use crate::{
    arguments::key,
    context::{Context, Done},
    output::error::Failure,
};

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
    installation.record_archive(&context.caller(), address, table, key)?;
    context.done(
        &installation,
        Done {
            sentence: format!("archived `{key}` in `{table}` of `{address}`"),
            data: None,
            noun: "record",
            value: json!({ "address": address, "table": table, "key": key }),
            customer: None,
        },
    )
}
