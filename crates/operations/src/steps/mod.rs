//! The steps of plans, one file each; this list is the table of contents.

mod agree;
mod apply_configuration;
mod apply_demo_set;
mod apply_migration;
mod clone;
mod configure;
mod destroy;
#[cfg(test)]
mod proof;
mod provision;
mod scan;
mod seal;
mod verify;

use std::{collections::BTreeMap, path::PathBuf};

use landfall_catalogue::Catalogue;
use landfall_core::{
    customer::InstanceFacts,
    digest::Digest,
    environment::Role,
    plan::{Plan, Step},
};
use landfall_instances::{Identity, fingerprint::Fingerprint, probe::Readings};
use landfall_masking::scan::Report;

pub(crate) use destroy::{destroy_key, remove_instances};

use crate::{Installation, Reporter, Result, operation::StepOutcome};

/// What the steps of one build share.
pub(crate) struct Build<'a> {
    /// What shall be done.
    plan: &'a Plan,
    /// The folder in which the environment is built before it is renamed.
    aside: PathBuf,
    /// A folder for work that is thrown away.
    work: PathBuf,
    /// The residual scans, by instance.
    scans: BTreeMap<Role, Report>,
    /// What was read of an instance ahead of its tests; nothing changes it in between.
    readings: BTreeMap<Role, Readings>,
    /// The fingerprints, by instance, once they were taken.
    fingerprints: BTreeMap<Role, Fingerprint>,
}

impl<'a> Build<'a> {
    pub(crate) fn new(plan: &'a Plan, aside: PathBuf, work: PathBuf) -> Self {
        Self {
            plan,
            aside,
            work,
            scans: BTreeMap::new(),
            readings: BTreeMap::new(),
            fingerprints: BTreeMap::new(),
        }
    }

    /// Returns the file of an instance while it is being built.
    fn instance(&self, role: Role) -> PathBuf {
        self.aside.join(format!("{role}.sqlite"))
    }

    fn identity(&self, role: Role) -> Identity {
        let plan = self.plan;
        Identity {
            customer: plan.customer.to_string(),
            environment: plan.label.to_string(),
            kind: plan.label.kind().to_string(),
            role,
            name: format!(
                "{} {}{} {}",
                plan.customer,
                plan.label.kind().title(),
                plan.label.number().map_or_else(String::new, |number| format!(" {number}")),
                role.title()
            ),
            release: plan.release.release.clone(),
            build: plan.release.build.clone(),
            address: format!("{}/{}/{role}", plan.customer, plan.label),
        }
    }

    fn catalogue<'i>(&self, installation: &'i Installation) -> Result<&'i Catalogue> {
        installation.catalogue(&self.plan.release.release)
    }

    /// Returns the fingerprint of an instance, taken once.
    fn fingerprint(&mut self, installation: &Installation, role: Role) -> Result<Fingerprint> {
        if let Some(known) = self.fingerprints.get(&role) {
            return Ok(known.clone());
        }
        let catalogue = self.catalogue(installation)?;
        let taken = landfall_instances::fingerprint::fingerprint(&self.instance(role), catalogue)?;
        self.fingerprints.insert(role, taken.clone());
        Ok(taken)
    }

    /// Returns the instances as the ledger shall know them, once they are in their place.
    pub(crate) fn instances(&self, installation: &Installation) -> Result<Vec<InstanceFacts>> {
        let plan = self.plan;
        Ok(plan
            .instances
            .iter()
            .map(|role| {
                let path = installation.paths.instance(&plan.customer, plan.label, *role);
                InstanceFacts {
                    role: *role,
                    location: installation.paths.relative(&path),
                    fingerprint: self.fingerprints.get(role).map_or(Digest::ZERO, |f| f.digest),
                }
            })
            .collect())
    }
}

/// Carries out one step of a build.
pub(crate) fn carry_out(
    installation: &mut Installation,
    build: &mut Build<'_>,
    step: &Step,
    reporter: &mut dyn Reporter,
) -> Result<StepOutcome> {
    match step {
        Step::Provision { role } => provision::carry_out(installation, build, *role),
        Step::ApplyDemoSet { role } => apply_demo_set::carry_out(installation, build, *role),
        Step::Clone { role, of, owner } => {
            let owner = owner.as_ref().unwrap_or(&build.plan.customer).clone();
            clone::carry_out(installation, build, *role, *of, &owner)
        }
        Step::ApplyConfiguration { role, package } => {
            apply_configuration::carry_out(installation, build, *role, package, reporter)
        }
        Step::ApplyMigration { role, package, key } => apply_migration::carry_out(
            installation,
            build,
            *role,
            package,
            key.as_deref(),
            reporter,
        ),
        Step::Configure { role } => configure::carry_out(installation, build, *role),
        Step::Verify { role } => verify::carry_out(installation, build, *role),
        Step::Scan { role } => scan::carry_out(installation, build, *role, reporter),
        Step::Agree => agree::carry_out(installation, build),
        Step::Seal => seal::carry_out(installation, build),
    }
}
