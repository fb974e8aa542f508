//! What is being made outside of the data directory: a folder or file beside its place, until it is whole.
//!
//! Within the data directory whoever opens it next finishes or removes what was left. Out here nobody does, so it is
//! removed when it fails and when the process is asked to end; what a process left that was killed, the next one that
//! makes the same folder removes.

use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{
    error::{Error, Result},
    files,
};

/// What this process has begun and not finished.
static BEGUN: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn begun() -> MutexGuard<'static, Vec<PathBuf>> {
    BEGUN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes what this process has begun to make outside of a data directory and not finished: for a process that is
/// about to end. Nothing is begun any more afterwards.
pub fn discard_unfinished() {
    let mut begun = begun();
    for path in begun.drain(..) {
        // Under another name nothing is added to it any more while it is removed: other threads are still at work. What
        // cannot be removed is removed by whoever makes the same folder next.
        let gone = gone(&path);
        let _ = match fs::rename(&path, &gone) {
            Ok(()) => files::remove(&gone),
            Err(_) => files::remove(&path),
        };
    }
    // Held for ever: whoever would begin something now waits until the process ends.
    std::mem::forget(begun);
}

/// The name under which something unfinished is removed.
fn gone(path: &Path) -> PathBuf {
    path.with_added_extension("gone")
}

/// A new folder that is being made. Dropped without being finished, it is removed.
pub(crate) struct Unfinished {
    target: PathBuf,
    aside: PathBuf,
    // Held, so that no other process takes the folder for a leftover.
    lock: Option<files::Lock>,
    lock_path: PathBuf,
}

impl Unfinished {
    /// Begins a folder that is new or empty. What a killed process left of it is removed.
    pub(crate) fn begin(target: &Path) -> Result<Self> {
        if target.file_name().is_none() {
            return Err(Error::Input {
                message: format!("expected the name of a new folder, found `{}`", target.display()),
                hint: "name the folder that is to be made".to_owned(),
            });
        }
        // Held until it is both there and known: a process that ends in between would leave it.
        let mut begun = begun();
        let aside = files::aside(target);
        let lock_path = aside.with_added_extension("lock");
        if let Some(parent) = target.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            fs::create_dir_all(parent).map_err(files::failing("create the folder", parent))?;
        }
        let lock = files::Lock::take(lock_path.clone())?.ok_or_else(|| Error::Input {
            message: format!("`{}` is being made by another process", target.display()),
            hint: "wait until it ends, or name another folder".to_owned(),
        })?;
        begun.extend([aside.clone(), lock_path.clone()]);
        let made = files::remove(&gone(&aside))
            .and_then(|()| files::remove(&aside))
            .and_then(|()| files::folder(&aside));
        // Dropped where it failed, it takes the list itself.
        drop(begun);
        let unfinished = Self { target: target.to_owned(), aside, lock: Some(lock), lock_path };
        made.map(|()| unfinished)
    }

    /// Returns the folder to write into.
    pub(crate) fn path(&self) -> &Path {
        &self.aside
    }

    /// Gives the folder its name: it is there whole.
    pub(crate) fn finish(mut self) -> Result<()> {
        if self.target.exists() {
            fs::remove_dir(&self.target)
                .map_err(files::failing("replace the empty folder", &self.target))?;
        }
        files::rename(&self.aside, &self.target)?;
        match self.lock.take() {
            Some(lock) => lock.release(),
            None => Ok(()),
        }
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Once it is finished the lock is gone, and the folder aside may be another process's.
        if let Some(lock) = self.lock.take() {
            // What went wrong first is what is told.
            let _ = files::remove(&self.aside);
            let _ = lock.release();
        }
        begun().retain(|path| *path != self.aside && *path != self.lock_path);
    }
}

/// A new file whose place is taken before it is known what goes into it. Dropped without being finished, it is removed.
pub(crate) struct UnfinishedFile {
    target: PathBuf,
    aside: PathBuf,
    file: File,
}

impl UnfinishedFile {
    /// Begins a file that is new.
    pub(crate) fn begin(target: &Path) -> Result<Self> {
        files::is_new(target)?;
        let mut begun = begun();
        let (aside, file) = files::open_aside(target)?;
        begun.push(aside.clone());
        Ok(Self { target: target.to_owned(), aside, file })
    }

    /// Writes the file, durably, and gives it its name.
    pub(crate) fn finish(mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).map_err(files::failing("write", &self.target))?;
        self.file.sync_all().map_err(files::failing("write", &self.target))?;
        files::is_new(&self.target)?;
        files::rename(&self.aside, &self.target)
    }
}

impl Drop for UnfinishedFile {
    fn drop(&mut self) {
        let mut begun = begun();
        // Finished, it has its name, and there is nothing to remove.
        let _ = files::remove(&self.aside);
        begun.retain(|path| *path != self.aside);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a.xlsx");
        drop(UnfinishedFile::begin(&target).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        UnfinishedFile::begin(&target).unwrap().finish(b"whole").unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"whole");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(UnfinishedFile::begin(&target).is_err());
        assert!(UnfinishedFile::begin(&folder.path().join("none/a.xlsx")).is_err());
    }

    #[test]
    fn a_folder_is_there_whole_or_not_at_all() {
        let place = tempfile::tempdir().unwrap();
        let target = place.path().join("out");
        let left = place.path().join("out.building");
        fs::create_dir(&left).unwrap();
        fs::write(left.join("half"), b"half").unwrap();

        let first = Unfinished::begin(&target).unwrap();
        assert!(!first.path().join("half").exists(), "a leftover is cleared");
        assert!(Unfinished::begin(&target).is_err(), "one process at a time makes it");
        drop(first);
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);

        let second = Unfinished::begin(&target).unwrap();
        fs::write(second.path().join("whole"), b"whole").unwrap();
        second.finish().unwrap();
        assert!(target.join("whole").is_file());
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
    }
}
