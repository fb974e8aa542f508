//! The masked load of a VAL Main beside the `sqlite3` shell, which copies the same tables as they are.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{
    data::{Bench, Sample, failing, json, remove},
    measure::{Measured, better},
    migration,
    report::{Limit, Rows},
};
use crate::terminal::say;

/// As an instance is built (`crates/instances/src/connection.rs`).
const PRAGMAS: &str = "PRAGMA page_size = 8192;
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA cache_size = -49152;
PRAGMA foreign_keys = OFF;
";
const MOST_LOAD: f64 = 1.8;
const MOST_BUILD: f64 = 3.0;

/// Measures the sides in turn; returns the greatest memory of a load with scan and verification.
pub(super) fn compare(
    bench: &Bench,
    sample: &Sample,
    demonstration: &Path,
    runs: u64,
    rows: &mut Rows,
) -> Result<f64, String> {
    let store = store(bench, sample, demonstration)?;
    let source = sample.folder.join("unmasked.sqlite");
    say("bench: the unmasked instance that the reference copies");
    remove(&source)?;
    bench.worker("build unmasked", &[Path::new("unmasked"), &store, &source])?;
    let script = sample.folder.join("copy.sql");
    write_script(bench, &source, &script)?;
    let database = sample.folder.join("copied.sqlite");
    let instance = sample.folder.join("masked.sqlite");
    let (mut loads, mut builds, mut copies) = (None, None, None);
    for number in 1..=runs {
        say(&format!("bench: masked load of VAL Main, {number} of {runs}"));
        remove(&instance)?;
        let load = bench.worker("load", &[Path::new("load"), &store, &instance])?;
        loads = Some(better(loads, load));
        copies = Some(better(copies, bench.reference("copy", &database, &script)?));
        builds = Some(better(builds, build(bench, sample, &store, &instance)?));
    }
    same_rows(bench, &database, &instance)?;
    let (loads, builds, copies) =
        (loads.unwrap_or_default(), builds.unwrap_or_default(), copies.unwrap_or_default());
    rows.compare(
        "masked load of VAL Main with indexes / unmasked copy",
        loads.seconds,
        copies.seconds,
        Limit::AtMost(MOST_LOAD),
    );
    rows.compare(
        "the same with scan and verification / unmasked copy",
        builds.seconds,
        copies.seconds,
        Limit::AtMost(MOST_BUILD),
    );
    for phase in json(&builds.output)?["phases"].as_array().map_or(&[][..], Vec::as_slice) {
        if let (Some(name), Some(milliseconds)) = (phase[0].as_str(), phase[1].as_u64()) {
            rows.part(name, milliseconds as f64 / 1000.0, copies.seconds);
        }
    }
    for file in [&source, &database, &instance] {
        remove(file)?;
    }
    Ok(builds.mebibytes)
}

/// Returns the greatest memory of a load with scan and verification.
pub(super) fn memory(bench: &Bench, sample: &Sample, demonstration: &Path) -> Result<f64, String> {
    let store = store(bench, sample, demonstration)?;
    let instance = sample.folder.join("masked.sqlite");
    let built = build(bench, sample, &store, &instance)?;
    remove(&instance)?;
    Ok(built.mebibytes)
}

fn build(
    bench: &Bench,
    sample: &Sample,
    store: &Path,
    instance: &Path,
) -> Result<Measured, String> {
    let scratch = sample.folder.join("scratch");
    remove(instance)?;
    remove(&scratch)?;
    bench.worker("load, scan, verify", &[Path::new("build"), store, instance, &scratch])
}

/// Puts the migration package and the configuration of the demonstration into a store.
fn store(bench: &Bench, sample: &Sample, demonstration: &Path) -> Result<PathBuf, String> {
    let folder = sample.folder.join("packages");
    remove(&folder)?;
    let packages = demonstration.join("packages");
    bench.worker(
        "store the packages",
        &[Path::new("store"), &folder, &migration::package(sample), &packages],
    )?;
    Ok(folder)
}

/// Writes the script: every table of the instance with its rows, then its indexes. The columns are named, as by
/// somebody whose source is not the same file format; the source needs no look-up of keys, which favours this side.
fn write_script(bench: &Bench, source: &Path, script: &Path) -> Result<(), String> {
    let definitions = |kind: &str| {
        bench.ask(
            source,
            &format!(
                "SELECT sql || ';' FROM sqlite_schema WHERE type = '{kind}' AND sql IS NOT NULL
                 AND name NOT LIKE 'sqlite%' ORDER BY rowid"
            ),
        )
    };
    let copies = bench.ask(
        source,
        "SELECT 'INSERT INTO main.\"' || t.name || '\" (' || c.names || ') SELECT ' || c.names
           || ' FROM source.\"' || t.name || '\";'
         FROM sqlite_schema AS t,
           (SELECT s.name AS owner, group_concat('\"' || i.name || '\"', ', ') AS names
            FROM sqlite_schema AS s, pragma_table_info(s.name) AS i
            WHERE s.type = 'table' GROUP BY s.name) AS c
         WHERE t.type = 'table' AND c.owner = t.name AND t.name NOT LIKE 'sqlite%' ORDER BY t.rowid",
    )?;
    let text = format!(
        ".bail on\n{PRAGMAS}ATTACH 'file:{}?mode=ro' AS source;\nPRAGMA source.cache_size = -16384;\nBEGIN;\n{}{copies}{}COMMIT;\n",
        source.display(),
        definitions("table")?,
        definitions("index")?,
    );
    fs::write(script, text).map_err(failing(script))
}

/// Refuses a comparison in which the two sides did not write the same number of rows.
fn same_rows(bench: &Bench, one: &Path, other: &Path) -> Result<(), String> {
    let count = |database: &Path| -> Result<String, String> {
        let names = bench.ask(
            database,
            "SELECT name FROM sqlite_schema
             WHERE type = 'table' AND name NOT LIKE 'landfall%' AND name NOT LIKE 'sqlite%'",
        )?;
        let counts: Vec<String> =
            names.lines().map(|name| format!("(SELECT count(*) FROM \"{name}\")")).collect();
        bench.ask(database, &format!("SELECT {}", counts.join(" + ")))
    };
    let (copied, loaded) = (count(one)?, count(other)?);
    if copied == loaded {
        Ok(())
    } else {
        Err(format!(
            "bench: expected the same rows on both sides, found {} copied and {} loaded",
            copied.trim(),
            loaded.trim()
        ))
    }
}
