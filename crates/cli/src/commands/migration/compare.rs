use clap::Args;
use landfall_core::ids::CustomerId;
use landfall_operations::{IterationComparison, RowCounts, RowIds, VolunteerChanges};

use crate::{
    context::Context,
    output::{
        Output,
        colour::Tone,
        error::Failure,
        json::serialised,
        number::{counted, grouped},
        table::{Cell, Table},
    },
};

/// What `landfall migration compare` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Of which customer.
    #[arg(value_name = "CUSTOMER")]
    customer: CustomerId,
    /// The first iteration's number.
    #[arg(value_name = "A")]
    a: u32,
    /// The second iteration's number: what it has more is added, what it lacks is gone.
    #[arg(value_name = "B")]
    b: u32,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let installation = context.look()?;
    let comparison =
        installation.migration_compare(&arguments.customer, arguments.a, arguments.b)?;
    let output = context.output();
    if output.is_json() {
        output.value(&serialised(&comparison)?);
        return Ok(());
    }
    show_counts(output, &comparison);
    show_rules(output, &comparison);
    output.line("");
    match (&comparison.volunteers, &comparison.not_compared) {
        (Some(changes), _) => show_volunteers(output, changes, arguments.b),
        (None, Some(why)) => output.line(&format!("volunteers are not compared: {why}")),
        (None, None) => output.line("volunteers are not compared"),
    }
    show_findings(output, &comparison);
    Ok(())
}

fn show_counts(output: &Output, comparison: &IterationComparison) {
    let mut table = Table::new(["section", "iteration", "read", "written", "rejected", "filtered"]);
    let mut row = |name: &str, number: u32, counts: Option<RowCounts>| {
        let cell = |of: fn(RowCounts) -> u64| {
            counts.map_or_else(|| Cell::maybe(None::<String>), |counts| Cell::number(of(counts)))
        };
        table.row([
            name.into(),
            Cell::number(u64::from(number)),
            cell(|counts| counts.read),
            cell(|counts| counts.written),
            cell(|counts| counts.rejected),
            cell(|counts| counts.filtered),
        ]);
    };
    let (a, b) = (&comparison.a, &comparison.b);
    for pair in &comparison.sections {
        row(&pair.section, a.number, pair.a);
        row("", b.number, pair.b);
    }
    row("all", a.number, Some(a.total));
    row("", b.number, Some(b.total));
    output.table(&table);
}

fn show_rules(output: &Output, comparison: &IterationComparison) {
    if comparison.rejected.is_empty() {
        return;
    }
    let heading = |number: u32| format!("rejected in {number}");
    let mut table = Table::new([
        "section".to_owned(),
        "field".to_owned(),
        "rule".to_owned(),
        heading(comparison.a.number),
        heading(comparison.b.number),
    ]);
    for pair in &comparison.rejected {
        table.row([
            pair.section.clone().into(),
            pair.field.clone().into(),
            pair.rule.clone().into(),
            Cell::number(pair.a),
            Cell::number(pair.b),
        ]);
    }
    output.line("");
    output.table(&table);
}

fn show_volunteers(output: &Output, changes: &VolunteerChanges, second: u32) {
    let mut table = Table::new(["volunteers", "how many", "the first of them, by id"]);
    let mut row = |name: &str, tone: Tone, found: &RowIds| {
        table.row([Cell::toned(name, tone), Cell::number(found.count), named(found).into()]);
    };
    row("added", Tone::Added, &changes.added);
    row("gone", Tone::Removed, &changes.gone);
    row("changed", Tone::Waiting, &changes.changed);
    table.row(["unchanged".into(), Cell::number(changes.unchanged), "".into()]);
    output.table(&table);
    if changes.renumbered > 0 {
        let many = counted(changes.renumbered, "volunteer has", "volunteers have");
        output.line(&format!("{many} another id in iteration {second}"));
    }
    if changes.unmatched_a + changes.unmatched_b > 0 {
        output.line(&format!(
            "without an external id of their own, and so not matched: {} and {}",
            grouped(changes.unmatched_a),
            grouped(changes.unmatched_b)
        ));
    }
    let mut table = Table::new(["what changed", "volunteers", "the first of them, by id"]);
    for field in &changes.fields {
        let name = format!("{} ({})", field.column, field.label);
        let found = &field.volunteers;
        table.row([name.into(), Cell::number(found.count), named(found).into()]);
    }
    for history in changes.history.iter().filter(|history| history.volunteers.count > 0) {
        let name = format!(
            "{} ({} rows, then {})",
            history.title,
            grouped(history.rows_a),
            grouped(history.rows_b)
        );
        let found = &history.volunteers;
        table.row([name.into(), Cell::number(found.count), named(found).into()]);
    }
    if !table.is_empty() {
        output.line("");
        output.table(&table);
    }
    for (side, only) in [("first", &changes.only_in_a), ("second", &changes.only_in_b)] {
        if !only.is_empty() {
            output.line(&format!("not compared, only in the {side}: {}", only.join(" ")));
        }
    }
}

fn named(found: &RowIds) -> String {
    let ids: Vec<String> = found.ids.iter().map(i64::to_string).collect();
    let more = if found.count > found.ids.len() as u64 { " .." } else { "" };
    format!("{}{more}", ids.join(" "))
}

fn show_findings(output: &Output, comparison: &IterationComparison) {
    if comparison.findings.is_empty() {
        return;
    }
    let mut table = Table::new(["iteration", "finding", "state"]);
    for finding in &comparison.findings {
        table.row([
            Cell::number(u64::from(finding.iteration)),
            Cell::number(u64::from(finding.number)),
            if finding.resolved {
                Cell::toned("resolved", Tone::Done)
            } else {
                Cell::toned("open", Tone::Waiting)
            },
        ]);
    }
    output.line("");
    output.table(&table);
}
