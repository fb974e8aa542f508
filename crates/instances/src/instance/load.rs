//! Load: from a package into an instance that is being built, under a treatment.

use std::{collections::HashMap, path::Path, sync::mpsc, thread};

use landfall_catalogue::{Catalogue, Table};
use landfall_core::digest::Digest;
use rusqlite::{Connection, OptionalExtension as _};
use serde::{Deserialize, Serialize};

use super::{
    carry::{self, Ids, Route, Taken},
    identity::check_building,
    stub,
};
use crate::{
    Error, Treatment, Way, closure, connection,
    connection::SOURCE,
    error::During,
    natural_key,
    package::{Kind, Need, Package, check_shape, needs},
    schema::{self, PackageColumn, quoted},
    treatment::Prepared,
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
/// A table without treated columns is copied inside the database. The rows of all others are read and treated on a
/// thread of their own, a few batches ahead of this one, which writes them: what is written does not depend on how the
/// two take turns, and the memory they need not on the number of rows.
///
/// # Errors
/// [`Error::MissingKeys`] naming table and key of every row that is missing, [`Error::PackageCatalogue`],
/// [`Error::PackageShape`], [`Error::Corrupted`], [`Error::Occupied`], [`Error::Treatment`], [`Error::Finished`],
/// [`Error::WrongCatalogue`]; [`Error::RowsDiffer`], [`Error::Treatment`] and [`Error::Sql`] may also come after the
/// first write, and then the instance is to be thrown away.
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
    // What the treatment reads beforehand and what is checked here are different rows of the same file.
    let (checked, prepared) = thread::scope(|scope| {
        let preparation = scope.spawn(move || treatment.prepare(package.path()));
        (load.check(options), carry::joined(preparation))
    });
    let (missing, plans) = checked?;
    let prepared = prepared.map_err(|reason| Error::Treatment {
        place: format!("package `{}`", package.digest()),
        reason,
    })?;
    let report = load.write(&plans, &*prepared, missing, progress)?;
    connection::close_durably(connection, path)?;
    Ok(report)
}

