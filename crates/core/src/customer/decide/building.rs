use super::{
    super::{BuildFailure, Customer, Environment, Event, FailedTest, InstanceFacts, State},
    Context, deviation, environment, wrong_state,
};
use crate::{
    environment::Kind,
    ids::Label,
    refusal::{self, Refusal},
    signature::{self, Meaning, Record},
};

/// Begins a build. Who continues one that another began takes it over, after the same checks; it stays the same
/// operation.
pub(super) fn start_build(
    customer: &Customer,
    label: Label,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let target = environment(customer, label)?;
    let operation = match (target.state, target.operation) {
        (State::Requested, _) => {
            super::acceptance::output_is_signed(customer, target)?;
            customer.operations + 1
        }
        // One whose sign-off was withdrawn meanwhile is built to its end: only then can it be closed.
        (State::Building, Some(operation)) => operation,
        (
            State::Building
            | State::Built
            | State::InUse
            | State::Closed
            | State::Destroying
            | State::Destroyed,
            _,
        ) => return Err(wrong_state(customer, target, "built", "requested")),
    };
    let executor = context.person()?;
    deviation::none_unresolved(customer, label)?;
    difference_is_signed(customer, target)?;
    if target.plan.qualified {
        let document = target.iq.as_ref().and_then(|number| customer.documents.get(number));
        let signatures = document.map_or(&[][..], |document| &document.plan_signatures);
        let awaited = signature::awaited(Record::IqPlan, signatures);
        let rejected = document.is_some_and(|document| document.rejection.is_some());
        if rejected || !awaited.is_empty() {
            let who: Vec<_> = awaited.iter().map(|(meaning, _)| meaning.as_str()).collect();
            return Err(refusal::IQ_UNSIGNED.because(
                format!(
                    "environment `{}/{label}` cannot be built: its plan {}",
                    customer.id,
                    if rejected {
                        "was rejected".to_owned()
                    } else {
                        format!("awaits the signatures {}", who.join(", "))
                    }
                ),
                if rejected {
                    format!(
                        "give it up with `landfall environment close {}/{label} --reason \"...\"` and request it again",
                        customer.id
                    )
                } else {
                    format!(
                        "`landfall document sign {} --meaning MEANING`",
                        target.iq.as_deref().unwrap_or("NUMBER")
                    )
                },
            ));
        }
        let reviewed = signatures.iter().any(|signature| {
            signature.person == executor.id && signature.meaning != Meaning::Author
        });
        if reviewed {
            return Err(refusal::NOT_INDEPENDENT.because(
                format!("`{}` reviewed the plan and may not carry it out", executor.id),
                "let its author, or another engineer, build it",
            ));
        }
    }
    if target.state == State::Building && target.executor.as_ref() == Some(&executor.id) {
        return Ok(Vec::new());
    }
    Ok(vec![Event::BuildStarted { label, operation, executor: executor.id.clone() }])
}

/// Where PROD's configuration is not the validated one, customer quality signs the difference first.
fn difference_is_signed(customer: &Customer, target: &Environment) -> Result<(), Refusal> {
    if target.label.kind() != Kind::Prod {
        return Ok(());
    }
    let Some((validated, val, prod)) = customer.difference() else { return Ok(()) };
    let report = target.difference.as_ref().and_then(|number| customer.documents.get(number));
    let signed = report.is_some_and(|document| {
        document.rejection.is_none()
            && signature::awaited(Record::Difference, &document.signatures).is_empty()
    });
    if signed {
        return Ok(());
    }
    Err(refusal::DIFFERENCE_UNSIGNED.because(
        format!(
            "`{}/prod` cannot be built: its configuration {} differs from {} of the validated `{validated}`, and nobody signed the difference",
            customer.id,
            prod.short(),
            val.short()
        ),
        report.filter(|document| document.rejection.is_none()).map_or_else(
            || format!("`landfall configuration difference {}` makes the report", customer.id),
            |document| format!("`landfall document sign {}`, by customer quality", document.number),
        ),
    ))
}

pub(super) fn complete_build(
    customer: &Customer,
    label: Label,
    instances: &[InstanceFacts],
) -> Result<Vec<Event>, Refusal> {
    let target = environment(customer, label)?;
    let operation = building(customer, target)?;
    let roles: Vec<_> = instances.iter().map(|instance| instance.role).collect();
    if roles != target.plan.instances {
        return Err(refusal::INSTANCES.because(
            format!("environment `{label}` has other instances than its plan"),
            "build it again",
        ));
    }
    let mut events =
        vec![Event::EnvironmentBuilt { label, operation, instances: instances.to_vec() }];
    events.extend(
        customer
            .deviations_of(label)
            .filter(|known| known.is_open() && known.resolution.is_some() && known.retest.is_none())
            .map(|deviation| Event::DeviationRetested { number: deviation.number, operation }),
    );
    if !target.plan.qualified {
        events.push(Event::EnvironmentOpened { label });
    }
    Ok(events)
}

pub(super) fn stop_build(
    customer: &Customer,
    label: Label,
    failure: &BuildFailure,
    tests: &[FailedTest],
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let target = environment(customer, label)?;
    let operation = building(customer, target)?;
    let mut events = vec![Event::BuildStopped { label, operation, failure: failure.clone() }];
    events.extend(deviation::of_failed_checks(customer, target, tests, context)?);
    Ok(events)
}

fn building(customer: &Customer, target: &Environment) -> Result<u32, Refusal> {
    match (target.state, target.operation) {
        (State::Building, Some(operation)) => Ok(operation),
        (
            State::Requested
            | State::Building
            | State::Built
            | State::InUse
            | State::Closed
            | State::Destroying
            | State::Destroyed,
            _,
        ) => Err(wrong_state(customer, target, "completed", "building")),
    }
}
