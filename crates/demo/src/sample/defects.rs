//! What is wrong with the legacy database, and how often: fixed rates, so that counts grow with the volunteers.

/// Something that is wrong with a person's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Defect {
    /// The same person stands in the table already, under another number.
    Duplicate { of: u64 },
    /// A birth date such as 31/02/1980.
    ImpossibleDate,
    /// No family name.
    MissingName,
    /// A first name longer than the product takes.
    TooLong,
    /// One value too few in the row.
    TooFewValues,
    /// One value too many in the row.
    TooManyValues,
    /// Nothing.
    None,
}

/// How far back the first row of a duplicate stands.
const BACK: u64 = 23;

/// Says what is wrong with a person's row. The rates never meet in one row.
pub(super) fn of(index: u64) -> Defect {
    if index % 50 == 49 {
        Defect::Duplicate { of: index - BACK }
    } else if index % 200 == 101 {
        Defect::ImpossibleDate
    } else if index % 250 == 112 {
        Defect::MissingName
    } else if index % 500 == 333 {
        Defect::TooLong
    } else if index % 800 == 207 {
        Defect::TooFewValues
    } else if index % 800 == 607 {
        Defect::TooManyValues
    } else {
        Defect::None
    }
}

/// Tells whether a child row of nobody follows this person's.
pub(super) fn orphan_follows(index: u64) -> bool {
    index % 60 == 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duplicates_repeat_rows_that_are_right() {
        for index in 0..20_000 {
            if let Defect::Duplicate { of: first } = of(index) {
                assert_eq!(of(first), Defect::None);
            }
        }
    }
}
