//! The walk along the chain, from its end backwards.
//!
//! The head vouches for the last entry; an entry that is vouched for vouches, by its `previous`, for the one before
//! it. So the entry that was changed is the one named, not the one after it, although its own hash was recomputed.

use std::collections::{HashMap, VecDeque};

use landfall_core::{digest::Digest, time::Timestamp};

use crate::{Problem, line::Inspected};

/// More problems than this are only counted, so that memory stays flat.
const LISTED: usize = 1000;

/// What the walk needs to know of an entry.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) hash: Digest,
    pub(crate) sequence: Option<u64>,
    pub(crate) previous: Option<Digest>,
    pub(crate) fault: Option<String>,
}

impl Link {
    /// Adds a fault to what is already wrong.
    pub(crate) fn blame(&mut self, what: &str) {
        match &mut self.fault {
            None => self.fault = Some(what.to_owned()),
            Some(fault) => {
                fault.push_str("; ");
                fault.push_str(what);
            }
        }
    }
}

impl From<Inspected> for Link {
    fn from(inspected: Inspected) -> Self {
        Self {
            hash: inspected.hash,
            sequence: inspected.entry.as_ref().map(|entry| entry.sequence),
            previous: inspected.entry.as_ref().map(|entry| entry.previous),
            fault: inspected.fault,
        }
    }
}

/// Collects problems while positions descend; keeps those of the earliest entries.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    entries: VecDeque<Problem>,
    others: Vec<Problem>,
    further: u64,
}

impl Problems {
    pub(crate) fn push(&mut self, problem: Problem) {
        if problem.sequence().is_none() {
            if self.others.contains(&problem) {
                return;
            }
            if self.others.len() < LISTED {
                self.others.push(problem);
            } else {
                self.further += 1;
            }
            return;
        }
        if let Problem::BadEntry { sequence, what } = &problem
            && self.amend(*sequence, what)
        {
            return;
        }
        self.entries.push_back(problem);
        if self.entries.len() > LISTED {
            self.entries.pop_front();
            self.further += 1;
        }
    }

    /// Adds words to the problem reported last, where it is about this entry.
    fn amend(&mut self, position: u64, words: &str) -> bool {
        match self.entries.back_mut() {
            Some(
                Problem::BadEntry { sequence, what } | Problem::HeadMismatch { sequence, what },
            ) if *sequence == position => {
                what.push_str("; ");
                what.push_str(words);
                true
            }
            Some(_) | None => false,
        }
    }

    /// Returns the position of the earliest entry with a problem.
    pub(crate) fn first(&self) -> Option<u64> {
        self.entries.iter().filter_map(Problem::sequence).min()
    }

    /// Returns the problems in the order in which they are reported.
    pub(crate) fn into_vec(self) -> Vec<Problem> {
        let mut problems: Vec<Problem> = self.entries.into();
        problems.sort_by_key(Problem::sequence);
        problems.extend(self.others);
        if self.further > 0 {
            problems.push(Problem::Further { count: self.further });
        }
        problems
    }
}

/// The record that vouches for the last entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// The store's head record.
    Record,
    /// An export's trailer.
    Trailer,
    /// An export's trailer that agrees with a head known from outside: the last entry cannot be the unchanged one.
    Anchored,
}

impl End {
    fn name(self) -> &'static str {
        match self {
            Self::Record => "the head record",
            Self::Trailer => "the trailer",
            Self::Anchored => "the head asked for",
        }
    }
}

/// Walks the chain downwards, one position after the other.
#[derive(Debug)]
pub(crate) struct Walk {
    pub(crate) problems: Problems,
    end: End,
    at_end: bool,
    due: u64,
    expected: Option<Digest>,
    named_by_bad: Option<Digest>,
    taken: u64,
    newest: Option<Digest>,
}

impl Walk {
    /// Starts at the last position, whose hash the end record names.
    pub(crate) fn new(end: End, due: u64, expected: Option<Digest>, problems: Problems) -> Self {
        Self {
            problems,
            end,
            at_end: true,
            due,
            expected,
            named_by_bad: None,
            taken: 0,
            newest: None,
        }
    }

    /// Returns the position that comes next; 0 when all were taken.
    pub(crate) fn due(&self) -> u64 {
        self.due
    }

