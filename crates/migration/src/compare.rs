//! Compares the packages of two iterations: which volunteers came, went or changed, and in which fields. Volunteers are
//! matched by their external id. What comes out are counts, fields and ids of rows, never a value.
//!
//! Both files are read where they are, one attached to the other. What has to be remembered of a row is a digest in a
//! temporary file of SQLite, so memory stays flat and no value leaves the packages.

use std::{fs, path::Path};

use landfall_catalogue::{Catalogue, Class, Column, Table, Travels};
use landfall_core::digest::Hasher;
use landfall_instances::{
    package::{Kind, Package},
    schema::{PackageColumn, package_columns},
};
use rusqlite::{
    Connection, OpenFlags,
    functions::{Context, FunctionFlags},
    types::ValueRef,
};
use serde::Serialize;

use crate::{Error, keys, quote};

/// The schema of the first package.
const FIRST: &str = "main";
/// The schema under which the second package is attached.
const SECOND: &str = "second";

/// One of the two packages.
#[derive(Debug, Clone, Copy)]
pub struct Compared<'a> {
    /// The catalogue with which it was made.
    pub catalogue: &'a Catalogue,
    /// The package, verified.
    pub package: &'a Package,
}

/// Rows of the product: how many, and the ids of the first of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RowIds {
    /// How many.
    pub count: u64,
    /// The least ids, as many as were asked for.
    pub ids: Vec<i64>,
}

impl RowIds {
    fn add(&mut self, id: i64, most: usize) {
        self.count += 1;
        if self.ids.len() < most {
            self.ids.push(id);
        }
    }
}

/// A field of volunteers that is not the same in both packages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangedField {
    /// The column.
    pub column: String,
    /// The column as a user sees it.
    pub label: String,
    /// The volunteers, with their ids in the second package.
    pub volunteers: RowIds,
}

/// A table of volunteers' history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangedTable {
    /// The table.
    pub table: String,
    /// The table as a user sees it.
    pub title: String,
    /// Its rows in the first package.
    pub rows_a: u64,
    /// Its rows in the second package.
    pub rows_b: u64,
    /// The volunteers of both packages whose rows differ, with their ids in the second package.
    pub volunteers: RowIds,
}

/// What is different between the volunteers of two packages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VolunteerChanges {
    /// Volunteers of the first package.
    pub volunteers_a: u64,
    /// Volunteers of the second package.
    pub volunteers_b: u64,
    /// Those of the first that have no external id of their own and cannot be matched.
    pub unmatched_a: u64,
    /// The same of the second.
    pub unmatched_b: u64,
    /// Only in the second, with their ids there.
    pub added: RowIds,
    /// Only in the first, with their ids there.
    pub gone: RowIds,
    /// In both, and different in a field of their own or in their history; with their ids in the second.
    pub changed: RowIds,
    /// In both, and the same.
    pub unchanged: u64,
    /// In both, with another id in the second.
    pub renumbered: u64,
    /// Fields that differ, in the order of the catalogue.
    pub fields: Vec<ChangedField>,
    /// Every table of history that both have, in the order of the catalogue.
    pub history: Vec<ChangedTable>,
    /// Columns and tables that only the first package's release has; they are not compared.
    pub only_in_a: Vec<String>,
    /// The same of the second.
    pub only_in_b: Vec<String>,
}

