//! Does every reference lead to a table, and could the row that holds it travel?

use super::{Tables, refuse_column};
use crate::{
    error::{Error, Problem},
    model::{Table, Travels},
};

pub(super) fn check(table: &Table, tables: &Tables<'_>) -> Result<(), Error> {
    for (column, target) in table.references() {
        let Some(found) = tables.get(target) else {
            let problem = Problem::BrokenReference { table: target.to_owned() };
            return Err(refuse_column(table, &column.name, problem));
        };
        let never_arrives = found.travels == Travels::Never && table.travels != Travels::Never;
        if never_arrives && column.required {
            let problem = Problem::RequiredReferenceToNever { table: target.to_owned() };
            return Err(refuse_column(table, &column.name, problem));
        }
    }
    Ok(())
}
