//! The catalogue: a checked model, its digest, and the questions that others ask of it.

use std::collections::BTreeMap;

use landfall_core::{
    digest::Digest,
    ids::{NotAName, Release},
};
use serde::Serialize;

use crate::{
    check,
    declaration::{self, Header, ModuleDeclaration},
    error::{Error, Place, Problem},
    keys::{IntegrationKey, KnownKey},
    model::{Column, Module, Subject, Table, Travels},
    order,
};

/// The name of the file that holds the header.
pub(crate) const HEADER_FILE: &str = "catalogue.toml";

/// The declared data model of one release of the product. It exists only after every check has passed.
#[derive(Debug, Clone)]
pub struct Catalogue {
    product: String,
    release: Release,
    build: String,
    modules: Vec<Module>,
    tables: Vec<Table>,
    positions: BTreeMap<String, usize>,
    integration_keys: Vec<IntegrationKey>,
    known_keys: Vec<KnownKey>,
    json: serde_json::Value,
    digest: Digest,
}

/// What the digest of a catalogue is the digest of.
#[derive(Serialize)]
struct Model<'a> {
    product: &'a str,
    release: &'a Release,
    build: &'a str,
    modules: &'a [Module],
    tables: &'a [Table],
    integration_keys: &'a [IntegrationKey],
    known_keys: &'a [KnownKey],
}

impl Catalogue {
    /// Reads a catalogue from the text of its header and of its modules (file name, text), and checks everything.
    ///
    /// # Errors
    /// [`Error::Syntax`] naming file and line; [`Error::Refused`] naming file, table and column.
    pub fn parse(header: &str, modules: &[(&str, &str)]) -> Result<Self, Error> {
        let header: Header = declaration::read(HEADER_FILE, header)?;
        for (key, text) in [("product", &header.product), ("build", &header.build)] {
            if text.trim().is_empty() {
                return Err(Error::refused(Place::file(HEADER_FILE), Problem::Empty { key }));
            }
        }
        let release: Release = header.release.parse().map_err(|error: NotAName| {
            Error::refused(Place::file(HEADER_FILE), Problem::Release(error))
        })?;
        let mut known_keys = Vec::with_capacity(header.known_keys.len());
        for key in header.known_keys {
            known_keys.push(key.convert(HEADER_FILE)?);
        }
        check::keys::check(&header.integration_keys, &known_keys)?;
        let (modules, tables) = read_modules(&header.modules, modules)?;
        check::check(&tables)?;
        let tables = order::load_order(tables)?;
        let json = serde_json::to_value(Model {
            product: &header.product,
            release: &release,
            build: &header.build,
            modules: &modules,
            tables: &tables,
            integration_keys: &header.integration_keys,
            known_keys: &known_keys,
        })?;
        let positions =
            tables.iter().enumerate().map(|(index, table)| (table.name.clone(), index)).collect();
        Ok(Self {
            product: header.product,
            release,
            build: header.build,
            modules,
            tables,
            positions,
            integration_keys: header.integration_keys,
            known_keys,
            digest: Digest::of_canonical(&json)?,
            json,
        })
    }

    /// Returns the product's name: `clinical`.
    #[must_use]
    pub fn product(&self) -> &str {
        &self.product
    }

    /// Returns the release that the catalogue describes.
    #[must_use]
    pub fn release(&self) -> &Release {
        &self.release
    }

    /// Returns the build stamp of the release: `24.1.0+5217`.
    #[must_use]
    pub fn build(&self) -> &str {
        &self.build
    }

    /// Returns the SHA-256 of the canonical JSON of the whole model ([`Self::to_json`]).
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Returns the modules in the order of the menu.
    #[must_use]
    pub fn modules(&self) -> &[Module] {
        &self.modules
    }

