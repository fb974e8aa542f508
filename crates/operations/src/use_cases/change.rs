use landfall_core::{
    customer::{ChangeRequest, Command, Event},
    digest::Digest,
    environment::Role,
    ids::CustomerId,
    person::Person,
    time::Timestamp,
};
use serde::Serialize;
use serde_json::Value;

use super::{
    SignatureView,
    environment::environment,
    record::{Changed, Note, Proposal},
    study::Target,
};
use crate::{Caller, Installation, Result, error::Error, texts::Texts};

/// A change of a controlled environment as a list shows it.
#[derive(Debug, Clone, Serialize)]
pub struct ChangeView {
    /// Its number: `ACME-ECR-001`.
    pub number: String,
    /// The instance: `acme/prod/main`.
    pub address: String,
    /// The table.
    pub table: String,
    /// What shall be done: added, set, archived.
    pub verb: String,
    /// The record, for a change of one that exists; kept where it can be destroyed.
    pub key: Option<String>,
    /// Columns and values, while they are kept.
    pub values: Vec<(String, String)>,
    /// The printed name of who asked for it.
    pub by: String,
    /// When.
    pub requested: Timestamp,
    /// Why.
    pub reason: String,
    /// How far it has come: requested, approved, rejected, made.
    pub state: String,
    /// The decision of vendor quality.
    pub decision: Option<SignatureView>,
    /// The reason of a rejection.
    pub rejection: Option<String>,
}

impl Installation {
    /// Asks for a change; its values stay in the destroyable store.
    pub(super) fn request_change(
        &mut self,
        customer: &CustomerId,
        person: &Person,
        caller: &Caller,
        proposal: &Proposal,
        command: impl FnOnce(Digest) -> Command,
    ) -> Result<Changed> {
        let text = serde_json::to_string(proposal)
            .map_err(|error| Error::Broken(format!("a change cannot be written: {error}")))?;
        let content = Texts::open(&self.paths, customer)?.keep(&text)?;
        let command = command(content);
        let events = self.command(customer, &command, person, caller.reason.as_deref())?;
        let number = events.iter().find_map(|event| match event {
            Event::ChangeRequested { number, .. } => Some(*number),
            _ => None,
        });
        let state = self.customer(customer)?;
        number
            .and_then(|number| state.changes.iter().find(|change| change.number == number))
            .map(|change| Changed::Requested { number: change.name(customer) })
            .ok_or_else(|| Error::Broken("the change has no number".to_owned()))
    }

    /// Lists the changes of a customer's controlled environments.
    ///
    /// # Errors
    /// When there is no such customer.
    pub fn record_changes(&self, customer: &CustomerId) -> Result<Vec<ChangeView>> {
        let state = self.customer(customer)?;
        let people = self.vendor()?.people;
        state
            .changes
            .iter()
            .map(|change| {
                let proposal = self.proposal(customer, &change.content)?;
                let (key, values) = match proposal {
                    Some(Proposal::Add { values, .. }) => (None, values),
                    Some(Proposal::Set { key, values, .. }) => (Some(key), values),
                    Some(Proposal::Archive { key, .. }) => (Some(key), Vec::new()),
                    Some(Proposal::Design(design)) => (Some(design.key()), design.values()),
                    None => (None, Vec::new()),
                };
                Ok(ChangeView {
                    number: change.name(customer),
                    address: format!("{customer}/{}/{}", change.label, change.role),
                    table: change.table.clone(),
                    verb: change.verb.clone(),
                    key,
                    values,
                    by: people
                        .get(&change.by)
                        .map_or_else(|| change.by.to_string(), |person| person.name.clone()),
                    requested: change.requested,
                    reason: change.reason.clone(),
                    state: word(change).to_owned(),
                    decision: change.decision.as_ref().map(|(signature, _, _)| SignatureView {
                        name: signature.name.clone(),
                        role: signature.role.title().to_owned(),
                        meaning: signature.meaning.statement().to_owned(),
                        time: signature.time,
                        valid: signature.digest == change.content,
                    }),
                    rejection: change.decision.as_ref().and_then(|(_, _, why)| why.clone()),
                })
            })
            .collect()
    }

    /// Approves a change with the signature of vendor quality and makes it, or continues after a crash.
    ///
    /// # Errors
    /// When a rule or the password says no, or the change cannot be made any more.
    pub fn record_approve(&mut self, caller: &Caller, number: &str) -> Result<()> {
        let person = self.signing(caller)?;
        let (customer, change) = self.find_change(number)?;
        let number = change.number;
        let waits = is_approved(&change) && !change.applied;
        let command = if waits {
            Command::CompleteChange { number }
        } else {
            Command::ApproveChange { number }
        };
        self.authorise(&customer, &person, &command)?;
        self.while_held(&customer, change.label, |held| {
            if !waits {
                held.still_possible(&customer, &change)?;
                held.command(&customer, &command, &person, caller.reason.as_deref())?;
            }
            held.make_change(&customer, number, &person)
        })
    }

