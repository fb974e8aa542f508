use std::collections::{BTreeMap, BTreeSet};

use landfall_core::{
    customer::{
        Customer, Document, DocumentKind, Due, Environment, Event, FailedTest, InstanceFacts,
        Resolution, State,
    },
    digest::Digest,
    entry::Entry,
    environment::{Kind, Role},
    ids::{Address, PersonId},
    operation::{self, TestResult},
    plan::{PackageKind, Purpose},
    signature::{self, Record, Signature},
    time::Timestamp,
};
use serde::{Deserialize, Serialize, Serializer};

use super::who;
use crate::{
    Installation, Result,
    error::Error,
    installation::{customer_stream, fold_customer, read_event},
    operation::PREFIX,
    rendition::status,
    story::sentence,
    use_cases::environment,
};

/// What stood at an address at a point in time, and who had signed what of it by then.
#[derive(Debug, Clone, Serialize)]
pub struct Inspection {
    /// The address that was asked about.
    pub address: Address,
    /// The customer's printed name.
    pub customer: String,
    /// The point in time that was asked about (UTC).
    pub at: Timestamp,
    /// The last entry of the ledger at that time: everything here is what the entries up to it say.
    pub ledger: PositionAt,
    /// Set where the time that was asked about lies ahead: what stands here is how it is now.
    pub ahead: bool,
    /// Where the environment stood.
    pub state: State,
    /// When it was requested, built, accepted, closed and so on, as far as that had happened.
    pub since: BTreeMap<&'static str, Timestamp>,
    /// Formal or informal, for VAL.
    pub purpose: Option<Purpose>,
    /// The product that it was planned with.
    pub release: ReleaseAt,
    /// Whether it was qualified by then: the report of its IQ approved by everyone whose signature it needs.
    pub qualified: bool,
    /// The same in words, with what was approved and what was not: `plan approved, report not approved yet`.
    pub qualification: String,
    /// The masking key of its volunteers, where they are masked.
    pub masking_key: Option<String>,
    /// The packages that it was, or was to be, made from.
    pub packages: Vec<PackageAt>,
    /// The plan and who had signed it.
    pub plan: PlanAt,
    /// The report of its IQ and who had signed it; none before there was one.
    pub report: Option<ReportAt>,
    /// The customer's acceptance.
    pub acceptance: Option<Signature>,
    /// The customer's rejection, with its reason.
    #[serde(serialize_with = "rejected")]
    pub rejection: Option<(Signature, String)>,
    /// The signature that completed validation in it.
    pub validation: Option<Signature>,
    /// The signatures of the final quality check, for PROD.
    pub final_qc: Vec<Signature>,
    /// Its instances, each with the digest of its content when it was built.
    pub instances: Vec<InstanceFacts>,
    /// The number of the operation that had built it.
    pub operation: Option<u32>,
    /// The tests of the last run by then: expected, found, passed.
    pub tests: Vec<TestAt>,
    /// What had gone wrong in making it.
    pub deviations: Vec<DeviationAt>,
    /// The records that were changed between its building and that time.
    pub changes: Vec<ChangeAt>,
    /// The loans of a Demo.
    pub loans: Vec<LoanAt>,
    /// The holds, lifted ones included.
    pub holds: Vec<HoldAt>,
    /// Why and by when it was to be destroyed.
    pub due: Option<Due>,
    /// The documents about it that there were.
    pub documents: Vec<DocumentAt>,
}

/// A place in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PositionAt {
    /// The last entry's number.
    pub sequence: u64,
    /// Its hash.
    pub head: Digest,
    /// Its time.
    pub time: Timestamp,
}

/// The product that an environment was planned with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReleaseAt {
    /// The product's name.
    pub product: String,
    /// The release.
    pub release: String,
    /// The build stamp.
    pub build: String,
    /// The digest of the catalogue.
    pub catalogue: Digest,
}

/// A package that an environment was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PackageAt {
    /// What it holds.
    pub kind: PackageKind,
    /// Its name.
    pub digest: Digest,
    /// Where it comes from: `acme/sandbox`, `iteration 2`.
    pub source: String,
    /// How many tables it has.
    pub tables: usize,
    /// How many rows it has.
    pub rows: u64,
    /// How it came to be.
    pub made: Option<Made>,
}

