//! The sound instances: a PROD and a formal VAL, built once, step by step, of a configuration and a migration package.

use std::{collections::BTreeMap, collections::BTreeSet, fs, path::Path, path::PathBuf, sync::OnceLock};

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
    Identity, fingerprint,
    fingerprint::Fingerprint,
    instance, package,
    package::{Extraction, Writer},
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
    configuration: Vec<u8>,
    migration: Vec<u8>,
    ledger: Vec<u8>,
}

/// An environment as its steps left it.
pub(super) struct Built {
    pub(super) plan: Plan,
    pub(super) results: Vec<TestResult>,
    instances: BTreeMap<Role, Vec<u8>>,
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
    let catalogue =
        installation.catalogue(&installation.newest_release().unwrap()).unwrap().clone();
    let customer: CustomerId = "acme".parse().unwrap();

    let configuration = configuration_package(&installation, &catalogue, folder.path());
    let configuration_path = installation.packages.path(&configuration);
    let migration =
        migration_package(&installation, &catalogue, &configuration_path, folder.path());
    let migration_path = installation.packages.path(&migration);

    // A key that is always the same, so that the masks draw the same in every run.
    let key_path = installation.paths.key(&customer, "val-1");
    files::folder(key_path.parent().unwrap()).unwrap();
    files::write(&key_path, &[5; 32], true).unwrap();

    let content = Content::Composition {
        configuration: installation
            .package_facts(&configuration, "acme/sandbox".to_owned(), &catalogue)
            .unwrap(),
        migration: Some(
            installation
                .package_facts(&migration, "iteration 1".to_owned(), &catalogue)
                .unwrap(),
        ),
    };
    let release = installation.release_facts(&catalogue).unwrap();
    let prod = plan::plan(
        &customer,
        Label::single(Kind::Prod),
        None,
        content.clone(),
        release.clone(),
        None,
        &policy,
    );
    let val = plan::plan(
        &customer,
        Label::numbered(Kind::Val, 1),
        Some(Purpose::Formal),
        content,
        release,
        Some("val-1".to_owned()),
        &policy,
    );
    let prod = built(&mut installation, prod, 1);
    let val = built(&mut installation, val, 2);

    let ledger = installation.paths.ledger();
    // The last connection takes the write-ahead log into the ledger's file.
    drop(installation);
    Fixture {
        prod,
        val,
        configuration: fs::read(configuration_path).unwrap(),
        migration: fs::read(migration_path).unwrap(),
        ledger: fs::read(ledger).unwrap(),
        catalogue,
        policy,
    }
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
    let instances = plan
        .instances
        .iter()
        .map(|role| {
            let path = installation.paths.instance(&plan.customer, plan.label, *role);
            (*role, fs::read(path).unwrap())
        })
        .collect();
    Built { plan, results, instances }
}

/// Extracts the configuration of an instance that holds the demonstration set.
fn configuration_package(
    installation: &Installation,
    catalogue: &Catalogue,
    folder: &Path,
) -> Digest {
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
    let extraction = Extraction {
        kind: package::Kind::Configuration,
        policy: installation.policy.digest(),
        base: None,
    };
    let target = folder.join("configuration.sqlite");
    package::extract(&source, catalogue, &extraction, &target).unwrap();
    installation.packages.put(&target).unwrap()
}

/// Writes a migration package in which every table has rows and every column a value.
fn migration_package(
    installation: &Installation,
    catalogue: &Catalogue,
    configuration: &Path,
    folder: &Path,
) -> Digest {
    let kind = package::Kind::Migration;
    let target = folder.join("migration.sqlite");
    let configured = Connection::open(configuration).unwrap();
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
    let [column] = table.natural_key.as_slice() else {
        panic!("`{}` is not known by one column", table.name);
    };
    let sql =
        format!("SELECT {} FROM {} ORDER BY id LIMIT 1", quoted(column), quoted(&table.name));
    configured.query_row(&sql, [], |row| row.get(0)).unwrap()
}

