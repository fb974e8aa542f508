//! The onboarding of a customer: what each stage of the straight way records, and what follows from it. The side roads
//! stand in `roads.rs`.

use landfall_core::{
    customer::{Due, Event, GoLiveStep, IterationState, MaterialKind, MaterialName, State, Status},
    digest::Digest,
    environment::Kind,
    ids::Label,
    plan::{Content, Purpose, Step},
    signature::Meaning,
};

#[cfg(test)]
#[expect(dead_code, reason = "the other suites use the rest of it")]
mod support;

use support::{
    World,
    commands::{
        close, complete_build, destroy, destroy_early, destroyed, expire, extract, freeze_report,
        hold, lift, reject, request, request_as, sign, start_build, start_iteration, stop_build,
        stop_iteration,
    },
    facts::{composition, customer_id, digest, label, migration},
    kinds,
    people::Who::{CustomerQuality, Engineer, Quality, Sales, SecondEngineer, ThirdEngineer},
    road::{DUE, MATERIALS, Stage, VAL_IQ},
};

/// What an environment without an IQ records from its request to its use.
const MADE: [&str; 4] =
    ["environment-requested", "build-started", "environment-built", "environment-opened"];

/// What the three signatures of a plan or a report record.
const SIGNED: [&str; 3] = ["document-signed", "document-signed", "document-signed"];

/// What ending an environment that is closed records, with its certificate.
const ENDED: [&str; 3] = ["destruction-started", "environment-destroyed", "document-frozen"];

/// Goes one stage further and compares what was recorded.
fn walk(world: &mut World, stage: Stage, expected: &[&str]) -> Vec<Event> {
    let events = world.walk(stage);
    assert_eq!(kinds(&events), expected, "{stage:?}");
    events
}

fn due(name: &str, rule: &str, world: &World) -> Event {
    Event::EnvironmentDue {
        label: label(name),
        rule: rule.to_owned(),
        destroy_by: world.now.plus_days(14),
    }
}

/// The rows that an iteration rejected, or its map of source keys.
fn of_iteration(kind: MaterialKind, number: u32) -> MaterialName {
    MaterialName { kind, name: number.to_string() }
}

/// A dump, or the package of an iteration.
fn content(kind: MaterialKind, digest: Digest) -> MaterialName {
    MaterialName { kind, name: digest.to_string() }
}

/// What the first sign-off leaves without use.
fn superseded() -> Vec<MaterialName> {
    vec![content(MaterialKind::Dump, digest("dump"))]
}

/// What has no use when PROD is live.
fn used_up() -> Vec<MaterialName> {
    vec![
        content(MaterialKind::Package, migration(1).digest),
        of_iteration(MaterialKind::Rejects, 1),
        of_iteration(MaterialKind::KeyMap, 1),
        content(MaterialKind::Dump, digest("final dump")),
        content(MaterialKind::Package, migration(2).digest),
        of_iteration(MaterialKind::Rejects, 2),
        of_iteration(MaterialKind::KeyMap, 2),
    ]
}

#[test]
fn the_straight_way_from_prospect_to_live_and_to_the_end_of_what_is_due() {
    let mut world = World::empty();
    prospect(&mut world);
    contract_and_migration(&mut world);
    validation(&mut world);
    prod(&mut world);
    live(&mut world);
    end_of_what_is_due(&mut world);
    end_of_what_outlives(&mut world);
}

fn prospect(world: &mut World) {
    let events = walk(world, Stage::Prospect, &["prospect-added"]);
    let name = "Acme Clinical Research".to_owned();
    assert_eq!(events[0], Event::ProspectAdded { id: customer_id(), name });

    walk(world, Stage::DemoInUse, &MADE);
    let demo = world.environment("demo");
    assert_eq!(demo.state, State::InUse);
    assert_eq!(demo.expires, Some(world.now.plus_days(30)));
    assert_eq!(demo.instances.len(), 1);
    assert_eq!(demo.author, Engineer.person().id);

    let events = walk(world, Stage::DemoLent, &["demo-lent"]);
    let until = world.now.plus_days(14);
    assert_eq!(events[0], Event::DemoLent { label: label("demo"), until });
}

