use std::path::{Path, PathBuf};

use landfall_catalogue::Catalogue;
use landfall_core::{
    customer::{
        Command, Customer, DocumentKind, Dump, DumpPurpose, Event, Iteration, IterationState,
        MaterialKind, SectionCounts, Subject,
    },
    digest::Digest,
    ids::{CustomerId, Release},
    operation::{Outcome, Task},
    person::Person,
    policy::Policy,
    time::Timestamp,
};
use landfall_migration::{Checked, SectionCount, Spec, TestVolunteer, Total};
use serde::Serialize;
use serde_json::json;

use crate::{
    Caller, Installation, Reporter, Result,
    error::Error,
    facts::qc::grouped,
    files,
    operation::StepOutcome,
    texts::Texts,
    unfinished::Unfinished,
    use_cases::test_volunteers::{self, AskedVolunteers},
};

/// A dump as it was received.
#[derive(Debug, Clone, Serialize)]
pub struct DumpView {
    /// The digest over its files.
    pub digest: Digest,
    /// How many files.
    pub files: u32,
    /// Their bytes.
    pub bytes: u64,
}

/// A finding with its texts, while they are kept.
#[derive(Debug, Clone, Serialize)]
pub struct FindingView {
    /// Its number within the iteration.
    pub number: u32,
    /// Who found it.
    pub by: String,
    /// What was found; none after the text was destroyed.
    pub text: Option<String>,
    /// How it was resolved.
    pub resolution: Option<String>,
}

/// A rejected row: where it stands and why, without its source key.
#[derive(Debug, Clone, Serialize)]
pub struct RejectedRow {
    /// The section of the spec.
    pub section: String,
    /// The source.
    pub source: String,
    /// The line of the source file.
    pub line: u64,
    /// The target column; empty where the whole row is meant.
    pub field: String,
    /// The rule that said no.
    pub rule: String,
    /// What was expected.
    pub reason: String,
}

/// What a check of a spec says.
pub type CheckReport = Checked;

/// What a run without a customer made.
#[derive(Debug, Clone, Serialize)]
pub struct TryReport {
    /// The package's name.
    pub package: Digest,
    /// The package's file.
    pub path: String,
    /// The counts of each section.
    pub sections: Vec<SectionCount>,
    /// Their sum.
    pub total: Total,
    /// The test volunteers, where they were asked for. They hold personal values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test_volunteers: Option<Vec<TestVolunteer>>,
}

/// Checks a spec against a release and a source, reading no rows.
///
/// # Errors
/// Every problem at once.
pub fn migration_check(spec: &Path, source: &Path, release: &Release) -> Result<CheckReport> {
    let catalogue = Catalogue::embedded(release)?;
    Ok(Spec::load(spec)?.check(&catalogue, source)?)
}

/// Writes a spec as a workbook: its digest, and the bytes of the file `out`. In a workbook that is there already people
/// may have written their reviews, so it is never replaced.
///
/// # Errors
/// When the file exists, the spec cannot be read, or a workbook cannot hold it.
pub fn migration_workbook_write(spec: &Path, out: &Path) -> Result<(Digest, Vec<u8>)> {
    files::is_new(out)?;
    let spec = Spec::load(spec)?;
    Ok((spec.digest(), spec.to_workbook()?))
}

/// Reads a workbook into a new spec folder and returns the spec's digest.
///
/// # Errors
/// When the workbook is no spec, by sheet and cell, or the folder exists.
pub fn migration_workbook_read(workbook: &Path, release: &Release, out: &Path) -> Result<Digest> {
    let catalogue = Catalogue::embedded(release)?;
    Ok(Spec::from_workbook(workbook, &catalogue, out)?.digest())
}

