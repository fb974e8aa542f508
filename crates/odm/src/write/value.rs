//! Whether a value is one that CDISC's schema takes, and what stands for one that is missing.

use crate::{
    check::{is_day, is_decimal, is_language},
    model::{EcoString, Element},
    names::{Key, Tag},
    schema::{Attribute, Type},
};

/// Whether the schema takes the value.
pub(super) fn fits(tag: Tag, rule: &Attribute, value: &str) -> bool {
    let bare = value.trim_matches([' ', '\t', '\r', '\n']);
    match rule.kind {
        Type::Text => !value.is_empty() || !is_name(tag, rule.key),
        Type::Oid | Type::Reference => !value.is_empty(),
        Type::YesOrNo => matches!(value, "Yes" | "No"),
        Type::YesOnly => value == "Yes",
        Type::Integer => whole(bare).is_some(),
        Type::Positive => whole(bare).is_some_and(|(negative, zero)| !negative && !zero),
        Type::NonNegative => whole(bare).is_some_and(|(negative, zero)| !negative || zero),
        Type::Decimal => is_decimal(bare),
        Type::DateTime => date_time(bare),
        Type::SasName => sas(value, "_", "_"),
        Type::SasFormat => sas(value, "_$", "_."),
        Type::Language => is_language(bare),
        Type::OneOf(words) => words.contains(&value),
    }
}

/// Names may not be empty; plain texts may.
fn is_name(tag: Tag, key: Key) -> bool {
    match key {
        Key::Name => !matches!(tag, Tag::Alias | Tag::MeasurementUnit),
        Key::Role => tag == Tag::ItemGroupDef,
        Key::StudyName
        | Key::ProtocolName
        | Key::VersionId
        | Key::VersionName
        | Key::Status
        | Key::DatasetName
        | Key::Library
        | Key::Method
        | Key::ShortName
        | Key::Term => true,
        _ => false,
    }
}

/// Reads a whole number of any size: whether it has a minus, whether it is nought.
fn whole(text: &str) -> Option<(bool, bool)> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| (text.starts_with('-'), digits.bytes().all(|byte| byte == b'0')))
}

/// `-?YYYY-MM-DDThh:mm:ss(.s+)?(Z|[+-]hh:mm)?`; of years with four digits the day must be one of the calendar.
fn date_time(text: &str) -> bool {
    let Some((date, time)) = text.split_once('T') else { return false };
    let (time, zone) = match time.find(['Z', '+', '-']) {
        Some(at) => time.split_at(at),
        None => (time, ""),
    };
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let in_range = |text: &str, low: u32, high: u32| {
        text.len() == 2
            && text.bytes().all(|byte| byte.is_ascii_digit())
            && text.parse().is_ok_and(|number: u32| (low..=high).contains(&number))
    };
    let parts =
        |text: &str, mark: char| -> Vec<String> { text.split(mark).map(str::to_owned).collect() };
    let date = date.strip_prefix('-').unwrap_or(date);
    let date_fits = match parts(date, '-').as_slice() {
        [year, month, day] => {
            year.len() >= 4
                && year.bytes().all(|byte| byte.is_ascii_digit())
                && in_range(month, 1, 12)
                && in_range(day, 1, 31)
                && (year.len() > 4 || is_day(date))
        }
        _ => false,
    };
    let time_fits = match parts(time, ':').as_slice() {
        [hour, minute, second] => {
            in_range(hour, 0, 23) && in_range(minute, 0, 59) && in_range(second, 0, 59)
        }
        _ => false,
    };
    let zone_fits = match zone {
        "" | "Z" => true,
        _ => match parts(zone.get(1..).unwrap_or_default(), ':').as_slice() {
            [hour, minute] => {
                zone.starts_with(['+', '-']) && in_range(hour, 0, 14) && in_range(minute, 0, 59)
            }
            _ => false,
        },
    };
    let fraction_fits = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    date_fits && time_fits && zone_fits && fraction_fits
}

fn sas(text: &str, first: &str, rest: &str) -> bool {
    let mut letters = text.chars();
    text.len() <= 8
        && letters
            .next()
            .is_some_and(|letter| letter.is_ascii_alphabetic() || first.contains(letter))
        && letters.all(|letter| letter.is_ascii_alphanumeric() || rest.contains(letter))
}

/// What stands for a required attribute that is missing or has a value that the schema refuses.
pub(super) fn stand_in(element: &Element, tag: Tag, rule: &Attribute) -> EcoString {
    match (rule.key, rule.kind) {
        (Key::Name | Key::StudyName | Key::ProtocolName, _) => {
            element.oid().filter(|oid| !oid.is_empty()).unwrap_or("unknown").into()
        }
        (Key::DataType, _) | (_, Type::SasName | Type::SasFormat) => "text".into(),
        (Key::Type, _) if tag == Tag::TranslatedText => "text/plain".into(),
        (Key::Type, _) if tag == Tag::ItemGroupDef => "Section".into(),
        (_, Type::OneOf(words)) => words.first().copied().unwrap_or_default().into(),
        (_, Type::YesOrNo) => "No".into(),
        (_, Type::YesOnly) => "Yes".into(),
        (_, Type::Integer | Type::Positive | Type::NonNegative | Type::Decimal) => "1".into(),
        (_, Type::DateTime) => "1970-01-01T00:00:00".into(),
        (_, Type::Text | Type::Oid | Type::Reference | Type::Language) => "unknown".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Use;

    fn takes(kind: Type, value: &str) -> bool {
        fits(Tag::ItemRef, &Attribute { key: Key::OrderNumber, need: Use::Optional, kind }, value)
    }

    #[test]
    fn numbers_are_taken_as_the_schema_takes_them() {
        assert!(takes(Type::Positive, " 7 ") && takes(Type::Positive, "+07"));
        assert!(!takes(Type::Positive, "0") && !takes(Type::Positive, "-1"));
        assert!(takes(Type::NonNegative, "-0") && takes(Type::Integer, "-12"));
        assert!(!takes(Type::Integer, "1.5") && !takes(Type::Integer, ""));
        assert!(takes(Type::Decimal, ".5") && takes(Type::Decimal, "-1."));
        assert!(!takes(Type::Decimal, ".") && !takes(Type::Decimal, "1e3"));
    }

    #[test]
    fn times_are_taken_as_the_schema_takes_them() {
        assert!(takes(Type::DateTime, "2009-09-07T18:19:28+01:00"));
        assert!(takes(Type::DateTime, "2009-09-07T18:19:28.25Z"));
        assert!(!takes(Type::DateTime, "2009-09-07"));
        assert!(!takes(Type::DateTime, "2009-13-07T18:19:28"));
        assert!(!takes(Type::DateTime, "2009-09-07T18:19"));
    }

    #[test]
    fn names_of_sas_have_eight_letters_at_most() {
        assert!(takes(Type::SasName, "_AGE2") && !takes(Type::SasName, "2AGE"));
        assert!(!takes(Type::SasName, "LONGERTHAN8"));
        assert!(takes(Type::SasFormat, "$YN.") && !takes(Type::SasFormat, "Y N"));
    }
}
