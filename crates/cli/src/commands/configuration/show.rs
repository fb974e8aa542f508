use clap::Args;
use landfall_core::ids::CustomerId;

use crate::{
    context::Context,
    output::{
        error::Failure,
        json,
        signed::{self, Records},
        table::{Cell, Table},
    },
};

/// What `landfall configuration show` takes.
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
        context.output().value(&json::configuration(&records));
        return Ok(());
    }
    let mut table = Table::new(["for", "source", "package", "rows", "agreed by"]);
    for (target, source) in &customer.sources {
        // The last extraction from this source is the one that counts.
        let package = customer
            .extractions
            .iter()
            .rev()
            .find(|known| {
                known.label == source.label
                    && known.position == source.position
                    && known.target == *target
            })
            .map(|known| &known.package);
        let rows =
            package.map(|package| package.tables.iter().map(|table| table.rows).sum::<u64>());
        table.row([
            target.title().into(),
            format!("{}/{}", customer.id, source.label).into(),
            Cell::maybe(package.map(|package| package.digest)),
            rows.map_or_else(|| Cell::from("-"), Cell::number),
            signed::cell(&source.signature, records.holds_for_source(source)),
        ]);
    }
    if table.is_empty() {
        context.output().talk("no source of configuration is agreed yet");
    } else {
        context.output().table(&table);
    }
    context.tell_next(&installation.next(&customer.id)?);
    Ok(())
}
