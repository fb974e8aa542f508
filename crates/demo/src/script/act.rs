//! An act: a title, whether its outcome is there, and how to bring it about. And the acts that come again and again.

use landfall_core::{
    customer::{Customer, Document, DocumentKind, Environment, State as Standing},
    ids::Label,
    signature::{Meaning, Signature},
    time::Timestamp,
};
use landfall_operations::{Caller, Reporter, Request};

use super::{
    Error,
    people::{ENGINEER, QUALITY, REVIEWING_ENGINEER, Who},
    state::State,
};

type Check = Box<dyn Fn(&State) -> Result<bool, Error>>;
type Deed = Box<dyn Fn(&mut State, &mut dyn Reporter) -> Result<(), Error>>;

/// One act of the script.
pub(super) struct Act {
    title: String,
    done: Check,
    deed: Deed,
}

impl Act {
    pub(super) fn title(&self) -> &str {
        &self.title
    }

    /// Asks the installation whether the outcome is there.
    pub(super) fn is_done(&self, state: &State) -> Result<bool, Error> {
        (self.done)(state)
    }

    /// Brings the outcome about.
    pub(super) fn carry_out(
        &self,
        state: &mut State,
        reporter: &mut dyn Reporter,
    ) -> Result<(), Error> {
        (self.deed)(state, reporter)
    }
}

/// The acts of a phase, in order.
pub(super) struct Script(Vec<Act>);

impl Script {
    pub(super) fn new() -> Self {
        Self(Vec::new())
    }

    pub(super) fn acts(&self) -> &[Act] {
        &self.0
    }

    /// Adds an act whose outcome shows anywhere in the directory.
    pub(super) fn act(
        &mut self,
        title: impl Into<String>,
        done: impl Fn(&State) -> Result<bool, Error> + 'static,
        deed: impl Fn(&mut State, &mut dyn Reporter) -> Result<(), Error> + 'static,
    ) {
        self.0.push(Act { title: title.into(), done: Box::new(done), deed: Box::new(deed) });
    }

    /// Adds an act of a person whose outcome shows in the customer's state.
    pub(super) fn by(
        &mut self,
        who: Who,
        title: impl Into<String>,
        done: impl Fn(&Customer) -> bool + 'static,
        deed: impl Fn(&mut State, &Caller, &mut dyn Reporter) -> Result<(), Error> + 'static,
    ) {
        self.act(
            format!("{}: {}", who.name, title.into()),
            move |state| Ok(state.customer()?.is_some_and(|customer| done(&customer))),
            move |state, reporter| {
                let caller = state.caller(who)?;
                deed(state, &caller, reporter)
            },
        );
    }

    /// Moves the clock forward, to a time such as `2026-02-02T09:00:00Z`.
    pub(super) fn clock(&mut self, time: &'static str) {
        self.act(
            format!("the clock moves to {time}"),
            move |state| Ok(state.installation.now()? >= time.parse::<Timestamp>()?),
            move |state, _| {
                let caller = state.caller(QUALITY)?;
                Ok(state.installation.clock_move(&caller, time.parse()?)?)
            },
        );
    }

    /// Requests an environment; `label` is the name that it will get.
    pub(super) fn request(&mut self, label: Label, request: Request) {
        self.by(
            ENGINEER,
            format!("request {label}"),
            move |customer| {
                customer
                    .environment(label)
                    .is_some_and(|found| !found.plan.qualified || found.iq.is_some())
            },
            move |state, caller, _| {
                let customer = state.customer.clone();
                let made = state.installation.environment_request(caller, &customer, &request)?;
                if made.label == label {
                    Ok(())
                } else {
                    Err(Error::Astray(format!(
                        "expected `{label}` to be requested, found `{}`",
                        made.label
                    )))
                }
            },
        );
    }

