//! Which rows pass: allow-list, filters, and the closure over references.
//!
//! The rows that are *left out* are kept, one temporary table per catalogue table, because they are few where the rows
//! that pass are many. Tables come in load order, so parents are decided before their children and one pass suffices;
//! only references within a table need to be followed until nothing changes.

use std::collections::BTreeSet;

use landfall_catalogue::{Catalogue, Column, Filter, Table, Travels};
use rusqlite::Connection;

use crate::{
    Error,
    connection::location,
    error::During,
    instance::CloneRules,
    natural_key,
    package::{Kind, LeftOut},
    schema::{self, quoted, text_literal},
};

/// What the rows are selected for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Scope<'a> {
    /// A package of that kind.
    Package(Kind),
    /// A clone under these rules.
    Clone(&'a CloneRules),
}

impl Scope<'_> {
    /// Tells whether rows of the table pass at all.
    pub(crate) fn carries(self, table: &Table) -> bool {
        match self {
            Self::Package(kind) => kind.carries(table),
            Self::Clone(rules) => !rules.stays.contains(&table.name),
        }
    }

    /// Tells whether the filter is applied: a snapshot and a clone keep every row but integration settings.
    fn filters(self, filter: &Filter) -> bool {
        match self {
            Self::Package(Kind::Configuration | Kind::Migration) => true,
            Self::Package(Kind::Snapshot) | Self::Clone(_) => filter.integration,
        }
    }

    fn crosses(self, catalogue: &Catalogue, table: &Table, column: &Column) -> bool {
        match self {
            Self::Package(kind) => schema::crossed(catalogue, table, column, kind).is_some(),
            Self::Clone(_) => false,
        }
    }

    /// Tells whether a reference to a row that does not pass is cleared instead of leaving the row out.
    pub(crate) fn clears(self, column: &Column) -> bool {
        match self {
            Self::Package(_) => false,
            Self::Clone(_) => !column.required,
        }
    }

    fn name(self) -> String {
        match self {
            Self::Package(kind) => format!("a {kind} package"),
            Self::Clone(_) => "a clone".to_owned(),
        }
    }
}

impl Kind {
    /// Tells whether rows of the table travel with this kind of package.
    pub(crate) fn carries(self, table: &Table) -> bool {
        match self {
            Self::Configuration => table.travels == Travels::Configuration,
            Self::Migration => table.travels == Travels::Migration,
            Self::Snapshot => true,
        }
    }
}

/// The rows that do not pass, standing in temporary tables of the connection.
#[derive(Debug)]
pub(crate) struct Closure {
    /// The carried tables of which at least one row is left out.
    incomplete: BTreeSet<String>,
    /// What was left out and why.
    pub(crate) left_out: Vec<LeftOut>,
}

impl Closure {
    /// Returns the condition that the row `alias` of the table passes.
    pub(crate) fn condition(&self, table: &Table, alias: &str) -> String {
        if self.incomplete.contains(&table.name) {
            format!("{alias}.\"id\" NOT IN (SELECT id FROM {})", left_table(&table.name))
        } else {
            "1".to_owned()
        }
    }

    /// Returns the condition that a reference to the table leads to a row that does not pass.
    pub(crate) fn leads_out(&self, target: &str, cell: &str) -> Option<String> {
        self.incomplete
            .contains(target)
            .then(|| format!("{cell} IN (SELECT id FROM {})", left_table(target)))
    }
}

fn left_table(table: &str) -> String {
    format!("temp.{}", quoted(&format!("landfall_left_{table}")))
}

/// Decides for every row of the instance attached as `schema` whether it passes. Reads only; writes temporary tables.
pub(crate) fn compute(
    connection: &Connection,
    catalogue: &Catalogue,
    scope: Scope<'_>,
    schema: &str,
) -> Result<Closure, Error> {
    let mut closure = Closure { incomplete: BTreeSet::new(), left_out: vec![] };
    for table in catalogue.tables() {
        if scope.carries(table) {
            let pass = Pass { connection, catalogue, scope, schema, table };
            if pass.decide(&closure)? > 0 {
                closure.incomplete.insert(table.name.clone());
            }
            closure.left_out.extend(pass.reasons()?);
            closure.left_out.extend(pass.columns_that_stay(&closure)?);
        } else {
            let rows = count(connection, &format!("SELECT count(*) FROM {}", from(schema, table)))?;
            if rows > 0 {
                closure.left_out.push(LeftOut {
                    table: table.name.clone(),
                    reason: format!("not part of {}", scope.name()),
                    rows,
                });
            }
        }
    }
    Ok(closure)
}

/// As [`compute`], for a reader who does not ask what was left out: nothing is counted.
pub(crate) fn passing(
    connection: &Connection,
    catalogue: &Catalogue,
    scope: Scope<'_>,
    schema: &str,
) -> Result<Closure, Error> {
    let mut closure = Closure { incomplete: BTreeSet::new(), left_out: vec![] };
    for table in catalogue.tables().iter().filter(|table| scope.carries(table)) {
        let pass = Pass { connection, catalogue, scope, schema, table };
        if pass.decide(&closure)? > 0 {
            closure.incomplete.insert(table.name.clone());
        }
    }
    Ok(closure)
}