/// An entry that made something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Made {
    /// The entry's number.
    pub entry: u64,
    /// When (UTC).
    pub time: Timestamp,
    /// Who: printed name and role as they were then.
    pub who: String,
    /// What happened, as it follows the name.
    pub what: String,
}

impl Made {
    fn by(entry: &Entry) -> Self {
        Self { entry: entry.sequence, time: entry.time, who: who(entry), what: sentence(entry) }
    }
}

/// A plan and who had signed it before it ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanAt {
    /// Its digest.
    pub digest: Digest,
    /// The request that made it.
    pub requested: Made,
    /// The rules that it follows.
    pub policy: Digest,
    /// The document that states it, for a qualified environment.
    pub document: Option<String>,
    /// The digest of the document's facts: what the signatures bind to.
    pub facts: Option<Digest>,
    /// The signatures on it.
    pub signatures: Vec<Signature>,
}

/// A report and who had approved it after the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportAt {
    /// The document.
    pub document: String,
    /// The digest of its facts: what the signatures bind to.
    pub facts: Digest,
    /// How many checks it says failed.
    pub failed_checks: u32,
    /// The signatures on it.
    pub signatures: Vec<Signature>,
    /// The rejection of it, with its reason.
    #[serde(serialize_with = "rejected")]
    pub rejection: Option<(Signature, String)>,
}

/// A test as planned and as it was run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TestAt {
    /// Its id in the plan.
    pub id: String,
    /// The requirement that it traces to.
    pub requirement: String,
    /// Which instance; none for the whole environment.
    pub role: Option<Role>,
    /// What the plan expects.
    pub expected: String,
    /// What the probe found; none where it had not been run.
    pub actual: Option<String>,
    /// Whether both are the same; none where it had not been run.
    pub passed: Option<bool>,
}

/// A deviation as it was then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeviationAt {
    /// Its name: `ACME-DEV-001`.
    pub name: String,
    /// What happened.
    pub description: String,
    /// The tests that failed.
    pub tests: Vec<FailedTest>,
    /// When it was opened.
    pub opened: Timestamp,
    /// By whom.
    pub opened_by: PersonId,
    /// Impact, cause and fix.
    pub resolution: Option<Resolution>,
    /// The operation in which what had failed passed.
    pub retest: Option<u32>,
    /// The closure by vendor quality.
    pub approval: Option<Signature>,
    /// Under which condition it was closed.
    pub condition: Option<String>,
    /// Whether it was still open.
    pub open: bool,
}

/// A record that was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangeAt {
    /// The entry's number.
    pub entry: u64,
    /// When (UTC).
    pub time: Timestamp,
    /// Who: printed name and role as they were then.
    pub who: String,
    /// Where: `acme/prod/main`.
    pub instance: String,
    /// What was done: added, set, archived.
    pub verb: String,
    /// The table.
    pub table: String,
    /// The record's id.
    pub id: i64,
    /// The columns that changed.
    pub columns: Vec<ColumnAt>,
    /// Why.
    pub reason: Option<String>,
    /// The change request that it carries out: `ACME-ECR-001`.
    pub request: Option<String>,
}

/// A column that was changed. Of what is personal or secret there are keyed digests only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnAt {
    /// The column.
    pub column: String,
    /// What it held.
    pub old: Option<String>,
    /// What it held from then on.
    pub new: Option<String>,
    /// Whether old and new are keyed digests of the values.
    pub digest: bool,
}

/// A loan of a Demo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LoanAt {
    /// The entry that lent it.
    pub lent: Made,
    /// Until when.
    pub until: Timestamp,
}

/// A hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HoldAt {
    /// The entry that began it.
    pub held: Made,
    /// Why.
    pub reason: Option<String>,
    /// The entry that lifted it.
    pub lifted: Option<Made>,
}

/// A document as it was then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DocumentAt {
    /// Its number.
    pub number: String,
    /// What it is.
    pub kind: DocumentKind,
    /// How far it had come.
    pub status: String,
    /// The digest of the plan's facts, for an IQ.
    pub plan: Option<Digest>,
    /// The digest of the (final) facts.
    pub facts: Option<Digest>,
    /// Every signature on it, those on the plan first.
    pub signatures: Vec<Signature>,
}

/// Writes a rejection as an object: the signature and the reason.
fn rejected<S: Serializer>(
    rejection: &Option<(Signature, String)>,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Rejected<'a> {
        signature: &'a Signature,
        reason: &'a str,
    }
    let rejected = rejection.as_ref().map(|(signature, reason)| Rejected { signature, reason });
    rejected.serialize(serializer)
}

