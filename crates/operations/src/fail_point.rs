//! Boundaries at which a test kills the process, to prove that the same command continues.
//!
//! `LANDFALL_FAIL_POINTS=FILE` ends the process with SIGKILL at the first boundary whose name does not stand in the
//! file yet, after adding it. Starting the same command again and again thus kills it once at every boundary.

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    path::Path,
};

/// Marks a boundary between two durable states; its name is the same whenever the same point is reached.
pub(crate) fn reach(name: impl FnOnce() -> String) {
    if let Some(file) = std::env::var_os("LANDFALL_FAIL_POINTS") {
        kill_once(Path::new(&file), &name());
    }
}

fn kill_once(file: &Path, name: &str) {
    let known = fs::read_to_string(file).unwrap_or_default();
    if known.lines().any(|line| line == name) {
        return;
    }
    let added = OpenOptions::new().create(true).append(true).open(file).and_then(|mut file| {
        writeln!(file, "{name}")?;
        file.sync_all()
    });
    // Without the name in the file the same point would kill for ever.
    if added.is_ok() {
        let own = std::process::id().to_string();
        let _ = std::process::Command::new("kill").args(["-9", &own]).status();
        std::process::abort();
    }
}
