//! The side roads: what customers do that the straight way does not show, what is recorded of it, and what follows.

use landfall_core::{
    customer::{
        Command, DocumentKind, Event, GoLiveStep, IterationState, MaterialKind, PromotionCounts,
        State, Status, next,
    },
    environment::{Kind, Role},
    plan::{Content, Probe, Step},
    policy::Policy,
    refusal,
    signature::Meaning,
};

#[cfg(test)]
#[expect(dead_code, reason = "the other suites use the rest of it")]
mod support;

use support::{
    World,
    commands::{
        accept, approve_change, approve_deviation, approve_deviation_under, ask_change, certify,
        choose, close, complete_build, complete_iteration, destroy, destroy_early, destroyed, dump,
        extract, extract_as, fail_build, failed_test, final_dump, freeze_plan, freeze_report, hold,
        lift, make_change, open_deviation, promote, promoted, reject, reject_change, reject_val,
        report_iteration, request, request_migration, reset, resolve_deviation, sign,
        sign_iteration, start_build, start_iteration, stop_build, validate, withdraw,
    },
    facts::{composition, configuration, configuration_alone, digest, label, migration},
    kinds,
    people::{
        Move, REASON,
        Who::{
            self, CustomerQuality, CustomerReviewer, Engineer, Quality, SecondEngineer,
            SecondQuality, ThirdEngineer,
        },
    },
    road::{MATERIALS, PROD_IQ, Stage, VAL_IQ, made, plan_signed, report_signed},
    side,
};

/// The go-live steps that are done.
fn done_steps(world: &World) -> Vec<GoLiveStep> {
    world.state().golive.keys().copied().collect()
}

/// What is due outside environments and not destroyed: kind and name.
fn due_materials(world: &World) -> Vec<(MaterialKind, String)> {
    world
        .state()
        .materials
        .iter()
        .filter(|known| known.due.is_some() && known.destroyed.is_none())
        .map(|known| (known.kind, known.name.clone()))
        .collect()
}

fn code(world: &mut World, step: &Move) -> String {
    world.attempt(step).map_or_else(|refusal| refusal.code, |_| "done".to_owned())
}

/// The commands that may be typed next.
fn offered(world: &World) -> Vec<String> {
    next(world.state(), world.now).into_iter().map(|item| item.command).collect()
}

fn offers(world: &World, command: &str) -> bool {
    offered(world).iter().any(|known| known.starts_with(&format!("landfall {command}")))
}

fn hint(world: &mut World, step: &Move) -> String {
    world.attempt(step).err().map_or_else(String::new, |refusal| refusal.hint)
}

/// A change of the formal VAL is asked for, approved and made.
fn val_changed() -> Vec<Move> {
    vec![
        Engineer.does(ask_change("val-2", Role::Main, "site")).because(REASON),
        Quality.does(approve_change(1)),
        Engineer.does(make_change(1)),
    ]
}

#[test]
fn without_a_source_database_prod_is_made_of_configuration_alone() {
    let mut world = World::at(Stage::SandboxInUse);
    let events = world.done(&side::declared());
    let na = "go-live-step-not-applicable";
    assert_eq!(kinds(&events), ["no-migration-declared", na, na]);
    let (signature, reason) = world.state().no_migration.as_ref().unwrap();
    assert_eq!(signature.meaning, Meaning::Declaration);
    assert_eq!(signature.person, CustomerQuality.person().id);
    assert_eq!(reason, "all records were kept on paper");

    world.all(&side::val_without_migration());
    assert!(done_steps(&world).is_empty(), "what does not apply is not done");
    for provided in [final_dump("dump"), dump("dump")] {
        let step = CustomerReviewer.does(provided);
        assert_eq!(code(&mut world, &step), refusal::NO_MIGRATION.code);
    }
    world.all(&side::prod_without_migration());
    let state = world.state();
    assert_eq!(state.status, Status::Live);
    assert_eq!(
        state.not_applicable.keys().copied().collect::<Vec<_>>(),
        [GoLiveStep::FinalDump, GoLiveStep::RunMigration]
    );
    assert_eq!(
        done_steps(&world),
        [
            GoLiveStep::ExtractConfiguration,
            GoLiveStep::ReviewProd,
            GoLiveStep::ProvideIq,
            GoLiveStep::FinalQc,
        ]
    );
    for name in ["val-1", "prod"] {
        let plan = &world.environment(name).plan;
        assert_eq!(plan.content, configuration_alone("sandbox"), "{name}");
        let loads = |step: &Step| matches!(step, Step::ApplyMigration { .. } | Step::Scan { .. });
        assert!(!plan.steps.iter().any(loads), "{name} loads no volunteer and searches for none");
        let scans = |probe: &Probe| *probe == Probe::ResidualScan;
        assert!(!plan.tests.iter().any(|test| scans(&test.probe)), "{name}");
    }
    assert!(world.state().materials.is_empty());
    for name in ["demo", "sandbox", "val-1"] {
        assert!(world.environment(name).due.is_some(), "{name}");
    }
}

