//! One data directory, opened: ledger, stores, rules in force.

use std::{cell::RefCell, collections::BTreeMap, path::Path};

use landfall_catalogue::Catalogue;
use landfall_core::{
    customer::{self, Customer},
    entry::{Actor, Entry, NewEntry},
    ids::{CustomerId, PersonId, Release},
    person,
    policy::Policy,
    refusal,
    time::Timestamp,
    vendor::{self, ClockKind, Vendor},
};
use landfall_instances::package::Store;
use landfall_ledger::{Ledger, Stored};

use crate::{
    Caller,
    credentials::Credentials,
    error::{Error, Result},
    files,
    paths::Paths,
    rules::{self, Rules},
    secrets::Password,
};

/// The stream of the vendor.
pub(crate) const VENDOR: &str = "vendor";

/// One opened data directory.
pub struct Installation {
    pub(crate) paths: Paths,
    pub(crate) ledger: Ledger,
    pub(crate) credentials: Credentials,
    pub(crate) policy: Policy,
    pub(crate) catalogues: BTreeMap<Release, Catalogue>,
    pub(crate) packages: Store,
    clock: ClockKind,
    /// Whether this process has finished what another one left behind.
    pub(crate) recovered: bool,
    /// The only customer that may be seen, where one of its people looks.
    limited_to: Option<CustomerId>,
    /// The customers as their streams were read last: what was read once is not read again.
    pub(crate) folded: RefCell<BTreeMap<CustomerId, Folded>>,
}

/// A customer's stream, folded up to a version.
#[derive(Debug, Clone, Default)]
pub(crate) struct Folded {
    /// The customer, where the stream has one.
    pub(crate) state: Option<Customer>,
    /// The version of the last entry.
    pub(crate) version: u64,
}

impl Folded {
    /// Takes the next entry of the stream.
    pub(crate) fn take(&mut self, stored: &Stored<'_>) -> Result<()> {
        let kind = stored.kind.strip_prefix("customer.").filter(|_| stored.kind_version == 1);
        let event = match kind.and_then(|kind| customer::Event::read(kind, &stored.body)) {
            Some(event) => event,
            None => read_event(&stored.entry()?, "customer.")?,
        };
        let stamp = customer::Stamp { time: stored.time };
        self.state = customer::evolve(self.state.take(), &event, stamp);
        // A refusal may be the first entry of a stream of somebody who is no customer.
        if let Some(customer) = &mut self.state {
            customer.version = stored.version;
        }
        self.version = stored.version;
        Ok(())
    }
}

impl std::fmt::Debug for Installation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Installation").field("root", &self.paths.root()).finish_non_exhaustive()
    }
}

/// A person who is to be added.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// The identity.
    pub id: PersonId,
    /// The printed name.
    pub name: String,
    /// What the person is for.
    pub role: person::Role,
    /// Whose person it is; none for the vendor's own.
    pub customer: Option<CustomerId>,
    /// The first password.
    pub password: Password,
}

impl NewPerson {
    pub(crate) fn person(&self) -> person::Person {
        person::Person {
            id: self.id.clone(),
            name: self.name.trim().to_owned(),
            role: self.role,
            customer: self.customer.clone(),
        }
    }
}

