use clap::Args;
use landfall_core::ids::CustomerId;
use serde_json::{Value, json};

use crate::{
    arguments::number,
    context::Context,
    output::{
        error::Failure,
        table::{Cell, Table},
    },
};

/// What `landfall migration rejected` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Of which customer.
    #[arg(value_name = "CUSTOMER")]
    customer: CustomerId,
    /// The iteration's number.
    #[arg(value_name = "ITERATION", value_parser = number::<u32>)]
    number: u32,
    /// At most so many rows.
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let installation = context.look()?;
    let rows =
        installation.migration_rejected(&arguments.customer, arguments.number, arguments.limit)?;
    let output = context.output();
    if output.is_json() {
        let list: Vec<Value> = rows
            .iter()
            .map(|row| {
                json!({
                    "section": row.section,
                    "source": row.source,
                    "line": row.line,
                    "field": row.field,
                    "rule": row.rule,
                    "reason": row.reason,
                })
            })
            .collect();
        output.value(&Value::Array(list));
        return Ok(());
    }
    let mut table = Table::new(["section", "source", "line", "field", "rule", "reason"]);
    for row in &rows {
        table.row([
            row.section.clone().into(),
            row.source.clone().into(),
            Cell::number(row.line),
            row.field.clone().into(),
            row.rule.clone().into(),
            row.reason.clone().into(),
        ]);
    }
    output.table(&table);
    if rows.is_empty() && arguments.limit > 0 {
        output.talk("no row was rejected");
    } else if rows.len() == arguments.limit && arguments.limit > 0 {
        let more = context.command(&format!(
            "landfall migration rejected {} {} --limit {}",
            arguments.customer,
            arguments.number,
            arguments.limit.saturating_mul(10)
        ));
        output.talk(&format!("the first {} rows; `{more}` shows more", arguments.limit));
    }
    Ok(())
}