/// Compares the volunteers of two migration packages, and their history. Of each kind of difference the ids of the first
/// `most` rows are named. A reference to a row that has a key is compared by that key, since ids may differ; of any
/// other reference only whether there is one.
///
/// # Errors
/// [`Error::NotCompared`] when a package is no migration package of its catalogue, [`Error::Database`].
pub fn compare(a: &Compared<'_>, b: &Compared<'_>, most: usize) -> Result<VolunteerChanges, Error> {
    let (table_a, key_a) = volunteers(a)?;
    let (table_b, key_b) = volunteers(b)?;
    let connection = open(a.package.path(), b.package.path())?;
    let matched_a = remember(&connection, "known_a", FIRST, table_a, key_a)?;
    let matched_b = remember(&connection, "known_b", SECOND, table_b, key_b)?;
    run(
        &connection,
        "match the volunteers",
        "CREATE TABLE temp.pair (b INTEGER PRIMARY KEY, a INTEGER NOT NULL);
         INSERT INTO temp.pair (a, b)
           SELECT x.id, y.id FROM temp.known_a AS x JOIN temp.known_b AS y ON y.key = x.key;
         CREATE TABLE temp.touched (id INTEGER PRIMARY KEY);",
    )?;
    let only = |own: &str, other: &str| {
        format!(
            "SELECT x.id FROM temp.{own} AS x
             WHERE NOT EXISTS (SELECT 1 FROM temp.{other} AS y WHERE y.key = x.key) ORDER BY x.id"
        )
    };
    let added = ids(&connection, &only("known_b", "known_a"), most)?;
    let gone = ids(&connection, &only("known_a", "known_b"), most)?;
    let mut only_in_a = Vec::new();
    let mut only_in_b = Vec::new();
    one_sided((a, table_a), (b, table_b), &mut only_in_a);
    one_sided((b, table_b), (a, table_a), &mut only_in_b);
    let fields = fields(&connection, (a, table_a), (b, table_b), most)?;
    let mut history = Vec::new();
    for own in tables(a.catalogue).filter(|table| table.name != table_a.name) {
        match tables(b.catalogue).find(|table| table.name == own.name) {
            Some(other) => {
                one_sided((a, own), (b, other), &mut only_in_a);
                one_sided((b, other), (a, own), &mut only_in_b);
                history.push(changed_table(&connection, (a, own), (b, other), most)?);
            }
            None => only_in_a.push(own.name.clone()),
        }
    }
    only_in_b.extend(
        tables(b.catalogue)
            .filter(|table| !tables(a.catalogue).any(|other| other.name == table.name))
            .map(|table| table.name.clone()),
    );
    let changed = ids(&connection, "SELECT id FROM temp.touched ORDER BY id", most)?;
    let both = count(&connection, "SELECT count(*) FROM temp.pair")?;
    let (volunteers_a, volunteers_b) = (rows(a, &table_a.name), rows(b, &table_b.name));
    Ok(VolunteerChanges {
        volunteers_a,
        volunteers_b,
        unmatched_a: volunteers_a.saturating_sub(matched_a),
        unmatched_b: volunteers_b.saturating_sub(matched_b),
        added,
        gone,
        unchanged: both.saturating_sub(changed.count),
        changed,
        renumbered: count(&connection, "SELECT count(*) FROM temp.pair WHERE a <> b")?,
        fields,
        history,
        only_in_a,
        only_in_b,
    })
}

/// Returns the table of the volunteers and the column of their external id.
fn volunteers<'a>(side: &Compared<'a>) -> Result<(&'a Table, &'a Column), Error> {
    let manifest = side.package.manifest();
    let not = |expected: String, found: String| Error::NotCompared {
        package: side.package.digest(),
        expected,
        found,
    };
    if manifest.kind != Kind::Migration {
        return Err(not("a migration package".to_owned(), format!("a {} package", manifest.kind)));
    }
    if manifest.catalogue != side.catalogue.digest() {
        return Err(not(
            format!("one of catalogue {}", side.catalogue.digest()),
            format!("one of catalogue {}", manifest.catalogue),
        ));
    }
    tables(side.catalogue)
        .filter(|table| path(table) == ["id"])
        .find_map(|table| {
            let key = table.columns.iter().find(|column| column.class == Class::ExternalId)?;
            Some((table, key))
        })
        .ok_or_else(|| {
            not(
                "a table of volunteers with an external id".to_owned(),
                format!("none in catalogue {}", side.catalogue.digest()),
            )
        })
}

/// Returns the tables that speak of volunteers and travel with a migration package.
fn tables(catalogue: &Catalogue) -> impl Iterator<Item = &Table> {
    catalogue
        .tables()
        .iter()
        .filter(|table| table.travels == Travels::Migration && !path(table).is_empty())
}

/// Returns the columns that lead from a row to its volunteer; none where the table speaks of no volunteer.
fn path(table: &Table) -> &[String] {
    table.person.as_ref().map_or(&[][..], |path| path.0.as_slice())
}

fn rows(side: &Compared<'_>, table: &str) -> u64 {
    let known = side.package.manifest().tables.iter().find(|known| known.name == table);
    known.map_or(0, |known| known.rows)
}

