use clap::Args;
use landfall_core::{
    customer::{Environment, State},
    ids::CustomerId,
};
use serde_json::Value;

use crate::{
    context::Context,
    output::{
        colour::Tone,
        error::Failure,
        json,
        signed::Records,
        table::{Cell, Table},
    },
};

/// What `landfall environment list` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Of which customer.
    #[arg(value_name = "CUSTOMER")]
    customer: CustomerId,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let installation = context.look()?;
    let records = Records::of(&installation, &arguments.customer)?;
    let customer = &records.customer;
    if context.output().is_json() {
        let list: Vec<Value> = customer
            .environments
            .values()
            .map(|environment| json::environment(installation.directory(), &records, environment))
            .collect();
        context.output().value(&Value::Array(list));
        return Ok(());
    }
    let mut table = Table::new([
        "environment",
        "state",
        "release",
        "requested",
        "built",
        "destroyed",
        "destroy by",
        "purpose",
    ]);
    for environment in customer.environments.values() {
        let date =
            |moment: &str| Cell::maybe(environment.since.get(moment).map(|time| time.date()));
        let standing = environment.state != State::Destroyed;
        let due = environment.due.as_ref().filter(|_| standing);
        let destroy_by = due.map(|due| due.destroy_by.date());
        table.row([
            format!("{}/{}", customer.id, environment.label).into(),
            state(environment),
            environment.plan.release.release.to_string().into(),
            date("requested"),
            date("built"),
            date("destroyed"),
            Cell::maybe(destroy_by),
            Cell::maybe(environment.purpose.map(|purpose| json::word(&purpose))),
        ]);
    }
    context.output().table_or(&table, "there are no environments yet");
    Ok(())
}

/// Returns where an environment stands, in the colour of it; what the customer rejected says so.
pub(super) fn state(environment: &Environment) -> Cell {
    let state = environment.state.as_str();
    if environment.rejection.is_some() && environment.state.has_content() {
        return Cell::toned(format!("{state}, rejected"), Tone::Failed);
    }
    Cell::toned(state, tone(environment.state))
}

/// Returns what the colour of a state says.
fn tone(state: State) -> Tone {
    match state {
        State::Requested | State::Building | State::Built | State::Destroying => Tone::Waiting,
        State::InUse => Tone::Done,
        State::Closed | State::Destroyed => Tone::Quiet,
    }
}
