use landfall_core::ids::Address;
use landfall_operations::InstanceRecheck;

use crate::{
    context::Context,
    output::{
        Output,
        colour::Tone,
        error::Failure,
        json::serialised,
        number::counted,
        table::{Cell, Table},
    },
};

pub(crate) fn run(address: &Address, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    let recheck = installation.document_recheck(&context.caller(), address)?;
    let output = context.output();
    let number = recheck.document.as_deref().unwrap_or("its IQ");
    let mut details = Vec::new();
    for instance in &recheck.instances {
        let place = instance.role.title();
        details.extend(instance.drift.iter().map(|drift| {
            format!(
                "{place}: {}: {}, expected {}, found {}",
                drift.object, drift.what, drift.expected, drift.found
            )
        }));
        details.extend(instance.tests.iter().filter(|test| !test.equal).map(|test| {
            format!("{place}: test {}: {} when built, {} now", test.id, test.before, test.now)
        }));
    }
    if output.is_json() {
        output.value(&serialised(&recheck)?);
    } else {
        for instance in &recheck.instances {
            let heading = format!("{} of {address}", instance.role.title());
            output.line(&output.colour().paint(Tone::Heading, &heading));
            let mut tests = Table::new(["result", "test", "when built", "now"]);
            for test in &instance.tests {
                let result = if test.equal {
                    Cell::toned("same", Tone::Done)
                } else {
                    Cell::toned("DRIFT", Tone::Failed)
                };
                tests.row([
                    result,
                    test.id.clone().into(),
                    test.before.clone().into(),
                    test.now.clone().into(),
                ]);
            }
            shown(output, tests);
            let mut drift = Table::new(["drift", "what", "expected", "found"]);
            for one in &instance.drift {
                drift.row([
                    Cell::toned(one.object.clone(), Tone::Failed),
                    one.what.clone().into(),
                    one.expected.clone().into(),
                    one.found.clone().into(),
                ]);
            }
            shown(output, drift);
            let mut recorded =
                Table::new(["recorded change", "entry", "table", "id", "by", "when"]);
            for change in &instance.recorded {
                recorded.row([
                    change.verb.clone().into(),
                    Cell::number(change.entry),
                    change.table.clone().into(),
                    // A change of a study's design is one of many rows.
                    if change.id == 0 { "-".into() } else { change.id.to_string().into() },
                    change.who.clone().into(),
                    change.time.human().into(),
                ]);
            }
            shown(output, recorded);
            output.sentence(&compared(instance, recheck.entry));
            output.line("");
        }
        output.talk(&format!(
            "compared `{address}` with `{number}` as sealed at {}, checked at {}",
            recheck.since.human(),
            recheck.checked.human()
        ));
    }
    if !recheck.drifted {
        if !output.is_json() {
            output.line(&output.colour().paint(Tone::Done, "no drift"));
        }
        return Ok(());
    }
    Err(Failure::failed(
        format!(
            "`{address}` has drifted since `{number}`: {} as it was",
            counted(details.len() as u64, "thing is not", "things are not")
        ),
        format!(
            "`landfall ledger story {}/{}` tells what was recorded; what was not came from outside Landfall",
            address.customer, address.label
        ),
        details,
    ))
}

/// Says what of an instance was compared with what, and what was tested again.
fn compared(instance: &InstanceRecheck, entry: u64) -> String {
    let (again, planned) = (instance.tests.len(), instance.planned_tests);
    let rest = match planned.saturating_sub(again) {
        0 => "",
        1 => ", the other is covered by the table digests",
        _ => ", the others are covered by the table digests",
    };
    format!(
        "{}: {} and {} compared with what stood there when it was sealed (entry {entry}); {again} of {} repeated{rest}",
        instance.role.title(),
        counted(instance.tables as u64, "table", "tables"),
        counted(instance.schema_objects as u64, "schema object", "schema objects"),
        counted(planned as u64, "test", "tests"),
    )
}

/// Shows a table that has rows, and an empty line after it.
fn shown(output: &Output, table: Table) {
    if !table.is_empty() {
        output.table(&table);
        output.line("");
    }
}
