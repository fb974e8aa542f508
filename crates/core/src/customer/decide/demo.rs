use super::{
    super::{Customer, Environment, Event, State, Status},
    Context, environment, wrong_state,
};
use crate::{
    environment::Kind,
    ids::Label,
    policy::Condition,
    refusal::{self, Refusal},
};

pub(super) fn lend(
    customer: &Customer,
    label: Label,
    days: u32,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let demo = demo(customer, label)?;
    match demo.state {
        State::InUse => {}
        State::Requested
        | State::Building
        | State::Built
        | State::Closed
        | State::Destroying
        | State::Destroyed => return Err(wrong_state(customer, demo, "lent", "in use")),
    }
    if customer.status != Status::Prospect {
        return Err(refusal::NOT_DEMO.because(
            format!("a Demo is lent before the contract, and that of `{}` is signed", customer.id),
            format!("request the Sandbox: `landfall environment request {} sandbox`", customer.id),
        ));
    }
    let lifetime = context.policy.rules(Kind::Demo).lifetime_days.unwrap_or(u32::MAX);
    if days == 0 || days > lifetime {
        return Err(refusal::NOT_DEMO.because(
            format!("a Demo is lent for 1 to {lifetime} days at a time, found {days}"),
            "lend it for less; it can be lent again before the time is over",
        ));
    }
    Ok(vec![Event::DemoLent { label, until: context.now.plus_days(i64::from(days)) }])
}

pub(super) fn expire(
    customer: &Customer,
    label: Label,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let demo = demo(customer, label)?;
    match demo.state {
        State::InUse => {}
        State::Requested
        | State::Building
        | State::Built
        | State::Closed
        | State::Destroying
        | State::Destroyed => return Err(wrong_state(customer, demo, "expired", "in use")),
    }
    let over = demo.lent_until.or(demo.expires);
    match over {
        Some(until) if until > context.now => Err(refusal::NOT_DUE.because(
            format!("the Demo's time ends at {}, and it is {}", until.human(), context.now.human()),
            "wait until then, or close it with `landfall environment close` and a reason",
        )),
        Some(_) | None => {
            let days = context.policy.rules(Kind::Demo).destroy_within_days.unwrap_or(0);
            Ok(vec![Event::DemoExpired {
                label,
                rule: Condition::LifetimeIsOver.as_str().to_owned(),
                destroy_by: context.now.plus_days(i64::from(days)),
            }])
        }
    }
}

fn demo(customer: &Customer, label: Label) -> Result<&Environment, Refusal> {
    if label.kind() == Kind::Demo {
        return environment(customer, label);
    }
    Err(refusal::NOT_DEMO.because(
        format!("`{label}` is not a Demo: only a Demo is lent and expires"),
        "name the Demo: CUSTOMER/demo",
    ))
}
