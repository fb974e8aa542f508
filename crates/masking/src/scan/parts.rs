//! Parts of a pass: tables and ranges of their rows, which threads take one after the other.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    thread,
};

use rusqlite::Connection;

use super::{Phase, Progress, error::Error, read};

/// Ids of one part; a table has at most [`MOST_PARTS`].
const IDS: u64 = if cfg!(test) { 7 } else { 1 << 14 };
const MOST_PARTS: u64 = 64;

/// A table by its number, and the ids of the rows; all rows without them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) table: usize,
    pub(super) ids: Option<(i64, i64)>,
}

impl Part {
    /// Adds to a query of the table `t0` which rows are asked for.
    pub(super) fn query(&self, sql: &str) -> String {
        match self.ids {
            None => sql.to_owned(),
            Some(_) => format!("{sql} WHERE t0.rowid BETWEEN ?1 AND ?2"),
        }
    }

    /// Binds what [`Self::query`] asks for.
    pub(super) fn bound(&self) -> Vec<i64> {
        self.ids.map_or_else(Vec::new, |(first, last)| vec![first, last])
    }
}

/// Splits a table into parts that have every row once between them, whatever its id; returns how many rows there may be.
pub(super) fn split(
    connection: &Connection,
    table: &str,
    number: usize,
    columns: &[String],
    into: &mut Vec<Part>,
) -> u64 {
    let whole = Part { table: number, ids: None };
    // A column of that name would hide the row's own number.
    let hidden = columns.iter().any(|column| column.eq_ignore_ascii_case("rowid"));
    let sql = format!(
        "SELECT (SELECT min(rowid) FROM {0}), (SELECT max(rowid) FROM {0})",
        read::name(table)
    );
    // A table without row numbers, and whatever else cannot be split, is read in one piece, which says what is wrong.
    let span = if hidden {
        None
    } else {
        connection
            .query_row(&sql, [], |row| {
                Ok((row.get::<_, Option<i64>>(0)?, row.get::<_, Option<i64>>(1)?))
            })
            .ok()
    };
    match span {
        None => {
            into.push(whole);
            connection
                .query_row(&format!("SELECT count(*) FROM {}", read::name(table)), [], |row| {
                    row.get::<_, i64>(0)
                })
                .map_or(0, i64::unsigned_abs)
        }
        Some((Some(first), Some(last))) => {
            let ids = last.abs_diff(first).saturating_add(1);
            into.extend(ranges(first, ids).map(|ids| Part { table: number, ids: Some(ids) }));
            ids
        }
        Some(_) => {
            into.push(whole);
            0
        }
    }
}

/// Returns ranges that meet; the first and the last have no outer end.
fn ranges(first: i64, ids: u64) -> impl Iterator<Item = (i64, i64)> {
    let width = IDS.max(ids / MOST_PARTS + 1);
    let count = ids.div_ceil(width).max(1);
    (0..count).map(move |number| {
        let low = first.saturating_add_unsigned(number.saturating_mul(width));
        let high = low.saturating_add_unsigned(width - 1);
        (
            if number == 0 { i64::MIN } else { low },
            if number + 1 == count { i64::MAX } else { high },
        )
    })
}

struct Queue<'q> {
    parts: &'q [Part],
    next: AtomicUsize,
    stopped: AtomicBool,
}

type Make<'f, W> = &'f (dyn Fn() -> Result<W, Error> + Sync);
type Carry<'f, W> = &'f (dyn Fn(&mut W, &Part) -> Result<(), Error> + Sync);

impl Queue<'_> {
    fn work<W>(
        &self,
        make: Make<'_, W>,
        carry: Carry<'_, W>,
        tell: &mut dyn FnMut(usize),
    ) -> Result<W, Error> {
        let made = make().and_then(|mut worker| {
            while !self.stopped.load(Relaxed) {
                let number = self.next.fetch_add(1, Relaxed);
                let Some(part) = self.parts.get(number) else { break };
                tell(part.table);
                carry(&mut worker, part)?;
            }
            Ok(worker)
        });
        if made.is_err() {
            self.stopped.store(true, Relaxed);
        }
        made
    }
}

/// Carries out every part on some threads; each has a worker of its own, which is handed back.
pub(super) fn each<W: Send>(
    parts: &[Part],
    threads: usize,
    make: Make<'_, W>,
    carry: Carry<'_, W>,
    tell: &mut dyn FnMut(usize),
) -> Result<Vec<W>, Error> {
    let queue = Queue { parts, next: AtomicUsize::new(0), stopped: AtomicBool::new(false) };
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads.min(parts.len()))
            .map(|_| scope.spawn(|| queue.work(make, carry, &mut |_| {})))
            .collect();
        let mut workers = vec![queue.work(make, carry, tell)];
        for other in others {
            workers.push(other.join().unwrap_or_else(|cause| std::panic::resume_unwind(cause)));
        }
        workers.into_iter().collect()
    })
}

/// Tells how far a pass is: every table once, in order, whichever thread reads it.
pub(super) struct Told<'p> {
    phase: Phase,
    tables: Vec<String>,
    next: usize,
    progress: &'p mut dyn FnMut(Progress),
}

impl<'p> Told<'p> {
    pub(super) fn new(
        phase: Phase,
        tables: Vec<String>,
        progress: &'p mut dyn FnMut(Progress),
    ) -> Self {
        Self { phase, tables, next: 0, progress }
    }

    /// Tells that the pass is at this table.
    pub(super) fn at(&mut self, table: usize) {
        while self.next <= table
            && let Some(name) = self.tables.get(self.next)
        {
            (self.progress)(Progress {
                phase: self.phase,
                table: name.clone(),
                done: self.next,
                total: self.tables.len(),
            });
            self.next += 1;
        }
    }

    /// Tells the tables that other threads read last.
    pub(super) fn end(&mut self) {
        self.at(self.tables.len());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn ranges_have_every_id_once(first in any::<i64>(), ids in 1..=u64::MAX) {
            let ids = ids.min(i64::MAX.abs_diff(first).saturating_add(1));
            let ranges: Vec<(i64, i64)> = ranges(first, ids).collect();
            prop_assert!(ranges.len() <= 64);
            prop_assert_eq!(ranges.first().unwrap().0, i64::MIN);
            prop_assert_eq!(ranges.last().unwrap().1, i64::MAX);
            for pair in ranges.windows(2) {
                prop_assert_eq!(pair[0].1.checked_add(1), Some(pair[1].0));
            }
        }
    }

    #[test]
    fn every_part_is_carried_out_once_and_the_first_error_stops() {
        let parts: Vec<Part> = (0..500).map(|table| Part { table, ids: None }).collect();
        for threads in 1..4 {
            let done = each(
                &parts,
                threads,
                &|| Ok(Vec::new()),
                &|done: &mut Vec<usize>, part| {
                    done.push(part.table);
                    Ok(())
                },
                &mut |_| {},
            );
            let mut done = done.unwrap().concat();
            done.sort_unstable();
            assert_eq!(done, (0..500).collect::<Vec<_>>());
            let failed = each(
                &parts,
                threads,
                &|| Ok(()),
                &|(), part| match part.table {
                    7 => Err(Error::Astray { table: "seven".to_owned() }),
                    _ => Ok(()),
                },
                &mut |_| {},
            );
            assert!(matches!(failed, Err(Error::Astray { .. })));
        }
    }
}
