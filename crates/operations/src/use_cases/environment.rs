use std::path::PathBuf;

use landfall_core::{
    customer::{
        self, BuildFailure, Command, Customer, Deviation, DocumentKind, Environment, Event,
        FailedTest, InstanceFacts, IterationState, State, Subject,
    },
    environment::{Kind, Role},
    ids::{Address, CustomerId, Label, Release},
    operation::{Outcome, Task, TestResult},
    person::Person,
    plan::{Content, Purpose},
    refusal::{self, Refusal},
    time::Timestamp,
};

use crate::{
    Caller, Installation, Reporter, Result, Silent,
    error::Error,
    files,
    installation::customer_stream,
    operation::Held,
    steps::{self, Build},
};

/// Where the content of a new environment comes from, where the customer may choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// Nothing but the product's own defaults.
    Empty,
    /// The vendor's demonstration set.
    DemoSet,
    /// The customer's Demo.
    Demo,
    /// The vendor's own Demo.
    VendorDemo,
}

/// What is requested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Of which kind.
    pub kind: Kind,
    /// Formal or informal, for VAL.
    pub purpose: Option<Purpose>,
    /// Where the content comes from; none for the only, or usual, way of the kind.
    pub from: Option<From>,
    /// Which release; none for the newest.
    pub release: Option<Release>,
}

/// What a request gives back.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Requested {
    /// The environment's name.
    pub label: Label,
    /// The number of its IQ, where it gets one.
    pub document: Option<String>,
}

/// What a build gives back.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Built {
    /// The environment's name.
    pub label: Label,
    /// Its instances.
    pub instances: Vec<InstanceFacts>,
    /// The documents that the build made.
    pub documents: Vec<String>,
}

/// What a destruction gives back.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Destroyed {
    /// The number of the certificate.
    pub document: String,
}

impl Installation {
    /// Requests an environment. A qualified one gets the plan of its IQ at once.
    ///
    /// # Errors
    /// When a rule says no.
    pub fn environment_request(
        &mut self,
        caller: &Caller,
        customer: &CustomerId,
        request: &Request,
    ) -> Result<Requested> {
        let person = self.acting(caller)?;
        if customer::decide::is_vendor(customer)
            && self.ledger.stream(&customer_stream(customer))?.is_empty()
        {
            // The vendor owns environments from its first request on.
            self.command(customer, &Command::EstablishVendor, &person, None)?;
        }
        let state = self.customer(customer)?;
        let release = match &request.release {
            Some(release) => release.clone(),
            None => self.usual_release(&state, request)?,
        };
        let facts = self.release_facts(self.catalogue(&release)?)?;
        let asked = Command::RequestEnvironment {
            kind: request.kind,
            purpose: request.purpose,
            content: Content::Empty,
            release: facts.clone(),
        };
        self.authorise(customer, &person, &asked)?;
        // A crash may have come after the request and before the plan of its IQ: the same request continues.
        let unfinished = state
            .of_kind(request.kind)
            .find(|target| {
                target.purpose == request.purpose
                    && missing_document(&state, target) == Some((DocumentKind::Iq, true))
            })
            .map(|target| target.label);
        if let Some(label) = unfinished {
            let documents = self.complete_documents(customer, label, &person)?;
            return Ok(Requested { label, document: documents.first().cloned() });
        }
        let content = match self.content(caller, &state, request)? {
            Ok(content) => content,
            Err(refusal) => {
                return Err(self.refused(customer, &person, "request-environment", *refusal));
            }
        };
        let command = Command::RequestEnvironment {
            kind: request.kind,
            purpose: request.purpose,
            content,
            release: facts,
        };
        let events = self.command(customer, &command, &person, caller.reason.as_deref())?;
        let label = events
            .iter()
            .find_map(|event| match event {
                Event::EnvironmentRequested { plan, .. } => Some(plan.label),
                _ => None,
            })
            .ok_or_else(|| Error::Broken("the request made no environment".to_owned()))?;
        let documents = self.complete_documents(customer, label, &person)?;
        Ok(Requested { label, document: documents.first().cloned() })
    }

