//! Reads a spec folder.

use std::{
    collections::BTreeMap,
    fs,
    path::{Component, Path, PathBuf},
    sync::Arc,
};

use landfall_core::digest::Digest;
use serde::Serialize;

use super::{
    Spec, ValueMap,
    model::{Model, Place},
};
use crate::{
    error::{Error, Problem, Problems, listed},
    source::read_spec_table,
};

/// The file that a spec begins with.
pub(crate) const SPEC: &str = "spec.toml";

pub(super) fn load(folder: &Path) -> Result<Spec, Error> {
    let path = folder.join(SPEC);
    let text =
        fs::read_to_string(&path).map_err(|error| Error::file("read the spec", path, error))?;
    let model: Model = toml::from_str(&text).map_err(|error| {
        let at = error.span().map_or_else(String::new, |span| {
            let line = text.get(..span.start).unwrap_or_default().matches('\n').count() + 1;
            format!("line {line}: ")
        });
        Error::Problems(Problems(vec![Problem::new(SPEC, format!("{at}{}", error.message()))]))
    })?;
    let mut problems = Vec::new();
    let maps = maps(folder, &mut problems)?;
    let expressions = expressions(folder, &model, &mut problems);
    let lists = lists(folder, &model, &mut problems);
    if !problems.is_empty() {
        return Err(Error::Problems(Problems(problems)));
    }
    let maps_digest = Digest::of_canonical(&maps)?;
    let lists_digests: BTreeMap<&str, Digest> =
        lists.iter().map(|(file, bytes)| (file.as_str(), Digest::of(bytes))).collect();
    let digest = Digest::of_canonical(&Content {
        format: 1,
        spec: &model,
        maps: &maps,
        sql: &expressions,
        lists: &lists_digests,
    })?;
    Ok(Spec { folder: folder.to_owned(), model, maps, expressions, lists, digest, maps_digest })
}

/// What the digest of a spec covers.
#[derive(Serialize)]
struct Content<'a> {
    format: u32,
    spec: &'a Model,
    maps: &'a BTreeMap<String, ValueMap>,
    sql: &'a BTreeMap<String, String>,
    lists: &'a BTreeMap<&'a str, Digest>,
}

fn maps(folder: &Path, problems: &mut Vec<Problem>) -> Result<BTreeMap<String, ValueMap>, Error> {
    let mut maps = BTreeMap::new();
    let folder = folder.join("maps");
    if !folder.is_dir() {
        return Ok(maps);
    }
    let wrong = |error| Error::file("list the value maps in", folder.clone(), error);
    let mut names = Vec::new();
    for file in fs::read_dir(&folder).map_err(wrong)? {
        let name = file.map_err(wrong)?.file_name();
        match name.to_str() {
            Some(name) if name.starts_with('.') => {}
            Some(name) => names.push(name.to_owned()),
            None => problems.push(Problem::new(
                "maps",
                "expected file names of UTF-8 characters, found another; rename it",
            )),
        }
    }
    names.sort();
    for name in names {
        let file = format!("maps/{name}");
        let Some(stem) = name.strip_suffix(".csv") else {
            problems.push(Problem::new(
                file,
                "expected a map with the ending `.csv`, found another file; rename or remove it",
            ));
            continue;
        };
        match map(&file, &folder.join(&name), problems) {
            Ok(map) => {
                maps.insert(stem.to_owned(), map);
            }
            Err(error) => problems.push(Problem::new(file, said(&error))),
        }
    }
    Ok(maps)
}

fn map(file: &str, path: &Path, problems: &mut Vec<Problem>) -> Result<ValueMap, Error> {
    let bytes = fs::read(path).map_err(|error| Error::file("read the map", path, error))?;
    let mut map = ValueMap::new();
    read_spec_table(file, &bytes, &["source", "target"], |line, record| {
        let source = record.get(0).unwrap_or_default().trim().to_owned();
        let target = record.get(1).unwrap_or_default().trim().to_owned();
        match map.get(&source) {
            Some(earlier) if *earlier != target => problems.push(Problem::new(
                file,
                format!(
                    "line {line}: expected one target for each source, found a second one for `{source}`; remove one line"
                ),
            )),
            Some(_) => {}
            None => {
                map.insert(source, target);
            }
        }
        Ok(())
    })?;
    Ok(map)
}

fn expressions(
    folder: &Path,
    model: &Model,
    problems: &mut Vec<Problem>,
) -> BTreeMap<String, String> {
    let mut expressions = BTreeMap::new();
    for section in &model.section {
        for field in &section.field {
            let Some(file) = &field.file else { continue };
            let text = inside(folder, file).and_then(|path| {
                fs::read_to_string(&path).map_err(|error| {
                    format!("expected the SQL file `{file}` in the spec folder, found: {error}")
                })
            });
            match text {
                Ok(text) => {
                    expressions.insert(file.clone(), text.trim().to_owned());
                }
                Err(message) => problems.push(
                    Problem::new(SPEC, message).in_section(&section.name).in_field(&field.target),
                ),
            }
        }
    }
    expressions
}

