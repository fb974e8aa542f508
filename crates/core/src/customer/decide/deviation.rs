use super::{
    super::{Customer, Deviation, Environment, Event, FailedTest, Resolution, State},
    Context, environment,
};
use crate::{
    digest::Digest,
    ids::Label,
    refusal::{self, Refusal},
    signature::Meaning,
};

pub(super) fn open(
    customer: &Customer,
    label: Label,
    description: &str,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let target = environment(customer, label)?;
    let reported = target
        .iq
        .as_ref()
        .and_then(|number| customer.documents.get(number))
        .is_some_and(|document| document.facts.is_some());
    let going_on = match target.state {
        State::Requested | State::Building | State::Built => !reported,
        State::InUse | State::Closed | State::Destroying | State::Destroyed => false,
    };
    if !target.plan.qualified || !going_on {
        return Err(refusal::DEVIATION_STATE.because(
            format!(
                "a deviation is opened while an environment is being qualified; `{}/{label}` is not",
                customer.id
            ),
            "reject its report with a reason, or record what was found as a finding or a change",
        ));
    }
    let description = stated("a deviation", description)?;
    Ok(vec![opened(customer, label, Vec::new(), description, context)?])
}

/// Returns the event that opens the deviation of a qualified build whose checks failed.
pub(super) fn of_failed_checks(
    customer: &Customer,
    target: &Environment,
    tests: &[FailedTest],
    context: &Context<'_>,
) -> Result<Option<Event>, Refusal> {
    if !target.plan.qualified || tests.is_empty() {
        return Ok(None);
    }
    let words = match tests {
        [one] => format!("test {} of the build failed", one.id),
        several => format!("{} tests of the build failed", several.len()),
    };
    opened(customer, target.label, tests.to_vec(), words, context).map(Some)
}

fn opened(
    customer: &Customer,
    label: Label,
    tests: Vec<FailedTest>,
    description: String,
    context: &Context<'_>,
) -> Result<Event, Refusal> {
    Ok(Event::DeviationOpened {
        number: u32::try_from(customer.deviations.len()).unwrap_or(u32::MAX).saturating_add(1),
        label,
        tests,
        description,
        by: context.person()?.id.clone(),
    })
}

pub(super) fn resolve(
    customer: &Customer,
    number: u32,
    [impact, cause, fix]: [&str; 3],
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let deviation = find(customer, number)?;
    if deviation.approval.is_some() {
        return Err(refusal::DEVIATION_STATE.because(
            format!("deviation {} is closed", deviation.name(&customer.id)),
            format!("`landfall deviation list {}` shows it", customer.id),
        ));
    }
    if let Some(operation) = deviation.retest {
        let name = deviation.name(&customer.id);
        return Err(refusal::DEVIATION_STATE.because(
            format!("deviation {name} was tested again by operation {operation}, as it was resolved"),
            format!("`landfall deviation approve {name}`, by vendor quality; what it leaves open is a condition"),
        ));
    }
    let resolution = Resolution {
        impact: stated("the impact", impact)?,
        cause: stated("the cause", cause)?,
        fix: stated("the fix", fix)?,
        by: context.person()?.id.clone(),
        time: context.now,
    };
    Ok(vec![Event::DeviationResolved { number, resolution }])
}

pub(super) fn approve(
    customer: &Customer,
    number: u32,
    condition: Option<&str>,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let deviation = find(customer, number)?;
    let name = deviation.name(&customer.id);
    let resolution = match (&deviation.approval, &deviation.resolution) {
        (None, Some(resolution)) => resolution,
        (None, None) => {
            return Err(refusal::DEVIATION_STATE.because(
                format!("deviation {name} has no impact, cause and fix yet"),
                format!("`landfall deviation resolve {name}`, by a vendor engineer"),
            ));
        }
        (Some(signature), _) => {
            return Err(refusal::DEVIATION_STATE.because(
                format!("deviation {name} was closed by {} already", signature.name),
                format!("`landfall deviation list {}` shows it", customer.id),
            ));
        }
    };
    // Where the environment was given up there is nothing to test again.
    let retested = deviation.tests.is_empty() || deviation.retest.is_some();
    if !retested && !customer.outlived(deviation) {
        return Err(refusal::DEVIATION_STATE.because(
            format!("deviation {name} is not tested again yet"),
            format!(
                "`landfall environment build {}/{}` repeats the run",
                customer.id, deviation.label
            ),
        ));
    }
    let person = context.person()?;
    if person.id == resolution.by || person.id == deviation.opened_by {
        return Err(refusal::NOT_INDEPENDENT.because(
            format!("`{}` opened or resolved deviation {name} and does not close it", person.id),
            "let another person of vendor quality close it",
        ));
    }
    let condition = condition.map(|text| stated("a condition", text)).transpose()?;
    let bound = Digest::of_canonical(&(deviation, &condition)).map_err(|error| {
        refusal::DEVIATION_STATE.because(
            format!("deviation {name} has no canonical form: {error}"),
            "report this with the command's output",
        )
    })?;
    let signature = context.signature(Meaning::DeviationApproval, bound)?;
    Ok(vec![Event::DeviationApproved { number, signature, condition }])
}

/// Refuses while a deviation of the environment stands in the way.
pub(super) fn none_unresolved(customer: &Customer, label: Label) -> Result<(), Refusal> {
    match customer.deviations_of(label).find(|deviation| deviation.resolution.is_none()) {
        None => Ok(()),
        Some(deviation) => {
            let name = deviation.name(&customer.id);
            Err(refusal::DEVIATION_OPEN.because(
                format!(
                    "`{}/{label}` cannot be built: deviation {name} has no impact, cause and fix",
                    customer.id
                ),
                format!("`landfall deviation resolve {name}`, by a vendor engineer"),
            ))
        }
    }
}

/// Refuses while a deviation of the environment is not closed.
pub(super) fn none_open(customer: &Customer, label: Label) -> Result<(), Refusal> {
    match customer.deviations_of(label).find(|deviation| deviation.is_open()) {
        None => Ok(()),
        Some(deviation) => {
            let name = deviation.name(&customer.id);
            Err(refusal::DEVIATION_OPEN.because(
                format!("`{}/{label}` cannot be reported: deviation {name} is open", customer.id),
                format!("`landfall deviation approve {name}`, by vendor quality"),
            ))
        }
    }
}

fn find(customer: &Customer, number: u32) -> Result<&Deviation, Refusal> {
    customer.deviations.iter().find(|deviation| deviation.number == number).ok_or_else(|| {
        refusal::DEVIATION_UNKNOWN.because(
            format!("customer `{}` has no deviation {number}", customer.id),
            format!("`landfall deviation list {}` shows them", customer.id),
        )
    })
}

/// Returns a text that says something.
fn stated(what: &str, text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.chars().count() < 3 || text.chars().any(|character| character.is_control()) {
        return Err(refusal::DEVIATION_STATE.because(
            format!("{what} is a sentence of one line, found {} characters", text.chars().count()),
            "say it so that a stranger understands",
        ));
    }
    Ok(text.to_owned())
}
