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

/// Returns the event of a go-live step, if it is the next one.
pub(super) fn step(customer: &Customer, step: GoLiveStep) -> Result<Event, Refusal> {
    if customer.golive.contains_key(&step) {
        return Err(refusal::GOLIVE_DONE.because(
            format!("go-live step {} is done already", step.number()),
            format!("`landfall golive show {}` shows the step that is next", customer.id),
        ));
    }
    let missing = GoLiveStep::ALL
        .into_iter()
        .take_while(|earlier| *earlier != step)
        .find(|earlier| !customer.golive.contains_key(earlier));
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
    if prod.executor.as_ref() == Some(&context.person()?.id) {
        return Err(refusal::NOT_INDEPENDENT.because(
            "the engineer who built PROD does not review it",
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
    Ok(vec![step(customer, GoLiveStep::ProvideIq)?])
}

pub(super) fn sign_final_qc(
    customer: &Customer,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    // The step is done with the last signature; until then it must be the one that is next.
    step(customer, GoLiveStep::FinalQc)?;
    let prod = prod(customer)?;
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

pub(super) fn go_live(customer: &Customer) -> Result<Vec<Event>, Refusal> {
    let label = prod(customer)?.label;
    match customer.status {
        Status::Contracted => {}
        Status::Prospect | Status::Live => {
            return Err(refusal::GOLIVE_DONE.because(
                "only a contracted customer goes live, once",
                format!("`landfall customer show {}` shows the lifecycle", customer.id),
            ));
        }
    }
    if !customer.golive.contains_key(&GoLiveStep::FinalQc) {
        return Err(refusal::GOLIVE_ORDER.because(
            "the final quality check is not signed",
            format!("`landfall golive qc {}`", customer.id),
        ));
    }
    Ok(vec![Event::EnvironmentOpened { label }, Event::WentLive { label }])
}
