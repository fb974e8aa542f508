use clap::Args;
use landfall_core::ids::CustomerId;

use crate::{
    commands::document::made,
    context::Context,
    output::{error::Failure, number::counted},
};

/// What `landfall migration destroy` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Of which customer.
    #[arg(value_name = "CUSTOMER")]
    customer: CustomerId,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    let id = &arguments.customer;
    let due = installation
        .customer(id)?
        .materials
        .iter()
        .filter(|material| material.due.is_some() && material.destroyed.is_none())
        .count();
    if due > 0 {
        let what = counted(due as u64, "material", "materials");
        context.confirm(&format!(
            "{what} of `{id}` will be destroyed for ever: dumps, packages, rejected rows, maps of source keys"
        ))?;
    }
    let mut progress = context.progress();
    let destroyed = installation.materials_destroy(&context.caller(), id, &mut progress)?;
    drop(progress);
    let number = destroyed.document;
    let sentence = format!(
        "destroyed what was due of `{id}` outside its environments; certificate `{number}`"
    );
    made(context, &installation, &number, sentence)
}
