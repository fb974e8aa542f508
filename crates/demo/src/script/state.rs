//! What the acts have at hand.

use std::{
    io,
    path::{Path, PathBuf},
};

use landfall_core::{
    customer::Customer,
    environment::Role,
    ids::{Address, CustomerId, Label, PersonId},
};
use landfall_operations::{Caller, Installation, Password};

use super::{Error, people::Who};
use crate::sample::{self, Edition, Form, Sample};

/// The folder of the generated passwords, within the data directory.
pub(super) const PASSWORDS: &str = "demonstration-passwords";

/// The folder of the customer's source, within the data directory.
const SOURCE: &str = "demonstration-source";

/// The identity of the demonstration customer.
const CUSTOMER: &str = "acme";

/// The opened directory and what the script was begun with.
#[derive(Debug)]
pub(super) struct State {
    pub(super) installation: Installation,
    pub(super) directory: PathBuf,
    pub(super) customer: CustomerId,
    volunteers: u64,
    seed: u64,
}

/// What the customer hands over, or the vendor writes, in the course of the script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Given {
    /// The dump for the iterations.
    Dump,
    /// The dump that makes PROD: the same people, and more.
    FinalDump,
    /// The spec as it was at first.
    FirstSpec,
    /// The spec that is signed off.
    FinalSpec,
}

impl State {
    pub(super) fn new(
        installation: Installation,
        directory: PathBuf,
        volunteers: u64,
        seed: u64,
    ) -> Result<Self, Error> {
        Ok(Self { installation, directory, customer: CUSTOMER.parse()?, volunteers, seed })
    }

    /// Returns the customer as it stands; none before it was added.
    pub(super) fn customer(&self) -> Result<Option<Customer>, Error> {
        if self.installation.customers()?.contains(&self.customer) {
            Ok(Some(self.installation.customer(&self.customer)?))
        } else {
            Ok(None)
        }
    }

    /// Returns the customer, which must be there.
    pub(super) fn known_customer(&self) -> Result<Customer, Error> {
        Ok(self.installation.customer(&self.customer)?)
    }

    /// Returns the address of an environment.
    pub(super) fn address(&self, label: Label) -> Address {
        Address { customer: self.customer.clone(), label, role: None }
    }

    /// Returns the address of an environment's Main instance.
    pub(super) fn main(&self, label: Label) -> Address {
        Address { role: Some(Role::Main), ..self.address(label) }
    }

    /// Reads a person's generated password.
    pub(super) fn password(&self, who: Who) -> Result<Password, Error> {
        Ok(Password::from_file(&self.directory.join(PASSWORDS).join(who.id))?)
    }

    /// Returns a person as a caller, signed in and ready to sign.
    pub(super) fn caller(&mut self, who: Who) -> Result<Caller, Error> {
        let id: PersonId = who.id.parse()?;
        let password = self.password(who)?;
        let is_signed_in = self
            .installation
            .person_list()?
            .iter()
            .any(|person| person.id == id && person.signed_in_until.is_some());
        if !is_signed_in {
            self.installation.person_sign_in(&id, &password)?;
        }
        Ok(Caller { person: Some(id), reason: None, password: Some(password) })
    }

    /// Returns the folder of something that is given, writing it if it is not there yet.
    pub(super) fn given(&self, given: Given) -> Result<PathBuf, Error> {
        let name = match given {
            Given::Dump => "iteration",
            Given::FinalDump => "final",
            Given::FirstSpec => "spec-1",
            Given::FinalSpec => "spec-2",
        };
        let folder = self.directory.join(SOURCE).join(name);
        if folder.exists() {
            return Ok(folder);
        }
        sample::aside(&folder, |aside| match given {
            Given::Dump => sample::write_dump(aside, &self.sample(0), Form::default()).map(|_| ()),
            Given::FinalDump => {
                let extra = sample::late(self.volunteers);
                sample::write_dump(aside, &self.sample(extra), Form::default()).map(|_| ())
            }
            Given::FirstSpec => sample::write_spec(aside, Edition::First, Form::default()),
            Given::FinalSpec => sample::write_spec(aside, Edition::Final, Form::default()),
        })?;
        Ok(folder)
    }

    fn sample(&self, extra: u64) -> Sample {
        Sample { volunteers: self.volunteers, seed: self.seed, extra }
    }
}

/// Makes an error of what the system said about a file.
pub(super) fn failing<'a>(
    action: &'static str,
    path: &'a Path,
) -> impl FnOnce(io::Error) -> Error + use<'a> {
    move |source| Error::File { action, path: path.to_owned(), source }
}
