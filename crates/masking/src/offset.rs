//! The offset by which all dates of a person move: one per person, never 0, the same in every table.

use std::collections::HashMap;

use crate::{
    bloom::{Bloom, hash_pair},
    key::{MaskKey, Subkey},
    masks::digits,
};

/// The largest first offset, in days.
const YEAR: i64 = 365;
/// After so many draws the offsets may be a year larger: a person with dates on most days of a year needs it.
const DRAWS_PER_YEAR: u32 = 64;
/// Draws after which a person has no offset; the offsets then reach 64 years, farther than any file of dates.
const ATTEMPTS: u32 = 4_096;
/// Days from 0000-03-01, the origin of the calendar arithmetic below, to 1970-01-01.
const EPOCH: i64 = 719_468;

/// The most that the filter over the dates takes: at 200,000 volunteers with 14 dates each 24 bits for each date, so that
/// about one date in a thousand is suspected without need.
const MOST_DATES: usize = 8 << 20;

/// Draws offsets; remembers only the people whose first draw would have met a date of their own.
pub(crate) struct Offsets {
    key: Subkey,
    redrawn: HashMap<i64, u32>,
}

/// A person whose dates leave no room for any offset; practically out of reach.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(
        "no offset was found that moves every date of volunteer row {0} away from all of them: use another mask key"
    )]
    Exhausted(i64),
}

impl Offsets {
    /// Draws without having looked at anybody's dates.
    pub(crate) fn new(key: &MaskKey) -> Self {
        Self { key: key.derive("offset"), redrawn: HashMap::new() }
    }

    /// Draws again where a moved date would be another date of the same person, or leave the calendar. `dates` holds
    /// person and day number ([`day_of`]) of all dates of those for whom [`Dates::note`] suspects it; the memory used
    /// does not depend on the number of people, except for them.
    pub(crate) fn redraw(&mut self, dates: &mut [(i64, i32)]) -> Result<(), Error> {
        dates.sort_unstable();
        let mut days = Vec::new();
        for same in dates.chunk_by(|(one, _), (other, _)| one == other) {
            let Some((person, _)) = same.first() else { continue };
            days.extend(same.iter().map(|(_, day)| i64::from(*day)));
            self.settle(*person, &mut days)?;
        }
        Ok(())
    }

    /// Returns the first draw of a person, which most people keep.
    pub(crate) fn first(&self, person: i64) -> i64 {
        self.draw(person, 0)
    }

    /// Returns the person's offset in days.
    pub(crate) fn days(&self, person: i64) -> i64 {
        let attempt = if self.redrawn.is_empty() {
            0
        } else {
            self.redrawn.get(&person).copied().unwrap_or_default()
        };
        self.draw(person, attempt)
    }

    fn draw(&self, person: i64, attempt: u32) -> i64 {
        let mut draw = self.key.draw(person, 0, attempt);
        let range = YEAR * (1 + i64::from(attempt / DRAWS_PER_YEAR));
        let days = 1 + i64::from(draw.number()) % range;
        if draw.byte() & 1 == 0 { days } else { -days }
    }

    /// Finds the first draw with which no moved date is a date of the person, and empties the list.
    fn settle(&mut self, person: i64, days: &mut Vec<i64>) -> Result<(), Error> {
        days.sort_unstable();
        days.dedup();
        let fits = |offset: i64| {
            days.iter().all(|day| {
                let moved = day + offset;
                in_calendar(moved) && days.binary_search(&moved).is_err()
            })
        };
        let attempt = (0..ATTEMPTS)
            .find(|attempt| fits(self.draw(person, *attempt)))
            .ok_or(Error::Exhausted(person))?;
        if attempt > 0 {
            self.redrawn.insert(person, attempt);
        }
        days.clear();
        Ok(())
    }
}

/// The dates of everybody, known well enough to suspect those whose first draw does not fit.
pub(crate) struct Dates {
    known: Bloom,
}

impl Dates {
    /// Makes room for about so many dates.
    pub(crate) fn sized(dates: usize) -> Self {
        // A wrong suspicion costs the reading of a person's dates, so there is more room than the filter asks for.
        Self { known: Bloom::sized(dates.saturating_mul(2), MOST_DATES) }
    }

    /// Notes a date of a person, whose first draw is `offset`, and tells whether that draw may not fit: whether the
    /// moved date leaves the calendar, or meets a date that was noted before, or is met by one. Of two dates that meet,
    /// whichever is noted second tells so. It never misses one.
    pub(crate) fn note(&self, person: i64, day: i64, offset: i64) -> bool {
        self.known.insert(hash_pair(person, day));
        !in_calendar(day + offset)
            || self.known.contains(hash_pair(person, day + offset))
            || self.known.contains(hash_pair(person, day - offset))
    }
}

