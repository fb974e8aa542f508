use clap::Args;
use landfall_core::{
    environment::Kind,
    ids::{CustomerId, Label},
};
use landfall_operations::{Action, Preview};
use serde_json::{Value, json as object};

use crate::{
    context::{Context, Done},
    output::{
        Output,
        colour::Tone,
        error::Failure,
        number::{counted, grouped},
        table::{Cell, Table},
    },
};

/// What `landfall configuration promote` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Of which customer.
    #[arg(value_name = "CUSTOMER")]
    customer: CustomerId,
    /// The environment whose configuration is taken.
    #[arg(long, value_name = "ENVIRONMENT", default_value_t = Label::single(Kind::Sandbox))]
    from: Label,
    /// The environment that takes it.
    #[arg(long, value_name = "ENVIRONMENT", default_value_t = Label::single(Kind::Preprod))]
    to: Label,
    /// Shows what would be added, changed and kept, and does nothing.
    #[arg(long)]
    preview: bool,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    let Arguments { customer: id, from, to, preview: only_preview } = arguments;
    let (from, to) = (*from, *to);
    let caller = context.caller();
    let output = context.output();
    let expected = installation.configuration_promote(&caller, id, from, to, true)?;
    let route = format!("`{id}/{from}` to `{id}/{to}`");
    if *only_preview && output.is_json() {
        output.value(&value(id, (from, to), &expected, false));
        return Ok(());
    }
    if !output.is_json() {
        show(output, &expected);
    }
    if *only_preview {
        output.talk(&format!("a promotion from {route} would do this; nothing was done"));
        let command = format!("landfall configuration promote {id} --from {from} --to {to}");
        output.talk(&format!("next: {}", context.command(&command)));
        return Ok(());
    }
    let begun = installation.customer(id)?.promotion_to(to).is_some();
    if expected.changes_nothing() && !begun {
        return context.done(
            &installation,
            Done {
                sentence: format!("nothing is to be promoted from {route}: it is all there"),
                data: None,
                noun: "promotion",
                value: value(id, (from, to), &expected, true),
                customer: Some(id),
            },
        );
    }
    context.confirm(&format!(
        "{} will be added to `{id}/{to}`, {} changed",
        counted(expected.added, "row", "rows"),
        grouped(expected.changed)
    ))?;
    let promoted = installation.configuration_promote(&caller, id, from, to, false)?;
    context.done(
        &installation,
        Done {
            sentence: format!(
                "promoted the configuration from {route}: {} added, {} changed, {} kept",
                counted(promoted.added, "row", "rows"),
                grouped(promoted.changed),
                grouped(promoted.kept)
            ),
            data: None,
            noun: "promotion",
            value: value(id, (from, to), &promoted, true),
            customer: Some(id),
        },
    )
}

/// Shows what happens to every table, and then the rows by their names.
fn show(output: &Output, preview: &Preview) {
    let mut table = Table::new(["table", "added", "changed", "equal", "kept", "title"]);
    for one in &preview.tables {
        table.row([
            one.table.clone().into(),
            Cell::number(one.added),
            Cell::number(one.changed),
            Cell::number(one.equal),
            Cell::number(one.kept),
            one.title.clone().into(),
        ]);
    }
    table.row([
        "total".into(),
        Cell::number(preview.added),
        Cell::number(preview.changed),
        Cell::number(preview.equal),
        Cell::number(preview.kept),
        "".into(),
    ]);
    output.table(&table);
    let mut rows = Table::new(["table", "what", "row"]);
    for one in &preview.tables {
        for (row, action) in &one.rows {
            let (what, tone) = match action {
                Action::Added => ("added", Tone::Added),
                Action::Changed => ("changed", Tone::Waiting),
                Action::Kept => ("kept", Tone::Quiet),
            };
            rows.row([one.table.clone().into(), Cell::toned(what, tone), row.clone().into()]);
        }
    }
    if !rows.is_empty() {
        output.line("");
        output.table(&rows);
    }
}

fn value(id: &CustomerId, (from, to): (Label, Label), preview: &Preview, done: bool) -> Value {
    let tables: Vec<Value> = preview
        .tables
        .iter()
        .map(|one| {
            let rows: Vec<Value> = one
                .rows
                .iter()
                .map(|(row, action)| object!({ "row": row, "action": action }))
                .collect();
            object!({
                "table": one.table,
                "title": one.title,
                "added": one.added,
                "changed": one.changed,
                "equal": one.equal,
                "kept": one.kept,
                "rows": rows,
            })
        })
        .collect();
    object!({
        "from": format!("{id}/{from}"),
        "to": format!("{id}/{to}"),
        "package": preview.package,
        "added": preview.added,
        "changed": preview.changed,
        "equal": preview.equal,
        "kept": preview.kept,
        "tables": tables,
        "done": done,
    })
}