    /// Checks that a change that nobody has decided on could be made now: what cannot be made any more is not approved.
    fn still_possible(&self, customer: &CustomerId, change: &ChangeRequest) -> Result<()> {
        let path = self.paths.instance(customer, change.label, change.role);
        if change.decision.is_none()
            && path.is_file()
            && let Some(proposal) = self.proposal(customer, &change.content)?
        {
            let state = self.customer(customer)?;
            let target = environment(&state, change.label)?;
            let main = self.paths.instance(customer, change.label, Role::Main);
            proposal.rehearse(&Target {
                path: &path,
                main: &main,
                catalogue: self.catalogue(&target.plan.release.release)?,
                qualified: target.plan.qualified,
            })?;
        }
        Ok(())
    }

    /// Rejects a change, with signature and reason.
    ///
    /// # Errors
    /// When a rule or the password says no.
    pub fn record_reject(&mut self, caller: &Caller, number: &str) -> Result<()> {
        let person = self.signing(caller)?;
        let (customer, change) = self.find_change(number)?;
        let command = Command::RejectChange { number: change.number };
        self.authorise(&customer, &person, &command)?;
        self.while_held(&customer, change.label, |held| {
            // A crash may have come after the change and before its entry: what was made is not rejected any more.
            if is_approved(&change) && !change.applied {
                held.settle_held(&customer, change.label)?;
                if held.is_made(&customer, &change)? {
                    let made = Command::CompleteChange { number: change.number };
                    held.command(&customer, &made, &person, None)?;
                }
            }
            held.command(&customer, &command, &person, caller.reason.as_deref())?;
            Ok(())
        })
    }

    /// Tells whether the ledger knows that a change was made.
    fn is_made(&self, customer: &CustomerId, change: &ChangeRequest) -> Result<bool> {
        let stream = format!("records/{customer}/{}", change.label);
        Ok(self.ledger.stream(&stream)?.iter().any(|entry| {
            entry.body.get("change-request").and_then(Value::as_u64)
                == Some(u64::from(change.number))
        }))
    }

    /// Makes an approved change exactly once, for whoever holds the environment: a crash may have come after the change
    /// and before its entry, and another process may have made it.
    fn make_change(&mut self, customer: &CustomerId, number: u32, person: &Person) -> Result<()> {
        let state = self.customer(customer)?;
        let change = state
            .changes
            .iter()
            .find(|change| change.number == number)
            .ok_or_else(|| Error::Broken(format!("there is no change {number}")))?;
        if change.applied {
            return Ok(());
        }
        let command = Command::CompleteChange { number };
        self.settle_held(customer, change.label)?;
        if !self.is_made(customer, change)? {
            // The environment may not be in use any more.
            self.rehearse(customer, &command, person, None)?;
            let proposal =
                self.proposal(customer, &change.content)?.ok_or_else(|| Error::NotFound {
                    what: format!(
                        "what change {} would write is not kept any more",
                        change.name(customer)
                    ),
                    hint: "reject it and ask for it again".to_owned(),
                })?;
            let target = environment(&state, change.label)?;
            let path = self.paths.instance(customer, change.label, change.role);
            let note = Note {
                verb: change.verb.clone(),
                table: change.table.clone(),
                person: change.by.clone(),
                reason: Some(change.reason.clone()),
                change_request: Some(change.number),
            };
            let main = self.paths.instance(customer, change.label, Role::Main);
            let target = Target {
                path: &path,
                main: &main,
                catalogue: self.catalogue(&target.plan.release.release)?,
                qualified: target.plan.qualified,
            };
            proposal.make(&target, &note)?;
            self.settle_held(customer, change.label)?;
        }
        self.command(customer, &command, person, None)?;
        Ok(())
    }

    fn proposal(&self, customer: &CustomerId, content: &Digest) -> Result<Option<Proposal>> {
        let text = Texts::open(&self.paths, customer)?.read(content)?;
        text.map(|text| {
            serde_json::from_str(&text)
                .map_err(|error| Error::Broken(format!("a change cannot be read: {error}")))
        })
        .transpose()
    }

    /// Finds a change by its number, which begins with the customer's identity.
    fn find_change(&self, number: &str) -> Result<(CustomerId, ChangeRequest)> {
        for customer in self.customers()? {
            let state = self.customer(&customer)?;
            if let Some(change) =
                state.changes.iter().find(|change| change.name(&customer) == number)
            {
                return Ok((customer, change.clone()));
            }
        }
        Err(Error::NotFound {
            what: format!("there is no change `{}`", number.chars().take(60).collect::<String>()),
            hint: "`landfall record changes CUSTOMER` shows them".to_owned(),
        })
    }
}

fn is_approved(change: &ChangeRequest) -> bool {
    matches!(change.decision, Some((_, true, _)))
}

fn word(change: &ChangeRequest) -> &'static str {
    match (&change.decision, change.applied) {
        (None, _) => "requested",
        (Some((_, false, _)), _) => "rejected",
        (Some((_, true, _)), false) => "approved",
        (Some((_, true, _)), true) => "made",
    }
}
