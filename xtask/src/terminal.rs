//! What is said on the terminal, and commands that are run on it.

use std::{process::Command, time::Instant};

/// Says a line.
#[expect(clippy::print_stderr, reason = "this program talks to the developer")]
pub(crate) fn say(line: &str) {
    eprintln!("{line}");
}

/// Runs a command to its end and says how long it took.
pub(crate) fn run(title: &str, program: &str, arguments: &[&str]) -> Result<(), String> {
    run_with(title, program, arguments, &[])
}

/// As [`run`], with environment variables.
pub(crate) fn run_with(
    title: &str,
    program: &str,
    arguments: &[&str],
    variables: &[(&str, &str)],
) -> Result<(), String> {
    say(&format!("== {title}: {program} {}", arguments.join(" ")));
    let started = Instant::now();
    let status = Command::new(program)
        .args(arguments)
        .envs(variables.iter().copied())
        .status()
        .map_err(|error| format!("{title}: `{program}` cannot be started: {error}"))?;
    let seconds = started.elapsed().as_secs();
    if status.success() {
        say(&format!("== {title}: passed in {seconds} s"));
        Ok(())
    } else {
        Err(format!("{title}: failed after {seconds} s ({status})"))
    }
}
