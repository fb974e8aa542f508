use serde_json::{Value, json};

use crate::{
    context::Context,
    output::{
        colour::Tone,
        error::Failure,
        table::{Cell, Table},
    },
};

pub(crate) fn run(number: &str, context: &Context) -> Result<(), Failure> {
    let checks = context.look()?.document_verify(number)?;
    let output = context.output();
    let wrong: Vec<String> = checks
        .iter()
        .filter(|check| !check.ok)
        .map(|check| format!("{}: {}", check.what, check.detail))
        .collect();
    if output.is_json() {
        let list: Vec<Value> = checks
            .iter()
            .map(|check| json!({ "what": check.what, "ok": check.ok, "detail": check.detail }))
            .collect();
        output.value(&json!({ "document": number, "intact": wrong.is_empty(), "checks": list }));
    } else {
        let mut table = Table::new(["result", "check", "detail"]);
        for check in &checks {
            let result = if check.ok {
                Cell::toned("ok", Tone::Done)
            } else {
                Cell::toned("FAILED", Tone::Failed)
            };
            table.row([result, check.what.clone().into(), check.detail.clone().into()]);
        }
        output.table(&table);
    }
    if wrong.is_empty() {
        return Ok(());
    }
    Err(Failure::failed(
        format!("document `{number}` is not what was signed"),
        "restore the data directory from a copy, and run `landfall ledger verify` on it",
        wrong,
    ))
}
