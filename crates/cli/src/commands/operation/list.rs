use std::collections::BTreeSet;

use clap::Args;
use landfall_core::ids::CustomerId;
use landfall_operations::OperationView;

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

/// Returns how many steps of the plan were done; one that two attempts did is one.
fn steps(operation: &OperationView) -> u64 {
    let numbers: BTreeSet<u32> = operation.steps.iter().map(|step| step.number).collect();
    u64::try_from(numbers.len()).unwrap_or(u64::MAX)
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
            Cell::number(steps(operation)),
            Cell::maybe(operation.steps.last().map(|step| step.time.human())),
            operation.title.clone().into(),
        ]);
    }
    context.output().table_or(&table, "no operation has begun yet");
    Ok(())
}
