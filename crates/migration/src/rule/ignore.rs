//! `ignore`: the target column stays empty (or takes the catalogue's default), with a reason.

use landfall_catalogue::Column;

use super::Options;
use crate::spec::model::Field;

pub(super) const OPTIONS: Options = Options { known: &[], otherwise: &[] };

/// Says what keeps a column from being ignored.
pub(crate) fn check(field: &Field, column: &Column) -> Result<(), String> {
    if column.required && column.default.is_none() {
        return Err(format!(
            "expected a value, because `{}` is required, found rule `ignore`; use another rule",
            column.name
        ));
    }
    if field.note.as_deref().is_none_or(|note| note.trim().is_empty()) {
        return Err("expected a `note` that says why the column is ignored, found none".to_owned());
    }
    Ok(())
}
