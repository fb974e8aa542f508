use clap::Args;
use landfall_core::ids::Address;

use crate::{
    context::Context,
    output::{
        colour::Tone,
        error::Failure,
        json::serialised,
        table::{Cell, Table},
    },
};

/// What `landfall study list` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The instance, such as `acme/sandbox`; Main unless said.
    #[arg(value_name = "ADDRESS")]
    address: Address,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let installation = context.look()?;
    let studies = installation.study_list(&arguments.address)?;
    let output = context.output();
    if output.is_json() {
        output.value(&serialised(&studies)?);
        return Ok(());
    }
    if studies.is_empty() {
        output.talk(&format!("`{}` has no study", arguments.address));
    }
    let mut table =
        Table::new(["study", "name", "status", "version", "OID", "design", "rows of data"]);
    for listed in &studies {
        let study = &listed.study;
        let mut first = true;
        for version in &listed.versions {
            let own = |text: &str| if first { text.to_owned() } else { String::new() };
            table.row([
                own(&study.protocol_code).into(),
                own(&study.name).into(),
                own(&listed.status).into(),
                version.revision.to_string().into(),
                version.oid.clone().into(),
                version.status.clone().into(),
                if first { Cell::number(listed.data) } else { "".into() },
            ]);
            first = false;
        }
        if listed.versions.is_empty() {
            table.row([
                study.protocol_code.clone().into(),
                study.name.clone().into(),
                listed.status.clone().into(),
                Cell::toned("none", Tone::Quiet),
                "".into(),
                "".into(),
                Cell::number(listed.data),
            ]);
        }
    }
    output.table(&table);
    Ok(())
}
