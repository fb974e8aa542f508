//! The spec as a workbook, because customers review in workbooks: one `.xlsx` that holds everything of a spec folder.
//!
//! Written and read back it is the same spec, by its digest. Texts that a cell cannot hold as they are (a control
//! character, white space at an end, an empty text that is not an empty cell) are written with `\u{..}` and `\e`.

mod cell;
mod read;
mod text;
mod write;

use std::{collections::BTreeMap, fs, io, path::Path};

use landfall_catalogue::Catalogue;

use super::Spec;
use crate::error::Error;

/// The tabs beside those of the sections.
const GENERAL: Tab = Tab { name: "General", columns: &["key", "value"] };
const SOURCES: Tab = Tab { name: "Sources", columns: &["source", "file", "format", "options"] };
const IGNORED_COLUMNS: Tab =
    Tab { name: "Ignored columns", columns: &["source", "column", "reason"] };
const IGNORED_FILES: Tab = Tab { name: "Ignored files", columns: &["file", "reason"] };
const TEST_VOLUNTEERS: Tab = Tab { name: "Test volunteers", columns: &["external id"] };
const SECTIONS: Tab =
    Tab { name: "Sections", columns: &["tab", "section", "target table", "source", "options"] };
const MAPS: Tab = Tab { name: "Maps", columns: &["map", "source", "target"] };
const SQL: Tab = Tab { name: "SQL", columns: &["file", "line"] };
const LISTS: Tab = Tab { name: "Lists", columns: &["file", "kind", "content"] };

/// The columns of a section's tab, as the field writes its conversion specs.
const FIELDS: &[&str] = &[
    "source table",
    "source column",
    "target table",
    "target column",
    "migrate y/n",
    "status",
    "rules",
    "comments",
];

/// The statuses of a field, in the order in which it takes them.
pub(crate) const STATUSES: &[&str] = &["Dev Ready", "Dev Complete", "Validated"];

/// A tab of a fixed name.
struct Tab {
    name: &'static str,
    columns: &'static [&'static str],
}

impl Spec {
    /// Writes the spec as an `.xlsx` workbook and returns its bytes; the same spec gives the same bytes.
    ///
    /// # Errors
    /// [`Error::Problems`] naming what a workbook cannot hold; [`Error::Workbook`] when it cannot be made.
    pub fn to_workbook(&self) -> Result<Vec<u8>, Error> {
        write::write(self)
    }

    /// Reads a workbook, writes the spec it holds as a folder, which must not exist yet, and loads that.
    ///
    /// # Errors
    /// [`Error::Problems`] naming sheet and cell of everything that is wrong; [`Error::Workbook`] when the file is no
    /// workbook; [`Error::File`] when the folder cannot be written. After an error no folder remains.
    pub fn from_workbook(
        workbook: &Path,
        catalogue: &Catalogue,
        folder: &Path,
    ) -> Result<Self, Error> {
        let files = read::read(workbook, catalogue)?;
        write_folder(folder, &files)?;
        Self::load(folder).inspect_err(|_| {
            // What remains of a spec that cannot be loaded is no second error.
            let _ = fs::remove_dir_all(folder);
        })
    }
}

/// Writes the files into a new folder aside, and gives it its name when it is complete.
fn write_folder(folder: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<(), Error> {
    let failed = |error| Error::file("write the spec to", folder, error);
    if folder.exists() {
        return Err(failed(io::Error::new(
            io::ErrorKind::AlreadyExists,
            "expected a folder that does not exist yet; name another",
        )));
    }
    let mut name = folder.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.partial", std::process::id()));
    let aside = folder.with_file_name(name);
    fs::create_dir(&aside).map_err(failed)?;
    let written = fill(&aside, files).and_then(|()| fs::rename(&aside, folder));
    written.map_err(|error| {
        // The error that matters is the first.
        let _ = fs::remove_dir_all(&aside);
        failed(error)
    })
}

fn fill(folder: &Path, files: &BTreeMap<String, Vec<u8>>) -> io::Result<()> {
    for (name, content) in files {
        let path = folder.join(name);
        if let Some(above) = path.parent() {
            fs::create_dir_all(above)?;
        }
        fs::write(&path, content)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
