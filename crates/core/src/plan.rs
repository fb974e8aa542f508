//! Plans: what shall be done, as data, with the results that are expected.

use serde::{Deserialize, Serialize};

use crate::{
    canonical::NotCanonical,
    digest::Digest,
    environment::{Kind, Role},
    ids::{CustomerId, Label, Release},
    policy::{Policy, Qualified},
};

/// What a package holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PackageKind {
    /// General configuration.
    Configuration,
    /// The output of the migration program.
    Migration,
    /// A whole instance.
    Snapshot,
}

impl PackageKind {
    /// Returns the name in files and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Migration => "migration",
            Self::Snapshot => "snapshot",
        }
    }
}

/// What a plan knows of a package: enough to expect results, nothing of its rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackageFacts {
    /// What it holds.
    pub kind: PackageKind,
    /// Its name: the digest of its manifest.
    pub digest: Digest,
    /// Where it comes from, in words: `acme/sandbox`, `iteration 2`.
    pub source: String,
    /// Its tables, in load order.
    pub tables: Vec<TableFacts>,
}

/// One table of a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableFacts {
    /// The table's name.
    pub name: String,
    /// Its rows.
    pub rows: u64,
    /// The digest of its rows.
    pub digest: Digest,
    /// The digest over the columns that masking leaves as they are.
    pub unmasked: Digest,
}

/// What a plan knows of the release to be installed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseFacts {
    /// The product's name.
    pub product: String,
    /// The release.
    pub release: Release,
    /// The build stamp.
    pub build: String,
    /// The digest of the catalogue.
    pub catalogue: Digest,
    /// Tables that never travel: they stay empty in what is composed of packages.
    pub never_travelling: Vec<String>,
    /// How many columns of volunteers are masked.
    pub masked_columns: u32,
}

/// Where the content comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "from")]
pub enum Content {
    /// Nothing but the product's own defaults.
    Empty,
    /// The vendor's branded demonstration set.
    DemoSet,
    /// A clone of another environment of the customer.
    Clone {
        /// Which one.
        of: Label,
    },
    /// A clone of a Demo that the vendor itself owns.
    VendorDemo {
        /// The vendor's own identity.
        owner: CustomerId,
        /// Which one.
        of: Label,
    },
    /// The output of one iteration.
    Iteration {
        /// Its number.
        number: u32,
        /// Its package.
        migration: PackageFacts,
    },
    /// A configuration package plus, for a customer with a source database, a migration package.
    Composition {
        /// The configuration.
        configuration: PackageFacts,
        /// The migration output.
        migration: Option<PackageFacts>,
    },
}

impl Content {
    /// Returns the packages that are loaded, in the order of loading.
    #[must_use]
    pub fn packages(&self) -> Vec<&PackageFacts> {
        match self {
            Self::Empty | Self::DemoSet | Self::Clone { .. } | Self::VendorDemo { .. } => {
                Vec::new()
            }
            Self::Iteration { migration, .. } => vec![migration],
            Self::Composition { configuration, migration } => {
                std::iter::once(configuration).chain(migration).collect()
            }
        }
    }
}

/// Whether a VAL is the one that validation is signed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Qualified by an IQ, built from the signed-off iteration.
    Formal,
    /// For writing tests and for quality's early look; any published iteration, no IQ.
    Informal,
}

/// One thing that is done, with its parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "step")]
pub enum Step {
    /// Makes an empty instance of the release, aside.
    Provision {
        /// Which instance.
        role: Role,
    },
    /// Puts the vendor's branded demonstration set in.
    ApplyDemoSet {
        /// Which instance.
        role: Role,
    },
    /// Copies what another environment of the customer holds, but for what the destination owns.
    Clone {
        /// Which instance.
        role: Role,
        /// From where.
        of: Label,
        /// Whose environment that is; none for the same customer's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<CustomerId>,
    },
    /// Loads a configuration package.
    ApplyConfiguration {
        /// Which instance.
        role: Role,
        /// The package.
        package: Digest,
    },
    /// Loads a migration package.
    ApplyMigration {
        /// Which instance.
        role: Role,
        /// The package.
        package: Digest,
        /// The masking key, where volunteers are masked.
        key: Option<String>,
    },
    /// Sets what belongs to this instance alone, builds indexes and checks references.
    Configure {
        /// Which instance.
        role: Role,
    },
    /// Probes the instance and compares with what the tests expect.
    Verify {
        /// Which instance.
        role: Role,
    },
    /// Searches the instance for what should have been masked.
    Scan {
        /// Which instance.
        role: Role,
    },
    /// Probes the pair: what must be equal is.
    Agree,
    /// Makes the finished environment visible, all its instances at once.
    Seal,
}

