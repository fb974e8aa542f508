use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use landfall_catalogue::Catalogue;
use landfall_core::{
    customer::Environment,
    digest::Digest,
    environment::Role,
    ids::{Address, CustomerId, Label},
    operation,
    person::Person,
    plan::Probe,
    refusal,
    time::Timestamp,
};
use landfall_instances::{
    drift::{self, Baseline, Change, TableState},
    record::{self, Pending},
};
use serde::Serialize;
use serde_json::Value;

pub use landfall_instances::drift::Drift;

use super::{environment::environment, history::Told};
use crate::{
    Caller, Installation, Result, error::Error, installation::read_event, operation::PREFIX,
    probe::Probing,
};

/// What a recheck of a qualified environment found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recheck {
    /// What was checked.
    pub address: Address,
    /// The number of its IQ.
    pub document: Option<String>,
    /// When it was sealed: what it held then is what it is compared with.
    pub since: Timestamp,
    /// The number of the ledger's entry that says so.
    pub entry: u64,
    /// When it was checked.
    pub checked: Timestamp,
    /// Its instances.
    pub instances: Vec<InstanceRecheck>,
    /// Whether anything is otherwise than it was built, and than the ledger tells.
    pub drifted: bool,
}

/// What a recheck found in one instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InstanceRecheck {
    /// Main or Test.
    pub role: Role,
    /// What was changed by something else than Landfall.
    pub drift: Vec<Drift>,
    /// What was changed through Landfall since.
    pub recorded: Vec<RecordedChange>,
    /// How many tables were compared with what they held.
    pub tables: usize,
    /// How many objects of the schema were compared with their definition.
    pub schema_objects: usize,
    /// How many tests of the IQ speak of this instance. Those that are not run again look at what tables hold, which is
    /// compared as a whole.
    pub planned_tests: usize,
    /// The tests of the IQ that were run again.
    pub tests: Vec<TestAgain>,
}

/// A change that the ledger tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordedChange {
    /// The number of the ledger's entry.
    pub entry: u64,
    /// When (UTC).
    pub time: Timestamp,
    /// Who did it: the printed name.
    pub who: String,
    /// The table.
    pub table: String,
    /// The record's id.
    pub id: i64,
    /// What was done: added, set, archived.
    pub verb: String,
}

/// A test of the IQ that was run again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TestAgain {
    /// Its id in the IQ.
    pub id: String,
    /// What the plan expects.
    pub expected: String,
    /// What was found when the environment was built.
    pub before: String,
    /// What is found now.
    pub now: String,
    /// Whether that is the same. Accounts and integration settings may differ by recorded changes, and by nothing else.
    pub equal: bool,
}

/// What the ledger keeps of a recheck: counts and digests.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", content = "body", rename_all = "kebab-case")]
enum Event {
    /// An environment was compared with what its IQ found.
    DocumentRechecked {
        /// The number of its IQ.
        document: Option<String>,
        /// Whether anything drifted.
        drifted: bool,
        /// By instance.
        instances: Vec<Checked>,
    },
}

#[derive(Debug, Serialize)]
struct Checked {
    instance: String,
    /// The digest of what was expected: the baseline, and what recorded changes made of it.
    expected: Digest,
    /// How many things drifted.
    drift: usize,
    /// The digest of their list.
    differences: Digest,
    /// How many changes are recorded since the sealing.
    recorded: usize,
    /// How many tests were run again.
    tests: usize,
    /// How many of them found something else that recorded changes do not explain.
    failed: usize,
}

/// What the ledger says of an environment since it was sealed.
struct Sealed {
    /// The number of the entry.
    entry: u64,
    time: Timestamp,
    baselines: BTreeMap<Role, Baseline>,
    /// What each test found, by its id.
    found: BTreeMap<String, String>,
}

/// What a changed table held before and after changes that are told together: the first of a table knows the one, the
/// last the other.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct States {
    pub(super) before: Option<TableState>,
    pub(super) after: Option<TableState>,
}

