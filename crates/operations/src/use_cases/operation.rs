use landfall_core::{
    ids::CustomerId,
    operation::{self, Event, Outcome, Task, TestResult},
    time::Timestamp,
};
use serde::Serialize;

use crate::{Installation, Result, installation::read_event, operation::PREFIX};

/// An operation as a list shows it.
#[derive(Debug, Clone, Serialize)]
pub struct OperationView {
    /// Its number among the customer's.
    pub number: u32,
    /// What it does.
    pub task: Option<Task>,
    /// What it does, in words.
    pub title: String,
    /// How it ended; none while it has not.
    pub outcome: Option<Outcome>,
    /// How many times a process began it.
    pub attempts: u32,
    /// The steps that were done, the last attempt's last.
    pub steps: Vec<StepView>,
}

/// A step that was done.
#[derive(Debug, Clone, Serialize)]
pub struct StepView {
    /// Its number in the plan.
    pub number: u32,
    /// What was done.
    pub title: String,
    /// In which attempt.
    pub attempt: u32,
    /// When (UTC).
    pub time: Timestamp,
    /// Who did it.
    pub who: String,
    /// What it noted.
    pub facts: serde_json::Value,
    /// The digest of the facts.
    pub evidence: landfall_core::digest::Digest,
    /// The tests it ran.
    pub tests: Vec<TestResult>,
}

impl Installation {
    /// Lists the operations of a customer, in order.
    ///
    /// # Errors
    /// When there is no such customer.
    pub fn operations(&self, customer: &CustomerId) -> Result<Vec<OperationView>> {
        let count = self.customer(customer)?.operations;
        (1..=count).map(|number| self.operation(customer, number)).collect()
    }

    /// Returns one operation.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn operation(&self, customer: &CustomerId, number: u32) -> Result<OperationView> {
        let mut view = OperationView {
            number,
            task: None,
            title: String::new(),
            outcome: None,
            attempts: 0,
            steps: Vec::new(),
        };
        for entry in self.ledger.stream(&operation::stream(customer, number))? {
            match read_event(&entry, PREFIX)? {
                Event::AttemptStarted { task, attempt } => {
                    view.title = match &task {
                        Task::Build { label } => format!("build {customer}/{label}"),
                        Task::Migrate { iteration } => {
                            format!("run migration iteration {iteration}")
                        }
                        Task::Destroy { label } => format!("destroy {customer}/{label}"),
                        Task::DestroyMaterials => {
                            format!("destroy dumps and packages of {customer}")
                        }
                    };
                    view.task = Some(task);
                    view.attempts = attempt;
                    view.outcome = None;
                }
                Event::StepDone { number, title, attempt, facts, evidence, tests } => {
                    view.steps.push(StepView {
                        number,
                        title,
                        attempt,
                        time: entry.time,
                        who: format!("{} ({})", entry.actor.name, entry.actor.role),
                        facts,
                        evidence,
                        tests,
                    });
                }
                Event::Ended { outcome, .. } => view.outcome = Some(outcome),
            }
        }
        Ok(view)
    }
}
