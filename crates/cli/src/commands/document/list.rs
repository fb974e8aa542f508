use clap::Args;
use landfall_core::ids::CustomerId;

use super::row;
use crate::{
    context::Context,
    output::{error::Failure, json, table::Table},
};

/// What `landfall document list` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Of which customer.
    #[arg(value_name = "CUSTOMER")]
    customer: CustomerId,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let documents = context.look()?.documents(&arguments.customer)?;
    if context.output().is_json() {
        context.output().value(&documents.iter().map(json::document).collect());
        return Ok(());
    }
    let mut table = Table::new(["document", "kind", "about", "status", "awaited"]);
    for document in &documents {
        table.row(row(document));
    }
    context.output().table_or(&table, "there are no documents yet");
    Ok(())
}