impl Installation {
    /// Compares a qualified environment, or one of its instances, with what was found when it was sealed, and with what
    /// the ledger tells of its records since. What is in neither is drift. The result is recorded.
    ///
    /// # Errors
    /// When nobody is signed in, the environment is not qualified, or it has no content.
    pub fn document_recheck(&mut self, caller: &Caller, address: &Address) -> Result<Recheck> {
        let person = self.acting_on_damage(caller)?;
        let (customer, label) = (&address.customer, address.label);
        if let Some(own) = person.customer.as_ref().filter(|own| *own != customer) {
            let refusal = refusal::OTHER_CUSTOMER.because(
                format!("people of `{own}` see `{own}` and nothing else, not `{customer}`"),
                "let a person of that customer, or of the vendor, look",
            );
            return Err(self.refused(customer, &person, "recheck-document", refusal));
        }
        let state = self.customer(customer)?;
        let target = environment(&state, label)?;
        if !target.plan.qualified {
            let refusal = refusal::IQ_KIND.because(
                format!("`{customer}/{label}` has no IQ that it could be compared with"),
                format!(
                    "recheck a formal VAL or PROD; `landfall customer show {customer}` lists them"
                ),
            );
            return Err(self.refused(customer, &person, "recheck-document", refusal));
        }
        if !target.state.has_content() {
            let refusal = refusal::WRONG_STATE.because(
                format!(
                    "`{customer}/{label}` cannot be compared with its IQ: it is {}",
                    target.state.as_str()
                ),
                "recheck an environment that is built and not destroyed",
            );
            return Err(self.refused(customer, &person, "recheck-document", refusal));
        }
        let sealed = self.sealed(customer, target)?;
        let mut instances = Vec::new();
        let mut checked = Vec::new();
        for role in &target.plan.instances {
            if address.role.is_none_or(|only| only == *role) {
                let (instance, noted) = self.recheck_instance(target, customer, *role, &sealed)?;
                instances.push(instance);
                checked.push(noted);
            }
        }
        if instances.is_empty() {
            // The address names an instance that the environment does not have.
            self.instance_path(address)?;
        }
        let drifted = checked.iter().any(|noted| noted.drift > 0 || noted.failed > 0);
        let event =
            Event::DocumentRechecked { document: target.iq.clone(), drifted, instances: checked };
        let time = self.now()?;
        let stream = format!("rechecks/{customer}/{label}");
        self.append(&stream, "rechecks.", &[event], &person.actor(), caller.reason.as_deref())?;
        Ok(Recheck {
            address: address.clone(),
            document: target.iq.clone(),
            since: sealed.time,
            entry: sealed.entry,
            checked: time,
            instances,
            drifted,
        })
    }

    /// Returns who acts. The instance that is looked at may be damaged in such a way that what is noted in it cannot be
    /// told: a recheck is there to say so, and is not kept from it.
    fn acting_on_damage(&mut self, caller: &Caller) -> Result<Person> {
        let recovered = match self.recover() {
            Ok(()) => true,
            Err(Error::Instances(_) | Error::Record(_) | Error::Broken(_)) => false,
            Err(other) => return Err(other),
        };
        self.recovered = true;
        let person = self.acting(caller);
        self.recovered = recovered;
        person
    }

    /// Finds what was recorded when the environment was sealed, in the last attempt of the operation that built it.
    fn sealed(&self, customer: &CustomerId, target: &Environment) -> Result<Sealed> {
        let label = target.label;
        let none = || Error::NotFound {
            what: format!(
                "the ledger does not say what `{customer}/{label}` held when it was sealed"
            ),
            hint: "it was built by a version of Landfall that kept no such baseline".to_owned(),
        };
        let number = target.operation.ok_or_else(none)?;
        let mut found = BTreeMap::new();
        let mut sealing = None;
        for entry in self.ledger.stream(&operation::stream(customer, number))? {
            match read_event(&entry, PREFIX)? {
                operation::Event::AttemptStarted { .. } => {
                    found.clear();
                    sealing = None;
                }
                operation::Event::StepDone { facts, tests, .. } => {
                    found.extend(tests.into_iter().map(|test| (test.id, test.actual)));
                    let baselines = baselines(&facts)?;
                    if !baselines.is_empty() {
                        sealing = Some((entry.sequence, entry.time, baselines));
                    }
                }
                operation::Event::Ended { .. } => {}
            }
        }
        let (entry, time, baselines) = sealing.ok_or_else(none)?;
        Ok(Sealed { entry, time, baselines, found })
    }

