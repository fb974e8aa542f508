//! Load: from a package into an instance that is being built, under a treatment.

use std::path::Path;

use landfall_catalogue::{Catalogue, Table};
use landfall_core::digest::Digest;
use rusqlite::{Connection, OptionalExtension as _};
use serde::{Deserialize, Serialize};

use super::{identity::check_building, stub};
use crate::{
    Error, Treatment, closure, connection,
    connection::SOURCE,
    error::During,
    natural_key,
    package::{Kind, Need, Package, check_shape, needs},
    schema::{self, quoted},
};

/// How a package is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LoadOptions {
    /// Where the instance lacks a row to which the package refers: makes a marked stub row instead of refusing. A
    /// Migration environment has no configuration of its own, so it needs them.
    pub stub_missing: bool,
}

/// How far a load is: one call per table, after its rows are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The table that was written.
    pub table: String,
    /// Its rows.
    pub rows: u64,
    /// The tables written so far, this one included.
    pub done_tables: usize,
    /// All tables of the package.
    pub total_tables: usize,
}

/// The rows of one table that were written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowsLoaded {
    /// The table.
    pub table: String,
    /// How many.
    pub rows: u64,
}

/// What a load did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadReport {
    /// The package.
    pub package: Digest,
    /// What it carries.
    pub kind: Kind,
    /// Whether the treatment masks.
    pub masked: bool,
    /// Every table of the package, in load order.
    pub tables: Vec<RowsLoaded>,
    /// The rows that were missing and stand now as stubs, sorted.
    pub stubs: Vec<Need>,
}

/// Loads a package into an instance that is being built.
///
/// Everything that can be known beforehand is checked before the first write: the instance and the package are of the
/// catalogue, every row of other packages to which this one refers is there, no id is taken, every column has its
/// treatment. Then all rows are written in one transaction, tables in load order, rows in the order of their ids; ids
/// stay as they are. Columns that a package does not carry take NULL or their default.
///
/// # Errors
/// [`Error::MissingKeys`] naming table and key of every row that is missing, [`Error::PackageCatalogue`],
/// [`Error::PackageShape`], [`Error::Corrupted`], [`Error::Occupied`], [`Error::Treatment`], [`Error::Finished`],
/// [`Error::WrongCatalogue`]; [`Error::RowsDiffer`] and [`Error::Sql`] may also come after the first write, and then
/// the instance is to be thrown away.
pub fn load(
    path: &Path,
    catalogue: &Catalogue,
    package: &Package,
    treatment: &dyn Treatment,
    options: LoadOptions,
    progress: &mut dyn FnMut(Progress),
) -> Result<LoadReport, Error> {
    connection::there(path)?;
    let connection = connection::building(path)?;
    let load = Load { connection: &connection, path, catalogue, package, treatment };
    check_building(&connection, catalogue)?;
    connection::attach(&connection, package.path())?;
    check_shape(&connection, catalogue, package, SOURCE)?;
    natural_key::register(&connection)?;
    let missing = load.missing()?;
    if !missing.is_empty() && !options.stub_missing {
        return Err(Error::MissingKeys { missing });
    }
    let tables = load.tables();
    for table in &tables {
        load.check_free(table)?;
    }
    treatment.prepare(&connection, SOURCE).map_err(|reason| Error::Treatment {
        place: format!("package `{}`", package.digest()),
        reason,
    })?;
    let statements =
        tables.iter().map(|table| load.statement(table)).collect::<Result<Vec<_>, _>>()?;
    let report = load.write(&tables, &statements, missing, progress)?;
    connection::close_durably(connection, path)?;
    Ok(report)
}

/// One load on its way.
struct Load<'a> {
    connection: &'a Connection,
    path: &'a Path,
    catalogue: &'a Catalogue,
    package: &'a Package,
    treatment: &'a dyn Treatment,
}

impl<'a> Load<'a> {
    fn kind(&self) -> Kind {
        self.package.manifest().kind
    }