impl Installation {
    /// Says what stood at an address at a point in time, from the entries up to then and nothing else: packages, plan,
    /// report, tests, changes, documents, and who had signed what.
    ///
    /// # Errors
    /// When there is no such environment, when it had not been requested yet, or when the ledger cannot be read.
    pub fn inspect(&self, at: Timestamp, address: &Address) -> Result<Inspection> {
        let now = self.customer(&address.customer)?;
        environment(&now, address.label)?;
        let mut entries = self.ledger.stream(&customer_stream(&address.customer))?;
        let begun = request(&entries, address)?
            .ok_or_else(|| Error::Broken(format!("`{address}` was never requested")))?;
        let (begun, requested) = (begun.time, Made::by(begun));
        let cut = self.last_entry(at)?.filter(|_| begun <= at).ok_or_else(|| Error::NotFound {
            what: format!(
                "`{address}` did not exist on {}: it was requested on {}, entry {}, by {}",
                at.human(),
                begun.human(),
                requested.entry,
                requested.who
            ),
            hint: format!("`landfall inspect {begun} {address}` shows it as it began"),
        })?;
        entries.retain(|entry| entry.sequence <= cut.sequence);
        let state = fold_customer(&entries)?
            .ok_or_else(|| Error::Broken(format!("there is no customer `{}`", address.customer)))?;
        let then = Then { address, state: &state, entries: &entries };
        let target = environment(&state, address.label)?;
        if let Some(role) = address.role.filter(|role| !target.plan.instances.contains(role)) {
            return Err(Error::NotFound {
                what: format!(
                    "expected one of the instances of `{}/{}`, found {}: it has none of that role",
                    address.customer,
                    address.label,
                    role.title()
                ),
                hint: format!(
                    "`landfall customer show {}` shows its environments",
                    address.customer
                ),
            });
        }
        let requested = request_of(&entries, address)?.map_or(requested, Made::by);
        let results = self.results(target, address, cut.sequence)?;
        let changes = self.changes(address, requested.entry, cut.sequence)?;
        let mut inspection = then.inspection(target, requested)?;
        inspection.at = at;
        inspection.ahead = at > self.now()?;
        inspection.ledger = PositionAt {
            sequence: cut.sequence,
            head: Digest::of_canonical(&cut)?,
            time: cut.time,
        };
        inspection.tests = tests_of(target, address, &results);
        inspection.changes = changes;
        Ok(inspection)
    }

    /// Returns the last entry of the ledger at or before a point in time; times never decrease along the ledger.
    fn last_entry(&self, at: Timestamp) -> Result<Option<Entry>> {
        let (mut low, mut high) = (0, self.ledger.head()?.count);
        let mut found = None;
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            let entry = self
                .ledger
                .entry(middle)?
                .ok_or_else(|| Error::Broken(format!("the ledger has no entry {middle}")))?;
            if entry.time <= at {
                low = middle;
                found = Some(entry);
            } else {
                high = middle - 1;
            }
        }
        Ok(found)
    }

    /// Returns what the tests of the last run found, up to an entry.
    fn results(
        &self,
        target: &Environment,
        address: &Address,
        last: u64,
    ) -> Result<Vec<TestResult>> {
        let Some(number) = target.operation else { return Ok(Vec::new()) };
        let mut results = Vec::new();
        for entry in self.ledger.stream(&operation::stream(&address.customer, number))? {
            if entry.sequence > last {
                break;
            }
            match read_event(&entry, PREFIX)? {
                operation::Event::AttemptStarted { .. } => results.clear(),
                operation::Event::StepDone { tests, .. } => results.extend(tests),
                operation::Event::Ended { .. } => {}
            }
        }
        Ok(results)
    }

    /// Returns the changes of its records between two entries.
    fn changes(&self, address: &Address, first: u64, last: u64) -> Result<Vec<ChangeAt>> {
        let stream = format!("records/{}/{}", address.customer, address.label);
        let instance =
            address.role.map(|role| format!("{}/{}/{role}", address.customer, address.label));
        let (mut changes, mut numbers) = (Vec::new(), BTreeSet::new());
        for entry in self.ledger.stream(&stream)? {
            if entry.sequence <= first || entry.sequence > last {
                continue;
            }
            let Some(change) = change(&entry, address) else { continue };
            let asked = instance.as_ref().is_none_or(|instance| change.instance == *instance);
            // A change that two processes told is there once.
            let number = entry.body.get("change").and_then(serde_json::Value::as_i64);
            if asked && numbers.insert((change.instance.clone(), number)) {
                changes.push(change);
            }
        }
        Ok(changes)
    }
}