#[test]
fn a_withdrawal_takes_both_signatures_and_undoes_what_followed() {
    let mut world = World::at(Stage::FinalRunDone);
    let [review, approval] = ["withdrawal-review", "withdrawal-approval"];
    let moves = side::withdrawn(1);
    let events = world.done(&moves[0]);
    let Event::WithdrawalSigned { number: 1, signature, reason, complete: false } = &events[0]
    else {
        panic!("expected a signature that is not the last, found {events:?}");
    };
    assert_eq!((signature.meaning.as_str(), reason.as_str()), (review, REASON));
    assert_eq!(signature.digest, migration(1).digest, "it binds to the output, like the sign-off");
    assert!(world.state().validation.is_some(), "one signature undoes nothing");

    let events = world.done(&moves[1]);
    let Event::WithdrawalSigned { signature, complete: true, .. } = &events[0] else {
        panic!("expected the last signature, found {events:?}");
    };
    assert_eq!(signature.meaning.as_str(), approval);
    let state = world.state();
    let iteration = &state.iterations[0];
    assert_eq!(iteration.state, IterationState::Published);
    assert_eq!((iteration.signatures.len(), iteration.withdrawals.len()), (0, 2));
    assert_eq!(iteration.withdrawn, 1);
    assert_eq!(state.validation, None);
    assert_eq!(state.final_dump(), None);
    assert_eq!(state.final_iteration(), None);
    assert!(!state.sources.contains_key(&Kind::Prod));
    assert!(state.sources.contains_key(&Kind::Val), "the source of VAL's configuration stays");
    assert!(done_steps(&world).is_empty());
    assert_eq!(world.environment("val-2").state, State::InUse, "its VAL stands");
}

#[test]
fn after_a_withdrawal_a_migration_environment_shows_the_output_again() {
    let mut world = World::at(Stage::SignedOff);
    let asks = Engineer.does(request_migration(1));
    assert_eq!(code(&mut world, &asks), refusal::CONTENT.code);
    world.all(&side::withdrawn(1));
    world.done(&asks);
    assert_eq!(world.environment("migration-2").state, State::Requested);
    let events = world.all(&side::signed_off(1));
    assert!(kinds(&events).contains(&"environment-due".to_owned()));
    assert!(world.environment("migration-2").due.is_some(), "the second sign-off ends it");
}

#[test]
fn after_a_withdrawal_the_old_val_is_not_validated_and_the_final_dump_comes_anew() {
    let mut world = World::at(Stage::FinalRunDone);
    world.all(&side::withdrawn(1));
    let old_val = CustomerQuality.does(validate("val-2"));
    let old_run = Engineer.does(start_iteration("final dump", "spec"));
    assert_eq!(code(&mut world, &old_val), refusal::OUTPUT_CHANGED.code);
    world.all(&side::published_anew(3, "second dump"));
    world.all(&side::signed_off(3));
    assert_eq!(code(&mut world, &old_val), refusal::OUTPUT_CHANGED.code);
    assert_eq!(code(&mut world, &old_run), refusal::DUMP_UNKNOWN.code);

    world.all(&side::validated(composition("sandbox", 3), "val-3", "ACME-IQ-002"));
    assert_eq!(world.state().validation.as_ref().map(|(val, _)| *val), Some(label("val-3")));
    let prod = Engineer.does(request(Kind::Prod, composition("val-3", 4)));
    assert_eq!(code(&mut world, &prod), refusal::NOT_YET.code);
    let events = world.done(&CustomerReviewer.does(final_dump("second final dump")));
    assert_eq!(kinds(&events), ["dump-registered", "go-live-step-done"]);
    let events = world.all(&side::run_anew()[1..]);
    let Some(Event::IterationStarted { number, base, is_final, .. }) =
        events.iter().find(|event| matches!(event, Event::IterationStarted { .. }))
    else {
        panic!("expected the final run, found {events:?}");
    };
    assert_eq!((*number, *base, *is_final), (4, Some(3), true));
    world.all(&side::prod(composition("val-3", 4), "ACME-IQ-003"));
    world.all(&side::final_check());
    assert_eq!(world.state().status, Status::Live);
}

#[test]
fn after_a_withdrawal_what_comes_next_is_what_is_signed_off_now() {
    let mut world = World::at(Stage::FinalRunDone);
    world.all(&side::withdrawn(1));
    assert!(offers(&world, "migration sign acme 1"), "{:?}", offered(&world));

    let mut world = World::at(Stage::ValAccepted);
    assert!(offers(&world, "environment validate acme/val-2"));
    world.all(&side::withdrawn(1));
    world.all(&side::published_anew(2, "second dump"));
    world.all(&side::signed_off(2));
    assert!(!offers(&world, "environment validate"), "{:?}", offered(&world));
    assert!(offers(&world, "environment request acme val --formal"));

    let mut world = World::at(Stage::ValPlanSigned);
    world.all(&side::withdrawn(1));
    assert!(!offers(&world, "environment build acme/val-2"), "{:?}", offered(&world));
    assert!(offers(&world, "environment close acme/val-2"));
}

#[test]
fn a_val_whose_sign_off_is_withdrawn_while_it_is_built_is_built_to_its_end_and_closed() {
    let mut world = World::at(Stage::ValBuilding);
    world.all(&side::withdrawn(1));
    assert!(world.done(&Engineer.does(start_build("val-2"))).is_empty());
    world.done(&Engineer.does(complete_build("val-2")));
    world.done(&Engineer.does(freeze_report("val-2", 0)));
    world.all(&report_signed(VAL_IQ, "val-2 report"));
    let accepts = CustomerQuality.does(accept("val-2"));
    assert_eq!(code(&mut world, &accepts), refusal::OUTPUT_CHANGED.code);
    world.done(&Engineer.does(close("val-2")).because(REASON));
}

#[test]
fn the_output_that_is_signed_off_again_is_validated_again_in_its_old_val() {
    let mut world = World::at(Stage::Validated);
    world.all(&side::withdrawn(1));
    world.all(&side::signed_off(1));
    assert_eq!(
        kinds(&world.done(&CustomerQuality.does(validate("val-2")))),
        ["validation-completed"]
    );
    // And it may be withdrawn a second time, by the same two.
    world.all(&side::withdrawn(1));
    assert_eq!(world.state().iterations[0].withdrawals.len(), 4);
    assert_eq!(world.state().validation, None);
}

