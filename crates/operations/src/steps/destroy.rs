use landfall_core::{
    customer::{Customer, Environment, State},
    ids::{CustomerId, Label},
};
use serde_json::json;

use crate::{Installation, Result, files, operation::StepOutcome};

/// Returns the masking key that goes with an environment: the one that nothing else uses any more.
pub(crate) fn last_use_of_key(state: &Customer, label: Label) -> Option<String> {
    let key = state.environment(label)?.plan.key.clone()?;
    let used = state.environments.values().any(|other| {
        other.label != label
            && other.plan.key.as_ref() == Some(&key)
            && other.state != State::Destroyed
    });
    (!used).then_some(key)
}

/// Removes the instances of an environment: out of sight by one rename, then from the disk.
pub(crate) fn remove_instances(
    installation: &Installation,
    target: &Environment,
    customer: &CustomerId,
) -> Result<StepOutcome> {
    let folder = installation.paths.environment(customer, target.label);
    let aside = files::aside(&folder);
    if folder.exists() {
        files::remove(&aside)?;
        files::rename(&folder, &aside)?;
    }
    files::remove(&aside)?;
    let removed: Vec<_> = target
        .instances
        .iter()
        .map(|instance| {
            json!({
                "instance": instance.role,
                "location": instance.location,
                "content-when-built": instance.fingerprint,
            })
        })
        .collect();
    Ok(StepOutcome {
        note: format!("{} instances", removed.len()),
        facts: json!({ "removed": removed }),
        tests: Vec::new(),
    })
}

/// Destroys a masking key: pseudonyms made with it can never be computed again.
pub(crate) fn destroy_key(
    installation: &Installation,
    customer: &CustomerId,
    key: &str,
) -> Result<StepOutcome> {
    files::remove(&installation.paths.key(customer, key))?;
    Ok(StepOutcome {
        facts: json!({ "key": key, "destroyed": true }),
        tests: Vec::new(),
        note: key.to_owned(),
    })
}
