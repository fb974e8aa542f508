//! Whether a value is what its attribute may have, and what stands for one that is missing.

use crate::{
    model::{EcoString, Element, Version},
    names::{Key, Tag},
    schema::{self, Attribute, Type},
};

/// What is to be done about a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing.
    Good,
    /// It can only mean this, and is read so.
    Mend(EcoString),
    /// It can only mean that there is none, and is read so.
    Drop,
    /// It does not have the form of its type, and is kept.
    Odd(String),
    /// The design cannot be read by it.
    Wrong(String),
}

/// Judges a value by its attribute: by its type, by what else it can only mean, and by whether what is
/// collected depends on it.
pub(super) fn judge(version: Version, tag: Tag, rule: &Attribute, value: &str) -> Verdict {
    match by_type(rule.kind, value) {
        good @ (Verdict::Good | Verdict::Mend(_) | Verdict::Drop) => good,
        Verdict::Odd(expected) => {
            meaning(version, tag, rule, value).unwrap_or(Verdict::Odd(expected))
        }
        Verdict::Wrong(expected) => match meaning(version, tag, rule, value) {
            Some(verdict) => verdict,
            None if matters(tag, rule.key) => Verdict::Wrong(expected),
            None => Verdict::Odd(expected),
        },
    }
}

/// Judges a value by its type alone.
fn by_type(kind: Type, value: &str) -> Verdict {
    let odd = |good: bool, expected: &str| {
        if good { Verdict::Good } else { Verdict::Odd(expected.to_owned()) }
    };
    let wrong = |good: bool, expected: &str| {
        if good { Verdict::Good } else { Verdict::Wrong(expected.to_owned()) }
    };
    match kind {
        Type::Text => Verdict::Good,
        Type::Oid | Type::Reference => match value.trim() {
            "" => Verdict::Wrong("an OID".to_owned()),
            bare if bare.len() < value.len() => Verdict::Mend(bare.into()),
            _ => Verdict::Good,
        },
        Type::YesOrNo => one_of(&["Yes", "No"], value),
        Type::YesOnly => one_of(&["Yes"], value),
        Type::OneOf(words) => one_of(words, value),
        Type::Integer => odd(is_integer(value), "a whole number"),
        Type::Positive => wrong(
            number(value).is_some_and(|number| number > 0),
            "a whole number from 1 to 2147483647",
        ),
        Type::NonNegative => wrong(
            number(value).is_some_and(|number| number >= 0),
            "a whole number from 0 to 2147483647",
        ),
        Type::Decimal => odd(is_decimal(value), "a number"),
        Type::DateTime => {
            odd(is_date_time(value), "a date with time, such as 2026-11-23T09:00:00Z")
        }
        Type::SasName => odd(is_sas(value, b"_", b"_"), "a SAS name of letters, digits and `_`"),
        Type::Language if value.trim().is_empty() => Verdict::Drop,
        Type::Language => {
            // Java and others write `en_US`.
            let tag = value.trim().replace('_', "-");
            match is_language(&tag) {
                true if tag == value => Verdict::Good,
                true => Verdict::Mend(tag.into()),
                false => Verdict::Odd("a language tag, such as `en` or `de-CH`".to_owned()),
            }
        }
        Type::SasFormat => odd(is_sas(value, b"_$", b"_."), "the name of a SAS format"),
    }
}

