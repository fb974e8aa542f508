use std::path::PathBuf;

use clap::Args;
use landfall_core::ids::Release;
use landfall_operations::migration_workbook_read;
use serde_json::json;

use crate::{
    commands::newest_release,
    context::{Context, quoted},
    output::error::Failure,
};

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
        let stated = arguments.release.as_ref().map(|release| format!(" --release {release}"));
        // Where the dump is, nobody has said.
        output.talk(&format!(
            "next: landfall migration check {} --source FOLDER{}",
            quoted(&arguments.out),
            stated.unwrap_or_default()
        ));
    }
    Ok(())
}
