//! `copy`: the source text as it is, without the white space around it.

use super::{Options, Outcome, trimmed};

pub(super) const OPTIONS: Options = Options {
    known: &["source", "trim", "otherwise", "when_empty", "of"],
    otherwise: &["reject", "empty", "value"],
};

#[derive(Debug)]
pub(crate) struct Copy {
    pub(crate) trim: bool,
}

impl Copy {
    pub(super) fn apply<'a>(&self, input: Option<&'a str>) -> Outcome<'a> {
        if self.trim {
            Outcome::of(trimmed(input))
        } else {
            Outcome::of(input.filter(|text| !text.is_empty()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_goes_unless_it_shall_stay() {
        let copy = Copy { trim: true };
        assert_eq!(copy.apply(Some(" Ada \u{a0}")), Outcome::Value("Ada".into()));
        assert_eq!(copy.apply(Some("  ")), Outcome::Empty);
        assert_eq!(copy.apply(None), Outcome::Empty);
        assert_eq!(Copy { trim: false }.apply(Some(" a")), Outcome::Value(" a".into()));
    }
}
