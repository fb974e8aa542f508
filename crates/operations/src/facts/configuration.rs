//! The facts of a configuration report: every record of the configuration of an environment's Main, in people's words.

mod rows;
mod travel;

use std::path::Path;

use landfall_catalogue::{Catalogue, Class, Column, Kind as ColumnKind, Table};
use landfall_core::{
    customer::DocumentKind,
    environment::Role,
    ids::{Address, CustomerId, Label},
    time::Timestamp,
};
use landfall_documents::configuration_report as report;
use landfall_instances::compare::{is_script, normalise_script, script_checksum};
use serde_json::Value;

use super::{About, Special, label_words, required, value};
use crate::{Installation, Result, error::Error, use_cases::environment};
use rows::{Cells, Rows, is_hidden, travels};

/// What was read from the instance.
pub(crate) struct Gathered {
    /// When.
    taken: Timestamp,
    modules: Vec<report::Module>,
    scripts: Vec<report::Script>,
    /// How many records only stand for others and are not shown.
    stubs: usize,
}

/// Reads the configuration of an environment's Main.
pub(crate) fn gather(
    installation: &Installation,
    customer: &CustomerId,
    label: Label,
) -> Result<Gathered> {
    let state = installation.customer(customer)?;
    let target = environment(&state, label)?;
    let catalogue = installation.catalogue(&target.plan.release.release)?;
    let address = Address { customer: customer.clone(), label, role: Some(Role::Main) };
    read(&installation.instance_path(&address)?, catalogue, installation.now()?)
}

fn read(path: &Path, catalogue: &Catalogue, taken: Timestamp) -> Result<Gathered> {
    let rows = Rows::read(path, catalogue)?;
    let staying = travel::staying(catalogue, &rows);
    let mut scripts = Vec::new();
    let mut modules = Vec::new();
    for module in catalogue.modules() {
        let own = catalogue.tables().iter().filter(|table| {
            table.module == module.name && travels(table) && table.person.is_none()
        });
        let tables: Vec<report::Table> = own
            .map(|table| {
                let showing = Showing { catalogue, rows: &rows, table };
                showing.table(&staying, &mut scripts)
            })
            .collect();
        if !tables.is_empty() {
            modules.push(report::Module { title: module.title.clone(), tables });
        }
    }
    Ok(Gathered { taken, modules, scripts, stubs: rows.stub_count() })
}

/// One table as the report shows it.
struct Showing<'a> {
    catalogue: &'a Catalogue,
    rows: &'a Rows<'a>,
    table: &'a Table,
}

impl Showing<'_> {
    fn table(
        &self,
        staying: &travel::Staying<'_>,
        scripts: &mut Vec<report::Script>,
    ) -> report::Table {
        let stays = staying.get(self.table.name.as_str());
        let mut records: Vec<(String, i64, &Cells)> = self
            .rows
            .of(self.table)
            .filter(|(id, _)| !self.rows.is_stub(self.table, *id))
            .map(|(id, cells)| (self.rows.key(self.table, cells), id, cells))
            .collect();
        records.sort_by(|one, other| (&one.0, one.1).cmp(&(&other.0, other.1)));
        tell_apart(&mut records);
        report::Table {
            name: self.table.name.clone(),
            title: self.table.title.clone(),
            columns: self
                .columns()
                .map(|(_, column)| report::Column {
                    name: column.name.clone(),
                    title: column.label.clone(),
                })
                .collect(),
            rows: records
                .into_iter()
                .map(|(key, id, cells)| {
                    let reason = stays.and_then(|stays| stays.get(&id)).cloned();
                    let values = self
                        .columns()
                        .map(|(index, column)| {
                            let text = cells.get(index).and_then(Option::as_deref);
                            self.value(column, cells, text, &key, scripts)
                        })
                        .collect();
                    report::Row { key, travels: reason.is_none(), reason, values }
                })
                .collect(),
        }
    }

    /// Returns the columns that are shown, each with its place among all.
    fn columns(&self) -> impl Iterator<Item = (usize, &Column)> {
        self.table
            .columns
            .iter()
            .enumerate()
            .filter(|(_, column)| column.name != "id" && column.class != Class::Secret)
    }

    /// Returns a value as it is shown; a script goes into the appendix instead.
    fn value(
        &self,
        column: &Column,
        cells: &Cells,
        text: Option<&str>,
        key: &str,
        scripts: &mut Vec<report::Script>,
    ) -> Option<String> {
        if is_hidden(column) || self.is_integration(column, cells) {
            let is_set = text.is_some_and(|text| !text.is_empty());
            return Some(if is_set { "set" } else { "not set" }.to_owned());
        }
        let text = text?;
        if is_script(self.table, column) && !text.is_empty() {
            let normalised = normalise_script(text);
            scripts.push(report::Script {
                table: self.table.name.clone(),
                row: key.to_owned(),
                column: column.name.clone(),
                length: normalised.chars().count() as u64,
                checksum: script_checksum(text),
                text: normalised,
            });
            return None;
        }
        Some(match (&column.references, column.kind) {
            (Some(target), _) => self.rows.reference(target, text),
            (None, ColumnKind::Boolean) => if text == "1" { "yes" } else { "no" }.to_owned(),
            (
                None,
                ColumnKind::Integer
                | ColumnKind::Decimal
                | ColumnKind::Text
                | ColumnKind::Date
                | ColumnKind::DateTime
                | ColumnKind::Bytes,
            ) => text.to_owned(),
        })
    }

    /// Tells whether the column holds the value of an integration setting: in such a record only what names the setting
    /// is shown.
    fn is_integration(&self, column: &Column, cells: &Cells) -> bool {
        let Some(filter) = self.table.filter.as_ref().filter(|filter| filter.integration) else {
            return false;
        };
        let names_it = column.name == filter.column
            || column.name == "category"
            || self.table.natural_key.contains(&column.name);
        let key = rows::cell(self.table, cells, &filter.column);
        !names_it && key.is_none_or(|key| self.catalogue.is_integration_key(key))
    }
}

