use clap::Args;
use landfall_core::ids::CustomerId;

use crate::{
    context::Context,
    output::{
        error::Failure,
        json,
        table::{Cell, Table},
    },
};

/// What `landfall package list` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Of which customer; of all unless said.
    #[arg(value_name = "CUSTOMER")]
    customer: Option<CustomerId>,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let installation = context.look()?;
    let customers = match &arguments.customer {
        Some(customer) => vec![customer.clone()],
        None => installation.customers()?,
    };
    let mut packages = Vec::new();
    for customer in &customers {
        packages.extend(installation.packages(customer)?);
    }
    if context.output().is_json() {
        context.output().value(&packages.iter().map(json::package).collect());
        return Ok(());
    }
    let mut table = Table::new(["package", "kind", "rows", "source", "loaded into"]);
    for package in &packages {
        let rows: u64 = package.tables.iter().map(|(_, rows)| rows).sum();
        table.row([
            package.digest.to_string().into(),
            package.kind.as_str().into(),
            Cell::number(rows),
            package.sources.join(", ").into(),
            package.loaded_into.join(" ").into(),
        ]);
    }
    context.output().table_or(&table, "there are no packages yet");
    Ok(())
}
