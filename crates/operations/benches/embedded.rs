//! The measured side of `cargo xtask bench embedded`: what the product does inside one step or command, as a process of
//! its own, so that its time and its greatest memory can be read from outside. It prints one line of JSON.
//!
//! It has no clock and no limits: `xtask/src/bench` measures, compares and judges.

use std::{
    collections::BTreeMap,
    error::Error,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    time::Instant,
};

use landfall_catalogue::{Catalogue, Class, Travels};
use landfall_core::{
    customer::Event,
    digest::{Digest, Hasher},
    entry::{Actor, NewEntry},
    environment::Role,
    plan::Probe,
    policy::Policy,
    refusal,
    time::Timestamp,
};
use landfall_instances::{
    Identity, Unmasked,
    instance::{self, LoadOptions},
    package::{self, Package, Store},
};
use landfall_ledger::Ledger;
use landfall_masking::{
    MaskKey, Masking, Method, Overrides, Plan,
    scan::{Files, Report},
};
use landfall_operations::checking;
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Entries that are appended in one transaction of the ledger.
const BATCH: u64 = 1_000;

const USAGE: &str = "expected one of: store STORE MIGRATION-FILE PACKAGES, unmasked STORE FILE, \
    load STORE FILE, build STORE FILE SCRATCH, grow LEDGER ENTRIES, stream LEDGER NAME, hash LEDGER";

fn main() -> Outcome<()> {
    // `cargo bench` adds arguments of its own, which begin with two hyphens.
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let answer = match arguments.as_slice() {
        ["store", store, migration, packages] => {
            stored(Path::new(store), Path::new(migration), Path::new(packages))?
        }
        ["unmasked", store, file] => unmasked(Path::new(store), Path::new(file))?,
        ["load", store, file] => masked(Path::new(store), Path::new(file), None)?,
        ["build", store, file, scratch] => {
            masked(Path::new(store), Path::new(file), Some(Path::new(scratch)))?
        }
        ["grow", ledger, entries] => grow(Path::new(ledger), entries.parse()?)?,
        ["stream", ledger, name] => stream(Path::new(ledger), name)?,
        ["hash", ledger] => hash(Path::new(ledger))?,
        _ => return Err(USAGE.into()),
    };
    writeln!(std::io::stdout(), "{answer}")?;
    Ok(())
}

/// Takes the migration package, and the configuration package among others, into a store, where loads take them from.
fn stored(folder: &Path, migration: &Path, packages: &Path) -> Outcome<Value> {
    let store = Store::new(folder);
    let others = Store::new(packages);
    let mut configuration = None;
    for digest in others.list()? {
        if others.open(&digest)?.manifest().kind == package::Kind::Configuration {
            configuration = Some(digest);
        }
    }
    let configuration = configuration.ok_or("the demonstration has no configuration package")?;
    let mut digests = Vec::new();
    for file in [migration.to_owned(), others.path(&configuration)] {
        fs::create_dir_all(folder)?;
        let aside = folder.join("aside.building");
        fs::copy(file, &aside)?;
        digests.push(store.put(&aside)?);
    }
    Ok(json!({ "packages": digests }))
}

/// The two packages of a VAL, opened as a step opens them: their bytes are checked.
struct Packages {
    configuration: Package,
    migration: Package,
}

impl Packages {
    fn open(folder: &Path) -> Outcome<Self> {
        let store = Store::new(folder);
        let (mut configuration, mut migration) = (None, None);
        for digest in store.list()? {
            let package = store.open(&digest)?;
            match package.manifest().kind {
                package::Kind::Configuration => configuration = Some(package),
                package::Kind::Migration => migration = Some(package),
                package::Kind::Snapshot => {}
            }
        }
        Ok(Self {
            configuration: configuration.ok_or("the store has no configuration package")?,
            migration: migration.ok_or("the store has no migration package")?,
        })
    }
}