/// Adds the id to keys that read the same, so that a script is found under its own record.
fn tell_apart(records: &mut [(String, i64, &Cells)]) {
    let keys: Vec<String> = records.iter().map(|(key, _, _)| key.clone()).collect();
    for (index, (key, id, _)) in records.iter_mut().enumerate() {
        let same = |other: Option<usize>| {
            other.and_then(|other| keys.get(other)).is_some_and(|other| other == key)
        };
        if same(index.checked_sub(1)) || same(index.checked_add(1)) {
            *key = format!("{key} (id {id})");
        }
    }
}

/// Returns the facts.
pub(crate) fn facts(about: &About<'_>) -> Result<(Value, u32)> {
    let Special::Configuration(gathered) = &about.material.special else {
        return Err(Error::Broken("a configuration report without a configuration".to_owned()));
    };
    let target = about.environment()?;
    let release = &target.plan.release;
    let mut limits = report::standard_limits();
    if gathered.stubs > 0 {
        limits.push(format!(
            "{} records that only stand for a record of another instance, so that migrated rows can refer to them, are not shown.",
            gathered.stubs
        ));
    }
    let facts = report::Facts {
        number: about.number.to_owned(),
        customer: about.state.name.clone(),
        environment: label_words(target.label),
        product: release.product.clone(),
        release: release.release.to_string(),
        build: release.build.clone(),
        catalogue: release.catalogue,
        role: Role::Main.title().to_owned(),
        address: format!("{}/{}/{}", about.state.id, target.label, Role::Main),
        taken: gathered.taken,
        summary: summary(about, target.label, gathered),
        modules: gathered.modules.clone(),
        scripts: gathered.scripts.clone(),
        checksum_rule: report::CHECKSUM_RULE.to_owned(),
        limits,
        timeline: about.timeline(),
        attachments: Vec::new(),
        ledger: about.ledger(),
        required_signatures: required(DocumentKind::ConfigurationReport, target.label.kind()),
    };
    Ok((value(&facts)?, 0))
}