/// Returns the first entry that asked for an environment.
fn request<'a>(entries: &'a [Entry], address: &Address) -> Result<Option<&'a Entry>> {
    requests(entries, address).map(|list| list.into_iter().next())
}

/// Returns the last entry that asked for an environment: what stood before it under the same name is not the same.
fn request_of<'a>(entries: &'a [Entry], address: &Address) -> Result<Option<&'a Entry>> {
    requests(entries, address).map(|list| list.into_iter().next_back())
}

fn requests<'a>(entries: &'a [Entry], address: &Address) -> Result<Vec<&'a Entry>> {
    let mut list = Vec::new();
    for entry in entries {
        match read_event(entry, "customer.")? {
            Event::EnvironmentRequested { plan, .. } | Event::EnvironmentReset { plan, .. }
                if plan.label == address.label =>
            {
                list.push(entry);
            }
            _ => {}
        }
    }
    Ok(list)
}

/// Reads an entry of a records stream; none where it is not a change.
fn change(entry: &Entry, address: &Address) -> Option<ChangeAt> {
    let text = |name: &str| entry.body.get(name).and_then(serde_json::Value::as_str);
    let columns = entry.body.get("columns")?.clone();
    Some(ChangeAt {
        entry: entry.sequence,
        time: entry.time,
        who: who(entry),
        instance: text("instance")?.to_owned(),
        verb: text("verb")?.to_owned(),
        table: text("table")?.to_owned(),
        id: entry.body.get("id")?.as_i64()?,
        columns: serde_json::from_value(columns).ok()?,
        reason: entry.reason.clone(),
        request: entry
            .body
            .get("change-request")
            .and_then(serde_json::Value::as_u64)
            .map(|number| format!("{}-ECR-{number:03}", address.customer.as_str().to_uppercase())),
    })
}

/// Tells whether an environment was qualified, and in words how far its IQ had come.
fn qualification(planned: bool, iq: Option<&Document>) -> (bool, String) {
    let text = match iq.filter(|_| planned) {
        None if planned => "its IQ was not written yet",
        None => "its kind is not qualified by an IQ",
        Some(iq) if iq.rejection.is_some() && iq.facts.is_some() => {
            "plan approved, report rejected"
        }
        Some(iq) if iq.rejection.is_some() => "plan rejected",
        Some(iq) if !signature::awaited(Record::IqPlan, &iq.plan_signatures).is_empty() => {
            "plan not approved yet"
        }
        Some(iq) if iq.facts.is_none() => "plan approved, not executed yet",
        Some(iq) if !signature::awaited(Record::IqReport, &iq.signatures).is_empty() => {
            "plan approved, report not approved yet"
        }
        Some(_) => return (true, "plan and report approved".to_owned()),
    };
    (false, text.to_owned())
}

/// Puts what the tests found beside what the plan expects.
fn tests_of(target: &Environment, address: &Address, results: &[TestResult]) -> Vec<TestAt> {
    let asked =
        |role: Option<Role>| role.is_none() || address.role.is_none_or(|asked| role == Some(asked));
    target
        .plan
        .tests
        .iter()
        .filter(|test| asked(test.role))
        .map(|test| {
            let result = results.iter().rev().find(|result| result.id == test.id);
            TestAt {
                id: test.id.clone(),
                requirement: test.requirement.clone(),
                role: test.role,
                expected: test.expected.clone(),
                actual: result.map(|result| result.actual.clone()),
                passed: result.map(|result| result.passed),
            }
        })
        .collect()
}

/// A customer's stream up to a point in time, looked at for one environment.
struct Then<'a> {
    address: &'a Address,
    state: &'a Customer,
    entries: &'a [Entry],
}

