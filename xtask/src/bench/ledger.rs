//! Commands over a long ledger beside reading it once.

use std::path::{Path, PathBuf};

use super::{
    data::{Bench, copy, json, remove},
    measure::{Measured, better},
    report::{Limit, Rows},
};
use crate::terminal::say;

/// Entries of the customer whose page is shown.
const SHOWN: u64 = 20_000;
/// Entries of the ledger that is verified.
const VERIFIED: u64 = 200_000;
const MOST: f64 = 3.0;
/// These take a fraction of a second, so they run more often.
const RUNS: u32 = 5;

pub(super) fn compare(bench: &Bench, demonstration: &Path, rows: &mut Rows) -> Result<(), String> {
    let (verified, _) = grown(bench, demonstration, VERIFIED)?;
    let file = verified.join("ledger.sqlite");
    let (ours, theirs) = in_turn(
        &|| {
            let arguments: [&Path; 4] =
                [Path::new("--data"), &verified, Path::new("ledger"), Path::new("verify")];
            bench.landfall("ledger verify", &arguments)
        },
        &|| bench.worker("read and hash", &[Path::new("hash"), &file]),
    )?;
    rows.compare(
        &format!("`ledger verify`, {VERIFIED} entries / reading and hashing their bytes once"),
        ours.seconds,
        theirs.seconds,
        Limit::AtMost(MOST),
    );
    let (shown, names) = grown(bench, demonstration, SHOWN)?;
    let file = shown.join("ledger.sqlite");
    let customer = PathBuf::from(names["customer"].as_str().unwrap_or_default());
    let stream = PathBuf::from(names["stream"].as_str().unwrap_or_default());
    let (ours, theirs) = in_turn(
        &|| {
            let arguments: [&Path; 5] =
                [Path::new("--data"), &shown, Path::new("customer"), Path::new("show"), &customer];
            bench.landfall("customer show", &arguments)
        },
        &|| bench.worker("read the stream", &[Path::new("stream"), &file, &stream]),
    )?;
    rows.compare(
        &format!("`customer show`, {SHOWN} entries / reading its stream once"),
        ours.seconds,
        theirs.seconds,
        Limit::AtMost(MOST),
    );
    Ok(())
}

type Side<'a> = &'a dyn Fn() -> Result<Measured, String>;

fn in_turn(ours: Side<'_>, theirs: Side<'_>) -> Result<(Measured, Measured), String> {
    let (mut first, mut second) = (None, None);
    for _ in 0..RUNS {
        first = Some(better(first, ours()?));
        second = Some(better(second, theirs()?));
    }
    Ok((first.unwrap_or_default(), second.unwrap_or_default()))
}

/// Returns a copy of the demonstration whose customer has so many entries, and the customer's names.
fn grown(
    bench: &Bench,
    demonstration: &Path,
    entries: u64,
) -> Result<(PathBuf, serde_json::Value), String> {
    let folder = bench.folder.join(format!("ledger-{entries}"));
    let file = folder.join("ledger.sqlite");
    let number = PathBuf::from(entries.to_string());
    if !file.is_file() {
        say(&format!("bench: a ledger of {entries} entries"));
        remove(&folder)?;
        copy(demonstration, &folder)?;
    }
    // Goes on where an interrupted run stopped, and adds nothing when all are there.
    let names = bench.worker("grow the ledger", &[Path::new("grow"), &file, &number])?;
    Ok((folder, json(&names.output)?))
}
