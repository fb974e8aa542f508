//! How the scan reads databases: read only, names quoted, persons reached by the catalogue's path.

use std::{borrow::Cow, collections::HashSet, path::Path};

use landfall_catalogue::{Catalogue, Table};
use rusqlite::{Connection, OpenFlags};

use super::error::Error;

/// Memory for the pages of one connection; every thread has its own, and each page is read once.
const CACHE: &str = "PRAGMA cache_size = -8192;";

/// Opens a file for reading only.
pub(super) fn open(path: &Path) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection =
        Connection::open_with_flags(path, flags).map_err(|cause| Error::open(path, cause))?;
    connection.execute_batch(CACHE).map_err(|cause| Error::open(path, cause))?;
    Ok(connection)
}

/// Returns the tables of a database in the order of their names; SQLite's own are left out.
pub(super) fn tables(connection: &Connection, side: &'static str) -> Result<Vec<String>, Error> {
    let failed = |cause| Error::read(side, "sqlite_schema", cause);
    let mut statement = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name")
        .map_err(failed)?;
    let names = statement.query_map([], |row| row.get::<_, String>(0)).map_err(failed)?;
    let names: Result<Vec<String>, rusqlite::Error> = names.collect();
    names.map_err(failed)
}

/// Returns the columns of a table.
pub(super) fn columns(
    connection: &Connection,
    side: &'static str,
    table: &str,
) -> Result<Vec<String>, Error> {
    let failed = |cause| Error::read(side, table, cause);
    let mut statement = connection
        .prepare("SELECT name FROM pragma_table_info(?1) ORDER BY cid")
        .map_err(failed)?;
    let names = statement.query_map([table], |row| row.get::<_, String>(0)).map_err(failed)?;
    let names: Result<Vec<String>, rusqlite::Error> = names.collect();
    names.map_err(failed)
}

/// Quotes a name.
pub(super) fn name(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Returns the text of a cell; what is no UTF-8 is replaced, and the rest of the cell is still read.
pub(super) fn text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}

/// Writes a whole number into a buffer, as SQLite writes it.
pub(super) fn digits(number: i64, buffer: &mut [u8; 20]) -> &str {
    let mut rest = number.unsigned_abs();
    let mut from = buffer.len();
    for place in buffer.iter_mut().rev() {
        *place = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
        from -= 1;
        if rest == 0 {
            break;
        }
    }
    if number < 0
        && let Some(place) = from.checked_sub(1).and_then(|sign| buffer.get_mut(sign))
    {
        *place = b'-';
        from -= 1;
    }
    buffer.get(from..).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default()
}

/// Returns what follows FROM, and the expression of the person; a row that leads to nobody is its own person.
pub(super) fn person(catalogue: &Catalogue, table: &Table) -> Result<(String, String), Error> {
    let astray = || Error::Astray { table: table.name.clone() };
    let mut from = format!("{} AS t0", name(&table.name));
    let mut at = table;
    let path = &table.person.as_ref().ok_or_else(astray)?.0;
    let (last, between) = path.split_last().ok_or_else(astray)?;
    for (number, column) in between.iter().enumerate() {
        let next = at.column(column).and_then(|column| column.references.as_deref());
        let next = next.and_then(|next| catalogue.table(next)).ok_or_else(astray)?;
        from.push_str(&format!(
            " LEFT JOIN {next_name} AS t{to} ON t{to}.id = t{number}.{column}",
            next_name = name(&next.name),
            to = number + 1,
            column = name(column),
        ));
        at = next;
    }
    Ok((from, format!("ifnull(t{}.{}, -t0.id)", between.len(), name(last))))
}

/// Returns which tables of the catalogue the package has; one about volunteers that should be there and is not is an
/// error, because its values would not be looked for.
pub(super) fn present(
    catalogue: &Catalogue,
    connection: &Connection,
) -> Result<HashSet<String>, Error> {
    let present: HashSet<String> = tables(connection, "package")?.into_iter().collect();
    for table in catalogue.tables() {
        let personal = table.columns.iter().any(super::about_a_volunteer);
        let travels = table.travels != landfall_catalogue::Travels::Never;
        if personal && travels && !present.contains(&table.name) {
            return Err(Error::MissingTable { table: table.name.clone() });
        }
    }
    Ok(present)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_ever() {
        for number in [0, 7, -7, 10, 123_456, -123_456, i64::MAX, i64::MIN, 1_000_000] {
            assert_eq!(digits(number, &mut [0; 20]), number.to_string());
        }
    }
}
