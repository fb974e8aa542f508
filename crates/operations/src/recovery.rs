//! What a killed process left behind: told, rendered or thrown away by the next one.

use std::{fs, path::Path};

use landfall_core::{
    customer::{Customer, IterationState, MaterialKind, State, decide},
    digest::Digest,
    environment::Role,
    ids::CustomerId,
};

use crate::{Installation, Result, error::Error, files, steps, use_cases};

impl Installation {
    /// Finishes what a crash prevented beside the operations themselves, which their own commands continue: entries of
    /// sessions and record changes, renditions of documents, and locks, work, dumps and rejected rows that nothing in the
    /// ledger names. Done once per process before its first command; harmless at any time.
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
                match self.settle_records(&id, *label) {
                    // A damaged instance stops what is done with it, not what is done elsewhere.
                    // What another process is at, it tells of itself.
                    Ok(()) | Err(Error::Instances(_) | Error::Record(_) | Error::Busy { .. }) => {}
                    Err(other) => return Err(other),
                }
            }
            match self.render_missing(&id) {
                // So does a damaged document: `document verify` says what is wrong with it.
                Ok(()) | Err(Error::Broken(_) | Error::File { .. } | Error::Documents(_)) => {}
                Err(other) => return Err(other),
            }
            self.clear_work(&id, &state)?;
            self.clear_environments(&id, &state)?;
            self.clear_keys(&id, &state)?;
            self.clear_dumps(&id)?;
            self.clear_iterations(&id)?;
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

    /// Removes locks of environments, and copies to which a promotion was applied, that no process is at.
    fn clear_environments(&self, customer: &CustomerId, state: &Customer) -> Result<()> {
        for label in state.environments.keys() {
            let path = self.paths.environment_lock(customer, *label);
            let copy = files::aside(&self.paths.instance(customer, *label, Role::Main));
            if (path.exists() || copy.exists())
                && let Some(lock) = files::Lock::take(path)?
            {
                files::remove(&copy)?;
                lock.release()?;
            }
        }
        Ok(())
    }

    /// Removes dumps that were copied and never registered, and what a copy or a destruction left aside.
    fn clear_dumps(&self, customer: &CustomerId) -> Result<()> {
        let folder = self.paths.dumps(customer);
        let is_named = |path: &Path, state: &Customer| {
            path.file_name()
                .and_then(|name| name.to_str())
                .and_then(|name| name.parse::<Digest>().ok())
                .is_some_and(|digest| use_cases::has_dump(state, &digest))
        };
        let state = self.customer(customer)?;
        let orphan = files::entries(&folder)?.iter().any(|path| !is_named(path, &state));
        if !orphan && !self.paths.dumps_lock(customer).exists() {
            return Ok(());
        }
        let Some(lock) = files::Lock::take(self.paths.dumps_lock(customer))? else {
            return Ok(());
        };
        // Whoever had the lock may have registered one since.
        let state = self.customer(customer)?;
        for path in files::entries(&folder)? {
            if !is_named(&path, &state) {
                files::remove(&path)?;
            }
        }
        lock.release()
    }

    /// Removes rejected rows and maps of source keys of runs that are over, where no material names them any more, or
    /// ever did.
    fn clear_iterations(&self, customer: &CustomerId) -> Result<()> {
        // An iteration that is over stays over: what is there of it is nobody's work.
        let state = self.customer(customer)?;
        for iteration in &state.iterations {
            let name = iteration.number.to_string();
            let is_named = state.materials.iter().any(|known| {
                let private = match known.kind {
                    MaterialKind::Rejects | MaterialKind::KeyMap => true,
                    MaterialKind::Dump | MaterialKind::Package => false,
                };
                private && known.name == name && known.destroyed.is_none()
            });
            if is_named || iteration.state == IterationState::Running {
                continue;
            }
            let folder = self.paths.iteration(customer, iteration.number);
            files::remove(&files::aside(&folder))?;
            files::remove(&folder)?;
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
pub(crate) fn is_open(state: &Customer, operation: u32) -> bool {
    let environment = state.environments.values().any(|environment| match environment.state {
        State::Building => environment.operation == Some(operation),
        State::Destroying => environment.destruction == Some(operation),
        State::Requested | State::Built | State::InUse | State::Closed | State::Destroyed => false,
    });
    let iteration = state.iterations.iter().any(|iteration| {
        iteration.operation == operation && iteration.state == IterationState::Running
    });
    let materials = state
        .materials
        .iter()
        .any(|material| material.operation == Some(operation) && material.destroyed.is_none());
    environment || iteration || materials
}
