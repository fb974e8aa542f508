//! The scripted onboarding: a list of acts, each of which knows whether its outcome is there already. So the same
//! command continues after a crash at any moment, and gives what an undisturbed run gives.

mod act;
mod demo;
mod error;
mod live;
mod migration;
mod opening;
mod people;
mod prod;
mod records;
mod sandbox;
mod state;
mod summary;
mod val;

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
    time::Instant,
};

use landfall_operations::Reporter;

pub use error::Error;
pub use summary::{
    DocumentSummary, EnvironmentSummary, InstanceSummary, LedgerSummary, MaskingSummary,
    MigrationSummary, PackageSummary, Summary,
};

use crate::sample;
use act::Script;

/// What is demonstrated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The data directory: new, empty, or a demonstration that was begun.
    pub directory: PathBuf,
    /// How many volunteers the customer's source has.
    pub volunteers: u64,
    /// What the sample follows from.
    pub seed: u64,
    /// Where to stop; none for the whole way.
    pub until: Option<Until>,
}

/// The phases of the onboarding, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Until {
    /// The Demo is built and lent.
    Demo,
    /// The contract is signed; the Sandbox is cloned and configured.
    Sandbox,
    /// Two iterations of the migration are run and published; the output is there for review.
    Migration,
    /// The output is signed off; an informal and the formal VAL are built; validation is completed.
    Val,
    /// The final dump is migrated and PROD is built.
    Prod,
    /// PROD is live; what fell due is destroyed.
    Live,
}

impl Until {
    /// Every phase, in order.
    pub const ALL: [Self; 6] =
        [Self::Demo, Self::Sandbox, Self::Migration, Self::Val, Self::Prod, Self::Live];

    /// Returns the name in commands and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Demo => "demo",
            Self::Sandbox => "sandbox",
            Self::Migration => "migration",
            Self::Val => "val",
            Self::Prod => "prod",
            Self::Live => "live",
        }
    }
}

impl fmt::Display for Until {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A text that names no phase.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected `demo`, `sandbox`, `migration`, `val`, `prod` or `live`, found `{0}`")]
pub struct UnknownPhase(String);

impl FromStr for Until {
    type Err = UnknownPhase;

    fn from_str(text: &str) -> Result<Self, UnknownPhase> {
        Self::ALL
            .into_iter()
            .find(|phase| phase.as_str() == text)
            .ok_or_else(|| UnknownPhase(text.chars().take(40).collect()))
    }
}

/// Returns how many volunteers and which seed the demonstration in a directory was begun with; none where there is none.
///
/// # Errors
/// When the file that says it cannot be read.
pub fn begun_with(directory: &Path) -> Result<Option<(u64, u64)>, Error> {
    opening::begun_with(directory)
}

/// Runs the onboarding, or continues it: what is done is skipped.
///
/// # Errors
/// When the directory is no demonstration or was begun with other numbers, and whatever a use case refuses.
pub fn run(options: &Options, reporter: &mut dyn Reporter) -> Result<Summary, Error> {
    sample::check(options.volunteers)?;
    let until = options.until.unwrap_or(Until::Live);
    let began = Instant::now();
    let mut state = opening::open(options, reporter)?;
    let mut timings: BTreeMap<&'static str, f64> = BTreeMap::new();
    timings.insert("opening", began.elapsed().as_secs_f64());
    for phase in Until::ALL.into_iter().filter(|phase| *phase <= until) {
        let began = Instant::now();
        for act in script(phase).acts() {
            if !act.is_done(&state)? {
                reporter.note(act.title());
                act.carry_out(&mut state, reporter)?;
            }
        }
        timings.insert(phase.as_str(), began.elapsed().as_secs_f64());
    }
    summary::of(&state, timings)
}

/// Returns the acts of a phase.
fn script(phase: Until) -> Script {
    let mut script = Script::new();
    match phase {
        Until::Demo => demo::acts(&mut script),
        Until::Sandbox => sandbox::acts(&mut script),
        Until::Migration => migration::acts(&mut script),
        Until::Val => val::acts(&mut script),
        Until::Prod => prod::acts(&mut script),
        Until::Live => live::acts(&mut script),
    }
    script
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_are_read_and_written_back_in_order() {
        for phase in Until::ALL {
            assert_eq!(phase.as_str().parse(), Ok(phase));
        }
        assert!("production".parse::<Until>().is_err());
        assert!(Until::Demo < Until::Live);
    }

    #[test]
    fn every_act_of_the_script_has_a_title_of_its_own() {
        let scripts: Vec<_> = Until::ALL.into_iter().map(script).collect();
        let mut titles: Vec<_> = scripts
            .iter()
            .flat_map(|script| script.acts())
            .map(|act| act.title().to_owned())
            .collect();
        let count = titles.len();
        assert!(count > 60, "{count}");
        titles.sort();
        titles.dedup();
        assert_eq!(titles.len(), count);
    }
}
