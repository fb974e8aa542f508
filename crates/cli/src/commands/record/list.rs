use clap::Args;
use landfall_core::ids::Address;
use serde_json::{Map, Value};

use crate::{
    context::Context,
    output::{
        error::Failure,
        table::{Cell, Table},
    },
};

/// What `landfall record list` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Which instance, such as `acme/sandbox/main`; Main unless said.
    #[arg(value_name = "ADDRESS")]
    address: Address,
    /// Which table; `landfall catalogue show RELEASE` lists them.
    #[arg(value_name = "TABLE")]
    table: String,
    /// At most so many rows.
    #[arg(long)]
    limit: Option<usize>,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let installation = context.look()?;
    let rows = installation.record_list(&arguments.address, &arguments.table, arguments.limit)?;
    let output = context.output();
    if output.is_json() {
        let list: Vec<Value> = rows
            .into_iter()
            .map(|row| {
                let fields: Map<String, Value> =
                    row.into_iter().map(|(column, value)| (column, Value::from(value))).collect();
                Value::Object(fields)
            })
            .collect();
        output.value(&Value::Array(list));
        return Ok(());
    }
    // The columns stand as the catalogue declares them, where it is known.
    let release = installation
        .customer(&arguments.address.customer)?
        .environment(arguments.address.label)
        .map(|environment| environment.plan.release.release.clone());
    let declared: Vec<String> = match release {
        Some(release) => installation
            .catalogue(&release)?
            .table(&arguments.table)
            .map(|table| table.columns.iter().map(|column| column.name.clone()).collect())
            .unwrap_or_default(),
        None => Vec::new(),
    };
    let columns: Vec<String> = match rows.first() {
        Some(first) => {
            let others = first.keys().filter(|column| !declared.contains(column)).cloned();
            declared
                .iter()
                .filter(|column| first.contains_key(*column))
                .cloned()
                .chain(others)
                .collect()
        }
        None => declared,
    };
    let mut table = Table::new(columns.clone());
    for row in &rows {
        table.row(columns.iter().map(|column| Cell::maybe(row.get(column).cloned().flatten())));
    }
    output.table_or(&table, "no records");
    Ok(())
}
