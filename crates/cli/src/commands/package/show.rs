use clap::Args;

use super::{prefix, verified};
use crate::{
    context::Context,
    output::{
        colour::Tone,
        error::Failure,
        json,
        table::{Cell, Table},
    },
};

/// What `landfall package show` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The package's digest, or at least its first 6 digits.
    #[arg(value_name = "DIGEST", value_parser = prefix)]
    digest: String,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let package = verified(&context.look()?, &arguments.digest)?;
    let output = context.output();
    if output.is_json() {
        output.value(&json::package(&package));
        return Ok(());
    }
    let mut facts = Table::new::<&str>([]);
    for (name, text) in [
        ("package", package.digest.to_string()),
        ("kind", package.kind.as_str().to_owned()),
        ("source", package.sources.join(", ")),
        ("file", package.path.display().to_string()),
        ("loaded into", package.loaded_into.join(" ")),
    ] {
        facts.row([Cell::toned(name, Tone::Heading), text.into()]);
    }
    output.table(&facts);
    output.line("");
    let mut tables = Table::new(["table", "rows"]);
    for (name, rows) in &package.tables {
        tables.row([name.clone().into(), Cell::number(*rows)]);
    }
    output.table(&tables);
    if !package.left_out.is_empty() {
        output.line("");
        let mut left_out = Table::new(["left out of", "rows", "reason"]);
        for (table, reason, rows) in &package.left_out {
            left_out.row([table.clone().into(), Cell::number(*rows), reason.clone().into()]);
        }
        output.table(&left_out);
    }
    Ok(())
}
