//! The migration spec that belongs to the sample: `spec.toml`, value maps and lists.

mod lists;
mod maps;

use std::{fs, path::Path};

use super::{Error, Form, table::Table};

/// The spec itself; docs/migration-spec.md explains every key.
const SPEC: &str = include_str!("spec.toml");

/// How far the spec has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edition {
    /// As it was for the first iteration: `maps/substance.csv` lacks a spelling that is frequent in the source.
    First,
    /// As it is signed off.
    Final,
}

/// The spelling that the first edition does not know.
pub(crate) const FORGOTTEN: &str = "Tobaco";

/// Writes the spec into a new folder. Specs for other forms differ in where and what their sources are, and in nothing
/// else.
///
/// # Errors
/// When a file cannot be written.
pub fn write_spec(folder: &Path, edition: Edition, form: Form) -> Result<(), Error> {
    let file = |name: &str, text: String| {
        let path = folder.join(name);
        fs::write(&path, text).map_err(Error::file("write", &path))
    };
    for name in ["maps", "lists"] {
        let path = folder.join(name);
        fs::create_dir_all(&path).map_err(Error::file("create the folder", &path))?;
    }
    file("spec.toml", spec_for(form))?;
    for (name, entries) in maps::all() {
        let mut text = String::from("source,target\n");
        for (source, target) in entries {
            let is_forgotten = name == "substance" && source == FORGOTTEN;
            if !(is_forgotten && edition == Edition::First) {
                text.push_str(&line(&[&source, &target]));
            }
        }
        file(&format!("maps/{name}.csv"), text)?;
    }
    for list in lists::all() {
        let mut text = line(list.columns);
        for row in &list.rows {
            let cells: Vec<&str> = row.iter().map(String::as_str).collect();
            text.push_str(&line(&cells));
        }
        file(&format!("lists/{}.csv", list.name), text)?;
    }
    Ok(())
}

/// Returns the spec with the sources declared as the form has them.
fn spec_for(form: Form) -> String {
    Table::ALL.into_iter().fold(SPEC.to_owned(), |spec, table| {
        spec.replace(&Form::default().declaration(table), &form.declaration(table))
    })
}

/// Writes values as a line of a CSV file.
fn line(values: &[&str]) -> String {
    let quoted: Vec<String> = values
        .iter()
        .map(|value| {
            if value.contains([',', '"', '\n']) {
                format!("\"{}\"", value.replace('"', "\"\""))
            } else {
                (*value).to_owned()
            }
        })
        .collect();
    format!("{}\n", quoted.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Format, Packing};

    #[test]
    fn the_first_edition_lacks_one_line_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        write_spec(&one, Edition::First, Form::default()).unwrap();
        write_spec(&two, Edition::Final, Form::default()).unwrap();
        let read = |folder: &Path, name: &str| fs::read_to_string(folder.join(name)).unwrap();
        assert_eq!(read(&one, "spec.toml"), read(&two, "spec.toml"));
        let (first, last) = (read(&one, "maps/substance.csv"), read(&two, "maps/substance.csv"));
        assert_eq!(last.lines().count(), first.lines().count() + 1);
        assert!(!first.contains(FORGOTTEN) && last.contains(FORGOTTEN));
        for entry in fs::read_dir(one.join("maps")).unwrap() {
            let name = format!("maps/{}", entry.unwrap().file_name().to_str().unwrap());
            if name != "maps/substance.csv" {
                assert_eq!(read(&one, &name), read(&two, &name), "{name}");
            }
        }
    }

    #[test]
    fn specs_of_forms_differ_in_their_sources_alone() {
        for table in Table::ALL {
            let usual = Form::default().declaration(table);
            assert_eq!(SPEC.matches(&usual).count(), 1, "{usual}");
        }
        assert_eq!(spec_for(Form::default()), SPEC);
        let workbook = Form { format: Format::Excel, packing: Packing::None };
        let spec = spec_for(workbook);
        assert!(
            spec.contains("file = \"legacy.xlsx#people\"\nformat = \"excel\"\n[source.ignored]")
        );
        assert!(spec.contains("file = \"lists/doses.csv\"\nfrom = \"spec\"\nformat = \"csv\"\n"));
        let of_source =
            |line: &&str| !line.starts_with("file = ") && !line.starts_with("format = ");
        let rest =
            |text: &str| text.lines().filter(of_source).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(rest(&spec), rest(SPEC));
    }

    #[test]
    fn every_map_and_list_that_the_spec_names_is_written_and_used() {
        for (name, _) in maps::all() {
            assert!(SPEC.contains(&format!("map = \"{name}\"")), "{name} is not used");
        }
        for list in lists::all() {
            assert!(SPEC.contains(&format!("file = \"lists/{}.csv\"", list.name)), "{}", list.name);
        }
        let known: Vec<_> = maps::all().into_iter().map(|(name, _)| name).collect();
        for part in SPEC.split("map = \"").skip(1) {
            let name = part.split('"').next().unwrap();
            assert!(known.contains(&name), "there is no map `{name}`");
        }
    }
}
