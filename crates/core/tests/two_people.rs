//! Two people, one key: nobody comes to make, carry out and approve the same thing, whatever two of them try together.

use std::collections::VecDeque;

use landfall_core::{
    customer::{Command, Customer, State},
    ids::{Label, PersonId},
    person::Person,
    signature::Meaning,
};
use proptest::{prelude::*, sample::select, test_runner::Config};

#[cfg(test)]
#[expect(dead_code, reason = "the other suites use the rest of it")]
mod support;

use support::{
    World,
    asked::commands,
    people::{Move, REASON, Who},
    road::{Stage, moves},
    side,
};

/// What one person has done for an environment as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Parts {
    /// Asked for it, and so wrote its plan.
    wrote: bool,
    /// Began to build it.
    carried_out: bool,
    /// Reviewed or approved its plan or report, closed a deviation of it, or decided on their own change of it.
    approved: bool,
}

fn parts(customer: &Customer, label: Label, person: &PersonId) -> Parts {
    let there = customer.environment(label);
    let document =
        there.and_then(|there| there.iq.as_ref()).and_then(|number| customer.documents.get(number));
    let mut given = document
        .into_iter()
        .flat_map(|document| document.plan_signatures.iter().chain(&document.signatures));
    let checks = |meaning: Meaning| {
        matches!(
            meaning,
            Meaning::TechnicalReview
                | Meaning::PlanApproval
                | Meaning::ExecutionReview
                | Meaning::ReportApproval
        )
    };
    let signed = given.any(|s| s.person == *person && checks(s.meaning));
    let closed = customer
        .deviations_of(label)
        .filter_map(|deviation| deviation.approval.as_ref())
        .any(|approval| approval.person == *person);
    let decided = customer.changes.iter().any(|change| {
        let decider = change.decision.as_ref().map(|(signature, _, _)| &signature.person);
        change.label == label && change.by == *person && decider == Some(person)
    });
    Parts {
        wrote: there.is_some_and(|there| there.author == *person),
        carried_out: there.is_some_and(|there| there.executors.contains(person)),
        approved: signed || closed || decided,
    }
}

/// What two people do together.
#[derive(Debug, Clone)]
enum Attempt {
    /// The next move of the way is made by the one or the other of them if they may, else by whom it is expected of.
    Onward { swapped: bool },
    /// A side road is taken: its moves come before those that were next.
    Aside { road: usize },
    /// One of them asks for anything.
    Stray { first: bool, with_reason: bool, command: Box<Command> },
}

fn attempt() -> impl Strategy<Value = Attempt> {
    prop_oneof![
        12 => any::<bool>().prop_map(|swapped| Attempt::Onward { swapped }),
        1 => (0..side::all().len()).prop_map(|road| Attempt::Aside { road }),
        8 => (any::<bool>(), any::<bool>(), select(commands())).prop_map(
            |(first, with_reason, command)| Attempt::Stray {
                first,
                with_reason,
                command: Box::new(command),
            },
        ),
    ]
}

fn take_aside(ahead: &mut VecDeque<Move>, road: usize) {
    for step in side::all().swap_remove(road).into_iter().rev() {
        ahead.push_front(step);
    }
}

fn ahead_of(start: usize) -> VecDeque<Move> {
    Stage::ALL.into_iter().skip(start + 1).flat_map(moves).collect()
}

proptest! {
    #![proptest_config(Config { cases: 256, failure_persistence: None, ..Config::default() })]

    /// Two people take every part that they can get, wherever they come in; the others do what neither may.
    #[test]
    fn nobody_makes_and_approves_the_same_environment(
        start in 0..Stage::ALL.len(),
        pair in (select(Who::ALL.to_vec()), select(Who::ALL.to_vec())),
        attempts in prop::collection::vec(attempt(), 1..120),
    ) {
        let mut world = World::at(Stage::ALL[start]);
        let mut ahead = ahead_of(start);
        for attempt in &attempts {
            match attempt {
                Attempt::Onward { swapped } => {
                    let Some(step) = ahead.pop_front() else { continue };
                    let (one, other) = if *swapped { (pair.1, pair.0) } else { pair };
                    for who in [Some(one), Some(other), step.who] {
                        if world.attempt(&Move { who, ..step.clone() }).is_ok() {
                            break;
                        }
                    }
                }
                Attempt::Aside { road } => take_aside(&mut ahead, *road),
                Attempt::Stray { first, with_reason, command } => {
                    let who = if *first { pair.0 } else { pair.1 };
                    let reason = with_reason.then_some(REASON);
                    let step = Move { who: Some(who), reason, command: (**command).clone() };
                    let _refused = world.attempt(&step);
                }
            }
            let Some(customer) = &world.customer else { continue };
            for label in customer.environments.keys() {
                for who in Who::ALL {
                    let person = who.person().id;
                    let found = parts(customer, *label, &person);
                    let makes = found.wrote || found.carried_out;
                    prop_assert!(!(makes && found.approved), "{person}, {label}: {found:?}");
                }
            }
        }
    }

    /// Two people who may act in every role, as if roles meant nothing: what binds is who somebody is. From before the
    /// plan of the formal VAL is signed they bring nothing that is qualified into being.
    #[test]
    fn two_people_in_every_role_build_nothing_that_is_qualified(
        start in 0..=stage_number(Stage::ValPlanned),
        choices in prop::collection::vec(
            (any::<bool>(), prop::option::weighted(0.02, 0..side::all().len())),
            1..160,
        ),
    ) {
        let mut world = World::at(Stage::ALL[start]);
        let mut ahead = ahead_of(start);
        let as_one = |step: &Move, first: bool| {
            let id = if first { "one-person" } else { "another-person" };
            step.who.map(|who| Person { id: id.parse().unwrap(), ..who.person() })
        };
        for (first, road) in &choices {
            if let Some(road) = road {
                take_aside(&mut ahead, *road);
            }
            let Some(step) = ahead.pop_front() else { break };
            for first in [*first, !*first] {
                if world.attempt_by(&step, as_one(&step, first).as_ref()).is_ok() {
                    break;
                }
            }
            let Some(customer) = &world.customer else { continue };
            for there in customer.environments.values().filter(|there| there.plan.qualified) {
                let made = match there.state {
                    State::Requested | State::Destroyed => false,
                    State::Building
                    | State::Built
                    | State::InUse
                    | State::Closed
                    | State::Destroying => true,
                };
                prop_assert!(!made, "{} is {}", there.label, there.state.as_str());
            }
        }
    }
}

fn stage_number(stage: Stage) -> usize {
    Stage::ALL.into_iter().take_while(|passed| *passed < stage).count()
}

/// The way is not closed by the test itself: with a third person it leads on.
#[test]
fn three_people_are_enough_for_the_vendors_part() {
    let mut world = World::at(Stage::ValPlanned);
    for stage in [Stage::ValPlanSigned, Stage::ValBuilding, Stage::ValBuilt] {
        for step in moves(stage) {
            let id = match step.who {
                Some(Who::Engineer) => "erik-dahl",
                Some(Who::SecondEngineer) => "another-person",
                _ => "third-person",
            };
            let person = step.who.map(|who| Person { id: id.parse().unwrap(), ..who.person() });
            assert!(world.attempt_by(&step, person.as_ref()).is_ok(), "{}", step.command.name());
        }
    }
    assert_eq!(world.environment("val-2").state, State::Built);
}
