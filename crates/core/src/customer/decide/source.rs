use super::{
    super::{Customer, Event, GoLiveStep, State},
    Context, environment,
};
use crate::{
    environment::Kind,
    ids::Label,
    plan::{PackageFacts, PackageKind},
    refusal::{self, Refusal},
    signature::Meaning,
};

pub(super) fn choose(
    customer: &Customer,
    target: Kind,
    label: Label,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let allowed: &[Kind] = match target {
        Kind::Val => &[Kind::Sandbox, Kind::Preprod],
        Kind::Prod => &[Kind::Val, Kind::Preprod],
        Kind::Demo | Kind::Sandbox | Kind::Migration | Kind::Preprod | Kind::CommunityDev => &[],
    };
    if !allowed.contains(&label.kind()) {
        return Err(refusal::SOURCE_KIND.because(
            format!("the configuration of {} cannot come from `{label}`", target.title()),
            "VAL takes it from Sandbox or prePROD; PROD from VAL or prePROD",
        ));
    }
    let source = environment(customer, label)?;
    match source.state {
        State::InUse => {}
        State::Requested
        | State::Building
        | State::Built
        | State::Closed
        | State::Destroying
        | State::Destroyed => {
            return Err(super::wrong_state(customer, source, "chosen", "in use"));
        }
    }
    if target == Kind::Prod
        && label.kind() == Kind::Val
        && customer.validation.as_ref().map(|(validated, _)| *validated) != Some(label)
    {
        return Err(refusal::SOURCE_KIND.because(
            format!("`{label}` is not the VAL in which validation was completed"),
            "choose the validated VAL",
        ));
    }
    if target == Kind::Prod && customer.settled(GoLiveStep::ExtractConfiguration) {
        super::golive::may_redo(customer, GoLiveStep::ExtractConfiguration)?;
        context.reason("another agreement after PROD's configuration was extracted")?;
    }
    let bound = source.plan_digest;
    let signature = context.signature(Meaning::CustomerApproval, bound)?;
    Ok(vec![Event::SourceChosen { target, label, signature }])
}

pub(super) fn record_extraction(
    customer: &Customer,
    target: Kind,
    label: Label,
    package: &PackageFacts,
    left_out: &[(String, String, u64)],
) -> Result<Vec<Event>, Refusal> {
    let agreed = customer.agreed(target).map(|source| source.label);
    if agreed != Some(label) {
        return Err(refusal::SOURCE_NOT_AGREED.because(
            format!(
                "configuration for {} is extracted from the agreed source, expected {}, found `{label}`",
                target.title(),
                agreed.map_or_else(|| "an agreement first".to_owned(), |l| format!("`{l}`"))
            ),
            format!("`landfall configuration choose {} --for {target} --source {label}`, by customer quality", customer.id),
        ));
    }
    if package.kind != PackageKind::Configuration {
        return Err(
            refusal::PACKAGES.because("expected a configuration package", "extract it again")
        );
    }
    // The same content extracted again is nothing new, but where it is a go-live step that is to be done.
    let latest = customer.extraction(target).map(|known| known.package.digest);
    let due = target == Kind::Prod && !customer.settled(GoLiveStep::ExtractConfiguration);
    if latest == Some(package.digest) && !due {
        return Ok(Vec::new());
    }
    let mut events = vec![Event::ConfigurationExtracted {
        label,
        target,
        package: package.clone(),
        left_out: left_out.to_vec(),
    }];
    // PROD's configuration is extracted once for an agreement, as a go-live step; the step says no to another one.
    if target == Kind::Prod {
        events.push(super::golive::step(customer, GoLiveStep::ExtractConfiguration)?);
    }
    Ok(events)
}