    /// Returns the tables in load order: a table stands after every table it refers to, itself excepted.
    #[must_use]
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// Returns the table of that name.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.positions.get(name).and_then(|index| self.tables.get(*index))
    }

    /// Returns the setting keys, and families of them, whose values belong to one installation.
    #[must_use]
    pub fn integration_keys(&self) -> &[IntegrationKey] {
        &self.integration_keys
    }

    /// Returns the setting keys that are known and may travel, with the type of their value.
    #[must_use]
    pub fn known_keys(&self) -> &[KnownKey] {
        &self.known_keys
    }

    /// Returns what is known of a setting key that may travel.
    #[must_use]
    pub fn known_key(&self, key: &str) -> Option<&KnownKey> {
        self.known_keys.iter().find(|known| known.key == key)
    }

    /// Tells whether the values of a setting key belong to one installation. A key that nobody knows does.
    #[must_use]
    pub fn is_integration_key(&self, key: &str) -> bool {
        self.known_key(key).is_none()
    }

    /// Yields the columns that speak of a volunteer and are personal or a date, in load order.
    pub fn person_columns(&self) -> impl Iterator<Item = (&Table, &Column)> {
        self.tables
            .iter()
            .flat_map(|table| table.columns.iter().map(move |column| (table, column)))
            .filter(|(_, column)| {
                column.subject == Subject::Volunteer && column.class.is_personal()
            })
    }

    /// Returns the whole model as JSON: `product`, `release`, `build`, `modules`, `tables`, `integration_keys`,
    /// `known_keys`. Its canonical form is what [`Self::digest`] is the digest of.
    #[must_use]
    pub fn to_json(&self) -> &serde_json::Value {
        &self.json
    }

    /// Checks the travel rules against the policy's lists of tables that may travel as configuration and as migration.
    ///
    /// # Errors
    /// A refusal naming file and table when a table travels and the policy does not list it.
    pub fn check_travel(
        &self,
        allowed_configuration: &[String],
        allowed_migration: &[String],
    ) -> Result<(), Error> {
        for table in &self.tables {
            let allowed = match table.travels {
                Travels::Configuration => allowed_configuration,
                Travels::Migration => allowed_migration,
                Travels::Never => continue,
            };
            if !allowed.contains(&table.name) {
                return Err(Error::refused(
                    Place::table(&table.file(), &table.name),
                    Problem::TravelDenied { travels: table.travels },
                ));
            }
        }
        Ok(())
    }
}

/// Reads the modules that the header lists, in its order; a file that it does not list is refused.
fn read_modules(
    listed: &[String],
    files: &[(&str, &str)],
) -> Result<(Vec<Module>, Vec<Table>), Error> {
    for (index, (file, _)) in files.iter().enumerate() {
        let module = file.strip_suffix(".toml").unwrap_or(file);
        if files[..index].iter().any(|(other, _)| other == file) {
            let problem = Problem::Duplicate { what: "module", name: module.to_owned() };
            return Err(Error::refused(Place::file(file), problem));
        }
        if !listed.iter().any(|name| name == module) {
            let problem = Problem::FileWithoutModule { module: module.to_owned() };
            return Err(Error::refused(Place::file(file), problem));
        }
    }
    let mut modules: Vec<Module> = Vec::with_capacity(listed.len());
    let mut tables = Vec::new();
    for name in listed {
        let refuse = |problem| Error::refused(Place::file(HEADER_FILE), problem);
        if !check::is_plain_name(name) {
            return Err(refuse(Problem::NotAName { found: name.clone() }));
        }
        if modules.iter().any(|module| module.name == *name) {
            return Err(refuse(Problem::Duplicate { what: "module", name: name.clone() }));
        }
        let Some((file, text)) =
            files.iter().find(|(file, _)| file.strip_suffix(".toml") == Some(name.as_str()))
        else {
            return Err(refuse(Problem::ModuleWithoutFile { module: name.clone() }));
        };
        let declaration: ModuleDeclaration = declaration::read(file, text)?;
        let (module, declared) = declaration.convert(name, file)?;
        modules.push(module);
        tables.extend(declared);
    }
    Ok((modules, tables))
}
