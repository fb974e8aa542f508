//! Verifying the store: every entry against its columns and the chain, the head, and the storage around them.

use std::collections::BTreeMap;

use landfall_core::{digest::Digest, time::Timestamp};
use rusqlite::{Connection, OptionalExtension as _, Params, Row, types::ValueRef};

use crate::{
    Error, Ledger, Problem, Verification,
    chain::{End, Link, Order, Problems, Walk},
    intact, line,
    read::{signed, text},
    storage,
};

const COLUMNS: &str = "SELECT sequence, stream, version, time, kind, hash, line FROM entry";
/// More rows out of place than this are named by their place only, so that memory stays flat.
const DISPLACED: usize = 1000;

/// The head record as it is found, good or not.
#[derive(Clone, Copy)]
struct Record {
    count: u64,
    hash: Option<Digest>,
}

/// The rows that stand outside the positions that the chain can have.
#[derive(Default)]
struct Outside {
    /// The last position that a row holds rightly.
    top: u64,
    /// Rows by the entry that their line says they are, with the position that they hold.
    displaced: BTreeMap<u64, (i64, Link)>,
    /// The positions of the other rows.
    strays: Vec<i64>,
}

impl Ledger {
    /// Verifies every entry and the storage around them, in one snapshot and with flat memory.
    ///
    /// That nothing is wrong is found out quickly. On the slightest doubt the ledger is looked at once more, slowly, by
    /// what tells every kind of damage from the others: only that pass reports problems.
    ///
    /// # Errors
    /// When the store cannot be asked; damage is not an error but a [`Problem`].
    pub fn verify(&self) -> Result<Verification, Error> {
        match intact::prove(&self.connection) {
            Some(verification) => Ok(verification),
            None => self.examine(),
        }
    }

    /// Looks for whatever is wrong.
    fn examine(&self) -> Result<Verification, Error> {
        let snapshot = self.connection.unchecked_transaction()?;
        let mut problems = Problems::default();
        storage::check(&snapshot, &mut problems)?;
        let record = record(&snapshot, &mut problems)?;
        let count = record.map_or(0, |record| record.count);
        let outside = match outside(&snapshot, count) {
            Ok(outside) => outside,
            Err(error) => {
                storage::report(error, &mut problems)?;
                Outside { top: count, ..Outside::default() }
            }
        };
        let (due, expected) = match end(&snapshot, record, &outside, &mut problems) {
            Ok(end) => end,
            Err(error) => {
                storage::report(error, &mut problems)?;
                (count, record.and_then(|record| record.hash))
            }
        };
        let mut walk = Walk::new(End::Record, due, expected, problems);
        descend(&snapshot, &mut walk, outside)?;
        let (entries, newest) = (walk.taken(), walk.newest());
        let mut problems = walk.problems;
        if let Err(error) = order(&snapshot, &mut problems) {
            storage::report(error, &mut problems)?;
        }
        let head = record.and_then(|record| record.hash).or(newest).unwrap_or(Digest::ZERO);
        Ok(Verification { entries, head, problems: problems.into_vec() })
    }
}

fn record(connection: &Connection, problems: &mut Problems) -> Result<Option<Record>, Error> {
    let row = connection
        .query_row("SELECT count, hash FROM head WHERE id = 1", [], |row| {
            let hash = std::str::from_utf8(text(row.get_ref(1)?)).unwrap_or_default().parse().ok();
            Ok((row.get::<_, i64>(0)?, hash))
        })
        .optional();
    let (count, hash): (i64, Option<Digest>) = match row {
        Ok(Some(row)) => row,
        Ok(None) => {
            problems.push(Problem::Storage { what: "the head record is missing".to_owned() });
            return Ok(None);
        }
        Err(error) => {
            storage::report(error, problems)?;
            return Ok(None);
        }
    };
    if count < 0 || hash.is_none() {
        problems.push(Problem::Storage {
            what: "the head record does not hold a count and a hash".to_owned(),
        });
    }
    Ok(Some(Record { count: u64::try_from(count).unwrap_or(0), hash }))
}

