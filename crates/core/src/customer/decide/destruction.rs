use super::{
    super::{Customer, Environment, Event, State, Status},
    Context, environment, wrong_state,
};
use crate::{
    environment::Kind,
    ids::Label,
    plan::Content,
    refusal::{self, Refusal},
    signature::Meaning,
};

pub(super) fn mark_due(
    customer: &Customer,
    label: Label,
    rule: &str,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let target = environment(customer, label)?;
    let days = context.policy.rules(label.kind()).destroy_within_days.unwrap_or(0);
    match (target.state, &target.due) {
        (State::Destroying | State::Destroyed, _) | (_, Some(_)) => Ok(Vec::new()),
        (
            State::Requested | State::Building | State::Built | State::InUse | State::Closed,
            None,
        ) => Ok(vec![Event::EnvironmentDue {
            label,
            rule: rule.to_owned(),
            destroy_by: context.now.plus_days(i64::from(days)),
        }]),
    }
}

pub(super) fn hold(
    customer: &Customer,
    label: Label,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let target = environment(customer, label)?;
    context.reason("a hold")?;
    if target.hold.is_some() {
        return Err(refusal::HELD.because(
            format!("environment `{label}` is held already"),
            format!("`landfall environment release {}/{label}` lifts it", customer.id),
        ));
    }
    match target.state {
        State::Built | State::InUse | State::Closed => Ok(vec![Event::EnvironmentHeld { label }]),
        State::Requested | State::Building | State::Destroying | State::Destroyed => {
            Err(wrong_state(customer, target, "held", "there with its content"))
        }
    }
}

pub(super) fn release(
    customer: &Customer,
    label: Label,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let target = environment(customer, label)?;
    context.reason("lifting a hold")?;
    if target.hold.is_none() {
        return Err(refusal::NOT_HELD.because(
            format!("environment `{label}` is not held"),
            format!("`landfall customer show {}` shows what is held", customer.id),
        ));
    }
    Ok(vec![Event::EnvironmentReleased { label }])
}

pub(super) fn close(
    customer: &Customer,
    label: Label,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let target = environment(customer, label)?;
    if target.state == State::Requested {
        context.reason("giving up an environment that was requested")?;
        let key = last_use_of_key(customer, label);
        return Ok(vec![Event::EnvironmentAbandoned { label, key }]);
    }
    not_prod(customer, label)?;
    match target.state {
        State::Built | State::InUse => {}
        State::Requested
        | State::Building
        | State::Closed
        | State::Destroying
        | State::Destroyed => return Err(wrong_state(customer, target, "closed", "in use")),
    }
    if target.due.is_none() {
        context.reason("closing an environment that is not due")?;
    }
    Ok(vec![Event::EnvironmentClosed { label }])
}

pub(super) fn start(
    customer: &Customer,
    label: Label,
    early: bool,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let target = environment(customer, label)?;
    not_prod(customer, label)?;
    not_held(customer, target)?;
    match target.state {
        State::Closed => {}
        State::Requested
        | State::Building
        | State::Built
        | State::InUse
        | State::Destroying
        | State::Destroyed => {
            return Err(refusal::NOT_CLOSED.because(
                format!(
                    "environment `{}/{label}` cannot be destroyed: expected it closed, found it {}",
                    customer.id,
                    target.state.as_str()
                ),
                format!("`landfall environment close {}/{label}` first", customer.id),
            ));
        }
    }
    if let Some(user) = customer.environments.values().find(|other| takes_from(other, label)) {
        return Err(refusal::NEEDED.because(
            format!("`{}` is being made from `{label}`", user.label),
            "wait until it is built",
        ));
    }
    let (rule, approval) = match (&target.due, early) {
        (Some(due), _) => (due.rule.clone(), None),
        (None, true) => {
            context.reason("destroying before it is due")?;
            let approval = context.signature(Meaning::DestructionApproval, target.plan_digest)?;
            ("before due, approved by vendor quality".to_owned(), Some(approval))
        }
        (None, false) => {
            return Err(refusal::NOT_DUE.because(
                format!("environment `{}/{label}` is not due for destruction", customer.id),
                "wait until the policy makes it due, or let vendor quality sign with `--early` and a reason",
            ));
        }
    };
    Ok(vec![Event::DestructionStarted {
        label,
        operation: customer.operations + 1,
        rule,
        approval,
    }])
}

/// Refuses while a hold keeps what an environment holds.
pub(super) fn not_held(customer: &Customer, target: &Environment) -> Result<(), Refusal> {
    if target.hold.is_none() {
        return Ok(());
    }
    let address = format!("{}/{}", customer.id, target.label);
    Err(refusal::HELD.because(
        format!("environment `{address}` is under a hold and is kept"),
        format!("`landfall environment release {address}` with a reason, by quality"),
    ))
}

fn takes_from(other: &Environment, label: Label) -> bool {
    let pending = match other.state {
        State::Requested | State::Building => true,
        State::Built | State::InUse | State::Closed | State::Destroying | State::Destroyed => false,
    };
    pending && matches!(&other.plan.content, Content::Clone { of } if *of == label)
}

fn not_prod(customer: &Customer, label: Label) -> Result<(), Refusal> {
    if label.kind() == Kind::Prod && customer.status == Status::Live {
        return Err(refusal::PROD_STAYS.because(
            format!("PROD of `{}` is live and is never closed or destroyed", customer.id),
            "PROD stays as it is until it is upgraded",
        ));
    }
    Ok(())
}

pub(super) fn complete(customer: &Customer, label: Label) -> Result<Vec<Event>, Refusal> {
    let target = environment(customer, label)?;
    let operation = match (target.state, target.destruction) {
        (State::Destroying, Some(operation)) => operation,
        (
            State::Requested
            | State::Building
            | State::Built
            | State::InUse
            | State::Closed
            | State::Destroying
            | State::Destroyed,
            _,
        ) => return Err(wrong_state(customer, target, "recorded as destroyed", "being destroyed")),
    };
    let key = last_use_of_key(customer, label);
    Ok(vec![Event::EnvironmentDestroyed { label, operation, key }])
}

/// Returns the masking key that goes with an environment: the one that nothing else uses any more.
#[must_use]
pub fn last_use_of_key(customer: &Customer, label: Label) -> Option<String> {
    let key = customer.environment(label)?.plan.key.clone()?;
    let used = customer.environments.values().any(|other| {
        other.label != label
            && other.plan.key.as_ref() == Some(&key)
            && other.state != State::Destroyed
    });
    (!used).then_some(key)
}