impl Installation {
    /// Makes a data directory: aside, then renamed, so that it is there whole or not at all. The first person is of
    /// vendor quality. `start` is the first time of a demonstration clock.
    ///
    /// # Errors
    /// When the directory exists and is not empty, or cannot be written.
    pub fn init(
        directory: &Path,
        clock: ClockKind,
        start: Option<Timestamp>,
        first: &NewPerson,
    ) -> Result<Self> {
        let empty = match std::fs::read_dir(directory) {
            Ok(mut entries) => entries.next().is_none(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => true,
            Err(error) => return Err(files::failing("read the folder", directory)(error)),
        };
        if !empty {
            return Err(Error::Directory {
                message: format!(
                    "expected `{}` to be new or empty, found files in it",
                    directory.display()
                ),
                hint: "give another folder with `--data`, or use this one as it is".to_owned(),
            });
        }
        if directory.exists() {
            std::fs::remove_dir(directory)
                .map_err(files::failing("replace the empty folder", directory))?;
        }
        if let Some(parent) = directory.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            std::fs::create_dir_all(parent).map_err(files::failing("create the folder", parent))?;
        }
        let aside = files::aside(directory);
        files::remove(&aside)?;
        let paths = Paths::new(&aside);
        files::folder(&aside)?;
        for name in [
            "private",
            "sessions",
            "packages",
            "work",
            "documents",
            "instances",
            "keys",
            "dumps",
            "specs",
            "rules",
        ] {
            files::folder(&aside.join(name))?;
        }
        rules::write_embedded(&paths)?;
        let credentials = Credentials::open(&paths.credentials())?;
        credentials.set(&first.id, &first.password)?;
        Self::first_entries(&paths, clock, start, first)?;
        drop(credentials);
        files::rename(&aside, directory)?;
        Self::open(directory)
    }

    fn first_entries(
        paths: &Paths,
        clock: ClockKind,
        start: Option<Timestamp>,
        first: &NewPerson,
    ) -> Result<()> {
        let policy = Policy::embedded()?;
        let mut events = vec![
            vendor::Event::DirectoryCreated {
                clock,
                landfall: env!("CARGO_PKG_VERSION").to_owned(),
            },
            vendor::Event::PolicyAdopted { digest: policy.digest(), signature: None },
        ];
        for release in Catalogue::embedded_releases() {
            let digest = Catalogue::embedded(&release)?.digest();
            events.push(vendor::Event::CatalogueAdopted { release, digest, signature: None });
        }
        let mut ledger = Ledger::create(&paths.ledger())?;
        let now = match clock {
            ClockKind::Demonstration => {
                start.unwrap_or(Timestamp::from_seconds(DEMONSTRATION_START))
            }
            ClockKind::System => system_now(),
        };
        ledger.write(
            |_| now,
            |transaction| {
                let mut state = None;
                for event in &events {
                    transaction.append(
                        transaction.version(VENDOR)?,
                        vendor_entry(event, Actor::landfall(), None)?,
                    )?;
                    state = vendor::evolve(state, event);
                }
                let state =
                    state.ok_or_else(|| Error::Broken("the first entry is missing".into()))?;
                let command = vendor::Command::AddPerson { person: first.person() };
                for event in vendor::decide(&state, &command, None, now, &[])? {
                    transaction.append(
                        transaction.version(VENDOR)?,
                        vendor_entry(&event, Actor::landfall(), None)?,
                    )?;
                }
                Ok::<(), Error>(())
            },
        )
    }

    /// Opens a data directory. The policy and the catalogues must be those that were adopted.
    ///
    /// # Errors
    /// When the folder is not a data directory, or a rule file differs from what is in force.
    pub fn open(directory: &Path) -> Result<Self> {
        let paths = Paths::new(directory);
        if !paths.ledger().is_file() {
            return Err(Error::Directory {
                message: format!(
                    "`{}` is not a data directory: it holds no ledger",
                    directory.display()
                ),
                hint: "make one with `landfall init`, or name the right one with `--data`"
                    .to_owned(),
            });
        }
        let ledger = Ledger::open(&paths.ledger())?;
        let vendor = fold_vendor(&ledger.stream(VENDOR)?)?;
        let Rules { policy, catalogues } = rules::in_force(&paths, &vendor)?;
        Self::with(paths, ledger, &vendor, Rules { policy, catalogues })
    }

    /// Opens a data directory under rules that are given.
    pub(crate) fn with(
        paths: Paths,
        ledger: Ledger,
        vendor: &Vendor,
        Rules { policy, catalogues }: Rules,
    ) -> Result<Self> {
        let clock = vendor.clock;
        let credentials = Credentials::open(&paths.credentials())?;
        let packages = Store::new(paths.packages());
        Ok(Self {
            paths,
            ledger,
            credentials,
            policy,
            catalogues,
            packages,
            clock,
            recovered: false,
            limited_to: None,
            folded: RefCell::default(),
        })
    }

