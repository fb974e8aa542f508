//! `date`: a date or time in one of the stated formats, checked against the calendar.

use std::borrow::Cow;

use jiff::civil;

use super::{Options, Outcome, cache::Cache, trimmed};

pub(super) const OPTIONS: Options = Options {
    known: &[
        "source",
        "expression",
        "formats",
        "two_digit_year_from",
        "earliest",
        "latest",
        "otherwise",
        "when_empty",
    ],
    otherwise: &["reject", "empty"],
};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

#[derive(Debug)]
pub(crate) struct Date {
    reading: Reading,
    no_format: String,
    no_such_day: String,
    out_of_range: String,
    cache: Cache<Result<String, Wrong>>,
}

/// What a field states about its dates.
#[derive(Debug)]
pub(crate) struct Statement<'a> {
    pub(crate) formats: &'a [String],
    /// The target holds a time, not a date.
    pub(crate) with_time: bool,
    pub(crate) two_digit_year_from: Option<u16>,
    pub(crate) earliest: Option<&'a str>,
    pub(crate) latest: Option<&'a str>,
}

#[derive(Debug)]
struct Reading {
    patterns: Vec<Vec<Part>>,
    with_time: bool,
    two_digit_year_from: i16,
    earliest: Option<civil::Date>,
    latest: Option<civil::Date>,
}

#[derive(Debug, Clone, Copy)]
enum Wrong {
    NoFormat,
    NoSuchDay,
    OutOfRange,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Year,
    YearOfCentury,
    /// With the fewest digits it takes.
    Month(usize),
    MonthName,
    MonthShort,
    Day(usize),
    Hour(usize),
    Minute,
    Second,
    Fraction,
    HalfOfDay,
    Literal(char),
}

impl Date {
    /// Makes the rule; says what is wrong with a format, or with two that read the same text differently.
    pub(crate) fn new(statement: &Statement<'_>) -> Result<Self, String> {
        if statement.formats.is_empty() {
            return Err("expected `formats` such as [\"yyyy-mm-dd\", \"dd/mm/yyyy\"], found none"
                .to_owned());
        }
        let mut patterns: Vec<Vec<Part>> = Vec::new();
        for format in statement.formats {
            let pattern = pattern(format)?;
            if pattern.contains(&Part::YearOfCentury) && statement.two_digit_year_from.is_none() {
                return Err(format!(
                    "expected `two_digit_year_from` (such as 1930: years 1930 to 2029), because format `{format}` has a year of two digits"
                ));
            }
            let twin = patterns.iter().position(|other| {
                shape(other) == shape(&pattern) && roles(other) != roles(&pattern)
            });
            if let Some(twin) = twin {
                return Err(format!(
                    "expected formats that never read the same text, found `{}` and `{format}`; keep one, or split the source",
                    statement.formats[twin]
                ));
            }
            patterns.push(pattern);
        }
        let bound = |name: &str, text: Option<&str>| {
            text.map(|text| {
                text.parse::<civil::Date>()
                    .map_err(|_| format!("expected `{name}` as a date yyyy-mm-dd, found `{text}`"))
            })
            .transpose()
        };
        let formats = crate::error::listed(statement.formats);
        Ok(Self {
            no_format: format!("expected a date written as {formats}"),
            no_such_day: format!("expected a day that the calendar has, written as {formats}"),
            out_of_range: format!(
                "expected a date from {} to {}",
                statement.earliest.unwrap_or("the beginning"),
                statement.latest.unwrap_or("the end")
            ),
            reading: Reading {
                patterns,
                with_time: statement.with_time,
                two_digit_year_from: statement
                    .two_digit_year_from
                    .map_or(Ok(0), i16::try_from)
                    .ok()
                    .filter(|year| *year <= 9900)
                    .ok_or("expected `two_digit_year_from` to be a year of four digits")?,
                earliest: bound("earliest", statement.earliest)?,
                latest: bound("latest", statement.latest)?,
            },
            cache: Cache::new(),
        })
    }

