//! Promote: a configuration package is applied to a finished instance.
//!
//! Rows are matched by natural key, tables in load order. A row that the instance lacks is added under the next id; a
//! row whose travelling columns differ gets the package's values; every other row stays as it is. What belongs to the
//! instance stays, too: columns of class `integration` and `secret` keep their values (a new row has none, or the
//! column's default), and settings with integration keys never stand in a package.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use landfall_catalogue::{Catalogue, Table};
use landfall_core::digest::Digest;
use rusqlite::{
    Connection, ErrorCode, params_from_iter,
    types::{Value, ValueRef},
};
use serde::{Deserialize, Serialize};

use crate::{
    Error, closure,
    compare::{check_kind, row_words},
    connection,
    error::{During, names},
    instance, natural_key,
    package::{Kind, Need, Package, check_shape, needs},
    probe,
    schema::{self, PackageColumn, quoted},
};

/// The schema in which rows stand: package and instance have a connection each.
const MAIN: &str = "main";

/// What happens to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// The instance lacks it, so it is added.
    Added,
    /// Its travelling columns differ, so they get the package's values.
    Changed,
    /// The package lacks it, so it stays as it is.
    Kept,
}

/// What a promotion does to one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TablePreview {
    /// The table.
    pub table: String,
    /// As a user sees it.
    pub title: String,
    /// How many rows are added.
    pub added: u64,
    /// How many rows are changed.
    pub changed: u64,
    /// How many rows are the package's already.
    pub equal: u64,
    /// How many rows only the instance has; they stay.
    pub kept: u64,
    /// Every row but the equal ones, by its natural key in words (`name=Leeds`): those of the package in its order,
    /// then those that are kept.
    pub rows: Vec<(String, Action)>,
}

/// What a promotion does, or did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preview {
    /// The package.
    pub package: Digest,
    /// How many rows are added, in all tables.
    pub added: u64,
    /// How many rows are changed.
    pub changed: u64,
    /// How many rows are the package's already.
    pub equal: u64,
    /// How many rows only the instance has; they stay.
    pub kept: u64,
    /// Every table of the package, in load order.
    pub tables: Vec<TablePreview>,
}

impl Preview {
    /// Tells whether the promotion leaves the instance as it is.
    #[must_use]
    pub fn changes_nothing(&self) -> bool {
        self.added == 0 && self.changed == 0
    }
}

/// Tells what [`apply`] would do. Both files are only read.
///
/// # Errors
/// As [`apply`], but for what only the writing shows.
pub fn preview(package: &Path, target: &Path, catalogue: &Catalogue) -> Result<Preview, Error> {
    let source = Source::open(package, target, catalogue)?;
    let connection = connection::read_only(target)?;
    natural_key::register(&connection)?;
    connection.execute_batch("BEGIN").during("begin reading", target)?;
    let (preview, _) = Planning::new(&source, &connection, target, catalogue)?.plan()?;
    Ok(preview)
}

/// Applies a configuration package to a finished instance, in one durable transaction: all of it or nothing. References
/// are checked before the end. Applied again, it changes nothing.
///
/// # Errors
/// [`Error::WrongKind`] when it is no configuration package, [`Error::Corrupted`], [`Error::PackageCatalogue`],
/// [`Error::PackageShape`], [`Error::WrongCatalogue`], [`Error::WrongRelease`], [`Error::Unfinished`],
/// [`Error::MissingKeys`] when the package refers to rows of another package that the instance lacks,
/// [`Error::Duplicate`], [`Error::NoNaturalKey`], [`Error::BrokenReferences`], [`Error::Float`], [`Error::Sql`].
pub fn apply(package: &Path, target: &Path, catalogue: &Catalogue) -> Result<Preview, Error> {
    let source = Source::open(package, target, catalogue)?;
    let mut connection = connection::changing(target)?;
    natural_key::register(&connection)?;
    let transaction = connection::begin(&mut connection, target)?;
    // A row may refer to a row of the same table that is written after it.
    transaction
        .execute_batch("PRAGMA defer_foreign_keys = ON")
        .during("prepare the promotion", target)?;
    let (preview, writes) = Planning::new(&source, &transaction, target, catalogue)?.plan()?;
    for write in writes {
        write.carry_out(&transaction, target)?;
    }
    if let Some(broken) = probe::broken_references(&transaction)?.into_iter().next() {
        return Err(Error::BrokenReferences {
            table: broken.table,
            references: broken.references,
            rows: broken.rows,
        });
    }
    transaction.commit().during("commit", target)?;
    connection::close_durably(connection, target)?;
    Ok(preview)
}

