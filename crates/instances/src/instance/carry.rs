//! The rows of treated tables: two threads read and treat them, piece by piece in turn, another writes them.

use std::{
    collections::{BTreeMap, HashMap},
    panic,
    sync::mpsc::{Receiver, Sender, SyncSender},
    thread::ScopedJoinHandle,
};

use landfall_catalogue::{Column, Table};
use rusqlite::{
    Connection,
    types::{ToSqlOutput, ValueRef},
};

use crate::{
    Error, connection,
    error::During,
    package::Package,
    treatment::{Cells, Prepared},
};

/// A batch is handed on when it holds so many cells or bytes: enough that the threads seldom wait for each other, and
/// so few that the rows on their way never count.
const CELLS: usize = 8 << 10;
const BYTES: usize = 256 << 10;
/// So many messages of a reader wait to be written: several pieces, so that neither reader waits for the other.
pub(super) const WAITING: usize = 16;
/// How many threads read.
pub(super) const READERS: usize = 2;
/// About so many rows are one piece.
const PIECE: i64 = 512;
/// What is read of the package at a time stays in memory, in KiB.
const CACHE: u32 = 8 << 10;

/// How the rows of one table are read and written.
#[derive(Debug)]
pub(super) struct Route<'a> {
    /// The table.
    pub(super) table: &'a Table,
    /// Selects the owner, the id, and one cell for each of `cells`, of the rows with ids from `?1` to below `?2`.
    pub(super) select: String,
    /// The pieces in which the rows are read, by ids from and to below; readers take them in turn.
    pub(super) pieces: Vec<(i64, i64)>,
    /// Inserts one value for each of `cells`.
    pub(super) insert: String,
    /// What becomes of the cells.
    pub(super) cells: Vec<Taken<'a>>,
}