fn provision(file: &Path, catalogue: &Catalogue) -> Outcome<()> {
    let identity = Identity {
        customer: "bench".to_owned(),
        environment: "val-1".to_owned(),
        kind: "val".to_owned(),
        role: Role::Main,
        name: "Bench VAL".to_owned(),
        release: catalogue.release().clone(),
        build: catalogue.build().to_owned(),
        address: "bench.invalid".to_owned(),
    };
    Ok(instance::create(file, catalogue, &identity)?)
}

fn catalogue() -> Outcome<Catalogue> {
    Ok(Catalogue::embedded(&"24.1".parse()?)?)
}

/// Builds the instance whose tables the reference copies: the same rows, as they are.
fn unmasked(store: &Path, file: &Path) -> Outcome<Value> {
    let catalogue = catalogue()?;
    let packages = Packages::open(store)?;
    provision(file, &catalogue)?;
    for package in [&packages.configuration, &packages.migration] {
        let options = LoadOptions::default();
        instance::load(file, &catalogue, package, &Unmasked, options, &mut |_| {})?;
    }
    instance::finish(file, &catalogue)?;
    Ok(json!({}))
}

/// Builds the instance Main of a VAL; with a folder for scratch files, scans and verifies it too.
fn masked(store: &Path, file: &Path, scratch: Option<&Path>) -> Outcome<Value> {
    let mut phases = Phases::begin();
    let catalogue = catalogue()?;
    let policy = Policy::embedded()?;
    let plan = mask_plan(&policy, &catalogue)?;
    let key = MaskKey::from_bytes([7; 32]);
    let packages = Packages::open(store)?;
    phases.end("open the packages");
    provision(file, &catalogue)?;
    let options = LoadOptions::default();
    let configuration = &packages.configuration;
    instance::load(file, &catalogue, configuration, &Unmasked, options, &mut |_| {})?;
    phases.end("load the configuration");
    let masking = Masking::new(&plan, &key, &catalogue);
    let migration = &packages.migration;
    let report = instance::load(file, &catalogue, migration, &masking, options, &mut |_| {})?;
    phases.end("load the volunteers, masked");
    instance::finish(file, &catalogue)?;
    phases.end("make indexes, check references");
    if let Some(scratch) = scratch {
        fs::create_dir_all(scratch)?;
        let files = Files {
            package: migration.path(),
            configuration: Some(configuration.path()),
            instance: file,
            scratch,
        };
        let probes = probes(&catalogue);
        let probes: Vec<&Probe> = probes.iter().collect();
        let (found, readings) = checking::search(files, &catalogue, &policy, &probes, &mut |_| {})?;
        phases.end("scan, and read what the tests ask");
        let answers =
            checking::answers(file, &catalogue, &policy, Some(&found), readings, &probes)?;
        sound(&found, &probes, &answers)?;
        phases.end("answer the tests");
    }
    let rows: u64 = report.tables.iter().map(|table| table.rows).sum();
    Ok(json!({ "rows": rows, "phases": phases.done }))
}

/// What the tests of a VAL Main look at, in their order.
fn probes(catalogue: &Catalogue) -> Vec<Probe> {
    let mut probes = vec![Probe::BuildIdentity, Probe::InstanceIdentity, Probe::Schema];
    for table in catalogue.tables() {
        let name = table.name.clone();
        match table.travels {
            Travels::Configuration => probes.push(Probe::Table { table: name }),
            Travels::Migration => probes.push(Probe::UnmaskedColumns { table: name }),
            Travels::Never => {}
        }
    }
    probes.extend([
        Probe::NeverTravelling,
        Probe::ResidualScan,
        Probe::IntegrationSettings,
        Probe::Accounts,
        Probe::References,
        Probe::Integrity,
    ]);
    probes
}

/// Refuses a measurement of an instance that no build would have passed.
fn sound(found: &Report, probes: &[&Probe], answers: &[String]) -> Outcome<()> {
    if !found.survivors.is_empty() {
        return Err(format!("{} values survived the masks", found.survivors.len()).into());
    }
    for (probe, answer) in probes.iter().zip(answers) {
        let expected = match probe {
            Probe::Schema => "no difference",
            Probe::References => "none broken",
            Probe::Integrity => "ok",
            _ => continue,
        };
        if answer != expected {
            return Err(format!("expected `{expected}` of {probe:?}, found `{answer}`").into());
        }
    }
    Ok(())
}

