use serde_json::Value;

use super::{Target, find, list::tone};
use crate::{
    context::Context,
    output::{
        colour::Tone,
        error::Failure,
        json, signed,
        table::{Cell, Table},
    },
};

pub(crate) fn run(target: &Target, context: &Context) -> Result<(), Failure> {
    let installation = context.look()?;
    let customer = installation.customer(&target.customer)?;
    let iteration = find(&customer, target.number)?;
    let findings = installation.findings(&target.customer, target.number)?;
    let output = context.output();
    if output.is_json() {
        let mut value = json::iteration(iteration);
        // The texts of findings stand in the destroyable store; only this command shows them.
        let texts: Vec<Value> = findings
            .iter()
            .map(|finding| {
                serde_json::json!({
                    "number": finding.number,
                    "by": finding.by,
                    "resolved": iteration
                        .findings
                        .iter()
                        .any(|known| known.number == finding.number && known.resolution.is_some()),
                    "text": finding.text,
                    "resolution": finding.resolution,
                })
            })
            .collect();
        if let Value::Object(object) = &mut value {
            object.insert("findings".to_owned(), Value::Array(texts));
        }
        output.value(&value);
        return Ok(());
    }
    let mut facts = Table::new::<&str>([]);
    let mut fact = |name: &str, cell: Cell| facts.row([Cell::toned(name, Tone::Heading), cell]);
    fact("iteration", iteration.number.to_string().into());
    fact("state", Cell::toned(json::word(&iteration.state), tone(iteration.state)));
    fact("dump", iteration.dump.to_string().into());
    fact("spec", iteration.spec.to_string().into());
    fact("catalogue", iteration.catalogue.to_string().into());
    if let Some(base) = iteration.base {
        fact("keeps ids of", format!("iteration {base}").into());
    }
    if let Some(package) = &iteration.package {
        fact("package", package.digest.to_string().into());
    }
    for signature in &iteration.signatures {
        let holds = signed::holds_for_iteration(iteration, signature);
        fact("signed by", signed::cell(signature, holds));
    }
    for signature in &iteration.withdrawals {
        let holds = signed::holds_for_iteration(iteration, signature);
        fact("sign-off withdrawn by", signed::cell(signature, holds));
    }
    if iteration.superseded {
        fact("counts", "no: the sign-off it followed was withdrawn".into());
    }
    output.table(&facts);
    output.line("");
    let mut sections = Table::new(["section", "fills", "read", "written", "rejected", "filtered"]);
    for section in &iteration.sections {
        sections.row([
            section.section.clone().into(),
            section.target.clone().into(),
            Cell::number(section.read),
            Cell::number(section.written),
            Cell::number(section.rejected),
            Cell::number(section.filtered),
        ]);
    }
    output.table(&sections);
    if !findings.is_empty() {
        output.line("");
        let mut table = Table::new(["finding", "by", "text"]);
        for finding in &findings {
            table.row([
                Cell::number(u64::from(finding.number)),
                finding.by.to_string().into(),
                Cell::maybe(finding.text.clone()),
            ]);
            if let Some(resolution) = &finding.resolution {
                table.row([
                    "".into(),
                    "".into(),
                    Cell::toned(format!("resolved: {resolution}"), Tone::Done),
                ]);
            }
        }
        output.table(&table);
    }
    context.tell_next(&installation.next(&customer.id)?);
    Ok(())
}
