//! The rows of treated tables: one thread reads and treats them, another writes them.

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
/// So many batches wait to be written.
pub(super) const WAITING: usize = 4;
/// What is read of the package at a time stays in memory, in KiB.
const CACHE: u32 = 8 << 10;

/// How the rows of one table are read and written.
#[derive(Debug)]
pub(super) struct Route<'a> {
    /// The table.
    pub(super) table: &'a Table,
    /// Selects the owner, the id, and one cell for each of `cells`.
    pub(super) select: String,
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
    /// The current table has no more rows.
    End,
}

/// The ids in the instance of the rows to which a package refers, by table and natural key.
pub(super) type Ids<'a> = BTreeMap<&'a str, HashMap<Vec<u8>, i64>>;

/// Reads and treats the rows of the tables in turn. When the writer has gone, so does the reader: it is the writer that
/// knows why.
pub(super) fn read(
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
        let read = read_table(&connection, package, prepared, route, ids, full, empty)?;
        if !read || full.send(Message::End).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

/// Reads one table; false when the writer has gone.
fn read_table(
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
    let mut rows = statement.query([]).during(&action, path)?;
    let mut batch = Cells::default();
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
    Ok(batch.is_empty() || full.send(Message::Rows(batch)).is_ok())
}

/// What the reader does with one cell.
enum Step<'a> {
    Copy,
    Key(Option<&'a HashMap<Vec<u8>, i64>>),
    Treat(usize),
}

/// Writes the rows of one table, as the reader hands them over, and returns how many. When the reader has gone, the
/// table ends early: it is the reader that knows why.
pub(super) fn write(
    connection: &Connection,
    path: &std::path::Path,
    route: &Route<'_>,
    full: &Receiver<Message>,
    empty: &Sender<Cells>,
) -> Result<u64, Error> {
    let action = format!("load table `{}`", route.table.name);
    let mut statement = connection.prepare(&route.insert).during(&action, path)?;
    let width = route.cells.len();
    let mut rows = 0;
    while let Ok(Message::Rows(mut batch)) = full.recv() {
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
        let _given_back = empty.send(batch);
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
