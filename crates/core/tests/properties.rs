//! Whatever is asked, by whomever, in whatever order, from wherever on the way: the invariants hold.

use std::collections::VecDeque;

use landfall_core::customer::Command;
use proptest::{prelude::*, sample::select, test_runner::Config};

#[cfg(test)]
mod invariants;
#[cfg(test)]
#[expect(dead_code, reason = "the other suites use the rest of it")]
mod support;

use invariants::Turn;
use support::{
    World,
    asked::{commands, fitting},
    people::{Move, REASON, Who},
    road::{Stage, moves},
    side, without_version,
};

/// One thing that happens: somebody tries something, or time passes.
#[derive(Debug, Clone)]
enum Attempt {
    /// The next move of the straight way, by the right person.
    Onward,
    /// The next move of the straight way, by anybody; it stays the next one.
    OnwardBy(Who),
    /// A side road is taken: its moves come before those that were next.
    Aside { road: usize },
    /// Any command.
    Stray { who: Who, with_reason: bool, command: Box<Command> },
    /// Nobody does anything for some days.
    Wait { days: i64 },
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
        1 => (0..side::all().len()).prop_map(|road| Attempt::Aside { road }),
        8 => by_fitting,
        2 => by_anybody,
        1 => (1..40_i64).prop_map(|days| Attempt::Wait { days }),
    ]
}

/// Turns an attempt into a move; none where time passes, a side road is taken or the way has ended.
fn step(attempt: &Attempt, ahead: &mut VecDeque<Move>) -> Option<Move> {
    match attempt {
        Attempt::Onward => ahead.pop_front(),
        Attempt::OnwardBy(who) => {
            ahead.front().map(|next| Move { who: Some(*who), ..next.clone() })
        }
        Attempt::Stray { who, with_reason, command } => Some(Move {
            who: Some(*who),
            reason: with_reason.then_some(REASON),
            command: (**command).clone(),
        }),
        Attempt::Aside { road } => {
            for step in side::all().swap_remove(*road).into_iter().rev() {
                ahead.push_front(step);
            }
            None
        }
        Attempt::Wait { .. } => None,
    }
}

proptest! {
    #![proptest_config(Config { cases: 256, failure_persistence: None, ..Config::default() })]

    #[test]
    fn whatever_is_asked_the_invariants_hold(
        start in 0..Stage::ALL.len(),
        attempts in prop::collection::vec(attempt(), 1..90),
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
    let end = World::at(Stage::MaterialsDestroyed);
    let straight = Turn {
        before: World::at(Stage::DueDestroyed).customer,
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
