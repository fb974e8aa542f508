//! Carrying an operation out: one process at a time, attempt by attempt, step by step.

use std::path::PathBuf;

use landfall_core::{
    digest::Digest,
    ids::CustomerId,
    operation::{self, Event, Outcome, Task, TestResult},
    person::Person,
};
use serde_json::Value;

use crate::{
    Installation, OperationView, Reporter, Result, error::Error, files, installation::read_event,
    recovery::is_open,
};

/// The prefix of an operation's event kinds.
pub(crate) const PREFIX: &str = "operation.";

/// An operation that this process holds. The kernel lets go of it when the process ends, however it ends.
pub(crate) struct Held {
    pub(crate) customer: CustomerId,
    pub(crate) number: u32,
    pub(crate) attempt: u32,
    /// A folder for work that is thrown away.
    pub(crate) work: PathBuf,
    lock: files::Lock,
}

impl Held {
    /// Lets go of the operation.
    pub(crate) fn release(self) -> Result<()> {
        self.lock.release()
    }
}

/// What a step gives back.
#[derive(Debug, Clone, Default)]
pub(crate) struct StepOutcome {
    /// What it noted: short texts and counts, never a volunteer's data.
    pub(crate) facts: Value,
    /// The tests it ran.
    pub(crate) tests: Vec<TestResult>,
    /// What a person reads beside the step.
    pub(crate) note: String,
}

impl Installation {
    /// Takes hold of an operation as its last attempt left it, with what happened in it: for an attempt that is over
    /// and did not say so.
    pub(crate) fn hold_again(
        &self,
        customer: &CustomerId,
        number: u32,
    ) -> Result<(Held, OperationView)> {
        let lock = self.lock_operation(customer, number)?;
        let view = self.operation(customer, number)?;
        let (attempt, work) = (view.attempts, self.paths.work(customer, number));
        Ok((Held { customer: customer.clone(), number, attempt, work, lock }, view))
    }

    fn lock_operation(&self, customer: &CustomerId, number: u32) -> Result<files::Lock> {
        files::Lock::take(self.paths.lock(customer, number))?
            .ok_or_else(|| Error::Busy { customer: customer.to_string(), operation: number })
    }

    /// Takes hold of an operation and begins an attempt: what an earlier attempt left aside is thrown away.
    pub(crate) fn hold(
        &mut self,
        customer: &CustomerId,
        number: u32,
        task: &Task,
        person: &Person,
    ) -> Result<Held> {
        let lock = self.lock_operation(customer, number)?;
        // The process that had it may have ended it since: what it made is not made again.
        if !is_open(&self.customer(customer)?, number) {
            lock.release()?;
            return Err(Error::Input {
                message: format!("operation {number} of `{customer}` was ended by another process"),
                hint: format!("`landfall customer show {customer}` shows what comes next"),
            });
        }
        let attempt = self
            .operation_events(customer, number)?
            .iter()
            .filter(|event| matches!(event, Event::AttemptStarted { .. }))
            .count();
        let attempt = u32::try_from(attempt).unwrap_or(u32::MAX).saturating_add(1);
        let work = self.paths.work(customer, number);
        files::remove(&work)?;
        files::folder(&work)?;
        let held = Held { customer: customer.clone(), number, attempt, work, lock };
        self.record(&held, &Event::AttemptStarted { task: task.clone(), attempt }, person)?;
        Ok(held)
    }

    /// Records that a step is done.
    pub(crate) fn step_done(
        &mut self,
        held: &Held,
        number: usize,
        title: &str,
        outcome: &StepOutcome,
        person: &Person,
        reporter: &mut dyn Reporter,
    ) -> Result<()> {
        let event = Event::StepDone {
            number: u32::try_from(number).unwrap_or(u32::MAX),
            title: title.to_owned(),
            attempt: held.attempt,
            facts: outcome.facts.clone(),
            evidence: Digest::of_canonical(&outcome.facts)?,
            tests: outcome.tests.clone(),
        };
        self.record(held, &event, person)?;
        reporter.step_done(number, title, &outcome.note);
        Ok(())
    }

    /// Records the end of the operation. It stays held until the lifecycle knows it too.
    pub(crate) fn end(&mut self, held: &Held, outcome: Outcome, person: &Person) -> Result<()> {
        files::remove(&held.work)?;
        self.record(held, &Event::Ended { outcome, attempt: held.attempt }, person)
    }

    fn record(&mut self, held: &Held, event: &Event, person: &Person) -> Result<()> {
        let stream = operation::stream(&held.customer, held.number);
        self.append(&stream, PREFIX, std::slice::from_ref(event), &person.actor(), None)
    }

    /// Returns what happened in an operation.
    pub(crate) fn operation_events(
        &self,
        customer: &CustomerId,
        number: u32,
    ) -> Result<Vec<Event>> {
        self.ledger
            .stream(&operation::stream(customer, number))?
            .iter()
            .map(|entry| read_event(entry, PREFIX))
            .collect()
    }
}