/// Opens both packages in one connection, neither of which it can write.
fn open(a: &Path, b: &Path) -> Result<Connection, Error> {
    let failed = || Error::database("open the two packages");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(a, flags).map_err(failed())?;
    // An absolute path cannot be taken for a URI. What is attached is read only as well, as the connection is.
    let absolute = fs::canonicalize(b).map_err(|error| Error::file("find", b, error))?;
    let absolute = absolute.to_str().ok_or_else(|| {
        let odd = std::io::Error::other("expected a path of Unicode letters, found another");
        Error::file("name to SQLite", b, odd)
    })?;
    connection.execute(&format!("ATTACH DATABASE ?1 AS {SECOND}"), [absolute]).map_err(failed())?;
    connection
        .execute_batch(&format!(
            "PRAGMA temp_store = FILE;
             PRAGMA temp.journal_mode = OFF;
             PRAGMA temp.cache_size = -16384;
             PRAGMA {FIRST}.cache_size = -16384;
             PRAGMA {SECOND}.cache_size = -16384;"
        ))
        .map_err(failed())?;
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection
        .create_scalar_function("landfall_compare_row", -1, flags, |context| Ok(digest(context)))
        .and_then(|()| {
            connection.create_scalar_function("landfall_compare_sum", 2, flags, |context| {
                Ok(sum(context))
            })
        })
        .map_err(failed())?;
    Ok(connection)
}

/// Computes the digest of the values of a call; typed and length-prefixed, so that no two rows read the same.
fn digest(context: &Context<'_>) -> Vec<u8> {
    let mut hasher = Hasher::new();
    let mut add = |tag: u8, bytes: &[u8]| {
        hasher.update(&[tag]);
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    for index in 0..context.len() {
        match context.get_raw(index) {
            ValueRef::Null => add(0, &[]),
            ValueRef::Integer(number) => add(1, &number.to_le_bytes()),
            ValueRef::Text(text) => add(2, text),
            ValueRef::Blob(bytes) => add(3, bytes),
            ValueRef::Real(number) => add(4, &number.to_le_bytes()),
        }
    }
    keys::first_half(hasher).to_vec()
}

/// Adds two digests up, so that the order of rows does not matter and the same row twice is not none.
fn sum(context: &Context<'_>) -> Vec<u8> {
    let part = |index| {
        let bytes = context.get_raw(index).as_blob().ok();
        let bytes = bytes.and_then(|bytes| <[u8; 16]>::try_from(bytes).ok());
        bytes.map_or(0, u128::from_le_bytes)
    };
    u128::wrapping_add(part(0), part(1)).to_le_bytes().to_vec()
}

fn run(connection: &Connection, action: &str, sql: &str) -> Result<(), Error> {
    connection.execute_batch(sql).map_err(Error::database(action))
}

fn count(connection: &Connection, sql: &str) -> Result<u64, Error> {
    connection
        .query_row(sql, [], |row| row.get::<_, i64>(0))
        .map(i64::unsigned_abs)
        .map_err(Error::database("count what was compared"))
}

fn ids(connection: &Connection, sql: &str, most: usize) -> Result<RowIds, Error> {
    let failed = || Error::database("list the volunteers that differ");
    let mut select = connection.prepare(sql).map_err(failed())?;
    let mut rows = select.query([]).map_err(failed())?;
    let mut found = RowIds::default();
    while let Some(row) = rows.next().map_err(failed())? {
        found.add(row.get(0).map_err(failed())?, most);
    }
    Ok(found)
}

/// Remembers the volunteers of a side by the digest of their external id; returns how many.
fn remember(
    connection: &Connection,
    into: &str,
    schema: &str,
    table: &Table,
    key: &Column,
) -> Result<u64, Error> {
    let (name, key) = (quote(&table.name), quote(&key.name));
    run(
        connection,
        "read the external ids",
        &format!(
            "CREATE TABLE temp.{into} (key BLOB PRIMARY KEY, id INTEGER NOT NULL) WITHOUT ROWID;
             INSERT OR IGNORE INTO temp.{into}
               SELECT landfall_compare_row(r.{key}), r.\"id\" FROM {schema}.{name} AS r
               WHERE r.{key} IS NOT NULL ORDER BY r.\"id\";"
        ),
    )?;
    count(connection, &format!("SELECT count(*) FROM temp.{into}"))
}

/// How a column is read so that both sides can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// As it stands.
    Value,
    /// By the key of the row it refers to.
    Key,
    /// Only whether there is a value.
    Presence,
}

