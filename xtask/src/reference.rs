//! The generated pages of the documentation. Tests compare them; this command writes them.

use std::process::Command;

use crate::terminal::say;

/// The tests that write a page when they are told to: package and test.
const PAGES: &[(&str, &str)] = &[("landfall-core", "reference")];

pub(crate) fn write() -> Result<(), String> {
    for (package, test) in PAGES {
        say(&format!("reference: writing the pages of {package}"));
        let status = Command::new("cargo")
            .args(["test", "--release", "--quiet", "--package", package, "--test", test])
            .env("LANDFALL_WRITE_REFERENCE", "1")
            .status()
            .map_err(|error| format!("reference: `cargo test` cannot be started: {error}"))?;
        if !status.success() {
            return Err(format!("reference: the pages of {package} were not written"));
        }
    }
    Ok(())
}
