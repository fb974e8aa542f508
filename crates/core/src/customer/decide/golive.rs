use super::{
    super::{Customer, Environment, Event, GoLiveStep, State, Status},
    Context, environment,
};
use crate::{
    environment::Kind,
    ids::Label,
    plan::Purpose,
    refusal::{self, Refusal},
    signature::{self, Meaning, Record},
};

/// Refuses to do a go-live step anew that PROD stands on, or that a run of the migration program needs.
pub(super) fn may_redo(customer: &Customer, done: GoLiveStep) -> Result<(), Refusal> {
    if let Some(prod) = customer.single(Kind::Prod) {
        return Err(refusal::GOLIVE_DONE.because(
            format!(
                "go-live step {} is done already, and `{}/prod` stands on it",
                done.number(),
                customer.id
            ),
            give_up(customer, prod),
        ));
    }
    super::migration::none_running(customer)
}

/// Says how a PROD that is not live is given up, wherever it is.
pub(super) fn give_up(customer: &Customer, prod: &Environment) -> String {
    let address = format!("{}/{}", customer.id, prod.label);
    match prod.state {
        State::Requested => {
            format!("give it up first: `landfall environment close {address} --reason \"...\"`")
        }
        State::Building => {
            format!("`landfall environment build {address}` ends its build; then give it up")
        }
        State::Built => format!(
            "give it up first: `landfall environment close {address} --reason \"...\"`, then `landfall environment destroy {address} --early --reason \"...\"`, by vendor quality"
        ),
        State::Closed => format!(
            "it is destroyed first: `landfall environment destroy {address} --early --reason \"...\"`, by vendor quality"
        ),
        State::Destroying => format!("`landfall environment destroy {address}` ends it first"),
        State::InUse | State::Destroyed => {
            format!("`landfall customer show {}` shows the lifecycle", customer.id)
        }
    }
}

/// Returns the event of a go-live step, if it is the next one.
pub(super) fn step(customer: &Customer, step: GoLiveStep) -> Result<Event, Refusal> {
    if customer.settled(step) {
        return Err(refusal::GOLIVE_DONE.because(
            format!("go-live step {} is done already", step.number()),
            format!("`landfall golive show {}` shows the step that is next", customer.id),
        ));
    }
    let missing = GoLiveStep::ALL
        .into_iter()
        .take_while(|earlier| *earlier != step)
        .find(|earlier| !customer.settled(*earlier));
    match missing {
        None => Ok(Event::GoLiveStepDone { step }),
        Some(earlier) => {
            let (owner, title) = earlier.title();
            Err(refusal::GOLIVE_ORDER.because(
                format!(
                    "go-live step {} comes before step {}: {owner}: {title}",
                    earlier.number(),
                    step.number()
                ),
                format!("`landfall golive show {}` shows every step and its owner", customer.id),
            ))
        }
    }
}

pub(super) fn complete_validation(
    customer: &Customer,
    label: Label,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let val = environment(customer, label)?;
    let accepted = val.acceptance.is_some() && val.state == State::InUse;
    if label.kind() != Kind::Val || val.purpose != Some(Purpose::Formal) || !accepted {
        return Err(refusal::VALIDATION.because(
            format!(
                "validation cannot be completed in `{}/{label}`: it is not an accepted formal VAL",
                customer.id
            ),
            format!("`landfall customer show {}` shows the VALs", customer.id),
        ));
    }
    if customer.validation.is_some() {
        return Err(refusal::VALIDATION.because(
            "validation is completed already",
            format!("`landfall customer show {}` shows when and by whom", customer.id),
        ));
    }
    super::acceptance::not_rejected(customer, val)?;
    super::acceptance::output_is_signed(customer, val)?;
    let bound = val
        .iq
        .as_ref()
        .and_then(|number| customer.documents.get(number))
        .and_then(|document| document.facts)
        .unwrap_or(val.plan_digest);
    let signature = context.signature(Meaning::CustomerApproval, bound)?;
    Ok(vec![Event::ValidationCompleted { label, signature }])
}

fn prod(customer: &Customer) -> Result<&Environment, Refusal> {
    environment(customer, Label::single(Kind::Prod))
}