    /// Returns the release that a request means which names none: that of the migration output it is made from, else the
    /// newest.
    fn usual_release(&self, state: &Customer, request: &Request) -> Result<Release> {
        let output = match request.kind {
            Kind::Prod => state.final_iteration(),
            Kind::Val if request.purpose == Some(Purpose::Formal) => state.signed_iteration(),
            Kind::Val | Kind::Migration => {
                state.iterations.iter().rev().find(|iteration| match iteration.state {
                    IterationState::Published | IterationState::Signed => true,
                    IterationState::Running | IterationState::Run | IterationState::Stopped => {
                        false
                    }
                })
            }
            Kind::Demo | Kind::Sandbox | Kind::Preprod | Kind::CommunityDev => None,
        };
        let declared = output.map(|iteration| iteration.catalogue);
        let known = self.catalogues.iter().find(|(_, known)| Some(known.digest()) == declared);
        known.map_or_else(|| self.newest_release(), |(release, _)| Ok(release.clone()))
    }

    /// Finds the vendor's own Demo.
    fn vendor_demo(&self) -> Result<Content> {
        let owner: CustomerId = customer::decide::VENDOR
            .parse()
            .map_err(|_| Error::Broken("the vendor has no identity".to_owned()))?;
        let of = Label::single(Kind::Demo);
        let there = self.customer(&owner).ok().is_some_and(|state| {
            state.environment(of).is_some_and(|demo| demo.state.has_content())
        });
        if there {
            return Ok(Content::VendorDemo { owner, of });
        }
        Err(Error::NotFound {
            what: "the vendor has no Demo of its own to clone".to_owned(),
            hint: format!("make one: `landfall environment request {owner} demo`, then build it"),
        })
    }

    /// Finds the content that the request means: packages are looked up, VAL's configuration is extracted.
    fn content(
        &mut self,
        caller: &Caller,
        state: &Customer,
        request: &Request,
    ) -> Result<std::result::Result<Content, Box<Refusal>>> {
        let nothing_chosen = |content: Content| match request.from {
            None => Ok(content),
            Some(_) => Err(Box::new(refusal::CONTENT.because(
                format!("the content of {} is not chosen with `--from`", request.kind.title()),
                "leave `--from` away",
            ))),
        };
        Ok(match request.kind {
            Kind::Demo | Kind::CommunityDev => Ok(match request.from {
                None | Some(From::DemoSet) => Content::DemoSet,
                Some(From::Empty) => Content::Empty,
                Some(From::Demo) => Content::Clone { of: Label::single(Kind::Demo) },
                Some(From::VendorDemo) => self.vendor_demo()?,
            }),
            Kind::Sandbox | Kind::Preprod => Ok(match request.from {
                None | Some(From::Empty) => Content::Empty,
                Some(From::DemoSet) => Content::DemoSet,
                Some(From::Demo) => Content::Clone { of: Label::single(Kind::Demo) },
                Some(From::VendorDemo) => self.vendor_demo()?,
            }),
            Kind::Migration => {
                let latest = state
                    .iterations
                    .iter()
                    .rev()
                    .find(|iteration| iteration.state == IterationState::Published)
                    .and_then(|iteration| {
                        iteration.package.clone().map(|package| (iteration.number, package))
                    });
                match latest {
                    Some((number, migration)) => {
                        nothing_chosen(Content::Iteration { number, migration })
                    }
                    None => Err(Box::new(refusal::NOT_YET
                        .because(
                            format!("a Migration environment of `{}` cannot be requested: no iteration of the migration is published", state.id),
                            format!("`landfall migration publish {} NUMBER`", state.id),
                        ))),
                }
            }
            Kind::Val | Kind::Prod => {
                let configuration = self.configuration(caller, state, request.kind)?;
                let migration = match (request.kind, request.purpose) {
                    (Kind::Prod, _) => state.final_iteration(),
                    (_, Some(Purpose::Informal)) => {
                        state.iterations.iter().rev().find(|iteration| match iteration.state {
                            IterationState::Published | IterationState::Signed => true,
                            IterationState::Running
                            | IterationState::Run
                            | IterationState::Stopped => false,
                        })
                    }
                    (_, Some(Purpose::Formal) | None) => state.signed_iteration(),
                }
                .and_then(|iteration| iteration.package.clone());
                match (configuration, migration) {
                    (Some(configuration), migration) => {
                        nothing_chosen(Content::Composition { configuration, migration })
                    }
                    (None, _) => Err(Box::new(refusal::SOURCE_NOT_AGREED
                        .because(
                            format!("{} of `{}` cannot be requested: its configuration was not extracted from an agreed source", request.kind.title(), state.id),
                            format!("`landfall configuration choose {0} --for {1} --source LABEL`, by customer quality, then `landfall configuration extract {0} --for {1}`", state.id, request.kind),
                        ))),
                }
            }
        })
    }

