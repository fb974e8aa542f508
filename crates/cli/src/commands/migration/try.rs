use std::path::PathBuf;

use clap::Args;
use landfall_core::ids::Release;
use landfall_operations::migration_try;

use crate::{
    commands::newest_release,
    context::Context,
    output::{
        error::Failure,
        number::counted,
        table::{Cell, Table},
    },
};

/// What `landfall migration try` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The spec's folder.
    #[arg(value_name = "SPEC")]
    spec: PathBuf,
    /// The source dump's folder.
    #[arg(long, value_name = "FOLDER")]
    source: PathBuf,
    /// The folder for the package and the rejected rows; new or empty.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// For which release of the product; the newest unless said.
    #[arg(long)]
    release: Option<Release>,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let release = newest_release(arguments.release.as_ref())?;
    let mut progress = context.progress();
    let report =
        migration_try(&arguments.spec, &arguments.source, &release, &arguments.out, &mut progress)?;
    drop(progress);
    let output = context.output();
    if output.is_json() {
        output.value(&crate::output::json::serialised(&report)?);
        return Ok(());
    }
    let mut table = Table::new(["section", "fills", "read", "written", "rejected", "filtered"]);
    for section in &report.sections {
        table.row([
            section.section.clone().into(),
            section.target.clone().into(),
            Cell::number(section.read),
            Cell::number(section.written),
            Cell::number(section.rejected),
            Cell::number(section.filtered),
        ]);
    }
    let total = &report.total;
    table.row([
        "total".into(),
        "".into(),
        Cell::number(total.read),
        Cell::number(total.written),
        Cell::number(total.rejected),
        Cell::number(total.filtered),
    ]);
    output.table(&table);
    for section in &report.sections {
        for fault in &section.rejected_by {
            let field = if fault.field.is_empty() { "the row" } else { fault.field.as_str() };
            let lines: Vec<_> = fault.first_lines.iter().map(ToString::to_string).collect();
            output.talk(&format!(
                "rejected in {}: {} by rule `{}` at {field}; first lines {}",
                section.section,
                counted(fault.rows, "row", "rows"),
                fault.rule,
                lines.join(", ")
            ));
        }
    }
    output.talk(&format!("package {} is `{}`", report.package.short(), report.path));
    Ok(())
}
