//! Are the names plain, free and given once?

use std::collections::BTreeSet;

use super::{is_plain_name, refuse_column, refuse_table};
use crate::{
    error::{Error, Problem},
    model::Table,
};

/// Beginnings of names that belong to Landfall's own tables, to SQLite and to PostgreSQL.
const RESERVED: [&str; 3] = ["landfall_", "sqlite_", "pg_"];

pub(super) fn check(tables: &[Table]) -> Result<(), Error> {
    let mut seen = BTreeSet::new();
    for table in tables {
        check_name(&table.name).map_err(|problem| refuse_table(table, problem))?;
        if !seen.insert(table.name.as_str()) {
            let problem = Problem::Duplicate { what: "table", name: table.name.clone() };
            return Err(refuse_table(table, problem));
        }
        let mut seen = BTreeSet::new();
        for column in &table.columns {
            let refuse = |problem| refuse_column(table, &column.name, problem);
            check_name(&column.name).map_err(refuse)?;
            if !seen.insert(column.name.as_str()) {
                let name = column.name.clone();
                return Err(refuse(Problem::Duplicate { what: "column", name }));
            }
        }
    }
    Ok(())
}

fn check_name(name: &str) -> Result<(), Problem> {
    if !is_plain_name(name) {
        return Err(Problem::NotAName { found: name.to_owned() });
    }
    match RESERVED.into_iter().find(|prefix| name.starts_with(prefix)) {
        Some(prefix) => Err(Problem::ReservedName { prefix }),
        None => Ok(()),
    }
}