    fn tables(&self) -> Vec<&'a Table> {
        let kind = self.kind();
        self.catalogue.tables().iter().filter(|table| kind.carries(table)).collect()
    }

    /// Returns what the package needs and the instance lacks. What it needs is read from its rows, not believed.
    fn missing(&self) -> Result<Vec<Need>, Error> {
        let needed = needs(self.connection, self.catalogue, self.kind(), SOURCE)?;
        if needed != self.package.manifest().needs {
            return Err(Error::Corrupted {
                path: self.package.path().to_owned(),
                what: "expected the natural keys that the manifest lists, found others in the rows"
                    .to_owned(),
            });
        }
        for target in closure::crossed_tables(self.catalogue, self.kind()) {
            natural_key::make_ids(self.connection, self.catalogue, target, "main")?;
        }
        let mut missing = vec![];
        for need in needed {
            let target = self.target(&need)?;
            let id = self
                .connection
                .query_row(
                    &format!("SELECT id FROM {} WHERE key = ?1", natural_key::ids_table(target)),
                    [&need.key],
                    |row| row.get::<_, i64>(0),
                )
                .optional()
                .during("look up a natural key", self.path)?;
            if id.is_none() {
                missing.push(need);
            }
        }
        Ok(missing)
    }

    fn target(&self, need: &Need) -> Result<&'a Table, Error> {
        self.catalogue
            .table(&need.table)
            .ok_or_else(|| Error::UnknownTable { table: need.table.clone() })
    }

    /// Refuses a table of which rows with the package's ids stand in the instance already.
    fn check_free(&self, table: &Table) -> Result<(), Error> {
        let name = quoted(&table.name);
        let taken: i64 = self
            .connection
            .query_row(
                &format!(
                    "SELECT count(*) FROM main.{name} AS r
                     WHERE r.\"id\" IN (SELECT s.\"id\" FROM {SOURCE}.{name} AS s)"
                ),
                [],
                |row| row.get(0),
            )
            .during(&format!("check table `{}`", table.name), self.path)?;
        if taken == 0 {
            Ok(())
        } else {
            Err(Error::Occupied { table: table.name.clone(), rows: taken.unsigned_abs() })
        }
    }

    /// Returns the statement that writes all rows of one table.
    fn statement(&self, table: &Table) -> Result<String, Error> {
        let mut columns = vec![];
        let mut cells = vec![];
        let mut joins = String::new();
        for (index, carried) in
            schema::package_columns(self.catalogue, table, self.kind()).iter().enumerate()
        {
            let name = quoted(&carried.column.name);
            let treated = self
                .treatment
                .expression(table, carried.column, "s")
                .map_err(|reason| treatment_error(table, &carried.column.name, reason))?;
            // Rows must join: neither an id nor the way to another package's row may be treated.
            let fixed = carried.crosses.is_some() || carried.column.name == "id";
            cells.push(match (treated, carried.crosses) {
                (Some(_), _) if fixed => {
                    return Err(treatment_error(
                        table,
                        &carried.column.name,
                        "expected an id or a reference to be copied, found an expression"
                            .to_owned(),
                    ));
                }
                (Some(expression), _) => expression,
                (None, Some(target)) => {
                    joins.push_str(&format!(
                        " LEFT JOIN {} AS key_{index} ON key_{index}.key = s.{name}",
                        natural_key::ids_table(target)
                    ));
                    format!("key_{index}.id")
                }
                (None, None) => format!("s.{name}"),
            });
            columns.push(name);
        }
        for column in table.columns.iter().filter(|column| schema::stays(column)) {
            if let Some(literal) = schema::absent_literal(column) {
                columns.push(quoted(&column.name));
                cells.push(literal);
            }
        }
        let treated_joins = self.treatment.joins(table, "s").map_err(|reason| {
            Error::Treatment { place: format!("table `{}`", table.name), reason }
        })?;
        let name = quoted(&table.name);
        Ok(format!(
            "INSERT INTO main.{name} ({}) SELECT {} FROM {SOURCE}.{name} AS s {treated_joins}{joins} ORDER BY s.\"id\"",
            columns.join(", "),
            cells.join(", ")
        ))
    }

    fn write(
        &self,
        tables: &[&Table],
        statements: &[String],
        missing: Vec<Need>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<LoadReport, Error> {
        let transaction = self.connection.unchecked_transaction().during("begin", self.path)?;
        for need in &missing {
            let target = self.target(need)?;
            let id = stub::ensure(&transaction, self.catalogue, target, &need.key)?;
            transaction
                .execute(
                    &format!(
                        "INSERT INTO {} (key, id) VALUES (?1, ?2)",
                        natural_key::ids_table(target)
                    ),
                    rusqlite::params![need.key, id],
                )
                .during("note a stub row", self.path)?;
        }
        let mut loaded = Vec::with_capacity(tables.len());
        for (table, statement) in tables.iter().zip(statements) {
            let rows = transaction
                .execute(statement, [])
                .during(&format!("load table `{}`", table.name), self.path)?
                as u64;
            let expected = self
                .package
                .manifest()
                .tables
                .iter()
                .find(|digest| digest.name == table.name)
                .map_or(0, |digest| digest.rows);
            if rows != expected {
                return Err(Error::RowsDiffer { table: table.name.clone(), expected, found: rows });
            }
            loaded.push(RowsLoaded { table: table.name.clone(), rows });
            progress(Progress {
                table: table.name.clone(),
                rows,
                done_tables: loaded.len(),
                total_tables: tables.len(),
            });
        }
        let report = LoadReport {
            package: self.package.digest(),
            kind: self.kind(),
            masked: self.treatment.masks(),
            tables: loaded,
            stubs: missing,
        };
        transaction
            .execute(
                "INSERT INTO main.landfall_loaded (kind, package, masked) VALUES (?1, ?2, ?3)",
                rusqlite::params![report.kind.as_str(), report.package.to_string(), report.masked],
            )
            .during("note the package", self.path)?;
        transaction.commit().during("commit", self.path)?;
        Ok(report)
    }
}

fn treatment_error(table: &Table, column: &str, reason: String) -> Error {
    Error::Treatment { place: format!("table `{}`, column `{column}`", table.name), reason }
}