    fn recheck_instance(
        &mut self,
        target: &Environment,
        customer: &CustomerId,
        role: Role,
        sealed: &Sealed,
    ) -> Result<(InstanceRecheck, Checked)> {
        let label = target.label;
        let path = self.paths.instance(customer, label, role);
        let catalogue = self.catalogue(&target.plan.release.release)?.clone();
        let baseline = sealed.baselines.get(&role).ok_or_else(|| {
            Error::Broken(format!("the sealing of `{customer}/{label}` says nothing of {role}"))
        })?;
        let mut told = self.told_since(customer, label, role, sealed)?;
        let (expected, drift) = loop {
            let (expected, mut drift) = expectation(baseline, &told);
            drift.extend(drift::examine(&path, &catalogue, &expected));
            if drift.is_empty() {
                break (expected, drift);
            }
            // Somebody may have changed a record while the file was read: then the ledger tells more now. Notes that
            // cannot be told are drift, and found as such.
            let _settled = self.settle_records(customer, label);
            let again = self.told_since(customer, label, role, sealed)?;
            if again.len() == told.len() {
                break (expected, drift);
            }
            told = again;
        };
        let is_explained = drift.is_empty();
        let tests =
            self.test_again(target, role, &path, &catalogue, &sealed.found, is_explained)?;
        let noted = Checked {
            instance: format!("{customer}/{label}/{role}"),
            expected: Digest::of_canonical(&expected)?,
            drift: drift.len(),
            differences: Digest::of_canonical(&drift)?,
            recorded: told.len(),
            tests: tests.len(),
            failed: tests.iter().filter(|test| !test.equal).count(),
        };
        let recorded = told.into_iter().map(|(recorded, _)| recorded).collect();
        let planned_tests = target.plan.tests.iter().filter(|test| test.role == Some(role)).count();
        let instance = InstanceRecheck {
            role,
            drift,
            recorded,
            tables: expected.tables.len(),
            schema_objects: expected.schema.len(),
            planned_tests,
            tests,
        };
        Ok((instance, noted))
    }

    /// Returns the changes of records that the ledger tells of an instance since it was sealed.
    fn told_since(
        &self,
        customer: &CustomerId,
        label: Label,
        role: Role,
        sealed: &Sealed,
    ) -> Result<Vec<(RecordedChange, Told)>> {
        let told = self.told(customer, label, role, |entry| entry.sequence > sealed.entry)?;
        Ok(told
            .into_iter()
            .map(|(entry, told)| {
                let recorded = RecordedChange {
                    entry: entry.sequence,
                    time: entry.time,
                    who: entry.actor.name,
                    table: told.table.clone(),
                    id: told.id,
                    verb: told.verb.clone(),
                };
                (recorded, told)
            })
            .collect())
    }

    /// Runs those tests of the IQ again that mean something for an instance in use. Tables are compared as a whole,
    /// with what was recorded since; the residual scan looked at what was loaded. `is_explained` says that the tables
    /// hold what was recorded: then another number of accounts or settings was recorded, too.
    fn test_again(
        &self,
        target: &Environment,
        role: Role,
        path: &Path,
        catalogue: &Catalogue,
        found: &BTreeMap<String, String>,
        is_explained: bool,
    ) -> Result<Vec<TestAgain>> {
        let probing = Probing::of_instance(path.to_owned(), catalogue, &self.policy, None);
        let mut tests = Vec::new();
        for test in target.plan.tests.iter().filter(|test| test.role == Some(role)) {
            let by_records = matches!(test.probe, Probe::IntegrationSettings | Probe::Accounts);
            let by_build = matches!(
                test.probe,
                Probe::BuildIdentity
                    | Probe::InstanceIdentity
                    | Probe::Schema
                    | Probe::References
                    | Probe::Integrity
            );
            if !by_records && !by_build {
                continue;
            }
            let now = match probing.probe(&test.probe) {
                Ok(found) => found.actual,
                Err(Error::Instances(error)) => format!("cannot be tested: {error}"),
                Err(other) => return Err(other),
            };
            let before = found.get(&test.id).cloned().unwrap_or_default();
            tests.push(TestAgain {
                id: test.id.clone(),
                expected: test.expected.clone(),
                equal: now == before || (by_records && is_explained),
                before,
                now,
            });
        }
        Ok(tests)
    }
}