pub(super) fn review_prod(
    customer: &Customer,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let prod = prod(customer)?;
    match prod.state {
        State::Built => {}
        State::Requested
        | State::Building
        | State::InUse
        | State::Closed
        | State::Destroying
        | State::Destroyed => return Err(super::wrong_state(customer, prod, "reviewed", "built")),
    }
    if prod.executors.contains(&context.person()?.id) {
        return Err(refusal::NOT_INDEPENDENT.because(
            "the engineer who built PROD does not review it, nor does who began to",
            "let another engineer review it",
        ));
    }
    Ok(vec![step(customer, GoLiveStep::ReviewProd)?])
}

pub(super) fn provide_iq(customer: &Customer) -> Result<Vec<Event>, Refusal> {
    let prod = prod(customer)?;
    let document = prod.iq.as_ref().and_then(|number| customer.documents.get(number));
    let approved = document.is_some_and(|document| {
        document.facts.is_some()
            && document.rejection.is_none()
            && signature::awaited(Record::IqReport, &document.signatures).is_empty()
    });
    if !approved {
        return Err(refusal::IQ_REPORT_UNSIGNED.because(
            "the IQ of PROD is not approved yet",
            format!(
                "`landfall document show {}` says whose signature is awaited",
                prod.iq.as_deref().unwrap_or("NUMBER")
            ),
        ));
    }
    let done = step(customer, GoLiveStep::ProvideIq)?;
    still_built(customer, prod)?;
    Ok(vec![done])
}

/// Refuses for a PROD that is being given up: it is closed, and may be half destroyed.
fn still_built(customer: &Customer, prod: &Environment) -> Result<(), Refusal> {
    match prod.state {
        State::Built => Ok(()),
        State::Requested
        | State::Building
        | State::InUse
        | State::Closed
        | State::Destroying
        | State::Destroyed => Err(super::wrong_state(customer, prod, "checked", "built")),
    }
}

pub(super) fn sign_final_qc(
    customer: &Customer,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    // The step is done with the last signature; until then it must be the one that is next.
    step(customer, GoLiveStep::FinalQc)?;
    let prod = prod(customer)?;
    still_built(customer, prod)?;
    let person = context.person()?;
    let meaning = super::document::meaning_of(Record::FinalQc, person.role)?;
    super::document::not_twice(&customer.final_qc, person, meaning)?;
    let bound = prod
        .iq
        .as_ref()
        .and_then(|number| customer.documents.get(number))
        .and_then(|document| document.facts)
        .unwrap_or(prod.plan_digest);
    let signature = context.signature(meaning, bound)?;
    let mut given = customer.final_qc.clone();
    given.push(signature.clone());
    let mut events = vec![Event::FinalQcSigned { signature }];
    if signature::awaited(Record::FinalQc, &given).is_empty() {
        events.push(step(customer, GoLiveStep::FinalQc)?);
    }
    Ok(events)
}

/// Rejects the final quality check: PROD is reviewed again, or given up.
pub(super) fn reject_final_qc(
    customer: &Customer,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    step(customer, GoLiveStep::FinalQc)?;
    context.reason("rejecting the final quality check")?;
    let prod = prod(customer)?;
    still_built(customer, prod)?;
    let bound = prod
        .iq
        .as_ref()
        .and_then(|number| customer.documents.get(number))
        .and_then(|document| document.facts)
        .unwrap_or(prod.plan_digest);
    Ok(vec![Event::FinalQcRejected {
        signature: context.signature(Meaning::Rejection, bound)?,
        reason: context.reason.unwrap_or_default().trim().to_owned(),
    }])
}

pub(super) fn go_live(customer: &Customer) -> Result<Vec<Event>, Refusal> {
    let label = prod(customer)?.label;
    match customer.status {
        Status::Contracted => {}
        Status::Prospect | Status::Live | Status::Vendor => {
            return Err(refusal::GOLIVE_DONE.because(
                "only a contracted customer goes live, once",
                format!("`landfall customer show {}` shows the lifecycle", customer.id),
            ));
        }
    }
    if !customer.settled(GoLiveStep::FinalQc) {
        return Err(refusal::GOLIVE_ORDER.because(
            "the final quality check is not signed",
            format!("`landfall golive qc {}`", customer.id),
        ));
    }
    Ok(vec![Event::EnvironmentOpened { label }, Event::WentLive { label }])
}
