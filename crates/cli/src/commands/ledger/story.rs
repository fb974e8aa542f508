use std::str::FromStr;

use clap::Args;
use landfall_core::ids::{Address, CustomerId};
use landfall_operations::StoryOf;

use crate::{
    context::Context,
    output::{
        colour::Tone,
        error::Failure,
        json::serialised,
        table::{Cell, Table},
    },
};

/// What `landfall ledger story` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Whose story: an environment such as `acme/val-1`, or a customer.
    #[arg(value_name = "ADDRESS|CUSTOMER", value_parser = whose)]
    whose: StoryOf,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let lines = context.look()?.story(&arguments.whose)?;
    let output = context.output();
    if output.is_json() {
        output.value(&serialised(&lines)?);
        return Ok(());
    }
    let colour = output.colour();
    for chapter in lines.chunk_by(|one, other| one.chapter == other.chapter) {
        if let Some(first) = chapter.first() {
            output.line(&colour.paint(Tone::Heading, &first.chapter));
        }
        let mut table = Table::new::<&str>([]);
        for line in chapter {
            let sentence = line.sentence();
            table.row([
                Cell::toned(format!("  {:>5}", line.entry), Tone::Quiet),
                Cell::toned(line.when.clone(), Tone::Quiet),
                if line.refused { Cell::toned(sentence, Tone::Failed) } else { sentence.into() },
            ]);
        }
        output.table(&table);
    }
    Ok(())
}

/// Reads an address or a customer's identity.
fn whose(text: &str) -> Result<StoryOf, String> {
    let read = if text.contains('/') {
        Address::from_str(text).map(|address| StoryOf::Environment(address.customer, address.label))
    } else {
        CustomerId::from_str(text).map(StoryOf::Customer)
    };
    read.map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_story_is_an_environments_or_a_customers() {
        assert_eq!(whose("acme"), Ok(StoryOf::Customer("acme".parse().unwrap())));
        let val = StoryOf::Environment("acme".parse().unwrap(), "val-1".parse().unwrap());
        assert_eq!(whose("acme/val-1"), Ok(val));
        assert!(whose("acme/nonsense").is_err());
    }
}
