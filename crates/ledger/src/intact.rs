//! Proving quickly that nothing is wrong with a ledger.
//!
//! What [`Ledger::verify`](crate::Ledger::verify) looks for is looked for here as well, but split into tasks that are
//! independent of each other: the pages of the file, the content of each index, and pieces of the chain, of which only
//! the seams are compared in order. Every processor takes tasks with a connection of its own, all in one snapshot.
//! Nothing is reported from here: on the slightest doubt, whatever its cause, the answer is `None`.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap, hash_map::RandomState},
    hash::{BuildHasher as _, Hasher as _},
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
};

use landfall_core::{digest::Digest, time::Timestamp};
use rusqlite::{Connection, OpenFlags, Row, types::ValueRef};

use crate::{
    Head, Verification, line, quick,
    read::{self, signed},
    storage,
};

/// How many entries one task checks.
const PIECE: u64 = 2048;
/// The tasks that are no pieces of the chain; they come first, the longest of them before the others.
const OTHERS: u64 = 3;
/// More processors than this do not make it faster, but take memory.
const PROCESSORS: usize = 4;

const ENTRIES: &str = "SELECT sequence, stream, version, time, kind, hash, line FROM entry \
     WHERE sequence BETWEEN ?1 AND ?2 ORDER BY sequence";
const STREAMS: &str = "SELECT stream, version, sequence FROM entry \
     INDEXED BY sqlite_autoindex_entry_1 ORDER BY stream, version, sequence";
const HASHES: &str =
    "SELECT hash, sequence FROM entry INDEXED BY entry_hash ORDER BY hash, sequence";
const ENDS: &str = "SELECT (SELECT min(sequence) FROM entry), (SELECT max(sequence) FROM entry)";

/// Returns what a verification says of an intact ledger; `None` where it may not be one.
pub(crate) fn prove(connection: &Connection) -> Option<Verification> {
    let tasks = read::head(connection).ok()?.count.div_ceil(PIECE);
    let mut helpers = helpers(connection, tasks);
    let snapshot = connection.unchecked_transaction().ok()?;
    let head = read::head(&snapshot).ok()?;
    helpers.retain(Helper::enter);
    if !storage::is_as_made(&snapshot).ok()? || !has_ends(&snapshot, head.count)? {
        return None;
    }
    let keys = RandomState::new();
    let work = Work {
        count: head.count,
        pieces: head.count.div_ceil(PIECE),
        next: AtomicU64::new(0),
        doubt: AtomicBool::new(false),
        keys: &keys,
        gathered: Mutex::default(),
    };
    thread::scope(|scope| {
        for helper in helpers {
            let work = &work;
            // Where no thread can be had, the others do its work.
            let _started = thread::Builder::new()
                .spawn_scoped(scope, move || work.take_part(&helper.connection));
        }
        work.take_part(&snapshot);
    });
    work.proves(head).then(|| Verification {
        entries: head.count,
        head: head.hash,
        problems: Vec::new(),
    })
}

/// Tells whether the first and the last row are those that the head counts.
fn has_ends(connection: &Connection, count: u64) -> Option<bool> {
    let ends: (Option<i64>, Option<i64>) =
        connection.query_row(ENDS, [], |row| Ok((row.get(0)?, row.get(1)?))).ok()?;
    let expected = (count > 0).then_some(1);
    Some(ends == (expected, expected.map(|_| signed(count))))
}

/// Another connection to the file, for another processor.
struct Helper {
    connection: Connection,
    /// What the store called its content before the snapshot was taken.
    content: i64,
}

/// Opens as many connections as there is work and processors for, without the one that there is already.
fn helpers(connection: &Connection, tasks: u64) -> Vec<Helper> {
    let processors = thread::available_parallelism().map_or(1, usize::from).min(PROCESSORS);
    let wanted = processors.min(usize::try_from(tasks).unwrap_or(PROCESSORS)).saturating_sub(1);
    let Some(path) = connection.path().filter(|path| !path.is_empty()) else { return Vec::new() };
    (0..wanted).map_while(|_| Helper::open(Path::new(path))).collect()
}

