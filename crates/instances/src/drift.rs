//! Drift: what an instance held when it was sealed, and what differs from that now.
//!
//! A [`Baseline`] covers everything in the file: every definition in the schema, the header, and the rows of every
//! table, the catalogue's, Landfall's own and any other. What Landfall itself goes on changing after sealing is not
//! left out but expected: the rows that people change through it as the ledger tells them ([`TableState`]); the outbox
//! empty, as it is whenever its notes are told; the outbox's counter at the number of the last change told
//! ([`Baseline::noted`]). The file's own counters of writes and of changes of the schema are no part of it: a copy put
//! back from a backup changes them and nothing else.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use landfall_catalogue::{Catalogue, Table};
use landfall_core::{digest::Digest, ids::Release, plan::rows_and_digest};
use rusqlite::{Connection, params_from_iter, types::Value};
use serde::{Deserialize, Serialize};

use crate::{
    Error, connection,
    error::During,
    fingerprint::Fingerprint,
    package::{TableDigest, query_digest, table_digest},
    record::Recorded,
    schema::quoted,
    value::from_canonical,
};

/// SQLite's own table of the counters of other tables.
const SEQUENCE: &str = "sqlite_sequence";

/// The table of noted changes, whose counter goes on with every change.
const OUTBOX: &str = "landfall_change";

/// The names by which a row's number may be asked for; a column of the same name hides one.
const ROW_NUMBERS: [&str; 3] = ["rowid", "_rowid_", "oid"];

/// What an instance held: digests and counts, never a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// The product's release.
    pub release: Release,
    /// The digest of the catalogue by which the tables were read.
    pub catalogue: Digest,
    /// Every object of the schema, Landfall's and SQLite's own as well: kind and name (`table site`), and the digest of
    /// its table and definition. Sorted.
    pub schema: Vec<(String, Digest)>,
    /// What the file says in its header.
    pub header: Header,
    /// Every table with its content, sorted by name; those of the catalogue with its columns.
    pub tables: Vec<TableDigest>,
    /// The number of the last change of a record that was noted; 0 when there was none.
    pub noted: u64,
}

/// What stands in the file's header and is part of its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// `PRAGMA application_id`.
    pub application_id: i64,
    /// `PRAGMA user_version`: the layout's version, by which a finished instance is known.
    pub user_version: i64,
    /// `PRAGMA encoding`.
    pub encoding: String,
    /// `PRAGMA journal_mode`: whether the file needs another one beside it.
    pub journal_mode: String,
}

/// What a table holds: so many rows, with that digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableState {
    /// How many rows.
    pub rows: u64,
    /// The digest of the rows.
    pub digest: Digest,
}

impl From<&TableDigest> for TableState {
    fn from(table: &TableDigest) -> Self {
        Self { rows: table.rows, digest: table.digest }
    }
}

/// One thing that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drift {
    /// What it is about: `table site`, `index site_name_unique`, `header user_version`, `file`.
    pub object: String,
    /// The difference in words.
    pub what: String,
    /// What was expected.
    pub expected: String,
    /// What was found.
    pub found: String,
}

impl Drift {
    fn new(
        object: impl Into<String>,
        what: impl Into<String>,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        Self {
            object: object.into(),
            what: what.into(),
            expected: expected.into(),
            found: found.into(),
        }
    }

    /// Says that a table does not hold what it should; `when` follows the difference, where there is more to say.
    #[must_use]
    pub fn of_content(table: &str, expected: TableState, found: TableState, when: &str) -> Self {
        let what = if expected.rows == found.rows {
            format!("content differs, in {} as expected{when}", counted(found.rows))
        } else {
            format!("{} expected, {} found{when}", counted(expected.rows), found.rows)
        };
        let text = |state: TableState| rows_and_digest(state.rows, &state.digest);
        Self::new(format!("table {table}"), what, text(expected), text(found))
    }
}

fn counted(rows: u64) -> String {
    if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") }
}