#[test]
fn a_val_that_was_rejected_is_followed_by_another() {
    let mut world = World::at(Stage::ValApproved);
    let moves = side::second_val();
    let events = world.done(&moves[0]);
    let Event::EnvironmentRejected { signature, reason, .. } = &events[0] else {
        panic!("expected a rejection, found {events:?}");
    };
    assert_eq!(signature.meaning, Meaning::Rejection);
    assert_eq!(signature.digest, digest("val-2 report"), "it binds to the report that was read");
    assert_eq!(reason, REASON);
    assert_eq!(code(&mut world, &CustomerQuality.does(accept("val-2"))), refusal::REJECTED.code);
    world.all(&moves[1..]);
    assert_eq!(world.state().validation.as_ref().map(|(val, _)| *val), Some(label("val-3")));
    assert_eq!(world.environment("val-3").iq.as_deref(), Some("ACME-IQ-002"));
    let ended = world.all(&side::given_up("val-2"));
    assert_eq!(
        ended.last(),
        Some(&Event::EnvironmentDestroyed { label: label("val-2"), operation: 8, key: None }),
        "the masking key stays with the VAL that still uses it"
    );
}

#[test]
fn validation_that_failed_rejects_a_val_in_use() {
    let mut world = World::at(Stage::ValAccepted);
    world.done(&CustomerQuality.does(reject_val("val-2")).because(REASON));
    let validates = CustomerQuality.does(validate("val-2"));
    assert_eq!(code(&mut world, &validates), refusal::REJECTED.code);
    assert_eq!(world.environment("val-2").state, State::InUse, "it is looked at, then closed");
    world.all(&side::validated(composition("sandbox", 1), "val-3", "ACME-IQ-002"));
    assert!(world.state().validation.is_some());
}

#[test]
fn prod_that_is_not_live_is_given_up_and_built_again() {
    let mut world = World::at(Stage::QcReviewed);
    let events = world.all(&side::given_up("prod"));
    assert_eq!(
        kinds(&events),
        ["environment-closed", "destruction-started", "environment-destroyed"]
    );
    let Event::DestructionStarted { approval: Some(approval), .. } = &events[1] else {
        panic!("expected a destruction with an approval, found {events:?}");
    };
    assert_eq!(approval.person, Quality.person().id);
    let made = [GoLiveStep::FinalDump, GoLiveStep::ExtractConfiguration, GoLiveStep::RunMigration];
    assert_eq!(done_steps(&world), made, "its review and its IQ went with it");
    assert!(world.state().final_qc.is_empty());

    world.now = world.now.plus_days(1);
    world.all(&side::prod(composition("val-2", 2), "ACME-IQ-003"));
    assert_eq!(world.environment("prod").iq.as_deref(), Some("ACME-IQ-003"));
    world.all(&side::final_check());
    assert_eq!(world.state().status, Status::Live);
    let old = &world.state().documents[PROD_IQ];
    assert_eq!(old.signatures.len(), 3, "what was signed stays");
}

#[test]
fn what_prod_is_made_of_is_corrected_after_it_was_given_up() {
    let mut world = World::at(Stage::QcReviewed);
    world.all(&side::given_up("prod"));
    let agrees = CustomerQuality.does(choose(Kind::Prod, "val-2")).because(REASON);
    assert_eq!(kinds(&world.done(&agrees)), ["source-chosen"]);
    assert_eq!(done_steps(&world), [GoLiveStep::FinalDump, GoLiveStep::RunMigration]);
    assert!(offers(&world, "configuration extract acme --for prod"));
    let changed = configuration("val-2, changed");
    let events = world.done(&Engineer.does(extract_as(Kind::Prod, "val-2", changed)));
    assert_eq!(kinds(&events), ["configuration-extracted", "go-live-step-done"]);

    let events = world.done(&CustomerReviewer.does(final_dump("second final dump")));
    assert_eq!(kinds(&events), ["dump-registered"], "step 1 stays done");
    assert_eq!(done_steps(&world), [GoLiveStep::FinalDump, GoLiveStep::ExtractConfiguration]);
    assert_eq!(world.state().final_iteration(), None, "what was made of the old dump is void");
    let old_run = Engineer.does(start_iteration("final dump", "spec"));
    assert_eq!(code(&mut world, &old_run), refusal::DUMP_UNKNOWN.code);
    assert!(offers(&world, "migration run acme"));
    world.done(&Engineer.does(start_iteration("second final dump", "spec")));
    let events = world.done(&Engineer.does(complete_iteration(3)));
    assert_eq!(kinds(&events), ["iteration-run", "go-live-step-done"]);

    let prod = request(Kind::Prod, composition("val-2, changed", 3));
    world.done(&Engineer.does(prod));
    world.done(&Engineer.does(freeze_plan("prod")));
    world.all(&plan_signed("ACME-IQ-003", "prod plan"));
    world.all(&[side::difference_reported(), side::difference_signed()]);
    world.done(&Engineer.does(start_build("prod")));
    world.done(&Engineer.does(complete_build("prod")));
    world.done(&Engineer.does(freeze_report("prod", 0)));
    world.all(&report_signed("ACME-IQ-003", "prod report"));
    world.all(&side::final_check());
    assert_eq!(world.state().status, Status::Live);
    assert_eq!(world.replayed(), world.customer);
}