    /// Builds an environment, with the documents that belong to it.
    pub(super) fn build(&mut self, label: Label) {
        self.by(
            ENGINEER,
            format!("build {label}"),
            move |customer| {
                customer.environment(label).is_some_and(|found| {
                    is_built(found)
                        && (found.plan.key.is_none()
                            || has(customer, label, DocumentKind::MaskingCertificate))
                        && (!found.plan.qualified
                            || iq(customer, label).is_some_and(|iq| iq.facts.is_some()))
                })
            },
            move |state, caller, reporter| {
                let address = state.address(label);
                state.installation.environment_build(caller, &address, reporter)?;
                Ok(())
            },
        );
    }

    /// Signs the plan of an environment's IQ: author, technical reviewer, vendor quality.
    pub(super) fn sign_plan(&mut self, label: Label) {
        for (who, meaning) in [
            (ENGINEER, Meaning::Author),
            (REVIEWING_ENGINEER, Meaning::TechnicalReview),
            (QUALITY, Meaning::PlanApproval),
        ] {
            self.sign(who, label, meaning, |document| &document.plan_signatures);
        }
    }

    /// Signs the report of an environment's IQ: executor, reviewer, vendor quality.
    pub(super) fn sign_report(&mut self, label: Label) {
        for (who, meaning) in [
            (ENGINEER, Meaning::Execution),
            (REVIEWING_ENGINEER, Meaning::ExecutionReview),
            (QUALITY, Meaning::ReportApproval),
        ] {
            self.sign(who, label, meaning, |document| &document.signatures);
        }
    }

    fn sign(
        &mut self,
        who: Who,
        label: Label,
        meaning: Meaning,
        signatures: fn(&Document) -> &Vec<Signature>,
    ) {
        self.by(
            who,
            format!("sign the IQ of {label} as {}", meaning.as_str()),
            move |customer| {
                iq(customer, label).is_some_and(|document| {
                    signatures(document).iter().any(|signature| signature.meaning == meaning)
                })
            },
            move |state, caller, _| {
                let customer = state.known_customer()?;
                let Some(document) = iq(&customer, label) else {
                    return Err(Error::Astray(format!("`{label}` has no IQ to sign")));
                };
                state.installation.document_sign(caller, &document.number, Some(meaning))?;
                Ok(())
            },
        );
    }

    /// Closes an environment that is due.
    pub(super) fn close(&mut self, label: Label) {
        self.by(
            ENGINEER,
            format!("close {label}"),
            move |customer| customer.environment(label).is_some_and(is_closed),
            move |state, caller, _| {
                let address = state.address(label);
                Ok(state.installation.environment_close(caller, &address)?)
            },
        );
    }

    /// Destroys a closed environment, with the certificate.
    pub(super) fn destroy(&mut self, label: Label) {
        self.by(
            ENGINEER,
            format!("destroy {label}"),
            move |customer| {
                customer.environment(label).is_some_and(|found| found.state == Standing::Destroyed)
                    && has(customer, label, DocumentKind::DestructionCertificate)
            },
            move |state, caller, reporter| {
                let address = state.address(label);
                state.installation.environment_destroy(caller, &address, false, reporter)?;
                Ok(())
            },
        );
    }
}

/// Tells whether an environment was built, whatever became of it.
pub(super) fn is_built(environment: &Environment) -> bool {
    match environment.state {
        Standing::Built
        | Standing::InUse
        | Standing::Closed
        | Standing::Destroying
        | Standing::Destroyed => true,
        Standing::Requested | Standing::Building => false,
    }
}

/// Tells whether an environment was closed, whatever became of it.
pub(super) fn is_closed(environment: &Environment) -> bool {
    match environment.state {
        Standing::Closed | Standing::Destroying | Standing::Destroyed => true,
        Standing::Requested | Standing::Building | Standing::Built | Standing::InUse => false,
    }
}

/// Returns the IQ of an environment.
fn iq(customer: &Customer, label: Label) -> Option<&Document> {
    customer.environment(label)?.iq.as_ref().and_then(|number| customer.documents.get(number))
}

/// Tells whether an environment has a document of a kind.
fn has(customer: &Customer, label: Label, kind: DocumentKind) -> bool {
    customer.documents_of(label).any(|document| document.kind == kind)
}
