use super::{
    super::{
        BuildFailure, Customer, Environment, Event, FailedTest, GoLiveStep, InstanceFacts,
        Iteration, IterationState, State, Status,
    },
    Context, deviation, environment, wrong_state,
};
use crate::{
    environment::Kind,
    ids::Label,
    plan::{self, Content, PackageKind, Plan, Purpose, ReleaseFacts},
    policy::{Condition, ContentKind},
    refusal::{self, Refusal},
    signature::{self, Meaning, Record},
};

pub(super) fn request(
    customer: &Customer,
    kind: Kind,
    purpose: Option<Purpose>,
    content: &Content,
    release: &ReleaseFacts,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let rules = context.policy.rules(kind);
    let label = customer.next_label(kind, rules.repeats);
    match (kind, purpose) {
        (Kind::CommunityDev, _) if customer.status != Status::Vendor => {
            return Err(refusal::VENDOR_OWNED.because(
                "Community Dev is the vendor's; it is not made for a customer",
                "`landfall environment request vendor community-dev` makes it; every customer's people may enter it",
            ));
        }
        (Kind::Val, None) => {
            return Err(refusal::FORMALITY.because(
                "a VAL is formal or informal, and the request says neither",
                "add `--formal` or `--informal`",
            ));
        }
        (Kind::Val, Some(_))
        | (
            Kind::Demo
            | Kind::Sandbox
            | Kind::Migration
            | Kind::Preprod
            | Kind::Prod
            | Kind::CommunityDev,
            None,
        ) => {}
        (
            Kind::Demo
            | Kind::Sandbox
            | Kind::Migration
            | Kind::Preprod
            | Kind::Prod
            | Kind::CommunityDev,
            Some(_),
        ) => {
            return Err(refusal::FORMALITY.because(
                format!("only VAL is formal or informal, {} is neither", kind.title()),
                "leave `--formal` and `--informal` away",
            ));
        }
    }
    let standing = customer.of_kind(kind).find(|other| match other.state {
        State::Requested
        | State::Building
        | State::Built
        | State::InUse
        | State::Closed
        | State::Destroying => true,
        State::Destroyed => false,
    });
    if let Some(other) = standing
        && !rules.repeats
    {
        return Err(refusal::ALREADY_THERE.because(
            format!(
                "customer `{}` has `{}` already ({})",
                customer.id,
                other.label,
                other.state.as_str()
            ),
            format!("`landfall customer show {}` shows it", customer.id),
        ));
    }
    for condition in &rules.opens_when {
        opens(customer, label, purpose, *condition)?;
    }
    check_content(customer, label, purpose, content, release, rules.content.as_slice())?;
    let key = rules.masked.then(|| format!("validation-{}", validation_number(customer)));
    let plan = plan::plan(
        &customer.id,
        label,
        purpose,
        content.clone(),
        release.clone(),
        key,
        context.policy,
    );
    let plan_digest = digest_of(&plan)?;
    Ok(vec![Event::EnvironmentRequested {
        plan: Box::new(plan),
        plan_digest,
        author: context.person()?.id.clone(),
        expires: rules.lifetime_days.map(|days| context.now.plus_days(i64::from(days))),
    }])
}

/// Returns the number of the validation that a new VAL belongs to: a validation lasts as long as one of its VALs, and
/// with the last of them its masking key is destroyed, never to be named again.
fn validation_number(customer: &Customer) -> usize {
    let standing = customer
        .of_kind(Kind::Val)
        .filter(|val| val.state != State::Destroyed)
        .find_map(|val| val.plan.key.as_deref()?.strip_prefix("validation-")?.parse().ok());
    let named: std::collections::BTreeSet<_> =
        customer.environments.values().filter_map(|other| other.plan.key.as_ref()).collect();
    standing.unwrap_or(named.len() + 1)
}

fn digest_of(plan: &Plan) -> Result<crate::digest::Digest, Refusal> {
    plan.digest().map_err(|error| {
        refusal::PACKAGES.because(
            format!("the plan has no canonical form: {error}"),
            "report this with the command's output",
        )
    })
}

