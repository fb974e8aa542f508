use std::collections::{BTreeMap, BTreeSet};

use landfall_catalogue::{Catalogue, Class, Subject, Table};
use landfall_core::{
    customer::{
        Command,
        decide::{DESIGN_TABLE, may_change_records},
    },
    digest::Digest,
    entry::Actor,
    environment::Role,
    ids::{Address, CustomerId, Label, PersonId},
    person::Person,
};
use landfall_instances::{
    drift::TableState,
    record::{self, Pending, RecordKey, Recorded},
};
use serde::{Deserialize, Serialize};

use super::{
    environment::environment,
    history::of_this_build,
    recheck::{States, pending_with_states},
    study::{DesignEvent, DesignNote, DesignProposal, Target},
};
use crate::{Caller, Installation, Result, error::Error, files, secrets, texts::Texts};

/// What the ledger keeps of a record's change. Values of volunteers are there as keyed digests only.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", content = "body", rename_all = "kebab-case")]
enum Event {
    /// A record was changed.
    RecordChanged {
        /// Where: `acme/sandbox/main`.
        instance: String,
        /// Counts the changes of that instance.
        change: i64,
        /// What was done: added, set, archived.
        verb: String,
        /// The table.
        table: String,
        /// The record's id.
        id: i64,
        /// The columns that changed.
        columns: Vec<ColumnChange>,
        /// The number of the change request that was approved, where the environment asks for one.
        #[serde(rename = "change-request", skip_serializing_if = "Option::is_none")]
        change_request: Option<u32>,
        /// What the table held before it, where the environment is qualified; of several changes of a table that are
        /// told late together only the first says so.
        #[serde(skip_serializing_if = "Option::is_none")]
        before: Option<TableState>,
        /// What the table held after it, likewise; only the last of several says so.
        #[serde(skip_serializing_if = "Option::is_none")]
        after: Option<TableState>,
    },
}

/// What is kept beside a change until the ledger holds it: who did it, and why.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Note {
    pub(super) verb: String,
    pub(super) table: String,
    pub(super) person: PersonId,
    pub(super) reason: Option<String>,
    /// The number of the change request that was approved, where there is one.
    #[serde(default)]
    pub(super) change_request: Option<u32>,
}

impl Note {
    pub(super) fn written(&self) -> Result<String> {
        serde_json::to_string(self)
            .map_err(|error| Error::Broken(format!("a note cannot be written: {error}")))
    }
}

/// What may stand beside a change: the note of a record's change, or of a design's.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum AnyNote {
    Design(Box<DesignNote>),
    Record(Note),
}

/// What became of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "outcome")]
pub enum Changed {
    /// It was made.
    Made {
        /// The record's id.
        id: i64,
        /// What the person should know, such as that the change will not be preserved.
        warning: Option<String>,
    },
    /// It waits for the approval of vendor quality.
    Requested {
        /// The change's number: `ACME-ECR-001`.
        number: String,
    },
}

/// A change of a record, as somebody asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "verb")]
pub(super) enum Proposal {
    /// Another record.
    Add { table: String, values: Vec<(String, String)> },
    /// Other values of a record.
    Set { table: String, key: String, values: Vec<(String, String)> },
    /// A record is archived.
    Archive { table: String, key: String },
    /// The design of a study is imported or pushed.
    Design(Box<DesignProposal>),
}

impl Proposal {
    pub(super) fn table(&self) -> &str {
        match self {
            Self::Add { table, .. } | Self::Set { table, .. } | Self::Archive { table, .. } => {
                table
            }
            Self::Design(_) => DESIGN_TABLE,
        }
    }

