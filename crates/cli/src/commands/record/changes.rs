use clap::Args;
use landfall_core::ids::CustomerId;
use landfall_operations::ChangeView;

use super::verb_words;
use crate::{
    context::Context,
    output::{
        colour::Tone,
        error::Failure,
        json::serialised,
        signed,
        table::{Cell, Table},
    },
};

/// What `landfall record changes` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Of which customer.
    #[arg(value_name = "CUSTOMER")]
    customer: CustomerId,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let installation = context.look()?;
    let changes = installation.record_changes(&arguments.customer)?;
    let output = context.output();
    if output.is_json() {
        output.value(&serialised(&changes)?);
        return Ok(());
    }
    if changes.is_empty() {
        output.talk("no change needed an approval yet");
    }
    for (index, change) in changes.iter().enumerate() {
        if index > 0 {
            output.line("");
        }
        output.table(&facts(change));
    }
    context.tell_next(&installation.next(&arguments.customer)?);
    Ok(())
}

/// Returns everything that is known of a change.
fn facts(change: &ChangeView) -> Table {
    let mut facts = Table::new::<&str>([]);
    let mut fact = |name: &str, cell: Cell| facts.row([Cell::toned(name, Tone::Heading), cell]);
    let tone = match change.state.as_str() {
        "made" => Tone::Done,
        "rejected" => Tone::Failed,
        _ => Tone::Waiting,
    };
    fact("change", change.number.clone().into());
    fact("state", Cell::toned(change.state.clone(), tone));
    let what = match &change.key {
        Some(key) => format!("`{key}` of {}", change.table),
        None => format!("a row of {}", change.table),
    };
    fact("what", format!("{what} in {} to be {}", change.address, verb_words(&change.verb)).into());
    for (column, value) in &change.values {
        let value = if value.is_empty() { "(none)".to_owned() } else { value.replace('\n', " ") };
        fact(column, value.into());
    }
    fact("asked for by", format!("{}, {}", change.by, change.requested.human()).into());
    fact("because", change.reason.clone().into());
    if let Some(decision) = &change.decision {
        fact("decided by", signed::of_view(decision));
    }
    if let Some(rejection) = &change.rejection {
        fact("rejected because", rejection.clone().into());
    }
    facts
}