    /// Returns the configuration package for VAL or PROD. VAL's is extracted anew for every request, because its source
    /// changes freely; PROD's is the one of go-live step 2.
    fn configuration(
        &mut self,
        caller: &Caller,
        state: &Customer,
        target: Kind,
    ) -> Result<Option<landfall_core::plan::PackageFacts>> {
        if state.agreed(target).is_none() {
            return Ok(None);
        }
        if target == Kind::Val {
            self.configuration_extract(caller, &state.id, target, &mut Silent)?;
        }
        let state = self.customer(&state.id)?;
        Ok(state.extraction(target).map(|known| known.package.clone()))
    }

    /// Builds a requested environment, or continues after a crash. Nothing of it is visible before every check passed.
    ///
    /// # Errors
    /// When a rule or a check says no, or the machine breaks.
    pub fn environment_build(
        &mut self,
        caller: &Caller,
        address: &Address,
        reporter: &mut dyn Reporter,
    ) -> Result<Built> {
        let person = self.acting(caller)?;
        let (customer, label) = (&address.customer, address.label);
        let state = self.customer(customer)?;
        let command = Command::StartBuild { label };
        self.authorise(customer, &person, &command)?;
        let target = environment(&state, label)?;
        if target.state == State::Building
            && let Some(number) = target.operation
        {
            self.stop_what_failed(customer, label, number, &person)?;
        }
        match target.state {
            // Whoever continues a build carries it out as well, and must be one who may.
            State::Requested
            | State::Building
            | State::Closed
            | State::Destroying
            | State::Destroyed => {
                self.command(customer, &command, &person, caller.reason.as_deref())?;
            }
            State::Built | State::InUse => {
                // A crash may have come after the last step and before the documents.
                let missing = self.complete_documents(customer, label, &person)?;
                if missing.is_empty() {
                    self.command(customer, &command, &person, None)?;
                }
                let state = self.customer(customer)?;
                let instances = environment(&state, label)?.instances.clone();
                return Ok(Built { label, instances, documents: missing });
            }
        }
        self.build(customer, label, &person, reporter)?;
        let documents = self.complete_documents(customer, label, &person)?;
        let state = self.customer(customer)?;
        let instances = environment(&state, label)?.instances.clone();
        Ok(Built { label, instances, documents })
    }

    fn build(
        &mut self,
        customer: &CustomerId,
        label: Label,
        person: &Person,
        reporter: &mut dyn Reporter,
    ) -> Result<()> {
        let state = self.customer(customer)?;
        let target = environment(&state, label)?;
        let plan = target.plan.clone();
        if let Content::VendorDemo { owner, of } = &plan.content {
            self.settle_records(owner, *of)?;
        }
        if let Content::Clone { of } = &plan.content {
            self.settle_records(customer, *of)?;
        }
        let number = target
            .operation
            .ok_or_else(|| Error::Broken(format!("`{label}` is building without an operation")))?;
        let held = self.hold(customer, number, &Task::Build { label }, person)?;
        reporter.operation(
            &format!("building {customer}/{label}, operation {number}, attempt {}", held.attempt),
            plan.steps.len(),
        );
        let folder = self.paths.environment(customer, label);
        // A crash between the last rename and its entry leaves a whole environment: it is made again all the same, so
        // that what the ledger says of its tests was found in what is there.
        files::remove(&folder)?;
        let aside = files::aside(&folder);
        files::remove(&aside)?;
        files::folder(&aside)?;
        let mut build = Build::new(&plan, aside.clone(), held.work.clone());
        for (index, step) in plan.steps.iter().enumerate() {
            let title = step.title();
            reporter.step(index + 1, &title);
            let outcome = match steps::carry_out(self, &mut build, step, reporter) {
                Ok(outcome) => outcome,
                Err(error) => {
                    files::remove(&aside)?;
                    let failure = self.errored(customer, &error.to_string())?;
                    self.end(&held, Outcome::Errored, person)?;
                    let command = Command::StopBuild { label, failure, tests: Vec::new() };
                    self.command(customer, &command, person, None)?;
                    held.release()?;
                    return Err(error);
                }
            };
            let failed = failed_checks(&plan, &outcome.tests);
            self.step_done(&held, index + 1, &title, &outcome, person, reporter)?;
            if !failed.is_empty() {
                files::remove(&aside)?;
                return Err(self.stop_failed(held, label, failed, false, person)?);
            }
        }
        let instances = build.instances(self)?;
        self.end(&held, Outcome::Completed, person)?;
        self.command(customer, &Command::CompleteBuild { label, instances }, person, None)?;
        held.release()
    }

