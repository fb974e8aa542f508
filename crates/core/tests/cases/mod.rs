//! What is refused, as a table: a customer at a stage, moves that are accepted, and one that is not.

mod change;
mod community;
mod customer;
mod design;
mod deviation;
mod document;
mod ending;
mod environment;
mod golive;
mod migration;
mod promotion;
mod signature;
mod table;
pub(crate) mod vendor;

use landfall_core::{environment::Kind, refusal::Code, signature::Record};

use crate::support::{people::Move, road::Stage};

/// What the requirement's table says of each kind of environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    Instances,
    Opens,
    Content,
    Masked,
    Iq,
    Ends,
}

impl Column {
    pub(crate) const ALL: [Self; 6] =
        [Self::Instances, Self::Opens, Self::Content, Self::Masked, Self::Iq, Self::Ends];
}

/// A customer at a stage, moves that are accepted, and one that is not.
pub(crate) struct Case {
    pub(crate) code: Code,
    pub(crate) at: Stage,
    pub(crate) before: Vec<Move>,
    pub(crate) step: Move,
    /// What rule or message must say, so that the case shows which rule spoke.
    pub(crate) says: &'static str,
    /// The row and the column of the requirement's table that it shows.
    pub(crate) rule: Option<(Kind, Column)>,
    /// The row of the signature table that it shows.
    pub(crate) record: Option<Record>,
}

fn case(code: Code, at: Stage, step: Move, says: &'static str) -> Case {
    Case { code, at, before: Vec::new(), step, says, rule: None, record: None }
}

impl Case {
    fn after<const N: usize>(self, before: [Move; N]) -> Self {
        self.along(before.into())
    }

    /// Puts moves before the one that is refused, after those that are there.
    fn along(mut self, before: Vec<Move>) -> Self {
        self.before.extend(before);
        self
    }

    fn shows(self, kind: Kind, column: Column) -> Self {
        Self { rule: Some((kind, column)), ..self }
    }

    fn of(self, record: Record) -> Self {
        Self { record: Some(record), ..self }
    }
}

/// Every case of a customer's stream.
pub(crate) fn all() -> Vec<Case> {
    let mut cases = customer::people_and_customers();
    cases.extend(table::kinds());
    cases.extend(environment::opening());
    cases.extend(environment::content());
    cases.extend(environment::building());
    cases.extend(environment::accepting());
    cases.extend(environment::demos());
    cases.extend(community::community_dev());
    cases.extend(document::qualification());
    cases.extend(document::reports());
    cases.extend(document::signatures());
    cases.extend(signature::records());
    cases.extend(deviation::deviations());
    cases.extend(change::changes());
    cases.extend(design::designs());
    cases.extend(migration::migrations());
    cases.extend(migration::no_migration());
    cases.extend(migration::withdrawals());
    cases.extend(migration::configuration_sources());
    cases.extend(promotion::promotions());
    cases.extend(promotion::differences());
    cases.extend(golive::going_live());
    cases.extend(golive::rejecting());
    cases.extend(ending::ending());
    cases.extend(ending::materials());
    cases
}
