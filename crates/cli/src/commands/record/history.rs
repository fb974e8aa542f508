use clap::Args;
use landfall_core::ids::Address;

use super::verb_words;
use crate::{
    arguments::key,
    context::Context,
    output::{clean::plain, colour::Tone, error::Failure, json::serialised},
};

/// What `landfall record history` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Which instance, such as `acme/sandbox/main`; Main unless said.
    #[arg(value_name = "ADDRESS")]
    address: Address,
    /// Which table; `landfall catalogue show RELEASE` lists them.
    #[arg(value_name = "TABLE")]
    table: String,
    /// Which row, such as `id=7` or `name=Leeds`.
    #[arg(value_name = "KEY", value_parser = key)]
    key: String,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let installation = context.look()?;
    let (address, table, key) = (&arguments.address, &arguments.table, &arguments.key);
    let versions = installation.record_history(address, table, key)?;
    let output = context.output();
    if output.is_json() {
        output.value(&serialised(&versions)?);
        return Ok(());
    }
    if versions.is_empty() {
        output.talk(&format!(
            "this row of `{table}` in `{address}` was never changed since its build"
        ));
    }
    let colour = output.colour();
    for version in &versions {
        let reason = match &version.reason {
            Some(reason) => format!(", because: {}", plain(reason)),
            None => String::new(),
        };
        output.sentence(&format!(
            "{}  {}  {} ({}) {} it{reason}",
            colour.paint(Tone::Quiet, &format!("{:>5}", version.entry)),
            colour.paint(Tone::Quiet, &version.time.human()),
            colour.paint(Tone::Heading, &version.who),
            version.role.replace('-', " "),
            verb_words(&version.verb)
        ));
        for column in &version.columns {
            let words = |value: &Option<String>| match value {
                Some(value) => plain(value).into_owned(),
                None => "(none)".to_owned(),
            };
            output.line(&format!(
                "       {}: {} -> {}",
                column.column,
                words(&column.old),
                words(&column.new)
            ));
        }
    }
    Ok(())
}
