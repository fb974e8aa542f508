//! Opening a package: nothing of it is believed before it is verified.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use landfall_catalogue::Catalogue;
use landfall_core::{canonical, digest::Digest};
use rusqlite::Connection;

use super::{
    digest::table_digest,
    manifest::{FORMAT, Kind, LeftOut, Manifest, Need},
};
use crate::{
    Error, connection,
    connection::location,
    error::{During, names},
    schema::{self, quoted},
};

/// A verified package.
#[derive(Debug, Clone)]
pub struct Package {
    path: PathBuf,
    manifest: Manifest,
    digest: Digest,
    left_out: Vec<LeftOut>,
}

impl Package {
    /// Opens a package and verifies all of it: the manifest against its own canonical form and, where given, the
    /// expected name; every table against its row count and digest; that nothing else is in the file.
    ///
    /// # Errors
    /// [`Error::Corrupted`] naming what was expected and found, [`Error::Absent`], [`Error::Sql`].
    pub fn open(path: &Path, expected: Option<&Digest>) -> Result<Self, Error> {
        let connection = connection::read_only(path)?;
        let package = Self::read(&connection, path, expected)?;
        package.verify(&connection)?;
        Ok(package)
    }

    /// Opens a package whose file is known to be intact; verifies the manifest only.
    pub(super) fn open_intact(path: &Path, expected: &Digest) -> Result<Self, Error> {
        Self::read(&connection::read_only(path)?, path, Some(expected))
    }

    /// Returns the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the manifest.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Returns the package's name.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Returns what was left out when this file was extracted, and why.
    #[must_use]
    pub fn left_out(&self) -> &[LeftOut] {
        &self.left_out
    }

    fn read(
        connection: &Connection,
        path: &Path,
        expected: Option<&Digest>,
    ) -> Result<Self, Error> {
        let text = connection
            .query_row("SELECT manifest FROM landfall_manifest", [], |row| row.get::<_, String>(0))
            .during("read the manifest", path)
            .map_err(|error| match error {
                Error::Sql { cause, .. } => corrupted(
                    path,
                    format!("expected a manifest, found none that can be read ({cause})"),
                ),
                other => other,
            })?;
        let digest = Digest::of(text.as_bytes());
        if let Some(expected) = expected
            && *expected != digest
        {
            return Err(corrupted(
                path,
                format!("expected a manifest with digest `{expected}`, found `{digest}`"),
            ));
        }
        let manifest: Manifest = serde_json::from_str(&text).map_err(|cause| {
            corrupted(
                path,
                format!("expected a manifest of format {FORMAT}, found another text ({cause})"),
            )
        })?;
        if manifest.format != FORMAT {
            return Err(corrupted(
                path,
                format!("expected package format {FORMAT}, found {}", manifest.format),
            ));
        }
        if canonical::to_string(&manifest)? != text {
            return Err(corrupted(
                path,
                "expected the manifest in canonical form, found another writing of it".to_owned(),
            ));
        }
        let left_out = read_left_out(connection, path)?;
        Ok(Self { path: path.to_owned(), manifest, digest, left_out })
    }

    fn verify(&self, connection: &Connection) -> Result<(), Error> {
        let found = objects(connection, &self.path)?;
        let expected: BTreeSet<&str> = self
            .manifest
            .tables
            .iter()
            .map(|table| table.name.as_str())
            .chain(["landfall_left_out", "landfall_manifest"])
            .collect();
        for (name, kind) in &found {
            if kind != "table" || !expected.contains(name.as_str()) {
                return Err(corrupted(
                    &self.path,
                    format!("expected only the tables of the manifest, found {kind} `{name}`"),
                ));
            }
        }
        for table in &self.manifest.tables {
            if !found.contains_key(&table.name) {
                return Err(corrupted(
                    &self.path,
                    format!("expected table `{}`, found none", table.name),
                ));
            }
            let columns = columns(connection, "main", &table.name)?;
            let listed: Vec<&str> = columns.iter().map(String::as_str).collect();
            let actual = table_digest(connection, "main", &table.name, &listed)?;
            if actual != *table {
                return Err(corrupted(
                    &self.path,
                    format!(
                        "expected {} rows with digest `{}` in table `{}`, found {} with `{}`",
                        table.rows, table.digest, table.name, actual.rows, actual.digest
                    ),
                ));
            }
        }
        Ok(())
    }
}

fn corrupted(path: &Path, what: String) -> Error {
    Error::Corrupted { path: path.to_owned(), what }
}