    /// Returns the data directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.paths.root()
    }

    /// Returns the rules in force.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Returns the directory's clock.
    #[must_use]
    pub fn clock(&self) -> ClockKind {
        self.clock
    }

    /// Returns the ledger, for reading and export.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Returns the catalogue of a release.
    ///
    /// # Errors
    /// When the release is not one of this installation's.
    pub fn catalogue(&self, release: &Release) -> Result<&Catalogue> {
        self.catalogues.get(release).ok_or_else(|| Error::NotFound {
            what: format!("there is no release `{release}`"),
            hint: "`landfall catalogue list` shows the releases".to_owned(),
        })
    }

    /// Returns the releases whose catalogues are in force, oldest first.
    pub fn releases(&self) -> impl Iterator<Item = &Release> {
        self.catalogues.keys()
    }

    /// Returns the newest release.
    ///
    /// # Errors
    /// When the installation has none.
    pub fn newest_release(&self) -> Result<Release> {
        self.catalogues
            .keys()
            .next_back()
            .cloned()
            .ok_or_else(|| Error::Broken("no catalogue is built in".to_owned()))
    }

    /// Returns the time by the directory's clock.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn now(&self) -> Result<Timestamp> {
        let last = match self.ledger.head()?.count {
            0 => None,
            count => self.ledger.entry(count)?.map(|entry| entry.time),
        };
        Ok(tick(self.clock, last))
    }

    /// Returns the vendor's state.
    pub(crate) fn vendor(&self) -> Result<Vendor> {
        fold_vendor(&self.ledger.stream(VENDOR)?)
    }

    /// Returns a customer's state.
    ///
    /// # Errors
    /// When there is no such customer.
    pub fn customer(&self, id: &CustomerId) -> Result<Customer> {
        let shared = customer::decide::is_vendor(id);
        if let Some(own) = self.limited_to.as_ref().filter(|own| *own != id && !shared) {
            return Err(refusal::OTHER_CUSTOMER
                .because(
                    format!("people of `{own}` see `{own}` and nothing else, not `{id}`"),
                    "let a person of that customer, or of the vendor, look",
                )
                .into());
        }
        self.folded(id)?.ok_or_else(|| Error::NotFound {
            what: format!("there is no customer `{id}`"),
            hint: "`landfall customer list` shows the customers".to_owned(),
        })
    }

    /// Folds what a customer's stream has become since it was read last.
    fn folded(&self, id: &CustomerId) -> Result<Option<Customer>> {
        let stream = customer_stream(id);
        let known = self.folded.borrow_mut().remove(id).unwrap_or_default();
        let mut folded =
            if self.ledger.version(&stream)? < known.version { Folded::default() } else { known };
        self.ledger.stream_stored(&stream, folded.version, |stored| folded.take(stored))?;
        let state = folded.state.clone();
        self.folded.borrow_mut().insert(id.clone(), folded);
        Ok(state)
    }

    /// Returns the customers, in order of their identity, and the vendor where it owns environments.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn customers(&self) -> Result<Vec<CustomerId>> {
        let mut list = customers_of(&self.ledger.streams()?);
        list.retain(|id| {
            customer::decide::is_vendor(id) || self.limited_to.as_ref().is_none_or(|own| own == id)
        });
        Ok(list)
    }

    /// Limits what is shown to what the person who looks may see: a customer's people see their own customer.
    ///
    /// # Errors
    /// When there is no such person, or the stores cannot be read.
    pub fn look_as(&mut self, caller: &Caller) -> Result<()> {
        let people = self.vendor()?.people;
        if let Some(id) = caller.person.as_ref().filter(|id| !people.contains_key(id)) {
            // A limit that a typing error lifts would be none.
            return Err(no_person(id));
        }
        let open = self.open_sessions(self.now()?)?;
        let looking = match (&caller.person, open.as_slice()) {
            (Some(id), _) => Some(id),
            (None, [only]) => Some(only),
            (None, _) => None,
        };
        if let Some(id) = looking {
            self.limited_to = people.get(id).and_then(|person| person.customer.clone());
        }
        Ok(())
    }
}