/// Runs a spec on a source without a customer: the package, rejected rows and counts are left in `out`. Where test
/// volunteers are asked for, what the source says of them is set beside what came out.
///
/// # Errors
/// When the spec does not fit, the source cannot be read, or the folder is not new or empty; when test volunteers are
/// asked for and there are none, or too many.
pub fn migration_try(
    spec: &Path,
    source: &Path,
    release: &Release,
    out: &Path,
    asked: Option<&AskedVolunteers<'_>>,
    reporter: &mut dyn Reporter,
) -> Result<TryReport> {
    let catalogue = Catalogue::embedded(release)?;
    let spec = Spec::load(spec)?;
    if let Some(asked) = asked {
        asked.check(&spec)?;
    }
    let used = std::fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_some());
    if used {
        return Err(Error::Input {
            message: format!("expected `{}` to be new or empty, found files in it", out.display()),
            hint: "give another folder with `--out`".to_owned(),
        });
    }
    let folder = Unfinished::begin(out)?;
    reporter.operation("trying the migration", if asked.is_some() { 2 } else { 1 });
    reporter.step(1, "run the migration program");
    let run = landfall_migration::Run {
        spec: &spec,
        catalogue: &catalogue,
        dump: source,
        base: None,
        policy: Policy::embedded()?.digest(),
        work: folder.path(),
    };
    let outcome = landfall_migration::run(&run, &mut |p| report(reporter, &p))?;
    folder.finish()?;
    // The folder has its name now, and the files are in it.
    let placed = |file: &Path| out.join(file.file_name().unwrap_or_default());
    let package = placed(&outcome.package_file);
    let total = Total::of(&outcome.sections);
    reporter.step_done(1, "run the migration program", &words(&total));
    let test_volunteers = match asked {
        None => None,
        Some(asked) => {
            let reviewed = landfall_migration::Reviewed {
                spec: &spec,
                catalogue: &catalogue,
                dump: source,
                package: &package,
                keys: &placed(&outcome.keys_file),
                rejected: &placed(&outcome.rejected_file),
                work: out,
            };
            Some(test_volunteers::show(&reviewed, asked, 2, reporter)?)
        }
    };
    Ok(TryReport {
        package: outcome.digest,
        path: package.display().to_string(),
        sections: outcome.sections,
        total,
        test_volunteers,
    })
}

pub(super) fn report(reporter: &mut dyn Reporter, progress: &landfall_migration::Progress) {
    match progress.name.as_str() {
        // What is read is read; the package is closed, counted and named.
        "" => {
            let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
            let (done, total) = (count(progress.done), count(progress.total));
            reporter.progress(done, Some(total), "sections, writing the package");
        }
        name => {
            let unit = if progress.rows == 1 { "row" } else { "rows" };
            reporter.progress(progress.rows, None, &format!("{unit} of {name}"));
        }
    }
}

fn words(total: &Total) -> String {
    format!(
        "{} read = {} written + {} rejected + {} filtered",
        grouped(total.read),
        grouped(total.written),
        grouped(total.rejected),
        grouped(total.filtered)
    )
}

impl Installation {
    /// Registers a source dump: its files are copied into the data directory. The final one is the customer's.
    ///
    /// # Errors
    /// When a rule says no, or the folder holds no files.
    pub fn migration_dump(
        &mut self,
        caller: &Caller,
        customer: &CustomerId,
        folder: &Path,
        is_final: bool,
    ) -> Result<DumpView> {
        let person = self.acting(caller)?;
        self.customer(customer)?;
        let purpose = if is_final { DumpPurpose::Final } else { DumpPurpose::Iteration };
        let asked = Command::RegisterDump { digest: Digest::ZERO, purpose, files: 0, bytes: 0 };
        self.authorise(customer, &person, &asked)?;
        let facts = landfall_migration::dump_digest(folder)?;
        let view = DumpView {
            digest: facts.digest,
            files: u32::try_from(facts.files.len()).unwrap_or(u32::MAX),
            bytes: facts.files.iter().map(|file| file.size).sum(),
        };
        let command = Command::RegisterDump {
            digest: view.digest,
            purpose,
            files: view.files,
            bytes: view.bytes,
        };
        // What the rules refuse is not copied.
        self.rehearse(customer, &command, &person, caller.reason.as_deref())?;
        let lock = self.hold_dumps(customer)?;
        let outcome = self.keep_dump(customer, folder, &view.digest).and_then(|()| {
            self.command(customer, &command, &person, caller.reason.as_deref()).map(|_| ())
        });
        if outcome.is_err() && !has_dump(&self.customer(customer)?, &view.digest) {
            files::remove(&self.paths.dump(customer, &view.digest))?;
        }
        lock.release()?;
        outcome?;
        Ok(view)
    }