fn one_of(words: &[&'static str], value: &str) -> Verdict {
    if words.contains(&value) {
        return Verdict::Good;
    }
    let trimmed = value.trim();
    match words.iter().find(|word| word.eq_ignore_ascii_case(trimmed)) {
        Some(word) => Verdict::Mend((*word).into()),
        None => Verdict::Wrong(match words {
            [one] => format!("`{one}` or not there"),
            words => format!("one of `{}`", words.join("`, `")),
        }),
    }
}

/// What a value that the attribute cannot have can only mean; none where that would be a guess.
fn meaning(version: Version, tag: Tag, rule: &Attribute, value: &str) -> Option<Verdict> {
    let mend = |word: &str| Some(Verdict::Mend(word.into()));
    let word = value.trim().to_ascii_lowercase();
    match (rule.kind, word.as_str()) {
        (Type::YesOrNo | Type::YesOnly, "true" | "1" | "y") => mend("Yes"),
        (Type::YesOrNo, "false" | "0" | "n") => mend("No"),
        (Type::YesOnly, "no" | "false" | "0" | "n") => Some(Verdict::Drop),
        (Type::OneOf(_), word) => mend(synonym(version, tag, rule.key, word)?),
        (Type::Positive | Type::NonNegative | Type::Integer, word) => {
            let whole = without_zeros(word).unwrap_or(word);
            match by_type(rule.kind, whole) {
                Verdict::Good => mend(whole),
                _ if rule.key == Key::Length && number(whole) == Some(0) => Some(Verdict::Drop),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The word of ODM for one that is used in its place.
fn synonym(version: Version, tag: Tag, key: Key, word: &str) -> Option<&'static str> {
    match (tag, key, word) {
        (_, Key::DataType, "int") => Some("integer"),
        (Tag::CodeList, Key::DataType, "float" | "double" | "decimal") => {
            Some(if version.is_2() { "decimal" } else { "float" })
        }
        // What items can be and lists cannot: as text a list holds the same values.
        (Tag::CodeList, Key::DataType, word) => {
            let items = schema::element(version, Tag::ItemDef)?.attribute(Key::DataType)?;
            match items.kind {
                Type::OneOf(words) if words.iter().any(|one| one.eq_ignore_ascii_case(word)) => {
                    Some("text")
                }
                _ => None,
            }
        }
        (_, Key::DataType, "bool") => Some("boolean"),
        // A word of 2.0 only: in 2.0 itself it is no synonym.
        (_, Key::DataType, "decimal") => Some("float"),
        (Tag::ItemGroupDef, Key::Repeating, "yes" | "true" | "1" | "y") if version.is_2() => {
            Some("Simple")
        }
        (Tag::ItemGroupDef, Key::Repeating, "false" | "0" | "n") if version.is_2() => Some("No"),
        _ => None,
    }
}

/// Whether what is collected depends on an attribute. The rest says something of the file, or is a
/// number that only puts things in order.
fn matters(tag: Tag, key: Key) -> bool {
    !(tag == Tag::Odm
        || describes(tag)
        || matches!(key, Key::OrderNumber | Key::KeySequence | Key::FirstPage | Key::LastPage))
}

/// Whether an element says something about a design and nothing of what is collected: layouts; in 2.0
/// also the plan of the study, its timings and workflows, codings, origins, documents.
pub(super) fn describes(tag: Tag) -> bool {
    matches!(
        tag,
        Tag::Presentation
            | Tag::ArchiveLayout
            | Tag::Standard
            | Tag::DocumentRef
            | Tag::PdfPageRef
            | Tag::Leaf
            | Tag::StudyParameter
            | Tag::TrialPhase
            | Tag::ParameterValue
            | Tag::StudyTiming
            | Tag::AbsoluteTimingConstraint
            | Tag::RelativeTimingConstraint
            | Tag::TransitionTimingConstraint
            | Tag::DurationTimingConstraint
            | Tag::StudyIndication
            | Tag::StudyIntervention
            | Tag::StudyInterventionRef
            | Tag::StudyObjective
            | Tag::StudyEndPoint
            | Tag::StudyEndPointRef
            | Tag::StudyTargetPopulationRef
            | Tag::StudyEstimand
            | Tag::Arm
            | Tag::Epoch
            | Tag::WorkflowDef
            | Tag::WorkflowRef
            | Tag::WorkflowStart
            | Tag::WorkflowEnd
            | Tag::Transition
            | Tag::Branching
            | Tag::TargetTransition
            | Tag::DefaultTransition
            | Tag::Coding
            | Tag::Class
            | Tag::SubClass
            | Tag::Origin
            | Tag::Resource
            | Tag::Selection
            | Tag::Parameter
            | Tag::ReturnValue
    )
}

/// A whole number that an instance can hold.
pub(super) fn number(value: &str) -> Option<i32> {
    value.trim().parse().ok()
}

/// A whole number that spreadsheets write as `12.0`, without the nought.
fn without_zeros(value: &str) -> Option<&str> {
    let (whole, zeros) = value.split_once('.')?;
    (!zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0')).then_some(whole)
}

/// Whether a text is a whole number, as XML Schema writes it.
pub(super) fn is_integer(value: &str) -> bool {
    let value = value.trim();
    let digits = value.strip_prefix(['+', '-']).unwrap_or(value);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text is a number without exponent.
pub(crate) fn is_decimal(value: &str) -> bool {
    let value = value.trim();
    let number = value.strip_prefix(['+', '-']).unwrap_or(value);
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    !(whole.is_empty() && part.is_empty())
        && whole.bytes().chain(part.bytes()).all(|byte| byte.is_ascii_digit())
}

/// Whether a text has the shape of a pattern, in which `0` stands for any digit.
fn has_shape(text: &str, pattern: &str) -> bool {
    text.len() == pattern.len()
        && text.bytes().zip(pattern.bytes()).all(|(byte, expected)| match expected {
            b'0' => byte.is_ascii_digit(),
            _ => byte == expected,
        })
}

/// Whether a text begins with a shape and goes on with a fraction and a time zone, or neither.
fn is_timed(value: &str, pattern: &str, fraction: bool) -> bool {
    let value = value.trim();
    let (Some(begin), Some(rest)) = (value.get(..pattern.len()), value.get(pattern.len()..)) else {
        return false;
    };
    let zone = rest.strip_prefix('.').filter(|_| fraction).map_or(rest, |digits| {
        digits.trim_start_matches(|character: char| character.is_ascii_digit())
    });
    let zoned = matches!(zone, "" | "Z") || has_shape(zone, "+00:00") || has_shape(zone, "-00:00");
    has_shape(begin, pattern) && zoned
}

/// Whether a text is a date with time.
pub(super) fn is_date_time(value: &str) -> bool {
    let (value, pattern) = (value.trim(), "0000-00-00T00:00:00");
    is_timed(value, pattern, true) && is_day(value) && value.get(11..).is_some_and(is_clock)
}

/// Whether a text is a date.
pub(super) fn is_date(value: &str) -> bool {
    is_timed(value, "0000-00-00", false) && is_day(value.trim())
}

/// Whether a text is a time of day.
pub(super) fn is_time(value: &str) -> bool {
    is_timed(value, "00:00:00", true) && is_clock(value.trim())
}

/// Whether a text has the form of a language tag of XML Schema: letters, then letters and digits, each up to eight.
pub(crate) fn is_language(value: &str) -> bool {
    value.split('-').enumerate().all(|(index, part)| {
        let good = |byte: u8| byte.is_ascii_alphabetic() || (index > 0 && byte.is_ascii_digit());
        (1..=8).contains(&part.len()) && part.bytes().all(good)
    })
}

/// Whether a date such as `2026-02-28` is one of the calendar.
pub(crate) fn is_day(text: &str) -> bool {
    let part = |range: std::ops::Range<usize>| text.get(range)?.parse::<u32>().ok();
    let (Some(year), Some(month), Some(day)) = (part(0..4), part(5..7), part(8..10)) else {
        return false;
    };
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// Whether a time such as `23:59:59` is one of a day.
fn is_clock(text: &str) -> bool {
    let part = |range: std::ops::Range<usize>| text.get(range)?.parse::<u32>().ok();
    matches!((part(0..2), part(3..5), part(6..8)), (Some(0..=23), Some(0..=59), Some(0..=59)))
}

fn is_sas(value: &str, first: &[u8], later: &[u8]) -> bool {
    let begins = |byte: u8| byte.is_ascii_alphabetic() || first.contains(&byte);
    let goes_on = |byte: u8| byte.is_ascii_alphanumeric() || later.contains(&byte);
    value.bytes().next().is_some_and(begins) && value.bytes().skip(1).all(goes_on)
}

/// What a missing attribute can only mean, where it has one harmless meaning.
pub(super) fn fill(tag: Tag, key: Key, element: &Element) -> Option<EcoString> {
    match (tag, key) {
        (Tag::TranslatedText, Key::Type) => Some("text/plain".into()),
        (Tag::RangeCheck, Key::SoftHard) => Some("Soft".into()),
        // As text a list holds whatever its values are.
        (Tag::CodeList, Key::DataType) => Some("text".into()),
        (Tag::Alias, Key::Context | Key::Name) => Some(EcoString::new()),
        (Tag::Study, Key::StudyName | Key::ProtocolName) => [Key::StudyName, Key::ProtocolName]
            .into_iter()
            .find_map(|key| element.get(key))
            .or_else(|| element.oid())
            .map(EcoString::from),
        (_, Key::Name) => element.oid().map(EcoString::from),
        _ => None,
    }
}

/// The beginning of a value, as long as a message can bear.
pub(super) fn shown(value: &str) -> String {
    const MOST: usize = 60;
    if value.chars().nth(MOST).is_none() {
        return value.to_owned();
    }
    value.chars().take(MOST).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Use;

    fn of(version: Version, tag: Tag, key: Key, value: &str) -> Verdict {
        let rule = schema::element(version, tag).unwrap().attribute(key).unwrap();
        judge(version, tag, rule, value)
    }

    fn mended(word: &str) -> Verdict {
        Verdict::Mend(word.into())
    }

    #[test]
    fn values_are_judged_by_type() {
        const TYPES: &[&str] = &["text", "integer"];
        for (kind, good) in [
            (Type::YesOrNo, "No"),
            (Type::OneOf(TYPES), "integer"),
            (Type::Integer, "-12"),
            (Type::Positive, "12"),
            (Type::Positive, " +2147483647 "),
            (Type::NonNegative, "0"),
            (Type::NonNegative, "-0"),
            (Type::Decimal, "+.5"),
            (Type::DateTime, "2006-01-26T20:13:01"),
            (Type::DateTime, "2006-01-26T20:13:01.25+02:00"),
            (Type::SasName, "_AGE1"),
            (Type::SasFormat, "$YN."),
            (Type::Language, "de-CH"),
            (Type::Oid, "I.1"),
        ] {
            assert_eq!(by_type(kind, good), Verdict::Good, "{good}");
        }
        assert_eq!(by_type(Type::YesOrNo, " yes"), mended("Yes"));
        assert_eq!(by_type(Type::Language, "en_US"), mended("en-US"));
        assert_eq!(by_type(Type::Language, " "), Verdict::Drop);
        assert!(matches!(by_type(Type::Language, "English (UK)"), Verdict::Odd(_)));
        assert!(matches!(by_type(Type::DateTime, "2013-02-30T00:00:00"), Verdict::Odd(_)));
        assert!(is_day("2024-02-29") && !is_day("2023-02-29") && !is_day("2023-13-01"));
        assert_eq!(by_type(Type::OneOf(TYPES), "Text"), mended("text"));
        assert_eq!(by_type(Type::Reference, " I.1\t"), mended("I.1"));
        for (kind, odd) in [
            (Type::Integer, "1.5"),
            (Type::Decimal, "1e5"),
            (Type::Decimal, "."),
            (Type::DateTime, "26.01.2006"),
            (Type::DateTime, "2006-01-26"),
            (Type::SasName, "1AGE"),
        ] {
            assert!(matches!(by_type(kind, odd), Verdict::Odd(_)), "{odd}");
        }
        for (kind, wrong) in [
            (Type::YesOrNo, "maybe"),
            (Type::Positive, "0"),
            (Type::Positive, "-1"),
            (Type::Positive, "2147483648"),
            (Type::NonNegative, "-1"),
            (Type::NonNegative, "99999999999999999999"),
            (Type::Oid, " "),
        ] {
            assert!(matches!(by_type(kind, wrong), Verdict::Wrong(_)), "{wrong}");
        }
    }

    #[test]
    fn what_can_mean_one_thing_only_is_read_as_that() {
        let (one, two) = (Version::V1_3_2, Version::V2_0);
        for (version, tag, key, value, verdict) in [
            (one, Tag::ItemRef, Key::Mandatory, "true", mended("Yes")),
            (one, Tag::ItemRef, Key::Mandatory, "FALSE", mended("No")),
            (one, Tag::ItemGroupDef, Key::Repeating, "0", mended("No")),
            (one, Tag::Odm, Key::Archival, "No", Verdict::Drop),
            (one, Tag::Odm, Key::Archival, "true", mended("Yes")),
            (one, Tag::ItemDef, Key::Length, "0", Verdict::Drop),
            (one, Tag::ItemDef, Key::Length, "0.0", Verdict::Drop),
            (one, Tag::ItemDef, Key::Length, "200.0", mended("200")),
            (one, Tag::ItemRef, Key::OrderNumber, "3.0", mended("3")),
            (one, Tag::ItemDef, Key::DataType, "decimal", mended("float")),
            (one, Tag::ItemDef, Key::DataType, "Bool", mended("boolean")),
            (one, Tag::CodeList, Key::DataType, "boolean", mended("text")),
            (one, Tag::CodeList, Key::DataType, "PartialDate", mended("text")),
            (one, Tag::CodeList, Key::DataType, "double", mended("float")),
            (two, Tag::CodeList, Key::DataType, "float", mended("decimal")),
            (two, Tag::CodeList, Key::DataType, "date", mended("text")),
            (two, Tag::ItemGroupDef, Key::Repeating, "Yes", mended("Simple")),
            (two, Tag::ItemDef, Key::DataType, "decimal", Verdict::Good),
        ] {
            assert_eq!(of(version, tag, key, value), verdict, "{key} of {tag}: {value}");
        }
    }

    #[test]
    fn what_is_collected_decides_whether_a_value_is_wrong() {
        let (one, two) = (Version::V1_3_2, Version::V2_0);
        for (version, tag, key, value) in [
            (one, Tag::ItemRef, Key::Mandatory, "maybe"),
            (one, Tag::ItemDef, Key::DataType, "real"),
            (one, Tag::CodeList, Key::DataType, "real"),
            (one, Tag::ItemDef, Key::Length, "-1"),
            (one, Tag::ItemDef, Key::Length, "8.2"),
            (one, Tag::ItemDef, Key::Length, "99999999999999999999"),
            (one, Tag::ItemGroupDef, Key::Repeating, "Static"),
        ] {
            let verdict = of(version, tag, key, value);
            assert!(matches!(verdict, Verdict::Wrong(_)), "{key} of {tag}: {value}: {verdict:?}");
        }
        for (version, tag, key, value) in [
            (one, Tag::Odm, Key::FileType, "Export"),
            (two, Tag::Odm, Key::Context, "Other"),
            (two, Tag::ItemRef, Key::OrderNumber, "0"),
            (two, Tag::Branching, Key::Type, "Either"),
        ] {
            let verdict = of(version, tag, key, value);
            assert!(matches!(verdict, Verdict::Odd(_)), "{key} of {tag}: {value}: {verdict:?}");
        }
    }

    #[test]
    fn what_only_describes_is_in_the_tables_and_could_be_wrong() {
        for tag in Tag::ALL.iter().filter(|tag| describes(**tag)) {
            let rules = schema::element(Version::V2_0, *tag)
                .or_else(|| schema::element(Version::V1_3_2, *tag))
                .unwrap();
            let required = rules.attributes.iter().any(|rule| rule.need == Use::Required);
            assert!(required, "{tag} lacks nothing");
        }
        assert!(!describes(Tag::ItemDef) && !describes(Tag::Criterion));
    }

    #[test]
    fn dates_and_times_are_known() {
        assert!(is_date("2026-11-23") && is_date(" 2026-11-23Z ") && !is_date("notadate"));
        assert!(!is_date("2026-11-23.5") && !is_date("20261123"));
        assert!(is_time("09:00:00") && is_time("09:00:00.5+01:00") && !is_time("9:00"));
    }

    #[test]
    fn a_long_value_is_cut() {
        assert_eq!(shown("short"), "short");
        assert_eq!(shown(&"ä".repeat(100)).chars().count(), 61);
    }
}
