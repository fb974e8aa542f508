//! Verifying an export, anywhere and without a data directory.

use std::{
    collections::BTreeMap,
    io::{self, BufRead},
};

use landfall_core::digest::Digest;

use crate::{
    Error, Head, Problem, Verification,
    chain::{End, Link, Order, Problems, Walk},
    export::trailer,
    line,
};

/// What a trailer begins with; no entry does, because the first field of an entry is `actor`.
const TRAILER: &[u8] = br#"{"count":"#;
/// A last line that is not an entry and not longer than this is taken for a damaged trailer.
const TRAILER_ROOM: usize = 120;

/// What is kept of a line until the chain is walked: 80 bytes.
struct Kept {
    hash: Digest,
    previous: Option<Digest>,
    /// 0 when the line is not an entry.
    sequence: u64,
    short: bool,
}

/// An export as it was read from its beginning to its end.
#[derive(Default)]
struct Reading {
    kept: Vec<Kept>,
    /// What is wrong with lines, by their index.
    faults: BTreeMap<usize, String>,
    /// The first version or time out of order, by its line, which is the entry's position where all before it is good.
    disorder: BTreeMap<u64, String>,
    trailer: Option<Head>,
    contains_head: bool,
}

/// Verifies an export line by line; `head` is a head known from elsewhere (a printed document), which the chain must
/// then contain. An empty list of problems means that the export is intact.
///
/// # Errors
/// When the reader fails; whatever is wrong with the export is a [`Problem`].
pub fn verify_export(
    mut reader: impl BufRead,
    head: Option<&Digest>,
) -> Result<Verification, Error> {
    let mut problems = Problems::default();
    let mut reading = read(&mut reader, head, &mut problems)?;
    let (end, due, expected) = reading.end(head, &mut problems);
    let mut walk = Walk::new(end, due, expected, problems);
    reading.descend(&mut walk);
    let newest = reading.kept.last().map(|kept| kept.hash);
    let mut problems = walk.problems;
    // What follows a bad entry is out of order because of it.
    let first = problems.first().unwrap_or(u64::MAX);
    for (sequence, what) in reading.disorder.into_iter().filter(|(sequence, _)| *sequence < first) {
        problems.push(Problem::BadEntry { sequence, what });
    }
    if let Some(head) = head.filter(|head| !reading.contains_head && **head != Digest::ZERO) {
        problems.push(Problem::HeadAbsent { head: *head });
    }
    Ok(Verification {
        entries: reading.kept.len() as u64,
        head: reading.trailer.map(|trailer| trailer.hash).or(newest).unwrap_or(Digest::ZERO),
        problems: problems.into_vec(),
    })
}

fn read(
    reader: &mut impl BufRead,
    head: Option<&Digest>,
    problems: &mut Problems,
) -> Result<Reading, Error> {
    let mut reading = Reading::default();
    let mut order = Order::default();
    let mut line = Vec::new();
    let mut number = 0;
    let mut closed = false;
    while let Some(end) = next_line(reader, &mut line)? {
        number += 1;
        let mut bad = |what: &str| {
            problems.push(Problem::Trailer { line: number, what: what.to_owned() });
        };
        if closed {
            bad("expected nothing after the trailer, found more text");
            break;
        }
        if line.starts_with(TRAILER) {
            closed = true;
            reading.trailer = read_trailer(&line);
            if reading.trailer.is_none() {
                bad(
                    "expected exactly `{\"count\":N,\"head\":\"<64 hexadecimal digits>\"}`, found another trailer",
                );
            }
            if end == LineEnd::Cut {
                bad("expected a newline after the trailer, found none");
            }
            continue;
        }
        reading.keep(&line, end == LineEnd::TooLong, head, &mut order);
    }
    if !closed {
        reading.close(number, problems);
    }
    Ok(reading)
}

/// Returns the head that the trailer bears, where it is spelt exactly as it must be.
fn read_trailer(line: &[u8]) -> Option<Head> {
    let head = serde_json::from_slice::<Head>(line).ok()?;
    (trailer(head).as_bytes() == line).then_some(head)
}

impl Reading {
    fn keep(&mut self, line: &[u8], too_long: bool, head: Option<&Digest>, order: &mut Order) {
        let mut inspected = line::inspect(line);
        if too_long {
            inspected.entry = None;
            inspected.fault = Some("its line is too long".to_owned());
        }
        let number = self.kept.len() + 1;
        if let Some(fault) = inspected.fault {
            self.faults.insert(self.kept.len(), format!("line `{number}`: {fault}"));
        }
        self.contains_head |= head == Some(&inspected.hash);
        let entry = inspected.entry.as_ref();
        if let Some(entry) = entry
            && let Some(what) = order.follow(&entry.stream, entry.version, entry.time)
            && self.disorder.is_empty()
        {
            self.disorder.insert(number as u64, what);
        }
        self.kept.push(Kept {
            hash: inspected.hash,
            previous: entry.map(|entry| entry.previous),
            sequence: entry.map_or(0, |entry| entry.sequence),
            short: line.len() <= TRAILER_ROOM,
        });
    }

