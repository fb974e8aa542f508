//! A spec folder, a dump folder and a work folder, thrown away after the test.

use std::{collections::BTreeMap, fs, path::PathBuf};

use landfall_catalogue::Catalogue;
use landfall_core::digest::Digest;
use landfall_migration::{Error, Outcome, Rejected, Run, SectionCount, Spec, rejected_rows, run};
use rusqlite::{Connection, OpenFlags, types::Value};
use tempfile::TempDir;

/// A spec with volunteers and their history; tests put sources beside it.
pub(crate) const SPEC: &str = r#"
product = "clinical"
release = "24.1"
name = "Test"

[[source]]
name = "patients"
file = "patients.csv"
format = "csv"

[[source]]
name = "history"
file = "history.csv"
format = "csv"

[[section]]
name = "Volunteers"
target = "volunteer"
source = "patients"
key = ["Id"]
[[section.field]]
target = "external_id"
rule = "copy"
source = "Id"
[[section.field]]
target = "first_name"
rule = "copy"
source = "First"
[[section.field]]
target = "middle_name"
rule = "default"
value = "-"
[[section.field]]
target = "last_name"
rule = "copy"
source = "Last"
[[section.field]]
target = "birth_date"
rule = "date"
source = "Born"
formats = ["yyyy-mm-dd", "dd/mm/yyyy"]
[[section.field]]
target = "sex"
rule = "map"
source = "Sex"
map = "sex"
[[section.field]]
target = "mobile_phone"
rule = "phone"
source = "Phone"
region = "GB"

[[section]]
name = "Conditions"
target = "medical_condition"
source = "history"
key = ["Condition"]
distinct = true
[[section.field]]
target = "name"
rule = "copy"
source = "Condition"

[[section]]
name = "History"
target = "volunteer_condition"
source = "history"
[[section.field]]
target = "volunteer_id"
rule = "copy"
source = "Patient"
[[section.field]]
target = "medical_condition_id"
rule = "copy"
source = "Condition"
"#;

pub(crate) const PATIENTS: &str = "Id,First,Last,Born,Sex,Phone\n";
pub(crate) const HISTORY: &str = "Patient,Condition\n";

pub(crate) struct World {
    folder: TempDir,
}

impl World {
    /// A world with nothing but empty folders.
    pub(crate) fn empty() -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap() };
        for name in ["spec", "dump"] {
            fs::create_dir(world.folder.path().join(name)).unwrap();
        }
        world
    }

    /// A world with [`SPEC`], its map, and the rows given below the headers.
    pub(crate) fn with(patients: &str, history: &str) -> Self {
        let world = Self::empty();
        world.spec_file("spec.toml", SPEC);
        world.spec_file("maps/sex.csv", "source,target\nF,Female\nM,Male\n");
        world.dump_file("patients.csv", format!("{PATIENTS}{patients}"));
        world.dump_file("history.csv", format!("{HISTORY}{history}"));
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn dump(&self) -> PathBuf {
        self.path("dump")
    }

    pub(crate) fn spec_file(&self, name: &str, content: impl AsRef<[u8]>) {
        write(self.path("spec").join(name), content.as_ref());
    }

    pub(crate) fn dump_file(&self, name: &str, content: impl AsRef<[u8]>) {
        write(self.path("dump").join(name), content.as_ref());
    }

    /// Changes the spec: every `from` becomes `to`.
    pub(crate) fn change_spec(&self, from: &str, to: &str) {
        let path = self.path("spec/spec.toml");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "the spec has no `{from}`");
        fs::write(path, text.replace(from, to)).unwrap();
    }

    pub(crate) fn spec(&self) -> Result<Spec, Error> {
        Spec::load(&self.path("spec"))
    }

    pub(crate) fn run(&self) -> Result<Outcome, Error> {
        self.run_in("work", None)
    }

    /// Runs in a work folder of its own, perhaps on a base iteration.
    pub(crate) fn run_in(&self, work: &str, base: Option<&Outcome>) -> Result<Outcome, Error> {
        let spec = self.spec()?;
        let work = self.path(work);
        run(
            &Run {
                spec: &spec,
                catalogue: &catalogue(),
                dump: &self.dump(),
                base: base.map(|base| (base.digest, base.keys_file.as_path())),
                policy: Digest::of(b"policy"),
                work: &work,
            },
            &mut |_| {},
        )
    }

    /// Runs, expects an error, checks that no file of the run remains, and returns the message.
    pub(crate) fn error(&self) -> String {
        let error = self.run().unwrap_err();
        if let Ok(mut left) = fs::read_dir(self.path("work")) {
            assert!(left.next().is_none(), "files remain after: {error}");
        }
        error.to_string()
    }
}

pub(crate) fn catalogue() -> Catalogue {
    Catalogue::embedded(&"24.1".parse().unwrap()).unwrap()
}

fn write(path: PathBuf, content: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

pub(crate) type Row = BTreeMap<String, serde_json::Value>;

/// Reads a table of the package, by id.
pub(crate) fn rows(outcome: &Outcome, table: &str) -> Vec<Row> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let package = Connection::open_with_flags(&outcome.package_file, flags).unwrap();
    let mut select = package.prepare(&format!("SELECT * FROM \"{table}\" ORDER BY id")).unwrap();
    let names: Vec<String> = select.column_names().into_iter().map(str::to_owned).collect();
    let rows = select
        .query_map([], |row| {
            let mut cells = Row::new();
            for (index, name) in names.iter().enumerate() {
                let value = match row.get::<_, Value>(index)? {
                    Value::Null => serde_json::Value::Null,
                    Value::Integer(number) => number.into(),
                    Value::Text(text) => text.into(),
                    Value::Real(_) | Value::Blob(_) => panic!("no such value in a package"),
                };
                cells.insert(name.clone(), value);
            }
            Ok(cells)
        })
        .unwrap();
    rows.map(Result::unwrap).collect()
}

/// Reads one column of a table of the package, by id.
pub(crate) fn column(outcome: &Outcome, table: &str, column: &str) -> Vec<serde_json::Value> {
    rows(outcome, table).into_iter().map(|row| row[column].clone()).collect()
}

pub(crate) fn rejected(outcome: &Outcome) -> Vec<Rejected> {
    rejected_rows(&outcome.rejected_file, usize::MAX).unwrap()
}

pub(crate) fn section<'o>(outcome: &'o Outcome, name: &str) -> &'o SectionCount {
    outcome.sections.iter().find(|section| section.section == name).unwrap()
}

/// Read, written, rejected, filtered.
pub(crate) fn counts(outcome: &Outcome, name: &str) -> [u64; 4] {
    let section = section(outcome, name);
    [section.read, section.written, section.rejected, section.filtered]
}