impl Baseline {
    /// Returns what a table holds; none when there is no such table.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<TableState> {
        self.tables.iter().find(|table| table.name == name).map(TableState::from)
    }

    /// Expects another content of a table than it had: that which a change told in the ledger left. A table that is not
    /// there is not made.
    pub fn expect_table(&mut self, name: &str, state: TableState) {
        if let Some(table) = self.tables.iter_mut().find(|table| table.name == name) {
            table.rows = state.rows;
            table.digest = state.digest;
        }
    }
}

/// Takes the baseline of an instance. Memory stays flat.
///
/// # Errors
/// [`Error::Absent`], [`Error::Corrupted`], [`Error::Sql`] when the file or one of its tables cannot be read.
pub fn baseline(path: &Path, catalogue: &Catalogue) -> Result<Baseline, Error> {
    read(path, catalogue, &[])?.whole()
}

/// As [`baseline`], for an instance whose fingerprint was taken just now: the catalogue's tables are not read again.
///
/// # Errors
/// As [`baseline`].
pub fn baseline_of(
    path: &Path,
    catalogue: &Catalogue,
    fingerprint: &Fingerprint,
) -> Result<Baseline, Error> {
    read(path, catalogue, &fingerprint.tables)?.whole()
}

/// Looks at an instance and tells everything that is not as expected. A file or table that cannot be read is such a
/// thing, not an error.
#[must_use]
pub fn examine(path: &Path, catalogue: &Catalogue, expected: &Baseline) -> Vec<Drift> {
    match read(path, catalogue, &[]) {
        Ok(reading) => {
            let mut drift = compare(expected, &reading.found);
            for (table, error) in &reading.unread {
                let before = expected.table(table).map_or_else(
                    || "no such table".to_owned(),
                    |state| rows_and_digest(state.rows, &state.digest),
                );
                let object = format!("table {table}");
                drift.push(Drift::new(object, "its rows cannot be read", before, cause(error)));
            }
            drift
        }
        Err(error) => vec![Drift::new(
            "file",
            "the instance cannot be read",
            "a database that can be read",
            cause(&error),
        )],
    }
}

/// Tells everything in which two baselines differ; nothing when they agree.
#[must_use]
pub fn compare(expected: &Baseline, found: &Baseline) -> Vec<Drift> {
    let mut drift = vec![];
    if (&expected.release, expected.catalogue) != (&found.release, found.catalogue) {
        let text = |one: &Baseline| format!("release {}, catalogue {}", one.release, one.catalogue);
        let what = "it is read by another catalogue than it was sealed with";
        drift.push(Drift::new("catalogue", what, text(expected), text(found)));
    }
    compare_schema(expected, found, &mut drift);
    compare_header(&expected.header, &found.header, &mut drift);
    if expected.noted != found.noted {
        drift.push(Drift::new(
            "noted changes",
            "the counter of changed records is not where the ledger has it",
            format!("change {} as the last", expected.noted),
            format!("change {} as the last", found.noted),
        ));
    }
    // A table that is on one side only is told with the schema.
    for table in &expected.tables {
        let before = TableState::from(table);
        if let Some(now) = found.table(&table.name).filter(|now| *now != before) {
            drift.push(Drift::of_content(&table.name, before, now, ""));
        }
    }
    drift
}

fn compare_schema(expected: &Baseline, found: &Baseline, drift: &mut Vec<Drift>) {
    let mut objects: BTreeMap<&str, Digest> =
        found.schema.iter().map(|(object, digest)| (object.as_str(), *digest)).collect();
    let defined = |digest: &Digest| format!("definition {digest}");
    for (object, digest) in &expected.schema {
        match objects.remove(object.as_str()) {
            None => drift.push(Drift::new(object, "it is missing", defined(digest), "nothing")),
            Some(now) if now == *digest => {}
            Some(now) => drift.push(Drift::new(
                object,
                "it has another definition",
                defined(digest),
                defined(&now),
            )),
        }
    }
    for (object, digest) in objects {
        drift.push(Drift::new(object, "it was added", "nothing", defined(&digest)));
    }
}

