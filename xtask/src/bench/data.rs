//! The data of the benchmark, made once and kept in `target/bench`, and the programs that are measured.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use super::measure::{self, Measured, Program};
use crate::terminal::say;

/// The same seed gives the same files.
const SEED: &str = "1";
/// People of the demonstration, from which configuration and ledger are taken.
const DEMONSTRATION: &str = "200";

/// The programs and the folder in which they work.
pub(super) struct Bench {
    pub(super) root: PathBuf,
    pub(super) folder: PathBuf,
    landfall: PathBuf,
    worker: PathBuf,
    sqlite3: PathBuf,
}

/// The source of so many volunteers.
pub(super) struct Sample {
    pub(super) folder: PathBuf,
    pub(super) source: PathBuf,
    /// The spec as it belongs to the source.
    pub(super) spec: PathBuf,
    /// The same without the phone rule: numbers are copied.
    pub(super) plain: PathBuf,
}

/// Where the workspace is, and where cargo builds.
pub(super) struct Folders {
    pub(super) root: PathBuf,
    pub(super) target: PathBuf,
}

impl Folders {
    pub(super) fn find() -> Result<Self, String> {
        let metadata = json(&cargo(&["metadata", "--format-version", "1", "--no-deps"])?)?;
        let path = |name: &str| {
            metadata[name].as_str().map(PathBuf::from).ok_or_else(|| {
                format!("bench: expected `{name}` in what `cargo metadata` says, found none")
            })
        };
        Ok(Self { root: path("workspace_root")?, target: path("target_directory")? })
    }
}

/// Builds in the release profile what is named, and with it the worker, a bench target; returns the worker.
pub(super) fn build(what: &[&str], worker: &str) -> Result<PathBuf, String> {
    // Together, so that their libraries are compiled once, with the features of both.
    let mut arguments = vec!["build", "--release", "--locked", "--message-format", "json"];
    arguments.extend(what);
    arguments.extend(["--bench", worker]);
    cargo(&arguments)?
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == worker)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .ok_or_else(|| {
            format!("bench: expected cargo to name the worker `{worker}` it built, found none")
        })
}

impl Bench {
    /// Builds what is measured, in the release profile.
    pub(super) fn prepare() -> Result<Self, String> {
        let Folders { root, target } = Folders::find()?;
        say("bench: building the release binary and the worker");
        let worker = build(
            &["--package", "landfall-cli", "--bin", "landfall", "--package", "landfall-operations"],
            "embedded",
        )?;
        let folder = target.join("bench");
        made(&folder)?;
        Ok(Self {
            root,
            folder,
            landfall: target.join("release").join("landfall"),
            worker,
            sqlite3: PathBuf::from("sqlite3"),
        })
    }

    /// Runs the product.
    pub(super) fn landfall(&self, title: &str, arguments: &[&Path]) -> Result<Measured, String> {
        self.run(title, &self.landfall, arguments, None, None)
    }

    /// Runs a part of the product in a process of its own.
    pub(super) fn worker(&self, title: &str, arguments: &[&Path]) -> Result<Measured, String> {
        self.run(title, &self.worker, arguments, None, None)
    }

    /// Runs the `sqlite3` shell with a script on a new database, which is on the disk at the end.
    pub(super) fn reference(
        &self,
        title: &str,
        database: &Path,
        script: &Path,
    ) -> Result<Measured, String> {
        remove(database)?;
        self.run(title, &self.sqlite3, &[database], Some(script), Some(database))
    }

    /// Asks a database with the `sqlite3` shell.
    pub(super) fn ask(&self, database: &Path, sql: &str) -> Result<String, String> {
        let answer = self.run("ask", &self.sqlite3, &[database, Path::new(sql)], None, None)?;
        Ok(answer.output)
    }

    fn run(
        &self,
        title: &str,
        file: &Path,
        arguments: &[&Path],
        input: Option<&Path>,
        makes: Option<&Path>,
    ) -> Result<Measured, String> {
        measure::run(&Program {
            title,
            file,
            arguments: arguments.iter().map(|argument| argument.to_path_buf()).collect(),
            input,
            makes,
            folder: &self.folder,
        })
    }