    /// Ends a build in which a check said no, where a crash came before the lifecycle knew it: what failed once is not
    /// forgotten by building again.
    fn stop_what_failed(
        &mut self,
        customer: &CustomerId,
        label: Label,
        number: u32,
        person: &Person,
    ) -> Result<()> {
        let (held, view) = self.hold_again(customer, number)?;
        // The process that had it may have ended it since.
        let state = self.customer(customer)?;
        let target = environment(&state, label)?;
        let failed: Vec<FailedTest> = view
            .steps
            .iter()
            .filter(|step| step.attempt == view.attempts)
            .flat_map(|step| failed_checks(&target.plan, &step.tests))
            .collect();
        let is_building = target.state == State::Building && target.operation == Some(number);
        if failed.is_empty() || !is_building {
            return held.release();
        }
        files::remove(&files::aside(&self.paths.environment(customer, label)))?;
        Err(self.stop_failed(held, label, failed, view.outcome.is_some(), person)?)
    }

    /// Records that checks stopped a build; returns the error that says which.
    fn stop_failed(
        &mut self,
        held: Held,
        label: Label,
        tests: Vec<FailedTest>,
        is_ended: bool,
        person: &Person,
    ) -> Result<Error> {
        let checks: Vec<String> = tests.iter().map(in_words).collect();
        let failure = BuildFailure::Failed {
            checks: u32::try_from(tests.len()).unwrap_or(u32::MAX),
            first: checks.first().cloned().unwrap_or_default(),
        };
        if !is_ended {
            self.end(&held, Outcome::Failed, person)?;
        }
        let customer = held.customer.clone();
        let command = Command::StopBuild { label, failure, tests };
        self.command(&customer, &command, person, None)?;
        held.release()?;
        Ok(Error::Checks { address: format!("{customer}/{label}"), checks })
    }

    /// Makes the documents that an environment should have by now and does not.
    pub(crate) fn complete_documents(
        &mut self,
        customer: &CustomerId,
        label: Label,
        person: &Person,
    ) -> Result<Vec<String>> {
        let mut made = Vec::new();
        loop {
            let state = self.customer(customer)?;
            let target = environment(&state, label)?;
            let Some((kind, is_plan)) = missing_document(&state, target) else {
                self.render_missing(customer)?;
                return Ok(made);
            };
            let about = Subject::Environment(label);
            made.push(self.freeze(customer, about, kind, is_plan, person)?);
        }
    }

    /// Accepts a VAL for the customer.
    ///
    /// # Errors
    /// When a rule or the password says no.
    pub fn environment_accept(&mut self, caller: &Caller, address: &Address) -> Result<()> {
        let person = self.signing(caller)?;
        let command = Command::AcceptEnvironment { label: address.label };
        self.command(&address.customer, &command, &person, caller.reason.as_deref())?;
        self.render_missing(&address.customer)
    }

    /// Signs, for customer quality, that validation is completed in this VAL.
    ///
    /// # Errors
    /// When a rule or the password says no.
    pub fn environment_validate(&mut self, caller: &Caller, address: &Address) -> Result<()> {
        let person = self.signing(caller)?;
        let command = Command::CompleteValidation { label: address.label };
        self.command(&address.customer, &command, &person, caller.reason.as_deref())?;
        Ok(())
    }

    /// Rejects a VAL for the customer, with signature and reason: it is not accepted, or its validation failed.
    ///
    /// # Errors
    /// When a rule or the password says no.
    pub fn environment_reject(&mut self, caller: &Caller, address: &Address) -> Result<()> {
        let person = self.signing(caller)?;
        let command = Command::RejectEnvironment { label: address.label };
        self.command(&address.customer, &command, &person, caller.reason.as_deref())?;
        Ok(())
    }

    /// Plans an environment of the vendor's sample data anew, on the newest release; a build makes it.
    ///
    /// # Errors
    /// When a rule says no.
    pub fn environment_reset(&mut self, caller: &Caller, address: &Address) -> Result<Requested> {
        let release = self.release_facts(self.catalogue(&self.newest_release()?)?)?;
        let command = Command::ResetEnvironment { label: address.label, release };
        self.end_use(caller, address, &command)?;
        Ok(Requested { label: address.label, document: None })
    }