fn compare_header(expected: &Header, found: &Header, drift: &mut Vec<Drift>) {
    let mut differ = |name: &str, expected: String, found: String| {
        if expected != found {
            let what = format!("{expected} expected, {found} found");
            drift.push(Drift::new(format!("header {name}"), what, expected, found));
        }
    };
    differ("application_id", expected.application_id.to_string(), found.application_id.to_string());
    differ("user_version", expected.user_version.to_string(), found.user_version.to_string());
    differ("encoding", expected.encoding.clone(), found.encoding.clone());
    differ("journal_mode", expected.journal_mode.clone(), found.journal_mode.clone());
}

/// Says why something cannot be read, without the place of the file.
fn cause(error: &Error) -> String {
    match error {
        Error::Absent { .. } => "no file".to_owned(),
        Error::Corrupted { what, .. } => what.clone(),
        Error::Sql { action, cause, .. } => format!("cannot {action}: {cause}"),
        other => other.to_string(),
    }
}

/// What was read of a file, and what could not be read.
struct Reading {
    found: Baseline,
    unread: Vec<(String, Error)>,
}

impl Reading {
    fn whole(self) -> Result<Baseline, Error> {
        match self.unread.into_iter().next() {
            None => Ok(self.found),
            Some((_, error)) => Err(error),
        }
    }
}

fn read(path: &Path, catalogue: &Catalogue, known: &[TableDigest]) -> Result<Reading, Error> {
    let connection = connection::read_only(path)?;
    // One state of the file, whoever changes a record meanwhile.
    let transaction = connection.unchecked_transaction().during("begin reading", path)?;
    let objects = objects(&transaction, path)?;
    let mut tables = vec![];
    let mut unread = vec![];
    let mut noted = 0;
    for object in objects.iter().filter(|object| object.holds_rows) {
        let state = if object.name == SEQUENCE {
            counters(&transaction, path).map(|(state, outbox)| {
                noted = outbox;
                state
            })
        } else {
            content(&transaction, path, catalogue, &object.name, known)
        };
        match state {
            Ok(state) => tables.push(state),
            Err(error) => unread.push((object.name.clone(), error)),
        }
    }
    let header = header(&transaction, path)?;
    let schema = objects
        .into_iter()
        .map(|object| (format!("{} {}", object.kind, object.name), object.digest))
        .collect();
    let found = Baseline {
        release: catalogue.release().clone(),
        catalogue: catalogue.digest(),
        schema,
        header,
        tables,
        noted,
    };
    Ok(Reading { found, unread })
}

/// One object of the schema.
struct Object {
    kind: String,
    name: String,
    digest: Digest,
    /// Whether it is a table with rows of its own. A virtual table has none: its rows are computed by whatever made it.
    holds_rows: bool,
}

fn objects(connection: &Connection, path: &Path) -> Result<Vec<Object>, Error> {
    let action = "read the schema";
    let mut statement = connection
        .prepare("SELECT type, name, tbl_name, sql FROM main.sqlite_schema ORDER BY type, name")
        .during(action, path)?;
    let mut rows = statement.query([]).during(action, path)?;
    let mut objects = vec![];
    while let Some(row) = rows.next().during(action, path)? {
        let kind: String = row.get(0).during(action, path)?;
        let name: String = row.get(1).during(action, path)?;
        let table: String = row.get(2).during(action, path)?;
        let sql: Option<String> = row.get(3).during(action, path)?;
        let is_virtual = sql.as_ref().is_some_and(|sql| sql.starts_with("CREATE VIRTUAL"));
        objects.push(Object {
            holds_rows: kind == "table" && !is_virtual,
            digest: Digest::of_canonical(&(table, sql))?,
            kind,
            name,
        });
    }
    Ok(objects)
}

