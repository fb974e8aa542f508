use landfall_core::{customer::Environment, ids::CustomerId};
use serde_json::json;

use crate::{Installation, Result, files, operation::StepOutcome, secrets};

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
    let path = installation.paths.key(customer, key);
    if path.exists() {
        // Overwritten before it is removed, so that its bytes do not stay behind in the file's place.
        files::overwrite(&path, &secrets::random::<32>()?)?;
    }
    files::remove(&path)?;
    Ok(StepOutcome {
        facts: json!({ "key": key, "destroyed": true }),
        tests: Vec::new(),
        note: key.to_owned(),
    })
}
