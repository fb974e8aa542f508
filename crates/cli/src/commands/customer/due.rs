use clap::Args;
use landfall_core::{customer::Next, ids::CustomerId};
use landfall_operations::{DueView, Standing};
use serde_json::Value;

use crate::{
    context::Context,
    output::{
        colour::Tone,
        error::Failure,
        json::serialised,
        table::{Cell, Table},
    },
};

/// What `landfall customer due` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Of which customer.
    #[arg(value_name = "CUSTOMER")]
    id: CustomerId,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    of(Some(&arguments.id), context)
}

/// Lists what falls due of a customer, or of all and the vendor.
pub(crate) fn of(customer: Option<&CustomerId>, context: &Context) -> Result<(), Failure> {
    let installation = context.look()?;
    let list = installation.due(customer)?;
    let output = context.output();
    if output.is_json() {
        let values = list
            .iter()
            .map(|view| {
                let mut value = serialised(view)?;
                if let (Value::Object(object), Some(command)) = (&mut value, &view.command) {
                    object.insert("command".to_owned(), context.command(command).into());
                }
                Ok(value)
            })
            .collect::<Result<Vec<_>, Failure>>()?;
        output.value(&Value::Array(values));
        return Ok(());
    }
    if list.is_empty() {
        output.talk("nothing is to be destroyed");
        return Ok(());
    }
    let mut table = Table::new(["customer", "state", "when", "destroy by", "rule", "what", "why"]);
    for view in &list {
        let why = match &view.held {
            Some(held) => format!("{held}. {}", view.rule_text),
            None => view.rule_text.clone(),
        };
        table.row([
            view.customer.to_string().into(),
            state(view),
            view.when.clone().into(),
            Cell::maybe(view.destroy_by.map(|time| time.human())),
            view.rule.clone().into(),
            view.what.clone().into(),
            why.into(),
        ]);
    }
    output.table(&table);
    context.tell_next(&turns(&list));
    Ok(())
}

/// Returns whether it is due, overdue, kept, or will be due.
fn state(view: &DueView) -> Cell {
    match (view.standing, &view.held) {
        _ if view.overdue => Cell::toned("overdue", Tone::Failed),
        (Standing::Due, Some(_)) => Cell::toned("due, kept", Tone::Waiting),
        (Standing::Due, None) => Cell::toned("due", Tone::Waiting),
        (Standing::Upcoming, Some(_)) => Cell::toned("later, kept", Tone::Quiet),
        (Standing::Upcoming, None) => Cell::toned("later", Tone::Quiet),
    }
}

/// Returns whose turn it is, each command once.
fn turns(list: &[DueView]) -> Vec<Next> {
    let mut turns: Vec<Next> = Vec::new();
    for view in list {
        let (Some(who), Some(command)) = (&view.who, &view.command) else { continue };
        if turns.iter().any(|turn| turn.command == *command) {
            continue;
        }
        turns.push(Next { who: who.clone(), what: view.what.clone(), command: command.clone() });
    }
    turns
}