/// The package, verified, and found to fit the instance.
struct Source {
    package: Package,
    connection: Connection,
}

impl Source {
    fn open(package: &Path, target: &Path, catalogue: &Catalogue) -> Result<Self, Error> {
        let package = Package::open(package, None)?;
        check_kind(&package)?;
        let connection = connection::read_only(package.path())?;
        check_shape(&connection, catalogue, &package, MAIN)?;
        natural_key::register(&connection)?;
        instance::check(target, catalogue)?;
        let expected = catalogue.release().to_string();
        let found = instance::identity(target)?.remove("release").unwrap_or_default();
        if found != expected {
            return Err(Error::WrongRelease { expected, found });
        }
        Ok(Self { package, connection })
    }
}

/// One row: its id, its natural key, and the values of the columns that travel, `id` excepted.
struct Row {
    id: i64,
    key: String,
    values: Vec<Value>,
}

/// What is to be written into one table.
struct Write<'a> {
    table: &'a Table,
    columns: Vec<&'a str>,
    added: Vec<(i64, Vec<Value>)>,
    changed: Vec<(i64, Vec<Value>)>,
}

/// A promotion that is being planned.
struct Planning<'a> {
    source: &'a Source,
    connection: &'a Connection,
    target: &'a Path,
    catalogue: &'a Catalogue,
    /// Per table that was planned: the id in the package, and the id of the same row in the instance.
    ids: BTreeMap<&'a str, BTreeMap<i64, i64>>,
    /// Per table to which the package refers by natural key: the ids of its rows in the instance.
    crossed: BTreeMap<&'a str, BTreeMap<String, i64>>,
}

impl<'a> Planning<'a> {
    fn new(
        source: &'a Source,
        connection: &'a Connection,
        target: &'a Path,
        catalogue: &'a Catalogue,
    ) -> Result<Self, Error> {
        let mut planning = Self {
            source,
            connection,
            target,
            catalogue,
            ids: BTreeMap::new(),
            crossed: BTreeMap::new(),
        };
        for table in closure::crossed_tables(catalogue, Kind::Configuration) {
            let rows = read(connection, target, catalogue, table, &[])?;
            let ids = rows.into_iter().map(|row| (row.key, row.id)).collect();
            planning.crossed.insert(&table.name, ids);
        }
        planning.check_needs()?;
        Ok(planning)
    }

    /// Refuses a package that refers to rows of another package that the instance lacks. What it needs is read from its
    /// rows, not believed.
    fn check_needs(&self) -> Result<(), Error> {
        let package = &self.source.package;
        let needed = needs(&self.source.connection, self.catalogue, Kind::Configuration, MAIN)?;
        if needed != package.manifest().needs {
            return Err(Error::Corrupted {
                path: package.path().to_owned(),
                what: "expected the natural keys that the manifest lists, found others in the rows"
                    .to_owned(),
            });
        }
        let lacking = |need: &Need| {
            self.crossed.get(need.table.as_str()).is_none_or(|ids| !ids.contains_key(&need.key))
        };
        let missing: Vec<Need> = needed.into_iter().filter(lacking).collect();
        if missing.is_empty() { Ok(()) } else { Err(Error::MissingKeys { missing }) }
    }

    /// Decides about every row of every table.
    fn plan(mut self) -> Result<(Preview, Vec<Write<'a>>), Error> {
        let mut preview = Preview {
            package: self.source.package.digest(),
            added: 0,
            changed: 0,
            equal: 0,
            kept: 0,
            tables: vec![],
        };
        let mut writes = vec![];
        let catalogue = self.catalogue;
        for table in catalogue.tables().iter().filter(|table| Kind::Configuration.carries(table)) {
            let (planned, write) = self.plan_table(table)?;
            preview.added += planned.added;
            preview.changed += planned.changed;
            preview.equal += planned.equal;
            preview.kept += planned.kept;
            preview.tables.push(planned);
            writes.push(write);
        }
        Ok((preview, writes))
    }

