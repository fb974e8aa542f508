//! The vendor's branded demonstration set: configuration, a study library and invented volunteers, as data.

use landfall_catalogue::Catalogue;
use serde::Deserialize;

use crate::error::{Error, Result};

/// The set that is built into the binary.
const TEXT: &str = include_str!("../demo-set.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DemoSet {
    table: Vec<Rows>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rows {
    name: String,
    rows: Vec<toml::Table>,
}

/// One record: its table, and its columns with texts as people type them.
pub(crate) type Record = (String, Vec<(String, String)>);

/// Returns the records of the set in an order in which references lead to records before them.
pub(crate) fn records(catalogue: &Catalogue) -> Result<Vec<Record>> {
    let wrong = |what: String| Error::Broken(format!("the demonstration set: {what}"));
    let set: DemoSet = toml::from_str(TEXT).map_err(|error| wrong(error.to_string()))?;
    let mut records = Vec::new();
    for table in set.table.iter().map(|table| &table.name) {
        if catalogue.table(table).is_none() {
            return Err(wrong(format!("release {} has no table `{table}`", catalogue.release())));
        }
    }
    for table in catalogue.tables() {
        for rows in set.table.iter().filter(|rows| rows.name == table.name) {
            for row in &rows.rows {
                let mut values = Vec::new();
                for (column, value) in row {
                    let text = value.as_str().ok_or_else(|| {
                        wrong(format!("table `{}`, column `{column}`: expected a text", table.name))
                    })?;
                    values.push((column.clone(), text.to_owned()));
                }
                records.push((table.name.clone(), values));
            }
        }
    }
    Ok(records)
}
