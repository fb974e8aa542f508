//! `cargo xtask fuzz`: the reader of CDISC ODM against files that nobody would write.
//!
//! The fuzzer needs the nightly compiler and `cargo-fuzz`; both are taken by rustup and from the registry where they are
//! absent. What it learns stays in target/fuzz, so the next run goes on from there.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::terminal::{run, say};

const USAGE: &str = "cargo xtask fuzz [--minutes N]

  --minutes  how long; 10 unless said. Ends earlier only when a file is found that makes the reader panic, hang for 10 s
             or take 2 GB; the file is then named";

const FUZZ: &str = "crates/odm/fuzz";
/// As in design.md: the examples lie beside the project.
const EXAMPLES: &str = "../shared/data/odm/examples";

/// Runs the fuzzer.
pub(crate) fn start(arguments: &[String]) -> Result<(), String> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let minutes = match words.as_slice() {
        [] => 10,
        ["--minutes", number] => number.parse::<u32>().map_err(|_| USAGE.to_owned())?,
        _ => return Err(USAGE.to_owned()),
    };
    tools()?;
    let work = PathBuf::from("target/fuzz");
    let (corpus, seeds) = (work.join("corpus"), work.join("seeds"));
    for folder in [&corpus, &seeds] {
        fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    }
    say(&format!("fuzz: {} files to begin with", gather(&seeds)?));
    let artifacts = format!("-artifact_prefix={}/", work.display());
    let time = format!("-max_total_time={}", u64::from(minutes) * 60);
    let words = format!("-dict={FUZZ}/odm.dict");
    run(
        "fuzz",
        "cargo",
        &[
            "+nightly",
            "fuzz",
            "run",
            "--fuzz-dir",
            FUZZ,
            "--target-dir",
            "target/fuzz/build",
            "read",
            &corpus.display().to_string(),
            &seeds.display().to_string(),
            "--",
            &time,
            &words,
            &artifacts,
            "-rss_limit_mb=2048",
            "-timeout=10",
            "-max_len=200000",
            "-print_final_stats=1",
            "-verbosity=0",
        ],
    )
}

/// Takes the nightly compiler and `cargo-fuzz` where they are absent.
fn tools() -> Result<(), String> {
    if !answers("rustc", &["+nightly", "--version"]) {
        run("fuzz", "rustup", &["toolchain", "install", "nightly", "--profile", "minimal"])?;
    }
    if !answers("cargo", &["fuzz", "--version"]) {
        run("fuzz", "cargo", &["install", "cargo-fuzz", "--locked"])?;
    }
    Ok(())
}

fn answers(program: &str, arguments: &[&str]) -> bool {
    Command::new(program)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Lays out the files that the fuzzer begins with: the one of the tests, and CDISC's examples where they are.
fn gather(seeds: &Path) -> Result<usize, String> {
    let mut files = vec![PathBuf::from("crates/odm/tests/write/everything-1.3.2.xml")];
    let shared = std::env::var_os("LANDFALL_SHARED");
    let examples = match &shared {
        Some(folder) => Path::new(folder).join("data/odm/examples"),
        None => PathBuf::from(EXAMPLES),
    };
    match fs::read_dir(&examples) {
        Ok(entries) => {
            for entry in entries {
                files.push(entry.map_err(|error| failed(&examples, &error))?.path());
            }
        }
        Err(_) => say(&format!("fuzz: no examples in `{}`", examples.display())),
    }
    for file in &files {
        let bytes = fs::read(file).map_err(|error| failed(file, &error))?;
        let to = seeds.join(file.file_name().unwrap_or_default());
        fs::write(&to, bytes).map_err(|error| failed(&to, &error))?;
    }
    Ok(files.len())
}

fn failed(path: &Path, error: &std::io::Error) -> String {
    format!("fuzz: `{}`: {error}", path.display())
}
