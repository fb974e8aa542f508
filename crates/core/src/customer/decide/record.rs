use super::{
    super::{Customer, State},
    authority, environment,
};
use crate::{
    ids::Label,
    person::Person,
    refusal::{self, Refusal},
};

/// Tells whether a person may change records of an environment now. Record changes have a stream of their own, so
/// this is a question, not a command: a qualified environment is not changed by hand.
///
/// # Errors
/// The [`Refusal`] of the first rule that says no.
pub fn may_change_records(
    customer: &Customer,
    label: Label,
    person: &Person,
) -> Result<(), Refusal> {
    authority::listed(Some(&customer.id), "change-record", Some(person))?;
    let target = environment(customer, label)?;
    let why = match target.state {
        State::InUse if target.plan.qualified => {
            "it is qualified; its records are not changed by hand"
        }
        State::InUse => return Ok(()),
        State::Requested
        | State::Building
        | State::Built
        | State::Closed
        | State::Destroying
        | State::Destroyed => "it is not in use",
    };
    Err(refusal::WRONG_STATE.because(
        format!("records of `{}/{label}` cannot be changed: {why}", customer.id),
        format!("`landfall customer show {}` shows the environments in use", customer.id),
    ))
}
