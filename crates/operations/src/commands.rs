//! How a command becomes entries: authenticate, decide, append with its consequences, in one transaction.

use landfall_core::{
    customer::{self, BuildFailure, Command, Customer, Event, Stamp},
    entry::Actor,
    ids::{CustomerId, PersonId},
    person::Person,
    refusal::Refusal,
    time::Timestamp,
    vendor,
};
use landfall_ledger::{Head, Transaction};

use crate::{
    credentials::Checked,
    error::{Error, Result},
    fail_point,
    installation::{
        Folded, Installation, VENDOR, customer_stream, customers_of, fold_vendor, no_person, tick,
        vendor_entry, write_event,
    },
    secrets::Password,
    texts::Texts,
};

/// Who asks, and with what proof.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    /// Which of the open sessions acts; none when there is only one.
    pub person: Option<PersonId>,
    /// Why, where a rule asks for a reason.
    pub reason: Option<String>,
    /// The password, for what is signed: every signature authenticates again.
    pub password: Option<Password>,
}

/// What stands in one transaction.
enum Decided {
    Done(Vec<Event>),
    Refused(Refusal),
}

impl Installation {
    /// Returns the person whose session acts.
    pub(crate) fn acting(&mut self, caller: &Caller) -> Result<Person> {
        self.recover()?;
        let vendor = self.vendor()?;
        let now = self.now()?;
        let open = self.open_sessions(now)?;
        let id = match (&caller.person, open.as_slice()) {
            (Some(id), _) if open.contains(id) => id.clone(),
            (Some(id), _) if !vendor.people.contains_key(id) => return Err(no_person(id)),
            (Some(id), _) => {
                return Err(Error::NotSignedIn {
                    message: format!("`{id}` is not signed in, or the session is over"),
                    hint: format!("`landfall person sign-in {id}`"),
                });
            }
            (None, [only]) => only.clone(),
            (None, []) => {
                return Err(Error::NotSignedIn {
                    message: "nobody is signed in".to_owned(),
                    hint: "`landfall person sign-in PERSON`".to_owned(),
                });
            }
            (None, several) => {
                let names: Vec<_> = several.iter().map(ToString::to_string).collect();
                return Err(Error::NotSignedIn {
                    message: format!("several people are signed in here: {}", names.join(", ")),
                    hint: "choose one with `--as PERSON`".to_owned(),
                });
            }
        };
        // Whoever is locked out does not go on in a session opened before.
        if self.credentials.locked(&id)? {
            return Err(Error::Locked(id));
        }
        vendor.people.get(&id).cloned().ok_or_else(|| no_person(&id))
    }

    /// Authenticates afresh, as every signature does. Failures are recorded and limited.
    pub(crate) fn authenticate(&mut self, person: &PersonId, password: &Password) -> Result<()> {
        let (failures, locked, error) = match self.credentials.check(person, password)? {
            Checked::Right => return Ok(()),
            Checked::Locked => return Err(Error::Locked(person.clone())),
            Checked::Wrong { failures, locked } => {
                let left = vendor::FAILURES_BEFORE_LOCK.saturating_sub(failures);
                let error = if locked {
                    Error::Locked(person.clone())
                } else {
                    Error::WrongPassword { person: person.clone(), left }
                };
                (failures, locked, error)
            }
        };
        let event =
            vendor::Event::AuthenticationFailed { person: person.clone(), failures, locked };
        self.append_vendor(&event, Actor::landfall())?;
        Err(error)
    }

    /// Authenticates a signature: the session says who, the password proves it again.
    pub(crate) fn signing(&mut self, caller: &Caller) -> Result<Person> {
        let person = self.acting(caller)?;
        let password =
            caller.password.clone().ok_or_else(|| Error::PasswordMissing(person.id.clone()))?;
        self.authenticate(&person.id, &password)?;
        Ok(person)
    }

    /// Decides a command of a customer's stream and appends what it gives, with its consequences. A refusal is
    /// appended too, and returned as the error.
    pub(crate) fn command(
        &mut self,
        customer: &CustomerId,
        command: &Command,
        person: &Person,
        reason: Option<&str>,
    ) -> Result<Vec<Event>> {
        self.command_with(customer, person, reason, |_, _, _| Ok(command.clone()))
    }