fn contract_and_migration(world: &mut World) {
    walk(world, Stage::Contracted, &["contract-signed"]);
    assert_eq!(world.state().status, Status::Contracted);

    walk(world, Stage::SandboxInUse, &MADE);
    let sandbox = world.environment("sandbox");
    assert_eq!(sandbox.plan.content, Content::Clone { of: label("demo") });
    assert_eq!(sandbox.instances.len(), 2);

    let run = ["iteration-started", "iteration-run", "iteration-published"];
    let events = walk(
        world,
        Stage::IterationPublished,
        &["dump-registered", "spec-recorded", "spec-recorded", run[0], run[1], run[2]],
    );
    assert_eq!(
        events[3],
        Event::IterationStarted {
            number: 1,
            operation: 3,
            dump: digest("dump"),
            spec: digest("spec"),
            catalogue: digest("catalogue"),
            base: None,
            is_final: false,
        }
    );
    walk(world, Stage::MigrationInUse, &MADE);
    assert_eq!(world.environment("migration-1").instances.len(), 1);
    assert_eq!(world.environment("migration-1").due, None);

    walk(world, Stage::FindingOpen, &["finding-added"]);
    let events = walk(
        world,
        Stage::SignedOff,
        &[
            "finding-resolved",
            "iteration-signed",
            "iteration-signed",
            "environment-due",
            "materials-due",
        ],
    );
    assert_eq!(events[3], due("migration-1", "migration-is-signed-off", world));
    assert_eq!(
        events[4],
        Event::MaterialsDue {
            materials: superseded(),
            rule: "migration-is-signed-off".to_owned(),
            destroy_by: world.now.plus_days(14),
        }
    );
    let iteration = &world.state().iterations[0];
    assert_eq!(iteration.state, IterationState::Signed);
    for signature in &iteration.signatures {
        assert_eq!(signature.digest, migration(1).digest, "a sign-off binds to the output");
    }
}

fn validation(world: &mut World) {
    walk(world, Stage::SourceChosen, &["source-chosen"]);
    walk(world, Stage::Extracted, &["configuration-extracted"]);
    walk(world, Stage::InformalValInUse, &MADE);
    assert_eq!(world.environment("val-1").iq, None);

    walk(world, Stage::ValRequested, &["environment-requested"]);
    walk(world, Stage::ValPlanned, &["document-frozen"]);
    assert_eq!(world.environment("val-2").iq.as_deref(), Some(VAL_IQ));
    walk(world, Stage::ValPlanSigned, &SIGNED);
    walk(world, Stage::ValBuilding, &["build-started"]);
    walk(world, Stage::ValBuilt, &["environment-built", "document-frozen"]);
    assert_eq!(world.environment("val-2").state, State::Built, "it waits for its report");
    walk(world, Stage::ValReported, &["document-frozen"]);
    walk(world, Stage::ValApproved, &SIGNED);
    assert_eq!(world.environment("val-2").state, State::Built, "it waits for the customer");
    walk(world, Stage::ValAccepted, &["environment-accepted", "environment-opened"]);
    let acceptance = world.environment("val-2").acceptance.as_ref();
    assert_eq!(
        acceptance.map(|signature| (&signature.person, signature.digest)),
        Some((&CustomerQuality.person().id, digest("val-2 report"))),
        "customer quality accepts, and acceptance binds to the report"
    );
    walk(world, Stage::Validated, &["validation-completed"]);
}

fn prod(world: &mut World) {
    let step = "go-live-step-done";
    let events = walk(world, Stage::FinalDumpReceived, &["dump-registered", step]);
    assert_eq!(events[1], Event::GoLiveStepDone { step: GoLiveStep::FinalDump });
    walk(world, Stage::ProdSourceChosen, &["source-chosen"]);
    let events = walk(world, Stage::ProdExtracted, &["configuration-extracted", step]);
    assert_eq!(events[1], Event::GoLiveStepDone { step: GoLiveStep::ExtractConfiguration });
    let events = walk(world, Stage::FinalRunDone, &["iteration-started", "iteration-run", step]);
    assert_eq!(
        events[0],
        Event::IterationStarted {
            number: 2,
            operation: 7,
            dump: digest("final dump"),
            spec: digest("spec"),
            catalogue: digest("catalogue"),
            base: Some(1),
            is_final: true,
        }
    );
    assert_eq!(events[2], Event::GoLiveStepDone { step: GoLiveStep::RunMigration });

    walk(world, Stage::ProdRequested, &["environment-requested"]);
    walk(world, Stage::ProdPlanned, &["document-frozen"]);
    walk(world, Stage::ProdPlanSigned, &SIGNED);
    walk(world, Stage::ProdBuilding, &["build-started"]);
    walk(world, Stage::ProdBuilt, &["environment-built"]);
    walk(world, Stage::ProdReported, &["document-frozen"]);
    walk(world, Stage::ProdApproved, &SIGNED);
    let events = walk(world, Stage::ProdReviewed, &[step]);
    assert_eq!(events[0], Event::GoLiveStepDone { step: GoLiveStep::ReviewProd });
    let events = walk(world, Stage::IqProvided, &[step]);
    assert_eq!(events[0], Event::GoLiveStepDone { step: GoLiveStep::ProvideIq });
    assert_eq!(world.environment("prod").state, State::Built, "nobody works in it before go-live");
}

