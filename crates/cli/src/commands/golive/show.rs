use landfall_core::{customer::GoLiveStep, ids::CustomerId};

use super::is_live;
use crate::{
    context::Context,
    output::{
        colour::Tone,
        error::Failure,
        json,
        table::{Cell, Table},
    },
};

pub(crate) fn run(id: &CustomerId, context: &Context) -> Result<(), Failure> {
    let installation = context.look()?;
    let customer = installation.customer(id)?;
    let output = context.output();
    if output.is_json() {
        output.value(&json::golive(&customer));
        return Ok(());
    }
    let next = GoLiveStep::ALL.into_iter().find(|step| !customer.golive.contains_key(step));
    let mut table = Table::new(["step", "owner", "state", "what"]);
    for step in GoLiveStep::ALL {
        let (owner, what) = step.title();
        let state = match customer.golive.get(&step) {
            Some(time) => Cell::toned(format!("done {}", time.human()), Tone::Done),
            // The steps begin when validation is completed; before that none is anybody's turn.
            None if next == Some(step) && customer.validation.is_some() => {
                Cell::toned("next", Tone::Waiting)
            }
            None => "-".into(),
        };
        table.row([Cell::number(step.number() as u64), owner.into(), state, what.into()]);
    }
    output.table(&table);
    for signature in &customer.final_qc {
        output.line(&format!(
            "final quality check signed by {}, {}, {}",
            signature.name,
            signature.role.title(),
            signature.time.human()
        ));
    }
    if is_live(&customer) {
        output.line(&output.colour().paint(Tone::Done, "PROD is live"));
    }
    context.tell_next(&installation.next(id)?);
    Ok(())
}
