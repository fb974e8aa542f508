use clap::Args;
use landfall_core::ids::CustomerId;
use serde_json::Value;

use super::outcome;
use crate::{
    arguments::number,
    context::Context,
    output::{
        clean::plain,
        colour::Tone,
        error::Failure,
        json,
        table::{Cell, Table},
    },
};

/// What `landfall operation show` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Of which customer.
    #[arg(value_name = "CUSTOMER")]
    customer: CustomerId,
    /// The operation's number.
    #[arg(value_name = "OPERATION", value_parser = number::<u32>)]
    number: u32,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let installation = context.look()?;
    let view = installation
        .operations(&arguments.customer)?
        .into_iter()
        .find(|operation| operation.number == arguments.number)
        .ok_or_else(|| {
            Failure::absent(
                format!("customer `{}` has no operation {}", arguments.customer, arguments.number),
                format!("`landfall operation list {}` shows its operations", arguments.customer),
            )
        })?;
    let output = context.output();
    if output.is_json() {
        output.value(&json::operation(&view));
        return Ok(());
    }
    let mut facts = Table::new::<&str>([]);
    let mut fact = |name: &str, cell: Cell| facts.row([Cell::toned(name, Tone::Heading), cell]);
    fact("operation", format!("{} of {}", view.number, arguments.customer).into());
    fact("what", view.title.clone().into());
    fact("outcome", outcome(&view));
    fact("attempts", view.attempts.to_string().into());
    output.table(&facts);
    for step in &view.steps {
        output.line("");
        let title = format!("step {} {}", step.number, step.title);
        output.sentence(&format!(
            "{}  {}, {}, attempt {}",
            output.colour().paint(Tone::Heading, &title),
            step.time.human(),
            plain(&in_words(&step.who)),
            step.attempt
        ));
        for line in noted(&step.facts) {
            output.sentence(&format!("  {}", plain(&line)));
        }
        let mut tests = Table::new::<&str>([]);
        for test in &step.tests {
            let result = if test.passed {
                Cell::toned("pass", Tone::Done)
            } else {
                Cell::toned("FAIL", Tone::Failed)
            };
            tests.row(["".into(), result, test.id.clone().into(), test.actual.clone().into()]);
        }
        if !tests.is_empty() {
            output.table(&tests);
        }
    }
    Ok(())
}

/// Returns a name with its role, the role in words: `Erik Lund (vendor engineer)`.
fn in_words(who: &str) -> String {
    match who.rsplit_once(" (") {
        Some((name, role)) => format!("{name} ({}", role.replace('-', " ")),
        None => who.to_owned(),
    }
}

/// Returns the lines that show what a step noted; lists and objects are counted, `--json` shows them whole.
fn noted(facts: &Value) -> Vec<String> {
    let Value::Object(fields) = facts else { return Vec::new() };
    fields
        .iter()
        .filter_map(|(name, value)| {
            let text = match value {
                Value::Null => return None,
                Value::Bool(yes) => yes.to_string(),
                Value::Number(number) => number.to_string(),
                Value::String(text) => text.clone(),
                Value::Array(list) => format!("{} listed", list.len()),
                Value::Object(inner) => format!("{} listed", inner.len()),
            };
            Some(format!("{}: {text}", name.replace(['_', '-'], " ")))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_in_words_and_a_name_as_it_is() {
        let who = "Anne-Marie Lund (vendor-engineer)";
        assert_eq!(in_words(who), "Anne-Marie Lund (vendor engineer)");
    }

    #[test]
    fn what_a_step_noted_is_shown_in_words() {
        let facts =
            serde_json::json!({ "rows_written": 7, "tables": [1, 2], "none": null, "key": "val" });
        assert_eq!(noted(&facts), ["key: val", "rows written: 7", "tables: 2 listed"]);
        assert!(noted(&Value::Null).is_empty());
    }
}
