use landfall_core::ids::Address;

use super::{find, list::state, whole};
use crate::{
    context::Context,
    output::{
        colour::Tone,
        error::Failure,
        json,
        number::grouped,
        signed::{self, Records},
        table::{Cell, Table},
    },
};

pub(crate) fn run(address: &Address, context: &Context) -> Result<(), Failure> {
    let installation = context.look()?;
    let records = Records::of(&installation, &address.customer)?;
    let customer = &records.customer;
    let environment = find(customer, address)?;
    if context.output().is_json() {
        let value = json::environment(installation.directory(), &records, environment);
        context.output().value(&value);
        return Ok(());
    }
    let plan = &environment.plan;
    let mut facts = Table::new::<&str>([]);
    let mut fact = |name: &str, cell: Cell| facts.row([Cell::toned(name, Tone::Heading), cell]);
    fact("environment", whole(address).into());
    fact("kind", environment.label.kind().title().into());
    if let Some(purpose) = environment.purpose {
        fact("purpose", json::word(&purpose).into());
    }
    fact("state", state(environment));
    fact(
        "release",
        format!("{} {}, build {}", plan.release.product, plan.release.release, plan.release.build)
            .into(),
    );
    let volunteers = if plan.key.is_some() { "masked" } else { "not masked" };
    fact("volunteers", volunteers.into());
    fact("plan", environment.plan_digest.to_string().into());
    fact("requested by", environment.author.to_string().into());
    if let Some(executor) = &environment.executor {
        fact("built by", executor.to_string().into());
    }
    if let Some(number) = &environment.iq {
        fact("iq", number.clone().into());
    }
    if let Some(acceptance) = &environment.acceptance {
        let holds = records.holds_for(environment, acceptance);
        fact("accepted by", signed::cell(acceptance, holds));
    }
    if let Some((rejection, reason)) = &environment.rejection {
        let holds = records.holds_for(environment, rejection);
        fact("rejected by", signed::cell(rejection, holds));
        fact("because", reason.clone().into());
    }
    if let Some((_, validation)) =
        customer.validation.as_ref().filter(|(label, _)| *label == environment.label)
    {
        let holds = records.holds_for(environment, validation);
        fact("validated by", signed::cell(validation, holds));
    }
    if let Some(number) = &environment.difference {
        fact("difference", number.clone().into());
    }
    for deviation in customer.deviations_of(environment.label) {
        let text =
            format!("{}, {}", deviation.name(&customer.id), json::deviation_state(deviation));
        let tone = if deviation.is_open() { Tone::Failed } else { Tone::Done };
        fact("deviation", Cell::toned(text, tone));
    }
    if let Some(until) = environment.lent_until {
        fact("lent until", until.human().into());
    }
    if let Some(expires) = environment.expires {
        fact("lifetime until", expires.human().into());
    }
    if let Some(due) = &environment.due {
        fact(
            "destroy by",
            Cell::toned(format!("{} ({})", due.destroy_by.human(), due.rule), Tone::Waiting),
        );
    }
    if environment.hold.is_some() {
        fact("held", "yes".into());
    }
    if environment.failed_checks > 0 {
        fact("failed checks", Cell::toned(environment.failed_checks.to_string(), Tone::Failed));
    }
    for moment in
        ["requested", "building", "built", "opened", "accepted", "lent", "closed", "destroyed"]
    {
        if let Some(time) = environment.since.get(moment) {
            fact(moment, time.human().into());
        }
    }
    let standing = environment.state.has_content();
    for instance in environment.instances.iter().filter(|_| standing) {
        let location = installation.directory().join(&instance.location);
        fact(instance.role.title(), location.display().to_string().into());
    }
    for package in plan.content.packages() {
        let rows: u64 = package.tables.iter().map(|table| table.rows).sum();
        let text = format!("{} from {}, {} rows", package.digest, package.source, grouped(rows));
        fact(&format!("{} package", package.kind.as_str()), text.into());
    }
    context.output().table(&facts);
    if !standing {
        context.output().talk("it has no instances now");
    }
    context.tell_next(&installation.next(&customer.id)?);
    Ok(())
}
