use clap::Args;
use landfall_core::ids::CustomerId;

use super::{done, find};
use crate::{
    context::Context,
    output::{error::Failure, json, number::grouped},
};

/// What `landfall migration run` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Of which customer.
    #[arg(value_name = "CUSTOMER")]
    customer: CustomerId,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    let id = &arguments.customer;
    let mut progress = context.progress();
    let number = installation.migration_run(&context.caller(), id, &mut progress)?;
    drop(progress);
    let customer = installation.customer(id)?;
    let iteration = find(&customer, number)?;
    let [read, written, rejected, filtered] = json::totals(iteration);
    let mut sentence = format!(
        "ran iteration {number}{}: {} rows read = {} written + {} rejected + {} filtered",
        if iteration.is_final { " on the final dump" } else { "" },
        grouped(read),
        grouped(written),
        grouped(rejected),
        grouped(filtered)
    );
    if rejected > 0 {
        let command = context.command(&format!("landfall migration rejected {id} {number}"));
        sentence.push_str(&format!("\n  rejected rows: {command}"));
    }
    done(context, &installation, (id, number), sentence, Some(number.to_string()))
}
