//! The identity of a source dump: a digest over the names and contents of its files.

use std::{
    fs,
    path::{Path, PathBuf},
};

use landfall_core::digest::Digest;
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// What a dump is: one digest, and the files it covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DumpFacts {
    /// The SHA-256 of the canonical JSON of `files`.
    pub digest: Digest,
    /// Every file, sorted by name.
    pub files: Vec<DumpFile>,
}

/// One file of a dump.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DumpFile {
    /// The path inside the dump, parts joined by `/`.
    pub name: String,
    /// The size in bytes.
    pub size: u64,
    /// The SHA-256 of the content.
    pub digest: Digest,
}

/// Reads every file of a dump folder, and of the folders in it, and returns what the dump is.
///
/// # Errors
/// [`Error::File`] when the folder or a file cannot be read; [`Error::Source`] when there is none.
pub fn dump_digest(folder: &Path) -> Result<DumpFacts, Error> {
    let mut facts = Vec::new();
    for file in files(folder)? {
        let open = fs::File::open(&file.path)
            .map_err(|error| Error::file("read the source file", &file.path, error))?;
        let digest = Digest::of_reader(open)
            .map_err(|error| Error::file("read the source file", &file.path, error))?;
        facts.push(DumpFile { name: file.name, size: file.size, digest });
    }
    if facts.is_empty() {
        return Err(Error::Source {
            file: folder.display().to_string(),
            line: None,
            what: "expected a folder with source files, found no file; name the folder that holds the dump"
                .to_owned(),
        });
    }
    Ok(DumpFacts { digest: Digest::of_canonical(&facts)?, files: facts })
}

/// A file as the folder lists it.
pub(crate) struct Listed {
    pub(crate) name: String,
    path: PathBuf,
    size: u64,
}

/// Lists the files of a folder and of the folders in it, sorted by name.
pub(crate) fn files(folder: &Path) -> Result<Vec<Listed>, Error> {
    let mut files = Vec::new();
    list(folder, "", &mut files)?;
    files.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(files)
}

fn list(folder: &Path, prefix: &str, files: &mut Vec<Listed>) -> Result<(), Error> {
    let wrong = |error| Error::file("list the files of", folder, error);
    for entry in fs::read_dir(folder).map_err(wrong)? {
        let entry = entry.map_err(wrong)?;
        let path = entry.path();
        let Some(name) = entry.file_name().to_str().map(|name| format!("{prefix}{name}")) else {
            return Err(Error::Source {
                file: path.display().to_string(),
                line: None,
                what: "expected a file name of UTF-8 characters, found another; rename it"
                    .to_owned(),
            });
        };
        let facts =
            fs::metadata(&path).map_err(|error| Error::file("read the facts of", &path, error))?;
        if facts.is_dir() {
            list(&path, &format!("{name}/"), files)?;
        } else if facts.is_file() {
            files.push(Listed { name, path, size: facts.len() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dump_is_its_names_and_contents() {
        let folder = tempfile::tempdir().unwrap();
        assert!(dump_digest(folder.path()).unwrap_err().to_string().contains("no file"));
        fs::create_dir(folder.path().join("b")).unwrap();
        fs::write(folder.path().join("b/x.csv"), "1").unwrap();
        fs::write(folder.path().join("a.csv"), "2").unwrap();
        let first = dump_digest(folder.path()).unwrap();
        let names: Vec<_> = first.files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["a.csv", "b/x.csv"]);
        assert_eq!(first.files[1].digest, Digest::of(b"1"));
        assert_eq!(dump_digest(folder.path()).unwrap(), first);
        fs::write(folder.path().join("a.csv"), "3").unwrap();
        assert_ne!(dump_digest(folder.path()).unwrap().digest, first.digest);
    }
}
