use landfall_core::{
    digest::Digest,
    environment::{Kind, Role},
};
use landfall_instances::{
    Unmasked,
    instance::{self, LoadOptions},
};
use landfall_masking::{MaskKey, Masking};

use super::{Build, apply_configuration::outcome};
use crate::{Installation, Reporter, Result, operation::StepOutcome, secrets};

/// Loads a migration package; where volunteers are masked, no value is written before its mask was applied.
pub(super) fn carry_out(
    installation: &Installation,
    build: &Build<'_>,
    role: Role,
    package: &Digest,
    key: Option<&str>,
    reporter: &mut dyn Reporter,
) -> Result<StepOutcome> {
    let catalogue = build.catalogue(installation)?;
    let package = installation.packages.open(package)?;
    // A Migration environment has no configuration of its own.
    let options = LoadOptions { stub_missing: build.plan.label.kind() == Kind::Migration };
    let path = build.instance(role);
    let mut progress = |p: instance::Progress| {
        reporter.progress(p.done_tables as u64, Some(p.total_tables as u64), "tables");
    };
    let report = match key {
        None => instance::load(&path, catalogue, &package, &Unmasked, options, &mut progress)?,
        Some(name) => {
            let plan = installation.mask_plan(catalogue)?;
            let key = secrets::key(&installation.paths.key(&build.plan.customer, name))?;
            let key = MaskKey::from_bytes(key);
            let masking = Masking::new(&plan, &key, catalogue);
            instance::load(&path, catalogue, &package, &masking, options, &mut progress)?
        }
    };
    Ok(outcome(role, &report))
}