/// Returns the day number (days since 1970-01-01) of a text that begins with `yyyy-mm-dd` and goes on, if at all, with
/// a time of day; nothing where it is no date of the years 1 to 9999.
pub(crate) fn day_of(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    if bytes.len() < 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    if !matches!(bytes.get(10), None | Some(b'T' | b' ')) {
        return None;
    }
    let number = |from: usize, to: usize| {
        bytes[from..to].iter().try_fold(0_i64, |number, byte| {
            byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0'))
        })
    };
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    if year == 0 || day == 0 || day > last {
        return None;
    }
    // The year is counted from March, so that the leap day is its last; then the rule of 400 years is one division.
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - EPOCH)
}

/// Writes the date of a day number as `yyyy-mm-dd`; false outside the years 1 to 9999.
pub(crate) fn push_day(day: i64, out: &mut String) -> bool {
    if !in_calendar(day) {
        return false;
    }
    let days = day + EPOCH;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let date = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    digits(out, year.unsigned_abs(), 4);
    out.push('-');
    digits(out, month.unsigned_abs(), 2);
    out.push('-');
    digits(out, date.unsigned_abs(), 2);
    true
}

/// 0001-01-01 to 9999-12-31.
fn in_calendar(day: i64) -> bool {
    (-719_162..=2_932_896).contains(&day)
}

#[cfg(test)]
mod tests {
    use jiff::civil::Date;
    use proptest::prelude::*;

    use super::*;

    fn text_of(day: i64) -> Option<String> {
        let mut text = String::new();
        push_day(day, &mut text).then_some(text)
    }

    #[test]
    fn the_calendar_ends_where_it_says() {
        assert_eq!(day_of("1970-01-01"), Some(0));
        assert_eq!(text_of(-719_162).as_deref(), Some("0001-01-01"));
        assert_eq!(text_of(2_932_896).as_deref(), Some("9999-12-31"));
        assert_eq!(text_of(2_932_897), None);
        assert_eq!(text_of(-719_163), None);
        for wrong in
            ["", "1980-2-30", "1980-02-30", "1900-02-29", "0000-01-01", "31/02/1980", "1980-01-01x"]
        {
            assert_eq!(day_of(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn day_numbers_agree_with_another_calendar(day in -719_162_i64..=2_932_896) {
            let text = text_of(day).unwrap();
            let date: Date = text.parse().unwrap();
            let epoch = Date::constant(1970, 1, 1);
            prop_assert_eq!(i64::from(date.since(epoch).unwrap().get_days()), day);
            prop_assert_eq!(day_of(&text), Some(day));
        }

        #[test]
        fn an_offset_is_never_nothing_and_never_meets_a_date_of_the_person(
            person in 1_i64..1_000_000,
            mut days in proptest::collection::vec(10_000_i64..12_000, 1..120),
        ) {
            let mut offsets = Offsets::new(&MaskKey::from_bytes([9; 32]));
            let before = days.clone();
            offsets.settle(person, &mut days).unwrap();
            let offset = offsets.days(person);
            prop_assert_ne!(offset, 0);
            prop_assert!(before.iter().all(|day| !before.contains(&(day + offset))));
        }
    }

    proptest! {
        #[test]
        fn suspicion_and_a_second_reading_settle_what_reading_everybody_settles(
            dates in proptest::collection::vec((1_i64..40, 10_000_i32..10_900), 1..400),
        ) {
            let key = MaskKey::from_bytes([9; 32]);
            let mut everybody = Offsets::new(&key);
            everybody.redraw(&mut dates.clone()).unwrap();
            let mut suspects = Offsets::new(&key);
            let known = Dates::sized(dates.len());
            let suspected: std::collections::BTreeSet<i64> = dates
                .iter()
                .filter(|(person, day)| {
                    known.note(*person, i64::from(*day), suspects.first(*person))
                })
                .map(|(person, _)| *person)
                .collect();
            let mut again: Vec<(i64, i32)> =
                dates.iter().copied().filter(|(person, _)| suspected.contains(person)).collect();
            suspects.redraw(&mut again).unwrap();
            for person in 1..40 {
                prop_assert_eq!(everybody.days(person), suspects.days(person));
            }
        }
    }

    #[test]
    fn a_person_with_a_date_on_every_day_of_three_years_moves_past_all_of_them() {
        let mut offsets = Offsets::new(&MaskKey::from_bytes([9; 32]));
        let mut days: Vec<i64> = (10_000..11_095).collect();
        offsets.settle(1, &mut days).unwrap();
        assert!(offsets.days(1).abs() >= 1_095);
    }

    #[test]
    fn first_draws_stay_within_a_year() {
        let offsets = Offsets::new(&MaskKey::from_bytes([9; 32]));
        let drawn: Vec<i64> = (1..2_000).map(|person| offsets.days(person)).collect();
        assert!(drawn.iter().all(|days| *days != 0 && days.abs() <= YEAR));
        assert!(drawn.iter().any(|days| *days > 0) && drawn.iter().any(|days| *days < 0));
    }
}