fn live(world: &mut World) {
    walk(world, Stage::QcReviewed, &["final-qc-signed"]);
    assert_eq!(world.state().status, Status::Contracted, "one signature of two is not enough");

    world.now = world.now.plus_days(3);
    let falls = ["environment-due"; 4];
    let opens = ["final-qc-signed", "go-live-step-done", "environment-opened", "went-live"];
    let events =
        walk(world, Stage::Live, &[&opens[..], &falls[..], &["materials-due"][..]].concat());
    assert_eq!(events[1], Event::GoLiveStepDone { step: GoLiveStep::FinalQc });
    assert_eq!(events[2], Event::EnvironmentOpened { label: label("prod") });
    assert_eq!(events[3], Event::WentLive { label: label("prod") });
    assert_eq!(
        events[4..8],
        [
            due("demo", "prod-is-live", world),
            due("sandbox", "prod-is-live", world),
            due("val-1", "validation-is-completed-and-prod-is-live", world),
            due("val-2", "validation-is-completed-and-prod-is-live", world),
        ]
    );
    assert_eq!(
        events[8],
        Event::MaterialsDue {
            materials: used_up(),
            rule: "prod-is-live".to_owned(),
            destroy_by: world.now.plus_days(14),
        }
    );
    assert_eq!(world.state().status, Status::Live);
    assert_eq!(world.environment("prod").state, State::InUse);
    assert_eq!(world.environment("prod").due, None);
    let since = world.now.plus_days(-3);
    assert_eq!(
        world.environment("migration-1").due,
        Some(Due {
            rule: "migration-is-signed-off".to_owned(),
            since,
            destroy_by: since.plus_days(14),
        }),
        "what was due already keeps its rule and its last day"
    );
}

fn end_of_what_is_due(world: &mut World) {
    walk(world, Stage::DueClosed, &["environment-closed"; 5]);
    let events = walk(world, Stage::DueDestroyed, &[ENDED; 5].concat());
    assert_eq!(
        events[..2],
        [
            Event::DestructionStarted {
                label: label("demo"),
                operation: 9,
                rule: "prod-is-live".to_owned(),
                approval: None,
            },
            Event::EnvironmentDestroyed { label: label("demo"), operation: 9, key: None },
        ]
    );
    let keys: Vec<(Label, Option<&str>)> = events
        .iter()
        .filter_map(|event| match event {
            Event::EnvironmentDestroyed { label, key, .. } => Some((*label, key.as_deref())),
            _ => None,
        })
        .collect();
    assert_eq!(
        keys,
        [
            (label("demo"), None),
            (label("sandbox"), None),
            (label("migration-1"), None),
            (label("val-1"), None),
            (label("val-2"), Some("validation-1")),
        ],
        "the masking key goes with the last VAL that uses it"
    );
    for name in DUE {
        assert_eq!(world.environment(name).state, State::Destroyed, "{name}");
    }
    assert_eq!(world.environment("prod").state, State::InUse);
    let certificates: Vec<_> =
        world.state().documents.keys().filter(|number| number.contains("-DC-")).collect();
    assert_eq!(certificates.len(), 5);
    assert_eq!(certificates[4], "ACME-DC-005");
}

fn end_of_what_outlives(world: &mut World) {
    let made = ["materials-destruction-started", "materials-destroyed", "document-frozen"];
    let events = walk(world, Stage::MaterialsDestroyed, &made);
    let materials = [superseded(), used_up()].concat();
    assert_eq!(
        events[..2],
        [
            Event::MaterialsDestructionStarted {
                operation: MATERIALS,
                materials: materials.clone()
            },
            Event::MaterialsDestroyed { operation: MATERIALS, materials },
        ]
    );
    let standing = world.state().materials.iter().filter(|known| known.destroyed.is_none());
    assert_eq!(standing.count(), 0, "nothing of the source outlives the onboarding but PROD");
    assert!(world.state().documents.contains_key("ACME-TC-001"));
}

