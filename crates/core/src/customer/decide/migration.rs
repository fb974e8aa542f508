use super::{
    super::{
        BuildFailure, Customer, DumpPurpose, Event, GoLiveStep, Iteration, IterationState,
        MaterialKind, SectionCounts, Status,
    },
    Context,
};
use crate::{
    digest::Digest,
    environment::Kind,
    plan::PackageFacts,
    refusal::{self, Refusal},
    signature::{self, Meaning, Record},
};

pub(super) fn register_dump(
    customer: &Customer,
    digest: Digest,
    purpose: DumpPurpose,
    files: u32,
    bytes: u64,
) -> Result<Vec<Event>, Refusal> {
    contracted(customer)?;
    has_migration(customer)?;
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
            if customer.settled(GoLiveStep::FinalDump) {
                // Until PROD is made of it another dump takes its place; the step stays done.
                super::golive::may_redo(customer, GoLiveStep::FinalDump)?;
                same_dump(customer, digest)?;
            } else {
                events.push(super::golive::step(customer, GoLiveStep::FinalDump)?);
            }
        }
    }
    Ok(events)
}

/// Refuses the final dump that counts already: what was made of it stays.
fn same_dump(customer: &Customer, digest: Digest) -> Result<(), Refusal> {
    let counts = customer.final_dump().is_some_and(|known| known.digest == digest);
    if counts && !is_gone(customer, MaterialKind::Dump, &digest.to_string()) {
        return Err(refusal::GOLIVE_DONE.because(
            format!("go-live step 1 is done already, with this same dump {}", digest.short()),
            format!("`landfall golive show {}` shows the step that is next", customer.id),
        ));
    }
    Ok(())
}

/// Refuses while the migration program runs.
pub(super) fn none_running(customer: &Customer) -> Result<(), Refusal> {
    match customer.iterations.iter().find(|run| run.state == IterationState::Running) {
        None => Ok(()),
        Some(running) => Err(refusal::ITERATION_STATE.because(
            format!("iteration {} is still running", running.number),
            format!("`landfall migration run {}` continues it", customer.id),
        )),
    }
}