/// A column of a table on one side.
struct Cell<'a> {
    schema: &'static str,
    catalogue: &'a Catalogue,
    carried: PackageColumn<'a>,
}

impl<'a> Cell<'a> {
    fn of(side: &Compared<'a>, schema: &'static str, table: &'a Table) -> Vec<Self> {
        package_columns(side.catalogue, table, Kind::Migration)
            .into_iter()
            .map(|carried| Self { schema, catalogue: side.catalogue, carried })
            .collect()
    }

    fn name(&self) -> &'a str {
        &self.carried.column.name
    }

    /// Returns the table to which the column refers by id.
    fn target(&self) -> Option<&'a Table> {
        if self.carried.crosses.is_some() {
            return None;
        }
        self.catalogue.table(self.carried.column.references.as_deref()?)
    }

    /// Returns the columns by which the row it refers to is known; none where they are references themselves.
    fn known_by(&self) -> Option<(&'a Table, &'a [String])> {
        let target = self.target()?;
        let key = if target.natural_key.is_empty() {
            target.unique.first()?.as_slice()
        } else {
            target.natural_key.as_slice()
        };
        let is_plain =
            |name: &String| target.column(name).is_some_and(|column| column.references.is_none());
        key.iter().all(is_plain).then_some((target, key))
    }

    fn reading(&self) -> Reading {
        match (self.target(), self.known_by()) {
            (None, _) => Reading::Value,
            (Some(_), Some(_)) => Reading::Key,
            (Some(_), None) => Reading::Presence,
        }
    }

    /// Writes the expression that reads the column of row `row`.
    fn expression(&self, row: &str, reading: Reading) -> String {
        let cell = format!("{row}.{}", quote(self.name()));
        match (reading, self.known_by()) {
            (Reading::Value, _) => cell,
            (Reading::Key, Some((target, key))) => {
                let parts: Vec<String> =
                    key.iter().map(|name| format!("t.{}", quote(name))).collect();
                format!(
                    "(SELECT landfall_compare_row({}) FROM {}.{} AS t WHERE t.\"id\" = {cell})",
                    parts.join(", "),
                    self.schema,
                    quote(&target.name)
                )
            }
            (Reading::Key, None) | (Reading::Presence, _) => format!("({cell} IS NOT NULL)"),
        }
    }
}

/// A side with one of its tables.
type Place<'s, 'a> = (&'s Compared<'a>, &'a Table);

/// Returns the columns that both sides have, but for the id and the one that leads to the volunteer, each with the way
/// in which both are read.
fn common<'a>(a: Place<'_, 'a>, b: Place<'_, 'a>) -> Vec<(Cell<'a>, Cell<'a>, Reading)> {
    let mut second = Cell::of(b.0, SECOND, b.1);
    let leads = path(a.1).first().map(String::as_str);
    Cell::of(a.0, FIRST, a.1)
        .into_iter()
        .filter(|cell| cell.name() != "id" && Some(cell.name()) != leads)
        .filter_map(|cell| {
            let index = second.iter().position(|other| other.name() == cell.name())?;
            let other = second.swap_remove(index);
            let reading =
                if cell.reading() == other.reading() { cell.reading() } else { Reading::Presence };
            Some((cell, other, reading))
        })
        .collect()
}

/// Adds the columns that only the first of two sides has.
fn one_sided(own: Place<'_, '_>, other: Place<'_, '_>, into: &mut Vec<String>) {
    let known = Cell::of(other.0, SECOND, other.1);
    into.extend(
        Cell::of(own.0, FIRST, own.1)
            .into_iter()
            .filter(|cell| !known.iter().any(|other| other.name() == cell.name()))
            .map(|cell| format!("{}.{}", own.1.name, cell.name())),
    );
}

