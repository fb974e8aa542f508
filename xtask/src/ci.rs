//! Everything that continuous integration runs, in the order in which it fails fastest.

use crate::{install, layers, terminal};

pub(crate) fn run() -> Result<(), String> {
    install::run()?;
    terminal::run("format", "cargo", &["fmt", "--all", "--check"])?;
    layers::check()?;
    // One profile for everything: the release one, so that the binary under test is the one that is shipped.
    terminal::run("build", "cargo", &["build", "--release", "--locked"])?;
    terminal::run(
        "lints",
        "cargo",
        &[
            "clippy",
            "--release",
            "--locked",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ],
    )?;
    terminal::run_with(
        "documentation",
        "cargo",
        &["doc", "--release", "--locked", "--workspace", "--no-deps"],
        &[("RUSTDOCFLAGS", "-D warnings")],
    )?;
    terminal::run("tests", "cargo", &["test", "--release", "--locked", "--workspace"])?;
    // Real input, with the public commands only.
    terminal::run("example: synthea", "bash", &["examples/synthea/onboard.sh"])?;
    terminal::run("example: paths", "bash", &["examples/paths/run-all.sh"])
}