    /// Returns the source of so many volunteers, making it where it is not there.
    pub(super) fn sample(&self, volunteers: u64) -> Result<Sample, String> {
        let folder = self.folder.join(volunteers.to_string());
        made(&folder)?;
        let source = folder.join("source");
        if !source.is_dir() {
            say(&format!("bench: making a source of {volunteers} volunteers"));
            let number = volunteers.to_string();
            self.landfall(
                "make the source",
                &[
                    Path::new("sample"),
                    Path::new("source"),
                    &source,
                    Path::new("--volunteers"),
                    Path::new(&number),
                    Path::new("--seed"),
                    Path::new(SEED),
                ],
            )?;
        }
        let (spec, plain) = (source.join("spec"), folder.join("plain-spec"));
        remove(&plain)?;
        copy(&spec, &plain)?;
        let file = plain.join("spec.toml");
        let text = fs::read_to_string(&file).map_err(failing(&file))?;
        fs::write(&file, without_phones(&text)).map_err(failing(&file))?;
        Ok(Sample { folder, source, spec, plain })
    }

    /// Returns the data directory of a demonstration that ran to its end.
    pub(super) fn demonstration(&self) -> Result<PathBuf, String> {
        let folder = self.folder.join("demonstration");
        let whole = self.folder.join("demonstration.whole");
        if !whole.is_file() {
            say("bench: running a demonstration, for its configuration and its ledger");
            remove(&folder)?;
            self.landfall(
                "run the demonstration",
                &[
                    Path::new("--data"),
                    &folder,
                    Path::new("demo"),
                    Path::new("--volunteers"),
                    Path::new(DEMONSTRATION),
                    Path::new("--seed"),
                    Path::new(SEED),
                ],
            )?;
            fs::write(&whole, "").map_err(failing(&whole))?;
        }
        Ok(folder)
    }
}

/// Leaves the phone rule out of a spec: numbers are copied as they are.
fn without_phones(spec: &str) -> String {
    const FIELD: &str = "[[section.field]]";
    let fields: Vec<String> = spec
        .split(FIELD)
        .map(|field| {
            if !field.contains("rule = \"phone\"") {
                return field.to_owned();
            }
            let rule = if field.contains("expression = ") { "sql" } else { "copy" };
            let lines: Vec<String> = field
                .split('\n')
                .filter(|line| !line.starts_with("region = "))
                .map(|line| line.replace("rule = \"phone\"", &format!("rule = \"{rule}\"")))
                .collect();
            lines.join("\n")
        })
        .collect();
    fields.join(FIELD)
}

fn cargo(arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("cargo")
        .args(arguments)
        .stderr(std::process::Stdio::inherit())
        .output()
        .map_err(|error| format!("bench: `cargo` cannot be started: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!("bench: `cargo {}` failed ({})", arguments.join(" "), output.status))
    }
}

/// Reads one line of JSON that a program printed.
pub(super) fn json(text: &str) -> Result<serde_json::Value, String> {
    serde_json::from_str(text)
        .map_err(|error| format!("bench: expected JSON from the program, found another: {error}"))
}

pub(super) fn made(folder: &Path) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(failing(folder))
}

/// Removes a file or a folder of the benchmark, if it is there.
pub(super) fn remove(path: &Path) -> Result<(), String> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failing(path)(error)),
        _ => Ok(()),
    }
}

/// Copies a folder with everything in it.
pub(super) fn copy(from: &Path, to: &Path) -> Result<(), String> {
    made(to)?;
    for entry in fs::read_dir(from).map_err(failing(from))? {
        let entry = entry.map_err(failing(from))?;
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &target)?;
        } else {
            fs::copy(&path, &target).map_err(failing(&path))?;
        }
    }
    Ok(())
}

pub(super) fn failing(path: &Path) -> impl Fn(io::Error) -> String {
    move |error| format!("bench: `{}`: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_phone_rule_is_left_out_and_nothing_else() {
        let spec = "a = 1\n\n[[section.field]]\ntarget = \"p\"\nrule = \"phone\"\nsource = \"P\"\nregion = \"GB\"\notherwise = \"empty\"\n\n[[section.field]]\ntarget = \"q\"\nrule = \"phone\"\nexpression = \"Q\"\nregion = \"GB\"\n\n[[section.field]]\ntarget = \"region\"\nrule = \"copy\"\nsource = \"R\"\n";
        let plain = "a = 1\n\n[[section.field]]\ntarget = \"p\"\nrule = \"copy\"\nsource = \"P\"\notherwise = \"empty\"\n\n[[section.field]]\ntarget = \"q\"\nrule = \"sql\"\nexpression = \"Q\"\n\n[[section.field]]\ntarget = \"region\"\nrule = \"copy\"\nsource = \"R\"\n";
        assert_eq!(without_phones(spec), plain);
    }
}
