//! Texts of a column that were looked at already: kinds, statuses, units, the sentences of masks repeat thousands of
//! times, and what was looked at once need not be again. Texts are compared whole, not by their hash.

use super::hash;

const SLOTS: usize = 256;
/// Longer texts are not remembered; they seldom repeat.
const LONGEST: usize = 63;
/// After so many texts the column is left alone when it does not repeat itself.
const TRIAL: u32 = 2_048;
const LEAST_KNOWN: u32 = TRIAL / 4;

#[derive(Clone, Copy)]
struct Slot {
    /// 0: nothing is remembered here; the empty text is none that is looked at.
    length: u8,
    text: [u8; LONGEST],
}

/// The texts of one column, as far as they are remembered.
#[derive(Default)]
pub(super) struct Repeats {
    slots: Vec<Slot>,
    asked: u32,
    known: u32,
    off: bool,
}

impl Repeats {
    /// Remembers nothing: for columns where a text means something else in every row.
    pub(super) fn off() -> Self {
        Self { off: true, ..Self::default() }
    }

    /// Tells whether the text is remembered.
    pub(super) fn knows(&mut self, text: &[u8]) -> bool {
        if self.off || text.len() > LONGEST {
            return false;
        }
        let known = self.slots.get(place(text)).is_some_and(|slot| {
            slot.length > 0 && slot.text.get(..usize::from(slot.length)) == Some(text)
        });
        self.known += u32::from(known);
        self.asked += 1;
        if self.asked == TRIAL {
            self.off = self.known < LEAST_KNOWN;
            (self.asked, self.known) = (0, 0);
        }
        known
    }

    /// Remembers a text, in the place of another.
    pub(super) fn keep(&mut self, text: &[u8]) {
        let Ok(length) = u8::try_from(text.len()) else { return };
        if self.off || text.len() > LONGEST {
            return;
        }
        if self.slots.is_empty() {
            self.slots = vec![Slot { length: 0, text: [0; LONGEST] }; SLOTS];
        }
        if let Some(slot) = self.slots.get_mut(place(text))
            && let Some(to) = slot.text.get_mut(..text.len())
        {
            to.copy_from_slice(text);
            slot.length = length;
        }
    }
}

fn place(text: &[u8]) -> usize {
    usize::try_from(hash::of_bytes(text) & 0xffff).unwrap_or_default() % SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_kept_is_known() {
        let mut repeats = Repeats::default();
        for number in 0..1_000 {
            let text = format!("text {number}");
            assert!(!repeats.knows(text.as_bytes()));
            repeats.keep(text.as_bytes());
            assert!(repeats.knows(text.as_bytes()));
            assert!(!repeats.knows(format!("text {number}.").as_bytes()));
        }
        let long = [b'x'; LONGEST + 1];
        repeats.keep(&long);
        assert!(!repeats.knows(&long));
        assert!(!repeats.knows(b""));
        let mut off = Repeats::off();
        off.keep(b"text");
        assert!(!off.knows(b"text"));
    }

    #[test]
    fn a_column_that_does_not_repeat_itself_is_left_alone() {
        let mut repeats = Repeats::default();
        for number in 0..TRIAL {
            let text = format!("text {number}");
            assert!(!repeats.knows(text.as_bytes()));
            repeats.keep(text.as_bytes());
        }
        assert!(repeats.off);
    }
}
