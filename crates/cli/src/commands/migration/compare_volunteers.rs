use std::path::PathBuf;

use clap::Args;
use landfall_core::ids::CustomerId;
use landfall_operations::AskedVolunteers;
use serde_json::json;

use super::test_volunteers;
use crate::{
    context::Context,
    output::{error::Failure, json::serialised},
};

/// What `landfall migration compare-volunteers` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Of which customer.
    #[arg(value_name = "CUSTOMER")]
    customer: CustomerId,
    /// The iteration's number.
    #[arg(value_name = "ITERATION")]
    number: u32,
    /// The external id of a volunteer, instead of those that the spec names; may be given several times, 50 at most.
    #[arg(long = "volunteer", value_name = "ID")]
    volunteers: Vec<String>,
    /// Writes them to a workbook instead of to the terminal; the file must not exist.
    #[arg(long, value_name = "FILE")]
    xlsx: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let mut installation = context.look()?;
    let asked = AskedVolunteers { ids: &arguments.volunteers, workbook: arguments.xlsx.as_deref() };
    let mut progress = context.progress();
    let shown = installation.migration_compare_volunteers(
        &context.caller(),
        &arguments.customer,
        arguments.number,
        &asked,
        &mut progress,
    )?;
    drop(progress);
    let output = context.output();
    match &arguments.xlsx {
        Some(file) if output.is_json() => {
            output.value(&json!({ "path": file.display().to_string(), "volunteers": shown.len() }));
        }
        Some(file) => {
            output.talk(&test_volunteers::summary(&shown));
            output.talk(&format!("  workbook: {}", file.display()));
        }
        None if output.is_json() => output.value(&serialised(&shown)?),
        None => test_volunteers::show(output, &shown),
    }
    Ok(())
}
