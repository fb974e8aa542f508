use std::{io::Write as _, path::PathBuf};

use clap::Args;
use landfall_operations::migration_workbook_write;
use serde_json::json;

use crate::{commands::write_aside, context::Context, output::error::Failure};

/// What `landfall migration workbook write` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The spec's folder.
    #[arg(value_name = "SPEC")]
    spec: PathBuf,
    /// The workbook to write; the file must not exist.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let (digest, workbook) = migration_workbook_write(&arguments.spec, &arguments.out)?;
    write_aside(&arguments.out, |file| {
        file.write_all(&workbook).map_err(|error| Failure::file("write", &arguments.out, &error))
    })?;
    let output = context.output();
    if output.is_json() {
        output.value(&json!({ "spec": digest, "path": arguments.out.display().to_string() }));
    } else {
        output.talk(&format!("spec {} is `{}`", digest.short(), arguments.out.display()));
    }
    Ok(())
}
