//! Canonical texts of values, typed by the catalogue: one text per value, so that equal content has equal digests.

use std::borrow::Cow;

use jiff::civil::Date;
use landfall_catalogue::{Column, Kind as ColumnKind};
pub use rusqlite::types::Value;

/// A text that is no value of its column. It says what was expected and never repeats the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}")]
pub struct WrongValue {
    /// What would have been right.
    pub expected: String,
}

impl WrongValue {
    fn new(expected: impl Into<String>) -> Self {
        Self { expected: expected.into() }
    }
}

/// Reads a text as the value of a column: its kind, its allowed values, its greatest length.
///
/// Integers are decimal digits with an optional minus; booleans `0`, `1`, `true`, `false`; decimals, dates and times as
/// in [`canonical_decimal`], [`canonical_date`], [`canonical_datetime`]; bytes hexadecimal digits. The empty text is a
/// text; whether it stands for NULL is the caller's decision.
///
/// # Errors
/// [`WrongValue`] when the text is none.
pub fn canonical_value(column: &Column, text: &str) -> Result<Value, WrongValue> {
    Ok(match canonical(column, text)? {
        Canonical::Integer(number) => Value::Integer(number),
        Canonical::Text(text) => Value::Text(text.into_owned()),
        Canonical::Bytes(bytes) => Value::Blob(bytes),
    })
}

/// A value as its column keeps it; a text that was canonical already is not copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Canonical<'t> {
    /// A whole number, or a boolean as 0 or 1.
    Integer(i64),
    /// A text, date, time or decimal number.
    Text(Cow<'t, str>),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// As [`canonical_value`], without copying what is canonical already.
///
/// # Errors
/// [`WrongValue`] when the text is none.
pub fn canonical<'t>(column: &Column, text: &'t str) -> Result<Canonical<'t>, WrongValue> {
    let value = match column.kind {
        ColumnKind::Integer => Canonical::Integer(
            text.parse::<i64>().map_err(|_| WrongValue::new("a whole number such as `42`"))?,
        ),
        ColumnKind::Boolean => Canonical::Integer(match text {
            "1" | "true" => 1,
            "0" | "false" => 0,
            _ => return Err(WrongValue::new("`true` or `false`")),
        }),
        ColumnKind::Decimal => {
            Canonical::Text(Cow::Owned(canonical_decimal(text).ok_or_else(|| {
                WrongValue::new("a decimal number such as `72.5`, without exponent")
            })?))
        }
        ColumnKind::Text => Canonical::Text(Cow::Borrowed(text)),
        ColumnKind::Date if is_plain_date(text.as_bytes()) => Canonical::Text(Cow::Borrowed(text)),
        ColumnKind::Date => Canonical::Text(Cow::Owned(
            canonical_date(text)
                .ok_or_else(|| WrongValue::new("a date that exists, as `yyyy-mm-dd`"))?,
        )),
        ColumnKind::DateTime if is_plain_time(text.as_bytes()) => {
            Canonical::Text(Cow::Borrowed(text))
        }
        ColumnKind::DateTime => {
            Canonical::Text(Cow::Owned(canonical_datetime(text).ok_or_else(|| {
                WrongValue::new("a time that exists, as `yyyy-mm-ddThh:mm:ssZ`, in whole seconds")
            })?))
        }
        ColumnKind::Bytes => Canonical::Bytes(
            bytes(text)
                .ok_or_else(|| WrongValue::new("bytes as an even number of hexadecimal digits"))?,
        ),
    };
    if let Canonical::Text(text) = &value {
        allowed(column, text)?;
    }
    Ok(value)
}

/// Tells of the usual form of a date that it is canonical, without the library: `yyyy-mm-dd`, and the day exists.
fn is_plain_date(text: &[u8]) -> bool {
    let &[a, b, c, d, b'-', e, f, b'-', g, h] = text else { return false };
    let (Some(year), Some(month), Some(day)) =
        (number(&[a, b, c, d]), number(&[e, f]), number(&[g, h]))
    else {
        return false;
    };
    let (Ok(month), Ok(day)) = (i8::try_from(month), i8::try_from(day)) else { return false };
    Date::new(year, month, day).is_ok()
}

/// Tells of the usual form of a time that it is canonical: `yyyy-mm-ddThh:mm:ssZ`. The last year that the library knows
/// is left to it.
fn is_plain_time(text: &[u8]) -> bool {
    let Some((day, time)) = text.split_at_checked(10) else { return false };
    let &[b'T', a, b, b':', c, d, b':', e, f, b'Z'] = time else { return false };
    let below = |digits: [u8; 2], limit: i16| number(&digits).is_some_and(|found| found < limit);
    is_plain_date(day)
        && !day.starts_with(b"9999")
        && below([a, b], 24)
        && below([c, d], 60)
        && below([e, f], 60)
}

fn number(digits: &[u8]) -> Option<i16> {
    digits.iter().try_fold(0_i16, |number, digit| {
        digit.is_ascii_digit().then(|| number * 10 + i16::from(digit - b'0'))
    })
}

fn allowed(column: &Column, text: &str) -> Result<(), WrongValue> {
    if !column.values.is_empty() && !column.values.iter().any(|value| value == text) {
        return Err(WrongValue::new(format!("one of {}", crate::error::names(&column.values))));
    }
    // A text has at most as many characters as bytes.
    if let Some(most) = column.max_length
        && text.len() > most as usize
        && text.chars().count() > most as usize
    {
        return Err(WrongValue::new(format!("at most {most} characters")));
    }
    if text.contains('\0') {
        return Err(WrongValue::new("a text without the character NUL"));
    }
    Ok(())
}

