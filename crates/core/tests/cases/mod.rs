//! What is refused, as a table: a customer at a stage, moves that are accepted, and one that is not.

mod customer;
mod document;
mod ending;
mod environment;
mod golive;
mod migration;
pub(crate) mod vendor;

use landfall_core::refusal::Code;

use crate::support::{people::Move, road::Stage};

const REASON: &str = "the sponsor asked for it";

/// A customer at a stage, moves that are accepted, and one that is not.
pub(crate) struct Case {
    pub(crate) code: Code,
    pub(crate) at: Stage,
    pub(crate) before: Vec<Move>,
    pub(crate) step: Move,
    /// What rule or message must say, so that the case shows which rule spoke.
    pub(crate) says: &'static str,
}

fn case(code: Code, at: Stage, step: Move, says: &'static str) -> Case {
    Case { code, at, before: Vec::new(), step, says }
}

impl Case {
    fn after<const N: usize>(self, before: [Move; N]) -> Self {
        Self { before: before.into(), ..self }
    }
}

/// Every case of a customer's stream.
pub(crate) fn all() -> Vec<Case> {
    let mut cases = customer::people_and_customers();
    cases.extend(environment::opening());
    cases.extend(environment::content());
    cases.extend(environment::building());
    cases.extend(environment::demos());
    cases.extend(document::qualification());
    cases.extend(document::signatures());
    cases.extend(migration::migrations());
    cases.extend(migration::configuration_sources());
    cases.extend(golive::going_live());
    cases.extend(ending::ending());
    cases
}
