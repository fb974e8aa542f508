use std::{fs::File, io::ErrorKind, path::Path};

use landfall_core::{
    customer::{
        Command, Customer, DocumentKind, Event, Material, MaterialKind, MaterialName, State,
        Subject,
    },
    digest::Digest,
    ids::CustomerId,
    operation::{Outcome, Task},
    person::Person,
    refusal,
};
use serde_json::json;

use super::Destroyed;
use crate::{Caller, Installation, Reporter, Result, error::Error, files, operation::StepOutcome};

impl Installation {
    /// Destroys the dumps, packages, rejected rows and key maps of a customer that are due, or continues after a
    /// crash, and makes the certificate.
    ///
    /// # Errors
    /// When a rule says no, or the machine breaks.
    pub fn materials_destroy(
        &mut self,
        caller: &Caller,
        customer: &CustomerId,
        reporter: &mut dyn Reporter,
    ) -> Result<Destroyed> {
        let person = self.acting(caller)?;
        let state = self.customer(customer)?;
        self.authorise(customer, &person, &Command::StartMaterialsDestruction)?;
        let operation = match (unfinished(&state), uncertified(&state)) {
            (Some(operation), _) => {
                self.destroy_materials(customer, operation, &person, reporter)?;
                operation
            }
            (None, Some(operation)) => operation,
            (None, None) => {
                let command = Command::StartMaterialsDestruction;
                let operation = self
                    .command(customer, &command, &person, caller.reason.as_deref())?
                    .iter()
                    .find_map(|event| match event {
                        Event::MaterialsDestructionStarted { operation, .. } => Some(*operation),
                        _ => None,
                    })
                    .ok_or_else(|| Error::Broken("the destruction has no number".to_owned()))?;
                self.destroy_materials(customer, operation, &person, reporter)?;
                operation
            }
        };
        let about = Subject::Materials(operation);
        let kind = DocumentKind::MaterialsCertificate;
        let document = self.freeze(customer, about, kind, false, &person)?;
        self.render_missing(customer)?;
        Ok(Destroyed { document })
    }

    fn destroy_materials(
        &mut self,
        customer: &CustomerId,
        operation: u32,
        person: &Person,
        reporter: &mut dyn Reporter,
    ) -> Result<()> {
        self.not_held(customer, person)?;
        let held = self.hold(customer, operation, &Task::DestroyMaterials, person)?;
        let state = self.customer(customer)?;
        let names: Vec<MaterialName> = state
            .materials
            .iter()
            .filter(|known| known.operation == Some(operation) && known.destroyed.is_none())
            .map(Material::named)
            .collect();
        reporter.operation(
            &format!("destroying dumps and packages of {customer}, operation {operation}"),
            names.len(),
        );
        for (index, name) in names.iter().enumerate() {
            // Whoever holds an environment meanwhile keeps what is still there.
            if let Err(refused) = self.not_held(customer, person) {
                held.release()?;
                return Err(refused);
            }
            let title = format!("destroy {} {}", name.kind.title(), short(&name.name));
            reporter.step(index + 1, &title);
            let Some(outcome) = self.destroy_unless_kept(customer, operation, name)? else {
                reporter.note(&format!(
                    "{} {} was provided again and stays",
                    name.kind.title(),
                    short(&name.name)
                ));
                continue;
            };
            self.step_done(&held, index + 1, &title, &outcome, person, reporter)?;
        }
        if unfinished(&self.customer(customer)?) != Some(operation) {
            self.end(&held, Outcome::Aborted, person)?;
            held.release()?;
            return Err(Error::Input {
                message: format!(
                    "all that operation {operation} was to destroy was provided again"
                ),
                hint: format!("`landfall customer due {customer}` shows what is due now"),
            });
        }
        self.end(&held, Outcome::Completed, person)?;
        let command = Command::CompleteMaterialsDestruction { operation };
        self.command(customer, &command, person, None)?;
        held.release()
    }

    /// Refuses while an environment is under a hold: it keeps the customer's dumps and packages as well.
    fn not_held(&mut self, customer: &CustomerId, person: &Person) -> Result<()> {
        let state = self.customer(customer)?;
        let held = state
            .environments
            .values()
            .find(|known| known.hold.is_some() && known.state != State::Destroyed);
        let Some(held) = held else { return Ok(()) };
        let address = format!("{customer}/{}", held.label);
        let refusal = refusal::HELD.because(
            format!(
                "`{address}` is under a hold, which keeps the customer's dumps and packages as well"
            ),
            format!("`landfall environment release {address}` with a reason, by quality"),
        );
        let command = Command::StartMaterialsDestruction;
        Err(self.refused(customer, person, command.name(), refusal))
    }

