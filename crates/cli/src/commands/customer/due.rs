use clap::Args;
use landfall_core::{customer::Next, ids::CustomerId};
use landfall_operations::{DueView, Standing};
use serde_json::Value;

use crate::{
    context::Context,
    output::{
        Output,
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
    shown(&list, customer.is_none(), output);
    context.tell_next(&turns(&list));
    Ok(())
}

/// Shows what is due in one table, and below it what keeps some of it and each rule once in words.
fn shown(list: &[DueView], of_all: bool, output: &Output) {
    let mut rules: Vec<(&str, &str)> = Vec::new();
    let mut kept: Vec<(&str, &str)> = Vec::new();
    let mut table = Table::new(
        ["customer", "what", "state", "when", "destroy by", "rule"]
            .into_iter()
            .skip(usize::from(!of_all)),
    );
    for view in list {
        let rule = (view.rule.as_str(), view.rule_text.as_str());
        let number = rules.iter().position(|known| *known == rule).unwrap_or_else(|| {
            rules.push(rule);
            rules.len() - 1
        });
        if let Some(held) = &view.held {
            kept.push((view.what.as_str(), held.as_str()));
        }
        let cells = [
            view.customer.to_string().into(),
            view.what.clone().into(),
            state(view),
            view.when.clone().into(),
            Cell::maybe(view.destroy_by.map(|time| time.human())),
            (number + 1).to_string().into(),
        ];
        table.row(cells.into_iter().skip(usize::from(!of_all)));
    }
    output.table(&table);
    if !kept.is_empty() {
        output.line("");
        output.line(&output.colour().paint(Tone::Heading, "kept"));
        for (what, why) in kept {
            output.sentence(&format!("{what}: {why}"));
        }
    }
    output.line("");
    output.line(&output.colour().paint(Tone::Heading, "rules"));
    for (number, (rule, text)) in rules.iter().enumerate() {
        output.sentence(&format!("{}  {rule}: {text}", number + 1));
    }
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

/// Returns whose turn it is and what is to be done, each command once.
fn turns(list: &[DueView]) -> Vec<Next> {
    let mut turns: Vec<(Next, u64)> = Vec::new();
    for view in list {
        let (Some(who), Some(task), Some(command)) = (&view.who, &view.task, &view.command) else {
            continue;
        };
        match turns.iter_mut().find(|(turn, _)| turn.command == *command) {
            Some((_, more)) => *more += 1,
            None => {
                let since = match view.destroy_by.filter(|_| view.overdue) {
                    Some(by) => format!(", overdue since {}", by.date()),
                    None => String::new(),
                };
                let what = format!("{task}{since}");
                turns.push((Next { who: who.clone(), what, command: command.clone() }, 0));
            }
        }
    }
    turns
        .into_iter()
        .map(|(turn, more)| match more {
            0 => turn,
            more => Next { what: format!("{}, and {more} more", turn.what), ..turn },
        })
        .collect()
}