fn header(connection: &Connection, path: &Path) -> Result<Header, Error> {
    let action = "read the header";
    let number = |pragma: &str| {
        connection
            .pragma_query_value(Some("main"), pragma, |row| row.get::<_, i64>(0))
            .during(action, path)
    };
    let text = |pragma: &str| {
        connection
            .pragma_query_value(Some("main"), pragma, |row| row.get::<_, String>(0))
            .during(action, path)
    };
    Ok(Header {
        application_id: number("application_id")?,
        user_version: number("user_version")?,
        encoding: text("encoding")?,
        journal_mode: text("journal_mode")?,
    })
}

/// Reads the counters of tables; that of the outbox apart, because it goes on with every recorded change.
fn counters(connection: &Connection, path: &Path) -> Result<(TableDigest, u64), Error> {
    let state = query_digest(
        connection,
        SEQUENCE,
        &["name", "seq"],
        &format!(
            "SELECT quote(r.name), quote(r.seq) FROM main.{SEQUENCE} AS r
             WHERE r.name IS NOT '{OUTBOX}' ORDER BY r.rowid"
        ),
    )?;
    let last: i64 = connection
        .query_row(
            &format!(
                "SELECT coalesce(max(CAST(r.seq AS INTEGER)), 0) FROM main.{SEQUENCE} AS r
                 WHERE r.name = '{OUTBOX}'"
            ),
            [],
            |row| row.get(0),
        )
        .during("read the counter of noted changes", path)?;
    Ok((state, last.unsigned_abs()))
}

/// Returns what a table holds: one of the catalogue by the catalogue's columns, any other by all that it has.
fn content(
    connection: &Connection,
    path: &Path,
    catalogue: &Catalogue,
    name: &str,
    known: &[TableDigest],
) -> Result<TableDigest, Error> {
    if let Some(known) = known.iter().find(|known| known.name == name) {
        return Ok(known.clone());
    }
    if let Some(table) = catalogue.table(name) {
        match table_digest(connection, "main", name, &column_names(table)) {
            // It is no longer the catalogue's table: it is read as it is.
            Err(Error::Sql { .. } | Error::Float { .. }) => {}
            read => return read,
        }
    }
    any_table(connection, path, name)
}

fn column_names(table: &Table) -> Vec<&str> {
    table.columns.iter().map(|column| column.name.as_str()).collect()
}

/// Returns what a table of any shape holds: all its columns, each value with its type, rows in the order of the table.
fn any_table(connection: &Connection, path: &Path, name: &str) -> Result<TableDigest, Error> {
    let action = format!("read the columns of `{name}`");
    let mut statement = connection
        .prepare(
            "SELECT c.name, c.pk FROM pragma_table_xinfo(?1) AS c WHERE c.hidden <> 1
             ORDER BY c.cid",
        )
        .during(&action, path)?;
    let columns = statement
        .query_map([name], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))
        .during(&action, path)?
        .collect::<Result<Vec<_>, _>>()
        .during(&action, path)?;
    let without_row_numbers: bool = connection
        .query_row(
            "SELECT coalesce(max(l.wr), 0) FROM pragma_table_list AS l
             WHERE l.schema = 'main' AND l.name = ?1",
            [name],
            |row| row.get(0),
        )
        .during(&action, path)?;
    let cell = |column: &str| format!("r.{}", quoted(column));
    let hides =
        |number: &str| columns.iter().any(|(column, _)| column.eq_ignore_ascii_case(number));
    let row_number = ROW_NUMBERS.into_iter().find(|number| !hides(number));
    let order = match row_number {
        Some(number) if !without_row_numbers => format!("r.{number}"),
        _ => {
            let mut key: Vec<&(String, i64)> =
                columns.iter().filter(|(_, position)| *position > 0).collect();
            key.sort_by_key(|(_, position)| *position);
            // A table with neither is put in order by all it has.
            let key = if key.is_empty() { columns.iter().collect() } else { key };
            key.iter().map(|(column, _)| cell(column)).collect::<Vec<_>>().join(", ")
        }
    };
    let mut labels = Vec::with_capacity(columns.len() * 2);
    let mut cells = Vec::with_capacity(columns.len() * 2);
    for (column, _) in &columns {
        let cell = cell(column);
        labels.push(format!("type of {column}"));
        cells.push(format!("typeof({cell})"));
        labels.push(column.clone());
        // No table of ours has such numbers; their exact text stands for them.
        cells.push(format!("CASE typeof({cell}) WHEN 'real' THEN quote({cell}) ELSE {cell} END"));
    }
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    let sql =
        format!("SELECT {} FROM main.{} AS r ORDER BY {order}", cells.join(", "), quoted(name));
    query_digest(connection, name, &labels, &sql)
}