#[test]
fn the_same_configuration_is_extracted_anew_after_another_agreement() {
    let mut world = World::at(Stage::SandboxInUse);
    world.done(&side::declared());
    world.all(&side::val_without_migration());
    let agrees = CustomerQuality.does(choose(Kind::Prod, "val-1")).because(REASON);
    let extracts = Engineer.does(extract(Kind::Prod, "val-1"));
    for _ in 0..2 {
        world.done(&agrees);
        let events = world.done(&extracts);
        assert_eq!(kinds(&events), ["configuration-extracted", "go-live-step-done"]);
        assert!(world.done(&extracts).is_empty(), "once more is nothing new");
    }
    world.all(&side::prod(configuration_alone("val-1"), "ACME-IQ-002"));
    world.all(&side::final_check());
    assert_eq!(world.state().status, Status::Live);
}

#[test]
fn prod_that_was_closed_is_destroyed_before_anything_else() {
    let mut world = World::at(Stage::ProdBuilt);
    let withdraws = CustomerQuality.does(withdraw(1)).because(REASON);
    assert!(hint(&mut world, &withdraws).contains("environment close acme/prod"));
    world.done(&Engineer.does(close("prod")).because(REASON));
    assert!(offers(&world, "environment destroy acme/prod --early"));
    let says = hint(&mut world, &withdraws);
    assert!(says.contains("environment destroy acme/prod --early"), "{says}");
    assert!(!says.contains("close"), "{says}");
    let mut building = World::at(Stage::ProdBuilding);
    assert!(hint(&mut building, &withdraws).contains("environment build acme/prod"));
}

#[test]
fn who_cannot_go_back_one_way_is_told_the_other() {
    let mut world = World::at(Stage::Validated);
    let rejects = CustomerQuality.does(reject_val("val-2")).because(REASON);
    assert!(hint(&mut world, &rejects).contains("migration withdraw acme"));
    let mut world = World::at(Stage::Contracted);
    world.done(&CustomerReviewer.does(dump("a mistake")));
    assert!(hint(&mut world, &side::declared()).contains("customer add"));
}

#[test]
fn prod_that_was_only_requested_is_given_up_in_one_step() {
    let mut world = World::at(Stage::ProdPlanSigned);
    let events = world.done(&Engineer.does(close("prod")).because(REASON));
    assert_eq!(events, [Event::EnvironmentAbandoned { label: label("prod"), key: None }]);
    world.all(&side::prod(composition("val-2", 2), "ACME-IQ-003"));
    world.all(&side::final_check());
    assert_eq!(world.state().status, Status::Live);
}

#[test]
fn prod_that_is_live_is_never_closed_and_never_destroyed() {
    for stage in [Stage::Live, Stage::DueClosed, Stage::MaterialsDestroyed] {
        let mut world = World::at(stage);
        let before = world.environment("prod").clone();
        for who in Who::ALL {
            for command in
                [close("prod"), destroy("prod"), destroy_early("prod"), destroyed("prod")]
            {
                let name = command.name();
                let refused = world.attempt(&who.does(command).because(REASON)).is_err();
                assert!(refused, "`{name}` by {who:?} at {stage:?}");
            }
        }
        world.now = world.now.plus_days(3650);
        assert_eq!(
            code(&mut world, &Quality.does(destroy_early("prod")).because(REASON)),
            refusal::PROD_STAYS.code
        );
        assert_eq!(world.environment("prod"), &before);
    }
}

#[test]
fn a_final_check_that_was_rejected_begins_again_with_the_review() {
    let mut world = World::at(Stage::QcReviewed);
    let moves = side::checked_again();
    let events = world.done(&moves[0]);
    assert_eq!(kinds(&events), ["final-qc-rejected"]);
    let state = world.state();
    assert!(state.final_qc.is_empty(), "a signature given before the rejection does not count");
    let (signature, reason) = &state.qc_rejections[0];
    assert_eq!((signature.meaning, reason.as_str()), (Meaning::Rejection, REASON));
    assert_eq!(signature.digest, digest("prod report"));
    assert_eq!(done_steps(&world).len(), 3);
    world.all(&moves[1..]);
    assert_eq!(world.state().status, Status::Live);
}

#[test]
fn a_build_whose_checks_fail_opens_a_deviation_that_the_next_run_tests_again() {
    let mut world = World::at(Stage::ValBuilding);
    let events = world.done(&Engineer.does(fail_build("val-2")));
    assert_eq!(kinds(&events), ["build-stopped", "deviation-opened"]);
    let Event::DeviationOpened { number: 1, label: of, tests, by, .. } = &events[1] else {
        panic!("expected the first deviation, found {events:?}");
    };
    assert_eq!(*of, label("val-2"));
    assert_eq!(tests, &[failed_test()]);
    assert_eq!(*by, Engineer.person().id);

    let builds = ThirdEngineer.does(start_build("val-2"));
    assert_eq!(code(&mut world, &builds), refusal::DEVIATION_OPEN.code);
    world.done(&Engineer.does(resolve_deviation(1)));
    world.done(&builds);
    let events = world.done(&ThirdEngineer.does(complete_build("val-2")));
    assert_eq!(kinds(&events), ["environment-built", "deviation-retested"]);
    assert_eq!(events[1], Event::DeviationRetested { number: 1, operation: 7 });

    let reports = ThirdEngineer.does(freeze_report("val-2", 0));
    assert_eq!(code(&mut world, &reports), refusal::DEVIATION_OPEN.code);
    world.done(&Quality.does(approve_deviation_under(1, "the site is checked once a month")));
    let deviation = &world.state().deviations[0];
    assert_eq!(deviation.name(&world.state().id), "ACME-DEV-001");
    assert!(!deviation.is_open());
    assert_eq!(deviation.condition.as_deref(), Some("the site is checked once a month"));
    let approval = deviation.approval.as_ref().unwrap();
    assert_eq!(approval.meaning, Meaning::DeviationApproval);
    world.done(&reports);
    for (who, meaning) in [
        (ThirdEngineer, Meaning::Execution),
        (SecondEngineer, Meaning::ExecutionReview),
        (Quality, Meaning::ReportApproval),
    ] {
        world.done(&who.does(sign(VAL_IQ, meaning, "val-2 report")));
    }
    world.done(&CustomerQuality.does(accept("val-2")));
}

