//! Numbers as texts, and the names of cells.

use calamine::{ExcelDateTime, ExcelDateTimeType};

use super::{
    line::{Found, MOST_CELLS},
    styles::Format,
};

/// The number of the day after 9999-12-31, where Excel's calendar ends.
const END_OF_CALENDAR: f64 = 2_958_466.0;

/// The day 1900-02-29, which Excel has and the calendar has not.
const NO_DAY: std::ops::Range<f64> = 60.0..61.0;

/// The first number of 16 digits.
const TOO_MANY_DIGITS: f64 = 1e15;

/// Rows beyond this one are no rows, whatever a file says; Excel has 1,048,576.
const MOST_ROWS: u32 = 1 << 30;

/// Reads a number as its cell's format means it.
pub(super) fn number(number: f64, format: Format, since_1904: bool) -> Found {
    let kind = match format {
        _ if !number.is_finite() => {
            return Found::Unusable("a number that is none; correct the cell");
        }
        Format::Number => return digits(number, 0),
        Format::Zeros(count) => return digits(number, count.into()),
        Format::Date => ExcelDateTimeType::DateTime,
        Format::Duration => ExcelDateTimeType::TimeDelta,
    };
    serial_text(&ExcelDateTime::new(number, kind, since_1904)).map_or(Found::NoDate, Found::Text)
}

/// Writes a number; a whole one with as many digits as its format shows.
fn digits(number: f64, shown: usize) -> Found {
    if number.abs() >= TOO_MANY_DIGITS {
        return Found::Unusable(
            "a number of more than 15 digits, which Excel does not keep; have it stored as a text",
        );
    }
    let text = number_text(number);
    let (sign, rest) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
    if rest.len() < shown && rest.bytes().all(|digit| digit.is_ascii_digit()) {
        return Found::Text(format!("{sign}{rest:0>shown$}"));
    }
    Found::Text(text)
}

/// Writes a number with the 15 digits that Excel itself has.
fn number_text(number: f64) -> String {
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    rounded.to_string()
}

/// Writes a date serial as ISO 8601: a date, with its time where it has one; a time alone; a duration.
fn serial_text(serial: &ExcelDateTime) -> Option<String> {
    let number = serial.as_f64();
    if !(0.0..END_OF_CALENDAR).contains(&number) {
        return None;
    }
    if serial.is_duration() {
        let seconds: u64 = format!("{:.0}", number * 86_400.0).parse().ok()?;
        return Some(clock(seconds / 3600, seconds / 60 % 60, seconds % 60, 0));
    }
    let (year, month, day, hour, minute, second, milli) = serial.to_ymd_hms_milli();
    let time = clock(hour.into(), minute.into(), second.into(), milli);
    if number < 1.0 {
        return Some(time);
    }
    // Serial 60 of the calendar of 1900; in that of 1904 it is a day like others.
    if NO_DAY.contains(&number) && (month, day) == (2, 29) {
        return None;
    }
    let date = format!("{year:04}-{month:02}-{day:02}");
    Some(if (hour, minute, second, milli) == (0, 0, 0, 0) {
        date
    } else {
        format!("{date}T{time}")
    })
}

fn clock(hours: u64, minutes: u64, seconds: u64, milli: u16) -> String {
    let fraction = if milli == 0 { String::new() } else { format!(".{milli:03}") };
    format!("{hours:02}:{minutes:02}:{seconds:02}{fraction}")
}

/// Names a cell as Excel does: `` `Patients`!D7 ``.
pub(super) fn place(sheet: &str, row: u32, column: u32) -> String {
    format!("`{sheet}`!{}{}", letters(column), row + 1)
}

/// Names a column as Excel does: 0 is `A`, 26 is `AA`.
pub(super) fn letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or_default()));
        rest /= 26;
    }
    letters.iter().rev().collect()
}

/// Reads the name of a cell or a row: row and column, from 0. A row alone has no column.
pub(super) fn position(name: &str) -> Option<(u32, Option<u32>)> {
    let digits = name.trim_start_matches(|sign: char| sign.is_ascii_alphabetic());
    let letters = name.strip_suffix(digits)?;
    if letters.len() > 3 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let row = digits.parse::<u32>().ok()?.checked_sub(1).filter(|row| *row < MOST_ROWS)?;
    let column = letters.bytes().fold(0_usize, |column, letter| {
        column * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1
    });
    if column > MOST_CELLS {
        return None;
    }
    Some((row, u32::try_from(column).ok()?.checked_sub(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_have_the_names_excel_gives_them() {
        for (column, name) in [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(letters(column), name);
            assert_eq!(position(&format!("{name}12")), Some((11, Some(column))));
        }
        assert_eq!(position("xfd1048576"), Some((1_048_575, Some(16_383))));
        assert_eq!(position("7"), Some((6, None)));
        for wrong in ["", "A", "A0", "A-1", "A+1", "XFE1", "AAAA1", "1A", "Ä1", "A99999999999"] {
            assert_eq!(position(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn numbers_are_what_their_cell_shows() {
        let text = |text: &str| Found::Text(text.to_owned());
        for (value, format, expected) in [
            (1067.0, Format::Number, "1067"),
            (1067.0, Format::Zeros(5), "01067"),
            (-67.0, Format::Zeros(5), "-00067"),
            (123_456.0, Format::Zeros(5), "123456"),
            (18.5, Format::Zeros(5), "18.5"),
            (0.300_000_000_000_000_04, Format::Number, "0.3"),
            (999_999_999_999_999.0, Format::Number, "999999999999999"),
            (29_280.5, Format::Date, "1980-02-29T12:00:00"),
            (1.5, Format::Duration, "36:00:00"),
        ] {
            assert_eq!(number(value, format, false), text(expected), "{value}");
        }
        assert_eq!(number(60.0, Format::Date, false), Found::NoDate);
        for value in [1e15, -1_234_567_890_123_456.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(number(value, Format::Number, false), Found::Unusable(_)), "{value}");
        }
    }
}