/// Invents the value of one cell. The dates of a person lie years apart, so that the masks can move them.
fn invented(table: &Table, column: &Column, row: usize, number: usize) -> Value {
    const FIRST: [&str; 4] = ["Amelia", "Charles", "Emeka", "Fiona"];
    const LAST: [&str; 4] = ["Ashworth", "Briggs", "van der Berg", "O'Connor"];
    const TOWNS: [&str; 4] = ["Lancaster", "Morecambe", "Kendal", "Great Harwood"];
    if column.name == "id" || column.references.is_some() {
        return Value::Integer(i64::try_from(row).unwrap());
    }
    let serial = row * 100 + number;
    let (first, last) = (FIRST[row % 4], LAST[row % 4]);
    let year = 2010 + number % 14;
    Value::Text(match column.class {
        Class::FirstName => first.to_owned(),
        Class::MiddleName => FIRST[(row + 1) % 4].to_owned(),
        Class::LastName => last.to_owned(),
        Class::FullName => format!("{} {}", FIRST[serial % 4], LAST[(serial + 1) % 4]),
        Class::BirthDate => format!("19{}-02-{:02}", 50 + row, 1 + row),
        Class::CareDate => format!("{year}-{:02}-15", 1 + row),
        Class::CareDateTime => format!("{year}-{:02}-17T08:15:00Z", 1 + row),
        Class::Email => format!("{}.smith.{serial}@home.example", first.to_lowercase()),
        Class::Phone => format!("+447{:09}", 700_000_000 + serial),
        Class::AddressLine => format!("{serial} High Street"),
        Class::City => TOWNS[row % 4].to_owned(),
        Class::Postcode => format!("LA{} {}AB", 10 + row, number % 10),
        Class::NationalId => format!("QQ{serial:08}C"),
        Class::BankAccount => format!("ACCT{serial:012}"),
        Class::ExternalId => format!("V-{serial:07}"),
        Class::FreeText => format!("Spoke to {first} {last} about visit {serial}"),
        Class::FileName => format!("{first}_{serial}.pdf"),
        Class::File => return Value::Blob(format!("scan {serial}").into_bytes()),
        Class::None
        | Class::Key
        | Class::Sex
        | Class::Race
        | Class::Ethnicity
        | Class::Height
        | Class::Weight
        | Class::Region
        | Class::Country
        | Class::Coded
        | Class::Integration
        | Class::Secret => return impersonal(table, column, row, number),
    })
}

/// Invents a value that masks leave alone: one with which the row passes the table's filter.
fn impersonal(table: &Table, column: &Column, row: usize, number: usize) -> Value {
    let kept = table.filter.as_ref().filter(|filter| filter.column == column.name);
    let listed = kept.map_or(&column.values, |filter| &filter.keep);
    if !listed.is_empty() {
        return Value::Text(listed[row % listed.len()].clone());
    }
    Value::Text(match column.kind {
        ColumnKind::Integer => return Value::Integer(i64::try_from(row).unwrap()),
        ColumnKind::Boolean => return Value::Integer(i64::from(row % 2 == 0)),
        ColumnKind::Bytes => return Value::Blob(vec![1]),
        ColumnKind::Decimal => "72.5".to_owned(),
        ColumnKind::Text => format!("{} {row}", column.name),
        ColumnKind::Date => format!("{}-06-01", 2010 + number),
        ColumnKind::DateTime => format!("{}-06-01T10:00:00Z", 2010 + number),
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
        for (role, bytes) in &built.instances {
            fs::write(copied.path(role.as_str()), bytes).unwrap();
        }
        let Fixture { configuration, migration, ledger, .. } = fixture();
        for (name, bytes) in
            [("configuration", configuration), ("migration", migration), ("ledger", ledger)]
        {
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
            let probing = Probing::of_instance(
                self.path(role.as_str()),
                &fixture().catalogue,
                policy,
                report.as_ref(),
            );
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
        let package = self.path("migration");
        let configuration = self.path("configuration");
        let instance = self.path(role.as_str());
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