    /// Takes hold of a customer's dumps: one process at a time adds to them or destroys of them.
    pub(super) fn hold_dumps(&self, customer: &CustomerId) -> Result<files::Lock> {
        files::Lock::take(self.paths.dumps_lock(customer))?
            .ok_or_else(|| Error::Busy { customer: customer.to_string(), operation: 0 })
    }

    /// Copies a dump into the data directory, unless it is there as it was received.
    fn keep_dump(&self, customer: &CustomerId, folder: &Path, digest: &Digest) -> Result<()> {
        let target = self.paths.dump(customer, digest);
        let is_intact = target.exists()
            && landfall_migration::dump_digest(&target).is_ok_and(|there| there.digest == *digest);
        if is_intact {
            return Ok(());
        }
        let aside = files::aside(&target);
        files::remove(&aside)?;
        files::copy_folder(folder, &aside)?;
        if landfall_migration::dump_digest(&aside)?.digest != *digest {
            files::remove(&aside)?;
            return Err(Error::Input {
                message: format!("`{}` changed while it was copied", folder.display()),
                hint: "wait until nobody writes to it, then register it again".to_owned(),
            });
        }
        files::remove(&target)?;
        files::rename(&aside, &target)
    }

    /// Records a migration spec: the folder is checked against the latest dump and copied into the data directory.
    ///
    /// # Errors
    /// When a rule says no, or the spec does not fit.
    pub fn migration_spec(
        &mut self,
        caller: &Caller,
        customer: &CustomerId,
        folder: &Path,
    ) -> Result<Digest> {
        let person = self.acting(caller)?;
        let state = self.customer(customer)?;
        let zero = Digest::ZERO;
        self.authorise(customer, &person, &Command::RecordSpec { digest: zero, catalogue: zero })?;
        let spec = Spec::load(folder)?;
        let catalogue = self.catalogue(spec.release())?;
        if let Some(dump) = usable_dump(&state) {
            spec.check(catalogue, &self.paths.dump(customer, &dump.digest))?;
        }
        let (digest, catalogue) = (spec.digest(), catalogue.digest());
        let target = self.paths.spec(customer, &digest);
        if !target.exists() {
            let aside = files::aside(&target);
            files::remove(&aside)?;
            files::copy_folder(folder, &aside)?;
            files::rename(&aside, &target)?;
        }
        let command = Command::RecordSpec { digest, catalogue };
        self.command(customer, &command, &person, caller.reason.as_deref())?;
        Ok(digest)
    }

    /// Runs the migration program on the latest dump that can be used, with the latest spec, or continues after a crash.
    /// The final run uses the spec of the iteration that was signed off.
    ///
    /// # Errors
    /// When a rule says no, or the machine breaks.
    pub fn migration_run(
        &mut self,
        caller: &Caller,
        customer: &CustomerId,
        reporter: &mut dyn Reporter,
    ) -> Result<u32> {
        let person = self.acting(caller)?;
        let state = self.customer(customer)?;
        let command = next_run(&state);
        self.authorise(customer, &person, &command)?;
        let running = state.iterations.iter().find(|i| i.state == IterationState::Running);
        let number = match running {
            Some(iteration) => iteration.number,
            None => self
                .command(customer, &command, &person, caller.reason.as_deref())?
                .iter()
                .find_map(|event| match event {
                    Event::IterationStarted { number, .. } => Some(*number),
                    _ => None,
                })
                .ok_or_else(|| Error::Broken("the run has no number".to_owned()))?,
        };
        self.migrate(customer, number, &person, reporter)?;
        Ok(number)
    }