impl Step {
    /// Returns the instance it works on, where it is one.
    #[must_use]
    pub fn role(&self) -> Option<Role> {
        match self {
            Self::Provision { role }
            | Self::ApplyDemoSet { role }
            | Self::Clone { role, .. }
            | Self::ApplyConfiguration { role, .. }
            | Self::ApplyMigration { role, .. }
            | Self::Configure { role }
            | Self::Verify { role }
            | Self::Scan { role } => Some(*role),
            Self::Agree | Self::Seal => None,
        }
    }

    /// Returns the step as people read it, in the imperative.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::Provision { role } => format!("make an empty {} instance", role.title()),
            Self::ApplyDemoSet { role } => {
                format!("put the demonstration set into {}", role.title())
            }
            Self::Clone { role, of, owner: None } => {
                format!("clone `{of}` into {}", role.title())
            }
            Self::Clone { role, of, owner: Some(owner) } => {
                format!("clone `{owner}/{of}` into {}", role.title())
            }
            Self::ApplyConfiguration { role, package } => {
                format!("load configuration {} into {}", package.short(), role.title())
            }
            Self::ApplyMigration { role, package, key } => format!(
                "load migration output {} into {}{}",
                package.short(),
                role.title(),
                if key.is_some() { ", volunteers masked" } else { "" }
            ),
            Self::Configure { role } => {
                format!("name {}, build its indexes, check its references", role.title())
            }
            Self::Verify { role } => format!("test {}", role.title()),
            Self::Scan { role } => format!("search {} for unmasked values", role.title()),
            Self::Agree => "compare Main and Test".to_owned(),
            Self::Seal => "make the environment visible".to_owned(),
        }
    }
}

/// What a test looks at. The probe knows this and the instance, never the expected result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "probe")]
pub enum Probe {
    /// Product, release, build and catalogue digest as the instance states them.
    BuildIdentity,
    /// Name, address and role as the instance states them.
    InstanceIdentity,
    /// Differences between the schema found and the catalogue.
    Schema,
    /// Rows and digest of a table in package form.
    Table {
        /// The table.
        table: String,
    },
    /// Rows and digest over the columns that masking leaves as they are.
    UnmaskedColumns {
        /// The table.
        table: String,
    },
    /// Rows in the tables that never travel.
    NeverTravelling,
    /// References that lead nowhere.
    References,
    /// The database's own integrity check.
    Integrity,
    /// Integration settings and credentials that hold a value.
    IntegrationSettings,
    /// Accounts in the instance.
    Accounts,
    /// The residual scan's result.
    ResidualScan,
    /// The ledger: chain, and refusal of change and deletion.
    Ledger,
    /// Whether Main and Test hold the same content.
    Agreement,
    /// The rule that ends the environment.
    Retention,
}

/// A check of the installation: what is expected stands here; what is found comes from a probe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// The test's id in the IQ: `M-004` (Main), `T-004` (Test), `P-001` (the pair), `E-001` (the environment).
    pub id: String,
    /// The requirement it traces to: `R-03`.
    pub requirement: String,
    /// Which instance; none for the whole environment.
    pub role: Option<Role>,
    /// What it looks at.
    pub probe: Probe,
    /// What must be found.
    pub expected: String,
}

/// What shall be done to make an environment. Its digest is what pre-approval signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Whose environment.
    pub customer: CustomerId,
    /// Its name.
    pub label: Label,
    /// Formal or informal, for VAL.
    pub purpose: Option<Purpose>,
    /// What is installed.
    pub release: ReleaseFacts,
    /// The rules it follows.
    pub policy: Digest,
    /// Its instances, Main first.
    pub instances: Vec<Role>,
    /// Where the content comes from.
    pub content: Content,
    /// The masking key's name, where volunteers are masked.
    pub key: Option<String>,
    /// Whether it is qualified by an IQ.
    pub qualified: bool,
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// The tests, in order.
    pub tests: Vec<Test>,
}

