//! A filter of fixed size: it may say yes to what it never saw, and never says no to what it did.
//!
//! It is a set of 64-bit hashes, eight to a cache line: adding or asking touches one line, seldom the next. The lowest 6
//! bits of an entry say in which way the source holds the text, so that one question answers for a whole cell. Several
//! threads add at once; which place an entry gets depends on their order, what the filter answers does not.

use std::sync::{
    OnceLock,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use landfall_catalogue::Class;

use super::hash;

const PER_LINE: usize = 8;
const LEAST_LINES: usize = 1 << 7;
/// 128 MiB, reached at about 2 million estimated entries, so that 50,000 and 200,000 volunteers take the same. 200,000
/// have some 6.5 million different traces, which fill 4 places of 10: a question reads 1.05 lines. 58 bits of a hash are
/// compared, so that of the 20 million questions of such a scan none is expected to pass without cause (6.5 million x 20
/// million / 2^58 = 0.0005). Suspects are asked exactly in any case.
const MOST_LINES: usize = 1 << 21;
/// Full lines that are passed before an entry goes to the overflow: some 14 million entries have a place.
const REACH: usize = 64;
/// 32 MiB, made only when the lines are full: 10 million more entries let about 1 stranger in 20,000 pass.
const OVERFLOW_LINES: usize = 1 << 19;
/// First words of names: 128 KiB, which stay in a processor's own cache.
const START_WORDS: usize = 1 << 14;

const CODES: u64 = 63;

/// In which way the source holds a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Code(u8);

impl Code {
    /// A trace that stands for itself: a date or town with its person, a name, a file.
    pub(super) const BOUND: Self = Self(1);

    /// A text of a class; `anywhere` when it is looked for outside of columns of its class too.
    pub(super) fn of(class: Class, anywhere: bool) -> Self {
        Self(2 * (class as u8 + 1) + u8::from(anywhere))
    }
}

/// The ways in which the source may hold a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Codes(u64);

impl Codes {
    const VALUES: u64 = anywhere(Class::Email)
        | anywhere(Class::Phone)
        | anywhere(Class::AddressLine)
        | anywhere(Class::Postcode)
        | anywhere(Class::NationalId)
        | anywhere(Class::BankAccount)
        | anywhere(Class::ExternalId);
    const WHOLES: u64 = anywhere(Class::FreeText) | anywhere(Class::FileName);

    /// Tells whether the source does not hold it at all.
    #[inline]
    pub(super) fn none(self) -> bool {
        self.0 == 0
    }

    /// Tells whether it may be in a column of the class.
    pub(super) fn own(self, class: Class) -> bool {
        self.0 & (3_u64 << (2 * (class as u64 + 1))) != 0
    }

    /// Tells whether it may be a value that is looked for anywhere, in runs of words too.
    #[inline]
    pub(super) fn value(self) -> bool {
        self.0 & Self::VALUES != 0
    }

    /// Tells whether it may be a text that is looked for anywhere as a whole cell.
    pub(super) fn whole(self) -> bool {
        self.0 & Self::WHOLES != 0
    }
}

const fn anywhere(class: Class) -> u64 {
    1_u64 << (2 * (class as u64 + 1) + 1)
}

#[derive(Debug, Default)]
#[repr(align(64))]
struct Line([AtomicU64; PER_LINE]);

/// The filter.
pub(super) struct Filter {
    lines: Vec<Line>,
    overflow: OnceLock<Vec<Line>>,
    starts: Vec<AtomicU64>,
}

impl Filter {
    /// Makes an empty filter for about so many entries.
    pub(super) fn sized(entries: u64) -> Self {
        let lines = usize::try_from(entries / 2).unwrap_or(MOST_LINES);
        let lines = lines.clamp(LEAST_LINES, MOST_LINES).next_power_of_two();
        Self {
            lines: empty(lines),
            overflow: OnceLock::new(),
            starts: (0..START_WORDS).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    /// Adds entries; their lines are fetched together, so that the memory is waited for once and not for each.
    pub(super) fn add_all(&self, entries: &[(u64, Code)]) {
        let mut fetched = 0_u64;
        for (key, _) in entries {
            if let Some(Line([slot, ..])) = line_of(&self.lines, *key, 0) {
                fetched ^= slot.load(Relaxed);
            }
        }
        std::hint::black_box(fetched);
        for (key, code) in entries {
            self.add(*key, *code);
        }
    }

    /// Adds an entry.
    pub(super) fn add(&self, key: u64, code: Code) {
        let entry = (key & !CODES) | u64::from(code.0);
        for step in 0..REACH {
            let Some(line) = line_of(&self.lines, key, step) else { break };
            for slot in &line.0 {
                let mut there = slot.load(Relaxed);
                if there == 0 {
                    match slot.compare_exchange(0, entry, Relaxed, Relaxed) {
                        Ok(_) => return,
                        Err(other) => there = other,
                    }
                }
                if there == entry {
                    return;
                }
            }
        }
        let overflow = self.overflow.get_or_init(|| empty(OVERFLOW_LINES));
        if let Some(line) = line_of(overflow, key, 0) {
            for (slot, bit) in line.0.iter().zip(bits(key)) {
                slot.fetch_or(bit, Relaxed);
            }
        }
    }

    /// Returns in which ways the entry may have been added; never none of those in which it was.
    #[inline]
    pub(super) fn ask(&self, key: u64) -> Codes {
        let wanted = key & !CODES;
        let mut codes = 0_u64;
        for step in 0..REACH {
            let Some(line) = line_of(&self.lines, key, step) else { break };
            let mut last = 0;
            for slot in &line.0 {
                last = slot.load(Relaxed);
                if last & !CODES == wanted && last != 0 {
                    codes |= 1_u64 << (last & CODES);
                }
            }
            // A line is filled from its beginning: nothing went on to the next one.
            if last == 0 {
                return Codes(codes);
            }
        }
        let Some(overflow) = self.overflow.get() else { return Codes(codes) };
        let passes = line_of(overflow, key, 0).is_none_or(|line| {
            line.0.iter().zip(bits(key)).all(|(slot, bit)| slot.load(Relaxed) & bit != 0)
        });
        Codes(if passes { u64::MAX } else { codes })
    }

    /// Adds the first word of a name.
    pub(super) fn add_start(&self, key: u64) {
        let (word, bit) = start(key);
        if let Some(slot) = self.starts.get(word)
            && slot.load(Relaxed) & bit == 0
        {
            slot.fetch_or(bit, Relaxed);
        }
    }

    /// Tells whether a name may begin with the word.
    #[inline]
    pub(super) fn may_start(&self, key: u64) -> bool {
        let (word, bit) = start(key);
        self.starts.get(word).is_none_or(|slot| slot.load(Relaxed) & bit != 0)
    }
}

/// Returns the line of an entry, or one of those behind it; the number of lines is a power of two.
#[inline]
fn line_of(lines: &[Line], key: u64, step: usize) -> Option<&Line> {
    let first = usize::try_from(key >> 32).unwrap_or_default();
    lines.get(first.wrapping_add(step) & lines.len().wrapping_sub(1))
}

fn empty(lines: usize) -> Vec<Line> {
    (0..lines).map(|_| Line::default()).collect()
}

/// One bit for each word of a line of the overflow.
fn bits(key: u64) -> impl Iterator<Item = u64> {
    let spread = hash::mix(key);
    (0..PER_LINE).map(move |word| 1_u64 << ((spread >> (6 * word)) & 63))
}

fn start(key: u64) -> (usize, u64) {
    let number = usize::try_from(key >> 40).unwrap_or_default();
    ((number >> 6) % START_WORDS, 1_u64 << (number & 63))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u32) -> u64 {
        hash::mix(hash::of_bytes(&number.to_le_bytes()))
    }

    #[test]
    fn what_was_added_is_found_and_little_else() {
        let filter = Filter::sized(10_000);
        for number in 0..10_000_u32 {
            filter.add(key(number), Code::BOUND);
        }
        assert!((0..10_000_u32).all(|number| !filter.ask(key(number)).none()));
        let strangers =
            (10_000..110_000_u32).filter(|number| !filter.ask(key(*number)).none()).count();
        assert!(strangers < 100, "{strangers} of 100000");
    }

    #[test]
    fn what_does_not_fit_is_found_too() {
        let filter = Filter::sized(1);
        let entries: Vec<(u64, Code)> =
            (0..10_000_u32).map(|number| (key(number), Code::BOUND)).collect();
        filter.add_all(&entries);
        assert!(filter.overflow.get().is_some());
        assert!((0..10_000_u32).all(|number| !filter.ask(key(number)).none()));
        let strangers =
            (10_000..20_000_u32).filter(|number| !filter.ask(key(*number)).none()).count();
        assert!(strangers < 100, "{strangers} of 10000");
    }

    #[test]
    fn threads_add_at_once_and_nothing_is_lost() {
        let filter = Filter::sized(20_000);
        std::thread::scope(|scope| {
            for first in 0..3_u32 {
                let filter = &filter;
                scope.spawn(move || {
                    for number in first * 5_000..(first + 2) * 5_000 {
                        filter.add(key(number), Code::of(Class::Email, first == 0));
                        filter.add_start(key(number));
                    }
                });
            }
        });
        for number in 0..20_000_u32 {
            let codes = filter.ask(key(number));
            assert!(codes.own(Class::Email) && !codes.own(Class::Phone) && !codes.whole());
            assert_eq!(codes.value(), number < 10_000);
            assert!(filter.may_start(key(number)));
        }
    }

    #[test]
    fn every_class_has_codes_of_its_own() {
        for class in Class::ALL {
            for anywhere in [false, true] {
                let filter = Filter::sized(1);
                filter.add(key(7), Code::of(class, anywhere));
                let codes = filter.ask(key(7));
                for other in Class::ALL {
                    assert_eq!(codes.own(other), other == class);
                }
                assert!(anywhere || !(codes.value() || codes.whole()));
            }
        }
    }
}