#[test]
fn the_approval_of_a_deviation_binds_to_what_was_found_out() {
    let approvals = ["the machine was replaced", "the machine was restarted"].map(|fix| {
        let mut world = World::at(Stage::ValBuilt);
        world.done(&Engineer.does(open_deviation("val-2")));
        world.done(&Engineer.does(Command::ResolveDeviation {
            number: 1,
            impact: "none".to_owned(),
            cause: "a power cut".to_owned(),
            fix: fix.to_owned(),
        }));
        world.done(&SecondQuality.does(approve_deviation_under(1, "none in use before noon")));
        world.state().deviations[0].approval.clone().unwrap().digest
    });
    assert_ne!(approvals[0], approvals[1]);
}

#[test]
fn each_failed_run_has_its_own_deviation_and_one_run_may_pass_for_all() {
    let mut world = World::at(Stage::ValBuilding);
    world.done(&Engineer.does(fail_build("val-2")));
    world.done(&Engineer.does(resolve_deviation(1)));
    world.done(&Engineer.does(start_build("val-2")));
    world.done(&Engineer.does(fail_build("val-2")));
    world.done(&Engineer.does(resolve_deviation(2)));
    world.done(&Engineer.does(start_build("val-2")));
    let events = world.done(&Engineer.does(complete_build("val-2")));
    assert_eq!(
        events[1..],
        [
            Event::DeviationRetested { number: 1, operation: 8 },
            Event::DeviationRetested { number: 2, operation: 8 },
        ]
    );
}

#[test]
fn what_is_not_qualified_or_only_broke_has_no_deviation() {
    let mut world = World::at(Stage::ValBuilding);
    assert_eq!(kinds(&world.done(&Engineer.does(stop_build("val-2")))), ["build-stopped"]);
    let mut world = World::at(Stage::Contracted);
    world.done(&Engineer.does(request(Kind::Sandbox, Content::Empty)));
    world.done(&Engineer.does(start_build("sandbox")));
    assert_eq!(kinds(&world.done(&Engineer.does(fail_build("sandbox")))), ["build-stopped"]);
    assert!(world.state().deviations.is_empty());
}

#[test]
fn who_continues_a_build_carries_it_out_with_who_began_it() {
    let mut world = World::at(Stage::ValBuilding);
    let again = Engineer.does(start_build("val-2"));
    assert!(world.done(&again).is_empty(), "the same engineer only goes on");
    let before = world.environment("val-2").clone();
    world.now = world.now.plus_days(1);
    let events = world.done(&ThirdEngineer.does(start_build("val-2")));
    assert_eq!(
        events,
        [Event::BuildStarted {
            label: label("val-2"),
            operation: 6,
            executor: ThirdEngineer.person().id,
        }]
    );
    let there = world.environment("val-2");
    let both = [Engineer.person().id, ThirdEngineer.person().id];
    assert_eq!(there.executors, both);
    assert_eq!(there.executor, Some(ThirdEngineer.person().id));
    assert_eq!((there.state, there.begun), (State::Building, before.begun));
    assert_eq!(there.since, before.since, "it is the same build");
    assert_eq!(world.state().operations, 6);

    world.done(&ThirdEngineer.does(complete_build("val-2")));
    world.done(&ThirdEngineer.does(freeze_report("val-2", 0)));
    let reviews = Engineer.does(sign(VAL_IQ, Meaning::ExecutionReview, "val-2 report"));
    assert_eq!(code(&mut world, &reviews), refusal::NOT_INDEPENDENT.code);
    world.done(&ThirdEngineer.does(sign(VAL_IQ, Meaning::Execution, "val-2 report")));
    assert_eq!(world.replayed(), world.customer);
}

#[test]
fn a_deviation_of_what_was_given_up_is_closed_without_another_run() {
    for another in [false, true] {
        let mut world = World::at(Stage::ProdBuilding);
        world.done(&Engineer.does(fail_build("prod")));
        world.done(&Engineer.does(close("prod")).because(REASON));
        if another {
            world.done(&Engineer.does(request(Kind::Prod, composition("val-2", 2))));
        }
        assert!(offers(&world, "deviation resolve ACME-DEV-001"), "{:?}", offered(&world));
        world.done(&Engineer.does(resolve_deviation(1)));
        assert!(offers(&world, "deviation approve ACME-DEV-001"), "{:?}", offered(&world));
        world.done(&Quality.does(approve_deviation(1)));
        assert!(!world.state().deviations[0].is_open());
        assert!(!offers(&world, "deviation"), "{:?}", offered(&world));
    }
}

#[test]
fn a_qualified_environment_of_another_kind_opens_when_the_customer_accepts_it() {
    let mut world = World::at(Stage::Contracted);
    let text = Policy::embedded_text();
    let free = "content = [\"empty\"]\nmasked = false\nqualified = \"never\"";
    assert!(text.contains(free), "`{free}` is not in the policy");
    world.policy =
        Policy::parse(&text.replacen(free, &free.replace("never", "always"), 1)).unwrap();
    world.done(&Engineer.does(request(Kind::Preprod, Content::Empty)));
    world.done(&Engineer.does(freeze_plan("preprod")));
    world.all(&plan_signed("ACME-IQ-001", "preprod plan"));
    world.done(&Engineer.does(start_build("preprod")));
    world.done(&Engineer.does(complete_build("preprod")));
    world.done(&Engineer.does(freeze_report("preprod", 0)));
    let accepts = CustomerQuality.does(accept("preprod"));
    assert_eq!(code(&mut world, &accepts), refusal::IQ_REPORT_UNSIGNED.code);
    world.all(&report_signed("ACME-IQ-001", "preprod report"));
    assert!(offers(&world, "environment accept acme/preprod"));
    let events = world.done(&accepts);
    assert_eq!(kinds(&events), ["environment-accepted", "environment-opened"]);
}

