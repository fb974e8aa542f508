//! The sound instances: a PROD and a formal VAL, built once, step by step, of a configuration and a migration package.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
    sync::OnceLock,
};

use landfall_catalogue::{Catalogue, Class, Column, Kind as ColumnKind, Table, Travels};
use landfall_core::{
    digest::Digest,
    environment::{Kind, Role},
    ids::{CustomerId, Label},
    operation::TestResult,
    person,
    plan::{self, Content, Plan, Probe, Purpose},
    policy::Policy,
    vendor::ClockKind,
};
use landfall_instances::{
    Identity,
    fingerprint::{self, Fingerprint},
    instance,
    package::{self, Extraction, Writer},
    record,
    schema::{package_columns, quoted},
};
use landfall_ledger::Ledger;
use landfall_masking::scan::{self, Files, Report};
use rusqlite::{Connection, params_from_iter, types::Value};
use tempfile::TempDir;

use crate::{
    Installation, NewPerson, Password, Silent, demo_set, files,
    probe::{self, Probing},
    steps::{Build, carry_out, verify::result},
};

/// Rows of every table that travels with the migration; row n refers to rows n, so it belongs to volunteer n.
const ROWS: usize = 3;

/// What is copied for every break: files as bytes, so that nothing is left on the disk when the tests are over.
pub(super) struct Fixture {
    pub(super) catalogue: Catalogue,
    pub(super) policy: Policy,
    pub(super) prod: Built,
    pub(super) val: Built,
    /// The packages and the ledger, by name.
    files: BTreeMap<&'static str, Vec<u8>>,
}

/// An environment as its steps left it.
pub(super) struct Built {
    pub(super) plan: Plan,
    pub(super) results: Vec<TestResult>,
    /// The instances, by the name of their role.
    files: BTreeMap<&'static str, Vec<u8>>,
}

/// Returns the one fixture of all tests.
pub(super) fn fixture() -> &'static Fixture {
    static FIXTURE: OnceLock<Fixture> = OnceLock::new();
    FIXTURE.get_or_init(make)
}

fn make() -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let first = NewPerson {
        id: "quality".parse().unwrap(),
        name: "Vera Quality".to_owned(),
        role: person::Role::VendorQuality,
        customer: None,
        password: Password::generate().unwrap(),
    };
    let data = folder.path().join("data");
    let mut installation =
        Installation::init(&data, ClockKind::Demonstration, None, &first).unwrap();
    let policy = installation.policy.clone();
    let release = installation.newest_release().unwrap();
    let catalogue = installation.catalogue(&release).unwrap().clone();
    let customer: CustomerId = "acme".parse().unwrap();

    let configuration = configuration_package(&installation, &catalogue);
    let migration = migration_package(&installation, &catalogue, &configuration);

    // A key that is always the same, so that the masks draw the same in every run.
    let key_path = installation.paths.key(&customer, "val-1");
    files::folder(key_path.parent().unwrap()).unwrap();
    files::write(&key_path, &[5; 32], true).unwrap();

    let facts = |digest: &Digest, source: &str| {
        installation.package_facts(digest, source.to_owned(), &catalogue).unwrap()
    };
    let content = Content::Composition {
        configuration: facts(&configuration, "acme/sandbox"),
        migration: Some(facts(&migration, "iteration 1")),
    };
    let release = installation.release_facts(&catalogue).unwrap();
    let plan = |label, purpose, key| {
        plan::plan(&customer, label, purpose, content.clone(), release.clone(), key, &policy)
    };
    let prod = plan(Label::single(Kind::Prod), None, None);
    let key = Some("val-1".to_owned());
    let val = plan(Label::numbered(Kind::Val, 1), Some(Purpose::Formal), key);
    let prod = built(&mut installation, prod, 1);
    let val = built(&mut installation, val, 2);

    let files = [
        ("configuration", installation.packages.path(&configuration)),
        ("migration", installation.packages.path(&migration)),
        ("ledger", installation.paths.ledger()),
    ];
    // The last connection takes the write-ahead log into the ledger's file.
    drop(installation);
    let files = files.map(|(name, path)| (name, fs::read(path).unwrap())).into();
    Fixture { catalogue, policy, prod, val, files }
}