impl Plan {
    /// Returns the digest that pre-approval signs.
    ///
    /// # Errors
    /// When the plan has no canonical form.
    pub fn digest(&self) -> Result<Digest, NotCanonical> {
        Digest::of_canonical(self)
    }
}

/// Requirements that tests trace to: id, text, where it comes from.
pub const REQUIREMENTS: &[(&str, &str, &str)] = &[
    (
        "R-01",
        "The stated release and build are installed, and the instance says who it is.",
        "evidence: build identity",
    ),
    (
        "R-02",
        "The schema is the one that the release's catalogue declares.",
        "evidence: schema equals catalogue",
    ),
    (
        "R-03",
        "The general configuration of the source agreed by the customer arrives, row for row.",
        "seed: what passes from Sandbox to VAL and PROD",
    ),
    (
        "R-04",
        "The migration output arrives, row for row.",
        "seed: what is passed from Migration to VAL and PROD",
    ),
    ("R-05", "Nothing outside the allow-list arrives.", "policy: passage, deny by default"),
    (
        "R-06",
        "Every reference leads to a row and the database is sound.",
        "evidence: foreign keys hold",
    ),
    (
        "R-07",
        "Volunteer PHI is masked in VAL.",
        "seed: volunteer PHI is obfuscated in the VAL environment",
    ),
    (
        "R-08",
        "No integration setting or credential points at another environment.",
        "seed: integration-specific settings are not passed",
    ),
    (
        "R-09",
        "No shared and no default account exists; people are invited for each environment.",
        "evidence: roles and accounts",
    ),
    ("R-10", "The trail is intact, and can be neither changed nor deleted.", "21 CFR 11.10(e)"),
    ("R-11", "Main and Test agree where they must.", "seed: the environment is a pair"),
    ("R-12", "It is stated what ends the environment and when.", "seed: lifecycle"),
];

/// Returns the text that a table must show: rows and digest.
#[must_use]
pub fn rows_and_digest(rows: u64, digest: &Digest) -> String {
    format!("{rows} rows, {digest}")
}

/// Returns the text that a build identity must show.
#[must_use]
pub fn build_identity(product: &str, release: &str, build: &str, catalogue: &str) -> String {
    format!("{product} {release}, build {build}, catalogue {catalogue}")
}

/// Returns the text that an instance's own identity must show.
#[must_use]
pub fn instance_identity(customer: &str, label: &str, role: &str) -> String {
    format!("{customer}/{label}/{role}")
}

/// Makes the plan of an environment. Pure: the same arguments give the same plan.
#[must_use]
pub fn plan(
    customer: &CustomerId,
    label: Label,
    purpose: Option<Purpose>,
    content: Content,
    release: ReleaseFacts,
    key: Option<String>,
    policy: &Policy,
) -> Plan {
    let rules = policy.rules(label.kind());
    let instances = rules.instances.roles().to_vec();
    let qualified = match rules.qualified {
        Qualified::Never => false,
        Qualified::Always => true,
        Qualified::Formal => purpose == Some(Purpose::Formal),
    };
    // Without migration output there is no volunteer to mask.
    let migrated = matches!(content, Content::Composition { migration: Some(_), .. });
    let key = key.filter(|_| rules.masked && migrated);
    let mut steps = Vec::new();
    let mut tests = Vec::new();
    for role in &instances {
        steps.extend(build_steps(*role, &content, key.as_ref()));
        tests.extend(instance_tests(
            customer,
            label,
            *role,
            &content,
            &release,
            key.is_some(),
            rules.masked,
        ));
    }
    if instances.len() > 1 {
        steps.push(Step::Agree);
        tests.push(Test {
            id: "P-001".to_owned(),
            requirement: "R-11".to_owned(),
            role: None,
            probe: Probe::Agreement,
            expected: "equal".to_owned(),
        });
    }
    tests.push(Test {
        id: "E-001".to_owned(),
        requirement: "R-10".to_owned(),
        role: None,
        probe: Probe::Ledger,
        expected: LEDGER_EXPECTED.to_owned(),
    });
    tests.push(Test {
        id: "E-002".to_owned(),
        requirement: "R-12".to_owned(),
        role: None,
        probe: Probe::Retention,
        expected: retention(label.kind(), policy),
    });
    steps.push(Step::Seal);
    Plan {
        customer: customer.clone(),
        label,
        purpose,
        release,
        policy: policy.digest(),
        instances,
        content,
        key,
        qualified,
        steps,
        tests,
    }
}

