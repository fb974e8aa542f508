use std::path::PathBuf;

use landfall_core::{
    digest::Digest,
    ids::CustomerId,
    plan::{PackageFacts, PackageKind},
};
use serde::Serialize;

use crate::{Installation, Result, error::Error, packages::package_kind};

/// A package as a list shows it.
#[derive(Debug, Clone, Serialize)]
pub struct PackageView {
    /// What it holds.
    pub kind: PackageKind,
    /// Its name.
    pub digest: Digest,
    /// Its file.
    pub path: PathBuf,
    /// Where it comes from: the first extraction or the first iteration that made it.
    pub source: String,
    /// Everything that it was made from: what gives the same content is the same package.
    pub sources: Vec<String>,
    /// The instances it was loaded into, by address.
    pub loaded_into: Vec<String>,
    /// Its tables and their rows.
    pub tables: Vec<(String, u64)>,
    /// Rows that stayed behind: table, reason, count.
    pub left_out: Vec<(String, String, u64)>,
}

impl Installation {
    /// Lists the packages of a customer, in the order they were made.
    ///
    /// # Errors
    /// When there is no such customer.
    pub fn packages(&self, customer: &CustomerId) -> Result<Vec<PackageView>> {
        let state = self.customer(customer)?;
        let configuration = state.extractions.iter().map(|known| &known.package);
        let migration = state.iterations.iter().filter_map(|iteration| iteration.package.as_ref());
        let mut views: Vec<PackageView> = Vec::new();
        for facts in configuration.chain(migration) {
            if let Some(view) = views.iter_mut().find(|view| view.digest == facts.digest) {
                if !view.sources.contains(&facts.source) {
                    view.sources.push(facts.source.clone());
                }
                continue;
            }
            let loaded_into = state
                .environments
                .values()
                .filter(|environment| {
                    !environment.instances.is_empty()
                        && environment
                            .plan
                            .content
                            .packages()
                            .iter()
                            .any(|p| p.digest == facts.digest)
                })
                .flat_map(|environment| {
                    environment.instances.iter().map(|instance| {
                        format!("{customer}/{}/{}", environment.label, instance.role)
                    })
                })
                .collect();
            views.push(self.view(facts, loaded_into));
        }
        Ok(views)
    }

    fn view(&self, facts: &PackageFacts, loaded_into: Vec<String>) -> PackageView {
        PackageView {
            kind: facts.kind,
            digest: facts.digest,
            path: self.packages.path(&facts.digest),
            source: facts.source.clone(),
            sources: vec![facts.source.clone()],
            loaded_into,
            tables: facts.tables.iter().map(|table| (table.name.clone(), table.rows)).collect(),
            left_out: Vec::new(),
        }
    }

    /// Verifies a package: the file's own digest, its manifest and every table.
    ///
    /// # Errors
    /// When the package is not there, or not what its name says.
    pub fn package_verify(&self, digest: &Digest) -> Result<PackageView> {
        // Whoever sees a customer's people only sees their packages only.
        let seen = self.customers()?;
        let mut known = false;
        for customer in &seen {
            known |= self.packages(customer)?.iter().any(|package| package.digest == *digest);
        }
        if !known {
            return Err(Error::NotFound {
                what: format!("there is no package {digest}"),
                hint: "`landfall package list CUSTOMER` shows the packages".to_owned(),
            });
        }
        let path = self.packages.path(digest);
        if !path.is_file() {
            return Err(Error::NotFound {
                what: format!("there is no package {digest}"),
                hint: "`landfall package list CUSTOMER` shows the packages".to_owned(),
            });
        }
        self.packages.open(digest)?;
        let package = landfall_instances::package::Package::open(&path, Some(digest))?;
        Ok(PackageView {
            kind: package_kind(package.manifest().kind),
            digest: *digest,
            path,
            source: String::new(),
            sources: Vec::new(),
            loaded_into: Vec::new(),
            tables: package.manifest().tables.iter().map(|t| (t.name.clone(), t.rows)).collect(),
            left_out: package
                .left_out()
                .iter()
                .map(|left| (left.table.clone(), left.reason.clone(), left.rows))
                .collect(),
        })
    }
}
