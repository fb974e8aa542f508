//! `sql`: the value of one SQL expression over the source row; SQLite computes it while the rows are read.

use super::{Options, Outcome, trimmed};

pub(super) const OPTIONS: Options = Options {
    known: &["source", "expression", "file", "otherwise", "when_empty", "of"],
    otherwise: &["reject", "empty", "value"],
};

#[derive(Debug)]
pub(crate) struct Sql;

impl Sql {
    pub(super) fn apply<'a>(&self, input: Option<&'a str>) -> Outcome<'a> {
        Outcome::of(trimmed(input))
    }
}
