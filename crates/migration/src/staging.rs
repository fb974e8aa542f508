//! Staging: every source once, as text, in one temporary SQLite file that transformations read.

use std::path::Path;

use rusqlite::{Connection, config::DbConfig};

use crate::{
    error::Error,
    plan::SourcePlan,
    quote,
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

/// The staged sources.
pub(crate) struct Staging {
    connection: Connection,
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

impl Staging {
    /// Makes a new staging file; it is thrown away after the run, so nothing about it is durable.
    pub(crate) fn create(path: &Path) -> Result<Self, Error> {
        let failed = || Error::database("make the staging file");
        let connection = Connection::open(path).map_err(failed())?;
        connection
            .execute_batch(
                "PRAGMA page_size = 8192;
                 PRAGMA journal_mode = OFF;
                 PRAGMA synchronous = OFF;
                 PRAGMA locking_mode = EXCLUSIVE;
                 PRAGMA temp_store = MEMORY;
                 PRAGMA cache_size = -32768;",
            )
            .map_err(failed())?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false).map_err(failed())?;
        Ok(Self { connection })
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Stages a source and returns the rows that are broken. `progress` is told how many rows were read so far.
    pub(crate) fn load(
        &self,
        source: &SourcePlan,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Vec<Broken>, Error> {
        let failed = || Error::database(format!("stage the source `{}`", source.name));
        self.connection.execute_batch(&create_table(source)).map_err(failed())?;
        let transaction = self.connection.unchecked_transaction().map_err(failed())?;
        let marks: Vec<String> =
            (1..=source.columns.len() + 1).map(|number| format!("?{number}")).collect();
        let mut insert = self
            .connection
            .prepare(&format!("INSERT INTO {} VALUES ({})", quote(&source.name), marks.join(", ")))
            .map_err(failed())?;
        let mut broken = Vec::new();
        let mut read = 0;
        let mut place = 0_u64;
        source.format.read(&mut |row| {
            match row.content {
                Ok(record) => {
                    place = (row.line << SAME_LINE).max(place + 1);
                    insert.raw_bind_parameter(1_usize, place.cast_signed()).map_err(failed())?;
                    for index in 0..record.len() {
                        let text = record
                            .get(index)
                            .filter(|text| !source.null.iter().any(|null| null == text));
                        insert.raw_bind_parameter(index + 2, text).map_err(failed())?;
                    }
                    insert.raw_execute().map_err(failed())?;
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
        transaction.commit().map_err(failed())?;
        for column in &source.index {
            self.connection
                .execute_batch(&format!(
                    "CREATE INDEX {} ON {} ({});",
                    quote(&format!("{} by {column}", source.name)),
                    quote(&source.name),
                    quote(column)
                ))
                .map_err(failed())?;
        }
        progress(read);
        Ok(broken)
    }
}
