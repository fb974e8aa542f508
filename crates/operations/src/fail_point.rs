//! Boundaries at which a test may kill the process, to prove that the same command continues.
//!
//! `LANDFALL_FAIL_POINT=N` ends the process with SIGKILL at the N-th boundary that it reaches, counted from 1.

use std::sync::{
    OnceLock,
    atomic::{AtomicU64, Ordering},
};

static WANTED: OnceLock<Option<u64>> = OnceLock::new();
static REACHED: AtomicU64 = AtomicU64::new(0);

/// Marks a boundary between two durable states.
pub(crate) fn reach() {
    let wanted = WANTED.get_or_init(|| {
        std::env::var("LANDFALL_FAIL_POINT").ok().and_then(|text| text.parse().ok())
    });
    if let Some(wanted) = wanted
        && REACHED.fetch_add(1, Ordering::SeqCst) + 1 == *wanted
    {
        kill();
    }
}

/// Ends this process as `kill -9` does: nothing is flushed, no destructor runs.
fn kill() -> ! {
    let own = std::process::id().to_string();
    let _ = std::process::Command::new("kill").args(["-9", &own]).status();
    std::process::abort()
}