/// Says that nobody has that identity.
pub(crate) fn no_person(id: &PersonId) -> Error {
    Error::NotFound {
        what: format!("there is no person `{id}`"),
        hint: "`landfall person list` shows everybody".to_owned(),
    }
}

/// The first time of a demonstration clock, unless another is given: 2026-01-05T09:00:00Z.
const DEMONSTRATION_START: i64 = 1_767_603_600;

/// Returns the time of the next entry.
pub(crate) fn tick(clock: ClockKind, last: Option<Timestamp>) -> Timestamp {
    match (clock, last) {
        (ClockKind::Demonstration, Some(last)) => last.plus_seconds(1),
        (ClockKind::Demonstration, None) => Timestamp::from_seconds(DEMONSTRATION_START),
        (ClockKind::System, _) => system_now(),
    }
}

fn system_now() -> Timestamp {
    #[expect(clippy::disallowed_methods, reason = "the one adapter of the machine's clock")]
    let now = std::time::SystemTime::now();
    let seconds = now.duration_since(std::time::UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs());
    Timestamp::from_seconds(i64::try_from(seconds).unwrap_or(i64::MAX))
}

pub(crate) fn customer_stream(id: &CustomerId) -> String {
    format!("customer/{id}")
}

pub(crate) fn customers_of(streams: &[String]) -> Vec<CustomerId> {
    let mut list: Vec<CustomerId> = streams
        .iter()
        .filter_map(|stream| stream.strip_prefix("customer/"))
        .filter_map(|id| id.parse().ok())
        .collect();
    list.sort();
    list
}

pub(crate) fn fold_vendor(entries: &[Entry]) -> Result<Vendor> {
    let mut state = None;
    for entry in entries {
        state = vendor::evolve(state, &read_event(entry, "vendor.")?);
    }
    state.ok_or_else(|| {
        Error::Broken("the ledger does not begin with the directory's making".into())
    })
}

pub(crate) fn fold_customer(entries: &[Entry]) -> Result<Option<Customer>> {
    let mut state = None;
    for entry in entries {
        let event: customer::Event = read_event(entry, "customer.")?;
        state = customer::evolve(state, &event, customer::Stamp { time: entry.time });
        // A refusal may be the first entry of a stream of somebody who is no customer.
        if let Some(customer) = &mut state {
            customer.version = entry.version;
        }
    }
    Ok(state)
}

/// Reads an event out of an entry; an unknown kind refuses.
pub(crate) fn read_event<T: serde::de::DeserializeOwned>(entry: &Entry, prefix: &str) -> Result<T> {
    let unknown = || {
        Error::Broken(format!(
            "entry {} is of kind `{}` version {}, which this version of Landfall does not know",
            entry.sequence, entry.kind, entry.kind_version
        ))
    };
    let kind = entry.kind.strip_prefix(prefix).ok_or_else(unknown)?;
    if entry.kind_version != 1 {
        return Err(unknown());
    }
    serde_json::from_value(serde_json::json!({ "kind": kind, "body": entry.body }))
        .map_err(|_| unknown())
}

/// Writes an event as a new entry.
pub(crate) fn write_event<T: serde::Serialize>(
    stream: String,
    prefix: &str,
    event: &T,
    actor: Actor,
    reason: Option<&str>,
) -> Result<NewEntry> {
    let value = serde_json::to_value(event)
        .map_err(|error| Error::Broken(format!("an event cannot be written: {error}")))?;
    let kind = value.get("kind").and_then(|kind| kind.as_str()).unwrap_or_default();
    Ok(NewEntry {
        stream,
        kind: format!("{prefix}{kind}"),
        kind_version: 1,
        body: value.get("body").cloned().unwrap_or(serde_json::Value::Null),
        reason: reason.map(str::to_owned),
        actor,
        on_behalf_of: None,
        correlation: None,
    })
}

pub(crate) fn vendor_entry(
    event: &vendor::Event,
    actor: Actor,
    reason: Option<&str>,
) -> Result<NewEntry> {
    write_event(VENDOR.to_owned(), "vendor.", event, actor, reason)
}
