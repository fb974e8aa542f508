use clap::Args;
use landfall_core::{
    customer::{Customer, Deviation},
    ids::CustomerId,
};

use crate::{
    context::Context,
    output::{
        colour::Tone,
        error::Failure,
        json, signed,
        table::{Cell, Table},
    },
};

/// What `landfall deviation list` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Of which customer.
    #[arg(value_name = "CUSTOMER")]
    customer: CustomerId,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let installation = context.look()?;
    let customer = installation.customer(&arguments.customer)?;
    let output = context.output();
    if output.is_json() {
        output.value(
            &customer
                .deviations
                .iter()
                .map(|deviation| json::deviation(&customer.id, deviation))
                .collect(),
        );
        return Ok(());
    }
    if customer.deviations.is_empty() {
        output.talk("there are no deviations");
    }
    for (index, deviation) in customer.deviations.iter().enumerate() {
        if index > 0 {
            output.line("");
        }
        output.table(&facts(&customer, deviation));
    }
    context.tell_next(&installation.next(&customer.id)?);
    Ok(())
}

/// Returns everything that is known of a deviation.
fn facts(customer: &Customer, deviation: &Deviation) -> Table {
    let mut facts = Table::new::<&str>([]);
    let mut fact = |name: &str, cell: Cell| facts.row([Cell::toned(name, Tone::Heading), cell]);
    fact("deviation", deviation.name(&customer.id).into());
    fact("environment", format!("{}/{}", customer.id, deviation.label).into());
    let tone = if deviation.is_open() { Tone::Waiting } else { Tone::Done };
    fact("state", Cell::toned(json::deviation_state(deviation), tone));
    fact("opened", format!("{}, by {}", deviation.opened.human(), deviation.opened_by).into());
    fact("what happened", deviation.description.clone().into());
    for test in &deviation.tests {
        let text = format!("{}: expected {}, found {}", test.id, test.expected, test.actual);
        fact("failed test", text.into());
    }
    if let Some(resolution) = &deviation.resolution {
        fact("impact", resolution.impact.clone().into());
        fact("cause", resolution.cause.clone().into());
        fact("fix", resolution.fix.clone().into());
        let by = format!("{}, by {}", resolution.time.human(), resolution.by);
        fact("resolved", by.into());
    }
    if let Some(operation) = deviation.retest {
        fact("tested again", format!("passed in operation {operation}").into());
    }
    if let Some(condition) = &deviation.condition {
        fact("condition", condition.clone().into());
    }
    if let Some(approval) = &deviation.approval {
        let holds = signed::holds_for_deviation(deviation, approval);
        fact("closed by", signed::cell(approval, holds));
    }
    facts
}
