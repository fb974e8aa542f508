use landfall_core::{
    environment::Role,
    ids::{CustomerId, Label},
};
use landfall_instances::instance::{self, CloneRules};
use serde_json::json;

use super::Build;
use crate::{Installation, Result, operation::StepOutcome};

/// Copies what another environment, of the customer or a Demo of the vendor, holds. Its users, integration settings and credentials stay there.
pub(super) fn carry_out(
    installation: &Installation,
    build: &Build<'_>,
    role: Role,
    of: Label,
    owner: &CustomerId,
) -> Result<StepOutcome> {
    let catalogue = build.catalogue(installation)?;
    // A single environment has no Test: both instances of the pair begin as its Main.
    let source = installation.paths.instance(owner, of, Role::Main);
    let stays = ["user", "user_role"]
        .into_iter()
        .filter(|name| catalogue.table(name).is_some())
        .map(str::to_owned)
        .collect();
    let rules = CloneRules { stays };
    let report =
        instance::clone(&source, &build.instance(role), catalogue, &build.identity(role), &rules)?;
    let rows: u64 = report.tables.iter().map(|table| table.rows).sum();
    Ok(StepOutcome {
        facts: json!({
            "instance": role,
            "of": format!("{owner}/{of}/main"),
            "tables": report.tables,
            "left-out": report.left_out,
        }),
        tests: Vec::new(),
        note: format!("{rows} rows"),
    })
}