/// Returns a decimal number as its canonical text: no exponent, no plus, no zeros that say nothing, `0` for zero.
/// `None` when the text is no decimal number.
#[must_use]
pub fn canonical_decimal(text: &str) -> Option<String> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let only_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !only_digits(whole) || !only_digits(fraction) {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let fraction = fraction.trim_end_matches('0');
    let mut canonical = String::with_capacity(text.len() + 1);
    if negative && !(whole.is_empty() && fraction.is_empty()) {
        canonical.push('-');
    }
    canonical.push_str(if whole.is_empty() { "0" } else { whole });
    if !fraction.is_empty() {
        canonical.push('.');
        canonical.push_str(fraction);
    }
    Some(canonical)
}

/// Returns a date as `yyyy-mm-dd`; `None` when the text is another or the day does not exist.
#[must_use]
pub fn canonical_date(text: &str) -> Option<String> {
    // The library reads more forms than this one; only a text that it writes back unchanged is canonical.
    let date = text.parse::<Date>().ok()?;
    (date.to_string() == text).then(|| text.to_owned())
}

/// Returns a time as `yyyy-mm-ddThh:mm:ssZ`, from the same text or one with another offset from UTC (RFC 3339).
/// `None` when it is no time, has parts of a second, or lies outside the years 0 to 9999.
#[must_use]
pub fn canonical_datetime(text: &str) -> Option<String> {
    if text.contains('[') || !text.contains(['T', 't']) {
        return None;
    }
    let time = text.parse::<jiff::Timestamp>().ok()?;
    if time.subsec_nanosecond() != 0 {
        return None;
    }
    let canonical = time.to_string();
    // Years before 0 are written with a sign; a second 60 is read as 59 and would silently change.
    (canonical.len() == 20 && !text.contains(":60")).then_some(canonical)
}

/// Reads a text that is canonical already (from a package or an instance) as the value of its column.
pub(crate) fn from_canonical(column: &Column, text: &str) -> Option<Value> {
    match column.kind {
        ColumnKind::Integer | ColumnKind::Boolean => text.parse::<i64>().ok().map(Value::Integer),
        ColumnKind::Bytes => bytes(text).map(Value::Blob),
        ColumnKind::Decimal | ColumnKind::Text | ColumnKind::Date | ColumnKind::DateTime => {
            Some(Value::Text(text.to_owned()))
        }
    }
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_have_one_text() {
        for (text, canonical) in [
            ("0", "0"),
            ("-0.00", "0"),
            ("+072.50", "72.5"),
            (".5", "0.5"),
            ("5.", "5"),
            ("-10.010", "-10.01"),
            ("100", "100"),
        ] {
            assert_eq!(canonical_decimal(text).as_deref(), Some(canonical), "{text}");
        }
        for text in ["", ".", "-", "1e3", "1,5", " 1", "1.2.3", "--1", "NaN", "١"] {
            assert_eq!(canonical_decimal(text), None, "{text}");
        }
    }

    #[test]
    fn dates_that_do_not_exist_are_none() {
        assert_eq!(canonical_date("1980-02-29").as_deref(), Some("1980-02-29"));
        for text in ["1981-02-29", "1980-2-9", "19800229", "29/02/1980", "1980-02-29T00:00:00", ""]
        {
            assert_eq!(canonical_date(text), None, "{text}");
        }
    }

    #[test]
    fn times_are_utc_to_the_second() {
        for (text, canonical) in [
            ("2026-03-02T09:00:00Z", "2026-03-02T09:00:00Z"),
            ("2026-03-02T10:00:00+01:00", "2026-03-02T09:00:00Z"),
        ] {
            assert_eq!(canonical_datetime(text).as_deref(), Some(canonical));
        }
        for text in
            ["2026-03-02T09:00:00.5Z", "2026-03-02", "2026-03-02T09:00:60Z", "2026-03-02T09:00:00"]
        {
            assert_eq!(canonical_datetime(text), None, "{text}");
        }
    }

    #[test]
    fn bytes_are_hexadecimal() {
        assert_eq!(bytes("00ff"), Some(vec![0, 255]));
        assert_eq!(bytes(""), Some(vec![]));
        assert_eq!(bytes("0"), None);
        assert_eq!(bytes("zz"), None);
    }

    #[test]
    fn the_short_way_for_dates_and_times_agrees_with_the_library() {
        for year in ["0000", "0004", "1900", "2000", "2023", "2024", "9998", "9999"] {
            for month in 0..=13 {
                for day in 0..=32 {
                    let date = format!("{year}-{month:02}-{day:02}");
                    let canonical = canonical_date(&date).is_some();
                    assert_eq!(is_plain_date(date.as_bytes()), canonical, "{date}");
                    for time in ["00:00:00", "23:59:59", "24:00:00", "12:60:00", "12:00:60"] {
                        let time = format!("{date}T{time}Z");
                        let same = canonical_datetime(&time).as_deref() == Some(time.as_str());
                        let plain = is_plain_time(time.as_bytes());
                        assert!(plain == same || (same && year == "9999"), "{time}");
                    }
                }
            }
        }
        for text in ["", "2024-1-01", "2024-01-01 ", "+024-01-01", "2024/01/01", "２024-01-01"] {
            assert!(!is_plain_date(text.as_bytes()), "{text}");
        }
    }
}