/// What becomes of one cell.
#[derive(Debug, Clone, Copy)]
pub(super) enum Taken<'a> {
    /// It is copied.
    AsItIs,
    /// It is a natural key; the id of that row of this table is written.
    KeyOf(&'a Table),
    /// It goes through the treatment.
    Treated(&'a Column),
}

/// What the reader says to the writer.
pub(super) enum Message {
    /// Rows of the current table.
    Rows(Cells),
    /// The current piece has no more rows.
    End,
}

/// Cuts a table into pieces of about equally many rows, given its first and last id and how many rows it has.
pub(super) fn pieces(first: i64, last: i64, rows: u64) -> Vec<(i64, i64)> {
    let mut pieces = vec![];
    if rows == 0 {
        return pieces;
    }
    // Ids may have gaps; however wide they are, there are no more pieces than rows need.
    let span = i128::from(last) - i128::from(first) + 1;
    let width = (span * i128::from(PIECE) / i128::from(rows)).max(i128::from(PIECE));
    let width = i64::try_from(width).unwrap_or(i64::MAX);
    let mut from = first;
    while from <= last {
        let to = from.saturating_add(width);
        pieces.push((from, to));
        from = to;
        if to == i64::MAX {
            break;
        }
    }
    pieces
}

/// The ids in the instance of the rows to which a package refers, by table and natural key.
pub(super) type Ids<'a> = BTreeMap<&'a str, HashMap<Vec<u8>, i64>>;

/// Reads and treats the rows of the tables in turn: of each the pieces that fall to this reader. When the writer has gone, so does the reader: it is the writer that
/// knows why.
pub(super) fn read(
    reader: usize,
    package: &Package,
    prepared: &dyn Prepared,
    routes: &[&Route<'_>],
    ids: &Ids<'_>,
    full: &SyncSender<Message>,
    empty: &Receiver<Cells>,
) -> Result<(), Error> {
    if routes.is_empty() {
        return Ok(());
    }
    let path = package.path();
    let connection = connection::read_only(path)?;
    connection
        .execute_batch(&format!("PRAGMA main.cache_size = -{CACHE};"))
        .during("prepare reading", path)?;
    for route in routes {
        if !read_table(reader, &connection, package, prepared, route, ids, full, empty)? {
            return Ok(());
        }
    }
    Ok(())
}

/// Reads one table; false when the writer has gone.
#[expect(clippy::too_many_arguments, reason = "what a reading thread was given, and one table")]
fn read_table(
    reader: usize,
    connection: &Connection,
    package: &Package,
    prepared: &dyn Prepared,
    route: &Route<'_>,
    ids: &Ids<'_>,
    full: &SyncSender<Message>,
    empty: &Receiver<Cells>,
) -> Result<bool, Error> {
    let name = &route.table.name;
    let refused = |reason| Error::Treatment { place: format!("table `{name}`"), reason };
    let mut treated = Vec::new();
    // Each cell with the number of its column among the treated ones, or the ids that stand for its keys.
    let cells: Vec<Step<'_>> = route
        .cells
        .iter()
        .map(|cell| match cell {
            Taken::AsItIs => Step::Copy,
            Taken::KeyOf(target) => Step::Key(ids.get(target.name.as_str())),
            Taken::Treated(column) => {
                treated.push(*column);
                Step::Treat(treated.len() - 1)
            }
        })
        .collect();
    let mut treatment = prepared.rows(route.table, &treated).map_err(refused)?;
    let action = format!("read table `{name}`");
    let path = package.path();
    let mut statement = connection.prepare(&route.select).during(&action, path)?;
    let mut batch = Cells::default();
    for (from, to) in route.pieces.iter().skip(reader).step_by(READERS) {
        let mut rows = statement.query([from, to]).during(&action, path)?;
        while let Some(row) = rows.next().during(&action, path)? {
            let owner: i64 = row.get(0).during(&action, path)?;
            let id: i64 = row.get(1).during(&action, path)?;
            for (index, step) in cells.iter().enumerate() {
                let value = row.get_ref(index + 2).during(&action, path)?;
                match step {
                    Step::Copy => batch.push(value),
                    Step::Treat(column) => {
                        treatment.cell(*column, owner, id, value, &mut batch).map_err(refused)?;
                    }
                    Step::Key(ids) => {
                        let found = match value {
                            ValueRef::Text(key) => ids.and_then(|ids| ids.get(key)),
                            _ => None,
                        };
                        // A key that leads nowhere cannot be: what the package needs was looked up before.
                        match found {
                            Some(id) => batch.integer(*id),
                            None => batch.null(),
                        }
                    }
                }
            }
            if batch.len() >= CELLS || batch.size() >= BYTES {
                let next = empty.try_recv().unwrap_or_default();
                if full.send(Message::Rows(std::mem::replace(&mut batch, next))).is_err() {
                    return Ok(false);
                }
            }
        }
        let rest = std::mem::take(&mut batch);
        if (!rest.is_empty() && full.send(Message::Rows(rest)).is_err())
            || full.send(Message::End).is_err()
        {
            return Ok(false);
        }
        batch = empty.try_recv().unwrap_or_default();
    }
    Ok(true)
}

/// What the reader does with one cell.
enum Step<'a> {
    Copy,
    Key(Option<&'a HashMap<Vec<u8>, i64>>),
    Treat(usize),
}

/// What the writer has of one reader.
pub(super) struct Lane {
    pub(super) full: Receiver<Message>,
    pub(super) empty: Sender<Cells>,
}

/// Writes the rows of one table, as the readers hand them over, and returns how many. When a reader has gone, the
/// table ends early: it is the reader that knows why.
pub(super) fn write(
    connection: &Connection,
    path: &std::path::Path,
    route: &Route<'_>,
    lanes: &[Lane],
) -> Result<u64, Error> {
    let action = format!("load table `{}`", route.table.name);
    let mut statement = connection.prepare(&route.insert).during(&action, path)?;
    let width = route.cells.len();
    let mut rows = 0;
    for (_, lane) in route.pieces.iter().zip(lanes.iter().cycle()) {
        loop {
            let mut batch = match lane.full.recv() {
                Ok(Message::Rows(batch)) => batch,
                Ok(Message::End) => break,
                Err(_) => return Ok(rows),
            };
            let mut place = 0;
            for value in batch.iter() {
                place += 1;
                statement
                    .raw_bind_parameter(place, ToSqlOutput::Borrowed(value))
                    .during(&action, path)?;
                if place == width {
                    statement.raw_execute().during(&action, path)?;
                    rows += 1;
                    place = 0;
                }
            }
            batch.clear();
            // A reader that has read everything needs no more of them.
            let _given_back = lane.empty.send(batch);
        }
    }
    Ok(rows)
}

/// Waits for a thread; its panic becomes this thread's.
pub(super) fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    match thread.join() {
        Ok(result) => result,
        Err(payload) => panic::resume_unwind(payload),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_hold_every_id_once_and_are_no_more_than_the_rows_need() {
        for (first, last, rows) in [
            (1, 1, 1),
            (1, 512, 512),
            (1, 513, 513),
            (-7, 100_000, 100_008),
            (1, i64::MAX, 3),
            (i64::MIN, i64::MAX, 5_000),
        ] {
            let pieces = pieces(first, last, rows);
            assert_eq!(pieces.first().unwrap().0, first);
            assert!(pieces.windows(2).all(|pair| pair[0].1 == pair[1].0));
            let end = pieces.last().unwrap().1;
            assert!(end > last || end == i64::MAX, "{first} to {last}");
            assert!(pieces.len() as u64 <= rows / 256 + 2, "{}", pieces.len());
        }
        assert!(pieces(0, 0, 0).is_empty());
    }
}