    pub(super) fn apply<'a>(&'a mut self, input: Option<&'a str>) -> Outcome<'a> {
        let Some(text) = trimmed(input) else { return Outcome::Empty };
        let reading = &self.reading;
        match self.cache.get(text, || reading.read(text)) {
            Ok(date) => Outcome::Value(Cow::Borrowed(date)),
            Err(Wrong::NoFormat) => Outcome::Wrong(&self.no_format),
            Err(Wrong::NoSuchDay) => Outcome::Wrong(&self.no_such_day),
            Err(Wrong::OutOfRange) => Outcome::Wrong(&self.out_of_range),
        }
    }
}

/// The numbers read from a text; hours, minutes and seconds count from 0 where the format has none.
#[derive(Default)]
struct Numbers {
    year: i16,
    month: i8,
    day: i8,
    hour: i8,
    minute: i8,
    second: i8,
    afternoon: Option<bool>,
}

impl Reading {
    fn read(&self, text: &str) -> Result<String, Wrong> {
        let mut wrong = Wrong::NoFormat;
        for pattern in &self.patterns {
            let Some(numbers) = self.numbers(pattern, text) else { continue };
            let Some((date, hour)) = in_calendar(&numbers) else {
                wrong = Wrong::NoSuchDay;
                continue;
            };
            if self.earliest.is_some_and(|earliest| date < earliest)
                || self.latest.is_some_and(|latest| date > latest)
            {
                return Err(Wrong::OutOfRange);
            }
            return Ok(if self.with_time {
                format!("{date}T{hour:02}:{:02}:{:02}Z", numbers.minute, numbers.second)
            } else {
                date.to_string()
            });
        }
        Err(wrong)
    }

    fn numbers(&self, pattern: &[Part], text: &str) -> Option<Numbers> {
        let mut numbers = Numbers::default();
        let mut rest = text;
        for part in pattern {
            match part {
                Part::Year => numbers.year = number(&mut rest, 4, 4)?,
                Part::YearOfCentury => {
                    let from = self.two_digit_year_from;
                    let year = from - from % 100 + number::<i16>(&mut rest, 2, 2)?;
                    numbers.year = if year < from { year + 100 } else { year };
                }
                Part::Month(fewest) => numbers.month = number(&mut rest, *fewest, 2)?,
                Part::MonthName => numbers.month = month(&mut rest, usize::MAX)?,
                Part::MonthShort => numbers.month = month(&mut rest, 3)?,
                Part::Day(fewest) => numbers.day = number(&mut rest, *fewest, 2)?,
                Part::Hour(fewest) => numbers.hour = number(&mut rest, *fewest, 2)?,
                Part::Minute => numbers.minute = number(&mut rest, 2, 2)?,
                Part::Second => numbers.second = number(&mut rest, 2, 2)?,
                Part::Fraction => {
                    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
                    rest = rest.get(digits..).filter(|_| digits > 0)?;
                }
                Part::HalfOfDay => {
                    let half = rest.get(..2)?;
                    numbers.afternoon = Some(half.eq_ignore_ascii_case("PM"));
                    if numbers.afternoon == Some(false) && !half.eq_ignore_ascii_case("AM") {
                        return None;
                    }
                    rest = &rest[2..];
                }
                // Old systems pad with more than one space.
                Part::Literal(' ') => {
                    let after = rest.trim_start_matches(' ');
                    if after.len() == rest.len() {
                        return None;
                    }
                    rest = after;
                }
                Part::Literal(literal) => rest = rest.strip_prefix(*literal)?,
            }
        }
        rest.is_empty().then_some(numbers)
    }
}

fn in_calendar(numbers: &Numbers) -> Option<(civil::Date, i8)> {
    let date = civil::Date::new(numbers.year, numbers.month, numbers.day).ok()?;
    let hour = match numbers.afternoon {
        None => numbers.hour,
        Some(afternoon) if (1..=12).contains(&numbers.hour) => {
            numbers.hour % 12 + if afternoon { 12 } else { 0 }
        }
        Some(_) => return None,
    };
    (hour < 24 && numbers.minute < 60 && numbers.second < 60).then_some((date, hour))
}

