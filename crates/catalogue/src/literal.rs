//! Canonical texts of typed values: how a default or a filter's value is written in a catalogue.

use landfall_core::time::{Date, Timestamp};

use crate::model::Kind;

/// Tells whether the text is the canonical text of a value of the type; bytes have none.
pub(crate) fn is_canonical(kind: Kind, text: &str) -> bool {
    match kind {
        Kind::Text => true,
        Kind::Integer => text.parse::<i64>().is_ok_and(|number| number.to_string() == text),
        Kind::Boolean => text == "0" || text == "1",
        Kind::Decimal => is_canonical_decimal(text),
        Kind::Date => text.parse::<Date>().is_ok_and(|date| date.to_string() == text),
        Kind::DateTime => text.parse::<Timestamp>().is_ok_and(|time| time.to_string() == text),
        Kind::Bytes => false,
    }
}

fn is_canonical_decimal(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(|part| digits(part) && !part.ends_with('0'))
        && text != "-0"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_has_one_text_per_value() {
        let cases = [
            (Kind::Integer, "-7", true),
            (Kind::Integer, "+7", false),
            (Kind::Integer, "07", false),
            (Kind::Boolean, "1", true),
            (Kind::Boolean, "true", false),
            (Kind::Decimal, "0", true),
            (Kind::Decimal, "-0.5", true),
            (Kind::Decimal, "70.25", true),
            (Kind::Decimal, "70.250", false),
            (Kind::Decimal, "70.", false),
            (Kind::Decimal, ".5", false),
            (Kind::Decimal, "-0", false),
            (Kind::Decimal, "1e3", false),
            (Kind::Decimal, "", false),
            (Kind::Date, "2026-03-02", true),
            (Kind::Date, "2026-3-2", false),
            (Kind::Date, "1980-02-31", false),
            (Kind::DateTime, "2026-03-02T09:00:00Z", true),
            (Kind::DateTime, "2026-03-02 09:00", false),
            (Kind::Text, "anything", true),
            (Kind::Bytes, "00", false),
        ];
        for (kind, text, expected) in cases {
            assert_eq!(is_canonical(kind, text), expected, "{kind} `{text}`");
        }
    }
}
