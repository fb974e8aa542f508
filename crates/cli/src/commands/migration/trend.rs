use clap::Args;
use landfall_core::ids::CustomerId;
use landfall_operations::{RowCounts, TrendLine};

use super::list::tone;
use crate::{
    context::Context,
    output::{
        error::Failure,
        json::{self, serialised},
        table::{Cell, Table},
    },
};

/// What `landfall migration trend` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Of which customer.
    #[arg(value_name = "CUSTOMER")]
    customer: CustomerId,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let installation = context.look()?;
    let trend = installation.migration_trend(&arguments.customer)?;
    let output = context.output();
    if output.is_json() {
        output.value(&serialised(&trend)?);
        return Ok(());
    }
    if trend.is_empty() {
        output.talk("the migration program has not run yet");
        return Ok(());
    }
    output.table(&iterations(&trend));
    output.line("");
    output.table(&sections(&trend));
    Ok(())
}

fn iterations(trend: &[TrendLine]) -> Table {
    let mut table = Table::new([
        "iteration",
        "state",
        "read",
        "written",
        "rejected",
        "filtered",
        "resolved findings",
        "open",
    ]);
    for line in trend {
        let total = line.iteration.total;
        table.row([
            Cell::number(u64::from(line.iteration.number)),
            Cell::toned(json::word(&line.iteration.state), tone(line.iteration.state)),
            Cell::number(total.read),
            Cell::number(total.written),
            Cell::number(total.rejected),
            Cell::number(total.filtered),
            Cell::number(line.findings_resolved),
            Cell::number(line.findings_open),
        ]);
    }
    table
}

/// Every section with its counts in each iteration that has it; sections in the order in which they first came.
fn sections(trend: &[TrendLine]) -> Table {
    let mut table = Table::new(["section", "iteration", "read", "written", "rejected", "filtered"]);
    let mut names: Vec<&str> = Vec::new();
    for section in trend.iter().flat_map(|line| &line.sections) {
        if !names.contains(&section.section.as_str()) {
            names.push(&section.section);
        }
    }
    for name in names {
        let mut heading = name;
        for line in trend {
            let Some(section) = line.sections.iter().find(|section| section.section == name) else {
                continue;
            };
            let RowCounts { read, written, rejected, filtered } = section.counts;
            table.row([
                heading.into(),
                Cell::number(u64::from(line.iteration.number)),
                Cell::number(read),
                Cell::number(written),
                Cell::number(rejected),
                Cell::number(filtered),
            ]);
            heading = "";
        }
    }
    table
}