    /// Tells whether the hash is the one that the entry above (or the end record) names.
    pub(crate) fn expects(&self, hash: &Digest) -> bool {
        self.expected.as_ref() == Some(hash)
    }

    /// Returns how many entries were read.
    pub(crate) fn taken(&self) -> u64 {
        self.taken
    }

    /// Returns the hash of the last entry of the chain that was read.
    pub(crate) fn newest(&self) -> Option<Digest> {
        self.newest
    }

    /// Takes the entry at a position not above the due one; positions passed over are missing.
    pub(crate) fn take(&mut self, position: u64, mut link: Link) {
        self.pass_over(position);
        if let Some(sequence) = link.sequence.filter(|sequence| *sequence != position) {
            link.blame(&format!("its line says that it is entry `{sequence}`"));
        }
        if position == 1 && link.previous.is_some_and(|previous| previous != Digest::ZERO) {
            link.blame("it is the first, but names an entry before it");
        }
        let clean = link.fault.is_none();
        let vouched = self.expected.map(|expected| expected == link.hash);
        if vouched == Some(false) && clean && self.at_end && self.end != End::Anchored {
            self.problems.push(Problem::HeadMismatch {
                sequence: position,
                what: format!(
                    "{} names another hash; either it or the entry was changed",
                    self.end.name()
                ),
            });
        } else {
            self.judge(position, vouched, &mut link);
        }
        let trusted = vouched.unwrap_or(clean);
        self.expected = link.previous.filter(|_| trusted);
        self.named_by_bad = link.previous.filter(|_| !trusted);
        self.newest = self.newest.or(Some(link.hash));
        self.taken += 1;
        self.descend(position);
    }

    /// Reports the entry where it is bad, or the doubt that a bad entry above leaves about it.
    fn judge(&mut self, position: u64, vouched: Option<bool>, link: &mut Link) {
        if vouched == Some(false) {
            let voucher = if self.at_end {
                self.end.name().to_owned()
            } else {
                format!("entry `{}`", position + 1)
            };
            link.blame(&format!("its content is not what {voucher} vouches for"));
        }
        if let Some(what) = link.fault.take() {
            self.problems.push(Problem::BadEntry { sequence: position, what });
        } else if self.named_by_bad.is_some_and(|named| named != link.hash) {
            // The link is broken on one of its two sides, and the entry above is bad already.
            self.problems.amend(
                position + 1,
                &format!("it does not name entry `{position}` as it stands, which may have been changed as well"),
            );
        }
    }

    /// Reports an entry that cannot be read.
    pub(crate) fn lose(&mut self, position: u64, what: &str) {
        self.pass_over(position);
        self.problems.push(Problem::BadEntry { sequence: position, what: what.to_owned() });
        self.expected = None;
        self.named_by_bad = None;
        self.descend(position);
    }

    fn pass_over(&mut self, position: u64) {
        if position < self.due {
            self.problems.push(Problem::Missing { sequence: position + 1, last: self.due });
            self.expected = None;
            self.named_by_bad = None;
            self.at_end = false;
        }
    }

    fn descend(&mut self, position: u64) {
        self.at_end = false;
        self.due = position.saturating_sub(1);
    }

    /// Ends the walk: what is still due is missing, and an empty chain must end in zeros.
    pub(crate) fn finish(&mut self) {
        self.pass_over(0);
        if self.at_end && self.expected.is_some_and(|expected| expected != Digest::ZERO) {
            self.problems.push(Problem::HeadMismatch {
                sequence: 0,
                what: format!("{} names a last entry, but there is none", self.end.name()),
            });
        }
        self.due = 0;
    }
}

/// Follows versions and times upwards along the chain.
///
/// Only faults before the first bad entry count: after it they are its consequences.
#[derive(Debug, Default)]
pub(crate) struct Order {
    versions: HashMap<String, u64>,
    time: Option<Timestamp>,
}

