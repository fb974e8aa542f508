//! The one pass over a package before a load: what no mask may write, and whose dates need another offset.
//!
//! Two threads take the tables in turn and fill the same filters. What they find does not depend on which of them took
//! which table, because the filters only gather and the suspects are read again.

use std::{
    collections::HashSet,
    panic,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use landfall_catalogue::{Catalogue, Subject};
use rusqlite::{Connection, Error as SqlError, OpenFlags, Row, types::ValueRef};

use crate::{
    forbidden::{Forbidden, Words},
    key::MaskKey,
    masks::Failure,
    offset::{Dates, Offsets, day_of},
    plan::{Line, Plan},
    treatment::{owner, quoted},
};

/// What is read of the package at a time stays in memory, in KiB, for each thread.
const CACHE: u32 = 4 << 10;

/// One table that holds values or dates of volunteers.
struct Source<'a> {
    name: &'a str,
    /// Selects the person, the columns of `values`, then those of `dates`.
    sql: String,
    /// Selects the person and the columns of `dates`.
    dates_sql: String,
    values: Vec<&'a Line>,
    dates: Vec<&'a Line>,
    /// The greatest id: about the number of rows.
    rows: usize,
}

/// What the masks must know of a package.
pub(crate) struct Survey {
    pub(crate) forbidden: Forbidden,
    pub(crate) offsets: Offsets,
}

/// Reads the package once, and the dates of those people again whose first offset may not fit.
pub(crate) fn survey(
    package: &Path,
    plan: &Plan,
    key: &MaskKey,
    catalogue: &Catalogue,
) -> Result<Survey, String> {
    let sources = sources(package, plan, catalogue)?;
    let sum = |count: fn(&Source<'_>) -> usize| {
        sources
            .iter()
            .map(|source| source.rows.saturating_mul(count(source)))
            .fold(0, usize::saturating_add)
    };
    let forbidden = Forbidden::sized(sum(|source| {
        source.values.iter().map(|line| Forbidden::entries(line.class)).sum()
    }));
    let dates = Dates::sized(sum(|source| source.dates.len()));
    let mut offsets = Offsets::new(key);
    let suspects: HashSet<i64> = each(package, &sources, |connection, source, found| {
        note(connection, source, &forbidden, &dates, &offsets, found)
    })?
    .into_iter()
    .collect();
    if !suspects.is_empty() {
        let mut again = each(package, &sources, |connection, source, found| {
            collect(connection, source, &suspects, found)
        })?;
        offsets.redraw(&mut again).map_err(|cause| cause.to_string())?;
    }
    Ok(Survey { forbidden, offsets })
}

/// Lists the tables of the package that hold something, those with most to read first.
fn sources<'a>(
    package: &Path,
    plan: &'a Plan,
    catalogue: &Catalogue,
) -> Result<Vec<Source<'a>>, String> {
    let connection = open(package)?;
    let present = tables_of(&connection)
        .map_err(|cause| format!("the tables of the package cannot be listed: {cause}"))?;
    let mut sources: Vec<Source<'a>> = Vec::new();
    for line in plan.lines() {
        let personal = line.subject == Subject::Volunteer && line.class.is_personal();
        if !personal || !present.contains(&line.table) {
            continue;
        }
        if sources.last().is_none_or(|source| source.name != line.table) {
            sources.push(Source {
                name: &line.table,
                sql: String::new(),
                dates_sql: String::new(),
                values: Vec::new(),
                dates: Vec::new(),
                rows: 0,
            });
        }
        let Some(source) = sources.last_mut() else { continue };
        if line.class.is_date() { source.dates.push(line) } else { source.values.push(line) }
    }
    for source in &mut sources {
        complete(&connection, source, catalogue)?;
    }
    sources.retain(|source| source.rows > 0);
    sources.sort_by_key(|source| {
        std::cmp::Reverse(
            source.rows.saturating_mul(4 + source.values.len() + 2 * source.dates.len()),
        )
    });
    Ok(sources)
}

/// Writes the statements of a table and estimates its rows.
fn complete(
    connection: &Connection,
    source: &mut Source<'_>,
    catalogue: &Catalogue,
) -> Result<(), String> {
    let name = source.name;
    let table = catalogue.table(name).ok_or_else(|| {
        format!("table `{name}` of the mask plan is missing in the catalogue: make the plan from the same catalogue")
    })?;
    let columns = |lines: &[&Line]| -> String {
        lines.iter().map(|line| format!(", s.{}", quoted(&line.column))).collect()
    };
    let (values, dates) = (columns(&source.values), columns(&source.dates));
    // Only a date asks whose it is.
    let (person, joins) = if source.dates.is_empty() {
        ("0".to_owned(), String::new())
    } else {
        let owner = owner(catalogue, table, "s")?;
        (owner.expression, owner.joins)
    };
    let from = format!("FROM main.{} AS s{joins}", quoted(name));
    source.sql = format!("SELECT {person}{values}{dates} {from}");
    source.dates_sql = format!("SELECT {person}{dates} {from}");
    let last: Option<i64> = connection
        .query_row(&format!("SELECT max(\"id\") FROM main.{}", quoted(name)), [], |row| row.get(0))
        .map_err(|cause| unread(name, &cause))?;
    let first: Option<i64> = connection
        .query_row(&format!("SELECT min(\"id\") FROM main.{}", quoted(name)), [], |row| row.get(0))
        .map_err(|cause| unread(name, &cause))?;
    if let (Some(first), Some(last)) = (first, last) {
        let rows = last.saturating_sub(first).saturating_add(1);
        source.rows = usize::try_from(rows).unwrap_or(usize::MAX);
    }
    Ok(())
}

