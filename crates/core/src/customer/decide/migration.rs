use super::{
    super::{
        BuildFailure, Customer, DumpPurpose, Event, GoLiveStep, Iteration, IterationState,
        SectionCounts, Status,
    },
    Context,
};
use crate::{
    digest::Digest,
    plan::PackageFacts,
    refusal::{self, Refusal},
    signature::{self, Record},
};

pub(super) fn register_dump(
    customer: &Customer,
    digest: Digest,
    purpose: DumpPurpose,
    files: u32,
    bytes: u64,
) -> Result<Vec<Event>, Refusal> {
    contracted(customer)?;
    let mut events = vec![Event::DumpRegistered { digest, purpose, files, bytes }];
    match purpose {
        DumpPurpose::Iteration => after_sign_off(customer, "another dump for an iteration")?,
        DumpPurpose::Final => {
            if customer.validation.is_none() {
                return Err(refusal::DUMP_FINAL.because(
                    "the final dump is provided after validation is completed, and it is not",
                    format!(
                        "`landfall environment validate {}/val-N`, by customer quality",
                        customer.id
                    ),
                ));
            }
            // A final dump that could not be used is replaced by another; the step stays done.
            let unusable = customer
                .iterations
                .last()
                .is_some_and(|last| last.is_final && last.state == IterationState::Stopped);
            if !unusable {
                events.push(super::golive::step(customer, GoLiveStep::FinalDump)?);
            }
        }
    }
    Ok(events)
}

pub(super) fn record_spec(
    customer: &Customer,
    digest: Digest,
    catalogue: Digest,
) -> Result<Vec<Event>, Refusal> {
    contracted(customer)?;
    after_sign_off(customer, "another spec")?;
    if customer.specs.last().map(|spec| (spec.digest, spec.catalogue)) == Some((digest, catalogue))
    {
        return Ok(Vec::new());
    }
    Ok(vec![Event::SpecRecorded { digest, catalogue }])
}

pub(super) fn start(
    customer: &Customer,
    dump: Digest,
    spec: Digest,
) -> Result<Vec<Event>, Refusal> {
    contracted(customer)?;
    let (Some(dump), Some(spec)) = (
        customer.dumps.iter().rev().find(|known| known.digest == dump),
        customer.specs.iter().rev().find(|known| known.digest == spec),
    ) else {
        return Err(refusal::DUMP_UNKNOWN.because(
            "the dump or the spec is not registered for this customer",
            format!("`landfall migration dump {0} FOLDER` and `landfall migration spec {0} FOLDER` register them", customer.id),
        ));
    };
    if let Some(running) = customer.iterations.iter().find(|i| i.state == IterationState::Running) {
        return Err(refusal::ITERATION_STATE.because(
            format!("iteration {} is still running", running.number),
            format!("`landfall migration run {}` continues it", customer.id),
        ));
    }
    let is_final = dump.purpose == DumpPurpose::Final;
    if is_final {
        let signed = customer.signed_iteration().ok_or_else(|| {
            refusal::FINAL_DIFFERS.because(
                "no iteration is signed off, so there is nothing that the final run must equal",
                format!("`landfall migration sign {} NUMBER`", customer.id),
            )
        })?;
        if (signed.spec, signed.catalogue) != (spec.digest, spec.catalogue) {
            return Err(refusal::FINAL_DIFFERS.because(
                format!(
                    "the final run uses spec {} and catalogue {} of signed iteration {}, found {} and {}",
                    signed.spec.short(),
                    signed.catalogue.short(),
                    signed.number,
                    spec.digest.short(),
                    spec.catalogue.short()
                ),
                "run it with the signed spec, or have a new iteration signed off first",
            ));
        }
        // Refused before the long run, not after it.
        super::golive::step(customer, GoLiveStep::RunMigration)?;
    } else {
        after_sign_off(customer, "another iteration")?;
    }
    Ok(vec![Event::IterationStarted {
        number: next_number(customer),
        operation: customer.operations + 1,
        dump: dump.digest,
        spec: spec.digest,
        catalogue: spec.catalogue,
        base: customer.iterations.iter().rev().find(|i| i.package.is_some()).map(|i| i.number),
        is_final,
    }])
}

fn next_number(customer: &Customer) -> u32 {
    customer.iterations.last().map_or(1, |iteration| iteration.number + 1)
}

pub(super) fn complete(
    customer: &Customer,
    number: u32,
    package: &PackageFacts,
    sections: &[SectionCounts],
) -> Result<Vec<Event>, Refusal> {
    let iteration = in_state(customer, number, IterationState::Running)?;
    let mut events =
        vec![Event::IterationRun { number, package: package.clone(), sections: sections.to_vec() }];
    if iteration.is_final {
        events.push(super::golive::step(customer, GoLiveStep::RunMigration)?);
    }
    Ok(events)
}

pub(super) fn stop(
    customer: &Customer,
    number: u32,
    failure: &BuildFailure,
) -> Result<Vec<Event>, Refusal> {
    in_state(customer, number, IterationState::Running)?;
    Ok(vec![Event::IterationStopped { number, failure: failure.clone() }])
}