impl Order {
    /// Returns what is out of order about the next entry.
    pub(crate) fn follow(&mut self, stream: &str, version: u64, time: Timestamp) -> Option<String> {
        let last = self.versions.insert(stream.to_owned(), version).unwrap_or(0);
        let backwards = self.time.is_some_and(|before| time < before);
        self.time = Some(time);
        if version != last.saturating_add(1) {
            return Some(format!(
                "expected version `{}` of its stream, found `{version}`",
                last.saturating_add(1)
            ));
        }
        backwards.then(|| "its time is before that of the entry before it".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(sequence: u64, hash: u8, previous: u8) -> Link {
        Link {
            hash: Digest::from([hash; 32]),
            sequence: Some(sequence),
            previous: Some(Digest::from([previous; 32])),
            fault: None,
        }
    }

    fn walk(last: u8, links: Vec<Link>, due: u64) -> Vec<Problem> {
        let mut walk =
            Walk::new(End::Record, due, Some(Digest::from([last; 32])), Problems::default());
        for link in links {
            let position = link.sequence.unwrap();
            walk.take(position, link);
        }
        walk.finish();
        walk.problems.into_vec()
    }

    #[test]
    fn an_unbroken_chain_has_no_problems() {
        assert!(walk(3, vec![link(3, 3, 2), link(2, 2, 1), link(1, 1, 0)], 3).is_empty());
        assert!(walk(0, vec![], 0).is_empty());
    }

    #[test]
    fn the_changed_entry_is_named_and_not_its_successor() {
        let problems = walk(3, vec![link(3, 3, 2), link(2, 9, 1), link(1, 1, 0)], 3);
        assert_eq!(problems.iter().map(Problem::sequence).collect::<Vec<_>>(), [Some(2)]);
    }

    #[test]
    fn an_entry_whose_own_link_was_changed_is_named_and_not_its_predecessor() {
        let problems = walk(3, vec![link(3, 3, 2), link(2, 9, 7), link(1, 1, 0)], 3);
        assert_eq!(problems.iter().map(Problem::sequence).collect::<Vec<_>>(), [Some(2)]);
        assert!(problems[0].to_string().contains("entry `1` as it stands"), "{}", problems[0]);
    }

    #[test]
    fn missing_entries_are_named_as_missing() {
        let problems = walk(4, vec![link(4, 4, 3), link(1, 1, 0)], 4);
        assert_eq!(problems, [Problem::Missing { sequence: 2, last: 3 }]);
        let problems = walk(4, vec![link(2, 2, 1), link(1, 1, 0)], 4);
        assert_eq!(problems, [Problem::Missing { sequence: 3, last: 4 }]);
        assert_eq!(walk(4, vec![], 4), [Problem::Missing { sequence: 1, last: 4 }]);
    }

    #[test]
    fn a_last_entry_that_the_head_does_not_name_is_in_doubt() {
        let problems = walk(9, vec![link(2, 2, 1), link(1, 1, 0)], 2);
        assert!(matches!(problems[..], [Problem::HeadMismatch { sequence: 2, .. }]));
        assert!(matches!(walk(9, vec![], 0)[..], [Problem::HeadMismatch { sequence: 0, .. }]));
    }

    #[test]
    fn a_first_entry_that_names_one_before_it_is_bad() {
        let problems = walk(1, vec![link(1, 1, 5)], 1);
        assert!(matches!(problems[..], [Problem::BadEntry { sequence: 1, .. }]));
    }

    #[test]
    fn the_earliest_problems_are_the_listed_ones() {
        let mut problems = Problems::default();
        let total = LISTED as u64 + 10;
        for sequence in (1..=total).rev() {
            problems.push(Problem::Missing { sequence, last: sequence });
        }
        assert_eq!(problems.first(), Some(1));
        let problems = problems.into_vec();
        assert_eq!(problems.len(), LISTED + 1);
        assert_eq!(problems[0].sequence(), Some(1));
        assert_eq!(problems[LISTED], Problem::Further { count: 10 });
    }

    #[test]
    fn versions_without_gaps_and_times_that_do_not_run_backwards_are_in_order() {
        let at = Timestamp::from_seconds;
        let mut order = Order::default();
        assert_eq!(order.follow("a", 1, at(5)), None);
        assert_eq!(order.follow("b", 1, at(5)), None);
        assert_eq!(order.follow("a", 2, at(6)), None);
        assert!(order.follow("a", 4, at(6)).is_some());
        assert!(order.follow("b", 2, at(5)).is_some());
    }
}
