//! A small generator of pseudo-random numbers (SplitMix64): the same seed gives the same numbers everywhere.

/// What the numbers are drawn for, so that one purpose never disturbs another.
#[derive(Debug, Clone, Copy)]
pub(super) enum Purpose {
    Person = 1,
    Conditions = 2,
    Medications = 3,
    Substances = 4,
    Appointments = 5,
    Participation = 6,
    Letters = 7,
    Documents = 8,
}

/// A stream of numbers.
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    /// Begins the stream of one purpose for one person.
    pub(super) fn of(seed: u64, index: u64, purpose: Purpose) -> Self {
        let start = mixed(seed ^ 0x6c61_6e64_6661_6c6c)
            ^ mixed(index.wrapping_mul(8).wrapping_add(purpose as u64));
        Self(mixed(start))
    }

    /// Draws a number below the bound (0 for a bound of 0).
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let drawn = u128::from(mixed(self.0)) * (bound as u128);
        (drawn >> 64) as usize
    }

    /// Draws a number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = usize::try_from(high - low + 1).unwrap_or(1);
        low + i64::try_from(self.below(width)).unwrap_or(0)
    }

    /// Says yes in so many cases of a hundred.
    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// Picks one of a list, each as often as the other.
    pub(super) fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }

    /// Picks one of a list whose first entries are the frequent ones.
    pub(super) fn pick_frequent<T: Copy>(&mut self, list: &[T]) -> T {
        let (one, other) = (self.below(list.len()), self.below(list.len()));
        list[one.min(other)]
    }
}

/// Mixes the bits of a number.
pub(super) fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_in_bounds_repeat_and_differ_by_purpose() {
        let mut one = Random::of(7, 3, Purpose::Person);
        let mut again = Random::of(7, 3, Purpose::Person);
        let mut other = Random::of(7, 3, Purpose::Letters);
        let first: Vec<_> = (0..50).map(|_| one.below(1000)).collect();
        let second: Vec<_> = (0..50).map(|_| again.below(1000)).collect();
        let third: Vec<_> = (0..50).map(|_| other.below(1000)).collect();
        assert_eq!(first, second);
        assert_ne!(first, third);
        assert!(first.iter().all(|number| *number < 1000));
        assert!((0..200).all(|_| (-3..=4).contains(&one.between(-3, 4))));
    }
}
