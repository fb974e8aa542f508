//! Dates: moved by the person's offset, so that the intervals between a person's dates hold.

use crate::offset::{day_of, push_day};

/// Writes the date moved by so many days, with whatever stood behind the day (the time of day); false where it is no
/// date.
pub(super) fn mask(days: i64, text: &str, out: &mut String) -> bool {
    out.clear();
    let moved = day_of(text).and_then(|day| day.checked_add(days));
    let (Some(moved), Some(rest)) = (moved, text.get(10..)) else { return false };
    let moves = push_day(moved, out);
    out.push_str(rest);
    moves
}

#[cfg(test)]
mod tests {
    use super::day_of;
    use crate::forbidden::Forbidden;
    use crate::masks::tests::{materials, written};

    #[test]
    fn intervals_hold_and_the_time_of_day_stays() {
        let materials = materials(Forbidden::none());
        let mask = |person, text: &str| {
            written(|out| super::mask(materials.offsets.days(person), text, out))
        };
        for person in 1..500 {
            let birth = mask(person, "1984-02-29").unwrap();
            let visit = mask(person, "2021-11-30T08:15:00Z").unwrap();
            assert!(visit.ends_with("T08:15:00Z"));
            let days = |from: &str, to: &str| day_of(to).unwrap() - day_of(from).unwrap();
            assert_eq!(days(&birth, &visit), days("1984-02-29", "2021-11-30"));
            assert_ne!(birth, "1984-02-29");
        }
        assert!(mask(1, "29/02/1984").is_none());
        assert!(mask(1, "1983-02-29").is_none());
    }
}
