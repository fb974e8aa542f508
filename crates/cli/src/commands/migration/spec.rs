use std::path::PathBuf;

use clap::Args;
use landfall_core::ids::CustomerId;
use serde_json::json;

use crate::{
    context::{Context, Done},
    output::error::Failure,
};

/// What `landfall migration spec` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Of which customer.
    #[arg(value_name = "CUSTOMER")]
    customer: CustomerId,
    /// The folder with spec.toml, maps and SQL; it is copied.
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    let id = &arguments.customer;
    let digest = installation.migration_spec(&context.caller(), id, &arguments.folder)?;
    context.done(
        &installation,
        Done {
            sentence: format!("recorded the migration spec {} of `{id}`", digest.short()),
            data: Some(digest.to_string()),
            noun: "spec",
            value: json!({ "digest": digest }),
            customer: Some(id),
        },
    )
}
