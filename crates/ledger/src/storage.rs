//! The storage around the entries: the database's own integrity, and what keeps the ledger append-only.

use std::collections::BTreeMap;

use rusqlite::Connection;

use crate::{Error, Problem, chain::Problems, read::text, store};

/// Reports every damage outside the entries.
///
/// # Errors
/// When the store cannot be asked (not when what it answers is bad).
pub(crate) fn check(connection: &Connection, problems: &mut Problems) -> Result<(), Error> {
    for part in [integrity, schema, marks] {
        if let Err(error) = part(connection, problems) {
            report(error, problems)?;
        }
    }
    Ok(())
}

/// Tells whether what keeps the ledger append-only is there, and nothing else; its pages are not looked at.
pub(crate) fn is_as_made(connection: &Connection) -> Result<bool, rusqlite::Error> {
    let mut problems = Problems::default();
    schema(connection, &mut problems)?;
    marks(connection, &mut problems)?;
    Ok(problems.into_vec().is_empty())
}

/// Tells whether every page is whole and every row has the types of its columns. What the indexes hold is not compared
/// with the rows.
pub(crate) fn pages_are_whole(connection: &Connection) -> Result<bool, rusqlite::Error> {
    let mut statement = connection.prepare("PRAGMA quick_check(1)")?;
    let mut rows = statement.query([])?;
    let mut answered = false;
    while let Some(row) = rows.next()? {
        answered = true;
        if text(row.get_ref(0)?) != b"ok" {
            return Ok(false);
        }
    }
    Ok(answered)
}

/// Reports an answer of the store that means damage; hands on any other error.
pub(crate) fn report(error: rusqlite::Error, problems: &mut Problems) -> Result<(), Error> {
    let what = match Error::from(error) {
        Error::Damaged { what } => what,
        Error::Store(error) => error.to_string(),
        other => return Err(other),
    };
    problems.push(Problem::Storage { what });
    Ok(())
}

fn integrity(connection: &Connection, problems: &mut Problems) -> Result<(), rusqlite::Error> {
    let mut statement = connection.prepare("PRAGMA integrity_check(20)")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let answer: String = row.get(0)?;
        if answer != "ok" {
            let answer = answer.split_whitespace().collect::<Vec<_>>().join(" ");
            problems.push(Problem::Storage { what: answer });
        }
    }
    Ok(())
}

/// Compares tables, indexes and triggers with those of a new ledger.
fn schema(connection: &Connection, problems: &mut Problems) -> Result<(), rusqlite::Error> {
    let new = Connection::open_in_memory()?;
    new.execute_batch(store::SCHEMA)?;
    let expected = objects(&new)?;
    let found = objects(connection)?;
    for (name, (kind, sql)) in &expected {
        let what = match found.get(name) {
            None => format!("the {kind} `{name}` is missing"),
            Some((found_kind, found_sql)) if (found_kind, found_sql) != (kind, sql) => {
                format!("the {kind} `{name}` was changed")
            }
            Some(_) => continue,
        };
        problems.push(Problem::Storage { what });
    }
    for (name, (kind, _)) in found.iter().filter(|(name, _)| !expected.contains_key(*name)) {
        let what = format!("the {kind} `{name}` does not belong to a ledger");
        problems.push(Problem::Storage { what });
    }
    Ok(())
}

/// Returns kind and definition by name.
fn objects(connection: &Connection) -> Result<BTreeMap<String, (String, String)>, rusqlite::Error> {
    let mut statement = connection
        .prepare("SELECT name, type, tbl_name || ': ' || coalesce(sql, '') FROM sqlite_schema")?;
    let objects = statement.query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?;
    objects.collect()
}

fn marks(connection: &Connection, problems: &mut Problems) -> Result<(), rusqlite::Error> {
    if store::marks(connection)? != (store::APPLICATION, store::FORMAT) {
        problems.push(Problem::Storage {
            what: "the marks in the file's beginning are not those of a ledger".to_owned(),
        });
    }
    Ok(())
}