fn lists(folder: &Path, model: &Model, problems: &mut Vec<Problem>) -> BTreeMap<String, Arc<[u8]>> {
    let mut lists = BTreeMap::new();
    for source in model.source.iter().filter(|source| source.from == Place::Spec) {
        let bytes = inside(folder, source.path()).and_then(|path| {
            fs::read(&path).map_err(|error| {
                format!(
                    "source `{}`: expected the file `{}` in the spec folder (`from = \"spec\"`), found: {error}",
                    source.name, source.file
                )
            })
        });
        match bytes {
            Ok(bytes) => {
                lists.insert(source.file.clone(), bytes.into());
            }
            Err(message) => problems.push(Problem::new(SPEC, message)),
        }
    }
    lists
}

/// Resolves a name inside a folder: no absolute path, no `..`, so that a spec or a dump is whole
/// in its folder and cannot reach anything else.
pub(crate) fn inside(folder: &Path, file: &str) -> Result<PathBuf, String> {
    let plain = !file.is_empty()
        && !file.contains('\\')
        && Path::new(file).components().all(|part| matches!(part, Component::Normal(_)));
    if plain {
        Ok(folder.join(file))
    } else {
        Err(format!(
            "expected a file name inside the folder (such as `sql/name.sql`), found `{file}`"
        ))
    }
}

/// The message of an error about a file, without the file's name, which stands beside it.
fn said(error: &Error) -> String {
    match error {
        Error::Source { line: Some(line), what, .. } => format!("line {line}: {what}"),
        Error::Source { what, .. } => what.clone(),
        other => other.to_string(),
    }
}

/// Says which names exist, when one does not.
pub(crate) fn no_such<S: AsRef<str>>(
    kind: &str,
    found: &str,
    names: impl IntoIterator<Item = S>,
) -> String {
    format!("expected {kind}, found `{found}`; there are {}", listed(names))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINIMAL: &str = "product = \"clinical\"\nrelease = \"24.1\"\nname = \"A\"\n";

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    fn message(files: &[(&str, &str)]) -> String {
        Spec::load(folder(files).path()).unwrap_err().to_string()
    }

    #[test]
    fn the_digest_means_the_content_and_not_the_layout() {
        let plain = Spec::load(folder(&[(SPEC, MINIMAL)]).path()).unwrap();
        let remarked = "# a remark\nname = 'A'\nrelease = '24.1'\nproduct = 'clinical'\n";
        let same = Spec::load(folder(&[(SPEC, remarked)]).path()).unwrap();
        assert_eq!(plain.digest(), same.digest());
        let mapped = folder(&[(SPEC, MINIMAL), ("maps/sex.csv", "source,target\nM,Male\n")]);
        let mapped = Spec::load(mapped.path()).unwrap();
        assert_ne!(plain.digest(), mapped.digest());
        assert_ne!(plain.maps_digest(), mapped.maps_digest());
        assert_eq!(mapped.map("sex").unwrap()["M"], "Male");
    }

    #[test]
    fn an_unknown_key_or_rule_is_named_with_its_line() {
        let text = message(&[(SPEC, &format!("{MINIMAL}colour = 1\n"))]);
        assert!(text.contains("spec.toml: line 4") && text.contains("colour"), "{text}");
        let field = "[[section]]\nname='V'\ntarget='volunteer'\nsource='p'\n\
                     [[section.field]]\ntarget='sex'\nrule='guess'\n";
        let text = message(&[(SPEC, &format!("{MINIMAL}{field}"))]);
        assert!(text.contains("guess") && text.contains("`phone`"), "{text}");
    }

    #[test]
    fn broken_maps_and_missing_files_are_all_named() {
        let text = message(&[
            (
                SPEC,
                &format!(
                    "{MINIMAL}[[source]]\nname='d'\nfile='lists/dose.csv'\nfrom='spec'\nformat='csv'\n\
                     [[section]]\nname='V'\ntarget='volunteer'\nsource='p'\n\
                     [[section.field]]\ntarget='city'\nrule='sql'\nfile='../x.sql'\n"
                ),
            ),
            ("maps/a.csv", "source,target\nM,Male\nM,Female\n"),
            ("maps/b.csv", "from,to\nM,Male\n"),
            ("maps/c.txt", ""),
        ]);
        for part in
            ["maps/a.csv: line 3", "maps/b.csv: line 1", "maps/c.txt", "lists/dose.csv", "../x.sql"]
        {
            assert!(text.contains(part), "{part} is missing in {text}");
        }
    }
}