    /// Reports the missing trailer; remains of one are not taken for entries.
    fn close(&mut self, lines: u64, problems: &mut Problems) {
        while self.kept.last().is_some_and(|kept| kept.sequence == 0 && kept.short) {
            self.kept.pop();
            self.faults.remove(&self.kept.len());
        }
        let kept = self.kept.len() as u64;
        let (line, what) = if lines == 0 {
            (1, "the export is empty; expected a trailer at least")
        } else if kept < lines {
            (kept + 1, "expected the trailer, found a line that is neither it nor an entry")
        } else {
            (kept + 1, "expected the trailer, found the end: the export is cut off")
        };
        problems.push(Problem::Trailer { line, what: what.to_owned() });
    }

    /// Decides which position the last line has and what vouches for it.
    fn end(
        &mut self,
        head: Option<&Digest>,
        problems: &mut Problems,
    ) -> (End, u64, Option<Digest>) {
        let Some(trailer) = self.trailer else {
            let after = self.kept.iter().rev().take_while(|kept| kept.sequence == 0).count();
            let last = self.kept.iter().rev().nth(after).map_or(0, |kept| kept.sequence);
            return (End::Trailer, last.saturating_add(after as u64), None);
        };
        let mut bad = |what: String| {
            problems.push(Problem::Trailer { line: self.kept.len() as u64 + 1, what });
        };
        let bears_head = head == Some(&trailer.hash);
        let Some(last) = self.kept.last() else {
            self.contains_head |= bears_head;
            return (End::Trailer, trailer.count, Some(trailer.hash));
        };
        if last.sequence > 0 && last.hash == trailer.hash {
            if last.sequence != trailer.count {
                bad(format!(
                    "the trailer counts `{}` entries, but its head is the hash of entry `{}`",
                    trailer.count, last.sequence
                ));
            }
            return (End::Trailer, last.sequence, Some(trailer.hash));
        }
        // A head known from outside tells which of the two was changed.
        if last.sequence > 0 && head == Some(&last.hash) {
            bad("the trailer does not bear the hash of the last entry".to_owned());
            return (End::Trailer, last.sequence, Some(last.hash));
        }
        self.contains_head |= bears_head;
        let end = if bears_head { End::Anchored } else { End::Trailer };
        (end, trailer.count, Some(trailer.hash))
    }

    /// Walks the lines from the last to the first, and tells changed lines from lines taken out or put in.
    fn descend(&mut self, walk: &mut Walk) {
        for (index, kept) in self.kept.iter().enumerate().rev() {
            let number = index as u64 + 1;
            let due = walk.due();
            let link = Link {
                hash: kept.hash,
                sequence: (kept.sequence > 0).then_some(kept.sequence),
                previous: kept.previous,
                fault: self.faults.remove(&index),
            };
            let expected = due > 0 && walk.expects(&kept.hash);
            if !expected && number > due && (due == 0 || kept.sequence != due) {
                // More lines than positions are left, and this one is not what is due.
                walk.problems.push(Problem::BadEntry {
                    sequence: link.sequence.unwrap_or(due).max(1),
                    what: link
                        .fault
                        .unwrap_or_else(|| format!("line `{number}` does not belong to the chain")),
                });
            } else if !expected && (number..due).contains(&kept.sequence) {
                // Fewer lines than positions are left: those between were taken out.
                walk.take(kept.sequence, link);
            } else if due > 0 {
                walk.take(due, link);
            }
        }
        walk.finish();
    }
}

/// How a line of the export ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LineEnd {
    Newline,
    /// The export ends without a newline.
    Cut,
    /// Only the beginning of the line was kept.
    TooLong,
}

/// Reads a line without its newline; `None` at the end. Memory stays bounded whatever the line's length.
fn next_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Option<LineEnd>> {
    line.clear();
    let mut begun = false;
    let mut too_long = false;
    loop {
        let available = match reader.fill_buf() {
            Ok(available) => available,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if available.is_empty() {
            let end = if too_long { LineEnd::TooLong } else { LineEnd::Cut };
            return Ok(begun.then_some(end));
        }
        begun = true;
        let newline = available.iter().position(|byte| *byte == b'\n');
        let content = &available[..newline.unwrap_or(available.len())];
        too_long |= line.len() + content.len() > line::LONGEST;
        if !too_long {
            line.extend_from_slice(content);
        }
        let used = content.len() + usize::from(newline.is_some());
        reader.consume(used);
        if newline.is_some() {
            return Ok(Some(if too_long { LineEnd::TooLong } else { LineEnd::Newline }));
        }
    }
}
