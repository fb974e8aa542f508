//! Does every table that speaks of a volunteer know which, and would each such column be masked?

use super::{Tables, refuse_column, refuse_table};
use crate::{
    class::Class,
    error::{Error, Problem},
    model::{Column, Kind, PERSON_TABLE, Subject, Table, Travels},
};

pub(super) fn check(table: &Table, tables: &Tables<'_>) -> Result<(), Error> {
    let about_volunteers = table.person.is_some()
        || table.name == PERSON_TABLE
        || table.references().any(|(_, target)| target == PERSON_TABLE);
    for column in &table.columns {
        let refuse = |problem| refuse_column(table, &column.name, problem);
        if column.subject == Subject::Volunteer {
            if table.travels == Travels::Configuration {
                return Err(refuse(Problem::VolunteerInConfiguration));
            }
            if table.person.is_none() {
                return Err(refuse(Problem::PersonMissing));
            }
        }
        if about_volunteers {
            check_protected(column).map_err(refuse)?;
        }
    }
    if table.travels == Travels::Configuration && about_volunteers {
        return Err(refuse_table(table, Problem::VolunteerInConfiguration));
    }
    match &table.person {
        Some(path) => follow(table, &path.0, tables)
            .map_err(|why| refuse_table(table, Problem::PersonBroken { why })),
        None => Ok(()),
    }
}

/// Refuses class `none` where the type could hold anything about the person: what is not classed is not masked.
fn check_protected(column: &Column) -> Result<(), Problem> {
    let hint = match column.kind {
        Kind::Text if column.values.is_empty() => ", or list its `values`",
        Kind::Date | Kind::DateTime => " (`care-date`, `care-date-time` or `birth-date`)",
        Kind::Bytes => " (`file`)",
        Kind::Text | Kind::Integer | Kind::Decimal | Kind::Boolean => return Ok(()),
    };
    if column.class == Class::None {
        return Err(Problem::Unprotected { kind: column.kind, hint });
    }
    Ok(())
}

/// Follows the path; the reason why it does not arrive names the step.
fn follow(table: &Table, path: &[String], tables: &Tables<'_>) -> Result<(), String> {
    if table.name == PERSON_TABLE {
        return match path {
            [only] if only == "id" => Ok(()),
            _ => Err("expected `person = [\"id\"]` in the table itself".to_owned()),
        };
    }
    let mut current = table;
    for step in path {
        if current.name == PERSON_TABLE {
            return Err(format!("it goes on with `{step}` after it has arrived"));
        }
        let Some(column) = current.column(step) else {
            return Err(format!("table `{}` has no column `{step}`", current.name));
        };
        let Some(target) = column.references.as_deref() else {
            return Err(format!("`{}`.`{step}` is not a reference", current.name));
        };
        if !column.required {
            return Err(format!(
                "`{}`.`{step}` is not required, so a row could belong to nobody",
                current.name
            ));
        }
        let Some(next) = tables.get(target) else {
            return Err(format!(
                "`{}`.`{step}` refers to table `{target}`, which is not declared",
                current.name
            ));
        };
        current = next;
    }
    if current.name == PERSON_TABLE {
        Ok(())
    } else {
        Err(format!("it ends in table `{}`", current.name))
    }
}
