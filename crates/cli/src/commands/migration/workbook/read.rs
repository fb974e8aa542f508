use std::path::PathBuf;

use clap::Args;
use landfall_core::ids::Release;
use landfall_operations::migration_workbook_read;
use serde_json::json;

use crate::{commands::newest_release, context::Context, output::error::Failure};

/// What `landfall migration workbook read` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The workbook.
    #[arg(value_name = "FILE")]
    workbook: PathBuf,
    /// The spec folder to write; it must not exist yet.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// Against which release of the product targets are checked; the newest unless said.
    #[arg(long)]
    release: Option<Release>,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let release = newest_release(arguments.release.as_ref())?;
    let digest = migration_workbook_read(&arguments.workbook, &release, &arguments.out)?;
    let output = context.output();
    if output.is_json() {
        output.value(&json!({ "spec": digest, "path": arguments.out.display().to_string() }));
    } else {
        output.talk(&format!("spec {} is `{}`", digest.short(), arguments.out.display()));
        output.talk("next: landfall migration check SPEC --source FOLDER");
    }
    Ok(())
}