/// One recorded change of a table, as it is taken back in thought.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// What it did.
    pub recorded: &'a Recorded,
    /// Whether the record was new.
    pub added: bool,
}

/// Returns what a table of the catalogue held before some changes, the latest of it, and what it holds after them. What
/// it held before is computed from what it holds now: so whatever else was changed stands in both, and shows when the
/// first is not what was expected. Memory stays flat.
///
/// # Errors
/// [`Error::UnknownTable`], [`Error::Corrupted`] when a change does not fit the table, and those of [`baseline`].
pub fn states_around(
    path: &Path,
    catalogue: &Catalogue,
    table: &str,
    changes: &[Change<'_>],
) -> Result<(TableState, TableState), Error> {
    let table =
        catalogue.table(table).ok_or_else(|| Error::UnknownTable { table: table.to_owned() })?;
    let connection = connection::read_only(path)?;
    let transaction = connection.unchecked_transaction().during("begin reading", path)?;
    let names = column_names(table);
    let after = table_digest(&transaction, "main", &table.name, &names)?;
    let action = format!("take changes of `{}` back", table.name);
    let ids: BTreeSet<i64> = changes.iter().map(|change| change.recorded.id).collect();
    let ids = ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let cells = names.iter().map(|name| format!("r.{}", quoted(name))).collect::<Vec<_>>();
    let cells = cells.join(", ");
    let main = format!("main.{}", quoted(&table.name));
    // The changed rows alone are copied; a file that is only read still has temporary tables.
    transaction
        .execute_batch(&format!(
            "CREATE TEMP TABLE landfall_before AS
             SELECT {cells} FROM {main} AS r WHERE r.\"id\" IN ({ids})"
        ))
        .during(&action, path)?;
    for change in changes.iter().rev() {
        take_back(&transaction, path, table, change)?;
    }
    let id = names.iter().position(|name| *name == "id").unwrap_or_default() + 1;
    let before = query_digest(
        &transaction,
        &table.name,
        &names,
        &format!(
            "SELECT {cells} FROM {main} AS r WHERE r.\"id\" NOT IN ({ids})
             UNION ALL SELECT {cells} FROM temp.landfall_before AS r ORDER BY {id}"
        ),
    )?;
    Ok((TableState::from(&before), TableState::from(&after)))
}

fn take_back(
    connection: &Connection,
    path: &Path,
    table: &Table,
    change: &Change<'_>,
) -> Result<(), Error> {
    let action = format!("take a change of `{}` back", table.name);
    let id = Value::Integer(change.recorded.id);
    if change.added {
        connection
            .execute("DELETE FROM temp.landfall_before WHERE \"id\" = ?1", [id])
            .during(&action, path)?;
        return Ok(());
    }
    let mut values = vec![id];
    let mut assignments = vec![];
    for column in &change.recorded.changes {
        let misfit = || Error::Corrupted {
            path: path.to_owned(),
            what: format!(
                "expected a noted change that fits table `{}`, found another",
                table.name
            ),
        };
        let declared = table.column(&column.column).ok_or_else(misfit)?;
        values.push(match &column.old {
            None => Value::Null,
            Some(text) => from_canonical(declared, text).ok_or_else(misfit)?,
        });
        assignments.push(format!("{} = ?{}", quoted(&declared.name), values.len()));
    }
    if !assignments.is_empty() {
        connection
            .execute(
                &format!(
                    "UPDATE temp.landfall_before SET {} WHERE \"id\" = ?1",
                    assignments.join(", ")
                ),
                params_from_iter(values),
            )
            .during(&action, path)?;
    }
    Ok(())
}