#[test]
fn a_deviation_of_an_environment_that_was_given_up_is_not_that_of_the_next() {
    let mut world = World::at(Stage::ProdBuilding);
    world.done(&Engineer.does(fail_build("prod")));
    world.done(&Engineer.does(close("prod")).because(REASON));
    // Even within the same second.
    world.all(&side::prod(composition("val-2", 2), "ACME-IQ-003"));
    assert_eq!(world.state().deviations_of(label("prod")).count(), 0);
    assert_eq!(world.state().deviations.len(), 1, "it stays in the record");
}

#[test]
fn a_change_of_prod_is_asked_for_approved_and_made_or_rejected() {
    let mut world = World::at(Stage::Live);
    let events = world.all(&side::changed());
    assert_eq!(
        kinds(&events),
        [
            "change-requested",
            "change-requested",
            "change-approved",
            "change-made",
            "change-rejected"
        ]
    );
    let state = world.state();
    let [made, rejected] = &state.changes[..] else {
        panic!("expected two changes, found {:?}", state.changes);
    };
    assert_eq!(made.name(&state.id), "ACME-ECR-001");
    assert!(made.applied);
    let (signature, approved, why) = made.decision.as_ref().unwrap();
    assert_eq!((signature.meaning, *approved, why), (Meaning::ChangeDecision, true, &None));
    assert_eq!(signature.digest, digest("what shall be written"), "it binds to the change");
    let (_, approved, why) = rejected.decision.as_ref().unwrap();
    assert_eq!((*approved, why.as_deref()), (false, Some(REASON)));
    assert!(!rejected.applied);
    assert_eq!((made.reason.as_str(), made.role), (REASON, Role::Main));
    assert_eq!(rejected.by, CustomerReviewer.person().id);
}

#[test]
fn an_approved_change_is_made_once() {
    let mut world = World::at(Stage::Live);
    world.all(&side::changed());
    for number in [1, 2, 3] {
        assert!(world.attempt(&Engineer.does(make_change(number))).is_err(), "{number}");
    }
    world.done(&Engineer.does(ask_change("val-2", Role::Test, "lab_test")).because(REASON));
    assert_eq!(world.state().changes[2].number, 3);
}

#[test]
fn an_approved_change_that_cannot_be_made_is_rejected() {
    let mut world = World::at(Stage::Live);
    world.done(&Engineer.does(ask_change("val-2", Role::Main, "site")).because(REASON));
    world.done(&Quality.does(approve_change(1)));
    assert!(offers(&world, "record approve ACME-ECR-001"));
    world.done(&Engineer.does(close("val-2")));
    assert!(!offers(&world, "record approve"), "{:?}", offered(&world));
    let events = world.done(&SecondQuality.does(reject_change(1)).because(REASON));
    assert_eq!(kinds(&events), ["change-rejected"]);
    let (signature, approved, _) = world.state().changes[0].decision.as_ref().unwrap();
    assert_eq!((&signature.person, *approved), (&SecondQuality.person().id, false));
}

#[test]
fn a_change_that_was_made_in_the_validated_val_is_not_dropped_without_a_signature() {
    // From another source PROD lacks it, though the packages are equal.
    let mut world = World::at(Stage::FinalDumpReceived);
    world.all(&side::preprod());
    world.all(&val_changed());
    world.done(&CustomerQuality.does(choose(Kind::Prod, "preprod")));
    let equal = configuration("sandbox");
    world.done(&Engineer.does(extract_as(Kind::Prod, "preprod", equal)));
    assert_missed(&mut world, true);

    // From the VAL itself PROD has what was there when the configuration was extracted.
    let mut world = World::at(Stage::FinalDumpReceived);
    world.all(&val_changed());
    world.walk(Stage::ProdSourceChosen);
    world.walk(Stage::ProdExtracted);
    assert_missed(&mut world, false);
    let mut world = World::at(Stage::ProdExtracted);
    world.all(&val_changed());
    assert_missed(&mut world, true);
}

/// Goes from the extraction to PROD's build; a change that it lacks is reported and signed first.
fn assert_missed(world: &mut World, missed: bool) {
    world.walk(Stage::FinalRunDone);
    world.walk(Stage::ProdRequested);
    world.walk(Stage::ProdPlanned);
    world.walk(Stage::ProdPlanSigned);
    assert_eq!(world.state().missed_changes(label("val-2")).count(), usize::from(missed));
    assert_eq!(world.state().difference().is_some(), missed);
    if missed {
        let builds = Engineer.does(start_build("prod"));
        assert_eq!(code(world, &builds), refusal::DIFFERENCE_UNSIGNED.code);
        world.all(&[side::difference_reported(), side::difference_signed()]);
    }
    world.walk(Stage::ProdBuilding);
    // What is changed in the VAL from now on is no matter of this PROD.
    let known = world.state().changes.len();
    world.done(&Engineer.does(ask_change("val-2", Role::Main, "site")).because(REASON));
    let number = u32::try_from(known + 1).unwrap_or(u32::MAX);
    world.done(&Quality.does(approve_change(number)));
    world.done(&Engineer.does(make_change(number)));
    assert_eq!(world.state().difference().is_some(), missed);
    assert_eq!(world.replayed(), world.customer);
}

