//! Drop: an instance disappears.

use std::path::Path;

use crate::{Error, connection};

/// Removes an instance and whatever stands beside its file. One that is not there is removed already, so that an
/// interrupted removal can be repeated.
///
/// # Errors
/// [`Error::File`] when the system refuses.
pub fn drop(path: &Path) -> Result<(), Error> {
    // What stands beside goes first: a journal without its database could be taken for another one's.
    for beside in connection::beside(path) {
        connection::remove(&beside)?;
    }
    connection::remove(path)?;
    match path.parent() {
        Some(folder) if folder.is_dir() => connection::sync_folder(path),
        _ => Ok(()),
    }
}