fn read_left_out(connection: &Connection, path: &Path) -> Result<Vec<LeftOut>, Error> {
    let action = "read what was left out";
    let mut statement = connection
        .prepare("SELECT table_name, reason, rows FROM landfall_left_out ORDER BY rowid")
        .during(action, path)?;
    let left_out = statement
        .query_map([], |row| {
            Ok(LeftOut {
                table: row.get(0)?,
                reason: row.get(1)?,
                rows: row.get::<_, i64>(2)?.unsigned_abs(),
            })
        })
        .during(action, path)?
        .collect::<Result<Vec<_>, _>>()
        .during(action, path)?;
    Ok(left_out)
}

fn objects(connection: &Connection, path: &Path) -> Result<BTreeMap<String, String>, Error> {
    let action = "read the schema";
    let mut statement =
        connection.prepare("SELECT name, type FROM sqlite_schema").during(action, path)?;
    let objects = statement
        .query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))
        .during(action, path)?
        .collect::<Result<BTreeMap<_, _>, _>>()
        .during(action, path)?;
    Ok(objects)
}

/// Returns the columns of a table in an attached schema, in their order.
fn columns(connection: &Connection, schema: &str, table: &str) -> Result<Vec<String>, Error> {
    let path = location(connection);
    let action = format!("read the columns of `{table}`");
    let mut statement = connection
        .prepare("SELECT name FROM pragma_table_xinfo(?1, ?2) ORDER BY cid")
        .during(&action, &path)?;
    let columns = statement
        .query_map([table, schema], |row| row.get::<_, String>(0))
        .during(&action, &path)?
        .collect::<Result<Vec<_>, _>>()
        .during(&action, &path)?;
    Ok(columns)
}

/// Checks that a package is of the catalogue at hand and that its tables and columns, attached as `schema`, are those
/// that the catalogue yields.
pub(crate) fn check_shape(
    connection: &Connection,
    catalogue: &Catalogue,
    package: &Package,
    schema: &str,
) -> Result<(), Error> {
    let manifest = package.manifest();
    if manifest.catalogue != catalogue.digest() {
        return Err(Error::PackageCatalogue {
            package: package.digest(),
            expected: catalogue.digest(),
            found: manifest.catalogue,
        });
    }
    let tables: Vec<_> =
        catalogue.tables().iter().filter(|table| manifest.kind.carries(table)).collect();
    for (index, table) in tables.iter().enumerate() {
        let found = manifest.tables.get(index).map(|table| table.name.as_str());
        if found != Some(table.name.as_str()) {
            return Err(Error::PackageShape {
                table: table.name.clone(),
                what: format!(
                    "expected it at place {} of the manifest, found `{}`",
                    index + 1,
                    found.unwrap_or("nothing")
                ),
            });
        }
        let expected: Vec<&str> = schema::package_columns(catalogue, table, manifest.kind)
            .iter()
            .map(|carried| carried.column.name.as_str())
            .collect();
        let found = columns(connection, schema, &table.name)?;
        if found != expected {
            return Err(Error::PackageShape {
                table: table.name.clone(),
                what: format!("expected columns {}, found {}", names(&expected), names(&found)),
            });
        }
    }
    match manifest.tables.get(tables.len()) {
        None => Ok(()),
        Some(extra) => Err(Error::PackageShape {
            table: extra.name.clone(),
            what: format!("expected {} tables, found {}", tables.len(), manifest.tables.len()),
        }),
    }
}

/// Returns the natural keys to which the tables of a package, attached as `schema`, refer in other packages; sorted.
pub(crate) fn needs(
    connection: &Connection,
    catalogue: &Catalogue,
    kind: Kind,
    schema: &str,
) -> Result<Vec<Need>, Error> {
    let path = location(connection);
    let mut needs = BTreeSet::new();
    for table in catalogue.tables().iter().filter(|table| kind.carries(table)) {
        for carried in schema::package_columns(catalogue, table, kind) {
            let Some(target) = carried.crosses else { continue };
            let action = format!("read column `{}` of table `{}`", carried.column.name, table.name);
            let cell = format!("r.{}", quoted(&carried.column.name));
            let mut statement = connection
                .prepare(&format!(
                    "SELECT DISTINCT {cell} FROM {schema}.{} AS r WHERE {cell} IS NOT NULL",
                    quoted(&table.name)
                ))
                .during(&action, &path)?;
            let mut rows = statement.query([]).during(&action, &path)?;
            while let Some(row) = rows.next().during(&action, &path)? {
                let key = row.get::<_, String>(0).during(&action, &path)?;
                needs.insert(Need { table: target.name.clone(), key });
            }
        }
    }
    Ok(needs.into_iter().collect())
}
