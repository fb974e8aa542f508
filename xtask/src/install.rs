//! The programs that tests look at results with. They are taken from Debian where they are absent.

use std::process::Command;

use crate::terminal::{run_with, say};

/// A program and the Debian package that holds it.
const PROGRAMS: [(&str, &str); 5] = [
    ("sqlite3", "sqlite3"),
    ("pdftotext", "poppler-utils"),
    ("qpdf", "qpdf"),
    ("python3", "python3"),
    ("xmllint", "libxml2-utils"),
];

pub(crate) fn run() -> Result<(), String> {
    let absent: Vec<_> = PROGRAMS.into_iter().filter(|(program, _)| !present(program)).collect();
    for (program, _) in PROGRAMS.iter().filter(|known| !absent.contains(known)) {
        say(&format!("install: {program} is there"));
    }
    if absent.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = absent.iter().map(|(_, package)| *package).collect();
    from_debian(&packages)?;
    match PROGRAMS.into_iter().find(|(program, _)| !present(program)) {
        None => Ok(()),
        Some((program, package)) => Err(format!(
            "install: `{program}` is not there after installing Debian's `{package}`; install it by hand"
        )),
    }
}

/// Makes sure that Python makes virtual environments: Debian has a part of that in a package of its own.
pub(crate) fn virtual_environments() -> Result<(), String> {
    let works = || {
        Command::new("python3")
            .args(["-c", "import ensurepip, venv"])
            .output()
            .is_ok_and(|output| output.status.success())
    };
    if works() {
        return Ok(());
    }
    from_debian(&["python3-venv"])?;
    if works() {
        Ok(())
    } else {
        Err("install: `python3 -m venv` does not work after installing Debian's `python3-venv`; install it by hand"
            .to_owned())
    }
}

fn from_debian(packages: &[&str]) -> Result<(), String> {
    say(&format!("install: taking {} from Debian", packages.join(", ")));
    let quiet = [("DEBIAN_FRONTEND", "noninteractive")];
    run_with("install", "apt-get", &["update", "-qq"], &quiet)?;
    let mut arguments = vec!["install", "-y", "-qq", "--no-install-recommends"];
    arguments.extend(packages);
    run_with("install", "apt-get", &arguments, &quiet)
}

fn present(program: &str) -> bool {
    Command::new("sh")
        .args(["-c", &format!("command -v {program} >/dev/null 2>&1")])
        .status()
        .is_ok_and(|status| status.success())
}
