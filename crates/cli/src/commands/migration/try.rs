use std::path::PathBuf;

use clap::Args;
use landfall_core::ids::Release;
use landfall_operations::{AskedVolunteers, migration_try};

use super::test_volunteers;
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
    /// Shows the spec's test volunteers as well: what the source says of them beside what came out.
    #[arg(long)]
    test_volunteers: bool,
    /// The external id of a volunteer to show instead; may be given several times, 50 at most.
    #[arg(long = "volunteer", value_name = "ID")]
    volunteers: Vec<String>,
    /// Writes the test volunteers to a workbook instead of to the terminal; the file must not exist.
    #[arg(long, value_name = "FILE")]
    xlsx: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let release = newest_release(arguments.release.as_ref())?;
    let asked = AskedVolunteers { ids: &arguments.volunteers, workbook: arguments.xlsx.as_deref() };
    let are_asked =
        arguments.test_volunteers || !arguments.volunteers.is_empty() || arguments.xlsx.is_some();
    let mut progress = context.progress();
    let mut report = migration_try(
        &arguments.spec,
        &arguments.source,
        &release,
        &arguments.out,
        are_asked.then_some(&asked),
        &mut progress,
    )?;
    drop(progress);
    let output = context.output();
    let summary = report.test_volunteers.as_deref().map(test_volunteers::summary);
    if arguments.xlsx.is_some() {
        // They stand in the workbook that was asked for, and nowhere else.
        report.test_volunteers = None;
    }
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
    if let Some(shown) = &report.test_volunteers {
        output.line("");
        test_volunteers::show(output, shown);
    }
    if let (Some(file), Some(summary)) = (&arguments.xlsx, summary) {
        output.talk(&summary);
        output.talk(&format!("  workbook: {}", file.display()));
    }
    output.talk(&format!("package {} is `{}`", report.package.short(), report.path));
    Ok(())
}