/// Carries out the steps of a plan and keeps what they made.
fn built(installation: &mut Installation, plan: Plan, number: u32) -> Built {
    let place = installation.paths.environment(&plan.customer, plan.label);
    let aside = files::aside(&place);
    let work = installation.paths.work(&plan.customer, number);
    files::folder(&aside).unwrap();
    files::folder(&work).unwrap();
    let mut results = Vec::new();
    {
        let mut build = Build::new(&plan, aside, work);
        for step in &plan.steps {
            let outcome = carry_out(installation, &mut build, step, &mut Silent).unwrap();
            for result in &outcome.tests {
                assert!(result.passed, "{}: {}, found {}", plan.label, result.id, result.actual);
            }
            results.extend(outcome.tests);
        }
    }
    let read = |role: &Role| {
        let path = installation.paths.instance(&plan.customer, plan.label, *role);
        (role.as_str(), fs::read(path).unwrap())
    };
    let files = plan.instances.iter().map(read).collect();
    Built { plan, results, files }
}

/// Extracts the configuration of an instance that holds the demonstration set.
fn configuration_package(installation: &Installation, catalogue: &Catalogue) -> Digest {
    let folder = installation.paths.root().join("work");
    let source = folder.join("source.sqlite");
    let identity = Identity {
        customer: "acme".to_owned(),
        environment: "sandbox".to_owned(),
        kind: "sandbox".to_owned(),
        role: Role::Main,
        name: "acme Sandbox Main".to_owned(),
        release: catalogue.release().clone(),
        build: catalogue.build().to_owned(),
        address: "acme/sandbox/main".to_owned(),
    };
    instance::create(&source, catalogue, &identity).unwrap();
    instance::finish(&source, catalogue).unwrap();
    record::add_all(&source, catalogue, &demo_set::records(catalogue).unwrap()).unwrap();
    let (kind, policy) = (package::Kind::Configuration, installation.policy.digest());
    let extraction = Extraction { kind, policy, base: None };
    let target = folder.join("configuration.sqlite");
    package::extract(&source, catalogue, &extraction, &target).unwrap();
    installation.packages.put(&target).unwrap()
}

/// Writes a migration package in which every table has rows and every column a value; it needs a configuration.
fn migration_package(
    installation: &Installation,
    catalogue: &Catalogue,
    needed: &Digest,
) -> Digest {
    let kind = package::Kind::Migration;
    let target = installation.paths.root().join("work/migration.sqlite");
    let configured = Connection::open(installation.packages.path(needed)).unwrap();
    let writer = Writer::create(&target, catalogue, kind).unwrap();
    for table in catalogue.tables().iter().filter(|table| table.travels == Travels::Migration) {
        let columns = package_columns(catalogue, table, kind);
        let marks = vec!["?"; columns.len()].join(", ");
        let sql = format!("INSERT INTO {} VALUES ({marks})", quoted(&table.name));
        for row in 1..=ROWS {
            let values: Vec<Value> = columns
                .iter()
                .enumerate()
                .map(|(number, carried)| match carried.crosses {
                    Some(target) => natural_key(&configured, target),
                    None => invented(table, carried.column, row, number),
                })
                .collect();
            writer.connection().execute(&sql, params_from_iter(values)).unwrap();
        }
    }
    writer.finish(installation.policy.digest(), None).unwrap();
    installation.packages.put(&target).unwrap()
}

/// Returns the natural key of the first row of a table of the configuration.
fn natural_key(configured: &Connection, table: &Table) -> Value {
    assert_eq!(table.natural_key.len(), 1, "`{}` is known by several columns", table.name);
    let (column, name) = (quoted(&table.natural_key[0]), quoted(&table.name));
    let sql = format!("SELECT {column} FROM {name} ORDER BY id LIMIT 1");
    configured.query_row(&sql, [], |row| row.get(0)).unwrap()
}

