//! A customer's stream without a ledger: a command is decided, its events are applied, and their consequences follow
//! at once, as within one append.

pub(crate) mod asked;
pub(crate) mod commands;
pub(crate) mod facts;
pub(crate) mod people;
pub(crate) mod road;
pub(crate) mod side;

use std::collections::VecDeque;

use landfall_core::{
    customer::{Context, Customer, Environment, Event, Stamp, decide, evolve, react},
    person::Person,
    policy::Policy,
    refusal::Refusal,
    time::Timestamp,
};

use people::Move;
use road::{Stage, moves};

/// One customer's stream, the rules it follows and the clock it runs on. The clock stands still unless it is moved.
pub(crate) struct World {
    pub(crate) policy: Policy,
    pub(crate) now: Timestamp,
    pub(crate) customer: Option<Customer>,
    pub(crate) history: Vec<(Event, Stamp)>,
}

impl World {
    /// A world in which nothing has happened.
    pub(crate) fn empty() -> Self {
        Self {
            policy: Policy::embedded().unwrap(),
            now: "2026-03-02T09:00:00Z".parse().unwrap(),
            customer: None,
            history: Vec::new(),
        }
    }

    /// A world that has gone the straight way up to a stage.
    pub(crate) fn at(stage: Stage) -> Self {
        let mut world = Self::empty();
        for passed in Stage::ALL.into_iter().filter(|passed| *passed <= stage) {
            world.walk(passed);
        }
        world
    }

    /// A world in which the vendor owns a Community Dev that is in use.
    pub(crate) fn of_the_vendor() -> Self {
        let mut world = Self::empty();
        world.all(&side::community_dev());
        world
    }

    /// Makes the moves of one stage; returns what was appended.
    pub(crate) fn walk(&mut self, stage: Stage) -> Vec<Event> {
        self.all(&moves(stage))
    }

    /// Makes moves that must be accepted; returns what was appended.
    pub(crate) fn all(&mut self, steps: &[Move]) -> Vec<Event> {
        steps.iter().flat_map(|step| self.done(step)).collect()
    }

    /// Makes a move that must be accepted; returns what was appended.
    pub(crate) fn done(&mut self, step: &Move) -> Vec<Event> {
        match self.attempt(step) {
            Ok(events) => events,
            Err(refusal) => panic!("`{}` was refused: {refusal}", step.command.name()),
        }
    }

    /// Decides a move without applying anything.
    pub(crate) fn decide(&self, step: &Move) -> Result<Vec<Event>, Refusal> {
        self.decide_by(step, step.who.map(people::Who::person).as_ref())
    }

    fn decide_by(&self, step: &Move, person: Option<&Person>) -> Result<Vec<Event>, Refusal> {
        let context = Context { policy: &self.policy, now: self.now, person, reason: step.reason };
        decide(self.customer.as_ref(), &step.command, &context)
    }

    /// Makes a move; returns what was appended with its consequences. A refusal is appended too, if there is a
    /// stream to append it to.
    pub(crate) fn attempt(&mut self, step: &Move) -> Result<Vec<Event>, Refusal> {
        self.attempt_by(step, step.who.map(people::Who::person).as_ref())
    }

    /// Makes a move in the name of any person.
    pub(crate) fn attempt_by(
        &mut self,
        step: &Move,
        person: Option<&Person>,
    ) -> Result<Vec<Event>, Refusal> {
        let decided = match self.decide_by(step, person) {
            Ok(events) => events,
            Err(refusal) => {
                if self.customer.is_some() {
                    self.append(&Event::CommandRejected {
                        command: step.command.name().to_owned(),
                        refusal: refusal.clone(),
                    });
                }
                return Err(refusal);
            }
        };
        let mut queue = VecDeque::from(decided);
        let mut appended = Vec::new();
        while let Some(event) = queue.pop_front() {
            self.append(&event);
            queue.extend(self.consequences(&event));
            appended.push(event);
        }
        Ok(appended)
    }

    fn append(&mut self, event: &Event) {
        let stamp = Stamp { time: self.now };
        self.customer = evolve(self.customer.take(), event, stamp);
        self.history.push((event.clone(), stamp));
    }

    fn consequences(&self, event: &Event) -> Vec<Event> {
        let Some(customer) = &self.customer else {
            return Vec::new();
        };
        let context = Context { policy: &self.policy, now: self.now, person: None, reason: None };
        react(customer, event, &self.policy)
            .iter()
            .flat_map(|consequence| {
                decide(Some(customer), consequence, &context)
                    .expect("a consequence carries its cause's authority and is never refused")
            })
            .collect()
    }

    /// The state that the stored form of the events gives: each is written as JSON and read back first.
    pub(crate) fn replayed(&self) -> Option<Customer> {
        self.history.iter().fold(None, |state, (event, stamp)| {
            let line = serde_json::to_string(event).unwrap();
            let event: Event = serde_json::from_str(&line).unwrap();
            evolve(state, &event, *stamp)
        })
    }

    pub(crate) fn state(&self) -> &Customer {
        self.customer.as_ref().expect("a customer was added")
    }

    pub(crate) fn environment(&self, name: &str) -> &Environment {
        self.state().environment(facts::label(name)).expect("the environment was requested")
    }
}

/// The names of events, as the ledger stores them.
pub(crate) fn kinds(events: &[Event]) -> Vec<String> {
    events
        .iter()
        .map(|event| serde_json::to_value(event).unwrap()["kind"].as_str().unwrap().to_owned())
        .collect()
}

/// A state without the count of its events, which a refusal raises too.
pub(crate) fn without_version(customer: Option<&Customer>) -> Option<Customer> {
    customer.cloned().map(|customer| Customer { version: 0, ..customer })
}
