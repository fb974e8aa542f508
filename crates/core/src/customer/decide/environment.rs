use super::{
    super::{
        BuildFailure, Customer, Environment, Event, InstanceFacts, IterationState, State, Status,
    },
    Context, environment, wrong_state,
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
        (Kind::CommunityDev, _) => {
            return Err(refusal::VENDOR_OWNED.because(
                "Community Dev is the vendor's; it is not made for a customer",
                "every customer's people may enter the vendor's Community Dev",
            ));
        }
        (Kind::Val, None) => {
            return Err(refusal::FORMALITY.because(
                "a VAL is formal or informal, and the request says neither",
                "add `--formal` or `--informal`",
            ));
        }
        (Kind::Val, Some(_))
        | (Kind::Demo | Kind::Sandbox | Kind::Migration | Kind::Preprod | Kind::Prod, None) => {}
        (Kind::Demo | Kind::Sandbox | Kind::Migration | Kind::Preprod | Kind::Prod, Some(_)) => {
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
    check_content(customer, label, purpose, content, rules.content.as_slice())?;
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
    let (holds, because, hint) = match condition {
        Condition::CustomerIsProspect => (
            customer.status == Status::Prospect,
            "the contract is signed; a Demo is for prospects".to_owned(),
            format!("request the Sandbox: `landfall environment request {id} sandbox`"),
        ),
        Condition::ContractIsSigned => (
            match customer.status {
                Status::Contracted | Status::Live => true,
                Status::Prospect => false,
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
            customer.sources.contains_key(&Kind::Val),
            "customer quality has not agreed on the source of the configuration".to_owned(),
            format!("`landfall configuration choose {id} --for val --source sandbox`"),
        ),
        Condition::MigrationOutputIsReady => match purpose {
            Some(Purpose::Informal) => (
                published(customer),
                "no iteration of the migration is published".to_owned(),
                format!("publish one: `landfall migration publish {id} NUMBER`"),
            ),
            Some(Purpose::Formal) | None => (
                customer.signed_iteration().is_some(),
                "the migration output is not signed off".to_owned(),
                format!("sign it off: `landfall migration sign {id} NUMBER`"),
            ),
        },
        Condition::MigrationIsSignedOff => (
            customer.signed_iteration().is_some(),
            "the migration output is not signed off".to_owned(),
            format!("sign it off: `landfall migration sign {id} NUMBER`"),
        ),
        Condition::ValidationIsCompleted => (
            customer.validation.is_some(),
            "validation is not completed and signed".to_owned(),
            format!("`landfall environment validate {id}/val-N`, by customer quality"),
        ),
        Condition::FinalDumpIsReceived => (
            customer.dumps.iter().any(|dump| dump.purpose == super::super::DumpPurpose::Final),
            "the final source dump is not received".to_owned(),
            format!("`landfall migration dump {id} FOLDER --final`, by the customer"),
        ),
        Condition::FinalMigrationIsRun => (
            customer.final_iteration().is_some(),
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
                    Ok(())
                }
                Some(_) | None => {
                    wrong("expected the latest published iteration's package".to_owned())
                }
            }
        }
        Content::Composition { configuration, migration } => {
            let source = customer.sources.get(&label.kind()).map(|source| source.label);
            let extracted = customer
                .extractions
                .iter()
                .rev()
                .find(|(from, target, _)| Some(*from) == source && *target == label.kind());
            let expected = match (label.kind(), purpose) {
                (Kind::Prod, _) => customer.final_iteration(),
                (_, Some(Purpose::Informal)) => customer.iterations.iter().rev().find(|i| {
                    matches!(i.state, IterationState::Published | IterationState::Signed)
                }),
                (_, Some(Purpose::Formal) | None) => customer.signed_iteration(),
            };
            let packages_fit = configuration.kind == PackageKind::Configuration
                && extracted.map(|(_, _, package)| package.digest) == Some(configuration.digest)
                && migration.as_ref().map(|p| p.digest)
                    == expected.and_then(|i| i.package.as_ref()).map(|p| p.digest)
                && migration.is_some();
            if packages_fit {
                return Ok(());
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

pub(super) fn start_build(
    customer: &Customer,
    label: Label,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let target = environment(customer, label)?;
    match target.state {
        State::Requested => {}
        State::Building
        | State::Built
        | State::InUse
        | State::Closed
        | State::Destroying
        | State::Destroyed => return Err(wrong_state(customer, target, "built", "requested")),
    }
    let executor = context.person()?;
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
    Ok(vec![Event::BuildStarted {
        label,
        operation: customer.operations + 1,
        executor: executor.id.clone(),
    }])
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
    if !target.plan.qualified {
        events.push(Event::EnvironmentOpened { label });
    }
    Ok(events)
}

pub(super) fn stop_build(
    customer: &Customer,
    label: Label,
    failure: &BuildFailure,
) -> Result<Vec<Event>, Refusal> {
    let target = environment(customer, label)?;
    let operation = building(customer, target)?;
    Ok(vec![Event::BuildStopped { label, operation, failure: failure.clone() }])
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
    if label.kind() != Kind::Val {
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