pub(super) fn publish(customer: &Customer, number: u32) -> Result<Vec<Event>, Refusal> {
    let iteration = in_state(customer, number, IterationState::Run)?;
    if iteration.is_final {
        return Err(refusal::ITERATION_STATE.because(
            "the final run is reviewed in PROD, by the final quality check; it is not published",
            format!("`landfall golive show {}` shows the next step", customer.id),
        ));
    }
    after_sign_off(customer, "another published iteration")?;
    Ok(vec![Event::IterationPublished { number }])
}

pub(super) fn add_finding(
    customer: &Customer,
    number: u32,
    text: Digest,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let iteration = in_state(customer, number, IterationState::Published)?;
    let by = context.person()?.id.clone();
    let finding = u32::try_from(iteration.findings.len()).unwrap_or(u32::MAX).saturating_add(1);
    Ok(vec![Event::FindingAdded { iteration: number, number: finding, text, by }])
}

pub(super) fn resolve_finding(
    customer: &Customer,
    number: u32,
    finding: u32,
    text: Digest,
) -> Result<Vec<Event>, Refusal> {
    let iteration = known(customer, number)?;
    let open = iteration.findings.iter().any(|f| f.number == finding && f.resolution.is_none());
    if !open {
        return Err(refusal::FINDING_UNKNOWN.because(
            format!("iteration {number} has no open finding {finding}"),
            format!("`landfall migration show {} {number}` lists the findings", customer.id),
        ));
    }
    Ok(vec![Event::FindingResolved { iteration: number, number: finding, text }])
}

pub(super) fn sign(
    customer: &Customer,
    number: u32,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let iteration = in_state(customer, number, IterationState::Published)?;
    after_sign_off(customer, "another sign-off")?;
    if let Some(finding) = iteration.findings.iter().find(|f| f.resolution.is_none()) {
        return Err(refusal::FINDINGS_OPEN.because(
            format!("iteration {number} cannot be signed off: finding {} is open", finding.number),
            format!(
                "`landfall migration resolve {} {number} {}`, or run a new iteration",
                customer.id, finding.number
            ),
        ));
    }
    let newer = customer.iterations.iter().any(|other| {
        other.number > number
            && match other.state {
                IterationState::Published | IterationState::Signed => true,
                IterationState::Running | IterationState::Run | IterationState::Stopped => false,
            }
    });
    if newer {
        return Err(refusal::ITERATION_STATE.because(
            format!("iteration {number} is not the latest published one"),
            format!("`landfall migration list {}` shows the latest", customer.id),
        ));
    }
    let person = context.person()?;
    let meaning = super::document::meaning_of(Record::IterationSignOff, person.role)?;
    super::document::not_twice(&iteration.signatures, person, meaning)?;
    let digest = iteration.package.as_ref().map_or(Digest::ZERO, |package| package.digest);
    let signature = context.signature(meaning, digest)?;
    let mut given = iteration.signatures.clone();
    given.push(signature.clone());
    let complete = signature::awaited(Record::IterationSignOff, &given).is_empty();
    Ok(vec![Event::IterationSigned { number, signature, complete }])
}

fn contracted(customer: &Customer) -> Result<(), Refusal> {
    match customer.status {
        Status::Contracted => Ok(()),
        Status::Prospect => Err(refusal::NOT_YET.because(
            format!("migration begins after the contract, and `{}` is a prospect", customer.id),
            format!("`landfall customer contract {} --reference REF`", customer.id),
        )),
        Status::Live => Err(refusal::SIGNED_OFF_ALREADY.because(
            "PROD is live; nothing is migrated any more",
            format!("`landfall customer show {}` shows the lifecycle", customer.id),
        )),
    }
}

fn after_sign_off(customer: &Customer, what: &str) -> Result<(), Refusal> {
    match customer.signed_iteration() {
        None => Ok(()),
        Some(signed) => Err(refusal::SIGNED_OFF_ALREADY.because(
            format!("iteration {} is signed off; {what} is not taken any more", signed.number),
            "the final run follows, on the dump registered with `--final`",
        )),
    }
}

fn known(customer: &Customer, number: u32) -> Result<&Iteration, Refusal> {
    customer.iterations.iter().find(|iteration| iteration.number == number).ok_or_else(|| {
        refusal::ITERATION_UNKNOWN.because(
            format!("customer `{}` has no iteration {number}", customer.id),
            format!("`landfall migration list {}` shows them", customer.id),
        )
    })
}

fn in_state(
    customer: &Customer,
    number: u32,
    state: IterationState,
) -> Result<&Iteration, Refusal> {
    let iteration = known(customer, number)?;
    if iteration.state == state {
        return Ok(iteration);
    }
    Err(refusal::ITERATION_STATE.because(
        format!(
            "iteration {number}: expected it {}, found it {}",
            word(state),
            word(iteration.state)
        ),
        format!("`landfall customer show {}` shows what comes next", customer.id),
    ))
}

fn word(state: IterationState) -> &'static str {
    match state {
        IterationState::Running => "running",
        IterationState::Run => "run",
        IterationState::Published => "published",
        IterationState::Signed => "signed off",
        IterationState::Stopped => "stopped",
    }
}
