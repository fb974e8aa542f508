use clap::Args;
use landfall_core::{customer::IterationState, ids::CustomerId};

use crate::{
    context::Context,
    output::{
        colour::Tone,
        error::Failure,
        json,
        table::{Cell, Table},
    },
};

/// What `landfall migration list` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Of which customer.
    #[arg(value_name = "CUSTOMER")]
    customer: CustomerId,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let installation = context.look()?;
    let customer = installation.customer(&arguments.customer)?;
    if context.output().is_json() {
        context.output().value(&customer.iterations.iter().map(json::iteration).collect());
        return Ok(());
    }
    let mut table = Table::new([
        "iteration",
        "state",
        "read",
        "written",
        "rejected",
        "filtered",
        "open findings",
        "final",
        "package",
    ]);
    for iteration in &customer.iterations {
        let [read, written, rejected, filtered] = json::totals(iteration);
        let open = iteration.findings.iter().filter(|finding| finding.resolution.is_none()).count();
        table.row([
            Cell::number(u64::from(iteration.number)),
            Cell::toned(json::word(&iteration.state), tone(iteration.state)),
            Cell::number(read),
            Cell::number(written),
            Cell::number(rejected),
            Cell::number(filtered),
            Cell::number(open as u64),
            if iteration.is_final { "yes".into() } else { "-".into() },
            Cell::maybe(iteration.package.as_ref().map(|package| package.digest.short())),
        ]);
    }
    if table.is_empty() {
        context.output().talk("the migration program has not run yet");
    } else {
        context.output().table(&table);
    }
    context.tell_next(&installation.next(&customer.id)?);
    Ok(())
}

/// Returns what the colour of a state says.
pub(super) fn tone(state: IterationState) -> Tone {
    match state {
        IterationState::Running | IterationState::Run | IterationState::Published => Tone::Waiting,
        IterationState::Signed => Tone::Done,
        IterationState::Stopped => Tone::Failed,
    }
}