    /// As [`Self::command`], for a command that depends on the state, the ledger's head and the time within the same
    /// transaction.
    pub(crate) fn command_with(
        &mut self,
        customer: &CustomerId,
        person: &Person,
        reason: Option<&str>,
        make: impl FnOnce(Option<&Customer>, Head, Timestamp) -> Result<Command>,
    ) -> Result<Vec<Event>> {
        let clock = self.clock();
        let policy = &self.policy;
        // What this process has read of the stream is not read again; what others have added since is.
        let known = self.folded.borrow().get(customer).cloned().unwrap_or_default();
        let decided = self.ledger.write(
            |last| tick(clock, last),
            |transaction| {
                let stream = customer_stream(customer);
                let mut folded = if transaction.version(&stream)? < known.version {
                    Folded::default()
                } else {
                    known
                };
                transaction.stream_stored(&stream, folded.version, |stored| folded.take(stored))?;
                let Folded { mut state, mut version } = folded;
                let now = transaction.now();
                let command = make(state.as_ref(), transaction.head(), now)?;
                let context = customer::Context { policy, now, person: Some(person), reason };
                let events = match customer::decide(state.as_ref(), &command, &context) {
                    Ok(events) => events,
                    Err(refusal) => {
                        let known = state.is_some();
                        refuse(
                            transaction,
                            known.then_some((stream, version)),
                            person,
                            command.name(),
                            &refusal,
                        )?;
                        return Ok(Decided::Refused(refusal));
                    }
                };
                // Consequences are appended with their cause: first in, first out.
                let mut queue: std::collections::VecDeque<(Event, bool)> =
                    events.into_iter().map(|event| (event, false)).collect();
                let mut appended = Vec::new();
                while let Some((event, is_consequence)) = queue.pop_front() {
                    let mut entry = write_event(
                        stream.clone(),
                        "customer.",
                        &event,
                        if is_consequence { Actor::landfall() } else { person.actor() },
                        if is_consequence { None } else { reason },
                    )?;
                    if is_consequence {
                        entry.on_behalf_of = Some(person.id.to_string());
                    }
                    let entry = transaction.append(version, entry)?;
                    version = entry.version;
                    state = customer::evolve(state, &event, Stamp { time: entry.time });
                    if let Some(state) = &state {
                        let context = customer::Context { policy, now, person: None, reason: None };
                        for consequence in customer::react(state, &event, policy) {
                            let events = customer::decide(Some(state), &consequence, &context)?;
                            queue.extend(events.into_iter().map(|event| (event, true)));
                        }
                    }
                    appended.push(event);
                }
                Ok::<_, Error>(Decided::Done(appended))
            },
        )?;
        match decided {
            Decided::Done(events) => {
                fail_point::reach(|| format!("customer/{customer} {}", boundary(&events)));
                Ok(events)
            }
            Decided::Refused(refusal) => Err(refusal.into()),
        }
    }

    /// Decides a command of the vendor's stream and appends what it gives.
    pub(crate) fn vendor_command(
        &mut self,
        command: &vendor::Command,
        person: &Person,
        reason: Option<&str>,
    ) -> Result<()> {
        let clock = self.clock();
        let moved = match command {
            vendor::Command::MoveClock { to } => Some(*to),
            vendor::Command::AddPerson { .. }
            | vendor::Command::UnlockPerson { .. }
            | vendor::Command::AdoptPolicy { .. }
            | vendor::Command::AdoptCatalogue { .. } => None,
        };
        // The entry that moves the clock bears the time it moves to, so that the rules see the time before.
        let before = self.now()?;
        let mut customers = customers_of(&self.ledger.streams()?);
        customers.retain(|id| !customer::decide::is_vendor(id));
        let refused = self.ledger.write(
            |last| moved.map_or_else(|| tick(clock, last), |to| to.max(tick(clock, last))),
            |transaction| {
                let vendor = fold_vendor(&transaction.stream(VENDOR)?)?;

                let now = if moved.is_some() { before } else { transaction.now() };
                match vendor::decide(&vendor, command, Some(person), now, &customers) {
                    Ok(events) => {
                        for event in events {
                            let version = transaction.version(VENDOR)?;
                            transaction
                                .append(version, vendor_entry(&event, person.actor(), reason)?)?;
                        }
                        Ok::<_, Error>(None)
                    }
                    Err(refusal) => Ok(Some(refusal)),
                }
            },
        )?;
        if let Some(refusal) = refused {
            let event = vendor::Event::CommandRejected {
                command: command.name().to_owned(),
                refusal: refusal.clone(),
            };
            self.append_vendor(&event, person.actor())?;
            return Err(refusal.into());
        }
        fail_point::reach(|| format!("vendor {command:?}"));
        Ok(())
    }

    pub(crate) fn append_vendor(&mut self, event: &vendor::Event, actor: Actor) -> Result<()> {
        let clock = self.clock();
        self.ledger.write(
            |last| tick(clock, last),
            |transaction| {
                let version = transaction.version(VENDOR)?;
                transaction.append(version, vendor_entry(event, actor, None)?)?;
                Ok::<_, Error>(())
            },
        )
    }

