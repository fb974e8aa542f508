use std::{collections::BTreeMap, path::Path};

use landfall_catalogue::{Catalogue, Class, Subject, Table};
use landfall_core::{
    customer::decide::may_change_records,
    digest::Digest,
    ids::{Address, CustomerId, Label, PersonId},
};
use landfall_instances::record::{self, Pending, RecordKey, Recorded};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::environment::environment;
use crate::{Caller, Installation, Result, error::Error, secrets, texts::Texts};

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
    },
}

/// What is kept beside a change until the ledger holds it: who did it, and why.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    verb: String,
    table: String,
    person: PersonId,
    reason: Option<String>,
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

    /// Adds a record; returns its id.
    ///
    /// # Errors
    /// When the environment does not take changes, or a value does not fit its column.
    pub fn record_add(
        &mut self,
        caller: &Caller,
        address: &Address,
        table: &str,
        values: &[(String, String)],
    ) -> Result<i64> {
        let recorded = self.change(caller, address, "added", table, |path, catalogue, note| {
            record::add_noted(path, catalogue, table, values, note)
        })?;
        Ok(recorded.id)
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
    ) -> Result<()> {
        let key = record_key(key)?;
        self.change(caller, address, "set", table, |path, catalogue, note| {
            record::set_noted(path, catalogue, table, &key, values, note)
        })?;
        Ok(())
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
    ) -> Result<()> {
        let key = record_key(key)?;
        self.change(caller, address, "archived", table, |path, catalogue, note| {
            record::archive_noted(path, catalogue, table, &key, note)
        })?;
        Ok(())
    }

    fn change(
        &mut self,
        caller: &Caller,
        address: &Address,
        verb: &str,
        table: &str,
        act: impl FnOnce(&Path, &Catalogue, &str) -> std::result::Result<Recorded, record::Error>,
    ) -> Result<Recorded> {
        let person = self.acting(caller)?;
        let state = self.customer(&address.customer)?;
        if let Err(refusal) = may_change_records(&state, address.label, &person) {
            return Err(self.refused(&address.customer, &person, "change-record", refusal));
        }
        let target = environment(&state, address.label)?;
        self.settle_records(&address.customer, address.label)?;
        let note = Note {
            verb: verb.to_owned(),
            table: table.to_owned(),
            person: person.id.clone(),
            reason: caller.reason.clone(),
        };
        let note = serde_json::to_string(&note)
            .map_err(|error| Error::Broken(format!("a note cannot be written: {error}")))?;
        let path = self.instance_path(address)?;
        let recorded = act(&path, self.catalogue(&target.plan.release.release)?, &note)?;
        self.settle_records(&address.customer, address.label)?;
        Ok(recorded)
    }

    /// Writes the changes of an environment's records that the ledger does not hold yet into it. Called before and after
    /// every change and before anything is made from an instance: a crash delays an entry, it never loses one.
    pub(crate) fn settle_records(&mut self, customer: &CustomerId, label: Label) -> Result<()> {
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
            for pending in record::pending(&path)? {
                let told = self.ledger.stream(&stream)?.iter().any(|entry| {
                    entry.body.get("instance").and_then(Value::as_str) == Some(instance.as_str())
                        && entry.body.get("change").and_then(Value::as_i64) == Some(pending.number)
                });
                if !told {
                    self.tell(customer, &stream, &instance, &catalogue, &pending)?;
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
    ) -> Result<()> {
        let note: Note = serde_json::from_str(&pending.note)
            .map_err(|error| Error::Broken(format!("a note cannot be read: {error}")))?;
        let actor = self
            .vendor()?
            .people
            .get(&note.person)
            .map(landfall_core::person::Person::actor)
            .ok_or_else(|| Error::Broken(format!("there is no person `{}`", note.person)))?;
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
        };
        self.append(stream, "records.", &[event], &actor, note.reason.as_deref())
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

/// Reads `id=7` or `column=value[,column=value]`.
fn record_key(text: &str) -> Result<RecordKey> {
    let wrong = || Error::Input {
        message: format!(
            "expected `id=NUMBER` or `COLUMN=VALUE`, found `{}`",
            text.chars().take(60).collect::<String>()
        ),
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