/// Reads the rows above the head's count and below 1: entries that the head does not count, or rows whose
/// column `sequence` was changed.
fn outside(connection: &Connection, count: u64) -> Result<Outside, rusqlite::Error> {
    let mut outside = Outside { top: count, ..Outside::default() };
    let above = format!("{COLUMNS} WHERE sequence > ?1 ORDER BY sequence");
    rows(connection, &above, [signed(count)], &mut |position, link| {
        if link.sequence.is_some_and(|sequence| signed(sequence) == position) {
            // The rows below it stand inside the chain after all, where the walk judges them by their place.
            outside = Outside { top: position.unsigned_abs(), ..Outside::default() };
        } else {
            outside.displace(position, link);
        }
    })?;
    let below = format!("{COLUMNS} WHERE sequence < 1 ORDER BY sequence");
    rows(connection, &below, [], &mut |position, link| outside.displace(position, link))?;
    Ok(outside)
}

impl Outside {
    fn displace(&mut self, position: i64, mut link: Link) {
        match link.sequence {
            Some(sequence)
                if sequence > 0
                    && self.displaced.len() < DISPLACED
                    && !self.displaced.contains_key(&sequence) =>
            {
                link.blame(&format!("its column `sequence` holds `{position}`"));
                self.displaced.insert(sequence, (position, link));
            }
            Some(_) | None if self.strays.len() < DISPLACED => self.strays.push(position),
            Some(_) | None => {}
        }
    }
}

/// Decides where the chain ends and what vouches for its last entry.
fn end(
    connection: &Connection,
    record: Option<Record>,
    outside: &Outside,
    problems: &mut Problems,
) -> Result<(u64, Option<Digest>), rusqlite::Error> {
    let Some(Record { count, hash }) = record else {
        return Ok((outside.top, None));
    };
    if outside.top > count {
        problems.push(Problem::HeadMismatch {
            sequence: count + 1,
            what: format!(
                "the head record counts `{count}` entries, the ledger holds `{}`; either it was set back or entries were added without it",
                outside.top
            ),
        });
        return Ok((outside.top, None));
    }
    let last: Option<(i64, Vec<u8>)> = connection
        .query_row(
            "SELECT sequence, hash FROM entry WHERE sequence BETWEEN 1 AND ?1 ORDER BY sequence DESC LIMIT 1",
            [signed(count)],
            |row| Ok((row.get(0)?, text(row.get_ref(1)?).to_vec())),
        )
        .optional()?;
    let last = last.map_or((0, Digest::ZERO.to_string().into_bytes()), |(sequence, hash)| {
        (sequence.unsigned_abs(), hash)
    });
    let named = hash.is_some_and(|hash| hash.to_string().as_bytes() == last.1);
    if last.0 < count && named && outside.displaced.is_empty() {
        problems.push(Problem::HeadMismatch {
            sequence: last.0,
            what: format!(
                "the head record counts `{count}` entries, but its hash is that of entry `{}`",
                last.0
            ),
        });
        return Ok((last.0, hash));
    }
    Ok((count, hash))
}

/// Walks all rows downwards; where a page of the file cannot be read, the rows are asked for one by one.
fn descend(connection: &Connection, walk: &mut Walk, mut outside: Outside) -> Result<(), Error> {
    let top = walk.due();
    let mut unread = top;
    let sql = format!("{COLUMNS} WHERE sequence BETWEEN 1 AND ?1 ORDER BY sequence DESC");
    let scan = rows(connection, &sql, [signed(top)], &mut |position, link| {
        let position = position.unsigned_abs();
        place(walk, &mut outside, position, Some(link));
        unread = position.saturating_sub(1);
    });
    if let Err(error) = scan {
        storage::report(error, &mut walk.problems)?;
        let sql = format!("{COLUMNS} WHERE sequence = ?1");
        for position in (1..=unread.min(capacity(connection))).rev() {
            let mut found = None;
            let read =
                rows(connection, &sql, [signed(position)], &mut |_, link| found = Some(link));
            match read {
                Ok(()) if found.is_none() => {}
                Ok(()) => place(walk, &mut outside, position, found),
                Err(_) => place(walk, &mut outside, position, None),
            }
        }
    }
    take_displaced(walk, &mut outside, 0);
    walk.finish();
    for (sequence, (position, _)) in outside.displaced {
        walk.problems
            .push(stray(position, &format!("a second row says that it is entry `{sequence}`")));
    }
    for position in outside.strays {
        walk.problems.push(stray(position, "it stands outside the chain"));
    }
    Ok(())
}

