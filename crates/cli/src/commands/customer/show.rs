use clap::Args;
use landfall_core::ids::CustomerId;
use landfall_operations::Installation;
use serde_json::{Value, json as object};

use crate::{
    commands::document::row,
    context::Context,
    output::{
        colour::Tone,
        error::Failure,
        json,
        table::{Table, wrap},
        timeline,
    },
};

/// What `landfall customer show` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Which customer.
    #[arg(value_name = "CUSTOMER")]
    id: CustomerId,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let installation = context.look()?;
    if context.output().is_json() {
        let value = shown(context, &installation, &arguments.id)?;
        context.output().value(&value);
        return Ok(());
    }
    draw(context, &installation, &arguments.id)
}

/// Returns the JSON of a customer.
fn shown(
    context: &Context,
    installation: &Installation,
    id: &CustomerId,
) -> Result<Value, Failure> {
    let customer = installation.customer(id)?;
    let directory = installation.directory();
    let environments: Vec<Value> = customer
        .environments
        .values()
        .map(|environment| json::environment(directory, id, environment))
        .collect();
    let documents = installation.documents(id)?;
    Ok(object!({
        "id": customer.id,
        "name": customer.name,
        "status": customer.status,
        "since": customer.since,
        "now": installation.now()?,
        "environments": environments,
        "configuration": json::configuration(&customer),
        "dumps": customer.dumps,
        "specs": customer.specs,
        "iterations": customer.iterations.iter().map(json::iteration).collect::<Vec<_>>(),
        "validation": customer.validation.as_ref().map(|(label, signature)| object!({
            "environment": format!("{id}/{label}"),
            "signature": signature,
        })),
        "golive": json::golive(&customer),
        "documents": documents.iter().map(json::document).collect::<Vec<_>>(),
        "next": context.next_json(&installation.next(id)?),
    }))
}

/// Draws a customer's lifecycle: the timeline, what is due, the documents, what comes next.
pub(crate) fn draw(
    context: &Context,
    installation: &Installation,
    id: &CustomerId,
) -> Result<(), Failure> {
    let customer = installation.customer(id)?;
    let now = installation.now()?;
    let output = context.output();
    let colour = output.colour();
    output.lines(&timeline::draw(&customer, now, output.width(), colour));
    let heading = |text: &str| {
        output.line("");
        output.line(&colour.paint(Tone::Heading, text));
    };

    let due = timeline::due(&customer, now, colour);
    if !due.is_empty() {
        heading("due");
        output.lines(&due);
    }

    let documents = installation.documents(id)?;
    if !documents.is_empty() {
        heading("documents");
        let mut table = Table::new::<&str>([]);
        for document in &documents {
            table.row(row(document));
        }
        output.table(&table);
    }

    heading("next");
    let next = installation.next(id)?;
    if next.is_empty() {
        output.line("nothing is waiting; the ledger can be verified at any time");
        output.line(&format!("  {}", context.command("landfall ledger verify")));
    }
    for item in &next {
        let text = format!("{}: {}", item.who, item.what);
        for (number, line) in wrap(&text, output.width()).iter().enumerate() {
            let indent = if number == 0 { "" } else { "  " };
            output.line(&format!("{indent}{}", colour.paint(Tone::Waiting, line)));
        }
        output.line(&format!("  {}", context.command(&item.command)));
    }
    Ok(())
}
