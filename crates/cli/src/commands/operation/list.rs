use clap::Args;
use landfall_core::ids::CustomerId;

use super::outcome;
use crate::{
    context::Context,
    output::{
        error::Failure,
        json,
        table::{Cell, Table},
    },
};

/// What `landfall operation list` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Of which customer.
    #[arg(value_name = "CUSTOMER")]
    customer: CustomerId,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let operations = context.look()?.operations(&arguments.customer)?;
    if context.output().is_json() {
        context.output().value(&operations.iter().map(json::operation).collect());
        return Ok(());
    }
    let mut table = Table::new(["operation", "outcome", "attempts", "steps", "ended", "what"]);
    for operation in &operations {
        table.row([
            Cell::number(u64::from(operation.number)),
            outcome(operation),
            Cell::number(u64::from(operation.attempts)),
            Cell::number(operation.steps.len() as u64),
            Cell::maybe(operation.steps.last().map(|step| step.time.human())),
            operation.title.clone().into(),
        ]);
    }
    context.output().table(&table);
    Ok(())
}
