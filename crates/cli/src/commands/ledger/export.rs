use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::open;
use crate::{
    commands::write_aside,
    context::Context,
    output::{error::Failure, number::counted},
};

/// What `landfall ledger export` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The file to write; one of that name is replaced when the new one is complete.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let ledger = open(context)?;
    let mut head = None;
    write_aside(&arguments.file, |file| {
        head = Some(ledger.export(file)?);
        Ok(())
    })?;
    let Some(head) = head else { return Ok(()) };
    let file = arguments.file.display().to_string();
    if context.output().is_json() {
        context.output().value(
            &json!({ "export": { "path": file, "entries": head.count, "head": head.hash } }),
        );
        return Ok(());
    }
    context.output().talk(&format!(
        "wrote {} to `{file}`; keep the head apart from it\nnext: landfall ledger verify {file} --head {}",
        counted(head.count, "entry", "entries"),
        head.hash
    ));
    context.output().line(&head.hash.to_string());
    Ok(())
}