impl Helper {
    fn open(path: &Path) -> Option<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).ok()?;
        let content = content(&connection)?;
        Some(Self { connection, content })
    }

    /// Takes a snapshot; tells whether it is that of whoever took one since this was opened. It is when nobody has
    /// written from before that one to after this one.
    fn enter(&self) -> bool {
        self.connection.execute_batch("BEGIN").is_ok()
            && content(&self.connection) == Some(self.content)
    }
}

/// Returns a number that is another one when somebody else has written since it was last asked for.
fn content(connection: &Connection) -> Option<i64> {
    connection.pragma_query_value(None, "data_version", |row| row.get(0)).ok()
}

/// The tasks, and what came of them.
struct Work<'a> {
    count: u64,
    pieces: u64,
    next: AtomicU64,
    doubt: AtomicBool,
    /// Drawn anew for every run, so that nobody can make an index whose sum is right by other rows.
    keys: &'a RandomState,
    gathered: Mutex<Gathered>,
}

#[derive(Default)]
struct Gathered {
    pages_are_whole: bool,
    /// What the rows have in them, and what the indexes have.
    rows: Sums,
    streams: Option<Sum>,
    hashes: Option<Sum>,
    chain: Chain,
}

/// Items of an index regardless of their order: their number, and the sum of their keyed hashes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sum {
    items: u64,
    hashes: u64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    streams: Sum,
    hashes: Sum,
}

impl Sum {
    fn add(&mut self, hash: u64) {
        self.items += 1;
        self.hashes = self.hashes.wrapping_add(hash);
    }

    fn join(&mut self, other: Self) {
        self.items += other.items;
        self.hashes = self.hashes.wrapping_add(other.hashes);
    }
}

impl Work<'_> {
    /// Does tasks until none is left, or until there is a doubt.
    fn take_part(&self, connection: &Connection) {
        while !self.doubt.load(Ordering::Relaxed) {
            let task = self.next.fetch_add(1, Ordering::Relaxed);
            if task >= self.pieces.saturating_add(OTHERS) {
                return;
            }
            if self.task(connection, task).is_none() {
                self.doubt.store(true, Ordering::Relaxed);
            }
        }
    }

    fn task(&self, connection: &Connection, task: u64) -> Option<()> {
        match task {
            0 => {
                let whole = storage::pages_are_whole(connection).ok()?;
                self.gathered.lock().ok()?.pages_are_whole = whole;
                whole.then_some(())
            }
            1 => {
                let sum = hashes(connection, self.keys)?;
                self.gathered.lock().ok()?.hashes = Some(sum);
                Some(())
            }
            2 => {
                let sum = streams(connection, self.keys)?;
                self.gathered.lock().ok()?.streams = Some(sum);
                Some(())
            }
            _ => {
                let index = task - OTHERS;
                let first = index.checked_mul(PIECE)?.checked_add(1)?;
                let last = first.checked_add(PIECE - 1)?.min(self.count);
                let (piece, sums) = piece(connection, first, last, self.keys)?;
                let mut gathered = self.gathered.lock().ok()?;
                gathered.rows.streams.join(sums.streams);
                gathered.rows.hashes.join(sums.hashes);
                gathered.chain.add(index, piece)
            }
        }
    }

    /// Tells whether all was looked at, and all of it agrees.
    fn proves(self, head: Head) -> bool {
        let Ok(gathered) = self.gathered.into_inner() else { return false };
        !self.doubt.into_inner()
            && gathered.pages_are_whole
            && gathered.rows.streams.items == self.count
            && gathered.streams == Some(gathered.rows.streams)
            && gathered.hashes == Some(gathered.rows.hashes)
            && gathered.chain.ends(self.pieces, head.hash)
    }
}

/// The seams of a piece of the chain that is in order in itself.
struct Piece {
    /// What its first entry names as the one before it.
    previous: Digest,
    /// The hash of its last entry.
    last: Digest,
    from: Timestamp,
    to: Timestamp,
    /// The first and the last version of each of its streams.
    runs: Vec<Run>,
}