#[test]
fn a_promotion_that_was_begun_ends_with_the_environment_it_goes_to() {
    let mut world = World::at(Stage::SandboxInUse);
    world.all(&side::preprod());
    let begins = Engineer.does(promote("sandbox", "preprod"));
    world.done(&begins);
    assert!(offers(&world, "configuration promote acme"));
    world.all(&side::given_up("preprod"));
    assert!(!offers(&world, "configuration promote"), "{:?}", offered(&world));
    world.all(&side::preprod());
    world.done(&begins);
    world.done(&Engineer.does(promoted("preprod")));
    let done: Vec<bool> = world.state().promotions.iter().map(|known| known.done).collect();
    assert_eq!(done, [false, true], "what was broken off is not said to be done");
}

#[test]
fn an_agreement_is_on_an_environment_and_not_on_its_name() {
    let mut world = World::at(Stage::Extracted);
    world.all(&side::given_up("sandbox"));
    assert!(world.state().agreed(Kind::Val).is_some(), "it stands until another takes the name");
    world.all(&made(request(Kind::Sandbox, Content::Empty), "sandbox"));
    assert!(world.state().agreed(Kind::Val).is_none());
    assert!(world.state().extraction(Kind::Val).is_none());
    assert!(offers(&world, "configuration choose acme --for val"));
    world.done(&CustomerQuality.does(choose(Kind::Val, "sandbox")));
    assert!(world.state().extraction(Kind::Val).is_none(), "it is extracted anew");
    let events = world.done(&Engineer.does(extract(Kind::Val, "sandbox")));
    assert_eq!(kinds(&events), ["configuration-extracted"]);
}

#[test]
fn configuration_is_promoted_to_preprod_and_may_be_promoted_again() {
    let mut world = World::at(Stage::SandboxInUse);
    let events = world.all(&side::promotion());
    let counts = PromotionCounts { added: 2, changed: 1, kept: 3 };
    assert_eq!(
        events[4..],
        [
            Event::PromotionStarted {
                from: label("sandbox"),
                to: label("preprod"),
                package: configuration("sandbox"),
                counts,
            },
            Event::ConfigurationPromoted {
                from: label("sandbox"),
                to: label("preprod"),
                package: configuration("sandbox").digest,
                counts,
            },
        ]
    );
    world.all(&side::promotion()[3..]);
    assert_eq!(world.state().promotions.len(), 2);
    assert!(world.state().promotions.iter().all(|promotion| promotion.done));
}

#[test]
fn a_difference_from_what_was_validated_is_signed_before_prod_is_built() {
    let mut world = World::at(Stage::ProdSourceChosen);
    world.all(&side::differing_prod());
    let builds = Engineer.does(start_build("prod"));
    assert_eq!(code(&mut world, &builds), refusal::DIFFERENCE_UNSIGNED.code);
    let events = world.done(&side::difference_reported());
    assert_eq!(kinds(&events), ["document-frozen"]);
    assert_eq!(world.environment("prod").difference.as_deref(), Some(side::DIFFERENCE));
    assert_eq!(code(&mut world, &builds), refusal::DIFFERENCE_UNSIGNED.code);
    world.done(&side::difference_signed());
    assert_eq!(kinds(&world.done(&builds)), ["build-started"]);
    let signatures = &world.state().documents[side::DIFFERENCE].signatures;
    assert_eq!(signatures.len(), 1);
    assert_eq!(signatures[0].person, CustomerQuality.person().id);
}

#[test]
fn a_difference_that_was_rejected_is_reported_anew() {
    let mut world = World::at(Stage::ProdSourceChosen);
    world.all(&side::differing_prod());
    world.done(&side::difference_reported());
    let shown = "prod difference-report";
    let rejects = reject(side::DIFFERENCE, shown);
    world.done(&CustomerQuality.does(rejects).because(REASON));
    world.done(&side::difference_reported());
    world.done(&CustomerQuality.does(sign("ACME-DF-002", Meaning::CustomerApproval, shown)));
    world.done(&Engineer.does(start_build("prod")));
}

#[test]
fn a_sign_off_ends_what_its_review_needed_and_a_live_prod_the_rest() {
    let mut world = World::at(Stage::IterationPublished);
    world.all(&side::published_anew(2, "second dump"));
    world.all(&side::signed_off(2));
    let package = |number: u32| (MaterialKind::Package, migration(number).digest.to_string());
    let a_dump = |name: &str| (MaterialKind::Dump, digest(name).to_string());
    assert_eq!(
        due_materials(&world),
        [
            a_dump("dump"),
            package(1),
            (MaterialKind::Rejects, "1".to_owned()),
            a_dump("second dump"),
        ],
        "the signed output stays, and the maps that keep its ids"
    );
    world.done(&CustomerQuality.does(hold("demo")).because(REASON));
    let begins = &side::materials_gone(5)[0];
    assert_eq!(code(&mut world, begins), refusal::HELD.code);
    world.done(&Quality.does(lift("demo")).because(REASON));
    let events = world.done(begins);
    let Event::MaterialsDestructionStarted { materials, .. } = &events[0] else {
        panic!("expected a destruction, found {events:?}");
    };
    assert_eq!(materials.len(), 4);
}

#[test]
fn what_was_signed_off_is_kept_until_prod_is_live() {
    let signed = migration(1).digest.to_string();
    for stage in Stage::ALL {
        let world = World::at(stage);
        let found = world.customer.iter().flat_map(|customer| &customer.materials);
        let due = found
            .filter(|known| known.name == signed)
            .any(|known| known.due.is_some() || known.destroyed.is_some());
        assert_eq!(due, stage >= Stage::Live, "{stage:?}");
    }
}

