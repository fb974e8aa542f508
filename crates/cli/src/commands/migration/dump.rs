use std::path::PathBuf;

use clap::Args;
use landfall_core::ids::CustomerId;
use serde_json::json;

use crate::{
    context::{Context, Done},
    output::{error::Failure, number::counted},
};

/// What `landfall migration dump` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Of which customer.
    #[arg(value_name = "CUSTOMER")]
    customer: CustomerId,
    /// The folder with the dump's files; they are copied.
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    /// The final dump, which makes PROD: provided by the customer, after validation.
    #[arg(long = "final")]
    is_final: bool,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    let id = &arguments.customer;
    let dump = installation.migration_dump(
        &context.caller(),
        id,
        &arguments.folder,
        arguments.is_final,
    )?;
    let what = if arguments.is_final { "the final source dump" } else { "a source dump" };
    context.done(
        &installation,
        Done {
            sentence: format!(
                "registered {what} of `{id}`: {}, {}",
                counted(u64::from(dump.files), "file", "files"),
                counted(dump.bytes, "byte", "bytes")
            ),
            data: Some(dump.digest.to_string()),
            noun: "dump",
            value: json!({
                "digest": dump.digest,
                "files": dump.files,
                "bytes": dump.bytes,
                "final": arguments.is_final,
            }),
            customer: Some(id),
        },
    )
}