fn number<N: std::str::FromStr>(rest: &mut &str, fewest: usize, most: usize) -> Option<N> {
    let digits = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
    if digits < fewest {
        return None;
    }
    let (number, after) = rest.split_at(digits);
    *rest = after;
    number.parse().ok()
}

fn month(rest: &mut &str, letters: usize) -> Option<i8> {
    MONTHS.iter().zip(1_i8..).find_map(|(name, month)| {
        let name = &name[..letters.min(name.len())];
        let head = rest.get(..name.len())?;
        head.eq_ignore_ascii_case(name).then(|| {
            *rest = &rest[name.len()..];
            month
        })
    })
}

/// Reads a format: `yyyy yy m mm Mmm Mmmm d dd h hh mm ss f AM`; `mm` after an hour means minutes.
fn pattern(format: &str) -> Result<Vec<Part>, String> {
    let wrong = |why: &str| {
        Err(format!(
            "expected a date format of `yyyy`, `yy`, `m`, `mm`, `Mmm`, `Mmmm`, `d`, `dd`, `h`, `hh`, `ss`, `f`, `AM` and punctuation, found `{format}`: {why}"
        ))
    };
    let characters: Vec<char> = format.chars().collect();
    let mut parts: Vec<Part> = Vec::new();
    let mut at = 0;
    while let Some(&character) = characters.get(at) {
        let run = characters[at..].iter().take_while(|other| **other == character).count();
        let small = characters[at + 1..].iter().take_while(|other| **other == 'm').count();
        let after_hour = parts.iter().any(|part| matches!(part, Part::Hour(_)));
        let (part, length) = match (character, run) {
            ('y', 4) => (Part::Year, 4),
            ('y', 2) => (Part::YearOfCentury, 2),
            ('m', 2) if after_hour && !parts.contains(&Part::Minute) => (Part::Minute, 2),
            ('m', 1 | 2) => (Part::Month(run), run),
            ('M', 1) if small == 2 => (Part::MonthShort, 3),
            ('M', 1) if small == 3 => (Part::MonthName, 4),
            ('d', 1 | 2) => (Part::Day(run), run),
            ('h', 1 | 2) => (Part::Hour(run), run),
            ('s', 2) => (Part::Second, 2),
            ('f', 1) => (Part::Fraction, 1),
            ('A', 1) if characters.get(at + 1) == Some(&'M') => (Part::HalfOfDay, 2),
            ('T' | 'Z', _) => (Part::Literal(character), 1),
            (other, _) if other.is_alphanumeric() => {
                return wrong("it holds a letter or digit that means nothing");
            }
            (other, _) => (Part::Literal(other), 1),
        };
        let again = !matches!(part, Part::Literal(_))
            && parts.iter().any(|other| role(*other) == role(part));
        if again {
            return wrong("it has a part twice");
        }
        parts.push(part);
        at += length;
    }
    let has = |wanted: Part| parts.iter().any(|part| role(*part) == role(wanted));
    if !(has(Part::Year) && has(Part::Month(1)) && has(Part::Day(1))) {
        return wrong("it needs a year, a month and a day");
    }
    if !has(Part::Hour(1)) && (has(Part::Minute) || has(Part::Second) || has(Part::HalfOfDay)) {
        return wrong("it has minutes, seconds or `AM` without an hour");
    }
    Ok(parts)
}

/// Which number of a date a part gives.
fn role(part: Part) -> char {
    match part {
        Part::Year | Part::YearOfCentury => 'y',
        Part::Month(_) | Part::MonthName | Part::MonthShort => 'M',
        Part::Day(_) => 'd',
        Part::Hour(_) => 'h',
        Part::Minute => 'm',
        Part::Second => 's',
        Part::Fraction => 'f',
        Part::HalfOfDay => 'a',
        Part::Literal(literal) => literal,
    }
}

fn roles(pattern: &[Part]) -> Vec<char> {
    pattern.iter().map(|part| role(*part)).collect()
}

