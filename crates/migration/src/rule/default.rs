//! `default`: one value for every row.

use std::borrow::Cow;

use super::{Options, Outcome};

pub(super) const OPTIONS: Options = Options { known: &["value", "of"], otherwise: &[] };

#[derive(Debug)]
pub(crate) struct Default {
    pub(crate) value: String,
}

impl Default {
    pub(super) fn apply(&self) -> Outcome<'_> {
        Outcome::Value(Cow::Borrowed(&self.value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_gets_the_value() {
        let default = Default { value: "active".to_owned() };
        assert_eq!(default.apply(), Outcome::Value("active".into()));
    }
}
