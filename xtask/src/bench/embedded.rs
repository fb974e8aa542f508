//! The embedded engine beside the `sqlite3` shell.

use super::{
    data::Bench,
    ledger, load, migration,
    report::{self, Limit, Row, Rows},
};
use crate::{install, terminal::say};

/// What is measured.
#[derive(Debug, Clone, Copy)]
pub(super) struct Options {
    pub(super) volunteers: u64,
    /// How often each side runs, in turn; the faster run counts.
    pub(super) runs: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { volunteers: report::VOLUNTEERS, runs: 2 }
    }
}

/// The memory that a process may take, whatever the number of volunteers.
const MOST_MEMORY: f64 = 300.0;
/// How much more it may take than for a quarter of the volunteers.
const MEMORY_GROWTH: f64 = 1.2;

/// Runs everything, prints the table, writes the page.
pub(super) fn run(options: Options) -> Result<(), String> {
    install::run()?;
    let bench = Bench::prepare()?;
    let mut rows = Rows::default();

    let large = bench.sample(options.volunteers)?;
    let large_migration = migration::compare(&bench, &large, options.runs, &mut rows)?;
    let demonstration = bench.demonstration()?;
    let large_load = load::compare(&bench, &large, &demonstration, options.runs, &mut rows)?;

    let fewer = (options.volunteers / 4).max(1);
    say(&format!("bench: memory, with {fewer} volunteers"));
    let small = bench.sample(fewer)?;
    let small_migration = migration::memory(&bench, &small, options.runs)?;
    let small_load = load::memory(&bench, &small, &demonstration)?;
    for (what, large, small) in [
        ("migration run", large_migration, small_migration),
        ("masked load, scan and verification", large_load, small_load),
    ] {
        rows.push(Row {
            what: format!("peak memory: {what}"),
            ours: format!("{large:.0} MiB"),
            theirs: format!("{MOST_MEMORY:.0} MiB at most"),
            ratio: Some(large / MOST_MEMORY),
            limit: Limit::AtMost(1.0),
        });
        rows.push(Row {
            what: format!("peak memory: {what}, beside {fewer} volunteers"),
            ours: format!("{large:.0} MiB"),
            theirs: format!("{small:.0} MiB"),
            ratio: Some(large / small.max(1.0)),
            limit: Limit::AtMost(MEMORY_GROWTH),
        });
    }

    ledger::compare(&bench, &demonstration, &mut rows)?;
    report::publish(&bench, options, &rows)
}
