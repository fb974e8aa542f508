//! Files that are whole or absent: written aside, made durable, renamed.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use crate::error::{Error, Result};

pub(crate) fn failing<'a>(
    action: &'static str,
    path: &'a Path,
) -> impl FnOnce(io::Error) -> Error + use<'a> {
    move |source| Error::File { action, path: path.to_owned(), source }
}

/// Returns the name under which a file is written before it is complete.
pub(crate) fn aside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".building");
    path.with_file_name(name)
}

/// Makes a folder and its parents, owner-only.
pub(crate) fn folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(failing("create the folder", path))?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o700))
        .map_err(failing("protect the folder", path))
}

/// Refuses the name of a new file that exists already, or that lies in no folder.
pub(crate) fn is_new(path: &Path) -> Result<()> {
    if path.exists() {
        return Err(Error::Input {
            message: format!("`{}` exists already", path.display()),
            hint: "give another name, or remove it".to_owned(),
        });
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    match folder.filter(|folder| !folder.is_dir()) {
        None => Ok(()),
        Some(folder) => Err(Error::Input {
            message: format!(
                "cannot write `{}`: there is no folder `{}`",
                path.display(),
                folder.display()
            ),
            hint: "make the folder, or name a file elsewhere".to_owned(),
        }),
    }
}

/// Opens the file aside in which a file is written that only its owner may read.
pub(crate) fn open_aside(path: &Path) -> Result<(PathBuf, File)> {
    let temporary = aside(path);
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&temporary)
        .map_err(failing("write", path))?;
    Ok((temporary, file))
}

/// Writes a file that only its owner may read: aside, durable, then renamed. `replace` says whether a file that is
/// there already may be replaced.
pub(crate) fn write(path: &Path, bytes: &[u8], replace: bool) -> Result<()> {
    if !replace {
        is_new(path)?;
    }
    let (temporary, mut file) = open_aside(path)?;
    file.write_all(bytes).map_err(failing("write", path))?;
    file.sync_all().map_err(failing("write", path))?;
    rename(&temporary, path)
}

/// Writes over the beginning of a file in its place, durably: for what is to be unreadable before it is removed.
pub(crate) fn overwrite(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = OpenOptions::new().write(true).open(path).map_err(failing("overwrite", path))?;
    file.write_all(bytes).map_err(failing("overwrite", path))?;
    file.sync_all().map_err(failing("overwrite", path))
}

/// Renames and makes the rename durable.
pub(crate) fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).map_err(failing("rename to", to))?;
    match to.parent() {
        Some(parent) => {
            let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
            File::open(parent).and_then(|folder| folder.sync_all()).map_err(failing("sync", parent))
        }
        None => Ok(()),
    }
}

/// Returns what stands in a folder, in the order of names; nothing where there is no folder.
pub(crate) fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let listing = match fs::read_dir(folder) {
        Ok(listing) => listing,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failing("read the folder", folder)(error)),
    };
    let mut entries = Vec::new();
    for entry in listing {
        entries.push(entry.map_err(failing("read the folder", folder))?.path());
    }
    entries.sort();
    Ok(entries)
}

/// Removes a file or folder, if it is there.
pub(crate) fn remove(path: &Path) -> Result<()> {
    let gone = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match gone {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other.map_err(failing("remove", path)),
    }
}

/// Copies a folder of plain files (one level of sub-folders and deeper), each made durable.
pub(crate) fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    folder(to)?;
    for entry in fs::read_dir(from).map_err(failing("read the folder", from))? {
        let entry = entry.map_err(failing("read the folder", from))?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().map_err(failing("read", &source))?;
        if kind.is_dir() {
            copy_folder(&source, &target)?;
        } else if kind.is_file() {
            fs::copy(&source, &target).map_err(failing("copy to", &target))?;
            File::open(&target).and_then(|f| f.sync_all()).map_err(failing("sync", &target))?;
        }
    }
    Ok(())
}

/// Copies a file, durably.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).map_err(failing("copy to", to))?;
    File::open(to).and_then(|file| file.sync_all()).map_err(failing("sync", to))
}

/// Returns how many files a file or folder is, and how many bytes; nothing where there is none.
pub(crate) fn measure(path: &Path) -> Result<(u64, u64)> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => {
            let mut total = (0, 0);
            for entry in entries(path)? {
                let (count, bytes) = measure(&entry)?;
                total = (total.0 + count, total.1 + bytes);
            }
            Ok(total)
        }
        Ok(found) => Ok((1, found.len())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok((0, 0)),
        Err(error) => Err(failing("look at", path)(error)),
    }
}

/// A lock that this process holds. The kernel lets go of it when the process ends, however it ends.
pub(crate) struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    /// Takes the lock; none when another process holds it.
    pub(crate) fn take(path: PathBuf) -> Result<Option<Self>> {
        loop {
            let file = File::options()
                .create(true)
                .truncate(false)
                .write(true)
                .open(&path)
                .map_err(failing("open the lock", &path))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(fs::TryLockError::WouldBlock) => return Ok(None),
                Err(fs::TryLockError::Error(error)) => return Err(failing("lock", &path)(error)),
            }
            // The file may have been removed between opening and locking it: a lock on it would lock nothing.
            let own = file.metadata().map_err(failing("look at the lock", &path))?;
            let same = fs::metadata(&path)
                .is_ok_and(|there| there.ino() == own.ino() && there.dev() == own.dev());
            if same {
                return Ok(Some(Self { path, _file: file }));
            }
        }
    }

    /// Takes the lock, after a while if need be: for what another process does within moments.
    pub(crate) fn take_soon(path: &Path) -> Result<Option<Self>> {
        for _ in 0..100 {
            if let Some(lock) = Self::take(path.to_owned())? {
                return Ok(Some(lock));
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(None)
    }

    /// Lets go of the lock and removes its file.
    pub(crate) fn release(self) -> Result<()> {
        remove(&self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_needs_a_name_that_is_free_and_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.xlsx");
        write(&path, b"a", false).unwrap();
        let again = write(&path, b"b", false).unwrap_err().to_string();
        assert!(again.contains("exists already"), "{again}");
        let nowhere = is_new(&folder.path().join("none/a.xlsx")).unwrap_err().to_string();
        assert!(nowhere.contains("there is no folder"), "{nowhere}");
        assert!(!nowhere.contains(".building"), "{nowhere}");
        assert_eq!(fs::read(&path).unwrap(), b"a");
    }

    #[test]
    fn a_lock_is_held_once_and_leaves_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("acme--val-1.lock");
        let lock = Lock::take_soon(&path).unwrap().unwrap();
        assert!(Lock::take(path.clone()).unwrap().is_none());
        lock.release().unwrap();
        assert!(!path.exists());
        assert!(Lock::take(path).unwrap().is_some());
    }
}
