use landfall_core::{customer::GoLiveStep, ids::CustomerId};

use super::is_live;
use crate::{
    context::Context,
    output::{
        colour::Tone,
        error::Failure,
        json,
        signed::{self, Records},
        table::{Cell, Table},
    },
};

pub(crate) fn run(id: &CustomerId, context: &Context) -> Result<(), Failure> {
    let installation = context.look()?;
    let records = Records::of(&installation, id)?;
    let customer = &records.customer;
    let output = context.output();
    if output.is_json() {
        output.value(&json::golive(&records));
        return Ok(());
    }
    let next = GoLiveStep::ALL.into_iter().find(|step| !customer.settled(*step));
    let mut table = Table::new(["step", "owner", "state", "what"]);
    for step in GoLiveStep::ALL {
        let (owner, what) = step.title();
        let state = match (customer.golive.get(&step), customer.not_applicable.get(&step)) {
            (Some(time), _) => Cell::toned(format!("done {}", time.human()), Tone::Done),
            (None, Some(_)) => Cell::toned("not applicable", Tone::Quiet),
            // The steps begin when validation is completed; before that none is anybody's turn.
            (None, None) if next == Some(step) && customer.validation.is_some() => {
                Cell::toned("next", Tone::Waiting)
            }
            (None, None) => "-".into(),
        };
        table.row([Cell::number(step.number() as u64), owner.into(), state, what.into()]);
    }
    output.table(&table);
    let colour = output.colour();
    let holds = |signature| records.holds_for_documents(signature);
    if let Some((signature, reason)) = &customer.no_migration {
        output.sentence(&format!(
            "there is no source database ({reason}): {}",
            signed::text(signature, records.holds_for_declaration(signature, reason))
        ));
    }
    for (signature, reason) in &customer.qc_rejections {
        let text = format!(
            "final quality check rejected ({reason}): {}",
            signed::text(signature, holds(signature))
        );
        output.sentence(&colour.paint(Tone::Failed, &text));
    }
    for signature in &customer.final_qc {
        let text =
            format!("final quality check signed: {}", signed::text(signature, holds(signature)));
        output.sentence(&text);
    }
    if is_live(customer) {
        output.line(&colour.paint(Tone::Done, "PROD is live"));
    }
    context.tell_next(&installation.next(id)?);
    Ok(())
}
