//! Whether a value is what its attribute may have, and what stands for one that is missing.

use crate::{
    model::{EcoString, Element},
    names::{Key, Tag},
    schema::Type,
};

/// What is to be done about a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing.
    Good,
    /// It means this, and is read so.
    Mend(&'static str),
    /// It does not have the form of its type, and is kept.
    Odd(String),
    /// The design cannot be read by it.
    Wrong(String),
}

/// Judges a value by its type.
pub(super) fn judge(kind: Type, value: &str) -> Verdict {
    let odd = |good: bool, expected: &str| {
        if good { Verdict::Good } else { Verdict::Odd(expected.to_owned()) }
    };
    let wrong = |good: bool, expected: &str| {
        if good { Verdict::Good } else { Verdict::Wrong(expected.to_owned()) }
    };
    match kind {
        Type::Text => Verdict::Good,
        Type::Oid | Type::Reference => wrong(!value.trim().is_empty(), "an OID"),
        Type::YesOrNo => one_of(&["Yes", "No"], value),
        Type::YesOnly => one_of(&["Yes"], value),
        Type::OneOf(words) => one_of(words, value),
        Type::Integer => odd(is_integer(value), "a whole number"),
        Type::Positive => wrong(
            is_integer(value) && !value.trim().starts_with('-') && has_digit_above_0(value),
            "a whole number from 1",
        ),
        Type::NonNegative => wrong(
            is_integer(value) && (!value.trim().starts_with('-') || !has_digit_above_0(value)),
            "a whole number from 0",
        ),
        Type::Decimal => odd(is_decimal(value), "a number"),
        Type::DateTime => {
            odd(is_date_time(value), "a date with time, such as 2026-11-23T09:00:00Z")
        }
        Type::SasName => odd(is_sas(value, b"_", b"_"), "a SAS name of letters, digits and `_`"),
        Type::SasFormat => odd(is_sas(value, b"_$", b"_."), "the name of a SAS format"),
    }
}

fn one_of(words: &[&'static str], value: &str) -> Verdict {
    if words.contains(&value) {
        return Verdict::Good;
    }
    let trimmed = value.trim();
    match words.iter().find(|word| word.eq_ignore_ascii_case(trimmed)) {
        Some(word) => Verdict::Mend(word),
        None => Verdict::Wrong(match words {
            [one] => format!("`{one}` or not there"),
            words => format!("one of `{}`", words.join("`, `")),
        }),
    }
}

/// Whether a text is a whole number, as XML Schema writes it.
pub(super) fn is_integer(value: &str) -> bool {
    let value = value.trim();
    let digits = value.strip_prefix(['+', '-']).unwrap_or(value);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn has_digit_above_0(value: &str) -> bool {
    value.bytes().any(|byte| matches!(byte, b'1'..=b'9'))
}

/// Whether a text is a number without exponent.
pub(super) fn is_decimal(value: &str) -> bool {
    let value = value.trim();
    let number = value.strip_prefix(['+', '-']).unwrap_or(value);
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    !(whole.is_empty() && part.is_empty())
        && whole.bytes().chain(part.bytes()).all(|byte| byte.is_ascii_digit())
}

fn is_date_time(value: &str) -> bool {
    let shape = |text: &str, pattern: &str| {
        text.len() == pattern.len()
            && text.bytes().zip(pattern.bytes()).all(|(byte, expected)| match expected {
                b'0' => byte.is_ascii_digit(),
                _ => byte == expected,
            })
    };
    let value = value.trim();
    let (Some(begin), Some(rest)) = (value.get(..19), value.get(19..)) else { return false };
    let zone = rest.strip_prefix('.').map_or(rest, |fraction| {
        fraction.trim_start_matches(|character: char| character.is_ascii_digit())
    });
    let zoned = matches!(zone, "" | "Z") || shape(zone, "+00:00") || shape(zone, "-00:00");
    shape(begin, "0000-00-00T00:00:00") && zoned
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

    #[test]
    fn values_are_judged_by_type() {
        const TYPES: &[&str] = &["text", "integer"];
        for (kind, good) in [
            (Type::YesOrNo, "No"),
            (Type::OneOf(TYPES), "integer"),
            (Type::Integer, "-12"),
            (Type::Positive, "12"),
            (Type::NonNegative, "0"),
            (Type::Decimal, "+.5"),
            (Type::DateTime, "2006-01-26T20:13:01"),
            (Type::DateTime, "2006-01-26T20:13:01.25+02:00"),
            (Type::SasName, "_AGE1"),
            (Type::SasFormat, "$YN."),
            (Type::Oid, "I.1"),
        ] {
            assert_eq!(judge(kind, good), Verdict::Good, "{good}");
        }
        assert_eq!(judge(Type::YesOrNo, " yes"), Verdict::Mend("Yes"));
        assert_eq!(judge(Type::OneOf(TYPES), "Text"), Verdict::Mend("text"));
        for (kind, odd) in [
            (Type::Integer, "1.5"),
            (Type::Decimal, "1e5"),
            (Type::Decimal, "."),
            (Type::DateTime, "26.01.2006"),
            (Type::SasName, "1AGE"),
        ] {
            assert!(matches!(judge(kind, odd), Verdict::Odd(_)), "{odd}");
        }
        for (kind, wrong) in [
            (Type::YesOrNo, "maybe"),
            (Type::Positive, "0"),
            (Type::Positive, "-1"),
            (Type::NonNegative, "-1"),
            (Type::Oid, " "),
        ] {
            assert!(matches!(judge(kind, wrong), Verdict::Wrong(_)), "{wrong}");
        }
    }

    #[test]
    fn a_long_value_is_cut() {
        assert_eq!(shown("short"), "short");
        assert_eq!(shown(&"ä".repeat(100)).chars().count(), 61);
    }
}
