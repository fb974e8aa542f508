//! What the product's tables cannot hold, gathered as it is met and named by kind.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How many places are named; all are counted.
const NAMED: usize = 5;

/// Something of a file that an instance will not have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotHeld {
    /// What it is, and what is done instead.
    pub what: String,
    /// How often.
    pub count: u64,
    /// The first places where it stands: OIDs.
    pub at: Vec<String>,
}

/// Gathers what cannot be held.
#[derive(Debug, Default)]
pub(super) struct Gathered(BTreeMap<String, (u64, Vec<String>)>);

impl Gathered {
    /// Notes one more of a kind.
    pub(super) fn note(&mut self, what: impl Into<String>, at: &str) {
        let (count, places) = self.0.entry(what.into()).or_default();
        *count += 1;
        if places.len() < NAMED && !places.iter().any(|place| place == at) {
            places.push(at.to_owned());
        }
    }

    /// Returns everything, sorted by what it is.
    pub(super) fn finish(self) -> Vec<NotHeld> {
        self.0.into_iter().map(|(what, (count, at))| NotHeld { what, count, at }).collect()
    }
}