/// Returns a table in an attached schema, as SQL.
pub(crate) fn from(schema: &str, table: &Table) -> String {
    format!("{schema}.{}", quoted(&table.name))
}

fn count(connection: &Connection, sql: &str) -> Result<u64, Error> {
    connection
        .query_row(sql, [], |row| row.get::<_, i64>(0))
        .map(i64::unsigned_abs)
        .during("count rows", &location(connection))
}

/// The decision about one table.
struct Pass<'a> {
    connection: &'a Connection,
    catalogue: &'a Catalogue,
    scope: Scope<'a>,
    schema: &'a str,
    table: &'a Table,
}

impl Pass<'_> {
    /// Fills the temporary table of rows left out; a row keeps the first reason found. Returns how many there are.
    fn decide(&self, closure: &Closure) -> Result<u64, Error> {
        let left = left_table(&self.table.name);
        self.execute(&format!(
            "CREATE TABLE {left} (id INTEGER PRIMARY KEY, reason TEXT NOT NULL)"
        ))?;
        self.leave_out(
            "stub row",
            &format!(
                "JOIN {}.landfall_stub AS t ON t.table_name = {} AND t.row_id = s.\"id\"",
                self.schema,
                text_literal(&self.table.name)
            ),
        )?;
        if let Some(filter) = &self.table.filter
            && self.scope.filters(filter)
        {
            self.filter(filter)?;
        }
        for (column, target) in self.table.references() {
            if target != self.table.name {
                self.follow(closure, column, target)?;
            }
        }
        self.follow_within()?;
        count(self.connection, &format!("SELECT count(*) FROM {left}"))
    }

    fn filter(&self, filter: &Filter) -> Result<(), Error> {
        let cell = format!("s.{}", quoted(&filter.column));
        if !filter.integration {
            let keep =
                filter.keep.iter().map(|text| text_literal(text)).collect::<Vec<_>>().join(", ");
            return self.leave_out(
                &filter.reason,
                &format!("WHERE {cell} IS NULL OR CAST({cell} AS TEXT) NOT IN ({keep})"),
            );
        }
        // The key lists speak in patterns, so the keys in use are asked one by one; there are few.
        for key in self.keys_in_use(&cell)? {
            if self.catalogue.is_integration_key(&key) {
                self.leave_out(&filter.reason, &format!("WHERE {cell} = {}", text_literal(&key)))?;
            }
        }
        self.leave_out(&filter.reason, &format!("WHERE {cell} IS NULL"))
    }

    fn keys_in_use(&self, cell: &str) -> Result<Vec<String>, Error> {
        let path = location(self.connection);
        let sql = format!(
            "SELECT DISTINCT {cell} FROM {} AS s WHERE {cell} IS NOT NULL",
            from(self.schema, self.table)
        );
        let mut statement = self.connection.prepare(&sql).during("read setting keys", &path)?;
        let keys = statement
            .query_map([], |row| row.get::<_, String>(0))
            .during("read setting keys", &path)?
            .collect::<Result<Vec<_>, _>>()
            .during("read setting keys", &path)?;
        Ok(keys)
    }

    /// Leaves out the rows that refer to a row of another table that does not pass.
    fn follow(&self, closure: &Closure, column: &Column, target: &str) -> Result<(), Error> {
        if self.scope.crosses(self.catalogue, self.table, column) || self.scope.clears(column) {
            return Ok(());
        }
        let cell = format!("s.{}", quoted(&column.name));
        let carried = self.catalogue.table(target).is_some_and(|table| self.scope.carries(table));
        if !carried {
            return self
                .leave_out(&format!("refers to `{target}`"), &format!("WHERE {cell} IS NOT NULL"));
        }
        match closure.leads_out(target, &cell) {
            None => Ok(()),
            Some(condition) => self.leave_out(
                &format!("refers to a left-out `{target}`"),
                &format!("WHERE {condition}"),
            ),
        }
    }

    /// Leaves out the rows that refer to a left-out row of the same table, until nothing changes.
    fn follow_within(&self) -> Result<(), Error> {
        let left = left_table(&self.table.name);
        let columns: Vec<&Column> = self
            .table
            .references()
            .filter(|(column, target)| *target == self.table.name && !self.scope.clears(column))
            .map(|(column, _)| column)
            .collect();
        if columns.is_empty() {
            return Ok(());
        }
        let reason = format!("refers to a left-out `{}`", self.table.name);
        let counted = format!("SELECT count(*) FROM {left}");
        let mut before = count(self.connection, &counted)?;
        loop {
            for column in &columns {
                self.leave_out(
                    &reason,
                    &format!("WHERE s.{} IN (SELECT id FROM {left})", quoted(&column.name)),
                )?;
            }
            let after = count(self.connection, &counted)?;
            if after == before {
                return Ok(());
            }
            before = after;
        }
    }

    /// Leaves out the rows `s` that a `JOIN` or `WHERE` names.
    fn leave_out(&self, reason: &str, which: &str) -> Result<(), Error> {
        self.execute(&format!(
            "INSERT OR IGNORE INTO {} (id, reason) SELECT s.\"id\", {} FROM {} AS s {which}",
            left_table(&self.table.name),
            text_literal(reason),
            from(self.schema, self.table)
        ))
    }

    fn execute(&self, sql: &str) -> Result<(), Error> {
        self.connection.execute_batch(sql).during(
            &format!("decide which rows of `{}` pass", self.table.name),
            &location(self.connection),
        )
    }

    fn reasons(&self) -> Result<Vec<LeftOut>, Error> {
        let path = location(self.connection);
        let sql = format!(
            "SELECT reason, count(*) FROM {} GROUP BY reason ORDER BY reason",
            left_table(&self.table.name)
        );
        let mut statement = self.connection.prepare(&sql).during("count rows left out", &path)?;
        let reasons = statement
            .query_map([], |row| {
                Ok(LeftOut {
                    table: self.table.name.clone(),
                    reason: row.get(0)?,
                    rows: row.get::<_, i64>(1)?.unsigned_abs(),
                })
            })
            .during("count rows left out", &path)?
            .collect::<Result<Vec<_>, _>>()
            .during("count rows left out", &path)?;
        Ok(reasons)
    }

    fn columns_that_stay(&self, closure: &Closure) -> Result<Vec<LeftOut>, Error> {
        let mut left_out = vec![];
        for column in self.table.columns.iter().filter(|column| schema::stays(column)) {
            let rows = count(
                self.connection,
                &format!(
                    "SELECT count(*) FROM {} AS s WHERE s.{} IS NOT NULL AND {}",
                    from(self.schema, self.table),
                    quoted(&column.name),
                    closure.condition(self.table, "s")
                ),
            )?;
            if rows > 0 {
                left_out.push(LeftOut {
                    table: self.table.name.clone(),
                    reason: format!(
                        "integration column `{}`: value stays at the destination",
                        column.name
                    ),
                    rows,
                });
            }
        }
        Ok(left_out)
    }
}