struct Run {
    stream: String,
    first: u64,
    last: u64,
}

/// The pieces of the chain, joined in their order.
#[derive(Default)]
struct Chain {
    joined: u64,
    /// Pieces that were done before one that stands before them: as many as there are processors, at most.
    waiting: BTreeMap<u64, Piece>,
    last: Option<Digest>,
    time: Option<Timestamp>,
    versions: HashMap<String, u64>,
}

impl Chain {
    fn add(&mut self, index: u64, piece: Piece) -> Option<()> {
        self.waiting.insert(index, piece);
        while let Some(piece) = self.waiting.remove(&self.joined) {
            self.join(piece)?;
            self.joined += 1;
        }
        Some(())
    }

    fn join(&mut self, piece: Piece) -> Option<()> {
        let in_order = self.last.unwrap_or(Digest::ZERO) == piece.previous
            && self.time.is_none_or(|time| time <= piece.from);
        if !in_order {
            return None;
        }
        for run in piece.runs {
            let before = self.versions.get(&run.stream).copied().unwrap_or(0);
            if run.first != before.checked_add(1)? {
                return None;
            }
            self.versions.insert(run.stream, run.last);
        }
        self.last = Some(piece.last);
        self.time = Some(piece.to);
        Some(())
    }

    fn ends(&self, pieces: u64, head: Digest) -> bool {
        self.joined == pieces
            && self.waiting.is_empty()
            && self.last.unwrap_or(Digest::ZERO) == head
    }
}

/// What a row is checked for beside its own columns.
struct Facts<'a> {
    stream: Cow<'a, str>,
    version: u64,
    time: Timestamp,
    previous: Digest,
}

/// Checks entries, every one of which must be there: each in itself, and each against the one before it.
fn piece(
    connection: &Connection,
    first: u64,
    last: u64,
    keys: &RandomState,
) -> Option<(Piece, Sums)> {
    let mut statement = connection.prepare_cached(ENTRIES).ok()?;
    let mut rows = statement.query([signed(first), signed(last)]).ok()?;
    let mut sums = Sums::default();
    let mut piece: Option<Piece> = None;
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut latest = 0;
    for position in first..=last {
        let row = rows.next().ok()??;
        let hash = Digest::of(bytes(row, 6)?);
        let facts = facts(row, position, hash)?;
        sums.hashes.add(keyed(keys, bytes(row, 5)?, &[position]));
        sums.streams.add(keyed(keys, facts.stream.as_bytes(), &[facts.version, position]));
        let follows = piece
            .as_ref()
            .is_none_or(|piece| facts.previous == piece.last && facts.time >= piece.to);
        if !follows {
            return None;
        }
        let piece = piece.get_or_insert_with(|| Piece {
            previous: facts.previous,
            last: hash,
            from: facts.time,
            to: facts.time,
            runs: Vec::new(),
        });
        piece.last = hash;
        piece.to = facts.time;
        // Most entries follow one of their own stream.
        let same = piece.runs.get(latest).is_some_and(|run| run.stream == facts.stream);
        if !same {
            if let Some(place) = places.get(&*facts.stream) {
                latest = *place;
            } else {
                let (stream, version) = (facts.stream.into_owned(), facts.version);
                latest = piece.runs.len();
                places.insert(stream.clone(), latest);
                piece.runs.push(Run { stream, first: version, last: version });
                continue;
            }
        }
        let run = piece.runs.get_mut(latest)?;
        if facts.version != run.last.checked_add(1)? {
            return None;
        }
        run.last = facts.version;
    }
    if rows.next().ok()?.is_some() {
        return None;
    }
    Some((piece?, sums))
}