fn summary(about: &About<'_>, label: Label, gathered: &Gathered) -> String {
    let tables = || gathered.modules.iter().flat_map(|module| &module.tables);
    let records = tables().map(|table| table.rows.len()).sum::<usize>();
    let stay = tables().flat_map(|table| &table.rows).filter(|row| !row.travels).count();
    let travel = match stay {
        0 => "All of them would travel with a configuration package.".to_owned(),
        1 => "One record would not travel with a configuration package; it says why.".to_owned(),
        stay => {
            format!("{stay} records would not travel with a configuration package; each says why.")
        }
    };
    format!(
        "All configuration and settings of {} {} of {} as they stood at {}: {} records in {} tables, and {} scripts and templates. {travel}",
        label_words(label),
        Role::Main.title(),
        about.state.name,
        gathered.taken.human(),
        super::qc::grouped(records as u64),
        tables().count(),
        gathered.scripts.len()
    )
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use landfall_core::{digest::Digest, ids::Release};
    use landfall_instances::{
        Identity, instance,
        package::{self, Extraction},
        record::{self, RecordKey},
    };
    use tempfile::TempDir;

    use super::*;
    use crate::demo_set;

    /// Makes an instance with the demonstration set, of which a site is archived, and an integration setting.
    fn made(folder: &TempDir) -> (std::path::PathBuf, Catalogue) {
        let release: Release = Catalogue::embedded_releases().pop().unwrap();
        let catalogue = Catalogue::embedded(&release).unwrap();
        let path = folder.path().join("main.sqlite");
        let identity = Identity {
            customer: "acme".to_owned(),
            environment: "sandbox".to_owned(),
            kind: "sandbox".to_owned(),
            role: Role::Main,
            name: "acme Sandbox Main".to_owned(),
            release,
            build: catalogue.build().to_owned(),
            address: "acme/sandbox/main".to_owned(),
        };
        instance::create(&path, &catalogue, &identity).unwrap();
        instance::finish(&path, &catalogue).unwrap();
        record::add_all(&path, &catalogue, &demo_set::records(&catalogue).unwrap()).unwrap();
        let site = RecordKey::Natural(vec![("name".to_owned(), "Leeds Clinical Unit".to_owned())]);
        record::archive(&path, &catalogue, "site", &site).unwrap();
        let setting =
            [("category", "Security"), ("key", "sso.entity_id"), ("value", "urn:acme:leeds")];
        record::add(&path, &catalogue, "general_setting", &setting).unwrap();
        (path, catalogue)
    }

    fn tables(gathered: &Gathered) -> impl Iterator<Item = &report::Table> {
        gathered.modules.iter().flat_map(|module| &module.tables)
    }

    #[test]
    fn what_travels_and_why_not_is_what_extraction_says() {
        let folder = tempfile::tempdir().unwrap();
        let (path, catalogue) = made(&folder);
        let gathered = read(&path, &catalogue, Timestamp::from_seconds(0)).unwrap();
        let extraction = Extraction {
            kind: package::Kind::Configuration,
            policy: Digest::of(b"a policy"),
            base: None,
        };
        let target = folder.path().join("package.sqlite");
        let extracted = package::extract(&path, &catalogue, &extraction, &target).unwrap();
        let mut stayed: BTreeMap<(String, String), u64> = BTreeMap::new();
        for table in tables(&gathered) {
            let carried =
                extracted.manifest.tables.iter().find(|carried| carried.name == table.name);
            let travelling = table.rows.iter().filter(|row| row.travels).count() as u64;
            assert_eq!(travelling, carried.unwrap().rows, "{}", table.name);
            for reason in table.rows.iter().filter_map(|row| row.reason.clone()) {
                *stayed.entry((table.name.clone(), reason)).or_default() += 1;
            }
        }
        let left_out: BTreeMap<(String, String), u64> = extracted
            .left_out
            .into_iter()
            .filter(|left| !left.reason.starts_with("not part of"))
            .filter(|left| !left.reason.starts_with("integration column"))
            .map(|left| ((left.table, left.reason), left.rows))
            .collect();
        assert_eq!(stayed, left_out);
        assert!(stayed.keys().any(|(_, reason)| reason == "archived site"), "{stayed:?}");
        assert!(
            stayed.contains_key(&("device".to_owned(), "refers to a left-out `site`".to_owned())),
            "{stayed:?}"
        );
    }

    #[test]
    fn every_record_has_a_key_of_its_own_and_a_value_per_column() {
        let folder = tempfile::tempdir().unwrap();
        let (path, catalogue) = made(&folder);
        let gathered = read(&path, &catalogue, Timestamp::from_seconds(0)).unwrap();
        for table in tables(&gathered) {
            let keys: BTreeSet<_> = table.rows.iter().map(|row| &row.key).collect();
            assert_eq!(keys.len(), table.rows.len(), "{}", table.name);
            for row in &table.rows {
                assert_eq!(row.values.len(), table.columns.len(), "{} {}", table.name, row.key);
            }
        }
        let rights = tables(&gathered).find(|table| table.name == "role_action").unwrap();
        let right = rights.rows.iter().find(|row| row.key == "Monitor, study.read").unwrap();
        let values: Vec<_> = right.values.iter().flatten().map(String::as_str).collect();
        assert_eq!(values, ["Monitor", "study.read", "no"]);
    }

    #[test]
    fn what_belongs_to_one_installation_is_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        let (path, catalogue) = made(&folder);
        let gathered = read(&path, &catalogue, Timestamp::from_seconds(0)).unwrap();
        let settings = tables(&gathered).find(|table| table.name == "general_setting").unwrap();
        let setting = settings.rows.iter().find(|row| row.key == "sso.entity_id").unwrap();
        let values: Vec<_> = setting.values.iter().flatten().map(String::as_str).collect();
        assert_eq!(values, ["Security", "sso.entity_id", "set"]);
        let all = serde_json::to_string(&gathered.modules).unwrap();
        assert!(!all.contains("urn:acme:leeds"));
    }

    #[test]
    fn scripts_stand_in_the_appendix_with_their_checksums() {
        let folder = tempfile::tempdir().unwrap();
        let (path, catalogue) = made(&folder);
        let gathered = read(&path, &catalogue, Timestamp::from_seconds(0)).unwrap();
        let script = gathered
            .scripts
            .iter()
            .find(|script| script.row == "merge tag, volunteer.salutation")
            .unwrap();
        assert_eq!(script.column, "data_script");
        assert_eq!(script.checksum, Digest::of(script.text.as_bytes()));
        assert_eq!(script.length, script.text.chars().count() as u64);
        let table = tables(&gathered).find(|table| table.name == "system_setting").unwrap();
        let row = table.rows.iter().find(|row| row.key == script.row).unwrap();
        let place = table.columns.iter().position(|column| column.name == script.column).unwrap();
        assert_eq!(row.values[place], None);
    }
}
