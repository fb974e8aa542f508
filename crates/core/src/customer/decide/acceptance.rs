use super::{
    super::{Customer, Environment, Event, State},
    Context, environment, wrong_state,
};
use crate::{
    environment::Kind,
    ids::Label,
    plan::Purpose,
    refusal::{self, Refusal},
    signature::{self, Meaning, Record},
};

/// Refuses a formal VAL of another migration output than the one that is signed off now.
pub(super) fn output_is_signed(customer: &Customer, val: &Environment) -> Result<(), Refusal> {
    if val.purpose != Some(Purpose::Formal) || customer.has_signed_output(val) {
        return Ok(());
    }
    let address = format!("{}/{}", customer.id, val.label);
    let made = match val.state {
        State::Requested | State::Building => "is not planned with",
        State::Built | State::InUse | State::Closed | State::Destroying | State::Destroyed => {
            "was not built from"
        }
    };
    Err(refusal::OUTPUT_CHANGED.because(
        format!("`{address}` {made} the migration output that is signed off now"),
        format!(
            "sign that output off again, or give it up with `landfall environment close {address} --reason \"...\"` and request a formal VAL of what is signed off"
        ),
    ))
}

/// Rejects a VAL for the customer: it is not accepted, or its validation failed.
pub(super) fn reject(
    customer: &Customer,
    label: Label,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let target = environment(customer, label)?;
    context.reason("rejecting a VAL")?;
    let validated = customer.validation.as_ref().is_some_and(|(done, _)| *done == label);
    if label.kind() != Kind::Val || validated {
        return Err(refusal::WRONG_STATE.because(
            format!(
                "`{}/{label}` cannot be rejected: {}",
                customer.id,
                if validated { "validation is completed in it" } else { "it is not a VAL" }
            ),
            match (validated, &customer.no_migration) {
                (true, None) => format!(
                    "withdraw the sign-off, which undoes validation: `landfall migration withdraw {} NUMBER --reason \"...\"`",
                    customer.id
                ),
                (true, Some(_)) => format!(
                    "agree on another source of PROD's configuration: `landfall configuration choose {} --for prod --source preprod`",
                    customer.id
                ),
                (false, _) => {
                    "PROD is rejected by its final quality check: `landfall golive reject`"
                        .to_owned()
                }
            },
        ));
    }
    not_rejected(customer, target)?;
    match target.state {
        State::Built | State::InUse => {}
        State::Requested
        | State::Building
        | State::Closed
        | State::Destroying
        | State::Destroyed => {
            return Err(wrong_state(customer, target, "rejected", "built or in use"));
        }
    }
    let bound = target
        .iq
        .as_ref()
        .and_then(|number| customer.documents.get(number))
        .and_then(|document| document.facts)
        .unwrap_or(target.plan_digest);
    Ok(vec![Event::EnvironmentRejected {
        label,
        signature: context.signature(Meaning::Rejection, bound)?,
        reason: context.reason.unwrap_or_default().trim().to_owned(),
    }])
}

/// What the customer rejected goes on to nothing.
pub(super) fn not_rejected(customer: &Customer, target: &Environment) -> Result<(), Refusal> {
    match &target.rejection {
        None => Ok(()),
        Some((signature, _)) => Err(refusal::REJECTED.because(
            format!(
                "`{}/{}` was rejected by {} on {}",
                customer.id,
                target.label,
                signature.name,
                signature.time.date()
            ),
            format!(
                "request another VAL: `landfall environment request {} val --formal`",
                customer.id
            ),
        )),
    }
}

pub(super) fn accept(
    customer: &Customer,
    label: Label,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let target = environment(customer, label)?;
    not_rejected(customer, target)?;
    // What waits for its report is opened by the customer's acceptance; PROD by going live.
    let accepted = label.kind() == Kind::Val || target.plan.qualified;
    if !accepted || label.kind() == Kind::Prod {
        return Err(refusal::WRONG_STATE.because(
            format!("`{label}` is not accepted by itself: a VAL is; PROD is accepted by the final quality check"),
            "`landfall golive qc CUSTOMER` signs the final quality check",
        ));
    }
    match target.state {
        State::Built => {}
        State::InUse if !target.plan.qualified && target.acceptance.is_none() => {}
        State::Requested
        | State::Building
        | State::InUse
        | State::Closed
        | State::Destroying
        | State::Destroyed => return Err(wrong_state(customer, target, "accepted", "built")),
    }
    output_is_signed(customer, target)?;
    let bound = match &target.iq {
        Some(number) if target.plan.qualified => {
            let document = super::document::find(customer, number)?;
            if document.facts.is_none()
                || document.rejection.is_some()
                || !signature::awaited(Record::IqReport, &document.signatures).is_empty()
            {
                return Err(refusal::IQ_REPORT_UNSIGNED.because(
                    format!("environment `{}/{label}` cannot be accepted: report `{number}` is not approved", customer.id),
                    format!("`landfall document show {number}` says whose signature is awaited"),
                ));
            }
            document.facts.unwrap_or(target.plan_digest)
        }
        Some(_) | None => target.plan_digest,
    };
    let signature = context.signature(Meaning::CustomerApproval, bound)?;
    let mut events = vec![Event::EnvironmentAccepted { label, signature }];
    if target.plan.qualified {
        events.push(Event::EnvironmentOpened { label });
    }
    Ok(events)
}
