//! What plans need to know of packages and releases.

use std::collections::BTreeMap;

use landfall_catalogue::{Catalogue, Class, Travels};
use landfall_core::{
    digest::Digest,
    plan::{PackageFacts, PackageKind, ReleaseFacts, TableFacts},
    policy::Policy,
};
use landfall_instances::{
    package::{Kind, table_digest},
    schema::package_columns,
};
use landfall_masking::{Method, Overrides, Plan as MaskPlan, Treated};
use rusqlite::{Connection, OpenFlags};

use crate::{
    Installation,
    error::{Error, Result},
};

impl Installation {
    /// Returns the mask plan of a catalogue under the policy in force.
    pub(crate) fn mask_plan(&self, catalogue: &Catalogue) -> Result<MaskPlan> {
        mask_plan(&self.policy, catalogue)
    }

    /// Returns what a plan needs to know of a release.
    pub(crate) fn release_facts(&self, catalogue: &Catalogue) -> Result<ReleaseFacts> {
        let masked = searched(&self.mask_plan(catalogue)?);
        Ok(ReleaseFacts {
            product: catalogue.product().to_owned(),
            release: catalogue.release().clone(),
            build: catalogue.build().to_owned(),
            catalogue: catalogue.digest(),
            never_travelling: catalogue
                .tables()
                .iter()
                .filter(|table| table.travels == Travels::Never)
                .map(|table| table.name.clone())
                .collect(),
            masked_columns: u32::try_from(masked).unwrap_or(u32::MAX),
        })
    }

    /// Returns what a plan needs to know of a package: its tables, and their digests over the columns that masking
    /// leaves as they are.
    pub(crate) fn package_facts(
        &self,
        digest: &Digest,
        source: String,
        catalogue: &Catalogue,
    ) -> Result<PackageFacts> {
        let package = self.packages.open(digest)?;
        let kind = package.manifest().kind;
        let mask_plan = self.mask_plan(catalogue)?;
        let connection =
            Connection::open_with_flags(package.path(), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let mut tables = Vec::new();
        for known in &package.manifest().tables {
            let columns = unmasked_columns(catalogue, &mask_plan, &known.name, kind)?;
            let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
            let unmasked = table_digest(&connection, "main", &known.name, &columns)?;
            tables.push(TableFacts {
                name: known.name.clone(),
                rows: known.rows,
                digest: known.digest,
                unmasked: unmasked.digest,
            });
        }
        Ok(PackageFacts { kind: package_kind(kind), digest: *digest, source, tables })
    }
}

/// Returns a configuration package of nothing: what the rules are asked with before there is one.
pub(crate) fn no_package() -> PackageFacts {
    PackageFacts {
        kind: PackageKind::Configuration,
        digest: Digest::ZERO,
        source: String::new(),
        tables: Vec::new(),
    }
}

/// Returns the mask plan of a catalogue under a policy.
pub(crate) fn mask_plan(policy: &Policy, catalogue: &Catalogue) -> Result<MaskPlan> {
    let mut overrides = BTreeMap::new();
    for (class, method) in &policy.masking {
        if class == "source" {
            continue;
        }
        let wrong = || Error::Input {
            message: format!(
                "the policy's `[masking]` says `{class} = \"{method}\"`, which is no class and treatment"
            ),
            hint: "`landfall policy show` lists the classes and treatments".to_owned(),
        };
        let class = Class::named(class).ok_or_else(wrong)?;
        let method: Method = serde_json::from_value(serde_json::Value::String(method.clone()))
            .map_err(|_| wrong())?;
        overrides.insert(class, method);
    }
    Ok(MaskPlan::new(catalogue, &Overrides(overrides))?)
}

/// Returns how many columns the residual scan plants a value in and searches for.
fn searched(plan: &MaskPlan) -> usize {
    plan.lines().iter().filter(|line| line.rule.is_some()).count()
}

/// Returns the columns of a table, in package form, that masking leaves as they are.
pub(crate) fn unmasked_columns(
    catalogue: &Catalogue,
    plan: &MaskPlan,
    table: &str,
    kind: Kind,
) -> Result<Vec<String>> {
    let table = catalogue
        .table(table)
        .ok_or_else(|| Error::Broken(format!("the catalogue has no table `{table}`")))?;
    Ok(package_columns(catalogue, table, kind)
        .into_iter()
        .map(|column| column.column.name.clone())
        .filter(|name| {
            plan.line(&table.name, name)
                .is_none_or(|line| matches!(line.treatment, Treated::Keep { .. }))
        })
        .collect())
}

/// Returns the core's word for a package's kind.
pub(crate) fn package_kind(kind: Kind) -> PackageKind {
    match kind {
        Kind::Configuration => PackageKind::Configuration,
        Kind::Migration => PackageKind::Migration,
        Kind::Snapshot => PackageKind::Snapshot,
    }
}
