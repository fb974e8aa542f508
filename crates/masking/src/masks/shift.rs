//! Dates: moved by the person's offset, so that the intervals between a person's dates hold.

use super::{Cell, Materials};
use crate::offset::{day_of, text_of};

/// Returns the moved date, with whatever stood behind the day (the time of day); nothing where it is no date.
pub(super) fn mask(materials: &Materials, cell: Cell, text: &str) -> Option<String> {
    let day = day_of(text)?;
    let mut moved = text_of(day.checked_add(materials.offsets.days(cell.person))?)?;
    moved.push_str(text.get(10..)?);
    Some(moved)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forbidden::Forbidden;
    use crate::masks::tests::{cell, materials};

    #[test]
    fn intervals_hold_and_the_time_of_day_stays() {
        let materials = materials(Forbidden::none());
        for person in 1..500 {
            let birth = mask(&materials, cell(person), "1984-02-29").unwrap();
            let visit = mask(&materials, cell(person), "2021-11-30T08:15:00Z").unwrap();
            assert!(visit.ends_with("T08:15:00Z"));
            let days = |from: &str, to: &str| day_of(to).unwrap() - day_of(from).unwrap();
            assert_eq!(days(&birth, &visit), days("1984-02-29", "2021-11-30"));
            assert_ne!(birth, "1984-02-29");
        }
        assert!(mask(&materials, cell(1), "29/02/1984").is_none());
        assert!(mask(&materials, cell(1), "1983-02-29").is_none());
    }
}