/// Compares the volunteers' own rows, field by field, and notes who differs.
fn fields<'a>(
    connection: &Connection,
    a: Place<'_, 'a>,
    b: Place<'_, 'a>,
    most: usize,
) -> Result<Vec<ChangedField>, Error> {
    let failed = || Error::database("compare the volunteers");
    let mut selected = vec!["p.b".to_owned()];
    let mut fields = Vec::new();
    for (first, second, reading) in common(a, b) {
        selected.push(format!(
            "{} IS NOT {}",
            first.expression("x", reading),
            second.expression("y", reading)
        ));
        let column = second.carried.column;
        fields.push(ChangedField {
            column: column.name.clone(),
            label: column.label.clone(),
            volunteers: RowIds::default(),
        });
    }
    let mut select = connection
        .prepare(&format!(
            "SELECT {} FROM temp.pair AS p
             CROSS JOIN {FIRST}.{} AS x ON x.\"id\" = p.a
             CROSS JOIN {SECOND}.{} AS y ON y.\"id\" = p.b
             ORDER BY p.b",
            selected.join(", "),
            quote(&a.1.name),
            quote(&b.1.name)
        ))
        .map_err(failed())?;
    let mut touch =
        connection.prepare("INSERT OR IGNORE INTO temp.touched VALUES (?1)").map_err(failed())?;
    let mut rows = select.query([]).map_err(failed())?;
    while let Some(row) = rows.next().map_err(failed())? {
        let id: i64 = row.get(0).map_err(failed())?;
        let mut differs = false;
        for (index, field) in fields.iter_mut().enumerate() {
            if row.get::<_, bool>(index + 1).map_err(failed())? {
                field.volunteers.add(id, most);
                differs = true;
            }
        }
        if differs {
            touch.execute([id]).map_err(failed())?;
        }
    }
    fields.retain(|field| field.volunteers.count > 0);
    Ok(fields)
}

/// Compares a table of history: for each volunteer of both packages, whether the rows are the same, in whatever order.
fn changed_table<'a>(
    connection: &Connection,
    a: Place<'_, 'a>,
    b: Place<'_, 'a>,
    most: usize,
) -> Result<ChangedTable, Error> {
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for (cell_a, cell_b, reading) in common(a, b) {
        first.push(cell_a.expression("r", reading));
        second.push(cell_b.expression("r", reading));
    }
    gather(connection, "history_a", FIRST, a, &first)?;
    gather(connection, "history_b", SECOND, b, &second)?;
    let differing = "SELECT p.b FROM temp.pair AS p
         LEFT JOIN temp.history_a AS x ON x.id = p.a
         LEFT JOIN temp.history_b AS y ON y.id = p.b
         WHERE x.number IS NOT y.number OR x.sum IS NOT y.sum";
    let volunteers = ids(connection, &format!("{differing} ORDER BY p.b"), most)?;
    run(
        connection,
        "compare the history of volunteers",
        &format!(
            "INSERT OR IGNORE INTO temp.touched {differing};
             DROP TABLE temp.history_a;
             DROP TABLE temp.history_b;"
        ),
    )?;
    Ok(ChangedTable {
        table: b.1.name.clone(),
        title: b.1.title.clone(),
        rows_a: rows(a.0, &a.1.name),
        rows_b: rows(b.0, &b.1.name),
        volunteers,
    })
}

/// Remembers for each volunteer how many rows of a table there are, and the sum of their digests.
fn gather(
    connection: &Connection,
    into: &str,
    schema: &str,
    (side, table): Place<'_, '_>,
    cells: &[String],
) -> Result<(), Error> {
    run(
        connection,
        &format!("read table `{}` of the package", table.name),
        &format!(
            "CREATE TABLE temp.{into} (id INTEGER PRIMARY KEY, number INTEGER NOT NULL, sum BLOB NOT NULL);
             INSERT INTO temp.{into} (id, number, sum)
               SELECT person, 1, digest FROM (
                 SELECT {} AS person, landfall_compare_row({}) AS digest FROM {schema}.{} AS r
               ) WHERE person IS NOT NULL
               ON CONFLICT (id) DO UPDATE
               SET number = number + 1, sum = landfall_compare_sum(sum, excluded.sum);",
            person(side.catalogue, schema, table),
            cells.join(", "),
            quote(&table.name)
        ),
    )
}

/// Writes the expression that leads from row `r` of a table to the id of its volunteer.
fn person(catalogue: &Catalogue, schema: &str, table: &Table) -> String {
    let mut at = Some(table);
    let mut expression = String::new();
    for name in path(table) {
        expression = match at.filter(|_| !expression.is_empty()) {
            None => format!("r.{}", quote(name)),
            Some(table) => format!(
                "(SELECT t.{} FROM {schema}.{} AS t WHERE t.\"id\" = {expression})",
                quote(name),
                quote(&table.name)
            ),
        };
        at = at
            .and_then(|table| table.column(name))
            .and_then(|column| catalogue.table(column.references.as_deref()?));
    }
    expression
}