    fn migrate(
        &mut self,
        customer: &CustomerId,
        number: u32,
        person: &Person,
        reporter: &mut dyn Reporter,
    ) -> Result<()> {
        let state = self.customer(customer)?;
        let iteration = state
            .iterations
            .iter()
            .find(|iteration| iteration.number == number)
            .ok_or_else(|| Error::Broken(format!("there is no iteration {number}")))?;
        let task = Task::Migrate { iteration: number };
        let held = self.hold(customer, iteration.operation, &task, person)?;
        let title = "run the migration program";
        reporter.operation(&format!("migration of {customer}, iteration {number}"), 1);
        reporter.step(1, title);
        let private = self.paths.iteration(customer, number);
        let (outcome, release) = match self.run_program(&state, iteration, &held.work, reporter) {
            Ok(done) => done,
            Err(error) => {
                // The iteration ends here: a mended source or spec makes a new one. A killed attempt may have left its
                // private part, which no material names.
                let failure = self.errored(customer, &error.to_string())?;
                files::remove(&files::aside(&private))?;
                files::remove(&private)?;
                self.end(&held, Outcome::Errored, person)?;
                let command = Command::StopIteration { number, failure };
                self.command(customer, &command, person, None)?;
                held.release()?;
                return Err(error);
            }
        };
        // The private part first: once the package has its name, everything that belongs to it is in place.
        let aside = files::aside(&private);
        files::remove(&aside)?;
        files::remove(&private)?;
        files::folder(&aside)?;
        files::rename(&outcome.keys_file, &aside.join("keys.sqlite"))?;
        files::rename(&outcome.rejected_file, &aside.join("rejected.sqlite"))?;
        files::rename(&aside, &private)?;
        let digest = self.packages.put(&outcome.package_file)?;
        let catalogue = self.catalogue(&release)?;
        let package = self.package_facts(&digest, format!("iteration {number}"), catalogue)?;
        let sections: Vec<SectionCounts> = outcome
            .sections
            .iter()
            .map(|section| SectionCounts {
                section: section.section.clone(),
                target: section.target.clone(),
                read: section.read,
                written: section.written,
                rejected: section.rejected,
                filtered: section.filtered,
            })
            .collect();
        let total = Total::of(&outcome.sections);
        let done = StepOutcome {
            facts: json!({
                "package": digest,
                "total": total,
                "sections": outcome.sections,
            }),
            tests: Vec::new(),
            note: words(&total),
        };
        self.step_done(&held, 1, title, &done, person, reporter)?;
        self.end(&held, Outcome::Completed, person)?;
        let command = Command::CompleteIteration { number, package, sections };
        self.command(customer, &command, person, None)?;
        held.release()
    }

    /// Returns the spec of an iteration and the folder of its dump, both as they were recorded.
    pub(super) fn made_of(
        &self,
        customer: &CustomerId,
        iteration: &Iteration,
    ) -> Result<(Spec, PathBuf)> {
        let spec = Spec::load(&self.paths.spec(customer, &iteration.spec))?;
        if spec.digest() != iteration.spec {
            return Err(Error::Input {
                message: format!(
                    "the stored spec is not the recorded one: expected {}, found {}",
                    iteration.spec,
                    spec.digest()
                ),
                hint: "somebody changed files below `specs`; put them back as they were recorded"
                    .to_owned(),
            });
        }
        let dump = self.paths.dump(customer, &iteration.dump);
        let found = landfall_migration::dump_digest(&dump)?.digest;
        if found != iteration.dump {
            return Err(Error::Input {
                message: format!(
                    "the stored dump is not the registered one: expected {}, found {found}",
                    iteration.dump
                ),
                hint: "somebody changed files below `dumps`; provide the dump again".to_owned(),
            });
        }
        Ok((spec, dump))
    }