    /// Returns what the ledger calls it.
    pub(super) fn verb(&self) -> &'static str {
        match self {
            Self::Add { .. } => "added",
            Self::Set { .. } => "set",
            Self::Archive { .. } => "archived",
            Self::Design(design) => design.verb(),
        }
    }

    /// Makes the change, with a note for the ledger.
    pub(super) fn make(&self, target: &Target<'_>, note: &Note) -> Result<Recorded> {
        let (path, catalogue) = (target.path, target.catalogue);
        Ok(match self {
            Self::Add { table, values } => {
                record::add_noted(path, catalogue, table, values, &note.written()?)?
            }
            Self::Set { table, key, values } => {
                let key = record_key(key)?;
                record::set_noted(path, catalogue, table, &key, values, &note.written()?)?
            }
            Self::Archive { table, key } => {
                record::archive_noted(path, catalogue, table, &record_key(key)?, &note.written()?)?
            }
            Self::Design(design) => design.make(target, note)?,
        })
    }

    /// Checks that the change could be made now.
    pub(super) fn rehearse(&self, target: &Target<'_>) -> Result<()> {
        let (path, catalogue) = (target.path, target.catalogue);
        match self {
            Self::Add { table, values } => {
                record::add_rehearsed(path, catalogue, table, values)?;
            }
            Self::Set { table, key, values } => {
                record::set_rehearsed(path, catalogue, table, &record_key(key)?, values)?;
            }
            Self::Archive { table, key } => {
                record::archive_rehearsed(path, catalogue, table, &record_key(key)?)?;
            }
            Self::Design(design) => {
                design.rehearse(target)?;
            }
        }
        Ok(())
    }
}

#[derive(Debug, Serialize)]
struct ColumnChange {
    column: String,
    old: Option<String>,
    new: Option<String>,
    /// Whether old and new are keyed digests of the values.
    digest: bool,
}

impl Installation {
    /// Lists the records of a table of an instance.
    ///
    /// # Errors
    /// When there is no such instance or table.
    pub fn record_list(
        &self,
        address: &Address,
        table: &str,
        limit: Option<usize>,
    ) -> Result<Vec<BTreeMap<String, Option<String>>>> {
        let path = self.instance_path(address)?;
        let state = self.customer(&address.customer)?;
        let target = environment(&state, address.label)?;
        let catalogue = self.catalogue(&target.plan.release.release)?;
        let limit = limit.map(|limit| u64::try_from(limit).unwrap_or(u64::MAX));
        Ok(record::list(&path, catalogue, table, limit)?)
    }

    /// Adds a record.
    ///
    /// # Errors
    /// When the environment does not take changes, or a value does not fit its column.
    pub fn record_add(
        &mut self,
        caller: &Caller,
        address: &Address,
        table: &str,
        values: &[(String, String)],
    ) -> Result<Changed> {
        let values = values.to_vec();
        self.change(caller, address, Proposal::Add { table: table.to_owned(), values })
    }

    /// Changes columns of a record. `key` is `id=7` or `column=value[,column=value]`.
    ///
    /// # Errors
    /// As [`Self::record_add`], and when the key names no record or several.
    pub fn record_set(
        &mut self,
        caller: &Caller,
        address: &Address,
        table: &str,
        key: &str,
        values: &[(String, String)],
    ) -> Result<Changed> {
        let (table, key, values) = (table.to_owned(), key.to_owned(), values.to_vec());
        self.change(caller, address, Proposal::Set { table, key, values })
    }

    /// Archives a record.
    ///
    /// # Errors
    /// As [`Self::record_set`], and when the table knows no archiving.
    pub fn record_archive(
        &mut self,
        caller: &Caller,
        address: &Address,
        table: &str,
        key: &str,
    ) -> Result<Changed> {
        let (table, key) = (table.to_owned(), key.to_owned());
        self.change(caller, address, Proposal::Archive { table, key })
    }

    fn change(
        &mut self,
        caller: &Caller,
        address: &Address,
        proposal: Proposal,
    ) -> Result<Changed> {
        let person = self.acting(caller)?;
        self.customer(&address.customer)?;
        self.while_held(&address.customer, address.label, |held| {
            held.change_held(caller, address, &proposal, &person)
        })
    }

