use super::{
    super::{ChangeRequest, Customer, Environment, Event, State, Status},
    Context, authority, environment,
};
use crate::{
    digest::Digest,
    environment::Role,
    ids::Label,
    person::Person,
    policy::{Control, Policy},
    refusal::{self, Refusal},
    signature::Meaning,
};

/// How a change of a record goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permit {
    /// Whether it becomes a request that vendor quality approves.
    pub approval: bool,
    /// Whether it stays when the environment is made anew; one that does not is made all the same.
    pub preserved: bool,
}

/// Tells whether a person may change records of a table now, and how. Record changes have a stream of their own, so
/// this is a question, not a command.
///
/// # Errors
/// The [`Refusal`] of the first rule that says no.
pub fn may_change_records(
    customer: &Customer,
    label: Label,
    role: Role,
    table: &str,
    person: &Person,
    reason: Option<&str>,
    policy: &Policy,
) -> Result<Permit, Refusal> {
    // Everybody's people may enter what the vendor shares.
    let owner = (customer.status != Status::Vendor).then_some(&customer.id);
    authority::listed(owner, "change-record", Some(person))?;
    let target = environment(customer, label)?;
    in_use(customer, target, "records")?;
    if role == Role::Test && policy.records.read_only_in_test.iter().any(|name| name == table) {
        return Err(refusal::READ_ONLY_IN_TEST.because(
            format!("`{table}` of `{}/{label}/test` is read-only: Main governs it", customer.id),
            format!("change it in `{}/{label}/main`", customer.id),
        ));
    }
    controlled(customer, target, reason, policy)
}

/// Refuses for an environment whose records nobody changes now; `what` of it is meant.
pub(super) fn in_use(customer: &Customer, target: &Environment, what: &str) -> Result<(), Refusal> {
    match target.state {
        State::InUse => Ok(()),
        State::Requested
        | State::Building
        | State::Built
        | State::Closed
        | State::Destroying
        | State::Destroyed => Err(refusal::WRONG_STATE.because(
            format!(
                "{what} of `{}/{}` cannot be changed: it is not in use",
                customer.id, target.label
            ),
            format!("`landfall customer show {}` shows the environments in use", customer.id),
        )),
    }
}

/// Tells what a change within an environment needs: nothing, a reason, an approval. A reason that is missing is refused.
pub(super) fn controlled(
    customer: &Customer,
    target: &Environment,
    reason: Option<&str>,
    policy: &Policy,
) -> Result<Permit, Refusal> {
    let rules = policy.rules(target.label.kind());
    // What the policy qualifies only sometimes, such as an informal VAL, is controlled by reason alone when it is not.
    let control = match rules.records {
        Control::Approval if !target.plan.qualified => Control::Reason,
        control => control,
    };
    if control != Control::Free && reason.is_none_or(|reason| reason.trim().len() < 3) {
        return Err(refusal::REASON_MISSING.because(
            format!(
                "a change of `{}/{}` needs a reason, and none was given",
                customer.id, target.label
            ),
            "add `--reason \"...\"` with a sentence that a stranger understands",
        ));
    }
    Ok(Permit { approval: control == Control::Approval, preserved: rules.records_preserved })
}

pub(super) fn request(
    customer: &Customer,
    label: Label,
    role: Role,
    table: &str,
    verb: &str,
    content: Digest,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let person = context.person()?;
    let permit =
        may_change_records(customer, label, role, table, person, context.reason, context.policy)?;
    if !permit.approval {
        return Err(refusal::CHANGE_STATE.because(
            format!("changes of `{}/{label}` need no approval", customer.id),
            "change the record itself: `landfall record set`",
        ));
    }
    Ok(vec![requested(customer, label, role, (table, verb, content), person, context.reason)])
}

/// Returns the event of a change that is asked for: a table, what shall be done, and the digest of what shall be written.
pub(super) fn requested(
    customer: &Customer,
    label: Label,
    role: Role,
    (table, verb, content): (&str, &str, Digest),
    person: &Person,
    reason: Option<&str>,
) -> Event {
    Event::ChangeRequested {
        number: u32::try_from(customer.changes.len()).unwrap_or(u32::MAX).saturating_add(1),
        label,
        role,
        table: table.to_owned(),
        verb: verb.to_owned(),
        content,
        by: person.id.clone(),
        reason: reason.unwrap_or_default().trim().to_owned(),
    }
}

pub(super) fn approve(
    customer: &Customer,
    number: u32,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let change = undecided(customer, number)?;
    independent(change, context)?;
    still_in_use(customer, change)?;
    let signature = context.signature(Meaning::ChangeDecision, change.content)?;
    Ok(vec![Event::ChangeApproved { number, signature }])
}

pub(super) fn reject(
    customer: &Customer,
    number: u32,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    // What was approved is rejected as long as it is not made: it may not be possible any more.
    let change = find(customer, number)?;
    let is_approved = matches!(change.decision, Some((_, true, _)));
    if !is_approved || change.applied {
        undecided(customer, number)?;
    }
    independent(change, context)?;
    context.reason("rejecting a change")?;
    Ok(vec![Event::ChangeRejected {
        number,
        signature: context.signature(Meaning::ChangeDecision, change.content)?,
        reason: context.reason.unwrap_or_default().trim().to_owned(),
    }])
}

pub(super) fn complete(customer: &Customer, number: u32) -> Result<Vec<Event>, Refusal> {
    let change = find(customer, number)?;
    match (&change.decision, change.applied) {
        (Some((_, true, _)), false) => {
            still_in_use(customer, change)?;
            Ok(vec![Event::ChangeMade { number }])
        }
        (Some(_) | None, _) => Err(refusal::CHANGE_STATE.because(
            format!("change {} is not one that waits to be made", change.name(&customer.id)),
            format!("`landfall record changes {}` shows them", customer.id),
        )),
    }
}

/// Refuses for a change of what is not in use, or not any more.
fn still_in_use(customer: &Customer, change: &ChangeRequest) -> Result<(), Refusal> {
    let target = environment(customer, change.label)?;
    if target.state == State::InUse {
        return Ok(());
    }
    Err(super::wrong_state(customer, target, "changed", "in use"))
}

fn find(customer: &Customer, number: u32) -> Result<&ChangeRequest, Refusal> {
    customer.changes.iter().find(|change| change.number == number).ok_or_else(|| {
        refusal::CHANGE_UNKNOWN.because(
            format!("customer `{}` has no change {number}", customer.id),
            format!("`landfall record changes {}` shows them", customer.id),
        )
    })
}

fn undecided(customer: &Customer, number: u32) -> Result<&ChangeRequest, Refusal> {
    let change = find(customer, number)?;
    match &change.decision {
        None => Ok(change),
        Some((signature, approved, _)) => Err(refusal::CHANGE_STATE.because(
            format!(
                "change {} was {} by {} already",
                change.name(&customer.id),
                if *approved { "approved" } else { "rejected" },
                signature.name
            ),
            format!("`landfall record changes {}` shows them", customer.id),
        )),
    }
}

fn independent(change: &ChangeRequest, context: &Context<'_>) -> Result<(), Refusal> {
    if context.person()?.id == change.by {
        return Err(refusal::NOT_INDEPENDENT.because(
            format!("`{}` asked for this change and does not decide on it", change.by),
            "let another person of vendor quality decide",
        ));
    }
    Ok(())
}