/// Reads the baselines out of the facts of a step; there are none unless it is the sealing of a qualified environment.
fn baselines(facts: &Value) -> Result<BTreeMap<Role, Baseline>> {
    let mut list = BTreeMap::new();
    for instance in facts.get("instances").and_then(Value::as_array).into_iter().flatten() {
        let (Some(role), Some(baseline)) = (instance.get("instance"), instance.get("baseline"))
        else {
            continue;
        };
        let unknown = |_| {
            Error::Broken(
                "what was recorded of a sealed instance is nothing that this version knows"
                    .to_owned(),
            )
        };
        let role: Role = serde_json::from_value(role.clone()).map_err(unknown)?;
        let baseline: Baseline = serde_json::from_value(baseline.clone()).map_err(unknown)?;
        list.insert(role, baseline);
    }
    Ok(list)
}

/// Returns what an instance must hold: the baseline, with what the recorded changes made of it. A table that held
/// something else when a change of it was recorded had drifted before: the change does not hide that.
fn expectation(baseline: &Baseline, told: &[(RecordedChange, Told)]) -> (Baseline, Vec<Drift>) {
    let mut expected = baseline.clone();
    let mut drift = Vec::new();
    // Tables of which several changes were told late: between the first and the last nobody knows what they held.
    let mut unknown: BTreeSet<&str> = BTreeSet::new();
    for (recorded, told) in told {
        let table = told.table.as_str();
        expected.noted = expected.noted.max(told.change.unsigned_abs());
        let known = expected.table(table).filter(|_| !unknown.contains(table));
        if let (Some(known), Some(before)) = (known, told.before)
            && known != before
        {
            let when = format!(", already before entry {} recorded a change", recorded.entry);
            drift.push(Drift::of_content(table, known, before, &when));
        }
        match told.after {
            Some(after) => {
                expected.expect_table(table, after);
                unknown.remove(table);
            }
            None => {
                unknown.insert(table);
            }
        }
    }
    (expected, drift)
}

/// Returns the changes of an instance's records that are not settled, with what their tables held before and after them
/// where that is asked for. Those that the ledger tells already have nothing.
pub(super) fn pending_with_states(
    path: &Path,
    catalogue: &Catalogue,
    qualified: bool,
    told: &BTreeSet<i64>,
) -> Result<Vec<(Pending, States)>> {
    loop {
        let pending = record::pending(path)?;
        let states = if qualified {
            let untold: Vec<&Pending> =
                pending.iter().filter(|pending| !told.contains(&pending.number)).collect();
            states(path, catalogue, &untold)?
        } else {
            BTreeMap::new()
        };
        // Another process may have changed a record while the tables were read; then they are read again.
        if !qualified || record::pending(path)? == pending {
            return Ok(pending
                .into_iter()
                .map(|pending| {
                    let states = states.get(&pending.number).copied().unwrap_or_default();
                    (pending, states)
                })
                .collect());
        }
    }
}

