//! What a killed process left behind: told, rendered or thrown away by the next one.

use std::fs;

use landfall_core::{
    customer::{Customer, IterationState, State, decide},
    ids::CustomerId,
};

use crate::{Installation, Result, files, steps};

impl Installation {
    /// Finishes what a crash prevented beside the operations themselves, which their own commands continue: entries of
    /// sessions and record changes, renditions of documents, and locks and work of operations that are over. Done once
    /// per process before its first command; harmless at any time.
    ///
    /// # Errors
    /// When a store or file cannot be read or written.
    pub fn recover(&mut self) -> Result<()> {
        if self.recovered {
            return Ok(());
        }
        self.tell_sessions()?;
        for id in self.customers()? {
            let state = self.customer(&id)?;
            for label in state.environments.keys() {
                self.settle_records(&id, *label)?;
            }
            self.render_missing(&id)?;
            self.clear_work(&id, &state)?;
            self.clear_keys(&id, &state)?;
        }
        self.recovered = true;
        Ok(())
    }

    /// Destroys masking keys whose last environment is gone.
    fn clear_keys(&self, customer: &CustomerId, state: &Customer) -> Result<()> {
        for environment in state.environments.values() {
            let gone = environment.state == State::Destroyed;
            if gone && let Some(key) = decide::last_use_of_key(state, environment.label) {
                steps::destroy_key(self, customer, &key)?;
            }
        }
        Ok(())
    }

    /// Removes locks and work folders of operations that are over and that no process holds.
    fn clear_work(&self, customer: &CustomerId, state: &Customer) -> Result<()> {
        let folder = self.paths.root().join("work");
        if self.paths.extraction_lock(customer).exists()
            && let Some(lock) = files::Lock::take(self.paths.extraction_lock(customer))?
        {
            files::remove(&self.paths.extraction(customer))?;
            lock.release()?;
        }
        let prefix = format!("{customer}-");
        for entry in fs::read_dir(&folder).map_err(files::failing("read the folder", &folder))? {
            let entry = entry.map_err(files::failing("read the folder", &folder))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let Some(operation) = name
                .strip_prefix(&prefix)
                .and_then(|rest| rest.strip_suffix(".lock"))
                .and_then(|number| number.parse::<u32>().ok())
            else {
                continue;
            };
            if is_open(state, operation) {
                continue;
            }
            if let Some(lock) = files::Lock::take(entry.path())? {
                files::remove(&self.paths.work(customer, operation))?;
                lock.release()?;
            }
        }
        Ok(())
    }
}

/// Tells whether an operation waits to be continued.
fn is_open(state: &Customer, operation: u32) -> bool {
    let environment = state.environments.values().any(|environment| match environment.state {
        State::Building => environment.operation == Some(operation),
        State::Destroying => environment.destruction == Some(operation),
        State::Requested | State::Built | State::InUse | State::Closed | State::Destroyed => false,
    });
    let iteration = state.iterations.iter().any(|iteration| {
        iteration.operation == operation && iteration.state == IterationState::Running
    });
    environment || iteration
}
