use super::{
    super::{Customer, Event, GoLiveStep, Iteration, IterationState, State, Status},
    Context, environment, is_vendor, wrong_state,
};
use crate::{
    environment::Kind,
    ids::Label,
    plan::{self, Content, PackageKind, Plan, Purpose, ReleaseFacts},
    policy::{Condition, ContentKind},
    refusal::{self, Refusal},
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
        // What the vendor shows to everybody lives as long as the vendor wants it.
        expires: rules
            .lifetime_days
            .filter(|_| customer.status != Status::Vendor)
            .map(|days| context.now.plus_days(i64::from(days))),
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
            // The vendor makes Demos of its own, from which those of prospects are cloned.
            match customer.status {
                Status::Prospect | Status::Vendor => true,
                Status::Contracted | Status::Live => false,
            },
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
        Content::VendorDemo { .. } => ContentKind::CloneOfVendorDemo,
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
        Content::VendorDemo { owner, of } if !is_vendor(owner) || of.kind() != Kind::Demo => {
            wrong(format!("expected a Demo of the vendor, found `{owner}/{of}`"))
        }
        Content::VendorDemo { .. } if customer.status == Status::Vendor => {
            wrong("the vendor's Demo is not a clone of itself".to_owned())
        }
        Content::VendorDemo { .. } => Ok(()),
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
