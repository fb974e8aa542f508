//! A migration run beside `.import` and hand-written `INSERT .. SELECT`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{
    data::{Bench, Sample, failing, json, remove},
    measure::better,
    report::{Limit, Row, Rows, seconds},
};
use crate::terminal::say;

/// The hand-written statements.
const STATEMENTS: &str = include_str!("migration.sql");
/// As the staging, the package and the identity map of a run are written: nothing durable before the end.
const PRAGMAS: &str = "PRAGMA page_size = 8192;
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -65536;
";
const MOST: f64 = 1.0;
/// How many rows of a hundred the two sides may differ by: plain SQL cannot see which rows have a value too many, nor
/// the greatest length of every column.
const DIFFERENCE: u64 = 2;

/// The package of a run with all its rules, for the loads.
pub(super) fn package(sample: &Sample) -> PathBuf {
    sample.folder.join("migrated").join("package.sqlite")
}

/// Measures both sides in turn, then the phone rule; returns the greatest memory of a run.
pub(super) fn compare(
    bench: &Bench,
    sample: &Sample,
    runs: u64,
    rows: &mut Rows,
) -> Result<f64, String> {
    let out = sample.folder.join("migrated-plain");
    let database = sample.folder.join("by-hand.sqlite");
    let script = sample.folder.join("by-hand.sql");
    let (mut ours, mut theirs) = (None, None);
    for number in 1..=runs {
        say(&format!("bench: migration without the phone rule, {number} of {runs}"));
        ours = Some(better(ours, try_out(bench, sample, &sample.plain, &out)?));
        write_script(bench, sample, &out.join("package.sqlite"), &script)?;
        theirs = Some(better(theirs, bench.reference("migrate by hand", &database, &script)?));
    }
    let (ours, theirs) = (ours.unwrap_or_default(), theirs.unwrap_or_default());
    same_work(bench, &ours.output, &database)?;
    remove(&database)?;
    remove(&out)?;
    rows.compare(
        "migration run / .import and INSERT .. SELECT, no phone rule",
        ours.seconds,
        theirs.seconds,
        Limit::AtMost(MOST),
    );
    say("bench: migration with the phone rule");
    let whole = sample.folder.join("migrated");
    let phones = try_out(bench, sample, &sample.spec, &whole)?;
    rows.push(Row {
        what: "the same run with the phone rule / without".to_owned(),
        ours: seconds(phones.seconds),
        theirs: seconds(ours.seconds),
        ratio: Some(phones.seconds / ours.seconds.max(f64::MIN_POSITIVE)),
        limit: Limit::None,
    });
    Ok(ours.mebibytes.max(phones.mebibytes))
}

/// Returns the greatest memory of as many runs as [`compare`] makes, and leaves a package for the loads.
pub(super) fn memory(bench: &Bench, sample: &Sample, runs: u64) -> Result<f64, String> {
    let whole = sample.folder.join("migrated");
    let mut greatest = 0.0_f64;
    for _ in 0..=runs {
        greatest = greatest.max(try_out(bench, sample, &sample.spec, &whole)?.mebibytes);
    }
    Ok(greatest)
}

fn try_out(
    bench: &Bench,
    sample: &Sample,
    spec: &Path,
    out: &Path,
) -> Result<super::measure::Measured, String> {
    remove(out)?;
    bench.landfall(
        "migrate",
        &[
            Path::new("--json"),
            Path::new("migration"),
            Path::new("try"),
            spec,
            Path::new("--source"),
            &sample.source,
            Path::new("--out"),
            out,
        ],
    )
}

/// Writes the script: the imports, the tables as the package has them, the statements.
fn write_script(
    bench: &Bench,
    sample: &Sample,
    package: &Path,
    script: &Path,
) -> Result<(), String> {
    let mut text = format!(".bail on\n{PRAGMAS}");
    for (folder, prefix) in [
        (sample.source.clone(), ""),
        (sample.plain.join("maps"), "map_"),
        (sample.plain.join("lists"), "list_"),
    ] {
        for file in tables(&folder)? {
            let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            text.push_str(&format!(".import --csv \"{}\" {prefix}{name}\n", file.display()));
        }
    }
    text.push_str(&bench.ask(
        package,
        "SELECT sql || ';' FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'landfall%'",
    )?);
    text.push_str("BEGIN;\n");
    text.push_str(STATEMENTS);
    text.push_str("COMMIT;\n");
    fs::write(script, text).map_err(failing(script))
}

/// Returns the CSV files of a folder.
fn tables(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .map_err(failing(folder))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "csv"))
        .collect();
    files.sort();
    Ok(files)
}

/// Refuses a comparison in which the two sides did not write about the same rows.
fn same_work(bench: &Bench, output: &str, database: &Path) -> Result<(), String> {
    let answer = json(output)?;
    let mut differing = Vec::new();
    let (mut ours, mut theirs) = (0, 0);
    for section in answer["sections"].as_array().map_or(&[][..], Vec::as_slice) {
        let table = section["target"].as_str().unwrap_or_default();
        let written = section["written"].as_u64().unwrap_or_default();
        let sql = format!("SELECT count(*) FROM \"{table}\"");
        let found = bench.ask(database, &sql)?.trim().parse::<u64>().unwrap_or_default();
        if written.abs_diff(found) * 100 > written.max(100) * DIFFERENCE {
            differing.push(format!("{table}: {written} and {found}"));
        }
        ours += written;
        theirs += found;
    }
    if ours == 0 || theirs == 0 || !differing.is_empty() {
        return Err(format!(
            "bench: the two sides of the migration wrote different rows, so they cannot be compared: {}",
            differing.join(", ")
        ));
    }
    Ok(())
}
