use std::path::{Path, PathBuf};

use clap::Args;
use landfall_core::ids::Release;
use landfall_operations::migration_check;

use crate::{
    commands::newest_release,
    context::{Context, quoted},
    output::{
        error::Failure,
        number::counted,
        table::{Cell, Table},
    },
};

/// What `landfall migration check` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The spec's folder.
    #[arg(value_name = "SPEC")]
    spec: PathBuf,
    /// The source dump's folder.
    #[arg(long, value_name = "FOLDER")]
    source: PathBuf,
    /// Against which release of the product; the newest unless said.
    #[arg(long)]
    release: Option<Release>,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let release = newest_release(arguments.release.as_ref())?;
    let report = migration_check(&arguments.spec, &arguments.source, &release)?;
    let output = context.output();
    if output.is_json() {
        output.value(&crate::output::json::serialised(&report)?);
        return Ok(());
    }
    let mut table = Table::new(["source", "file", "used", "ignored", "neither"]);
    for source in &report.sources {
        table.row([
            source.name.clone().into(),
            source.file.clone().into(),
            Cell::number(source.used.len() as u64),
            Cell::number(source.ignored.len() as u64),
            Cell::number(source.unmentioned.len() as u64),
        ]);
    }
    output.table(&table);
    for note in &report.notes {
        output.talk(&format!("note: {note}"));
    }
    output.talk(&format!(
        "spec `{}` ({}) fits {} {}: {} filled",
        report.name,
        report.spec.short(),
        report.product,
        report.release,
        counted(report.conversion.len() as u64, "target field is", "target fields are")
    ));
    let stated = arguments.release.as_ref().map(|release| format!(" --release {release}"));
    output.talk(&format!(
        "next: landfall migration try {} --source {} --out {}{}",
        quoted(&arguments.spec),
        quoted(&arguments.source),
        new_folder(),
        stated.unwrap_or_default()
    ));
    Ok(())
}

/// Returns the name of a folder that is not there yet: `out`, or `out-2` and on.
fn new_folder() -> String {
    let name = |number: u32| if number == 1 { "out".to_owned() } else { format!("out-{number}") };
    (1..).map(name).find(|name| !Path::new(name).exists()).unwrap_or_default()
}
