use std::collections::BTreeMap;

use landfall_catalogue::{Class, Subject, Table};
use landfall_core::{
    customer::{Environment, State},
    digest::Digest,
    ids::Address,
    person::Role,
    refusal,
};
use landfall_instances::record::{self, RecordKey, Recorded};
use serde::Serialize;

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
        /// What was done: added, set, archived.
        verb: &'static str,
        /// The table.
        table: String,
        /// The record's id.
        id: i64,
        /// The columns that changed.
        columns: Vec<ColumnChange>,
    },
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
        let recorded = self.change(caller, address, table, "added", |path, catalogue| {
            record::add(path, catalogue, table, values)
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
        self.change(caller, address, table, "set", |path, catalogue| {
            record::set(path, catalogue, table, &key, values)
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
        self.change(caller, address, table, "archived", |path, catalogue| {
            record::archive(path, catalogue, table, &key)
        })?;
        Ok(())
    }

    fn change(
        &mut self,
        caller: &Caller,
        address: &Address,
        table: &str,
        verb: &'static str,
        act: impl FnOnce(
            &std::path::Path,
            &landfall_catalogue::Catalogue,
        ) -> std::result::Result<Recorded, record::Error>,
    ) -> Result<Recorded> {
        let person = self.acting(caller)?;
        let state = self.customer(&address.customer)?;
        let target = environment(&state, address.label)?;
        open_to_changes(target, address)?;
        if person.customer.as_ref().is_some_and(|own| *own != address.customer) {
            return Err(refusal::OTHER_CUSTOMER
                .because(
                    format!("`{}` may not change records of `{}`", person.id, address.customer),
                    "let one of that customer's own people do it",
                )
                .into());
        }
        match person.role {
            Role::VendorEngineer | Role::CustomerReviewer => {}
            Role::VendorSales | Role::VendorQuality | Role::CustomerQuality => {
                return Err(refusal::AUTHORITY
                    .because(
                        format!("`{}` ({}) may not change records; expected: vendor engineer, customer reviewer", person.id, person.role.title()),
                        "choose the session with `--as PERSON`",
                    )
                    .into());
            }
        }
        let path = self.instance_path(address)?;
        let catalogue = self.catalogue(&target.plan.release.release)?.clone();
        let recorded = act(&path, &catalogue)?;
        let declared = catalogue.table(table);
        let columns = recorded
            .changes
            .iter()
            .map(|change| self.change_of(address, declared, change))
            .collect::<Result<Vec<_>>>()?;
        let role = address.role.unwrap_or(landfall_core::environment::Role::Main);
        let place = format!("{}/{}", address.customer, address.label);
        let event = Event::RecordChanged {
            instance: format!("{place}/{role}"),
            verb,
            table: table.to_owned(),
            id: recorded.id,
            columns,
        };
        self.append(
            &format!("records/{place}"),
            "records.",
            &[event],
            &person.actor(),
            caller.reason.as_deref(),
        )?;
        Ok(recorded)
    }

    fn change_of(
        &self,
        address: &Address,
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
                    let digest: Digest =
                        Texts::open(&self.paths, &address.customer)?.digest(value)?;
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

/// A qualified environment changes by a change record only, which its policy must allow; others change freely.
fn open_to_changes(target: &Environment, address: &Address) -> Result<()> {
    let place = format!("{}/{}", address.customer, address.label);
    let refused = match target.state {
        State::InUse => {
            if target.plan.qualified {
                Some("it is qualified; its records are not changed by hand")
            } else {
                None
            }
        }
        State::Requested
        | State::Building
        | State::Built
        | State::Closed
        | State::Destroying
        | State::Destroyed => Some("it is not in use"),
    };
    match refused {
        None => Ok(()),
        Some(why) => Err(refusal::WRONG_STATE
            .because(
                format!("records of `{place}` cannot be changed: {why}"),
                format!(
                    "`landfall customer show {}` shows the environments in use",
                    address.customer
                ),
            )
            .into()),
    }
}

impl Texts {
    /// Returns the keyed digest of a value without keeping the value.
    fn digest(&self, value: &str) -> Result<Digest> {
        secrets::keyed_digest(self.key(), value)
    }
}