    fn change_held(
        &mut self,
        caller: &Caller,
        address: &Address,
        proposal: &Proposal,
        person: &Person,
    ) -> Result<Changed> {
        let (customer, label) = (&address.customer, address.label);
        let state = self.customer(customer)?;
        let role = address.role.unwrap_or(Role::Main);
        let permit = match may_change_records(
            &state,
            label,
            role,
            proposal.table(),
            person,
            caller.reason.as_deref(),
            &self.policy,
        ) {
            Ok(permit) => permit,
            Err(refusal) => return Err(self.refused(customer, person, "change-record", refusal)),
        };
        self.settle_held(customer, label)?;
        let path = self.instance_path(address)?;
        let main = self.paths.instance(customer, label, Role::Main);
        let target = environment(&state, label)?;
        let catalogue = self.catalogue(&target.plan.release.release)?;
        let qualified = target.plan.qualified;
        let target = Target { path: &path, main: &main, catalogue, qualified };
        if permit.approval {
            // What cannot be made is not asked for.
            proposal.rehearse(&target)?;
            return self.request_change(customer, person, caller, proposal, |content| {
                Command::RequestChange {
                    label,
                    role,
                    table: proposal.table().to_owned(),
                    verb: proposal.verb().to_owned(),
                    content,
                }
            });
        }
        let note = Note {
            verb: proposal.verb().to_owned(),
            table: proposal.table().to_owned(),
            person: person.id.clone(),
            reason: caller.reason.clone(),
            change_request: None,
        };
        let recorded = proposal.make(&target, &note)?;
        self.settle_held(customer, label)?;
        let warning = (!permit.preserved).then(|| {
            format!(
                "`{customer}/{label}` is made anew from the migration program: this change is not preserved; put it into the spec or the source"
            )
        });
        Ok(Changed::Made { id: recorded.id, warning })
    }

    /// Writes the changes of an environment's records that the ledger does not hold yet into it. Called before and after
    /// every change and before anything is made from an instance: a crash delays an entry, it never loses one.
    pub(crate) fn settle_records(&mut self, customer: &CustomerId, label: Label) -> Result<()> {
        if !self.is_unsettled(customer, label)? {
            return Ok(());
        }
        self.while_held(customer, label, |held| held.settle_held(customer, label))
    }

