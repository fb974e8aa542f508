//! Rows in words: a natural key as people read it.

use landfall_catalogue::{Catalogue, Table};

use super::text::visible;
use crate::{Error, natural_key};

/// Returns a natural key in words: `name=Leeds`, `site=Leeds, name=Chem`. A row that is named within another's key and
/// has several words itself stands in brackets: `lab_panel=(lab_interface=Chem, name=Lipids), lab_test=(..)`.
pub(crate) fn row_words(catalogue: &Catalogue, table: &Table, key: &str) -> Result<String, Error> {
    let words = parts(catalogue, table, key)?;
    Ok(words
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join(", "))
}

/// Returns the row to which a reference leads, in words: the value alone where its key has one column.
pub(super) fn reference_words(
    catalogue: &Catalogue,
    table: &Table,
    key: &str,
) -> Result<String, Error> {
    if table.natural_key.len() > 1 {
        return row_words(catalogue, table, key);
    }
    let words = parts(catalogue, table, key)?;
    Ok(words.into_iter().map(|(_, value)| value).collect())
}

fn parts(catalogue: &Catalogue, table: &Table, key: &str) -> Result<Vec<(String, String)>, Error> {
    let values = natural_key::parts(table, key)?;
    let mut words = Vec::with_capacity(values.len());
    for (name, value) in table.natural_key.iter().zip(values) {
        let target = table
            .column(name)
            .and_then(|column| column.references.as_deref())
            .and_then(|target| catalogue.table(target));
        words.push(match (value, target) {
            (None, _) => (name.clone(), "(none)".to_owned()),
            (Some(value), None) => (name.clone(), visible(&value)),
            (Some(value), Some(target)) => {
                let name = name.strip_suffix("_id").unwrap_or(name).to_owned();
                let row = reference_words(catalogue, target, &value)?;
                (name, if target.natural_key.len() > 1 { format!("({row})") } else { row })
            }
        });
    }
    Ok(words)
}
