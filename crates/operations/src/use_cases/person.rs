use std::fs;

use landfall_core::{
    ids::{CustomerId, PersonId},
    person::Role,
    time::Timestamp,
    vendor,
};
use serde::{Deserialize, Serialize};

use crate::{
    Caller, Installation, NewPerson, Result,
    credentials::SESSION_SECONDS,
    error::Error,
    files,
    installation::{VENDOR, no_person},
    secrets::{self, Password},
};

/// A session that was opened.
#[derive(Debug, Clone, Serialize)]
pub struct SessionView {
    /// Who.
    pub person: PersonId,
    /// The printed name.
    pub name: String,
    /// The role.
    pub role: Role,
    /// Until when.
    pub until: Timestamp,
}

/// A person as a list shows them.
#[derive(Debug, Clone, Serialize)]
pub struct PersonView {
    /// The identity.
    pub id: PersonId,
    /// The printed name.
    pub name: String,
    /// The role.
    pub role: Role,
    /// Whose person it is.
    pub customer: Option<CustomerId>,
    /// Until when a session is open here.
    pub signed_in_until: Option<Timestamp>,
    /// Whether the person is locked out.
    pub locked: bool,
}

/// What the owner-only session file holds.
#[derive(Serialize, Deserialize)]
struct SessionFile {
    person: PersonId,
    token: String,
}

impl Installation {
    /// Adds a person. Vendor quality does it.
    ///
    /// # Errors
    /// When a rule says no, or the password is too short.
    pub fn person_add(&mut self, caller: &Caller, new: &NewPerson) -> Result<()> {
        let actor = self.acting(caller)?;
        // The password comes first: a person in the ledger without one could never sign in.
        let known = self.vendor()?.people.contains_key(&new.id);
        if !known {
            self.credentials.set(&new.id, &new.password)?;
        }
        let command = vendor::Command::AddPerson { person: new.person() };
        let added = self.vendor_command(&command, &actor, caller.reason.as_deref());
        if added.is_err() && !known {
            self.credentials.forget(&new.id)?;
        }
        added
    }

    /// Opens a session of 8 hours; its token stands in a file that only its owner can read.
    ///
    /// # Errors
    /// When the password is wrong or the person is locked out.
    pub fn person_sign_in(&mut self, id: &PersonId, password: &Password) -> Result<SessionView> {
        let vendor = self.vendor()?;
        let person = vendor.people.get(id).cloned().ok_or_else(|| no_person(id))?;
        self.authenticate(id, password)?;
        let token = secrets::hexadecimal(&secrets::random::<32>()?);
        let until = self.now()?.plus_seconds(SESSION_SECONDS);
        self.credentials.open_session(id, &token, until)?;
        let file = SessionFile { person: id.clone(), token };
        let bytes = serde_json::to_vec(&file)
            .map_err(|error| Error::Broken(format!("the session cannot be written: {error}")))?;
        files::write(&self.paths.session(id), &bytes, true)?;
        self.tell_sessions()?;
        Ok(SessionView { person: id.clone(), name: person.name, role: person.role, until })
    }

    /// Records the sessions that were opened and that the ledger does not know yet: a crash delays the entry only.
    pub(crate) fn tell_sessions(&mut self) -> Result<()> {
        for (id, session) in self.credentials.untold_sessions()? {
            let told = self.ledger.stream(VENDOR)?.iter().any(|entry| {
                entry.kind == "vendor.signed-in"
                    && entry.body.get("session").and_then(serde_json::Value::as_str)
                        == Some(session.as_str())
            });
            if !told && let Some(person) = self.vendor()?.people.get(&id) {
                let event = vendor::Event::SignedIn { person: id.clone(), session };
                self.append_vendor(&event, person.actor())?;
            }
            self.credentials.session_told(&id)?;
        }
        Ok(())
    }

    /// Ends the sessions of a person. Tells whether one was open here: of a person who was not signed in, nothing ends.
    ///
    /// # Errors
    /// When there is no such person, or the stores cannot be written.
    pub fn person_sign_out(&mut self, id: &PersonId) -> Result<bool> {
        if !self.vendor()?.people.contains_key(id) {
            return Err(no_person(id));
        }
        let was_open = self.session_until(id, self.now()?)?.is_some();
        self.credentials.close_sessions(id)?;
        files::remove(&self.paths.session(id))?;
        Ok(was_open)
    }

    /// Lifts a lock-out and sets a new password. Another person of vendor quality does it.
    ///
    /// # Errors
    /// When a rule says no, or the password is too short.
    pub fn person_unlock(
        &mut self,
        caller: &Caller,
        id: &PersonId,
        password: &Password,
    ) -> Result<()> {
        let actor = self.acting(caller)?;
        password.hash()?;
        let command = vendor::Command::UnlockPerson { person: id.clone() };
        self.vendor_command(&command, &actor, caller.reason.as_deref())?;
        self.credentials.set(id, password)
    }

    /// Lists everybody.
    ///
    /// # Errors
    /// When the stores cannot be read.
    pub fn person_list(&self) -> Result<Vec<PersonView>> {
        let now = self.now()?;
        self.vendor()?
            .people
            .into_values()
            .map(|person| {
                Ok(PersonView {
                    signed_in_until: self.session_until(&person.id, now)?,
                    locked: self.credentials.locked(&person.id)?,
                    id: person.id,
                    name: person.name,
                    role: person.role,
                    customer: person.customer,
                })
            })
            .collect()
    }

    /// Returns the people with an open session in this directory.
    pub(crate) fn open_sessions(&self, now: Timestamp) -> Result<Vec<PersonId>> {
        let folder = self.paths.sessions();
        let mut open = Vec::new();
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(open),
            Err(error) => return Err(files::failing("read the folder", &folder)(error)),
        };
        for entry in entries {
            let name = entry.map_err(files::failing("read the folder", &folder))?.file_name();
            let id = name.to_str().and_then(|name| name.strip_suffix(".json"));
            if let Some(id) = id.and_then(|id| id.parse::<PersonId>().ok())
                && self.session_until(&id, now)?.is_some()
            {
                open.push(id);
            }
        }
        open.sort();
        Ok(open)
    }

    fn session_until(&self, id: &PersonId, now: Timestamp) -> Result<Option<Timestamp>> {
        let path = self.paths.session(id);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(files::failing("read the session", &path)(error)),
        };
        match serde_json::from_slice::<SessionFile>(&bytes) {
            Ok(file) if file.person == *id => self.credentials.session(id, &file.token, now),
            Ok(_) | Err(_) => Ok(None),
        }
    }
}
