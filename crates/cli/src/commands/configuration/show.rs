use clap::Args;
use landfall_core::ids::CustomerId;

use crate::{
    context::Context,
    output::{
        error::Failure,
        json,
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
    let customer = installation.customer(&arguments.customer)?;
    if context.output().is_json() {
        context.output().value(&json::configuration(&customer));
        return Ok(());
    }
    let mut table = Table::new(["for", "source", "agreed by", "agreed", "package", "rows"]);
    for (target, source) in &customer.sources {
        // The last extraction from this source is the one that counts.
        let package = customer
            .extractions
            .iter()
            .rev()
            .find(|(label, kind, _)| *label == source.label && kind == target)
            .map(|(_, _, package)| package);
        let rows =
            package.map(|package| package.tables.iter().map(|table| table.rows).sum::<u64>());
        table.row([
            target.title().into(),
            format!("{}/{}", customer.id, source.label).into(),
            source.signature.name.clone().into(),
            source.signature.time.human().into(),
            Cell::maybe(package.map(|package| package.digest)),
            rows.map_or_else(|| Cell::from("-"), Cell::number),
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
