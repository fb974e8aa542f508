use clap::Args;
use landfall_core::{environment::Kind, ids::CustomerId};

use crate::{
    context::{Context, Done},
    output::{error::Failure, json, number::counted},
};

/// What `landfall configuration extract` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Of which customer.
    #[arg(value_name = "CUSTOMER")]
    customer: CustomerId,
    /// For which kind: val or prod.
    #[arg(long = "for", value_name = "KIND")]
    target: Kind,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    let mut progress = context.progress();
    let package = installation.configuration_extract(
        &context.caller(),
        &arguments.customer,
        arguments.target,
        &mut progress,
    )?;
    drop(progress);
    let rows: u64 = package.tables.iter().map(|(_, rows)| rows).sum();
    let mut sentence = format!(
        "extracted {} of configuration from {}",
        counted(rows, "row", "rows"),
        package.source
    );
    for (table, reason, rows) in &package.left_out {
        sentence.push_str(&format!(
            "\n  left out: {} of {table} ({reason})",
            counted(*rows, "row", "rows")
        ));
    }
    context.done(
        &installation,
        Done {
            sentence,
            data: Some(package.digest.to_string()),
            noun: "package",
            value: json::package(&package),
            customer: Some(&arguments.customer),
        },
    )
}
