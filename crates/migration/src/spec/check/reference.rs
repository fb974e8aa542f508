//! Checks fields whose target refers to another row, and says how the row will be found.

use landfall_catalogue::Travels;
use landfall_instances::schema::PackageColumn;

use super::{Checking, section::writers};
use crate::{
    error::listed,
    plan::Destination,
    spec::{
        load::no_such,
        model::{Field, RuleName},
    },
};

/// Decides what the texts of a field mean in its target column; `texts` is how many the rule yields.
pub(super) fn destination(
    checking: &Checking<'_, '_>,
    carried: &PackageColumn<'_>,
    field: &Field,
    texts: usize,
) -> Result<Destination, String> {
    let row = field.rule == RuleName::Lookup && field.within.is_none();
    let Some(referred) = &carried.column.references else {
        if row {
            return Err(format!(
                "expected `in` with the source to look into, because `{}` refers to no table, found none",
                carried.column.name
            ));
        }
        if field.of.is_some() {
            return Err(format!(
                "expected `of` at a column that refers to another table, found it at `{}`; remove it",
                carried.column.name
            ));
        }
        return match texts {
            1 => Ok(Destination::Value),
            _ => Err(format!(
                "expected one `source` column, found {texts}; join them with rule `sql`"
            )),
        };
    };
    if matches!(field.rule, RuleName::Date | RuleName::Phone) {
        return Err(format!(
            "expected rule `copy`, `map`, `default` or `sql` for a reference to `{referred}`, found `{}`",
            field.rule.as_str()
        ));
    }
    if let Some(table) = carried.crosses {
        if field.of.is_some() {
            return Err(format!(
                "expected no `of`, because `{referred}` belongs to the configuration; remove it and give the natural key"
            ));
        }
        parts(referred, &table.natural_key, texts)?;
        return Ok(Destination::Configuration { several: table.natural_key.len() > 1 });
    }
    let migrated =
        checking.catalogue.table(referred).is_some_and(|table| table.travels == Travels::Migration);
    if !migrated {
        return Err(format!(
            "expected a column whose rows travel, found a reference to `{referred}`, which does not; leave the field out or use rule `ignore`"
        ));
    }
    if row {
        return natural(checking, referred, field, texts);
    }
    let names: Vec<&str> =
        writers(checking.spec.model(), referred).map(|section| section.name.as_str()).collect();
    let section = match (&field.of, names.as_slice()) {
        (_, []) => {
            return Err(format!(
                "expected a section that writes `{referred}`, found none; add one, or leave the field out"
            ));
        }
        (Some(of), names) if names.contains(&of.as_str()) => of.clone(),
        (Some(of), names) => {
            return Err(no_such(
                &format!("`of` to name a section that writes `{referred}`"),
                of,
                names,
            ));
        }
        (None, [one]) => (*one).to_owned(),
        (None, several) => {
            return Err(format!(
                "expected `of`, because several sections write `{referred}`, found none; name one of {}",
                listed(several)
            ));
        }
    };
    let written = writers(checking.spec.model(), referred).find(|other| other.name == section);
    let key = written.map(|section| section.key.as_slice()).unwrap_or_default();
    if key.is_empty() {
        return Err(format!(
            "expected section `{section}` to have a `key`, because rows refer to it, found none; add the key"
        ));
    }
    parts(referred, key, texts)?;
    Ok(Destination::Row { table: referred.clone(), section })
}

/// Decides by which columns a row of a table that the run writes is looked up.
fn natural(
    checking: &Checking<'_, '_>,
    referred: &str,
    field: &Field,
    texts: usize,
) -> Result<Destination, String> {
    if field.of.is_some() {
        return Err("expected no `of` at a lookup by natural key: the rows of every section are found; remove it".to_owned());
    }
    if writers(checking.spec.model(), referred).next().is_none() {
        return Err(format!(
            "expected a section that writes `{referred}`, found none; add one, or leave the field out"
        ));
    }
    let Some(table) = checking.catalogue.table(referred) else {
        return Err(no_such("a table", referred, [""; 0]));
    };
    let by = field.by.as_ref().map_or_else(|| table.natural_key.clone(), |by| by.to_vec());
    if by.is_empty() {
        return Err(format!(
            "expected `by` with the columns of `{referred}` by which a row is known, found none"
        ));
    }
    for name in &by {
        if table.column(name).is_none_or(|column| column.references.is_some()) {
            return Err(no_such(
                &format!("`by` to name columns of `{referred}` that hold values"),
                name,
                table.columns.iter().map(|column| &column.name),
            ));
        }
    }
    parts(referred, &by, texts)?;
    Ok(Destination::Natural { table: referred.to_owned(), by })
}

fn parts(referred: &str, key: &[String], texts: usize) -> Result<(), String> {
    if key.len() == texts {
        return Ok(());
    }
    Err(format!(
        "expected {} texts, because a row of `{referred}` is known by {}, found {texts}; list as many `source` columns with rule `copy`",
        key.len(),
        listed(key)
    ))
}
