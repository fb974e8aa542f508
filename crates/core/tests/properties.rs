//! Whatever is asked, by whomever, in whatever order, from wherever on the way: the invariants hold.

use std::collections::VecDeque;

use landfall_core::{
    customer::{BuildFailure, Command, DocumentKind, decide::AUTHORITY},
    environment::Kind,
    plan::{Content, Purpose},
    signature::Meaning,
};
use proptest::{prelude::*, sample::select, test_runner::Config};

#[cfg(test)]
mod invariants;
#[cfg(test)]
#[expect(dead_code, reason = "the other suites use the rest of it")]
mod support;

use invariants::Turn;
use support::{
    World,
    commands::{
        accept, certify, choose, close, complete_build, destroy, destroy_early, destroyed, expire,
        extract, freeze_plan, freeze_report, hold, lend, lift, publish, reject, request,
        request_as, sign, sign_iteration, start_build, stop_iteration, validate,
    },
    facts::{composition, label},
    people::{Move, Who},
    road::{PROD_IQ, Stage, VAL_IQ, moves},
    without_version,
};

/// One thing that happens: somebody tries something, or time passes.
#[derive(Debug, Clone)]
enum Attempt {
    /// The next move of the straight way, by the right person.
    Onward,
    /// The next move of the straight way, by anybody; it stays the next one.
    OnwardBy(Who),
    /// Any command.
    Stray { who: Who, with_reason: bool, command: Box<Command> },
    /// Nobody does anything for some days.
    Wait { days: i64 },
}

/// Every command of the straight way, and every command that may end, hold, sign or spoil what it makes.
fn commands() -> Vec<Command> {
    let mut list: Vec<Command> =
        Stage::ALL.into_iter().flat_map(moves).map(|step| step.command).collect();
    for name in ["demo", "sandbox", "migration-1", "preprod", "val-1", "val-2", "val-3", "prod"] {
        list.extend([
            start_build(name),
            complete_build(name),
            Command::StopBuild { label: label(name), failure: BuildFailure::Aborted },
            accept(name),
            lend(name, 20),
            expire(name),
            hold(name),
            lift(name),
            close(name),
            destroy(name),
            destroy_early(name),
            destroyed(name),
            freeze_plan(name),
            freeze_report(name, 0),
            freeze_report(name, 1),
            certify(DocumentKind::MaskingCertificate, name),
            certify(DocumentKind::DestructionCertificate, name),
            validate(name),
            choose(Kind::Val, name),
            choose(Kind::Prod, name),
            extract(Kind::Val, name),
            extract(Kind::Prod, name),
        ]);
    }
    for (number, name) in [(VAL_IQ, "val-2"), (PROD_IQ, "prod"), (PROD_IQ, "val-3")] {
        for shown in [format!("{name} plan"), format!("{name} report")] {
            list.extend(Meaning::ALL.map(|meaning| sign(number, meaning, &shown)));
            list.push(reject(number, &shown));
        }
    }
    for number in 1..=3 {
        list.extend([publish(number), sign_iteration(number), stop_iteration(number)]);
        for purpose in [Purpose::Formal, Purpose::Informal] {
            list.push(request_as(Kind::Val, purpose, composition("sandbox", number)));
        }
        list.push(request(Kind::Prod, composition("preprod", number)));
    }
    list.extend([
        request(Kind::Demo, Content::Empty),
        request(Kind::Sandbox, Content::Empty),
        request(Kind::Preprod, Content::Empty),
        request(Kind::CommunityDev, Content::DemoSet),
        Command::GoLive,
        Command::MarkDue { label: label("sandbox"), rule: "prod-is-live".to_owned() },
    ]);
    list
}

/// The people whose role may give a command; everybody, where nobody's may.
fn fitting(command: &Command) -> Vec<Who> {
    let may = |who: &Who| {
        AUTHORITY
            .iter()
            .any(|(name, _, roles)| *name == command.name() && roles.contains(&who.person().role))
    };
    let people: Vec<Who> = Who::ALL.into_iter().filter(may).collect();
    if people.is_empty() { Who::ALL.to_vec() } else { people }
}

