use std::collections::BTreeMap;

use landfall_core::environment::Role;
use landfall_instances::record;
use serde_json::json;

use super::Build;
use crate::{Installation, Result, demo_set, operation::StepOutcome};

/// Enters the vendor's branded demonstration set.
pub(super) fn carry_out(
    installation: &Installation,
    build: &Build<'_>,
    role: Role,
) -> Result<StepOutcome> {
    let catalogue = build.catalogue(installation)?;
    let records = demo_set::records(catalogue)?;
    record::add_all(&build.instance(role), catalogue, &records)?;
    let mut rows: BTreeMap<&str, u64> = BTreeMap::new();
    for (table, _) in &records {
        *rows.entry(table).or_default() += 1;
    }
    Ok(StepOutcome {
        facts: json!({ "instance": role, "rows": rows }),
        tests: Vec::new(),
        note: format!("{} records", records.len()),
    })
}