    /// Tells whether the ledger does not hold every change of an environment's records yet.
    fn is_unsettled(&self, customer: &CustomerId, label: Label) -> Result<bool> {
        let state = self.customer(customer)?;
        let target = environment(&state, label)?;
        if !target.state.has_content() {
            return Ok(false);
        }
        for role in &target.plan.instances {
            if !record::pending(&self.paths.instance(customer, label, *role))?.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Does something while no other process changes what the environment holds, tells of such changes or ends its use.
    /// Not to be called within itself, nor before [`Self::acting`], which may tell of changes.
    pub(super) fn while_held<T>(
        &mut self,
        customer: &CustomerId,
        label: Label,
        work: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        let lock = files::Lock::take_soon(&self.paths.environment_lock(customer, label))?
            .ok_or_else(|| Error::Busy { customer: format!("{customer}/{label}"), operation: 0 })?;
        let outcome = work(self);
        let released = lock.release();
        let outcome = outcome?;
        released?;
        Ok(outcome)
    }

    /// As [`Self::settle_records`], for whoever holds the environment.
    pub(super) fn settle_held(&mut self, customer: &CustomerId, label: Label) -> Result<()> {
        let state = self.customer(customer)?;
        let target = environment(&state, label)?;
        if !target.state.has_content() {
            return Ok(());
        }
        let catalogue = self.catalogue(&target.plan.release.release)?.clone();
        let stream = format!("records/{customer}/{label}");
        for role in &target.plan.instances {
            let path = self.paths.instance(customer, label, *role);
            let instance = format!("{customer}/{label}/{role}");
            if record::pending(&path)?.is_empty() {
                continue;
            }
            let told: BTreeSet<i64> = self
                .told(customer, label, *role, |entry| of_this_build(target, entry))?
                .into_iter()
                .map(|(_, told)| told.change)
                .collect();
            let qualified = target.plan.qualified;
            for (pending, states) in pending_with_states(&path, &catalogue, qualified, &told)? {
                if !told.contains(&pending.number) {
                    self.tell(customer, &stream, &instance, &catalogue, &pending, states)?;
                }
                record::settle(&path, pending.number)?;
            }
        }
        Ok(())
    }

    fn tell(
        &mut self,
        customer: &CustomerId,
        stream: &str,
        instance: &str,
        catalogue: &Catalogue,
        pending: &Pending,
        states: States,
    ) -> Result<()> {
        let note: AnyNote = serde_json::from_str(&pending.note)
            .map_err(|error| Error::Broken(format!("a note cannot be read: {error}")))?;
        let note = match note {
            AnyNote::Record(note) => note,
            AnyNote::Design(note) => {
                let actor = self.noted_actor(&note.person)?;
                let reason = note.reason.clone();
                let event = DesignEvent::of(instance, pending.number, *note);
                return self.append(stream, "records.", &[event], &actor, reason.as_deref());
            }
        };
        let actor = self.noted_actor(&note.person)?;
        let declared = catalogue.table(&note.table);
        let columns = pending
            .recorded
            .changes
            .iter()
            .map(|change| self.change_of(customer, declared, change))
            .collect::<Result<Vec<_>>>()?;
        let event = Event::RecordChanged {
            instance: instance.to_owned(),
            change: pending.number,
            verb: note.verb,
            table: note.table,
            id: pending.recorded.id,
            columns,
            change_request: note.change_request,
            before: states.before,
            after: states.after,
        };
        self.append(stream, "records.", &[event], &actor, note.reason.as_deref())
    }

    /// Returns who made a change that is told, as the ledger names people.
    fn noted_actor(&self, person: &PersonId) -> Result<Actor> {
        let people = self.vendor()?.people;
        let known = people.get(person).map(Person::actor);
        known.ok_or_else(|| Error::Broken(format!("there is no person `{person}`")))
    }

    fn change_of(
        &self,
        customer: &CustomerId,
        table: Option<&Table>,
        change: &record::RecordChange,
    ) -> Result<ColumnChange> {
        let column = table.and_then(|table| table.column(&change.column));
        // What a column about volunteers holds, and every secret, is kept as a keyed digest.
        let hidden = column.is_none_or(|column| {
            column.subject == Subject::Volunteer
                || table.is_some_and(|table| table.person.is_some())
                || matches!(column.class, Class::Secret)
                || column.class.is_personal()
        });
        let keep = |value: &Option<String>| -> Result<Option<String>> {
            match value {
                Some(value) if hidden => {
                    let digest: Digest = Texts::open(&self.paths, customer)?.digest(value)?;
                    Ok(Some(digest.to_string()))
                }
                other => Ok(other.clone()),
            }
        };
        Ok(ColumnChange {
            column: change.column.clone(),
            old: keep(&change.old)?,
            new: keep(&change.new)?,
            digest: hidden,
        })
    }
}

/// Reads `id=7` or `column=value[,column=value]`. The key may be a volunteer's, so no error repeats it.
pub(super) fn record_key(text: &str) -> Result<RecordKey> {
    let wrong = || Error::Input {
        message: if text.starts_with("id=") {
            "expected a whole number behind `id=`, found another text".to_owned()
        } else {
            "expected `id=NUMBER` or `COLUMN=VALUE`, found a part without `=`".to_owned()
        },
        hint: "name the record by its id or its natural key, such as `name=Leeds`".to_owned(),
    };
    let (column, value) = text.split_once('=').ok_or_else(wrong)?;
    if column == "id" {
        return value.parse().map(RecordKey::Id).map_err(|_| wrong());
    }
    let mut parts = Vec::new();
    for part in text.split(',') {
        match part.split_once('=') {
            Some((column, value)) => parts.push((column.trim().to_owned(), value.to_owned())),
            // A comma within a value belongs to it.
            None => match parts.last_mut() {
                Some((_, value)) => {
                    value.push(',');
                    value.push_str(part);
                }
                None => return Err(wrong()),
            },
        }
    }
    Ok(RecordKey::Natural(parts))
}

impl Texts {
    /// Returns the keyed digest of a value without keeping the value.
    fn digest(&self, value: &str) -> Result<Digest> {
        secrets::keyed_digest(self.key(), value)
    }
}
