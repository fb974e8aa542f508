//! Reading a catalogue from its folder.

use std::{fs, path::Path};

use crate::{
    catalogue::{Catalogue, HEADER_FILE},
    error::Error,
};

impl Catalogue {
    /// Reads the catalogue of a folder: `catalogue.toml` and every other `.toml` file in it, and checks everything.
    ///
    /// # Errors
    /// [`Error::Folder`] and [`Error::File`] when something cannot be read; else as [`Catalogue::parse`].
    pub fn load(folder: &Path) -> Result<Self, Error> {
        let unlisted = |reason| Error::Folder { folder: folder.display().to_string(), reason };
        let mut names = Vec::new();
        for entry in fs::read_dir(folder).map_err(unlisted)? {
            let name = entry.map_err(unlisted)?.file_name();
            // A name that is no UTF-8 cannot be a module's, which is plain ASCII.
            if let Some(name) = name.to_str()
                && name.ends_with(".toml")
                && name != HEADER_FILE
            {
                names.push(name.to_owned());
            }
        }
        names.sort_unstable();
        let header = read(folder, HEADER_FILE)?;
        let mut texts = Vec::with_capacity(names.len());
        for name in &names {
            texts.push(read(folder, name)?);
        }
        let modules: Vec<(&str, &str)> =
            names.iter().map(String::as_str).zip(texts.iter().map(String::as_str)).collect();
        Self::parse(&header, &modules)
    }
}

fn read(folder: &Path, name: &str) -> Result<String, Error> {
    let path = folder.join(name);
    fs::read_to_string(&path)
        .map_err(|reason| Error::File { file: path.display().to_string(), reason })
}