/// Invents the value of one cell: one with which the row passes the table's filter. The dates of a person lie years
/// apart, so that the masks can move them.
fn invented(table: &Table, column: &Column, row: usize, number: usize) -> Value {
    let whole = |number: usize| Value::Integer(i64::try_from(number).unwrap());
    if column.name == "id" || column.references.is_some() {
        return whole(row);
    }
    let filter = table.filter.as_ref().filter(|filter| filter.column == column.name);
    let listed = filter.map_or(&column.values, |filter| &filter.keep);
    if !listed.is_empty() {
        return Value::Text(listed[row % listed.len()].clone());
    }
    let (serial, year) = (row * 100 + number, 2010 + number % 14);
    Value::Text(match (column.kind, column.class) {
        (ColumnKind::Integer, _) => return whole(row),
        (ColumnKind::Boolean, _) => return whole(row % 2),
        (ColumnKind::Bytes, _) => return Value::Blob(format!("scan {serial}").into_bytes()),
        (ColumnKind::Decimal, _) => "72.5".to_owned(),
        (ColumnKind::Date, _) => format!("{year}-{row:02}-15"),
        (ColumnKind::DateTime, _) => format!("{year}-{row:02}-17T08:15:00Z"),
        (ColumnKind::Text, Class::Phone) => format!("+447{:09}", 700_000_000 + serial),
        (ColumnKind::Text, Class::FreeText) => format!("Spoke about visit {serial} at length"),
        // Short enough for every column, and no two columns of a table hold the same.
        (ColumnKind::Text, _) => {
            format!("{} {serial}", column.name.chars().take(12).collect::<String>())
        }
    })
}

/// A copy of the files of an environment, which may be broken.
pub(super) struct Copied {
    folder: TempDir,
    built: &'static Built,
}

impl Copied {
    pub(super) fn of(built: &'static Built) -> Self {
        let copied = Self { folder: tempfile::tempdir().unwrap(), built };
        for (name, bytes) in fixture().files.iter().chain(&built.files) {
            fs::write(copied.path(name), bytes).unwrap();
        }
        copied
    }

    /// Returns the file of an instance (`main`, `test`), a package (`configuration`, `migration`) or the `ledger`.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{name}.sqlite"))
    }

    /// Probes again and returns the ids of the tests that fail. Of the instances only the touched one is looked at:
    /// the other is still, byte by byte, the sound one.
    pub(super) fn failing(&self, touched: Option<Role>, policy: &Policy) -> BTreeSet<String> {
        let plan = &self.built.plan;
        let mut results = Vec::new();
        if let Some(role) = touched {
            let scanned = plan.tests.iter().any(|test| test.probe == Probe::ResidualScan);
            let report = scanned.then(|| self.scan(role));
            let (path, catalogue) = (self.path(role.as_str()), &fixture().catalogue);
            let probing = Probing::of_instance(path, catalogue, policy, report.as_ref());
            for test in plan.tests.iter().filter(|test| test.role == Some(role)) {
                results.push(result(test, &probing.probe(&test.probe).unwrap()).unwrap());
            }
        }
        for test in plan.tests.iter().filter(|test| test.role.is_none()) {
            let found = match &test.probe {
                Probe::Agreement => {
                    probe::agreement(&self.fingerprint(Role::Main), &self.fingerprint(Role::Test))
                }
                Probe::Ledger => {
                    probe::ledger(&Ledger::open(&self.path("ledger")).unwrap()).unwrap()
                }
                Probe::Retention => probe::retention(plan.label.kind(), policy),
                other => panic!("{other:?} looks at one instance"),
            };
            results.push(result(test, &found).unwrap());
        }
        results.into_iter().filter(|result| !result.passed).map(|result| result.id).collect()
    }

    fn scan(&self, role: Role) -> Report {
        let [package, configuration, instance] =
            ["migration", "configuration", role.as_str()].map(|name| self.path(name));
        let scratch = self.folder.path().join("scratch");
        fs::create_dir_all(&scratch).unwrap();
        let files = Files {
            package: &package,
            configuration: Some(configuration.as_path()),
            instance: &instance,
            scratch: &scratch,
        };
        scan::scan(files, &fixture().catalogue, &mut |_| {}).unwrap()
    }

    fn fingerprint(&self, role: Role) -> Fingerprint {
        fingerprint::fingerprint(&self.path(role.as_str()), &fixture().catalogue).unwrap()
    }
}