/// Reads every table once, on two threads, and returns what was found in all of them.
fn each<T: Send>(
    package: &Path,
    sources: &[Source<'_>],
    read: impl Fn(&Connection, &Source<'_>, &mut Vec<T>) -> Result<(), String> + Sync,
) -> Result<Vec<T>, String> {
    let next = AtomicUsize::new(0);
    // Each thread tells what it found and at which table it failed, if it did.
    let work = || -> (Vec<T>, Option<(usize, String)>) {
        let mut found = Vec::new();
        let connection = match open(package) {
            Ok(connection) => connection,
            Err(cause) => return (found, Some((0, cause))),
        };
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(source) = sources.get(number) else { return (found, None) };
            if let Err(cause) = read(&connection, source, &mut found) {
                return (found, Some((number, cause)));
            }
        }
    };
    let (one, other) = thread::scope(|scope| {
        let other = scope.spawn(work);
        let one = work();
        match other.join() {
            Ok(other) => (one, other),
            Err(payload) => panic::resume_unwind(payload),
        }
    });
    // Of two failures the first table's is told, whichever thread met it.
    let failed = [one.1, other.1].into_iter().flatten().min_by_key(|(number, _)| *number);
    if let Some((_, cause)) = failed {
        return Err(cause);
    }
    let mut found = one.0;
    found.extend(other.0);
    Ok(found)
}

/// Notes the values and dates of one table; finds the people whose first offset may not fit.
fn note(
    connection: &Connection,
    source: &Source<'_>,
    forbidden: &Forbidden,
    dates: &Dates,
    offsets: &Offsets,
    suspects: &mut Vec<i64>,
) -> Result<(), String> {
    let mut words = Words::default();
    // The rows of one person mostly follow each other.
    let mut last: Option<(i64, i64)> = None;
    for_rows(connection, source.name, &source.sql, |row| {
        for (index, line) in source.values.iter().enumerate() {
            match cell(row, index + 1, source)? {
                ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
                    Ok(text) => forbidden.add(line.class, text, &mut words),
                    Err(_) => {
                        forbidden.add(line.class, &String::from_utf8_lossy(bytes), &mut words);
                    }
                },
                ValueRef::Blob(bytes) => forbidden.add_file(bytes),
                // Numbers are refused by the mask itself, which can name the column.
                ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => {}
            }
        }
        for (index, line) in source.dates.iter().enumerate() {
            let value = cell(row, 1 + source.values.len() + index, source)?;
            let Some(day) = day(value, line)? else { continue };
            let person = person(row, source)?;
            let offset = match last {
                Some((known, offset)) if known == person => offset,
                _ => offsets.first(person),
            };
            last = Some((person, offset));
            if dates.note(person, day, offset) && suspects.last() != Some(&person) {
                suspects.push(person);
            }
        }
        Ok(())
    })
}

/// Collects the dates of the suspects in one table.
fn collect(
    connection: &Connection,
    source: &Source<'_>,
    suspects: &HashSet<i64>,
    found: &mut Vec<(i64, i32)>,
) -> Result<(), String> {
    if source.dates.is_empty() {
        return Ok(());
    }
    for_rows(connection, source.name, &source.dates_sql, |row| {
        let person = person(row, source)?;
        if !suspects.contains(&person) {
            return Ok(());
        }
        for (index, line) in source.dates.iter().enumerate() {
            if let Some(day) = day(cell(row, index + 1, source)?, line)? {
                // Days of the years 1 to 9999 have seven digits at most.
                found.push((person, i32::try_from(day).unwrap_or_default()));
            }
        }
        Ok(())
    })
}

fn for_rows(
    connection: &Connection,
    name: &str,
    sql: &str,
    mut read: impl FnMut(&Row<'_>) -> Result<(), String>,
) -> Result<(), String> {
    let mut statement = connection.prepare(sql).map_err(|cause| unread(name, &cause))?;
    let mut rows = statement.query([]).map_err(|cause| unread(name, &cause))?;
    while let Some(row) = rows.next().map_err(|cause| unread(name, &cause))? {
        read(row)?;
    }
    Ok(())
}

fn cell<'r>(row: &'r Row<'_>, index: usize, source: &Source<'_>) -> Result<ValueRef<'r>, String> {
    row.get_ref(index).map_err(|cause| unread(source.name, &cause))
}

fn person(row: &Row<'_>, source: &Source<'_>) -> Result<i64, String> {
    row.get(0).map_err(|cause| unread(source.name, &cause))
}

/// Returns the day of a date; nothing where there is none.
fn day(value: ValueRef<'_>, line: &Line) -> Result<Option<i64>, String> {
    match value {
        ValueRef::Null | ValueRef::Text(b"") => Ok(None),
        ValueRef::Text(bytes) => std::str::from_utf8(bytes)
            .ok()
            .and_then(day_of)
            .map(Some)
            .ok_or_else(|| Failure::NotADate.at(&format!("{}.{}", line.table, line.column))),
        ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Blob(_) => {
            Err(Failure::NotADate.at(&format!("{}.{}", line.table, line.column)))
        }
    }
}

fn open(package: &Path) -> Result<Connection, String> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(package, flags)
        .map_err(|cause| format!("the package cannot be opened: {cause}"))?;
    connection
        .execute_batch(&format!("PRAGMA main.cache_size = -{CACHE};"))
        .map_err(|cause| format!("the package cannot be read: {cause}"))?;
    Ok(connection)
}

fn tables_of(connection: &Connection) -> Result<Vec<String>, SqlError> {
    let mut statement =
        connection.prepare("SELECT name FROM main.sqlite_schema WHERE type = 'table'")?;
    let names = statement.query_map([], |row| row.get::<_, String>(0))?;
    names.collect()
}

fn unread(table: &str, cause: &SqlError) -> String {
    format!("table `{table}` of the package cannot be read: {cause}")
}
