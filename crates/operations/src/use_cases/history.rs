use std::collections::BTreeSet;

use landfall_catalogue::{Subject, Table};
use landfall_core::{
    customer::Environment,
    digest::Digest,
    entry::Entry,
    environment::Role,
    ids::{Address, CustomerId, Label},
    time::Timestamp,
};
use landfall_instances::{
    drift::TableState,
    record::{self, RecordKey},
};
use serde::{Deserialize, Serialize};

use super::{environment::environment, record::record_key};
use crate::{Installation, Result, error::Error};

/// The kind of the entry that tells a record's change.
const RECORD_CHANGED: &str = "records.record-changed";

/// The kind of the entry that tells a change of a study's design: of many rows in many tables.
const DESIGN_CHANGED: &str = "records.design-changed";

/// One change of a record, as the ledger tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordVersion {
    /// The number of the ledger's entry.
    pub entry: u64,
    /// When (UTC).
    pub time: Timestamp,
    /// Who did it: the printed name.
    pub who: String,
    /// The role as at the time.
    pub role: String,
    /// What was done: added, set, archived.
    pub verb: String,
    /// Why, where a reason was given.
    pub reason: Option<String>,
    /// The columns that changed.
    pub columns: Vec<ColumnVersion>,
}

/// One column before and after a change. A value that the ledger holds as a digest is shown as such.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColumnVersion {
    /// The column.
    pub column: String,
    /// What it held before; none where it held nothing.
    pub old: Option<String>,
    /// What it held after; none where it holds nothing.
    pub new: Option<String>,
}

/// What an entry tells of a record's change.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Told {
    instance: String,
    /// Counts the changes of the instance.
    pub(super) change: i64,
    pub(super) verb: String,
    pub(super) table: String,
    pub(super) id: i64,
    columns: Vec<ToldColumn>,
    /// What the table held before the change.
    #[serde(default)]
    pub(super) before: Option<TableState>,
    /// What the table held after it.
    #[serde(default)]
    pub(super) after: Option<TableState>,
    /// The tables of a design that were changed with it.
    #[serde(default)]
    tables: Vec<ToldTable>,
}

#[derive(Debug, Clone, Deserialize)]
struct ToldTable {
    table: String,
    #[serde(default)]
    before: Option<TableState>,
    #[serde(default)]
    after: Option<TableState>,
}

impl Told {
    /// Returns what is told table by table: a change of a design touches several. Where many rows of a table are meant,
    /// the id is 0.
    fn by_table(mut self) -> Vec<Self> {
        let tables = std::mem::take(&mut self.tables);
        if tables.is_empty() {
            return vec![self];
        }
        tables
            .into_iter()
            .map(|ToldTable { table, before, after }| Self {
                id: if table == self.table { self.id } else { 0 },
                table,
                before,
                after,
                ..self.clone()
            })
            .collect()
    }
}

#[derive(Debug, Clone, Deserialize)]
struct ToldColumn {
    column: String,
    old: Option<String>,
    new: Option<String>,
    digest: bool,
}

impl Installation {
    /// Returns what happened to a record, the first change first. `key` is as for [`Self::record_set`]; `id=7` also
    /// names a record that is no longer there, or whose environment is gone.
    ///
    /// # Errors
    /// When there is no such environment or table, or the key names no record or several: one that is not there now and
    /// of which nothing is told either.
    pub fn record_history(
        &self,
        address: &Address,
        table: &str,
        key: &str,
    ) -> Result<Vec<RecordVersion>> {
        let state = self.customer(&address.customer)?;
        let target = environment(&state, address.label)?;
        let catalogue = self.catalogue(&target.plan.release.release)?;
        let declared = catalogue
            .table(table)
            .ok_or_else(|| record::Error::UnknownTable { table: table.to_owned() })?;
        let key = record_key(key)?;
        let id = match &key {
            RecordKey::Id(id) => *id,
            RecordKey::Natural(_) => {
                record::id_of(&self.instance_path(address)?, catalogue, table, &key)?
            }
        };
        let role = address.role.unwrap_or(Role::Main);
        let told = self
            .told(&address.customer, address.label, role, |entry| of_this_build(target, entry))?;
        let history: Vec<RecordVersion> = told
            .into_iter()
            .filter(|(_, told)| told.table == table && told.id == id)
            .map(|(entry, told)| version(&entry, told, declared))
            .collect();
        if history.is_empty() {
            // That nothing was changed is said of a record that is there, never of an id that no record has.
            record::id_of(&self.instance_path(address)?, catalogue, table, &key)?;
        }
        Ok(history)
    }