/// Most stray commands come from people whose role fits: a refusal for the role alone tells little.
fn attempt() -> impl Strategy<Value = Attempt> {
    let by_fitting = (select(commands()), any::<prop::sample::Index>(), any::<bool>()).prop_map(
        |(command, index, with_reason)| {
            let people = fitting(&command);
            let who = people[index.index(people.len())];
            Attempt::Stray { who, with_reason, command: Box::new(command) }
        },
    );
    let by_anybody = (select(commands()), select(Who::ALL.to_vec()), any::<bool>()).prop_map(
        |(command, who, with_reason)| Attempt::Stray {
            who,
            with_reason,
            command: Box::new(command),
        },
    );
    prop_oneof![
        8 => Just(Attempt::Onward),
        3 => select(Who::ALL.to_vec()).prop_map(Attempt::OnwardBy),
        8 => by_fitting,
        2 => by_anybody,
        1 => (1..40_i64).prop_map(|days| Attempt::Wait { days }),
    ]
}

/// Turns an attempt into a move; none where time passes or the way has ended.
fn step(attempt: &Attempt, ahead: &mut VecDeque<Move>) -> Option<Move> {
    match attempt {
        Attempt::Onward => ahead.pop_front(),
        Attempt::OnwardBy(who) => {
            ahead.front().map(|next| Move { who: Some(*who), ..next.clone() })
        }
        Attempt::Stray { who, with_reason, command } => Some(Move {
            who: Some(*who),
            reason: with_reason.then_some("the sponsor asked for it"),
            command: (**command).clone(),
        }),
        Attempt::Wait { .. } => None,
    }
}

proptest! {
    #![proptest_config(Config { cases: 256, failure_persistence: None, ..Config::default() })]

    #[test]
    fn whatever_is_asked_the_invariants_hold(
        start in 0..Stage::ALL.len(),
        attempts in prop::collection::vec(attempt(), 1..70),
    ) {
        let mut world = World::at(Stage::ALL[start]);
        let mut ahead: VecDeque<Move> =
            Stage::ALL[start + 1..].iter().flat_map(|stage| moves(*stage)).collect();
        for attempt in &attempts {
            if let Attempt::Wait { days } = attempt {
                world.now = world.now.plus_days(*days);
            }
            let Some(step) = step(attempt, &mut ahead) else { continue };
            let before = world.customer.clone();

            let decided = world.decide(&step);
            prop_assert_eq!(&world.decide(&step), &decided, "the same question, another answer");
            prop_assert_eq!(&world.customer, &before, "a decision changed the state");

            match (world.attempt(&step), &world.customer) {
                (Ok(events), Some(after)) => {
                    let turn = Turn { before, events, after: after.clone() };
                    for invariant in invariants::ALL {
                        prop_assert!((invariant.holds)(&turn), "{}: {step:?}", invariant.rule);
                    }
                }
                (Ok(events), None) => prop_assert!(events.is_empty(), "events without a customer"),
                (Err(_), after) => prop_assert_eq!(
                    without_version(after.as_ref()),
                    without_version(before.as_ref()),
                    "a refusal changed the state"
                ),
            }
        }
        let recorded = u64::try_from(world.history.len()).unwrap();
        prop_assert_eq!(world.customer.as_ref().map_or(0, |customer| customer.version), recorded);
        prop_assert_eq!(world.replayed(), world.customer);
    }
}

#[test]
fn every_invariant_holds_on_the_straight_way_and_can_be_broken() {
    let end = World::at(Stage::DueDestroyed);
    let straight = Turn {
        before: World::at(Stage::DueClosed).customer,
        events: Vec::new(),
        after: end.state().clone(),
    };
    for invariant in invariants::ALL {
        assert!((invariant.holds)(&straight), "{}", invariant.rule);
        let mut turn = straight.clone();
        (invariant.broken)(&mut turn);
        assert!(!(invariant.holds)(&turn), "nothing shows that it is broken: {}", invariant.rule);
    }
}

#[test]
fn every_stage_replays_from_what_is_stored() {
    for stage in Stage::ALL {
        let world = World::at(stage);
        assert_eq!(world.replayed(), world.customer, "{stage:?}");
    }
}
