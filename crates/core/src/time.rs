//! Points in time and calendar dates.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

pub use jiff::civil::Date;

/// A point in time, UTC, to the second; written `2026-03-02T09:00:00Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(i64);

/// A text that is not a point in time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a time such as `2026-03-02T09:00:00Z`, found `{0}`")]
pub struct NotATimestamp(String);

impl Timestamp {
    /// Makes a point in time from whole seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn from_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Returns whole seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn as_seconds(self) -> i64 {
        self.0
    }

    /// Returns the time that many whole days later (earlier when negative).
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        Self(self.0.saturating_add(days.saturating_mul(86_400)))
    }

    /// Returns the time that many seconds later.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Returns the whole days from `earlier` to `self`, rounded down.
    #[must_use]
    pub fn days_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).div_euclid(86_400)
    }

    /// Returns the calendar date in UTC.
    #[must_use]
    pub fn date(self) -> Date {
        jiff::Timestamp::from_second(self.0)
            .map(|t| t.to_zoned(jiff::tz::TimeZone::UTC).date())
            .unwrap_or_default()
    }

    /// Returns the time as people read it: `2026-03-02 09:00:00 UTC`.
    #[must_use]
    pub fn human(self) -> String {
        let text = self.to_string();
        format!("{} UTC", text.trim_end_matches('Z').replacen('T', " ", 1))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_second(self.0) {
            Ok(time) => write!(f, "{time}"),
            Err(_) => write!(f, "{}s", self.0),
        }
    }
}

impl From<Timestamp> for String {
    fn from(time: Timestamp) -> Self {
        time.to_string()
    }
}

impl FromStr for Timestamp {
    type Err = NotATimestamp;

    fn from_str(text: &str) -> Result<Self, NotATimestamp> {
        text.parse::<jiff::Timestamp>()
            .map(|time| Self(time.as_second()))
            .map_err(|_| NotATimestamp(text.chars().take(40).collect()))
    }
}

impl TryFrom<String> for Timestamp {
    type Error = NotATimestamp;

    fn try_from(text: String) -> Result<Self, NotATimestamp> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_and_read_back() {
        let time: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
        assert_eq!(time.to_string(), "2026-03-02T09:00:00Z");
        assert_eq!(time.human(), "2026-03-02 09:00:00 UTC");
        assert_eq!(time.plus_days(14).date().to_string(), "2026-03-16");
        assert_eq!(time.plus_days(14).days_since(time), 14);
        assert!("yesterday".parse::<Timestamp>().is_err());
    }
}