/// The rows of one table as a package of that kind carries them.
#[derive(Debug)]
pub(crate) struct Selection {
    /// The columns, in order.
    pub(crate) columns: Vec<String>,
    /// The query, ordered by id.
    pub(crate) sql: String,
}

/// Makes, once per table that is referred to across packages, the natural keys that [`select`] joins.
pub(crate) fn make_keys(
    connection: &Connection,
    catalogue: &Catalogue,
    kind: Kind,
    schema: &str,
) -> Result<(), Error> {
    natural_key::register(connection)?;
    for target in crossed_tables(catalogue, kind) {
        natural_key::make_keys(connection, catalogue, target, schema)?;
    }
    Ok(())
}

/// Returns the tables that a package of that kind refers to by natural key, in load order.
pub(crate) fn crossed_tables(catalogue: &Catalogue, kind: Kind) -> Vec<&Table> {
    let mut names = BTreeSet::new();
    for table in catalogue.tables().iter().filter(|table| kind.carries(table)) {
        for carried in schema::package_columns(catalogue, table, kind) {
            if let Some(target) = carried.crosses {
                names.insert(target.name.as_str());
            }
        }
    }
    catalogue.tables().iter().filter(|table| names.contains(table.name.as_str())).collect()
}

/// Returns the query for the rows of a table that pass; references into the other package as natural keys.
pub(crate) fn select(
    catalogue: &Catalogue,
    closure: &Closure,
    kind: Kind,
    table: &Table,
    schema: &str,
) -> Selection {
    select_columns(catalogue, closure, kind, table, schema, None)
}

/// As [`select`], of the columns that are named; without names of all.
pub(crate) fn select_columns(
    catalogue: &Catalogue,
    closure: &Closure,
    kind: Kind,
    table: &Table,
    schema: &str,
    chosen: Option<&[String]>,
) -> Selection {
    let mut columns = vec![];
    let mut cells = vec![];
    let mut joins = String::new();
    for (index, carried) in schema::package_columns(catalogue, table, kind).iter().enumerate() {
        let name = &carried.column.name;
        if chosen.is_some_and(|chosen| !chosen.contains(name)) {
            continue;
        }
        columns.push(name.clone());
        match carried.crosses {
            None => cells.push(format!("s.{}", quoted(name))),
            Some(target) => {
                cells.push(format!("key_{index}.key AS {}", quoted(name)));
                joins.push_str(&format!(
                    " LEFT JOIN {} AS key_{index} ON key_{index}.id = s.{}",
                    natural_key::keys_table(target),
                    quoted(name)
                ));
            }
        }
    }
    let sql = format!(
        "SELECT {} FROM {} AS s{joins} WHERE {} ORDER BY s.\"id\"",
        cells.join(", "),
        from(schema, table),
        closure.condition(table, "s")
    );
    Selection { columns, sql }
}