pub(super) fn record_spec(
    customer: &Customer,
    digest: Digest,
    catalogue: Digest,
) -> Result<Vec<Event>, Refusal> {
    contracted(customer)?;
    has_migration(customer)?;
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
    none_running(customer)?;
    let is_final = dump.purpose == DumpPurpose::Final;
    if dump.superseded {
        return Err(refusal::DUMP_UNKNOWN.because(
            "a final dump counts for the sign-off that it followed, until that is withdrawn or another dump replaces it; this one counts no more",
            format!("`landfall migration dump {} FOLDER --final`, by the customer", customer.id),
        ));
    }
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
    if is_gone(customer, MaterialKind::Dump, &dump.digest.to_string()) {
        return Err(refusal::DUMP_UNKNOWN.because(
            format!("dump {} was destroyed", dump.digest.short()),
            format!("provide it again: `landfall migration dump {} FOLDER`", customer.id),
        ));
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

/// Tells whether the destruction of a material was begun; what is provided or made again is there again.
fn is_gone(customer: &Customer, kind: MaterialKind, name: &str) -> bool {
    customer
        .materials
        .iter()
        .any(|known| known.kind == kind && known.name == name && known.operation.is_some())
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
    output_is_there(customer, iteration)?;
    Ok(vec![Event::IterationPublished { number }])
}

/// Refuses for an iteration whose output is destroyed, or is being destroyed.
pub(super) fn output_is_there(customer: &Customer, iteration: &Iteration) -> Result<(), Refusal> {
    let name = iteration.package.as_ref().map(|package| package.digest.to_string());
    if name.is_some_and(|name| is_gone(customer, MaterialKind::Package, &name)) {
        return Err(refusal::MATERIALS.because(
            format!("the output of iteration {} was destroyed", iteration.number),
            format!("`landfall migration run {}` makes another", customer.id),
        ));
    }
    Ok(())
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
    output_is_there(customer, iteration)?;
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

/// Declares, for the customer's quality, that there is no source database: VAL and PROD are then built from
/// configuration alone, and go-live steps 1 and 3 do not apply.
pub(super) fn declare_none(
    customer: &Customer,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    contracted(customer)?;
    has_migration(customer)?;
    context.reason("the declaration that there is no source database")?;
    if !customer.dumps.is_empty() {
        return Err(refusal::NO_MIGRATION.because(
            format!("`{}` has provided a source dump, so it has a source database", customer.id),
            "go on with the migration; if the dump was provided by mistake, add the organisation under another identity: `landfall customer add`",
        ));
    }
    let reason = context.reason.unwrap_or_default().trim().to_owned();
    let declared = ("no source database", customer.id.as_str(), reason.as_str());
    let bound = Digest::of_canonical(&declared).map_err(|error| {
        refusal::NO_MIGRATION.because(
            format!("the declaration has no canonical form: {error}"),
            "report this with the command's output",
        )
    })?;
    Ok(vec![
        Event::NoMigrationDeclared {
            signature: context.signature(Meaning::Declaration, bound)?,
            reason,
        },
        Event::GoLiveStepNotApplicable { step: GoLiveStep::FinalDump },
        Event::GoLiveStepNotApplicable { step: GoLiveStep::RunMigration },
    ])
}

/// Withdraws a sign-off, by the same two who gave it. With the second signature the iteration is published again, and
/// what followed from the sign-off is undone: validation, go-live steps, final dump and final run.
pub(super) fn withdraw(
    customer: &Customer,
    number: u32,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let iteration = in_state(customer, number, IterationState::Signed)?;
    context.reason("the withdrawal of a sign-off")?;
    if customer.status == Status::Live {
        return Err(refusal::WITHDRAWAL.because(
            "PROD is live; the sign-off stands",
            format!("`landfall customer show {}` shows the lifecycle", customer.id),
        ));
    }
    if let Some(prod) = customer.single(Kind::Prod) {
        return Err(refusal::WITHDRAWAL.because(
            format!("`{}/prod` was requested from this sign-off", customer.id),
            super::golive::give_up(customer, prod),
        ));
    }
    none_running(customer)?;
    let person = context.person()?;
    let meaning = super::document::meaning_of(Record::Withdrawal, person.role)?;
    let mut given: Vec<_> = iteration.pending_withdrawal().cloned().collect();
    super::document::not_twice(&given, person, meaning)?;
    let digest = iteration.package.as_ref().map_or(Digest::ZERO, |package| package.digest);
    let signature = context.signature(meaning, digest)?;
    given.push(signature.clone());
    Ok(vec![Event::WithdrawalSigned {
        number,
        signature,
        reason: context.reason.unwrap_or_default().trim().to_owned(),
        complete: signature::awaited(Record::Withdrawal, &given).is_empty(),
    }])
}

fn has_migration(customer: &Customer) -> Result<(), Refusal> {
    match &customer.no_migration {
        None => Ok(()),
        Some((signature, _)) => Err(refusal::NO_MIGRATION.because(
            format!(
                "{} declared on {} that `{}` has no source database to migrate",
                signature.name,
                signature.time.date(),
                customer.id
            ),
            format!("`landfall customer show {}` shows what comes next", customer.id),
        )),
    }
}

fn contracted(customer: &Customer) -> Result<(), Refusal> {
    match customer.status {
        Status::Contracted => Ok(()),
        Status::Prospect => Err(refusal::NOT_YET.because(
            format!("migration begins after the contract, and `{}` is a prospect", customer.id),
            format!("`landfall customer contract {} --reference REF`", customer.id),
        )),
        Status::Vendor => Err(refusal::VENDOR_OWNED.because(
            "the vendor migrates nothing into its own environments",
            "name a customer: `landfall customer list` shows them",
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