    /// Runs the program of an iteration; whatever goes wrong, nothing of it remains outside the folder for work.
    fn run_program(
        &self,
        state: &Customer,
        iteration: &Iteration,
        work: &Path,
        reporter: &mut dyn Reporter,
    ) -> Result<(landfall_migration::Outcome, Release)> {
        let customer = &state.id;
        let (spec, dump) = self.made_of(customer, iteration)?;
        let base = iteration.base.and_then(|base| {
            let package = state.iterations.iter().find(|i| i.number == base)?.package.as_ref()?;
            Some((package.digest, self.paths.iteration(customer, base).join("keys.sqlite")))
        });
        let run = landfall_migration::Run {
            spec: &spec,
            catalogue: self.catalogue(spec.release())?,
            dump: &dump,
            base: base.as_ref().map(|(digest, path)| (*digest, path.as_path())),
            policy: self.policy.digest(),
            work,
        };
        let outcome = landfall_migration::run(&run, &mut |p| report(reporter, &p))?;
        Ok((outcome, spec.release().clone()))
    }

    /// Publishes an iteration to the customer.
    ///
    /// # Errors
    /// When a rule says no.
    pub fn migration_publish(
        &mut self,
        caller: &Caller,
        customer: &CustomerId,
        number: u32,
    ) -> Result<()> {
        let person = self.acting(caller)?;
        let command = Command::PublishIteration { number };
        self.command(customer, &command, &person, caller.reason.as_deref())?;
        Ok(())
    }

    /// Adds a finding to a published iteration; its text stays in the destroyable store. Returns its number.
    ///
    /// # Errors
    /// When a rule says no.
    pub fn migration_comment(
        &mut self,
        caller: &Caller,
        customer: &CustomerId,
        number: u32,
        text: &str,
    ) -> Result<u32> {
        let person = self.acting(caller)?;
        self.authorise(customer, &person, &Command::AddFinding { number, text: Digest::ZERO })?;
        let text = self.keep_text(customer, text)?;
        let command = Command::AddFinding { number, text };
        self.command(customer, &command, &person, None)?
            .iter()
            .find_map(|event| match event {
                Event::FindingAdded { number, .. } => Some(*number),
                _ => None,
            })
            .ok_or_else(|| Error::Broken("the finding has no number".to_owned()))
    }

    /// Says how a finding was resolved.
    ///
    /// # Errors
    /// When a rule says no.
    pub fn migration_resolve(
        &mut self,
        caller: &Caller,
        customer: &CustomerId,
        number: u32,
        finding: u32,
        text: &str,
    ) -> Result<()> {
        let person = self.acting(caller)?;
        let asked = Command::ResolveFinding { number, finding, text: Digest::ZERO };
        self.authorise(customer, &person, &asked)?;
        let text = self.keep_text(customer, text)?;
        let command = Command::ResolveFinding { number, finding, text };
        self.command(customer, &command, &person, None)?;
        Ok(())
    }

    fn keep_text(&self, customer: &CustomerId, text: &str) -> Result<Digest> {
        self.customer(customer)?;
        let length = text.trim().chars().count();
        if !(3..=4000).contains(&length) {
            return Err(Error::Input {
                message: format!("a text has 3 to 4000 characters, found {length}"),
                hint: "say in a sentence what was found or done".to_owned(),
            });
        }
        Texts::open(&self.paths, customer)?.keep(text.trim())
    }

    /// Signs the output of an iteration off.
    ///
    /// # Errors
    /// When a rule or the password says no.
    pub fn migration_sign(
        &mut self,
        caller: &Caller,
        customer: &CustomerId,
        number: u32,
    ) -> Result<()> {
        let person = self.signing(caller)?;
        let command = Command::SignIteration { number };
        self.command(customer, &command, &person, caller.reason.as_deref())?;
        Ok(())
    }

    /// Withdraws the sign-off of an iteration, with signature and reason; returns whether it is withdrawn with it.
    ///
    /// # Errors
    /// When a rule or the password says no.
    pub fn migration_withdraw(
        &mut self,
        caller: &Caller,
        customer: &CustomerId,
        number: u32,
    ) -> Result<bool> {
        let person = self.signing(caller)?;
        let command = Command::WithdrawSignOff { number };
        let events = self.command(customer, &command, &person, caller.reason.as_deref())?;
        Ok(events
            .iter()
            .any(|event| matches!(event, Event::WithdrawalSigned { complete: true, .. })))
    }

