//! Is a row known by a natural key wherever somebody outside its instance has to know it?

use super::{Tables, refuse_column, refuse_table};
use crate::{
    error::{Error, Problem},
    model::{Kind, Subject, Table, Travels},
};

pub(super) fn check(table: &Table) -> Result<(), Error> {
    if table.natural_key.is_empty() {
        if table.travels == Travels::Configuration {
            let why = "the table travels as `configuration`".to_owned();
            return Err(refuse_table(table, Problem::NaturalKeyMissing { why }));
        }
        return Ok(());
    }
    for (index, name) in table.natural_key.iter().enumerate() {
        let Some(column) = table.column(name) else {
            let problem = Problem::ColumnMissing { key: "natural_key", column: name.clone() };
            return Err(refuse_table(table, problem));
        };
        if table.natural_key[..index].contains(name) {
            let problem = Problem::Duplicate { what: "natural key column", name: name.clone() };
            return Err(refuse_table(table, problem));
        }
        let why = if !column.required {
            "it is not required, and a row without it would not be known"
        } else if column.name == "id" {
            "`id` is internal to an instance"
        } else if column.kind == Kind::Bytes {
            "its type is `bytes`"
        } else if column.class.stays_at_the_destination() {
            "its class never enters a package"
        } else if column.subject == Subject::Volunteer {
            "it speaks of a volunteer, and keys stand unmasked in packages and messages"
        } else {
            continue;
        };
        let problem = Problem::NaturalKeyColumn { why: why.to_owned() };
        return Err(refuse_column(table, name, problem));
    }
    Ok(())
}

/// Checks that a table referred to from the other package is known by a key that means the same everywhere.
pub(super) fn check_cross_references(tables: &[Table], by_name: &Tables<'_>) -> Result<(), Error> {
    for table in tables {
        for (column, target) in table.references() {
            let Some(target) = by_name.get(target) else { continue };
            if table.travels.crosses(target.travels) {
                let why =
                    format!("`{}`.`{}` refers to it from another package", table.name, column.name);
                check_known(target, by_name, &why, &mut Vec::new())?;
            }
        }
    }
    Ok(())
}

/// Checks that the table has a natural key, and so has every table that a column of the key refers to.
///
/// A reference in a key stands for the natural key of the row it refers to, so no id of an instance enters a key.
fn check_known<'a>(
    table: &'a Table,
    by_name: &Tables<'a>,
    why: &str,
    above: &mut Vec<&'a str>,
) -> Result<(), Error> {
    if table.natural_key.is_empty() {
        let why = why.to_owned();
        return Err(refuse_table(table, Problem::NaturalKeyMissing { why }));
    }
    above.push(&table.name);
    for part in table.primary_columns() {
        let Some(target) = part.references.as_deref().and_then(|name| by_name.get(name)) else {
            continue;
        };
        if above.contains(&target.name.as_str()) {
            let why = format!("it refers to `{}`, whose key would contain itself", target.name);
            let problem = Problem::NaturalKeyColumn { why };
            return Err(refuse_column(table, &part.name, problem));
        }
        let why = format!("the natural key of `{}` contains its key", table.name);
        check_known(target, by_name, &why, above)?;
    }
    above.pop();
    Ok(())
}