#[test]
fn only_the_formal_val_and_prod_are_planned_as_qualified() {
    let world = World::at(Stage::Live);
    let qualified: Vec<_> = world
        .state()
        .environments
        .values()
        .filter(|environment| environment.plan.qualified)
        .map(|environment| (environment.label, environment.purpose))
        .collect();
    assert_eq!(qualified, [(label("val-2"), Some(Purpose::Formal)), (label("prod"), None)]);
}

#[test]
fn the_plan_of_prod_is_that_of_val_but_for_masking() {
    let world = World::at(Stage::Live);
    let titles = |name: &str| -> Vec<&'static str> {
        let plan = &world.environment(name).plan;
        plan.steps
            .iter()
            .filter_map(|step| match step {
                Step::Provision { .. } => Some("provision"),
                Step::ApplyDemoSet { .. } => Some("demonstration set"),
                Step::Clone { .. } => Some("clone"),
                Step::ApplyConfiguration { .. } => Some("configuration"),
                Step::ApplyMigration { key, .. } => {
                    assert_eq!(key, &plan.key, "{name}");
                    Some("migration")
                }
                Step::Configure { .. } => Some("configure"),
                Step::Verify { .. } => Some("verify"),
                Step::Scan { .. } => None,
                Step::Agree => Some("agree"),
                Step::Seal => Some("seal"),
            })
            .collect()
    };
    assert_eq!(titles("val-2"), titles("prod"));
    assert_eq!(world.environment("val-2").plan.key.as_deref(), Some("validation-1"));
    assert_eq!(world.environment("prod").plan.key, None);
    let scans = |name: &str| {
        let steps = &world.environment(name).plan.steps;
        steps.iter().filter(|step| matches!(step, Step::Scan { .. })).count()
    };
    assert_eq!((scans("val-2"), scans("prod")), (2, 0));
}

#[test]
fn a_demo_that_expired_is_closed_and_keeps_its_first_last_day() {
    let mut world = World::at(Stage::DemoLent);
    world.now = world.now.plus_days(14);
    let events = world.done(&Sales.does(expire("demo")));
    let destroy_by = world.now.plus_days(14);
    let rule = "lifetime-is-over".to_owned();
    assert_eq!(events, [Event::DemoExpired { label: label("demo"), rule, destroy_by }]);
    for stage in Stage::ALL.into_iter().filter(|s| (Stage::Contracted..=Stage::Live).contains(s)) {
        world.walk(stage);
    }
    let demo = world.environment("demo");
    assert_eq!(demo.state, State::Closed);
    assert_eq!(demo.due.as_ref().map(|due| due.destroy_by), Some(destroy_by));
}

#[test]
fn a_hold_keeps_a_due_environment_until_it_is_lifted() {
    let mut world = World::at(Stage::DueClosed);
    let reason = "the sponsor asked to keep it";
    assert_eq!(
        world.done(&CustomerQuality.does(hold("sandbox")).because(reason)),
        [Event::EnvironmentHeld { label: label("sandbox") }]
    );
    world.now = world.now.plus_days(60);
    let refusal = world.attempt(&Engineer.does(destroy("sandbox"))).unwrap_err();
    assert_eq!(refusal.code, "HLD-001");
    assert_eq!(
        world.done(&Quality.does(lift("sandbox")).because(reason)),
        [Event::EnvironmentReleased { label: label("sandbox") }]
    );
    world.done(&Engineer.does(destroy("sandbox")));
    world.done(&Engineer.does(destroyed("sandbox")));
    assert_eq!(world.environment("sandbox").state, State::Destroyed);
}

#[test]
fn destruction_before_due_carries_the_approval_of_vendor_quality() {
    let mut world = World::at(Stage::InformalValInUse);
    let reason = "its tests are written";
    world.done(&Engineer.does(close("val-1")).because(reason));
    let events = world.done(&Quality.does(destroy_early("val-1")).because(reason));
    let Event::DestructionStarted { approval: Some(approval), .. } = &events[0] else {
        panic!("expected a destruction with an approval, found {events:?}");
    };
    assert_eq!(approval.person, Quality.person().id);
    assert_eq!(approval.meaning, Meaning::DestructionApproval);
    assert_eq!(approval.digest, world.environment("val-1").plan_digest);
}

