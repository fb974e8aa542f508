//! Calendar days, and the ways in which the legacy database writes them.

/// A day, counted from 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Day(pub(super) i64);

/// The last day that the legacy database knows: 2025-12-31.
pub(super) const LAST: Day = Day(20_453);

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl Day {
    /// Returns the day so many days later, but never after the last one.
    pub(super) fn plus(self, days: i64) -> Self {
        Self((self.0 + days).min(LAST.0))
    }

    /// Returns year, month and day of the month (proleptic Gregorian calendar).
    pub(super) fn parts(self) -> (i64, usize, i64) {
        let shifted = self.0 + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let part = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * part + 2) / 5 + 1;
        let month = if part < 10 { part + 3 } else { part - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        (year, usize::try_from(month).unwrap_or(1), day)
    }

    /// Writes the day as `1978-03-21`.
    pub(super) fn iso(self) -> String {
        let (year, month, day) = self.parts();
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// Writes the day as `21/03/1978`.
    pub(super) fn slashes(self) -> String {
        let (year, month, day) = self.parts();
        format!("{day:02}/{month:02}/{year:04}")
    }

    /// Writes the day as `21 Mar 1978`.
    pub(super) fn words(self) -> String {
        let (year, month, day) = self.parts();
        format!("{day} {} {year:04}", MONTHS[(month + 11) % 12])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        assert_eq!(LAST.iso(), "2025-12-31");
        assert_eq!(Day(0).iso(), "1970-01-01");
        assert_eq!(Day(11_016).slashes(), "29/02/2000");
        assert_eq!(Day(-1).words(), "31 Dec 1969");
        assert_eq!(Day(3_001).iso(), "1978-03-21");
        for offset in [-9_000_i64, -1, 59, 60, 8_000, 19_000] {
            let date =
                jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().days(offset)).unwrap();
            assert_eq!(Day(offset).iso(), date.to_string());
        }
        assert_eq!(LAST.plus(5), LAST);
    }
}
