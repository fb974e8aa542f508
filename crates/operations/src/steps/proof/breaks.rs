//! Ways to break what a test looks at, as little as possible.

use std::{fs, path::Path};

use landfall_catalogue::{Catalogue, Class, Column, Kind as ColumnKind, Table};
use landfall_core::{
    environment::{Kind, Role},
    plan::{Probe, Test},
    policy::{Condition, Policy},
};
use landfall_instances::schema::{objects, quoted, text_literal};
use rusqlite::Connection;

use super::{
    REFERRING,
    fixture::{Copied, fixture},
};

/// One way to break something.
#[derive(Debug)]
pub(super) enum Break {
    /// A statement in an instance; it can read the migration package as `source`.
    Statement { role: Role, sql: String },
    /// A journal that was not removed.
    Journal { role: Role },
    /// A file header that counts more free pages than there are.
    FreePages { role: Role },
    /// An entry of the ledger that was changed behind its triggers, which stand again.
    Ledger,
    /// Another rule in force than the one that was planned with.
    Rule,
}

/// Returns the ways in which a test is broken.
pub(super) fn breaks(catalogue: &Catalogue, test: &Test) -> Vec<Break> {
    // A test of the pair is broken in Test.
    let role = test.role.unwrap_or(Role::Test);
    let statement = |sql: &str| Break::Statement { role, sql: sql.to_owned() };
    let identity = |key: &str| {
        statement(&format!("UPDATE landfall_instance SET value = 'another' WHERE key = '{key}'"))
    };
    match &test.probe {
        Probe::BuildIdentity => ["product", "release", "build", "catalogue"].map(identity).into(),
        Probe::InstanceIdentity => ["customer", "environment", "role"].map(identity).into(),
        Probe::Schema => {
            let index = objects(catalogue).into_iter().find(|object| object.kind == "index");
            vec![
                statement(&format!("DROP INDEX {}", quoted(&index.unwrap().name))),
                statement("ALTER TABLE site ADD COLUMN another TEXT"),
                statement("CREATE TABLE another (id INTEGER PRIMARY KEY) STRICT"),
            ]
        }
        Probe::Table { table } | Probe::UnmaskedColumns { table } => {
            vec![statement(&changed_row(catalogue.table(table).unwrap()))]
        }
        Probe::NeverTravelling => vec![statement("INSERT INTO study_library (name) VALUES ('a')")],
        Probe::References => vec![statement(&format!(
            "PRAGMA foreign_keys = OFF; UPDATE {REFERRING} SET role_id = 999999 WHERE id = 1"
        ))],
        Probe::Integrity => vec![Break::Journal { role }, Break::FreePages { role }],
        Probe::IntegrationSettings => vec![
            statement(&setting("monitoring.address", "'a'")),
            // What nobody knows counts as a setting of one installation.
            statement(&setting("another.unknown_key", "'a'")),
            statement("UPDATE lab_interface SET host = 'a' WHERE id = 1"),
            statement("UPDATE lab_interface SET account_password = 'a' WHERE id = 1"),
        ],
        Probe::Accounts => vec![statement(
            "INSERT INTO \"user\" (user_name, first_name, last_name) VALUES ('a', 'b', 'c')",
        )],
        Probe::ResidualScan => vec![statement(
            "UPDATE main.volunteer SET national_id =
               (SELECT s.national_id FROM source.volunteer AS s WHERE s.id = 1) WHERE id = 1",
        )],
        Probe::Ledger => vec![Break::Ledger],
        // A setting of one installation that has no value: no test of Test looks at it, but Main does not have it.
        Probe::Agreement => vec![statement(&setting("monitoring.address", "NULL"))],
        Probe::Retention => vec![Break::Rule],
    }
}

fn setting(key: &str, value: &str) -> String {
    format!("INSERT INTO general_setting (category, key, value) VALUES ('a', '{key}', {value})")
}