/// What a text of the format looks like: two formats of one shape can read the same text, and must then read the
/// same parts in the same places.
fn shape(pattern: &[Part]) -> Vec<char> {
    pattern
        .iter()
        .map(|part| match part {
            Part::YearOfCentury | Part::Month(_) | Part::Day(_) => '9',
            Part::MonthName | Part::MonthShort => 'x',
            other => role(*other),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(formats: &[&str], with_time: bool) -> Result<Date, String> {
        let formats: Vec<String> = formats.iter().map(|format| (*format).to_owned()).collect();
        Date::new(&Statement {
            formats: &formats,
            with_time,
            two_digit_year_from: Some(1930),
            earliest: Some("1900-01-01"),
            latest: Some("2099-12-31"),
        })
    }

    #[test]
    fn dates_are_read_in_every_stated_format() {
        let formats =
            ["yyyy-mm-dd", "d/m/yyyy", "d Mmm yyyy", "d Mmmm yyyy", "Mmmm d, yyyy", "dd.mm.yy"];
        let mut dates = date(&formats, false).unwrap();
        for text in [
            "1980-02-29",
            "29/2/1980",
            "29/02/1980",
            "29 feb 1980",
            "29  Feb 1980",
            "February 29, 1980",
            "29.02.80",
        ] {
            assert_eq!(dates.apply(Some(text)), Outcome::Value("1980-02-29".into()), "{text}");
        }
        assert_eq!(dates.apply(Some("01.02.29")), Outcome::Value("2029-02-01".into()));
        assert_eq!(dates.apply(Some(" ")), Outcome::Empty);
    }

    #[test]
    fn a_day_that_does_not_exist_is_wrong_and_says_so() {
        let mut dates = date(&["dd/mm/yyyy", "yyyy-mm-dd"], false).unwrap();
        for text in ["31/02/1980", "29/02/1981", "00/01/1980", "1980-13-01"] {
            match dates.apply(Some(text)) {
                Outcome::Wrong(reason) => assert!(reason.contains("calendar"), "{text}: {reason}"),
                other => panic!("{text}: {other:?}"),
            }
        }
        for text in ["1/2/1980", "1980", "31/12/1980 ", "31/12/80"] {
            let found = dates.apply(Some(text));
            assert_eq!(matches!(found, Outcome::Wrong(_)), text != "31/12/1980 ", "{text}");
        }
        assert_eq!(
            dates.apply(Some("31/12/1899")),
            Outcome::Wrong("expected a date from 1900-01-01 to 2099-12-31")
        );
    }

    #[test]
    fn times_are_read_and_dropped_where_the_target_is_a_date() {
        let formats = ["yyyy-mm-ddThh:mm:ssZ", "yyyy-mm-dd hh:mm:ss.f", "m/d/yyyy h:mm AM"];
        let mut times = date(&formats, true).unwrap();
        for (text, expected) in [
            ("2012-07-07T03:41:29Z", "2012-07-07T03:41:29Z"),
            ("2012-07-07 03:41:29.000", "2012-07-07T03:41:29Z"),
            ("7/7/2012 12:05 am", "2012-07-07T00:05:00Z"),
            ("7/7/2012 3:05 PM", "2012-07-07T15:05:00Z"),
        ] {
            assert_eq!(times.apply(Some(text)), Outcome::Value(expected.into()), "{text}");
        }
        assert!(matches!(times.apply(Some("2012-07-07T24:00:00Z")), Outcome::Wrong(_)));
        let mut dates = date(&formats, false).unwrap();
        assert_eq!(dates.apply(Some("7/7/2012 3:05 PM")), Outcome::Value("2012-07-07".into()));
    }

    #[test]
    fn formats_that_cannot_be_told_apart_or_read_are_refused() {
        for (formats, part) in [
            (&["dd/mm/yyyy", "mm/dd/yyyy"][..], "never read the same text"),
            (&["dd.mm.yy", "yy.mm.dd"][..], "never read the same text"),
            (&["dd/mm"][..], "needs a year"),
            (&["yyyy-mm-dd mm"][..], "twice"),
            (&["yyyy-mm-dd q"][..], "means nothing"),
            (&[][..], "found none"),
        ] {
            let error = date(formats, false).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }
}