    /// Lends a Demo to the prospect, or for longer; returns until when.
    ///
    /// # Errors
    /// When a rule says no.
    pub fn environment_lend(
        &mut self,
        caller: &Caller,
        address: &Address,
        days: u32,
    ) -> Result<Timestamp> {
        let person = self.acting(caller)?;
        let command = Command::LendDemo { label: address.label, days };
        let events =
            self.command(&address.customer, &command, &person, caller.reason.as_deref())?;
        events
            .iter()
            .find_map(|event| match event {
                Event::DemoLent { until, .. } => Some(*until),
                _ => None,
            })
            .ok_or_else(|| Error::Broken("the loan has no end".to_owned()))
    }

    /// Ends a Demo's loan when its time is over.
    ///
    /// # Errors
    /// When a rule says no.
    pub fn environment_expire(&mut self, caller: &Caller, address: &Address) -> Result<()> {
        self.end_use(caller, address, &Command::ExpireDemo { label: address.label })
    }

    /// Ends the use of an environment: no record changes while it is done, and the ledger holds every change before.
    fn end_use(&mut self, caller: &Caller, address: &Address, command: &Command) -> Result<()> {
        let person = self.acting(caller)?;
        let (customer, label) = (&address.customer, address.label);
        self.customer(customer)?;
        self.authorise(customer, &person, command)?;
        self.while_held(customer, label, |held| {
            held.settle_held(customer, label)?;
            held.command(customer, command, &person, caller.reason.as_deref())?;
            Ok(())
        })
    }

    /// Closes an environment: nobody can enter, the content is intact.
    ///
    /// # Errors
    /// When a rule says no.
    pub fn environment_close(&mut self, caller: &Caller, address: &Address) -> Result<()> {
        let (customer, label) = (&address.customer, address.label);
        self.end_use(caller, address, &Command::CloseEnvironment { label })?;
        // What was given up before it was built may have been the last to use its masking key.
        let state = self.customer(customer)?;
        let given_up = environment(&state, label)?.state == State::Destroyed;
        if given_up {
            // What was to be made anew still has the instances it was.
            files::remove(&self.paths.environment(customer, label))?;
        }
        if given_up && let Some(key) = customer::decide::last_use_of_key(&state, label) {
            steps::destroy_key(self, customer, &key)?;
        }
        Ok(())
    }

    /// Holds an environment, whatever falls due.
    ///
    /// # Errors
    /// When a rule says no.
    pub fn environment_hold(&mut self, caller: &Caller, address: &Address) -> Result<()> {
        self.simple(caller, address, Command::HoldEnvironment { label: address.label })
    }

    /// Lifts a hold.
    ///
    /// # Errors
    /// When a rule says no.
    pub fn environment_release(&mut self, caller: &Caller, address: &Address) -> Result<()> {
        self.simple(caller, address, Command::ReleaseEnvironment { label: address.label })
    }

    fn simple(&mut self, caller: &Caller, address: &Address, command: Command) -> Result<()> {
        let person = self.acting(caller)?;
        self.command(&address.customer, &command, &person, caller.reason.as_deref())?;
        Ok(())
    }

    /// Destroys a closed environment, or continues after a crash, and makes the certificate. `early` is for vendor
    /// quality, before it is due, with password and reason.
    ///
    /// # Errors
    /// When a rule says no, or the machine breaks.
    pub fn environment_destroy(
        &mut self,
        caller: &Caller,
        address: &Address,
        early: bool,
        reporter: &mut dyn Reporter,
    ) -> Result<Destroyed> {
        let person = if early { self.signing(caller)? } else { self.acting(caller)? };
        let (customer, label) = (&address.customer, address.label);
        let state = self.customer(customer)?;
        let before = environment(&state, label)?.state;
        if before == State::Destroying || before == State::Destroyed {
            let command = Command::CompleteDestruction { label, at: self.now()? };
            self.authorise(customer, &person, &command)?;
        } else {
            let command = Command::StartDestruction { label, early };
            self.command(customer, &command, &person, caller.reason.as_deref())?;
        }
        if before != State::Destroyed {
            self.destroy(customer, label, &person, reporter)?;
        }
        let made = self.complete_documents(customer, label, &person)?;
        match made.into_iter().next() {
            Some(document) => Ok(Destroyed { document }),
            None => {
                self.command(customer, &Command::StartDestruction { label, early }, &person, None)?;
                Err(Error::Broken(format!("`{customer}/{label}` was destroyed twice")))
            }
        }
    }