fn stray(position: i64, what: &str) -> Problem {
    match u64::try_from(position) {
        Ok(sequence) if sequence > 0 => Problem::BadEntry { sequence, what: what.to_owned() },
        Ok(_) | Err(_) => {
            Problem::Storage { what: format!("the row at position `{position}`: {what}") }
        }
    }
}

fn place(walk: &mut Walk, outside: &mut Outside, position: u64, link: Option<Link>) {
    take_displaced(walk, outside, position);
    match link {
        Some(link) => walk.take(position, link),
        None => walk.lose(position, "its row cannot be read"),
    }
}

/// Takes the displaced rows that belong above the position, where they belong.
fn take_displaced(walk: &mut Walk, outside: &mut Outside, position: u64) {
    while position < walk.due() {
        let belongs = outside.displaced.range(position + 1..=walk.due()).next_back();
        let Some(sequence) = belongs.map(|(sequence, _)| *sequence) else { return };
        if let Some((_, link)) = outside.displaced.remove(&sequence) {
            walk.take(sequence, link);
        }
    }
}

/// Returns more positions than the file could hold, so that a forged count does not make a check endless.
fn capacity(connection: &Connection) -> u64 {
    let bytes = connection.query_row(
        "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
        [],
        |row| row.get::<_, i64>(0),
    );
    bytes.map_or(1 << 20, i64::unsigned_abs)
}

/// Follows versions and times up to the first bad entry; the columns there equal the lines.
fn order(connection: &Connection, problems: &mut Problems) -> Result<(), rusqlite::Error> {
    let end = problems.first().map_or(i64::MAX, signed);
    let mut order = Order::default();
    let mut statement = connection.prepare(
        "SELECT sequence, stream, version, time FROM entry WHERE sequence BETWEEN 1 AND ?1 ORDER BY sequence",
    )?;
    let mut rows = statement.query([end])?;
    while let Some(row) = rows.next()? {
        let sequence = row.get::<_, i64>(0)?.unsigned_abs();
        if problems.first().is_some_and(|first| sequence >= first) {
            break;
        }
        let stream: String = row.get(1)?;
        let version = row.get::<_, i64>(2)?.unsigned_abs();
        let time: String = row.get(3)?;
        let Ok(time) = time.parse::<Timestamp>() else { continue };
        if let Some(what) = order.follow(&stream, version, time) {
            problems.push(Problem::BadEntry { sequence, what });
        }
    }
    Ok(())
}

fn rows(
    connection: &Connection,
    sql: &str,
    parameters: impl Params,
    f: &mut dyn FnMut(i64, Link),
) -> Result<(), rusqlite::Error> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(parameters)?;
    while let Some(row) = rows.next()? {
        let (position, link) = link_of(row)?;
        f(position, link);
    }
    Ok(())
}

/// Reads a row and compares its columns with its line.
fn link_of(row: &Row<'_>) -> Result<(i64, Link), rusqlite::Error> {
    let inspected = line::inspect(text(row.get_ref(6)?));
    let mut wrong = Vec::new();
    if let Some(entry) = &inspected.entry {
        let time = entry.time.to_string();
        let texts =
            [(1_usize, "stream", &entry.stream), (3, "time", &time), (4, "kind", &entry.kind)];
        for (index, column, value) in texts {
            if text(row.get_ref(index)?) != value.as_bytes() {
                wrong.push(column);
            }
        }
        if row.get_ref(2)? != ValueRef::Integer(signed(entry.version)) {
            wrong.push("version");
        }
    }
    let hash = inspected.hash.to_string();
    let mut link = Link::from(inspected);
    for column in wrong {
        link.blame(&format!("its column `{column}` does not hold what its line says"));
    }
    if text(row.get_ref(5)?) != hash.as_bytes() {
        link.blame("its column `hash` does not hold the hash of its line");
    }
    Ok((row.get(0)?, link))
}
