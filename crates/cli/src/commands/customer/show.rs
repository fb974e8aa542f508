use clap::Args;
use landfall_core::{customer::Customer, ids::CustomerId};
use landfall_operations::{ChangeView, Installation};
use serde_json::{Value, json as object};

use crate::{
    commands::{document::row, record::verb_words},
    context::Context,
    output::{
        colour::Tone,
        error::Failure,
        json,
        signed::{self, Records},
        table::{Cell, Table, wrap},
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
    let records = Records::of(installation, id)?;
    let customer = &records.customer;
    let directory = installation.directory();
    let environments: Vec<Value> = customer
        .environments
        .values()
        .map(|environment| json::environment(directory, &records, environment))
        .collect();
    let validation = customer.validation.as_ref().map(|(label, signature)| {
        let holds = customer
            .environment(*label)
            .is_some_and(|environment| records.holds_for(environment, signature));
        object!({
            "environment": format!("{id}/{label}"),
            "signature": json::signature(signature, holds),
        })
    });
    let no_migration = customer.no_migration.as_ref().map(|(signature, reason)| {
        let holds = records.holds_for_declaration(signature, reason);
        object!({ "signature": json::signature(signature, holds), "reason": reason })
    });
    let promotions: Vec<Value> = customer
        .promotions
        .iter()
        .map(|promotion| {
            object!({
                "from": format!("{id}/{}", promotion.from),
                "to": format!("{id}/{}", promotion.to),
                "package": json::package_facts(&promotion.package),
                "added": promotion.counts.added,
                "changed": promotion.counts.changed,
                "kept": promotion.counts.kept,
                "done": promotion.done,
            })
        })
        .collect();
    Ok(object!({
        "id": customer.id,
        "name": customer.name,
        "status": customer.status,
        "since": customer.since,
        "now": installation.now()?,
        "environments": environments,
        "configuration": json::configuration(&records),
        "dumps": customer.dumps,
        "specs": customer.specs,
        "iterations": customer.iterations.iter().map(json::iteration).collect::<Vec<_>>(),
        "no_migration": no_migration,
        "validation": validation,
        "golive": json::golive(&records),
        "deviations": customer
            .deviations
            .iter()
            .map(|deviation| json::deviation(id, deviation))
            .collect::<Vec<_>>(),
        "changes": installation.record_changes(id)?.iter().map(json::change).collect::<Vec<_>>(),
        "materials": customer.materials.iter().map(json::material).collect::<Vec<_>>(),
        "promotions": promotions,
        "documents": records.documents.iter().map(json::document).collect::<Vec<_>>(),
        "next": context.next_json(&installation.next(id)?),
    }))
}

/// Draws a customer's lifecycle: the timeline, what stands in the way, what is due, the documents, what comes next.
pub(crate) fn draw(
    context: &Context,
    installation: &Installation,
    id: &CustomerId,
) -> Result<(), Failure> {
    let records = Records::of(installation, id)?;
    let customer = &records.customer;
    let now = installation.now()?;
    let output = context.output();
    let colour = output.colour();
    output.lines(&timeline::draw(customer, now, output.width(), colour));
    let heading = |text: &str| {
        output.line("");
        output.line(&colour.paint(Tone::Heading, text));
    };

    if let Some((signature, reason)) = &customer.no_migration {
        heading("no source database");
        output.sentence(reason);
        let holds = records.holds_for_declaration(signature, reason);
        output.sentence(&format!("declared by {}", signed::text(signature, holds)));
    }
    for (title, table) in [
        ("rejected", rejected(&records)),
        ("open deviations", open_deviations(customer)),
        ("changes that await vendor quality", awaited_changes(&installation.record_changes(id)?)),
    ] {
        if !table.is_empty() {
            heading(title);
            output.table(&table);
        }
    }

    let due = timeline::due(customer, now, colour);
    if !due.is_empty() {
        heading("due");
        due.iter().for_each(|line| output.sentence(line));
    }

    if !records.documents.is_empty() {
        heading("documents");
        let mut table = Table::new::<&str>([]);
        for document in &records.documents {
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

/// Returns the VALs that the customer rejected and the rejections of the final quality check.
fn rejected(records: &Records) -> Table {
    let customer = &records.customer;
    let mut table = Table::new::<&str>([]);
    for environment in customer.environments.values() {
        let Some((signature, reason)) = &environment.rejection else { continue };
        table.row([
            format!("{}/{}", customer.id, environment.label).into(),
            reason.clone().into(),
            signed::cell(signature, records.holds_for(environment, signature)),
        ]);
    }
    for (signature, reason) in &customer.qc_rejections {
        table.row([
            "final quality check".into(),
            reason.clone().into(),
            signed::cell(signature, records.holds_for_documents(signature)),
        ]);
    }
    table
}

fn open_deviations(customer: &Customer) -> Table {
    let mut table = Table::new::<&str>([]);
    for deviation in customer.deviations.iter().filter(|deviation| deviation.is_open()) {
        table.row([
            deviation.name(&customer.id).into(),
            format!("{}/{}", customer.id, deviation.label).into(),
            Cell::toned(json::deviation_state(deviation), Tone::Waiting),
            deviation.description.clone().into(),
        ]);
    }
    table
}

fn awaited_changes(changes: &[ChangeView]) -> Table {
    let mut table = Table::new::<&str>([]);
    for change in changes.iter().filter(|change| change.decision.is_none()) {
        table.row([
            change.number.clone().into(),
            change.address.clone().into(),
            format!("a row of {} to be {}", change.table, verb_words(&change.verb)).into(),
            format!("{}, {}", change.by, change.requested.human()).into(),
            change.reason.clone().into(),
        ]);
    }
    table
}
