//! `odmlib`, taken from PyPI into a virtual environment of the benchmark.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Bench, Made, time, times};
use crate::{
    bench::{
        data::{failing, json, remove},
        measure::{Measured, median, middle},
        report::{Limit, Row, Rows},
    },
    install,
    terminal::say,
};

/// The packages: `odmlib`, and what its conformance check is made with.
const PACKAGES: [&str; 2] = ["odmlib==0.2.1", "Cerberus==1.3.8"];
/// The folder of the virtual environment; another version of a package is another folder.
const FOLDER: &str = "odmlib-0.2.1";
const SCRIPT: &str = include_str!("with_odmlib.py");
const MEGABYTES: u64 = 1;
/// The example that `odmlib` itself comes with. Of the others, it refuses a `TranslatedText` without text.
const EXAMPLE: &str = "odm132-odmlib-cdash.xml";

/// Adds the rows of the small file; returns it, and the version of Python or that nothing was run. That `odmlib` cannot
/// be had, or does not take the file, is said in its row.
pub(super) fn compare(bench: &Bench, runs: u64, rows: &mut Rows) -> Result<(Made, String), String> {
    let mut file = bench.make("1.3.2", MEGABYTES, &[EXAMPLE])?;
    let python = environment(bench);
    let script = bench.folder.join("with_odmlib.py");
    fs::write(&script, SCRIPT).map_err(failing(&script))?;
    let mut ours = Vec::new();
    let mut theirs: Result<Vec<Measured>, String> = Ok(Vec::new());
    for number in 1..=runs {
        say(&format!("bench: reading the small file, {number} of {runs}"));
        ours.push(bench.read(&mut file)?);
        theirs = theirs.and_then(|mut done| {
            let python = python.as_ref().map_err(String::clone)?;
            done.push(bench.run("odmlib", python, &[script.as_path(), file.path.as_path()])?);
            Ok(done)
        });
    }
    let what = format!("{}: read and check", file.title());
    let inside = part(&ours, "seconds")?;
    let version = match theirs.and_then(|theirs| Theirs::of(&theirs, file.items)) {
        Ok(theirs) => {
            let all = theirs.verified + theirs.conformance;
            for (beside, ours, theirs) in [
                (
                    "`odmlib` loads and verifies order and OIDs, inside the processes",
                    inside,
                    theirs.verified,
                ),
                ("the same with its check of conformance", inside, all),
                ("the same, whole processes", median(&ours).seconds, theirs.whole),
            ] {
                rows.push(times(&format!("{what} / {beside}"), ours, theirs, Limit::None));
            }
            bench.run("python", Path::new("python3"), &[Path::new("--version")])?.output
        }
        Err(reason) => {
            rows.push(Row {
                what: format!("{what} / `odmlib` loads and verifies"),
                ours: time(inside),
                theirs: format!("not run: {}", last_line(&reason)),
                ratio: None,
                limit: Limit::None,
            });
            "not run".to_owned()
        }
    };
    remove(&file.path)?;
    Ok((file, version.trim().to_owned()))
}

/// Medians of what `odmlib` took, in seconds.
struct Theirs {
    /// Loading, order and OIDs.
    verified: f64,
    conformance: f64,
    /// The whole process.
    whole: f64,
}

impl Theirs {
    /// Refuses runs in which not all of the file was read.
    fn of(runs: &[Measured], items: u64) -> Result<Self, String> {
        for run in runs {
            let found = json(&run.output)?["items"].as_u64().unwrap_or_default();
            if found != items {
                return Err(format!("expected {items} items from odmlib, found {found}"));
            }
        }
        Ok(Self {
            verified: part(runs, "load")? + part(runs, "verify")?,
            conformance: part(runs, "conformance")?,
            whole: median(runs).seconds,
        })
    }
}

/// Returns the median of the seconds that the processes themselves measured.
fn part(runs: &[Measured], name: &str) -> Result<f64, String> {
    let mut seconds = Vec::new();
    for run in runs {
        seconds.push(json(&run.output)?[name].as_f64().ok_or_else(|| {
            format!("bench: expected the seconds of `{name}` from the program, found none")
        })?);
    }
    Ok(middle(seconds))
}

/// Returns the Python of the virtual environment, which is made once.
fn environment(bench: &Bench) -> Result<PathBuf, String> {
    let folder = bench.folder.join(FOLDER);
    let python = folder.join("bin").join("python");
    let whole = folder.join("whole");
    if whole.is_file() {
        return Ok(python);
    }
    install::virtual_environments()?;
    say(&format!("bench: taking {} from PyPI", PACKAGES.join(" and ")));
    remove(&folder)?;
    let arguments = [Path::new("-m"), Path::new("venv"), folder.as_path()];
    bench.run("make the virtual environment", Path::new("python3"), &arguments)?;
    let words = "-m pip install --quiet --disable-pip-version-check --retries 1 --timeout 20";
    let arguments: Vec<&Path> = words.split(' ').chain(PACKAGES).map(Path::new).collect();
    bench.run("take odmlib from PyPI", &python, &arguments)?;
    fs::write(&whole, "").map_err(failing(&whole))?;
    Ok(python)
}

/// Returns the last line that says something, short enough for a cell of a table.
fn last_line(text: &str) -> String {
    let line = text.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    line.chars().take(120).map(|found| if found == '|' { '/' } else { found }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(output: &str) -> Measured {
        Measured { seconds: 1.0, mebibytes: 1.0, output: output.to_owned() }
    }

    #[test]
    fn a_reason_is_one_cell() {
        let said = "bench: take odmlib from PyPI: failed\nERROR: no match | none\n\n";
        assert_eq!(last_line(said), "ERROR: no match / none");
    }

    #[test]
    fn medians_are_of_what_the_processes_say() {
        let of = |load: f64| {
            run(&format!("{{\"load\":{load},\"verify\":0.5,\"conformance\":2.0,\"items\":4}}"))
        };
        let runs = [of(3.0), of(1.0), of(2.0)];
        let theirs = Theirs::of(&runs, 4).unwrap();
        assert_eq!((theirs.verified, theirs.conformance, theirs.whole), (2.5, 2.0, 1.0));
        assert!(Theirs::of(&runs, 5).is_err());
    }
}
