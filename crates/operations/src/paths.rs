//! Where everything stands in a data directory.

use std::path::{Path, PathBuf};

use landfall_core::{
    digest::Digest,
    environment::Role,
    ids::{CustomerId, Label, PersonId, Release},
};

/// The places of one data directory.
#[derive(Debug, Clone)]
pub(crate) struct Paths {
    root: PathBuf,
}

impl Paths {
    pub(crate) fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn ledger(&self) -> PathBuf {
        self.root.join("ledger.sqlite")
    }

    /// Credentials and sessions: outside the ledger and its export.
    pub(crate) fn credentials(&self) -> PathBuf {
        self.root.join("private/credentials.sqlite")
    }

    pub(crate) fn session(&self, person: &PersonId) -> PathBuf {
        self.root.join("sessions").join(format!("{person}.json"))
    }

    pub(crate) fn sessions(&self) -> PathBuf {
        self.root.join("sessions")
    }

    /// What may be destroyed: texts typed by people, rejected rows, the map of source keys.
    pub(crate) fn private(&self, customer: &CustomerId) -> PathBuf {
        self.root.join("private").join(customer.as_str())
    }

    pub(crate) fn iteration(&self, customer: &CustomerId, number: u32) -> PathBuf {
        self.private(customer).join(format!("iteration-{number}"))
    }

    pub(crate) fn key(&self, customer: &CustomerId, name: &str) -> PathBuf {
        self.root.join("keys").join(customer.as_str()).join(format!("{name}.key"))
    }

    /// The policy in force.
    pub(crate) fn policy(&self) -> PathBuf {
        self.rules().join("policy.toml")
    }

    /// The folder of a release's catalogue.
    pub(crate) fn catalogue(&self, release: &Release) -> PathBuf {
        self.rules().join("catalogues").join(release.as_str())
    }

    /// The rules in force, as files.
    pub(crate) fn rules(&self) -> PathBuf {
        self.root.join("rules")
    }

    pub(crate) fn packages(&self) -> PathBuf {
        self.root.join("packages")
    }

    /// The folder of a customer's dumps.
    pub(crate) fn dumps(&self, customer: &CustomerId) -> PathBuf {
        self.root.join("dumps").join(customer.as_str())
    }

    pub(crate) fn dump(&self, customer: &CustomerId, digest: &Digest) -> PathBuf {
        self.dumps(customer).join(digest.to_string())
    }

    /// Held while dumps of a customer are copied in or destroyed. No identity holds two hyphens in a row.
    pub(crate) fn dumps_lock(&self, customer: &CustomerId) -> PathBuf {
        self.root.join("work").join(format!("{customer}--dumps.lock"))
    }

    pub(crate) fn spec(&self, customer: &CustomerId, digest: &Digest) -> PathBuf {
        self.root.join("specs").join(customer.as_str()).join(digest.to_string())
    }

    pub(crate) fn environment(&self, customer: &CustomerId, label: Label) -> PathBuf {
        self.root.join("instances").join(customer.as_str()).join(label.to_string())
    }

    pub(crate) fn instance(&self, customer: &CustomerId, label: Label, role: Role) -> PathBuf {
        self.environment(customer, label).join(format!("{role}.sqlite"))
    }

    /// Held while what an environment in use holds is changed, or its use is ended.
    pub(crate) fn environment_lock(&self, customer: &CustomerId, label: Label) -> PathBuf {
        self.root.join("work").join(format!("{customer}--{label}.lock"))
    }

    pub(crate) fn document(&self, customer: &CustomerId, number: &str) -> PathBuf {
        self.root.join("documents").join(customer.as_str()).join(number)
    }

    /// Work that is thrown away when it is done or begun again.
    pub(crate) fn work(&self, customer: &CustomerId, operation: u32) -> PathBuf {
        self.root.join("work").join(format!("{customer}-{operation}"))
    }

    pub(crate) fn lock(&self, customer: &CustomerId, operation: u32) -> PathBuf {
        self.root.join("work").join(format!("{customer}-{operation}.lock"))
    }

    /// Where a configuration package is written before it has its name.
    pub(crate) fn extraction(&self, customer: &CustomerId) -> PathBuf {
        self.root.join("work").join(format!("{customer}-extraction.building"))
    }

    pub(crate) fn extraction_lock(&self, customer: &CustomerId) -> PathBuf {
        self.root.join("work").join(format!("{customer}-extraction.lock"))
    }

    /// Returns the path as it stands in ledger and documents: relative to the data directory.
    pub(crate) fn relative(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).to_string_lossy().into_owned()
    }
}