    /// Returns the changes of an instance's records that the ledger tells, the first first, out of the entries that
    /// count. A change that two processes told is there once.
    pub(super) fn told(
        &self,
        customer: &CustomerId,
        label: Label,
        role: Role,
        counts: impl Fn(&Entry) -> bool,
    ) -> Result<Vec<(Entry, Told)>> {
        let instance = format!("{customer}/{label}/{role}");
        let mut numbers = BTreeSet::new();
        let mut list = Vec::new();
        for entry in self.ledger.stream(&format!("records/{customer}/{label}"))? {
            let tells = entry.kind == RECORD_CHANGED || entry.kind == DESIGN_CHANGED;
            if !tells || !counts(&entry) {
                continue;
            }
            let told: Told = serde_json::from_value(entry.body.clone()).map_err(|_| {
                Error::Broken(format!(
                    "expected entry {} to tell a change of a record, found another body",
                    entry.sequence
                ))
            })?;
            if told.instance == instance && numbers.insert(told.change) {
                list.extend(told.by_table().into_iter().map(|told| (entry.clone(), told)));
            }
        }
        Ok(list)
    }
}

/// Tells whether an entry is about the instances that an environment has now: one that is built again counts its
/// changes from 1 again, and its records have ids of their own.
pub(super) fn of_this_build(target: &Environment, entry: &Entry) -> bool {
    target.since.get("built").is_none_or(|built| entry.time >= *built)
}

fn version(entry: &Entry, told: Told, table: &Table) -> RecordVersion {
    let columns = told
        .columns
        .into_iter()
        .map(|column| {
            let about = about_a_volunteer(table, &column.column);
            let shown = |value: Option<String>| match value {
                Some(digest) if column.digest => Some(hidden(&digest, about)),
                value => value,
            };
            let (old, new) = (shown(column.old), shown(column.new));
            ColumnVersion { column: column.column, old, new }
        })
        .collect();
    RecordVersion {
        entry: entry.sequence,
        time: entry.time,
        who: entry.actor.name.clone(),
        role: entry.actor.role.clone(),
        verb: told.verb,
        reason: entry.reason.clone(),
        columns,
    }
}

fn about_a_volunteer(table: &Table, column: &str) -> bool {
    table.person.is_some()
        || table.column(column).is_some_and(|column| column.subject == Subject::Volunteer)
}

/// Writes what stands instead of a value of which the ledger holds a keyed digest only.
fn hidden(digest: &str, about_a_volunteer: bool) -> String {
    let whose = if about_a_volunteer { "volunteer's value" } else { "protected value" };
    let short = digest.parse::<Digest>().map_or_else(|_| digest.to_owned(), |full| full.short());
    format!("({whose}, digest {short})")
}

#[cfg(test)]
mod tests {
    use landfall_catalogue::Catalogue;
    use landfall_core::entry::Actor;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_change_of_a_design_is_told_table_by_table() {
        let body = json!({
            "instance": "acme/prod/main", "change": 4, "verb": "imported", "table": "study_design", "id": 9,
            "columns": [], "study": "LF-101",
            "tables": [
                { "table": "study_design", "added": 1, "removed": 0 },
                { "table": "item", "added": 52, "removed": 0 },
            ],
        });
        let told: Told = serde_json::from_value(body).unwrap();
        let list = told.by_table();
        let named: Vec<_> = list.iter().map(|one| (one.table.as_str(), one.id)).collect();
        assert_eq!(named, [("study_design", 9), ("item", 0)]);
        assert!(list.iter().all(|one| one.change == 4 && one.verb == "imported"));
    }

    #[test]
    fn a_version_shows_values_and_says_of_a_digest_whose_it_is() {
        let releases = Catalogue::embedded_releases();
        let catalogue = Catalogue::embedded(&releases[0]).unwrap();
        let digest = Digest::of(b"keyed").to_string();
        let entry = Entry {
            sequence: 7,
            stream: "records/acme/prod".to_owned(),
            version: 1,
            time: Timestamp::from_seconds(0),
            actor: Actor {
                id: "erik".to_owned(),
                name: "Erik".to_owned(),
                role: "vendor-engineer".to_owned(),
            },
            on_behalf_of: None,
            kind: RECORD_CHANGED.to_owned(),
            kind_version: 1,
            body: json!({
                "instance": "acme/prod/main", "change": 1, "verb": "set", "table": "x", "id": 3,
                "columns": [
                    { "column": "notes", "old": null, "new": digest, "digest": true },
                    { "column": "status", "old": "active", "new": "archived", "digest": false },
                ],
            }),
            reason: Some("asked for".to_owned()),
            correlation: None,
            previous: Digest::ZERO,
        };
        let told: Told = serde_json::from_value(entry.body.clone()).unwrap();
        let volunteer = version(&entry, told.clone(), catalogue.table("volunteer").unwrap());
        let short = Digest::of(b"keyed").short();
        let shown = Some(format!("(volunteer's value, digest {short})"));
        assert_eq!(
            volunteer.columns[0],
            ColumnVersion { column: "notes".to_owned(), old: None, new: shown }
        );
        assert_eq!(volunteer.columns[1].old.as_deref(), Some("active"));
        assert_eq!((volunteer.entry, volunteer.who.as_str()), (7, "Erik"));
        let site = version(&entry, told, catalogue.table("site").unwrap());
        let shown = format!("(protected value, digest {short})");
        assert_eq!(site.columns[0].new.as_deref(), Some(shown.as_str()));
    }
}