/// The mask plan under a policy, as a build makes it.
fn mask_plan(policy: &Policy, catalogue: &Catalogue) -> Outcome<Plan> {
    let mut overrides = BTreeMap::new();
    for (class, method) in policy.masking.iter().filter(|(class, _)| class.as_str() != "source") {
        let class = Class::named(class).ok_or("the policy masks a class that is none")?;
        let method: Method = serde_json::from_value(Value::String(method.clone()))?;
        overrides.insert(class, method);
    }
    Ok(Plan::new(catalogue, &Overrides(overrides))?)
}

/// How long the parts of a process took, for whoever looks where the time goes; nothing is judged by it.
struct Phases {
    since: Instant,
    done: Vec<Value>,
}

impl Phases {
    fn begin() -> Self {
        Self { since: Instant::now(), done: Vec::new() }
    }

    fn end(&mut self, name: &str) {
        let milliseconds = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.done.push(json!([name, milliseconds]));
        self.since = Instant::now();
    }
}

/// Appends refusals to the stream of the customer until it has so many entries.
fn grow(path: &Path, entries: u64) -> Outcome<Value> {
    let mut ledger = Ledger::open(path)?;
    let stream = ledger
        .streams()?
        .into_iter()
        .find(|stream| stream.starts_with("customer/") && stream != "customer/vendor")
        .ok_or("the ledger has no customer")?;
    let event = Event::CommandRejected {
        command: "request-environment".to_owned(),
        refusal: refusal::OTHER_CUSTOMER.because(
            "environment `val-1` cannot be requested: the migration output is not signed off",
            "sign the iteration first",
        ),
    };
    let event = serde_json::to_value(&event)?;
    let kind = event.get("kind").and_then(Value::as_str).unwrap_or_default();
    let body = event.get("body").cloned().unwrap_or_default();
    loop {
        let missing = entries.saturating_sub(ledger.version(&stream)?);
        if missing == 0 {
            break;
        }
        ledger.write(
            |last| last.map_or_else(|| Timestamp::from_seconds(0), |last| last.plus_seconds(1)),
            |transaction| {
                let version = transaction.version(&stream)?;
                for number in 0..missing.min(BATCH) {
                    let entry = NewEntry {
                        stream: stream.clone(),
                        kind: format!("customer.{kind}"),
                        kind_version: 1,
                        body: body.clone(),
                        reason: None,
                        actor: Actor::landfall(),
                        on_behalf_of: None,
                        correlation: None,
                    };
                    transaction.append(version + number, entry)?;
                }
                Ok::<_, landfall_ledger::Error>(())
            },
        )?;
    }
    let customer = stream.trim_start_matches("customer/");
    Ok(json!({ "customer": customer, "stream": stream }))
}

/// Reads a stream once, as every use case reads one: each entry is checked against its hash and place.
fn stream(path: &Path, name: &str) -> Outcome<Value> {
    let entries = Ledger::open_read_only(path)?.stream(name)?;
    Ok(json!({ "entries": entries.len() }))
}

/// Reads the lines of all entries and hashes their bytes once.
fn hash(path: &Path) -> Outcome<Value> {
    let path: PathBuf = fs::canonicalize(path)?;
    let connection = Connection::open_with_flags(
        &path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    let mut statement = connection.prepare("SELECT line FROM entry ORDER BY sequence")?;
    let mut rows = statement.query([])?;
    let mut hasher = Hasher::new();
    let mut entries = 0_u64;
    while let Some(row) = rows.next()? {
        hasher.update(row.get_ref(0)?.as_bytes()?);
        entries += 1;
    }
    let digest: Digest = hasher.finish();
    Ok(json!({ "entries": entries, "digest": digest }))
}
