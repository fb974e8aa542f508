//! Rules: one file per rule. A rule turns a source text into a target text, into nothing, or says no.

mod cache;
pub(crate) mod copy;
pub(crate) mod date;
pub(crate) mod default;
pub(crate) mod ignore;
pub(crate) mod lookup;
pub(crate) mod map;
pub(crate) mod phone;
pub(crate) mod sql;

use std::borrow::Cow;

use crate::spec::model::{Field, Otherwise, OtherwiseWord, RuleName};

/// A rule, ready to be applied to row after row.
#[derive(Debug)]
pub(crate) enum Rule {
    Copy(copy::Copy),
    Default(default::Default),
    Date(date::Date),
    Map(map::Map),
    Phone(phone::Phone),
    Lookup(lookup::Lookup),
    Sql(sql::Sql),
}

/// What a rule made of a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome<'a> {
    Value(Cow<'a, str>),
    Empty,
    /// What was expected; never the text itself.
    Wrong(&'a str),
}

impl<'a> Outcome<'a> {
    fn of(text: Option<&'a str>) -> Self {
        text.map_or(Self::Empty, |text| Self::Value(Cow::Borrowed(text)))
    }
}

impl Rule {
    /// Applies the rule to a source text (none: the source is empty).
    pub(crate) fn apply<'a>(&'a mut self, input: Option<&'a str>) -> Outcome<'a> {
        match self {
            Self::Copy(rule) => rule.apply(input),
            Self::Default(rule) => rule.apply(),
            Self::Date(rule) => rule.apply(input),
            Self::Map(rule) => rule.apply(input),
            Self::Phone(rule) => rule.apply(input),
            Self::Lookup(rule) => rule.apply(input),
            Self::Sql(rule) => rule.apply(input),
        }
    }
}

/// The options a rule knows, and what may be done with a text it does not accept.
pub(crate) struct Options {
    pub(crate) known: &'static [&'static str],
    pub(crate) otherwise: &'static [&'static str],
}

/// Returns the options of a rule.
pub(crate) fn options(rule: RuleName) -> Options {
    match rule {
        RuleName::Copy => copy::OPTIONS,
        RuleName::Default => default::OPTIONS,
        RuleName::Ignore => ignore::OPTIONS,
        RuleName::Date => date::OPTIONS,
        RuleName::Map => map::OPTIONS,
        RuleName::Phone => phone::OPTIONS,
        RuleName::Lookup => lookup::OPTIONS,
        RuleName::Sql => sql::OPTIONS,
    }
}

/// Returns the options that a field sets, by the names they have in `spec.toml`.
pub(crate) fn given(field: &Field) -> Vec<&'static str> {
    [
        ("source", field.source.is_some()),
        ("expression", field.expression.is_some()),
        ("file", field.file.is_some()),
        ("value", field.value.is_some()),
        ("map", field.map.is_some()),
        ("ignore_case", field.ignore_case.is_some()),
        ("formats", field.formats.is_some()),
        ("two_digit_year_from", field.two_digit_year_from.is_some()),
        ("earliest", field.earliest.is_some()),
        ("latest", field.latest.is_some()),
        ("region", field.region.is_some()),
        ("trim", field.trim.is_some()),
        ("otherwise", field.otherwise.is_some()),
        ("when_empty", field.when_empty.is_some()),
        ("in", field.within.is_some()),
        ("by", field.by.is_some()),
        ("take", field.take.is_some()),
        ("of", field.of.is_some()),
    ]
    .into_iter()
    .filter_map(|(name, set)| set.then_some(name))
    .collect()
}

/// Returns the word for what a field does with a text its rule does not accept.
pub(crate) fn otherwise_word(otherwise: &Otherwise) -> &'static str {
    match otherwise {
        Otherwise::Word(OtherwiseWord::Reject) => "reject",
        Otherwise::Word(OtherwiseWord::Empty) => "empty",
        Otherwise::Word(OtherwiseWord::Keep) => "keep",
        Otherwise::Value(_) => "value",
    }
}

fn trimmed(input: Option<&str>) -> Option<&str> {
    input.map(str::trim).filter(|text| !text.is_empty())
}