#[test]
fn nothing_of_a_destroyed_material_comes_back() {
    let mut world = World::at(Stage::SignedOff);
    world.all(&side::materials_gone(5));
    assert!(world.state().materials[0].destroyed.is_some());
    let runs = Engineer.does(start_iteration("dump", "spec"));
    world.all(&side::withdrawn(1));
    assert_eq!(code(&mut world, &runs), refusal::DUMP_UNKNOWN.code, "its dump is gone");
    // What the customer provides again is there again, and due again with the next sign-off.
    world.done(&CustomerReviewer.does(dump("dump")));
    assert_eq!(world.state().materials[0].destroyed, None);
    world.done(&runs);
    world.done(&Engineer.does(complete_iteration(2)));
    world.all(&side::signed_off(1));
    assert!(world.state().materials[0].due.is_some());
}

#[test]
fn what_is_being_destroyed_is_neither_signed_off_nor_built_from() {
    let destroys = |world: &mut World, number: u32| {
        let name = migration(number).digest.to_string();
        let customer = world.customer.as_mut().unwrap();
        for known in customer.materials.iter_mut().filter(|known| known.name == name) {
            known.operation = Some(99);
        }
    };
    for (stage, number, step) in [
        (Stage::IterationPublished, 1, CustomerReviewer.does(sign_iteration(1))),
        (Stage::IterationPublished, 1, Engineer.does(request_migration(1))),
        (Stage::FinalRunDone, 2, Engineer.does(request(Kind::Prod, composition("val-2", 2)))),
    ] {
        let mut world = World::at(stage);
        destroys(&mut world, number);
        assert_eq!(code(&mut world, &step), refusal::MATERIALS.code, "{}", step.command.name());
    }
}

#[test]
fn a_withdrawal_keeps_what_is_of_use_again() {
    let mut world = World::at(Stage::SignedOff);
    assert_eq!(due_materials(&world), [(MaterialKind::Dump, digest("dump").to_string())]);
    world.all(&side::withdrawn(1));
    assert!(due_materials(&world).is_empty(), "another iteration may run on it");
    world.done(&Engineer.does(start_iteration("dump", "spec")));
    let begins = &side::materials_gone(5)[0];
    assert_eq!(code(&mut world, begins), refusal::MATERIALS.code);
}

#[test]
fn everything_that_was_due_is_gone_at_the_end() {
    let world = World::at(Stage::MaterialsDestroyed);
    let state = world.state();
    assert!(state.materials.iter().all(|known| known.operation == Some(MATERIALS)));
    let standing: Vec<_> = state
        .environments
        .values()
        .filter(|environment| environment.state != State::Destroyed)
        .map(|environment| environment.label)
        .collect();
    assert_eq!(standing, [label("prod")]);
}

#[test]
fn the_vendor_owns_community_dev_and_makes_it_anew() {
    let mut world = World::of_the_vendor();
    let state = world.state();
    assert_eq!((state.id.as_str(), state.status), ("vendor", Status::Vendor));
    let environment = world.environment("community-dev");
    assert_eq!(environment.state, State::InUse);
    assert_eq!(environment.plan.content, Content::DemoSet);
    assert_eq!(environment.plan.instances, [Role::Main]);
    assert!(!environment.plan.qualified);
    assert_eq!(environment.expires, None);

    let again = world.done(&Engineer.does(Command::EstablishVendor));
    assert!(again.is_empty(), "it is the vendor already");

    let events = world.done(&SecondEngineer.does(reset("community-dev")).because(REASON));
    assert_eq!(kinds(&events), ["environment-reset"]);
    let environment = world.environment("community-dev");
    assert_eq!(environment.state, State::Requested);
    assert_eq!(environment.author, SecondEngineer.person().id);
    assert!(environment.instances.is_empty());
    world.done(&Engineer.does(start_build("community-dev")));
    world.done(&Engineer.does(complete_build("community-dev")));
    assert_eq!(world.environment("community-dev").state, State::InUse);
    assert_eq!(world.replayed(), world.customer);
}

#[test]
fn reports_are_made_of_what_is_there() {
    let mut world = World::at(Stage::Live);
    for (step, number) in [
        (certify(DocumentKind::ConfigurationReport, "prod"), "ACME-CR-001"),
        (certify(DocumentKind::ConfigurationReport, "val-2"), "ACME-CR-002"),
        (certify(DocumentKind::GoLiveRecord, "prod"), "ACME-GL-001"),
        (report_iteration(2), "ACME-QC-001"),
    ] {
        let events = world.done(&Engineer.does(step));
        let Event::DocumentFrozen { number: found, .. } = &events[0] else {
            panic!("expected a document, found {events:?}");
        };
        assert_eq!(found, number);
    }
}

#[test]
fn every_side_road_replays_from_what_is_stored() {
    let roads = [
        (Stage::SandboxInUse, side::without_migration()),
        (Stage::FinalRunDone, side::withdrawn(1)),
        (Stage::ValApproved, side::second_val()),
        (Stage::IqProvided, side::prod_again()),
        (Stage::QcReviewed, side::checked_again()),
        (Stage::ProdSourceChosen, side::differing_prod()),
        (Stage::ValBuilding, side::failed_and_mended()),
        (Stage::ValBuilt, side::noticed()),
        (Stage::Live, side::changed()),
        (Stage::SandboxInUse, side::promotion()),
        (Stage::SignedOff, side::materials_gone(5)),
        (Stage::FinalRunDone, [side::validated_anew(), side::run_anew()].concat()),
    ];
    for (stage, road) in roads {
        let mut world = World::at(stage);
        world.all(&road);
        assert_eq!(world.replayed(), world.customer, "from {stage:?}");
    }
}
