//! Staging: every source once, as text, in one temporary SQLite file that transformations read.

use std::{
    collections::BTreeMap,
    panic,
    path::{Path, PathBuf},
    sync::mpsc,
    thread,
};

use rusqlite::{Connection, config::DbConfig};

use crate::{
    error::Error,
    plan::SourcePlan,
    quote,
    run::{Phase, Progress, remove},
    source::{Defect, LINE},
};

/// How often progress is told, in rows.
pub(crate) const STRIDE: u64 = 20_000;

/// How many bits of a row's place tell rows of one line apart: dumps write many rows on one line.
const SAME_LINE: u32 = 24;

/// Returns the line of a staged row's place.
pub(crate) fn line_of(place: i64) -> u64 {
    place.cast_unsigned() >> SAME_LINE
}

/// The staged sources: two files, which one connection reads.
pub(crate) struct Staging {
    connection: Connection,
    /// The sources that stand in the second file.
    second: Vec<String>,
}

/// A row that staging could not take, by its line.
pub(crate) struct Broken {
    pub(crate) line: u64,
    pub(crate) defect: Defect,
}

/// Returns the statement that makes the table of a source: the line, and every column as text.
pub(crate) fn create_table(source: &SourcePlan) -> String {
    let mut columns = vec![format!("{LINE} INTEGER PRIMARY KEY")];
    columns.extend(source.columns.iter().map(|column| format!("{} TEXT", quote(column))));
    format!("CREATE TABLE {} ({});", quote(&source.name), columns.join(", "))
}

/// What a reading thread tells.
struct Said {
    source: usize,
    rows: u64,
}

