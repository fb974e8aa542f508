//! A small catalogue with one of everything, an instance of it, and short ways to work with both.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use landfall_catalogue::Catalogue;
use landfall_core::{digest::Digest, environment::Role};
use landfall_instances::{
    Error, Identity, Treatment, Unmasked,
    instance::{self, LoadOptions, LoadReport},
    package::{self, Extracted, Extraction, Kind, LeftOut, Package},
};
use rusqlite::Connection;
use tempfile::TempDir;

const HEADER: &str = r#"
product = "sample"
release = "1.0"
build = "1.0.0+1"
modules = ["setup", "people"]
integration_keys = [{ pattern = "sso.*", why = "sign-on belongs to one instance" }]
known_keys = [
  { key = "session.timeout_minutes", category = "Security", label = "Session timeout", type = "integer", default = "20" },
]
"#;

const SETUP: &str = r#"
name = "setup"
title = "Set-up"

[[table]]
name = "site"
title = "Sites"
travels = "configuration"
source = "landfall"
why = "sample"
filter = { column = "archived", keep = ["0"], reason = "archived site" }
natural_key = ["name"]
columns = [
  { name = "id", type = "integer", required = true, class = "key" },
  { name = "name", type = "text", required = true, class = "none", max_length = 20 },
  { name = "note", type = "text", class = "none" },
  { name = "height_unit", type = "text", required = true, class = "none", values = ["cm", "in"] },
  { name = "archived", type = "boolean", required = true, class = "none", default = "0" },
]

[[table]]
name = "lab"
title = "Labs"
travels = "configuration"
source = "landfall"
why = "sample"
natural_key = ["site_id", "name"]
columns = [
  { name = "id", type = "integer", required = true, class = "key" },
  { name = "site_id", type = "integer", required = true, class = "key", references = "site" },
  { name = "name", type = "text", required = true, class = "none" },
  { name = "end_point", type = "text", class = "integration" },
  { name = "password", type = "text", class = "secret" },
]

[[table]]
name = "device"
title = "Devices"
travels = "configuration"
source = "landfall"
why = "sample"
natural_key = ["code"]
indexes = [["lab_id"]]
columns = [
  { name = "id", type = "integer", required = true, class = "key" },
  { name = "code", type = "text", required = true, class = "none" },
  { name = "lab_id", type = "integer", class = "key", references = "lab" },
  { name = "part_of_id", type = "integer", class = "key", references = "device" },
]

[[table]]
name = "general_setting"
title = "General Settings"
travels = "configuration"
source = "landfall"
why = "sample"
filter = { column = "key", integration = true, reason = "integration-specific setting" }
natural_key = ["key"]
columns = [
  { name = "id", type = "integer", required = true, class = "key" },
  { name = "category", type = "text", required = true, class = "none" },
  { name = "key", type = "text", required = true, class = "none" },
  { name = "value", type = "text", class = "none" },
]

[[table]]
name = "user"
title = "Users"
travels = "never"
source = "landfall"
why = "sample"
natural_key = ["user_name"]
columns = [
  { name = "id", type = "integer", required = true, class = "key" },
  { name = "user_name", type = "text", required = true, class = "none" },
]

[[table]]
name = "delegation"
title = "Delegations"
travels = "configuration"
source = "landfall"
why = "sample"
natural_key = ["name"]
columns = [
  { name = "id", type = "integer", required = true, class = "key" },
  { name = "name", type = "text", required = true, class = "none" },
  { name = "user_id", type = "integer", class = "key", references = "user" },
]
"#;

const PEOPLE: &str = r#"
name = "people"
title = "People"

[[table]]
name = "study"
title = "Studies"
travels = "migration"
source = "landfall"
why = "sample"
filter = { column = "status", keep = ["archived"], reason = "study not archived" }
natural_key = ["code"]
columns = [
  { name = "id", type = "integer", required = true, class = "key" },
  { name = "code", type = "text", required = true, class = "none" },
  { name = "status", type = "text", required = true, class = "none", values = ["active", "archived"] },
]

[[table]]
name = "volunteer"
title = "Volunteers"
travels = "migration"
source = "landfall"
why = "sample"
person = ["id"]
unique = [["external_id"]]
columns = [
  { name = "id", type = "integer", required = true, class = "key" },
  { name = "external_id", type = "text", class = "external-id", subject = "volunteer" },
  { name = "first_name", type = "text", required = true, class = "first-name", subject = "volunteer" },
  { name = "site_id", type = "integer", required = true, class = "key", references = "site" },
  { name = "lab_id", type = "integer", class = "key", references = "lab" },
  { name = "weight", type = "decimal", class = "weight", subject = "volunteer" },
  { name = "born_on", type = "date", class = "birth-date", subject = "volunteer" },
  { name = "photo", type = "bytes", class = "file", subject = "volunteer" },
  { name = "active", type = "boolean", required = true, class = "none", default = "1" },
]

[[table]]
name = "participation"
title = "Participations"
travels = "migration"
source = "landfall"
why = "sample"
person = ["volunteer_id"]
columns = [
  { name = "id", type = "integer", required = true, class = "key" },
  { name = "volunteer_id", type = "integer", required = true, class = "key", references = "volunteer" },
  { name = "study_id", type = "integer", required = true, class = "key", references = "study" },
  { name = "note", type = "text", class = "free-text", subject = "volunteer" },
]
"#;

