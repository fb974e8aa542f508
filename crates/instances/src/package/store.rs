//! The store of packages: a folder in which a file's name is its content's digest.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use landfall_core::digest::Digest;

use super::open::Package;
use crate::{Error, connection, error::During};

/// A folder of packages. Beside each `<digest>.sqlite` stands `<digest>.sha256` with the digest of the file's bytes,
/// so that an open need not read every row to know that nothing changed.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
}

impl Store {
    /// Names the folder; it is made when the first package is put in.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Returns where the package stands, or would stand.
    #[must_use]
    pub fn path(&self, digest: &Digest) -> PathBuf {
        self.folder.join(format!("{digest}.sqlite"))
    }

    fn sidecar(&self, digest: &Digest) -> PathBuf {
        self.folder.join(format!("{digest}.sha256"))
    }

    /// Takes a package file, which must lie on the same file system: verifies all of it, moves it in under its name,
    /// and returns the name. A package that is there already, intact, stays as it is and the given file is removed; a
    /// corrupted one is replaced. After an interruption, extracting and putting again gives the same result.
    ///
    /// # Errors
    /// [`Error::Corrupted`] when the given file is, [`Error::File`], [`Error::Sql`].
    pub fn put(&self, aside: &Path) -> Result<Digest, Error> {
        let digest = Package::open(aside, None)?.digest();
        if self.open(&digest).is_ok() {
            connection::remove(aside)?;
            connection::sync_folder(aside)?;
            return Ok(digest);
        }
        fs::create_dir_all(&self.folder).during("make the folder", &self.folder)?;
        let bytes = file_digest(aside)?;
        // The sidecar comes first: a file without one would look corrupted, one without a file is simply absent.
        let sidecar = self.sidecar(&digest);
        let building = self.folder.join(format!("{digest}.sha256.building"));
        fs::File::create(&building)
            .and_then(|mut file| {
                file.write_all(format!("{bytes}\n").as_bytes())?;
                file.sync_all()
            })
            .during("write", &building)?;
        fs::rename(&building, &sidecar).during("rename", &building)?;
        fs::File::open(aside).and_then(|file| file.sync_all()).during("make durable", aside)?;
        let path = self.path(&digest);
        fs::rename(aside, &path).during("move into the store", aside)?;
        connection::sync_folder(&path)?;
        connection::sync_folder(aside)?;
        Ok(digest)
    }

    /// Opens a package: the file's bytes must be those that were put in, and its manifest's digest its name.
    ///
    /// # Errors
    /// [`Error::NotInStore`], or [`Error::Corrupted`] naming the expected and found digests.
    pub fn open(&self, digest: &Digest) -> Result<Package, Error> {
        let path = self.path(digest);
        if !path.is_file() {
            return Err(Error::NotInStore { digest: *digest, folder: self.folder.clone() });
        }
        let sidecar = self.sidecar(digest);
        let expected = fs::read_to_string(&sidecar).during("read", &sidecar)?;
        let expected = expected.trim().parse::<Digest>().map_err(|_| Error::Corrupted {
            path: sidecar.clone(),
            what: "expected the SHA-256 of the package's file, found another text".to_owned(),
        })?;
        let found = file_digest(&path)?;
        if found != expected {
            return Err(Error::Corrupted {
                path,
                what: format!("expected a file with SHA-256 `{expected}`, found `{found}`"),
            });
        }
        Package::open_intact(&path, digest)
    }

    /// Returns the names of all packages, sorted.
    ///
    /// # Errors
    /// [`Error::File`] when the folder cannot be read; a folder that is not there is empty.
    pub fn list(&self) -> Result<Vec<Digest>, Error> {
        if !self.folder.exists() {
            return Ok(vec![]);
        }
        let mut digests = vec![];
        for entry in fs::read_dir(&self.folder).during("read the folder", &self.folder)? {
            let name = entry.during("read the folder", &self.folder)?.file_name();
            if let Some(stem) = name.to_str().and_then(|name| name.strip_suffix(".sqlite"))
                && let Ok(digest) = stem.parse::<Digest>()
            {
                digests.push(digest);
            }
        }
        digests.sort_unstable();
        Ok(digests)
    }

    /// Removes a package; one that is not there is removed already.
    ///
    /// # Errors
    /// [`Error::File`] when the system refuses.
    pub fn remove(&self, digest: &Digest) -> Result<(), Error> {
        let path = self.path(digest);
        connection::remove(&path)?;
        connection::remove(&self.sidecar(digest))?;
        if self.folder.exists() { connection::sync_folder(&path) } else { Ok(()) }
    }
}

fn file_digest(path: &Path) -> Result<Digest, Error> {
    fs::File::open(path).and_then(Digest::of_reader).during("read", path)
}