/// How the rows of one table come into the instance.
#[derive(Debug)]
enum Plan<'a> {
    /// By this statement, inside the database.
    Copy(&'a Table, String),
    /// Row by row, through the treatment.
    Rows(Route<'a>),
}

impl<'a> Plan<'a> {
    fn table(&self) -> &'a Table {
        match self {
            Self::Copy(table, _) => table,
            Self::Rows(route) => route.table,
        }
    }
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

    /// Checks what can be known before the first write; returns the rows that are missing and become stubs, and how each
    /// table is loaded.
    fn check(&self, options: LoadOptions) -> Result<(Vec<Need>, Vec<Plan<'a>>), Error> {
        natural_key::register(self.connection)?;
        let missing = self.missing()?;
        if !missing.is_empty() && !options.stub_missing {
            return Err(Error::MissingKeys { missing });
        }
        let tables = self.tables();
        for table in &tables {
            self.check_free(table)?;
        }
        let plans = tables.into_iter().map(|table| self.plan(table)).collect::<Result<_, _>>()?;
        Ok((missing, plans))
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
        let action = format!("check table `{}`", table.name);
        let filled: bool = self
            .connection
            .query_row(&format!("SELECT EXISTS (SELECT 1 FROM main.{name})"), [], |row| row.get(0))
            .during(&action, self.path)?;
        if !filled {
            return Ok(());
        }
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
            .during(&action, self.path)?;
        if taken == 0 {
            Ok(())
        } else {
            Err(Error::Occupied { table: table.name.clone(), rows: taken.unsigned_abs() })
        }
    }

    /// Returns how the rows of one table are loaded.
    fn plan(&self, table: &'a Table) -> Result<Plan<'a>, Error> {
        let carried = schema::package_columns(self.catalogue, table, self.kind());
        let mut ways = Vec::with_capacity(carried.len());
        for one in &carried {
            let name = &one.column.name;
            let way = self
                .treatment
                .way(table, one.column)
                .map_err(|reason| treatment_error(table, name, reason))?;
            // Rows must join: neither an id nor the way to another package's row may be treated.
            if way != Way::Copied && (one.crosses.is_some() || name == "id") {
                let reason = "expected an id or a reference to be copied, found a treatment";
                return Err(treatment_error(table, name, reason.to_owned()));
            }
            ways.push((*one, way));
        }
        if ways.iter().any(|(_, way)| *way == Way::Treated) {
            self.route(table, &ways).map(Plan::Rows)
        } else {
            Ok(Plan::Copy(table, self.statement(table, &ways)))
        }
    }

    /// Returns the columns of the instance that the package does not carry, with the literals that they take.
    fn absent(table: &Table) -> impl Iterator<Item = (String, String)> {
        table
            .columns
            .iter()
            .filter(|column| schema::stays(column))
            .filter_map(|column| Some((quoted(&column.name), schema::absent_literal(column)?)))
    }

    /// Returns the statement that copies all rows of one table.
    fn statement(&self, table: &Table, ways: &[(PackageColumn<'a>, Way)]) -> String {
        let mut columns = vec![];
        let mut cells = vec![];
        let mut joins = String::new();
        for (index, (carried, way)) in ways.iter().enumerate() {
            let name = quoted(&carried.column.name);
            cells.push(match (way, carried.crosses) {
                (Way::Removed, _) => "NULL".to_owned(),
                (_, Some(target)) => {
                    joins.push_str(&format!(
                        " LEFT JOIN {} AS key_{index} ON key_{index}.key = s.{name}",
                        natural_key::ids_table(target)
                    ));
                    format!("key_{index}.id")
                }
                (_, None) => format!("s.{name}"),
            });
            columns.push(name);
        }
        for (column, literal) in Self::absent(table) {
            columns.push(column);
            cells.push(literal);
        }
        let name = quoted(&table.name);
        format!(
            "INSERT INTO main.{name} ({}) SELECT {} FROM {SOURCE}.{name} AS s{joins} ORDER BY s.\"id\"",
            columns.join(", "),
            cells.join(", ")
        )
    }

    /// Returns how the rows of a table with treated columns are read and written.
    fn route(
        &self,
        table: &'a Table,
        ways: &[(PackageColumn<'a>, Way)],
    ) -> Result<Route<'a>, Error> {
        let owner = self.treatment.owner(table, "s").map_err(|reason| Error::Treatment {
            place: format!("table `{}`", table.name),
            reason,
        })?;
        let mut selected = vec![owner.expression, "s.\"id\"".to_owned()];
        let mut columns = vec![];
        let mut values = vec![];
        let mut cells = vec![];
        for (carried, way) in ways {
            let name = quoted(&carried.column.name);
            let taken = match (way, carried.crosses) {
                (Way::Removed, _) => None,
                (Way::Treated, _) => Some(Taken::Treated(carried.column)),
                (Way::Copied, Some(target)) => Some(Taken::KeyOf(target)),
                (Way::Copied, None) => Some(Taken::AsItIs),
            };
            match taken {
                Some(taken) => {
                    selected.push(format!("s.{name}"));
                    cells.push(taken);
                    values.push(format!("?{}", cells.len()));
                }
                None => values.push("NULL".to_owned()),
            }
            columns.push(name);
        }
        for (column, literal) in Self::absent(table) {
            columns.push(column);
            values.push(literal);
        }
        let name = quoted(&table.name);
        Ok(Route {
            table,
            select: format!(
                "SELECT {} FROM main.{name} AS s {} WHERE s.\"id\" >= ?1 AND s.\"id\" < ?2
                 ORDER BY s.\"id\"",
                selected.join(", "),
                owner.joins
            ),
            insert: format!(
                "INSERT INTO main.{name} ({}) VALUES ({})",
                columns.join(", "),
                values.join(", ")
            ),
            cells,
            pieces: self.pieces(table)?,
        })
    }

    /// Cuts the rows of a table of the package into the pieces in which they are read.
    fn pieces(&self, table: &Table) -> Result<Vec<(i64, i64)>, Error> {
        let name = quoted(&table.name);
        let sql = format!("SELECT min(id), max(id) FROM {SOURCE}.{name}");
        let ends = self
            .connection
            .query_row(&sql, [], |row| Ok((row.get::<_, Option<i64>>(0)?, row.get(1)?)))
            .during(&format!("read the ids of `{name}`"), self.path)?;
        let rows = self.rows_of(table);
        Ok(match ends {
            (Some(first), Some(last)) => carry::pieces(first, last, rows.max(1)),
            _ => vec![],
        })
    }

    /// Returns how many rows of a table the package has, as its manifest says.
    fn rows_of(&self, table: &Table) -> u64 {
        let tables = &self.package.manifest().tables;
        tables.iter().find(|digest| digest.name == table.name).map_or(0, |digest| digest.rows)
    }

    /// Reads the ids of all rows to which the package may refer. They are configuration, and few.
    fn ids(&self) -> Result<Ids<'a>, Error> {
        let mut ids = Ids::new();
        for target in closure::crossed_tables(self.catalogue, self.kind()) {
            let action = format!("read the natural keys of `{}`", target.name);
            let mut statement = self
                .connection
                .prepare(&format!("SELECT key, id FROM {}", natural_key::ids_table(target)))
                .during(&action, self.path)?;
            let known = statement
                .query_map([], |row| {
                    Ok((row.get::<_, String>(0)?.into_bytes(), row.get::<_, i64>(1)?))
                })
                .during(&action, self.path)?
                .collect::<Result<HashMap<_, _>, _>>()
                .during(&action, self.path)?;
            ids.insert(target.name.as_str(), known);
        }
        Ok(ids)
    }

    fn write(
        &self,
        plans: &[Plan<'_>],
        prepared: &dyn Prepared,
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
        let ids = self.ids()?;
        let routes: Vec<&Route<'_>> = plans
            .iter()
            .filter_map(|plan| match plan {
                Plan::Copy(..) => None,
                Plan::Rows(route) => Some(route),
            })
            .collect();
        let package = self.package;
        let loaded = thread::scope(|scope| {
            let (routes, ids) = (&routes, &ids);
            let (mut lanes, mut readers) = (vec![], vec![]);
            for reader in 0..carry::READERS {
                let (full_in, full) = mpsc::sync_channel(carry::WAITING);
                let (empty_in, empty) = mpsc::channel();
                lanes.push(carry::Lane { full, empty: empty_in });
                readers.push(scope.spawn(move || {
                    carry::read(reader, package, prepared, routes, ids, &full_in, &empty)
                }));
            }
            let written = self.write_tables(plans, &lanes, progress);
            // Readers that still have rows to hand over end now; where one failed itself, its error is the cause.
            drop(lanes);
            let read: Vec<_> = readers.into_iter().map(carry::joined).collect();
            read.into_iter().collect::<Result<Vec<()>, Error>>().and(written)
        })?;
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

    /// Writes the rows of all tables in turn.
    fn write_tables(
        &self,
        plans: &[Plan<'_>],
        lanes: &[carry::Lane],
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<RowsLoaded>, Error> {
        let mut loaded = Vec::with_capacity(plans.len());
        for plan in plans {
            let table = plan.table();
            let rows = match plan {
                Plan::Copy(_, statement) => self
                    .connection
                    .execute(statement, [])
                    .during(&format!("load table `{}`", table.name), self.path)?
                    as u64,
                Plan::Rows(route) => carry::write(self.connection, self.path, route, lanes)?,
            };
            let expected = self.rows_of(table);
            if rows != expected {
                return Err(Error::RowsDiffer { table: table.name.clone(), expected, found: rows });
            }
            loaded.push(RowsLoaded { table: table.name.clone(), rows });
            progress(Progress {
                table: table.name.clone(),
                rows,
                done_tables: loaded.len(),
                total_tables: plans.len(),
            });
        }
        Ok(loaded)
    }
}

fn treatment_error(table: &Table, column: &str, reason: String) -> Error {
    Error::Treatment { place: format!("table `{}`, column `{column}`", table.name), reason }
}