/// Rows of everything: sites of which one is archived, what hangs on it, settings of three sorts, people.
pub(crate) const ROWS: &str = "
INSERT INTO site VALUES (1, 'Leeds', 'first', 'cm', 0), (2, 'Old', NULL, 'cm', 1), (3, 'York', '', 'in', 0);
INSERT INTO lab VALUES (1, 1, 'Chem', 'sftp://lab', 'pw'), (2, 2, 'Gone', NULL, NULL), (3, 3, 'Haem \"A\"', NULL, NULL);
INSERT INTO device VALUES (1, 'D1', 1, NULL), (2, 'D2', 2, NULL), (3, 'D3', NULL, 4), (4, 'D4', NULL, 2), (5, 'D5', 3, 1);
INSERT INTO general_setting VALUES (1, 'Security', 'session.timeout_minutes', '20'),
  (2, 'Sign-on', 'sso.url', 'https://idp.example'), (3, 'Other', 'made.up', 'x');
INSERT INTO user VALUES (1, 'anna'), (2, 'admin');
INSERT INTO delegation VALUES (1, 'free', NULL), (2, 'bound', 1);
INSERT INTO study VALUES (1, 'P-1', 'archived'), (2, 'P-2', 'active');
INSERT INTO volunteer VALUES (1, 'X1', 'Ada', 1, 1, '70.5', '1990-01-02', X'00ff', 1),
  (2, NULL, 'Bob', 3, 3, NULL, NULL, NULL, 0);
INSERT INTO participation VALUES (1, 1, 1, 'came twice'), (2, 2, 2, '');
";

/// A folder that goes away, and a catalogue.
pub(crate) struct Bench {
    folder: TempDir,
    pub(crate) catalogue: Catalogue,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let modules = [("setup.toml", SETUP), ("people.toml", PEOPLE)];
        Self::of(Catalogue::parse(HEADER, &modules).unwrap())
    }

    pub(crate) fn of(catalogue: Catalogue) -> Self {
        Self { folder: TempDir::new().unwrap(), catalogue }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn identity(&self, environment: &str) -> Identity {
        Identity {
            customer: "acme".to_owned(),
            environment: environment.to_owned(),
            kind: "sandbox".to_owned(),
            role: Role::Main,
            name: format!("Acme {environment}"),
            release: self.catalogue.release().clone(),
            build: self.catalogue.build().to_owned(),
            address: format!("https://{environment}.acme.example"),
        }
    }

    /// Begins an instance: its tables, no rows.
    pub(crate) fn begin(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        instance::create(&path, &self.catalogue, &self.identity("sandbox")).unwrap();
        path
    }

    /// Builds a finished instance with these rows.
    pub(crate) fn build(&self, name: &str, rows: &str) -> PathBuf {
        let path = self.begin(name);
        write(&path, rows);
        instance::finish(&path, &self.catalogue).unwrap();
        path
    }

    pub(crate) fn try_extract(
        &self,
        instance: &Path,
        kind: Kind,
        name: &str,
    ) -> Result<Extracted, Error> {
        let extraction = Extraction { kind, policy: Digest::of(b"policy"), base: None };
        package::extract(instance, &self.catalogue, &extraction, &self.path(name))
    }

    pub(crate) fn extract(&self, instance: &Path, kind: Kind, name: &str) -> Extracted {
        self.try_extract(instance, kind, name).unwrap()
    }

    pub(crate) fn package(&self, name: &str) -> Package {
        Package::open(&self.path(name), None).unwrap()
    }

    pub(crate) fn load(
        &self,
        instance: &Path,
        package: &str,
        options: LoadOptions,
    ) -> Result<LoadReport, Error> {
        self.load_treated(instance, package, &Unmasked, options)
    }

    pub(crate) fn load_treated(
        &self,
        instance: &Path,
        package: &str,
        treatment: &dyn Treatment,
        options: LoadOptions,
    ) -> Result<LoadReport, Error> {
        let package = self.package(package);
        instance::load(instance, &self.catalogue, &package, treatment, options, &mut |_| {})
    }

    /// Builds an instance from a configuration and a migration package.
    pub(crate) fn compose(&self, name: &str, configuration: &str, migration: &str) -> PathBuf {
        let path = self.begin(name);
        self.load(&path, configuration, LoadOptions::default()).unwrap();
        self.load(&path, migration, LoadOptions::default()).unwrap();
        instance::finish(&path, &self.catalogue).unwrap();
        path
    }

    /// Returns the names of all files in the folder, sorted.
    pub(crate) fn files(&self) -> BTreeSet<String> {
        std::fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }
}

/// Executes statements on a file, references unchecked.
pub(crate) fn write(path: &Path, sql: &str) {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    connection.execute_batch(sql).unwrap();
    connection.close().unwrap();
}

/// Returns the first column of a query as texts; NULL as `-`.
pub(crate) fn read(path: &Path, sql: &str) -> Vec<String> {
    let connection = Connection::open(path).unwrap();
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement
        .query_map([], |row| {
            Ok(match row.get::<_, rusqlite::types::Value>(0)? {
                rusqlite::types::Value::Null => "-".to_owned(),
                rusqlite::types::Value::Integer(number) => number.to_string(),
                rusqlite::types::Value::Text(text) => text,
                other => format!("{other:?}"),
            })
        })
        .unwrap();
    rows.map(Result::unwrap).collect()
}

/// Writes what was left out as short lines.
pub(crate) fn lines(left_out: &[LeftOut]) -> BTreeSet<String> {
    left_out.iter().map(|left| format!("{}: {} ({})", left.table, left.reason, left.rows)).collect()
}

pub(crate) fn set<const N: usize>(lines: [&str; N]) -> BTreeSet<String> {
    lines.into_iter().map(str::to_owned).collect()
}