    fn plan_table(&mut self, table: &'a Table) -> Result<(TablePreview, Write<'a>), Error> {
        let catalogue = self.catalogue;
        let mut carried = schema::package_columns(catalogue, table, Kind::Configuration);
        carried.retain(|one| one.column.name != "id");
        let path = self.source.package.path();
        let wanted = read(&self.source.connection, path, catalogue, table, &carried)?;
        let present = read(self.connection, self.target, catalogue, table, &carried)?;
        let mut next = present.iter().map(|row| row.id).max().unwrap_or(0);
        let mut present: BTreeMap<String, Row> =
            present.into_iter().map(|row| (row.key.clone(), row)).collect();
        // All ids of the table come first: a row may refer to one that stands behind it.
        let ids = wanted.iter().map(|row| {
            let id = present.get(&row.key).map_or_else(
                || {
                    next = next.saturating_add(1);
                    next
                },
                |found| found.id,
            );
            (row.id, id)
        });
        let ids = ids.collect();
        self.ids.insert(&table.name, ids);

        let mut planned = TablePreview {
            table: table.name.clone(),
            title: table.title.clone(),
            added: 0,
            changed: 0,
            equal: 0,
            kept: 0,
            rows: vec![],
        };
        let columns = carried.iter().map(|one| one.column.name.as_str()).collect();
        let mut write = Write { table, columns, added: vec![], changed: vec![] };
        for row in wanted {
            let id = self.id(table, &table.name, row.id)?;
            let values = self.values(table, &carried, row.values)?;
            let action = match present.remove(&row.key) {
                None => {
                    planned.added += 1;
                    write.added.push((id, values));
                    Action::Added
                }
                Some(found) if found.values == values => {
                    planned.equal += 1;
                    continue;
                }
                Some(_) => {
                    planned.changed += 1;
                    write.changed.push((id, values));
                    Action::Changed
                }
            };
            planned.rows.push((row_words(catalogue, table, &row.key)?, action));
        }
        for row in present.into_values() {
            planned.kept += 1;
            planned.rows.push((row_words(catalogue, table, &row.key)?, Action::Kept));
        }
        Ok((planned, write))
    }

