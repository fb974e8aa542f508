//! Reconciles what the sections say they wrote with what the package holds.

use std::collections::BTreeMap;

use rusqlite::Connection;

use crate::{error::Error, quote, report::SectionCount};

/// Counts the rows of every target table again, in the package itself.
pub(crate) fn check(package: &Connection, sections: &[SectionCount]) -> Result<(), Error> {
    let mut written: BTreeMap<&str, u64> = BTreeMap::new();
    for section in sections {
        *written.entry(&section.target).or_default() += section.written;
    }
    for (table, expected) in written {
        let found: i64 = package
            .query_row(&format!("SELECT count(*) FROM {}", quote(table)), [], |row| row.get(0))
            .map_err(Error::database(format!("count table `{table}` of the package")))?;
        let found = found.cast_unsigned();
        if found != expected {
            return Err(Error::NotReconciled { table: table.to_owned(), expected, found });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_too_few_is_found() {
        let package = Connection::open_in_memory().unwrap();
        package
            .execute_batch(
                "CREATE TABLE study(id INTEGER PRIMARY KEY); INSERT INTO study VALUES (1), (2);",
            )
            .unwrap();
        let section = |written| SectionCount {
            target: "study".to_owned(),
            written,
            ..SectionCount::default()
        };
        assert!(check(&package, &[section(1), section(1)]).is_ok());
        assert!(matches!(
            check(&package, &[section(3)]),
            Err(Error::NotReconciled { expected: 3, found: 2, .. })
        ));
    }
}