#[test]
fn the_key_stays_while_any_val_still_uses_it() {
    let mut world = World::at(Stage::Live);
    for name in ["val-2", "val-1"] {
        world.done(&Engineer.does(close(name)));
        world.done(&Engineer.does(destroy(name)));
        let events = world.done(&Engineer.does(destroyed(name)));
        let Event::EnvironmentDestroyed { key, .. } = &events[0] else {
            panic!("expected a destruction, found {events:?}");
        };
        let expected = (name == "val-1").then_some("validation-1");
        assert_eq!(key.as_deref(), expected, "{name}, the informal VAL goes last here");
    }
}

#[test]
fn a_build_that_stopped_is_begun_again_as_another_operation_by_another_engineer() {
    let mut world = World::at(Stage::ValBuilding);
    let stopped = world.done(&Engineer.does(stop_build("val-2")));
    assert_eq!(kinds(&stopped), ["build-stopped"]);
    assert_eq!(world.environment("val-2").state, State::Requested);
    let started = world.done(&ThirdEngineer.does(start_build("val-2")));
    assert_eq!(
        started,
        [Event::BuildStarted {
            label: label("val-2"),
            operation: 7,
            executor: ThirdEngineer.person().id,
        }]
    );
    world.done(&ThirdEngineer.does(complete_build("val-2")));
    world.done(&ThirdEngineer.does(freeze_report("val-2", 0)));
    // The report is executed by who built it, no longer by the author.
    let execution = sign(VAL_IQ, Meaning::Execution, "val-2 report");
    assert_eq!(world.attempt(&Engineer.does(execution.clone())).unwrap_err().code, "SIG-003");
    world.done(&ThirdEngineer.does(execution));
    world.done(&SecondEngineer.does(sign(VAL_IQ, Meaning::ExecutionReview, "val-2 report")));
}

#[test]
fn a_run_that_stopped_is_followed_by_another_that_owes_it_nothing() {
    let mut world = World::at(Stage::FindingOpen);
    world.done(&Engineer.does(start_iteration("dump", "spec")));
    let stopped = world.done(&Engineer.does(stop_iteration(2)));
    assert_eq!(kinds(&stopped), ["iteration-stopped"]);
    let started = world.done(&SecondEngineer.does(start_iteration("dump", "spec")));
    let Event::IterationStarted { number, base, .. } = &started[0] else {
        panic!("expected a run, found {started:?}");
    };
    assert_eq!((*number, *base), (3, Some(1)), "its ids follow the last run that has output");
}

#[test]
fn the_same_configuration_extracted_again_is_nothing_new() {
    let mut world = World::at(Stage::ProdExtracted);
    let before = world.customer.clone();
    assert!(world.done(&Engineer.does(extract(Kind::Prod, "val-2"))).is_empty());
    assert_eq!(world.customer, before);
}

#[test]
fn a_rejection_keeps_who_and_why() {
    let mut world = World::at(Stage::ValReported);
    let reason = "a table is missing from the inventory";
    world.done(&Quality.does(reject(VAL_IQ, "val-2 report")).because(reason));
    let (signature, why) = world.state().documents[VAL_IQ].rejection.as_ref().unwrap();
    assert_eq!(signature.person, Quality.person().id);
    assert_eq!(signature.digest, digest("val-2 report"));
    assert_eq!(why, reason);
}

#[test]
fn labels_of_kinds_that_repeat_are_never_given_twice() {
    let mut world = World::at(Stage::InformalValInUse);
    let reason = "its tests are written";
    world.done(&Engineer.does(close("val-1")).because(reason));
    world.done(&Quality.does(destroy_early("val-1")).because(reason));
    world.done(&Quality.does(destroyed("val-1")));
    let next = request_as(Kind::Val, Purpose::Informal, composition("sandbox", 1));
    world.done(&Engineer.does(next));
    assert_eq!(world.environment("val-2").state, State::Requested);
}

#[test]
fn an_empty_sandbox_is_the_customers_other_choice() {
    let mut world = World::at(Stage::Contracted);
    world.done(&Engineer.does(request(Kind::Sandbox, Content::Empty)));
    let plan = &world.environment("sandbox").plan;
    let loads = plan.steps.iter().any(|step| {
        matches!(
            step,
            Step::Clone { .. } | Step::ApplyConfiguration { .. } | Step::ApplyMigration { .. }
        )
    });
    assert!(!loads, "nothing is put into it");
    assert_eq!(plan.instances.len(), 2);
}