fn states(
    path: &Path,
    catalogue: &Catalogue,
    pending: &[&Pending],
) -> Result<BTreeMap<i64, States>> {
    let mut tables: BTreeMap<String, Vec<(i64, Change<'_>)>> = BTreeMap::new();
    for pending in pending {
        // A note without a table cannot be told, which says so.
        let Some((table, added)) = noted(&pending.note) else { continue };
        let change = Change { recorded: &pending.recorded, added };
        tables.entry(table).or_default().push((pending.number, change));
    }
    let mut states: BTreeMap<i64, States> = BTreeMap::new();
    for (table, changes) in &tables {
        let (Some((first, _)), Some((last, _))) = (changes.first(), changes.last()) else {
            continue;
        };
        let made: Vec<Change<'_>> = changes.iter().map(|(_, change)| *change).collect();
        let (before, after) = drift::states_around(path, catalogue, table, &made)?;
        states.entry(*first).or_default().before = Some(before);
        states.entry(*last).or_default().after = Some(after);
    }
    Ok(states)
}

/// Reads out of a note which table was changed, and whether by a new record.
fn noted(note: &str) -> Option<(String, bool)> {
    let note: Value = serde_json::from_str(note).ok()?;
    let table = note.get("table")?.as_str()?.to_owned();
    Some((table, note.get("verb").and_then(Value::as_str) == Some("added")))
}

#[cfg(test)]
mod tests {
    use landfall_instances::{drift::Header, package::TableDigest};
    use serde_json::json;

    use super::*;

    fn state(rows: u64) -> TableState {
        TableState { rows, digest: Digest::of(&rows.to_le_bytes()) }
    }

    fn baseline() -> Baseline {
        let table = |name: &str, rows: u64| TableDigest {
            name: name.to_owned(),
            rows,
            digest: state(rows).digest,
        };
        Baseline {
            release: "24.1".parse().unwrap(),
            catalogue: Digest::ZERO,
            schema: vec![],
            header: Header {
                application_id: 0,
                user_version: 1,
                encoding: "UTF-8".to_owned(),
                journal_mode: "delete".to_owned(),
            },
            tables: vec![table("role", 1), table("site", 10)],
            noted: 0,
        }
    }

    /// A change of `site` with what the table held before and after it.
    fn told(
        number: i64,
        before: Option<TableState>,
        after: Option<TableState>,
    ) -> (RecordedChange, Told) {
        let recorded = RecordedChange {
            entry: 100 + number.unsigned_abs(),
            time: Timestamp::from_seconds(0),
            who: "Erik".to_owned(),
            table: "site".to_owned(),
            id: 1,
            verb: "set".to_owned(),
        };
        let body = json!({
            "instance": "acme/prod/main", "change": number, "verb": "set", "table": "site", "id": 1,
            "columns": [], "before": before, "after": after,
        });
        (recorded, serde_json::from_value(body).unwrap())
    }

    #[test]
    fn recorded_changes_are_expected() {
        let changes =
            [told(1, Some(state(10)), Some(state(11))), told(2, Some(state(11)), Some(state(12)))];
        let (expected, drift) = expectation(&baseline(), &changes);
        assert_eq!(drift, []);
        assert_eq!(expected.table("site"), Some(state(12)));
        assert_eq!(expected.table("role"), Some(state(1)));
        assert_eq!(expected.noted, 2);
    }

    #[test]
    fn a_recorded_change_does_not_hide_what_was_changed_before_it() {
        let changes = [told(1, Some(state(9)), Some(state(9)))];
        let (expected, drift) = expectation(&baseline(), &changes);
        assert_eq!(expected.table("site"), Some(state(9)));
        assert_eq!(drift.len(), 1);
        assert_eq!(drift[0].object, "table site");
        assert_eq!(
            drift[0].what,
            "10 rows expected, 9 found, already before entry 101 recorded a change"
        );
    }

    #[test]
    fn changes_that_were_told_late_together_are_compared_at_their_ends() {
        let late = [told(1, Some(state(10)), None), told(2, None, Some(state(12)))];
        let (expected, drift) = expectation(&baseline(), &late);
        assert_eq!((expected.table("site"), drift), (Some(state(12)), vec![]));
        // The process died after it had told the first.
        let killed = [told(1, Some(state(10)), None), told(2, Some(state(11)), Some(state(12)))];
        let (expected, drift) = expectation(&baseline(), &killed);
        assert_eq!((expected.table("site"), drift), (Some(state(12)), vec![]));
    }

    #[test]
    fn a_note_names_its_table() {
        let note = r#"{"verb":"added","table":"site","person":"erik","reason":null}"#;
        assert_eq!(noted(note), Some(("site".to_owned(), true)));
        assert_eq!(noted("{}"), None);
        assert_eq!(noted("x"), None);
    }
}