    /// Returns the findings of an iteration, with their texts while they are kept.
    ///
    /// # Errors
    /// When there is no such iteration.
    pub fn findings(&self, customer: &CustomerId, number: u32) -> Result<Vec<FindingView>> {
        let state = self.customer(customer)?;
        let iteration =
            state.iterations.iter().find(|iteration| iteration.number == number).ok_or_else(
                || Error::NotFound {
                    what: format!("customer `{customer}` has no iteration {number}"),
                    hint: format!("`landfall migration list {customer}` shows them"),
                },
            )?;
        if iteration.findings.is_empty() {
            return Ok(Vec::new());
        }
        let texts = Texts::open(&self.paths, customer)?;
        iteration
            .findings
            .iter()
            .map(|finding| {
                Ok(FindingView {
                    number: finding.number,
                    by: finding.by.to_string(),
                    text: texts.read(&finding.text)?,
                    resolution: match &finding.resolution {
                        Some(digest) => texts.read(digest)?,
                        None => None,
                    },
                })
            })
            .collect()
    }

    /// Returns the rejected rows of an iteration: file, line, field, rule and reason, never a source key or value.
    ///
    /// # Errors
    /// When there is no such iteration, or its rejected rows were destroyed.
    pub fn migration_rejected(
        &self,
        customer: &CustomerId,
        number: u32,
        limit: usize,
    ) -> Result<Vec<RejectedRow>> {
        let store = self.paths.iteration(customer, number).join("rejected.sqlite");
        if !store.is_file() {
            if let Some((time, certificate)) = destroyed_rejects(&self.customer(customer)?, number)
            {
                return Err(Error::NotFound {
                    what: format!(
                        "the rejected rows of iteration {number} of `{customer}` were destroyed on {}, certificate {}",
                        time.human(),
                        certificate.as_deref().unwrap_or("not made yet")
                    ),
                    hint: certificate.map_or_else(
                        || format!("`landfall ledger story {customer}` tells of it"),
                        |certificate| format!("`landfall document show {certificate}` shows the certificate; the QC report of the iteration keeps the counts"),
                    ),
                });
            }
            return Err(Error::NotFound {
                what: format!("iteration {number} of `{customer}` has no rejected rows here"),
                hint: format!("`landfall migration list {customer}` shows the iterations"),
            });
        }
        Ok(landfall_migration::rejected_rows(&store, limit)?
            .into_iter()
            .map(|row| RejectedRow {
                section: row.section,
                source: row.source,
                line: row.line,
                field: row.field,
                rule: row.rule,
                reason: row.reason,
            })
            .collect())
    }
}

/// Returns when the rejected rows of an iteration were destroyed, and by which certificate; none where they were not.
fn destroyed_rejects(state: &Customer, number: u32) -> Option<(Timestamp, Option<String>)> {
    let name = number.to_string();
    let rejects = state
        .materials
        .iter()
        .find(|known| known.kind == MaterialKind::Rejects && known.name == name)?;
    let time = rejects.destroyed?;
    let certificate = state.documents.values().find(|document| {
        document.kind == DocumentKind::MaterialsCertificate
            && rejects.operation.is_some_and(|run| document.about == Subject::Materials(run))
    });
    Some((time, certificate.map(|document| document.number.clone())))
}

/// Tells whether a dump is there: registered, and not destroyed since.
pub(crate) fn has_dump(state: &Customer, digest: &Digest) -> bool {
    let name = digest.to_string();
    state.materials.iter().any(|known| {
        known.kind == MaterialKind::Dump && known.name == name && known.destroyed.is_none()
    })
}

/// Returns the latest dump that a run may use: neither void nor destroyed, nor being destroyed.
fn usable_dump(state: &Customer) -> Option<&Dump> {
    state.dumps.iter().rev().find(|dump| {
        let name = dump.digest.to_string();
        !dump.superseded
            && !state.materials.iter().any(|known| {
                known.kind == MaterialKind::Dump && known.name == name && known.operation.is_some()
            })
    })
}

