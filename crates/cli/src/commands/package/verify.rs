use clap::Args;

use super::{prefix, verified};
use crate::{
    context::{Context, Done},
    output::{error::Failure, json, number::counted},
};

/// What `landfall package verify` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The package's digest, or at least its first 6 digits.
    #[arg(value_name = "DIGEST", value_parser = prefix)]
    digest: String,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let installation = context.look()?;
    let package = verified(&installation, &arguments.digest)?;
    let rows: u64 = package.tables.iter().map(|(_, rows)| rows).sum();
    context.done(
        &installation,
        Done {
            sentence: format!(
                "package {} is whole: its file, manifest and {} in {} have the digests that they should",
                package.digest.short(),
                counted(rows, "row", "rows"),
                counted(package.tables.len() as u64, "table", "tables")
            ),
            data: Some(package.digest.to_string()),
            noun: "package",
            value: json::package(&package),
            customer: None,
        },
    )
}