/// Checks a row in itself: its columns are what its line says, and its line has no fault.
fn facts<'a>(row: &'a Row<'_>, position: u64, hash: Digest) -> Option<Facts<'a>> {
    let line = bytes(row, 6)?;
    if std::str::from_utf8(bytes(row, 5)?).ok()?.parse::<Digest>().ok()? != hash {
        return None;
    }
    let agrees = |sequence: u64, stream: &str, version: u64, time: &str, kind: &str| {
        let is_there = sequence == position
            && integer(row, 0)? == signed(sequence)
            && bytes(row, 1)? == stream.as_bytes()
            && integer(row, 2)? == signed(version)
            && bytes(row, 3)? == time.as_bytes()
            && bytes(row, 4)? == kind.as_bytes();
        is_there.then_some(())
    };
    if let Some(quick) = quick::read(line) {
        agrees(quick.sequence, quick.stream, quick.version, quick.time_text, quick.kind)?;
        return Some(Facts {
            stream: Cow::Borrowed(quick.stream),
            version: quick.version,
            time: quick.time,
            previous: quick.previous,
        });
    }
    let inspected = line::inspect(line);
    let entry = inspected.entry.filter(|_| inspected.fault.is_none())?;
    agrees(entry.sequence, &entry.stream, entry.version, &entry.time.to_string(), &entry.kind)?;
    Some(Facts {
        stream: Cow::Owned(entry.stream),
        version: entry.version,
        time: entry.time,
        previous: entry.previous,
    })
}

/// Reads the index of hashes, which must ascend, in its own order.
fn hashes(connection: &Connection, keys: &RandomState) -> Option<Sum> {
    let mut statement = connection.prepare(HASHES).ok()?;
    let mut rows = statement.query([]).ok()?;
    let mut sum = Sum::default();
    let mut before: Option<(Vec<u8>, i64)> = None;
    while let Some(row) = rows.next().ok()? {
        let (hash, position) = (bytes(row, 0)?, integer(row, 1)?);
        sum.add(keyed(keys, hash, &[u64::try_from(position).ok()?]));
        match &mut before {
            Some(before) => {
                if (before.0.as_slice(), before.1) >= (hash, position) {
                    return None;
                }
                before.0.clear();
                before.0.extend_from_slice(hash);
                before.1 = position;
            }
            None => before = Some((hash.to_vec(), position)),
        }
    }
    Some(sum)
}

/// Reads the index of streams and versions, each of which must be there once, in its own order.
fn streams(connection: &Connection, keys: &RandomState) -> Option<Sum> {
    let mut statement = connection.prepare(STREAMS).ok()?;
    let mut rows = statement.query([]).ok()?;
    let mut sum = Sum::default();
    let mut before: Option<(Vec<u8>, i64)> = None;
    while let Some(row) = rows.next().ok()? {
        let (stream, version, position) = (bytes(row, 0)?, integer(row, 1)?, integer(row, 2)?);
        let numbers = [u64::try_from(version).ok()?, u64::try_from(position).ok()?];
        sum.add(keyed(keys, stream, &numbers));
        match &mut before {
            Some(before) => {
                if (before.0.as_slice(), before.1) >= (stream, version) {
                    return None;
                }
                if before.0 != stream {
                    before.0.clear();
                    before.0.extend_from_slice(stream);
                }
                before.1 = version;
            }
            None => before = Some((stream.to_vec(), version)),
        }
    }
    Some(sum)
}

/// Returns the keyed hash of an item of an index: a text, and numbers, of which every item of the index has as many.
fn keyed(keys: &RandomState, text: &[u8], numbers: &[u64]) -> u64 {
    let mut hasher = keys.build_hasher();
    hasher.write(text);
    for number in numbers {
        hasher.write_u64(*number);
    }
    hasher.finish()
}

/// Returns the bytes of a text.
fn bytes<'a>(row: &'a Row<'_>, column: usize) -> Option<&'a [u8]> {
    match row.get_ref(column).ok()? {
        ValueRef::Text(bytes) => Some(bytes),
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Blob(_) => None,
    }
}

fn integer(row: &Row<'_>, column: usize) -> Option<i64> {
    match row.get_ref(column).ok()? {
        ValueRef::Integer(number) => Some(number),
        ValueRef::Null | ValueRef::Real(_) | ValueRef::Text(_) | ValueRef::Blob(_) => None,
    }
}