    fn destroy(
        &mut self,
        customer: &CustomerId,
        label: Label,
        person: &Person,
        reporter: &mut dyn Reporter,
    ) -> Result<()> {
        let state = self.customer(customer)?;
        let target = environment(&state, label)?;
        let number = target
            .destruction
            .ok_or_else(|| Error::Broken(format!("`{label}` is destroyed without an operation")))?;
        let held = self.hold(customer, number, &Task::Destroy { label }, person)?;
        let key = customer::decide::last_use_of_key(&state, label);
        let count = if key.is_some() { 2 } else { 1 };
        reporter.operation(&format!("destroying {customer}/{label}, operation {number}"), count);
        let title = "remove the instances";
        reporter.step(1, title);
        let removed = steps::remove_instances(self, target, customer)?;
        self.step_done(&held, 1, title, &removed, person, reporter)?;
        if let Some(key) = &key {
            let title = "destroy the masking key";
            reporter.step(2, title);
            let outcome = steps::destroy_key(self, customer, key)?;
            self.step_done(&held, 2, title, &outcome, person, reporter)?;
        }
        self.end(&held, Outcome::Completed, person)?;
        let at = self.now()?;
        self.command(customer, &Command::CompleteDestruction { label, at }, person, None)?;
        held.release()
    }

    /// Returns the file of an instance; Main where the address names no role.
    ///
    /// # Errors
    /// When there is no such instance now.
    pub fn instance_path(&self, address: &Address) -> Result<PathBuf> {
        let state = self.customer(&address.customer)?;
        let target = environment(&state, address.label)?;
        let role = address.role.unwrap_or(Role::Main);
        if !target.state.has_content() || !target.plan.instances.contains(&role) {
            return Err(Error::NotFound {
                what: format!(
                    "`{}/{}` has no {} instance now: it is {}",
                    address.customer,
                    address.label,
                    role.title(),
                    target.state.as_str()
                ),
                hint: format!(
                    "`landfall customer show {}` shows its environments",
                    address.customer
                ),
            });
        }
        Ok(self.paths.instance(&address.customer, address.label, role))
    }
}

/// Finds an environment of a customer.
pub(crate) fn environment(state: &Customer, label: Label) -> Result<&Environment> {
    state.environment(label).ok_or_else(|| Error::NotFound {
        what: format!("customer `{}` has no environment `{label}`", state.id),
        hint: format!("`landfall environment list {}` shows its environments", state.id),
    })
}

/// Returns the checks of a step that failed.
fn failed_checks(plan: &landfall_core::plan::Plan, tests: &[TestResult]) -> Vec<FailedTest> {
    tests
        .iter()
        .filter(|result| !result.passed)
        .map(|result| FailedTest {
            id: result.id.clone(),
            expected: plan
                .tests
                .iter()
                .find(|test| test.id == result.id)
                .map_or_else(String::new, |test| test.expected.clone()),
            actual: result.actual.clone(),
        })
        .collect()
}

fn in_words(test: &FailedTest) -> String {
    format!("{}: expected {}; found {}", test.id, test.expected, test.actual)
}

/// Returns the document that an environment should have by now and does not.
fn missing_document(state: &Customer, target: &Environment) -> Option<(DocumentKind, bool)> {
    let has =
        |kind: DocumentKind| state.documents_of(target.label).any(|document| document.kind == kind);
    let iq = target.iq.as_ref().and_then(|number| state.documents.get(number));
    match target.state {
        State::Requested if target.plan.qualified && iq.is_none() => Some((DocumentKind::Iq, true)),
        State::Requested | State::Building | State::Closed | State::Destroying => None,
        State::Built | State::InUse => {
            if target.plan.key.is_some() && !has(DocumentKind::MaskingCertificate) {
                Some((DocumentKind::MaskingCertificate, false))
            } else if target.state == State::Built
                && target.plan.qualified
                && !state.deviations_of(target.label).any(Deviation::is_open)
                && iq.is_some_and(|document| document.facts.is_none())
            {
                Some((DocumentKind::Iq, false))
            } else {
                None
            }
        }
        // What was given up before it was built left nothing to certify.
        State::Destroyed
            if !has(DocumentKind::DestructionCertificate) && !target.instances.is_empty() =>
        {
            Some((DocumentKind::DestructionCertificate, false))
        }
        State::Destroyed => None,
    }
}
