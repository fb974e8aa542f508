//! Does a row filter decide by a column that is there and by values that it can have?

use super::{columns, refuse_column, refuse_table};
use crate::{
    error::{Error, Problem},
    model::{Kind, Table, Travels},
};

pub(super) fn check(table: &Table) -> Result<(), Error> {
    let Some(filter) = &table.filter else { return Ok(()) };
    let Some(column) = table.column(&filter.column) else {
        let problem = Problem::ColumnMissing { key: "filter", column: filter.column.clone() };
        return Err(refuse_table(table, problem));
    };
    let refuse = |why| refuse_column(table, &column.name, Problem::Filter { why });
    if filter.reason.trim().is_empty() {
        return Err(refuse_column(table, &column.name, Problem::Empty { key: "reason" }));
    }
    if table.travels == Travels::Never {
        return Err(refuse("the table never travels; remove the filter"));
    }
    if filter.integration {
        if column.kind != Kind::Text || !column.required {
            return Err(refuse(
                "`integration` needs a required text column that holds the setting's key",
            ));
        }
        if !filter.keep.is_empty() {
            return Err(refuse("`integration` leaves it to the key lists; remove `keep`"));
        }
        return Ok(());
    }
    if filter.keep.is_empty() {
        return Err(refuse("`keep` is empty; list the values with which a row passes"));
    }
    for value in &filter.keep {
        columns::check_value(column, "filter", value)
            .map_err(|problem| refuse_column(table, &column.name, problem))?;
    }
    Ok(())
}