/// Tells whether a condition of the policy holds for a request.
fn opens(
    customer: &Customer,
    label: Label,
    purpose: Option<Purpose>,
    condition: Condition,
) -> Result<(), Refusal> {
    let id = &customer.id;
    let none = customer.no_migration.is_some();
    let (holds, because, hint) = match condition {
        Condition::CustomerIsProspect => (
            customer.status == Status::Prospect,
            "the contract is signed; a Demo is for prospects".to_owned(),
            format!("request the Sandbox: `landfall environment request {id} sandbox`"),
        ),
        Condition::ContractIsSigned => (
            match customer.status {
                Status::Contracted | Status::Live => true,
                Status::Prospect | Status::Vendor => false,
            },
            "the contract is not signed".to_owned(),
            format!("record the contract: `landfall customer contract {id} --reference REF`"),
        ),
        Condition::IterationIsPublished => (
            published(customer),
            "no iteration of the migration is published".to_owned(),
            format!("publish one: `landfall migration publish {id} NUMBER`"),
        ),
        Condition::SourceIsChosen => (
            customer.agreed(Kind::Val).is_some(),
            "customer quality has not agreed on the source of the configuration".to_owned(),
            format!("`landfall configuration choose {id} --for val --source sandbox`"),
        ),
        Condition::MigrationOutputIsReady => match purpose {
            Some(Purpose::Informal) => (
                published(customer) || none,
                "no iteration of the migration is published".to_owned(),
                format!("publish one: `landfall migration publish {id} NUMBER`"),
            ),
            Some(Purpose::Formal) | None => (
                customer.signed_iteration().is_some() || none,
                "the migration output is not signed off".to_owned(),
                format!("sign it off: `landfall migration sign {id} NUMBER`"),
            ),
        },
        Condition::MigrationIsSignedOff => (
            customer.signed_iteration().is_some() || none,
            "the migration output is not signed off".to_owned(),
            format!("sign it off: `landfall migration sign {id} NUMBER`"),
        ),
        Condition::ValidationIsCompleted => (
            customer.validation.is_some(),
            "validation is not completed and signed".to_owned(),
            format!("`landfall environment validate {id}/val-N`, by customer quality"),
        ),
        Condition::FinalDumpIsReceived => (
            customer.final_dump().is_some() || none,
            "the final source dump is not received".to_owned(),
            format!("`landfall migration dump {id} FOLDER --final`, by the customer"),
        ),
        Condition::FinalMigrationIsRun => (
            customer.final_iteration().is_some() || none,
            "the migration program has not run on the final dump".to_owned(),
            format!("`landfall migration run {id}`"),
        ),
        Condition::ProdIsLive | Condition::ValidationIsCompletedAndProdIsLive => (
            customer.status == Status::Live,
            "PROD is not live".to_owned(),
            format!("`landfall golive show {id}` shows the step that is next"),
        ),
        Condition::ProdIsNotLive => (
            customer.status != Status::Live,
            "PROD is live; onboarding is over".to_owned(),
            "explore new releases in the vendor's Community Dev".to_owned(),
        ),
        Condition::LifetimeIsOver => (true, String::new(), String::new()),
        Condition::OwnerIsVendor => (
            customer.status == Status::Vendor,
            "it belongs to the vendor".to_owned(),
            "`landfall environment request vendor community-dev`".to_owned(),
        ),
    };
    if holds {
        return Ok(());
    }
    let mut refused = refusal::NOT_YET
        .because(format!("environment `{id}/{label}` cannot be requested: {because}"), hint);
    refused.rule = format!("{} (condition `{}`)", refused.rule, condition.as_str());
    Err(refused)
}

fn published(customer: &Customer) -> bool {
    customer.iterations.iter().any(|iteration| match iteration.state {
        IterationState::Published | IterationState::Signed => true,
        IterationState::Running | IterationState::Run | IterationState::Stopped => false,
    })
}