/// What the probe of the ledger must find.
pub const LEDGER_EXPECTED: &str =
    "chain intact; UPDATE refused; DELETE refused; replacement refused";

/// Returns the rule that ends an environment of the kind, in words.
#[must_use]
pub fn retention(kind: Kind, policy: &Policy) -> String {
    let rules = policy.rules(kind);
    match (rules.due_when.is_empty(), rules.destroy_within_days) {
        (true, _) | (false, None) => "kept; never destroyed by policy".to_owned(),
        (false, Some(days)) => {
            let when: Vec<_> = rules.due_when.iter().map(|condition| condition.as_str()).collect();
            format!("destroyed within {days} days of: {}", when.join(" or "))
        }
    }
}

fn build_steps(role: Role, content: &Content, key: Option<&String>) -> Vec<Step> {
    let mut steps = vec![Step::Provision { role }];
    match content {
        // The demonstration set is entered as people enter records, into a finished instance.
        Content::Empty | Content::DemoSet => {}
        Content::Clone { of } => steps.push(Step::Clone { role, of: *of, owner: None }),
        Content::VendorDemo { owner, of } => {
            steps.push(Step::Clone { role, of: *of, owner: Some(owner.clone()) });
        }
        Content::Iteration { migration, .. } => {
            steps.push(Step::ApplyMigration { role, package: migration.digest, key: None });
        }
        Content::Composition { configuration, migration } => {
            steps.push(Step::ApplyConfiguration { role, package: configuration.digest });
            if let Some(migration) = migration {
                let key = key.cloned();
                steps.push(Step::ApplyMigration { role, package: migration.digest, key });
            }
        }
    }
    steps.push(Step::Configure { role });
    if *content == Content::DemoSet {
        steps.push(Step::ApplyDemoSet { role });
    }
    if key.is_some() && matches!(content, Content::Composition { migration: Some(_), .. }) {
        steps.push(Step::Scan { role });
    }
    steps.push(Step::Verify { role });
    steps
}

fn instance_tests(
    customer: &CustomerId,
    label: Label,
    role: Role,
    content: &Content,
    release: &ReleaseFacts,
    keyed: bool,
    masked: bool,
) -> Vec<Test> {
    let mut list = Vec::new();
    let mut add = |requirement: &str, probe: Probe, expected: String| {
        list.push(Test {
            id: format!(
                "{}-{:03}",
                role.title().chars().take(1).collect::<String>(),
                list.len() + 1
            ),
            requirement: requirement.to_owned(),
            role: Some(role),
            probe,
            expected,
        });
    };
    add(
        "R-01",
        Probe::BuildIdentity,
        build_identity(
            &release.product,
            release.release.as_str(),
            &release.build,
            &release.catalogue.to_string(),
        ),
    );
    add(
        "R-01",
        Probe::InstanceIdentity,
        instance_identity(customer.as_str(), &label.to_string(), role.as_str()),
    );
    add("R-02", Probe::Schema, "no difference".to_owned());
    if let Content::Composition { configuration, migration } = content {
        for table in &configuration.tables {
            add(
                "R-03",
                Probe::Table { table: table.name.clone() },
                rows_and_digest(table.rows, &table.digest),
            );
        }
        for table in migration.iter().flat_map(|package| &package.tables) {
            let (probe, digest) = if masked {
                (Probe::UnmaskedColumns { table: table.name.clone() }, &table.unmasked)
            } else {
                (Probe::Table { table: table.name.clone() }, &table.digest)
            };
            add("R-04", probe, rows_and_digest(table.rows, digest));
        }
        add("R-05", Probe::NeverTravelling, "no row".to_owned());
        if keyed && migration.is_some() {
            add(
                "R-07",
                Probe::ResidualScan,
                format!("0 survivors; {0} of {0} planted values found", release.masked_columns),
            );
        }
        add("R-08", Probe::IntegrationSettings, "none".to_owned());
        add("R-09", Probe::Accounts, "none".to_owned());
    }
    if let Content::Iteration { migration, .. } = content {
        for table in &migration.tables {
            add(
                "R-04",
                Probe::Table { table: table.name.clone() },
                rows_and_digest(table.rows, &table.digest),
            );
        }
    }
    add("R-06", Probe::References, "none broken".to_owned());
    add("R-06", Probe::Integrity, "ok".to_owned());
    list
}