impl Then<'_> {
    /// Returns what the customer's stream says; what other streams say is added by the caller.
    fn inspection(&self, target: &Environment, requested: Made) -> Result<Inspection> {
        let (label, plan) = (self.address.label, &target.plan);
        let (loans, holds) = self.loans_and_holds(requested.entry)?;
        let iq = target.iq.as_ref().and_then(|number| self.state.documents.get(number));
        let report = iq.and_then(|document| {
            document.facts.map(|facts| ReportAt {
                document: document.number.clone(),
                facts,
                failed_checks: document.failed_checks,
                signatures: document.signatures.clone(),
                rejection: document.rejection.clone(),
            })
        });
        let packages = plan
            .content
            .packages()
            .into_iter()
            .map(|package| {
                Ok(PackageAt {
                    kind: package.kind,
                    digest: package.digest,
                    source: package.source.clone(),
                    tables: package.tables.len(),
                    rows: package.tables.iter().map(|table| table.rows).sum(),
                    made: self.made(package.digest, requested.entry)?,
                })
            })
            .collect::<Result<Vec<_>>>()?;
        let (qualified, qualification) = qualification(plan.qualified, iq);
        let validation = self.state.validation.as_ref().filter(|(val, _)| *val == label);
        let is_prod = label.kind() == Kind::Prod;
        Ok(Inspection {
            address: self.address.clone(),
            customer: self.state.name.clone(),
            at: requested.time,
            ledger: PositionAt { sequence: 0, head: Digest::ZERO, time: requested.time },
            ahead: false,
            state: target.state,
            since: target.since.clone(),
            purpose: target.purpose,
            release: ReleaseAt {
                product: plan.release.product.clone(),
                release: plan.release.release.to_string(),
                build: plan.release.build.clone(),
                catalogue: plan.release.catalogue,
            },
            qualified,
            qualification,
            masking_key: plan.key.clone(),
            packages,
            plan: PlanAt {
                digest: target.plan_digest,
                requested,
                policy: plan.policy,
                document: iq.map(|document| document.number.clone()),
                facts: iq.and_then(|document| document.plan),
                signatures: iq.map(|document| document.plan_signatures.clone()).unwrap_or_default(),
            },
            report,
            acceptance: target.acceptance.clone(),
            rejection: target.rejection.clone(),
            validation: validation.map(|(_, signature)| signature.clone()),
            final_qc: if is_prod { self.state.final_qc.clone() } else { Vec::new() },
            instances: target
                .instances
                .iter()
                .filter(|instance| self.address.role.is_none_or(|role| instance.role == role))
                .cloned()
                .collect(),
            operation: target.operation,
            tests: Vec::new(),
            deviations: self.deviations(),
            changes: Vec::new(),
            loans,
            holds,
            due: target.due.clone(),
            documents: self.documents(target),
        })
    }

    /// Returns the entry that made a package, the last one before the plan took it.
    fn made(&self, digest: Digest, before: u64) -> Result<Option<Made>> {
        let mut made = None;
        for entry in self.entries.iter().take_while(|entry| entry.sequence < before) {
            match read_event(entry, "customer.")? {
                Event::ConfigurationExtracted { package, .. }
                | Event::IterationRun { package, .. }
                    if package.digest == digest =>
                {
                    made = Some(Made::by(entry));
                }
                _ => {}
            }
        }
        Ok(made)
    }

    fn loans_and_holds(&self, since: u64) -> Result<(Vec<LoanAt>, Vec<HoldAt>)> {
        let (mut loans, mut holds) = (Vec::new(), Vec::<HoldAt>::new());
        let own = self.address.label;
        for entry in self.entries.iter().filter(|entry| entry.sequence > since) {
            match read_event(entry, "customer.")? {
                Event::DemoLent { label, until } if label == own => {
                    loans.push(LoanAt { lent: Made::by(entry), until });
                }
                Event::EnvironmentHeld { label } if label == own => holds.push(HoldAt {
                    held: Made::by(entry),
                    reason: entry.reason.clone(),
                    lifted: None,
                }),
                Event::EnvironmentReleased { label } if label == own => {
                    if let Some(hold) = holds.last_mut() {
                        hold.lifted = Some(Made::by(entry));
                    }
                }
                _ => {}
            }
        }
        Ok((loans, holds))
    }

    fn deviations(&self) -> Vec<DeviationAt> {
        self.state
            .deviations_of(self.address.label)
            .map(|deviation| DeviationAt {
                name: deviation.name(&self.state.id),
                description: deviation.description.clone(),
                tests: deviation.tests.clone(),
                opened: deviation.opened,
                opened_by: deviation.opened_by.clone(),
                resolution: deviation.resolution.clone(),
                retest: deviation.retest,
                approval: deviation.approval.clone(),
                condition: deviation.condition.clone(),
                open: deviation.is_open(),
            })
            .collect()
    }

    fn documents(&self, target: &Environment) -> Vec<DocumentAt> {
        self.state
            .documents_of(target.label)
            .map(|document| DocumentAt {
                number: document.number.clone(),
                kind: document.kind,
                status: status(document, Some(target)).as_str().to_owned(),
                plan: document.plan,
                facts: document.facts,
                signatures: document
                    .plan_signatures
                    .iter()
                    .chain(&document.signatures)
                    .chain(document.rejection.iter().map(|(signature, _)| signature))
                    .cloned()
                    .collect(),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use landfall_core::plan::Content;

    use super::{
        super::fixture::{Told, demo, label, requested, time},
        *,
    };

    fn told() -> Told {
        let mut told = Told::of_acme("2026-01-05T09:00:00Z");
        told.add("2026-01-05T10:00:00Z", &demo("2026-02-04T10:00:00Z"));
        told.add("2026-01-05T11:00:00Z", &Event::EnvironmentOpened { label: label("demo") });
        told.add(
            "2026-01-06T09:00:00Z",
            &Event::DemoLent { label: label("demo"), until: time("2026-01-20T09:00:00Z") },
        );
        told.add_because(
            "2026-01-07T09:00:00Z",
            &Event::EnvironmentHeld { label: label("demo") },
            "an audit",
        );
        told.add("2026-01-08T09:00:00Z", &Event::EnvironmentReleased { label: label("demo") });
        told
    }

    fn at(told: &Told, last: usize) -> Inspection {
        let address: Address = "acme/demo".parse().unwrap();
        let entries: Vec<Entry> = told.entries().iter().take(last).cloned().collect();
        let state = fold_customer(&entries).unwrap().unwrap();
        let then = Then { address: &address, state: &state, entries: &entries };
        let requested = Made::by(request_of(&entries, &address).unwrap().unwrap());
        then.inspection(environment(&state, address.label).unwrap(), requested).unwrap()
    }

    #[test]
    fn what_came_later_is_not_there_yet() {
        let told = told();
        let early = at(&told, 2);
        assert_eq!(early.state, State::Requested);
        assert_eq!((early.loans.len(), early.holds.len()), (0, 0));
        assert_eq!(early.plan.requested.entry, 2);
        assert_eq!(early.qualification, "its kind is not qualified by an IQ");
        assert!(!early.qualified);
        assert_eq!(early.plan.requested.who, "Erik Lund (vendor engineer)");

        let held = at(&told, 5);
        assert_eq!(held.state, State::InUse);
        assert_eq!(held.loans.first().unwrap().until, time("2026-01-20T09:00:00Z"));
        let hold = held.holds.first().unwrap();
        assert_eq!((hold.reason.as_deref(), &hold.lifted), (Some("an audit"), &None));
        let late = at(&told, 6);
        assert_eq!(late.holds.first().unwrap().lifted.as_ref().unwrap().entry, 6);
    }

    #[test]
    fn what_is_asked_for_again_under_the_same_name_is_another_environment() {
        let mut told = told();
        told.add(
            "2026-01-09T09:00:00Z",
            &requested("demo", None, Content::DemoSet, None, Some("2026-02-08T09:00:00Z")),
        );
        let again = at(&told, 7);
        assert_eq!(again.plan.requested.entry, 7);
        assert_eq!((again.loans.len(), again.holds.len()), (0, 0));
        let address: Address = "acme/demo".parse().unwrap();
        let first = request(told.entries(), &address).unwrap().unwrap();
        assert_eq!(first.sequence, 2);
    }

    #[test]
    fn tests_that_did_not_run_have_found_nothing() {
        let told = told();
        let state = told.state();
        let address: Address = "acme/demo/main".parse().unwrap();
        let target = environment(&state, address.label).unwrap();
        let planned = target.plan.tests.first().unwrap();
        let result = TestResult {
            id: planned.id.clone(),
            actual: planned.expected.clone(),
            passed: true,
            evidence: Digest::ZERO,
        };
        let list = tests_of(target, &address, &[result]);
        assert_eq!(list.len(), target.plan.tests.len());
        assert_eq!(list.first().unwrap().passed, Some(true));
        assert!(list.iter().skip(1).all(|test| test.passed.is_none() && test.actual.is_none()));
    }
}