impl Staging {
    /// Stages every source, on two threads, and returns the broken rows of each by its name. `progress` is told how many
    /// rows were read so far.
    pub(crate) fn load(
        files: &[PathBuf; 2],
        sources: &[SourcePlan],
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(Self, BTreeMap<String, Vec<Broken>>), Error> {
        let shares = shares(sources);
        let [first, second] = files;
        let connections = [open(first)?, open(second)?];
        let (tell, said) = mpsc::channel();
        let mut done: Vec<(usize, Result<Vec<Broken>, Error>)> = Vec::new();
        let kept = thread::scope(|scope| {
            let threads: Vec<_> = connections
                .into_iter()
                .zip(&shares)
                .map(|(connection, share)| {
                    let tell = tell.clone();
                    scope.spawn(move || {
                        let mut done = Vec::new();
                        for index in share {
                            let source = &sources[*index];
                            let broken = stage(&connection, source, &mut |rows| {
                                // Whoever listens outlives the threads.
                                let _heard = tell.send(Said { source: *index, rows });
                            });
                            let failed = broken.is_err();
                            done.push((*index, broken));
                            if failed {
                                break;
                            }
                        }
                        (connection, done)
                    })
                })
                .collect();
            drop(tell);
            for Said { source, rows } in said {
                progress(Progress {
                    phase: Phase::Staging,
                    name: sources[source].name.clone(),
                    rows,
                    done: source,
                    total: sources.len(),
                });
            }
            let mut kept = Vec::new();
            for thread in threads {
                let (connection, share) =
                    thread.join().unwrap_or_else(|panicked| panic::resume_unwind(panicked));
                kept.push(connection);
                done.extend(share);
            }
            kept
        });
        // The first source that cannot be read is the one that is told, whichever thread was faster.
        done.sort_by_key(|(index, _)| *index);
        let mut broken = BTreeMap::new();
        for (index, rows) in done {
            broken.insert(sources[index].name.clone(), rows?);
        }
        let failed = |error| Error::database("bring the staged sources together")(error);
        let mut kept = kept.into_iter();
        let Some(connection) = kept.next() else { return Ok((Self::none(first)?, broken)) };
        for other in kept {
            other.close().map_err(|(_, error)| failed(error))?;
        }
        connection
            .execute("ATTACH DATABASE ?1 AS second", [second.to_string_lossy()])
            .map_err(failed)?;
        connection.execute_batch("PRAGMA second.cache_size = -16384;").map_err(failed)?;
        let [_, share] = shares;
        let second = share.into_iter().map(|index| sources[index].name.clone()).collect();
        Ok((Self { connection, second }, broken))
    }

    /// Stages every source in one file that loses its name before anything stands in it, and returns the broken rows of
    /// each.
    pub(crate) fn load_nameless(
        file: &Path,
        sources: &[SourcePlan],
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(Self, BTreeMap<String, Vec<Broken>>), Error> {
        remove(file)?;
        let connection = open(file)?;
        remove(file)?;
        let mut broken = BTreeMap::new();
        for (done, source) in sources.iter().enumerate() {
            let rows = stage(&connection, source, &mut |rows| {
                progress(Progress {
                    phase: Phase::Staging,
                    name: source.name.clone(),
                    rows,
                    done,
                    total: sources.len(),
                });
            })?;
            broken.insert(source.name.clone(), rows);
        }
        Ok((Self { connection, second: Vec::new() }, broken))
    }

    fn none(file: &Path) -> Result<Self, Error> {
        Ok(Self { connection: open(file)?, second: Vec::new() })
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    pub(crate) fn connection_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }

    /// Returns the name of the file in which a source stands, as SQL calls it.
    pub(crate) fn schema(&self, source: &str) -> &'static str {
        if self.second.iter().any(|name| name == source) { "second" } else { "main" }
    }
}

/// Shares the sources between two threads: the largest first, each to the thread that has less to read.
fn shares(sources: &[SourcePlan]) -> [Vec<usize>; 2] {
    let mut order: Vec<usize> = (0..sources.len()).collect();
    order.sort_by_key(|index| std::cmp::Reverse(sources[*index].bytes));
    let (mut shares, mut sums) = ([Vec::new(), Vec::new()], [0_u64; 2]);
    for index in order {
        let lighter = usize::from(sums[1] < sums[0]);
        sums[lighter] = sums[lighter].saturating_add(sources[index].bytes);
        shares[lighter].push(index);
    }
    shares
}

/// Makes a new staging file; it is thrown away after the run, so nothing about it is durable.
fn open(path: &Path) -> Result<Connection, Error> {
    let open = || -> rusqlite::Result<Connection> {
        let connection = Connection::open(path)?;
        connection.execute_batch(
            "PRAGMA page_size = 8192;
             PRAGMA journal_mode = OFF;
             PRAGMA synchronous = OFF;
             PRAGMA locking_mode = EXCLUSIVE;
             PRAGMA temp_store = MEMORY;
             PRAGMA cache_size = -16384;",
        )?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
        Ok(connection)
    };
    open().map_err(Error::database("make the staging file"))
}

/// Stages a source and returns the rows that are broken.
fn stage(
    connection: &Connection,
    source: &SourcePlan,
    progress: &mut dyn FnMut(u64),
) -> Result<Vec<Broken>, Error> {
    let failed = |error| Error::database(format!("stage the source `{}`", source.name))(error);
    connection.execute_batch(&create_table(source)).map_err(failed)?;
    let transaction = connection.unchecked_transaction().map_err(failed)?;
    let marks: Vec<String> =
        (1..=source.columns.len() + 1).map(|number| format!("?{number}")).collect();
    let mut insert = connection
        .prepare(&format!("INSERT INTO {} VALUES ({})", quote(&source.name), marks.join(", ")))
        .map_err(failed)?;
    let mut broken = Vec::new();
    let mut read = 0;
    let mut place = 0_u64;
    source.format.read(&mut |row| {
        match row.content {
            Ok(record) => {
                place = (row.line << SAME_LINE).max(place + 1);
                insert.raw_bind_parameter(1_usize, place.cast_signed()).map_err(failed)?;
                for index in 0..record.len() {
                    let text = record
                        .get(index)
                        .filter(|text| !source.null.iter().any(|null| null == text));
                    insert.raw_bind_parameter(index + 2, text).map_err(failed)?;
                }
                insert.raw_execute().map_err(failed)?;
            }
            Err(defect) => broken.push(Broken { line: row.line, defect }),
        }
        read += 1;
        if read % STRIDE == 0 {
            progress(read);
        }
        Ok(())
    })?;
    drop(insert);
    transaction.commit().map_err(failed)?;
    for column in &source.index {
        connection
            .execute_batch(&format!(
                "CREATE INDEX {} ON {} ({});",
                quote(&format!("{} by {column}", source.name)),
                quote(&source.name),
                quote(column)
            ))
            .map_err(failed)?;
    }
    progress(read);
    Ok(broken)
}