    /// Destroys one material; none where it was provided or made again since, which takes it out of the operation.
    fn destroy_unless_kept(
        &self,
        customer: &CustomerId,
        operation: u32,
        name: &MaterialName,
    ) -> Result<Option<StepOutcome>> {
        // A dump is not registered again between the look at the ledger and the removal.
        let lock = match name.kind {
            MaterialKind::Dump => Some(self.hold_dumps(customer)?),
            MaterialKind::Package | MaterialKind::Rejects | MaterialKind::KeyMap => None,
        };
        let is_meant = self.customer(customer)?.materials.iter().any(|known| {
            known.named() == *name
                && known.operation == Some(operation)
                && known.destroyed.is_none()
        });
        let outcome = is_meant.then(|| self.destroy_material(customer, name)).transpose();
        if let Some(lock) = lock {
            lock.release()?;
        }
        outcome
    }

    fn destroy_material(&self, customer: &CustomerId, name: &MaterialName) -> Result<StepOutcome> {
        let digest = || {
            name.name.parse::<Digest>().map_err(|_| {
                Error::Broken(format!("`{}` is no digest of a {}", name.name, name.kind.title()))
            })
        };
        let number = || {
            name.name
                .parse::<u32>()
                .map_err(|_| Error::Broken(format!("`{}` is no number of an iteration", name.name)))
        };
        let path = match name.kind {
            MaterialKind::Dump => self.paths.dump(customer, &digest()?),
            MaterialKind::Package => self.packages.path(&digest()?),
            MaterialKind::Rejects => {
                self.paths.iteration(customer, number()?).join("rejected.sqlite")
            }
            MaterialKind::KeyMap => self.paths.iteration(customer, number()?).join("keys.sqlite"),
        };
        // A package that another customer made too, row for row, is that customer's as well.
        let shared = name.kind == MaterialKind::Package && self.is_shared(customer, &name.name)?;
        let (count, bytes) = files::measure(&path)?;
        // What has no digest for its name gets one before it is gone. A removal that a crash cut short finds nothing more:
        // the step that began it has the digest, or none has.
        let content = match name.kind {
            MaterialKind::Dump | MaterialKind::Package => Some(digest()?),
            MaterialKind::Rejects | MaterialKind::KeyMap => digest_of_file(&path)?,
        };
        match name.kind {
            MaterialKind::Package if shared => {}
            MaterialKind::Package => self.packages.remove(&digest()?)?,
            MaterialKind::Dump | MaterialKind::Rejects | MaterialKind::KeyMap => {
                // Out of sight by one rename, then from the disk.
                let aside = files::aside(&path);
                if path.exists() {
                    files::remove(&aside)?;
                    files::rename(&path, &aside)?;
                }
                files::remove(&aside)?;
            }
        }
        Ok(StepOutcome {
            facts: json!({
                "kind": name.kind,
                "name": name.name,
                "digest": content,
                "files": count,
                "bytes": bytes,
                "absent": !path.exists(),
                "kept-for-another-customer": shared,
            }),
            tests: Vec::new(),
            note: format!("{count} files, {bytes} bytes"),
        })
    }

    fn is_shared(&self, customer: &CustomerId, package: &str) -> Result<bool> {
        for other in self.customers()?.iter().filter(|other| *other != customer) {
            let used = self.customer(other)?.materials.iter().any(|known| {
                known.kind == MaterialKind::Package
                    && known.name == package
                    && known.destroyed.is_none()
            });
            if used {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Returns the operation that was begun and is not over.
fn unfinished(state: &Customer) -> Option<u32> {
    state
        .materials
        .iter()
        .filter(|known| known.destroyed.is_none())
        .find_map(|known| known.operation)
}

/// Returns the operation that is over and has no certificate yet.
fn uncertified(state: &Customer) -> Option<u32> {
    state.materials.iter().filter_map(|known| known.operation).find(|operation| {
        let about = Subject::Materials(*operation);
        !state.documents.values().any(|document| document.about == about)
    })
}

/// Returns the SHA-256 of a file; none where there is none.
fn digest_of_file(path: &Path) -> Result<Option<Digest>> {
    match File::open(path) {
        Ok(file) => Digest::of_reader(file).map(Some).map_err(files::failing("read", path)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(files::failing("read", path)(error)),
    }
}

fn short(name: &str) -> String {
    name.chars().take(12).collect()
}