/// Returns the run that comes next. Where nothing fits, the rules say of what was registered last what is wrong with it.
fn next_run(state: &Customer) -> Command {
    let zero = Digest::ZERO;
    let dump = usable_dump(state).or_else(|| state.dumps.last());
    // The final run repeats what was signed off, whatever was recorded beside it.
    let signed = dump
        .filter(|dump| dump.purpose == DumpPurpose::Final)
        .and_then(|_| state.signed_iteration())
        .map(|iteration| iteration.spec);
    let spec = signed.or_else(|| state.specs.last().map(|spec| spec.digest));
    Command::StartIteration {
        dump: dump.map_or(zero, |dump| dump.digest),
        spec: spec.unwrap_or(zero),
    }
}

#[cfg(test)]
mod tests {
    use landfall_core::{
        customer::{MaterialName, Stamp, evolve},
        person::Role,
        signature::{Meaning, Signature},
        time::Timestamp,
    };

    use super::*;
    use crate::packages::no_package;

    fn customer(events: &[Event]) -> Customer {
        let stamp = Stamp { time: Timestamp::from_seconds(1_767_603_600) };
        let added =
            Event::ProspectAdded { id: "acme".parse().unwrap(), name: "Acme Clinical".to_owned() };
        let first = evolve(None, &added, stamp);
        events.iter().fold(first, |state, event| evolve(state, event, stamp)).unwrap()
    }

    fn dump(digest: Digest, purpose: DumpPurpose) -> Event {
        Event::DumpRegistered { digest, purpose, files: 1, bytes: 1 }
    }

    fn spec(digest: Digest) -> Event {
        Event::SpecRecorded { digest, catalogue: Digest::ZERO }
    }

    fn signed_off(spec: Digest, dump: Digest) -> [Event; 3] {
        let signature = Signature {
            person: "vera".parse().unwrap(),
            name: "Vera".to_owned(),
            role: Role::CustomerQuality,
            meaning: Meaning::CustomerApproval,
            time: Timestamp::from_seconds(1_767_603_600),
            digest: Digest::ZERO,
        };
        [
            Event::IterationStarted {
                number: 1,
                operation: 1,
                dump,
                spec,
                catalogue: Digest::ZERO,
                base: None,
                is_final: false,
            },
            Event::IterationRun { number: 1, package: no_package(), sections: Vec::new() },
            Event::IterationSigned { number: 1, signature, complete: true },
        ]
    }

    #[test]
    fn the_final_run_uses_the_spec_that_was_signed_off() {
        let (first, last) = (Digest::of(b"first dump"), Digest::of(b"final dump"));
        let (signed, newer) = (Digest::of(b"signed spec"), Digest::of(b"newer spec"));
        let mut events = vec![dump(first, DumpPurpose::Iteration), spec(signed)];
        events.extend(signed_off(signed, first));
        events.push(spec(newer));
        assert_eq!(
            next_run(&customer(&events)),
            Command::StartIteration { dump: first, spec: newer }
        );
        events.push(dump(last, DumpPurpose::Final));
        assert_eq!(
            next_run(&customer(&events)),
            Command::StartIteration { dump: last, spec: signed }
        );
    }

    #[test]
    fn a_destroyed_dump_is_not_used_until_it_is_provided_again() {
        let (old, new) = (Digest::of(b"old dump"), Digest::of(b"new dump"));
        let gone = || vec![MaterialName { kind: MaterialKind::Dump, name: new.to_string() }];
        let used = |events: &[Event]| usable_dump(&customer(events)).map(|dump| dump.digest);
        let mut events = vec![dump(old, DumpPurpose::Iteration), dump(new, DumpPurpose::Iteration)];
        assert_eq!(used(&events), Some(new));
        events.push(Event::MaterialsDestructionStarted { operation: 1, materials: gone() });
        assert_eq!(used(&events), Some(old));
        assert!(has_dump(&customer(&events), &new));
        events.push(Event::MaterialsDestroyed { operation: 1, materials: gone() });
        assert!(!has_dump(&customer(&events), &new));
        events.push(dump(new, DumpPurpose::Iteration));
        assert_eq!(used(&events), Some(new));
        assert!(has_dump(&customer(&events), &new));
    }
}