    /// Records a refusal that a use case met before there was a command to decide, and returns it as the error.
    pub(crate) fn refused(
        &mut self,
        customer: &CustomerId,
        person: &Person,
        command: &str,
        refusal: Refusal,
    ) -> Error {
        let clock = self.clock();
        let stream = customer_stream(customer);
        let written = self.ledger.write(
            |last| tick(clock, last),
            |transaction| {
                let version = transaction.version(&stream)?;
                let known = (version > 0).then(|| (stream.clone(), version));
                refuse(transaction, known, person, command, &refusal)
            },
        );
        match written {
            Ok(()) => refusal.into(),
            Err(error) => error,
        }
    }

    /// Describes an error for the ledger. Its text may speak of source data, so it is kept where it can be destroyed and
    /// the ledger holds its keyed digest.
    pub(crate) fn errored(&self, customer: &CustomerId, text: &str) -> Result<BuildFailure> {
        let digest = Texts::open(&self.paths, customer)?.keep(text)?;
        Ok(BuildFailure::Errored { message: format!("the machine's message has digest {digest}") })
    }

    /// Tells whether the person may give the command at all, before anything is read or kept for it; a refusal is
    /// recorded.
    pub(crate) fn authorise(
        &mut self,
        customer: &CustomerId,
        person: &Person,
        command: &Command,
    ) -> Result<()> {
        match customer::decide::authorised(Some(customer), command, Some(person)) {
            Ok(()) => Ok(()),
            Err(refusal) => Err(self.refused(customer, person, command.name(), refusal)),
        }
    }

    /// Asks the rules whether they would take a command, before anything is copied or written for it; a refusal is
    /// recorded.
    pub(crate) fn rehearse(
        &mut self,
        customer: &CustomerId,
        command: &Command,
        person: &Person,
        reason: Option<&str>,
    ) -> Result<()> {
        let state = self.customer(customer)?;
        let context = customer::Context {
            policy: &self.policy,
            now: self.now()?,
            person: Some(person),
            reason,
        };
        match customer::decide(Some(&state), command, &context) {
            Ok(_) => Ok(()),
            Err(refusal) => Err(self.refused(customer, person, command.name(), refusal)),
        }
    }

    /// Appends events to a stream that no rule guards: an operation's, an environment's record changes.
    pub(crate) fn append<T: serde::Serialize>(
        &mut self,
        stream: &str,
        prefix: &str,
        events: &[T],
        actor: &Actor,
        reason: Option<&str>,
    ) -> Result<()> {
        let clock = self.clock();
        self.ledger.write(
            |last| tick(clock, last),
            |transaction| {
                for event in events {
                    let entry =
                        write_event(stream.to_owned(), prefix, event, actor.clone(), reason)?;
                    let version = transaction.version(stream)?;
                    transaction.append(version, entry)?;
                }
                Ok::<_, Error>(())
            },
        )?;
        fail_point::reach(|| format!("{stream} {}", boundary(events)));
        Ok(())
    }
}

/// Names the boundary after some events: their kinds and what they are about, without counting attempts.
fn boundary<T: serde::Serialize>(events: &[T]) -> String {
    let mut names = Vec::new();
    for event in events {
        let value = serde_json::to_value(event).unwrap_or_default();
        let text =
            |pointer: &str| value.pointer(pointer).map(ToString::to_string).unwrap_or_default();
        names.push(format!(
            "{} {} {} {} {}",
            text("/kind"),
            text("/body/number"),
            text("/body/label"),
            text("/body/table"),
            text("/body/id")
        ));
    }
    names.join("; ")
}

/// Records a refusal, in the customer's stream if there is such a customer, else in the vendor's.
fn refuse(
    transaction: &mut Transaction<'_>,
    stream: Option<(String, u64)>,
    person: &Person,
    command: &str,
    refusal: &Refusal,
) -> Result<()> {
    let entry = match &stream {
        Some((stream, _)) => write_event(
            stream.clone(),
            "customer.",
            &Event::CommandRejected { command: command.to_owned(), refusal: refusal.clone() },
            person.actor(),
            None,
        )?,
        None => vendor_entry(
            &vendor::Event::CommandRejected {
                command: command.to_owned(),
                refusal: refusal.clone(),
            },
            person.actor(),
            None,
        )?,
    };
    let version = match stream {
        Some((_, version)) => version,
        None => transaction.version(VENDOR)?,
    };
    transaction.append(version, entry)?;
    Ok(())
}