/// Writes a change of one row that no other table depends on: of a value that says nothing about a person, so that it
/// passes the masks; where the table has none that may change freely, the row goes.
fn changed_row(table: &Table) -> String {
    let name = quoted(&table.name);
    match table.columns.iter().find(|column| is_free(table, column)) {
        Some(column) => {
            let (one, other) = two_values(column);
            let cell = quoted(&column.name);
            format!(
                "UPDATE main.{name} SET {cell} = CASE WHEN {cell} IS {one} THEN {other} ELSE {one} END
                 WHERE id = (SELECT min(id) FROM main.{name})"
            )
        }
        None => format!("DELETE FROM main.{name} WHERE id = (SELECT max(id) FROM main.{name})"),
    }
}

/// Tells whether a column can be changed without another row noticing: it is no reference, no row is known by it (the
/// natural key is one of the unique sets), and no filter looks at it.
fn is_free(table: &Table, column: &Column) -> bool {
    column.class == Class::None
        && column.references.is_none()
        && matches!(column.kind, ColumnKind::Text | ColumnKind::Integer | ColumnKind::Boolean)
        && !table.unique.iter().flatten().any(|name| *name == column.name)
        && table.filter.as_ref().is_none_or(|filter| filter.column != column.name)
}

/// Returns two different values that the column accepts, as literals.
fn two_values(column: &Column) -> (String, String) {
    match (column.values.as_slice(), column.kind) {
        ([one, other, ..], _) => (text_literal(one), text_literal(other)),
        (_, ColumnKind::Text) => ("'a'".to_owned(), "'b'".to_owned()),
        (_, _) => ("0".to_owned(), "1".to_owned()),
    }
}

impl Break {
    /// Returns the instance that is broken, if one is.
    pub(super) fn touched(&self) -> Option<Role> {
        match self {
            Self::Statement { role, .. } | Self::Journal { role } | Self::FreePages { role } => {
                Some(*role)
            }
            Self::Ledger | Self::Rule => None,
        }
    }

    /// Breaks the copy.
    pub(super) fn apply(&self, copied: &Copied) {
        match self {
            Self::Statement { role, sql } => execute(copied, *role, sql),
            // An empty journal is nothing to roll back: SQLite leaves it, and so it stays beside the instance.
            Self::Journal { role } => {
                let journal = copied.path(role.as_str()).with_extension("sqlite-journal");
                fs::write(journal, b"").unwrap();
            }
            Self::FreePages { role } => count_one_more_free_page(&copied.path(role.as_str())),
            Self::Ledger => change_entry(&copied.path("ledger")),
            Self::Rule => {}
        }
    }

    /// Returns the policy in force after the break.
    pub(super) fn policy(&self, kind: Kind) -> Policy {
        let mut policy = fixture().policy.clone();
        let rules = policy.environment.get_mut(&kind).unwrap();
        if matches!(self, Self::Rule) {
            // Nothing makes a PROD due, and `Policy::parse` refuses what would: the rule is changed after it was read.
            rules.due_when = vec![Condition::ProdIsLive];
            rules.destroy_within_days = Some(1 + rules.destroy_within_days.unwrap_or_default());
        }
        policy
    }
}

fn execute(copied: &Copied, role: Role, sql: &str) {
    let connection = Connection::open(copied.path(role.as_str())).unwrap();
    connection.pragma_update(None, "foreign_keys", true).unwrap();
    let package = copied.path("migration");
    connection.execute("ATTACH DATABASE ?1 AS source", [package.to_str().unwrap()]).unwrap();
    connection.execute_batch(sql).unwrap();
}

/// Changes the count of free pages, which stands big-endian at byte 36 of a SQLite file; no row and no index notices.
fn count_one_more_free_page(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let count = u32::from_be_bytes(bytes[36..40].try_into().unwrap()) + 1;
    bytes[36..40].copy_from_slice(&count.to_be_bytes());
    fs::write(path, bytes).unwrap();
}

/// Changes the second entry as somebody would who can write the file: the trigger goes and comes back as it was.
fn change_entry(path: &Path) {
    let connection = Connection::open(path).unwrap();
    let stored = "SELECT sql FROM sqlite_schema WHERE name = 'entry_refuses_update'";
    let trigger: String = connection.query_row(stored, [], |row| row.get(0)).unwrap();
    connection
        .execute_batch(
            "DROP TRIGGER entry_refuses_update;
             UPDATE entry SET line = replace(line, '\"landfall\"', '\"somebody\"') WHERE sequence = 2;",
        )
        .unwrap();
    connection.execute_batch(&trigger).unwrap();
}