    /// Returns a row of the package as it stands in the instance: references lead to the instance's rows.
    fn values(
        &self,
        table: &Table,
        carried: &[PackageColumn<'_>],
        values: Vec<Value>,
    ) -> Result<Vec<Value>, Error> {
        carried.iter().zip(values).map(|(one, value)| self.value(table, one, value)).collect()
    }

    fn value(
        &self,
        table: &Table,
        carried: &PackageColumn<'_>,
        value: Value,
    ) -> Result<Value, Error> {
        match (carried.crosses, carried.column.references.as_deref(), value) {
            (_, None, value) => Ok(value),
            (_, Some(_), Value::Null) => Ok(Value::Null),
            (None, Some(references), Value::Integer(id)) => {
                self.id(table, references, id).map(Value::Integer)
            }
            (Some(target), Some(references), Value::Text(key)) => self
                .crossed
                .get(target.name.as_str())
                .and_then(|ids| ids.get(&key))
                .map(|id| Value::Integer(*id))
                .ok_or_else(|| broken(table, references)),
            (
                _,
                Some(references),
                Value::Integer(_) | Value::Real(_) | Value::Text(_) | Value::Blob(_),
            ) => Err(broken(table, references)),
        }
    }

    /// Returns the id in the instance of a row of the package, to which a row of `table` refers.
    fn id(&self, table: &Table, references: &str, id: i64) -> Result<i64, Error> {
        self.ids
            .get(references)
            .and_then(|ids| ids.get(&id))
            .copied()
            .ok_or_else(|| broken(table, references))
    }
}

fn broken(table: &Table, references: &str) -> Error {
    Error::BrokenReferences {
        table: table.name.clone(),
        references: references.to_owned(),
        rows: 1,
    }
}

/// Reads all rows of a table, in the order of their ids.
fn read(
    connection: &Connection,
    path: &Path,
    catalogue: &Catalogue,
    table: &Table,
    carried: &[PackageColumn<'_>],
) -> Result<Vec<Row>, Error> {
    let action = format!("read table `{}`", table.name);
    let mut cells =
        vec!["r.\"id\"".to_owned(), natural_key::expression(catalogue, table, MAIN, "r")?];
    let first = cells.len();
    cells.extend(carried.iter().map(|one| format!("r.{}", quoted(&one.column.name))));
    let sql = format!(
        "SELECT {} FROM {} AS r ORDER BY r.\"id\"",
        cells.join(", "),
        closure::from(MAIN, table)
    );
    let mut statement = connection.prepare(&sql).during(&action, path)?;
    let mut cursor = statement.query([]).during(&action, path)?;
    let mut rows = vec![];
    let mut keys = BTreeSet::new();
    while let Some(found) = cursor.next().during(&action, path)? {
        let key: Option<String> = found.get(1).during(&action, path)?;
        let columns = || names(&table.natural_key);
        let Some(key) = key else {
            return Err(Error::NoNaturalKey { table: table.name.clone(), columns: columns() });
        };
        if !keys.insert(key.clone()) {
            return Err(Error::Duplicate { table: table.name.clone(), columns: columns() });
        }
        let mut values = Vec::with_capacity(carried.len());
        for (index, one) in carried.iter().enumerate() {
            if let ValueRef::Real(_) = found.get_ref(first + index).during(&action, path)? {
                return Err(Error::Float {
                    table: table.name.clone(),
                    column: one.column.name.clone(),
                });
            }
            values.push(found.get::<_, Value>(first + index).during(&action, path)?);
        }
        rows.push(Row { id: found.get(0).during(&action, path)?, key, values });
    }
    Ok(rows)
}

impl Write<'_> {
    fn carry_out(&self, transaction: &Connection, path: &Path) -> Result<(), Error> {
        // A change may free a value that must stand once and that an added row has.
        if !self.changed.is_empty() {
            self.run(transaction, path, &self.update(), &self.changed)?;
        }
        if !self.added.is_empty() {
            self.run(transaction, path, &self.insert(), &self.added)?;
        }
        Ok(())
    }

    /// Returns the statement that adds a row. Columns that a package does not carry take NULL or their default.
    fn insert(&self) -> String {
        let mut columns = vec![quoted("id")];
        let mut cells = vec!["?1".to_owned()];
        for (index, column) in self.columns.iter().enumerate() {
            columns.push(quoted(column));
            cells.push(format!("?{}", index + 2));
        }
        for column in self.table.columns.iter().filter(|column| schema::stays(column)) {
            if let Some(literal) = schema::absent_literal(column) {
                columns.push(quoted(&column.name));
                cells.push(literal);
            }
        }
        format!(
            "INSERT INTO {} ({}) VALUES ({})",
            closure::from(MAIN, self.table),
            columns.join(", "),
            cells.join(", ")
        )
    }

    /// Returns the statement that gives a row the package's values.
    fn update(&self) -> String {
        let cells: Vec<String> = self
            .columns
            .iter()
            .enumerate()
            .map(|(index, column)| format!("{} = ?{}", quoted(column), index + 2))
            .collect();
        format!(
            "UPDATE {} SET {} WHERE \"id\" = ?1",
            closure::from(MAIN, self.table),
            cells.join(", ")
        )
    }

    fn run(
        &self,
        transaction: &Connection,
        path: &Path,
        sql: &str,
        rows: &[(i64, Vec<Value>)],
    ) -> Result<(), Error> {
        let action = format!("promote rows of `{}`", self.table.name);
        let mut statement = transaction.prepare(sql).during(&action, path)?;
        for (id, values) in rows {
            let id = Value::Integer(*id);
            let cells = params_from_iter(std::iter::once(&id).chain(values));
            statement
                .execute(cells)
                .map(|_| ())
                .or_else(|cause| self.refused(&action, path, cause))?;
        }
        Ok(())
    }

    /// Names the columns whose values another row of the instance has already.
    fn refused(&self, action: &str, path: &Path, cause: rusqlite::Error) -> Result<(), Error> {
        if cause.sqlite_error_code() == Some(ErrorCode::ConstraintViolation)
            && cause.sqlite_extended_error_code() == Some(rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE)
            && let rusqlite::Error::SqliteFailure(_, Some(message)) = &cause
        {
            // "UNIQUE constraint failed: site.name, site.city": names only, never values.
            let listed = message.split_once(": ").map_or("", |(_, columns)| columns);
            let columns: Vec<&str> = listed
                .split(", ")
                .map(|column| column.rsplit_once('.').map_or(column, |(_, name)| name))
                .collect();
            return Err(Error::Duplicate {
                table: self.table.name.clone(),
                columns: names(&columns),
            });
        }
        Err(cause).during(action, path)
    }
}
