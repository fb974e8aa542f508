//! How an instance is set up: settings, users, and what connects it to other systems.

use std::path::Path;

use landfall_catalogue::{Catalogue, Filter, Table};
use landfall_core::digest::Digest;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::{
    Error, connection,
    connection::location,
    error::During,
    schema::{self, quoted},
};

/// The catalogue's table of the people who may use an instance; its natural key is the account's name.
pub const USER_TABLE: &str = "user";

/// Account names that say no person: shared or made with the product.
const SHARED_NAMES: [&str; 12] = [
    "admin",
    "administrator",
    "default",
    "demo",
    "guest",
    "qa",
    "root",
    "superuser",
    "support",
    "system",
    "test",
    "user",
];

/// One general setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// The category under which a user finds it.
    pub category: Option<String>,
    /// The key.
    pub key: String,
    /// The value, or its digest.
    pub value: SettingValue,
}

/// The value of a setting, as far as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SettingValue {
    /// The setting has no value.
    Empty,
    /// A value that says how the product behaves.
    Text(String),
    /// The SHA-256 of a value that belongs to one installation and is not shown.
    Digest(Digest),
}

/// The people who may use an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Users {
    /// How many accounts there are.
    pub count: u64,
    /// The names of accounts that say no person (`admin`, `test2`), sorted.
    pub shared: Vec<String>,
}

/// Values that connect the instance to another system.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IntegrationValue {
    /// The table.
    pub table: String,
    /// The column that holds the values.
    pub column: String,
    /// For a setting: its key.
    pub key: Option<String>,
    /// How many rows have such a value.
    pub rows: u64,
}

/// Returns the tables of settings: those whose rows the catalogue's key lists decide.
fn settings_tables(catalogue: &Catalogue) -> impl Iterator<Item = (&Table, &Filter)> {
    catalogue.tables().iter().filter_map(|table| {
        table.filter.as_ref().filter(|filter| filter.integration).map(|filter| (table, filter))
    })
}

/// Returns all general settings, sorted by key. The values of integration keys (unknown keys included) are digests.
///
/// # Errors
/// [`Error::Absent`], [`Error::Sql`].
pub fn settings(path: &Path, catalogue: &Catalogue) -> Result<Vec<Setting>, Error> {
    let connection = connection::read_only(path)?;
    let mut settings = vec![];
    for (table, filter) in settings_tables(catalogue) {
        for (category, key, value) in read_settings(&connection, table, filter)? {
            let value = match value {
                None => SettingValue::Empty,
                Some(value) if catalogue.is_integration_key(&key) => {
                    SettingValue::Digest(Digest::of(value.as_bytes()))
                }
                Some(value) => SettingValue::Text(value),
            };
            settings.push(Setting { category, key, value });
        }
    }
    Ok(settings)
}

type Row = (Option<String>, String, Option<String>);

fn read_settings(
    connection: &Connection,
    table: &Table,
    filter: &Filter,
) -> Result<Vec<Row>, Error> {
    let path = location(connection);
    let action = format!("read the settings of `{}`", table.name);
    let cell = |name: &str| {
        table.column(name).map_or_else(|| "NULL".to_owned(), |_| format!("r.{}", quoted(name)))
    };
    let key = format!("r.{}", quoted(&filter.column));
    let sql = format!(
        "SELECT {}, {key}, {} FROM main.{} AS r WHERE {key} IS NOT NULL ORDER BY {key}, r.\"id\"",
        cell("category"),
        cell("value"),
        quoted(&table.name)
    );
    let mut statement = connection.prepare(&sql).during(&action, &path)?;
    let rows = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .during(&action, &path)?
        .collect::<Result<Vec<Row>, _>>()
        .during(&action, &path)?;
    Ok(rows)
}

/// Returns how many accounts there are, and which of them say no person.
///
/// # Errors
/// [`Error::Absent`], [`Error::Sql`].
pub fn users(path: &Path, catalogue: &Catalogue) -> Result<Users, Error> {
    let connection = connection::read_only(path)?;
    let account = catalogue
        .table(USER_TABLE)
        .and_then(|table| table.natural_key.first().map(|column| (table, column)));
    let Some((table, column)) = account else {
        return Ok(Users { count: 0, shared: vec![] });
    };
    let action = "read the names of the accounts";
    let cell = format!("r.{}", quoted(column));
    let sql = format!(
        "SELECT coalesce({cell}, '') FROM main.{} AS r ORDER BY {cell}",
        quoted(&table.name)
    );
    let mut statement = connection.prepare(&sql).during(action, path)?;
    let mut rows = statement.query([]).during(action, path)?;
    let mut users = Users { count: 0, shared: vec![] };
    while let Some(row) = rows.next().during(action, path)? {
        users.count += 1;
        let name: String = row.get(0).during(action, path)?;
        if is_shared(&name) {
            users.shared.push(name);
        }
    }
    Ok(users)
}

fn is_shared(name: &str) -> bool {
    let name = name.split('@').next().unwrap_or_default().to_lowercase();
    let word = name.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '-' | '_' | '.'));
    SHARED_NAMES.contains(&word)
}

/// Returns where the instance holds values that connect it to another system: columns of class `integration` or
/// `secret`, and settings with integration keys. Never the values themselves.
///
/// # Errors
/// [`Error::Absent`], [`Error::Sql`].
pub fn integration_values(
    path: &Path,
    catalogue: &Catalogue,
) -> Result<Vec<IntegrationValue>, Error> {
    let connection = connection::read_only(path)?;
    let mut values = vec![];
    for table in catalogue.tables() {
        for column in table.columns.iter().filter(|column| schema::stays(column)) {
            let cell = format!("r.{}", quoted(&column.name));
            let rows: i64 = connection
                .query_row(
                    &format!(
                        "SELECT count(*) FROM main.{} AS r WHERE {cell} IS NOT NULL AND {cell} <> ''",
                        quoted(&table.name)
                    ),
                    [],
                    |row| row.get(0),
                )
                .during(&format!("count values of `{}`", column.name), path)?;
            if rows > 0 {
                values.push(IntegrationValue {
                    table: table.name.clone(),
                    column: column.name.clone(),
                    key: None,
                    rows: rows.unsigned_abs(),
                });
            }
        }
    }
    for (table, filter) in settings_tables(catalogue) {
        for (_, key, value) in read_settings(&connection, table, filter)? {
            if value.is_some_and(|value| !value.is_empty()) && catalogue.is_integration_key(&key) {
                values.push(IntegrationValue {
                    table: table.name.clone(),
                    column: "value".to_owned(),
                    key: Some(key),
                    rows: 1,
                });
            }
        }
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_say_no_person_are_found() {
        for name in ["admin", "Administrator", "test_2", "demo@example.org", "QA-01"] {
            assert!(is_shared(name), "{name}");
        }
        for name in ["testa.rossa", "adminah", "guesta", "anna-berg", ""] {
            assert!(!is_shared(name), "{name}");
        }
    }
}