fn check_content(
    customer: &Customer,
    label: Label,
    purpose: Option<Purpose>,
    content: &Content,
    release: &ReleaseFacts,
    allowed: &[ContentKind],
) -> Result<(), Refusal> {
    let kind = match content {
        Content::Empty => ContentKind::Empty,
        Content::DemoSet => ContentKind::DemoSet,
        Content::Clone { .. } => ContentKind::CloneOfDemo,
        Content::Iteration { .. } => ContentKind::Iteration,
        Content::Composition { .. } => ContentKind::Composition,
    };
    let wrong = |found: String| {
        Err(refusal::CONTENT.because(
            format!("the content of `{}/{label}` cannot come from there: {found}", customer.id),
            "`landfall policy show` lists where the content of each kind may come from",
        ))
    };
    if !allowed.contains(&kind) {
        return wrong(format!("the policy does not allow it for {}", label.kind().title()));
    }
    match content {
        Content::Empty | Content::DemoSet => Ok(()),
        Content::Clone { of } => {
            let source = environment(customer, *of)?;
            if of.kind() != Kind::Demo || !source.state.has_content() {
                return wrong(format!("expected the Demo with its content, found `{of}`"));
            }
            Ok(())
        }
        Content::Iteration { number, migration } => {
            if let Some(signed) = customer.signed_iteration() {
                return wrong(format!(
                    "iteration {} is signed off; its review is over",
                    signed.number
                ));
            }
            let latest = customer.iterations.iter().rev().find(|iteration| match iteration.state {
                IterationState::Published => true,
                IterationState::Running
                | IterationState::Run
                | IterationState::Signed
                | IterationState::Stopped => false,
            });
            match latest {
                Some(iteration)
                    if iteration.number == *number
                        && iteration.package.as_ref().map(|p| p.digest)
                            == Some(migration.digest) =>
                {
                    is_usable(customer, iteration, release)
                }
                Some(_) | None => {
                    wrong("expected the latest published iteration's package".to_owned())
                }
            }
        }
        Content::Composition { configuration, migration } => {
            // Another agreement on PROD's source undoes step 2, and what was extracted before is not used any more.
            let extracted = customer.extraction(label.kind()).filter(|_| {
                label.kind() != Kind::Prod || customer.settled(GoLiveStep::ExtractConfiguration)
            });
            let expected = match (label.kind(), purpose) {
                (Kind::Prod, _) => customer.final_iteration(),
                (_, Some(Purpose::Informal)) => customer.iterations.iter().rev().find(|i| {
                    matches!(i.state, IterationState::Published | IterationState::Signed)
                }),
                (_, Some(Purpose::Formal) | None) => customer.signed_iteration(),
            };
            let packages_fit = configuration.kind == PackageKind::Configuration
                && extracted.map(|known| known.package.digest) == Some(configuration.digest)
                && migration.as_ref().map(|p| p.digest)
                    == expected.and_then(|i| i.package.as_ref()).map(|p| p.digest)
                && migration.is_some() != customer.no_migration.is_some();
            if packages_fit {
                return expected
                    .filter(|_| migration.is_some())
                    .map_or(Ok(()), |iteration| is_usable(customer, iteration, release));
            }
            Err(refusal::PACKAGES.because(
                format!(
                    "environment `{}/{label}` is built from the configuration extracted from its agreed source and the migration output that its rules name; the packages given are others",
                    customer.id
                ),
                format!("`landfall configuration extract {} --for {}` extracts the first; `landfall migration list {}` shows the second", customer.id, label.kind(), customer.id),
            ))
        }
    }
}

/// Refuses the output of an iteration that is destroyed, or that was made for another catalogue than the release has.
fn is_usable(
    customer: &Customer,
    iteration: &Iteration,
    release: &ReleaseFacts,
) -> Result<(), Refusal> {
    super::migration::output_is_there(customer, iteration)?;
    if iteration.catalogue == release.catalogue {
        return Ok(());
    }
    Err(refusal::PACKAGES.because(
        format!(
            "iteration {} was made for catalogue {}, and release {} has catalogue {}",
            iteration.number,
            iteration.catalogue.short(),
            release.release,
            release.catalogue.short()
        ),
        "request it with `--release` and the release that the migration was made for",
    ))
}

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
            output_is_signed(customer, target)?;
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

/// Makes an environment of sample data anew, on the release that is given.
pub(super) fn reset(
    customer: &Customer,
    label: Label,
    release: &ReleaseFacts,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let target = environment(customer, label)?;
    if label.kind() != Kind::CommunityDev {
        return Err(refusal::RESET.because(
            format!("`{}/{label}` is not reset: only Community Dev is", customer.id),
            "close and destroy it when it is due, and request another",
        ));
    }
    context.reason("resetting an environment")?;
    if target.state != State::InUse {
        return Err(wrong_state(customer, target, "reset", "in use"));
    }
    super::destruction::not_held(customer, target)?;
    let content = Content::DemoSet;
    let plan =
        plan::plan(&customer.id, label, None, content, release.clone(), None, context.policy);
    let plan_digest = digest_of(&plan)?;
    let author = context.person()?.id.clone();
    Ok(vec![Event::EnvironmentReset { plan: Box::new(plan), plan_digest, author }])
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
