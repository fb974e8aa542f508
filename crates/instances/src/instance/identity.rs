//! What an instance says about itself, and whether it fits what is about to be done with it.

use std::{collections::BTreeMap, path::Path};

use landfall_catalogue::Catalogue;
use rusqlite::Connection;

use super::is_finished;
use crate::{Error, connection, connection::location, error::During};

/// Returns the identity that was written when the instance was created: `customer`, `environment`, `kind`, `role`,
/// `name`, `address`, `product`, `release`, `build`, and `catalogue`, the digest of its catalogue.
///
/// # Errors
/// [`Error::Absent`], [`Error::NotAnInstance`], [`Error::Sql`].
pub fn identity(path: &Path) -> Result<BTreeMap<String, String>, Error> {
    read(&connection::read_only(path)?)
}

/// As [`identity`], through an open connection.
fn read(connection: &Connection) -> Result<BTreeMap<String, String>, Error> {
    let path = location(connection);
    let action = "read the identity";
    let present: bool = connection
        .query_row(
            "SELECT EXISTS (SELECT 1 FROM main.sqlite_schema WHERE name = 'landfall_instance')",
            [],
            |row| row.get(0),
        )
        .during(action, &path)?;
    if !present {
        return Err(Error::NotAnInstance { path });
    }
    let mut statement = connection
        .prepare("SELECT key, value FROM main.landfall_instance")
        .during(action, &path)?;
    let identity = statement
        .query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))
        .during(action, &path)?
        .collect::<Result<BTreeMap<_, _>, _>>()
        .during(action, &path)?;
    Ok(identity)
}

/// Checks that the file is a finished instance of the catalogue at hand.
pub(crate) fn check(path: &Path, catalogue: &Catalogue) -> Result<(), Error> {
    let connection = connection::read_only(path)?;
    check_catalogue(&connection, catalogue)?;
    if is_finished(&connection)? {
        Ok(())
    } else {
        Err(Error::Unfinished { path: path.to_owned() })
    }
}

/// Checks that the file is an instance of the catalogue at hand that is still being built.
pub(super) fn check_building(connection: &Connection, catalogue: &Catalogue) -> Result<(), Error> {
    check_catalogue(connection, catalogue)?;
    if is_finished(connection)? {
        Err(Error::Finished { path: location(connection) })
    } else {
        Ok(())
    }
}

/// Checks that the file is an instance of the catalogue at hand.
pub(super) fn check_catalogue(connection: &Connection, catalogue: &Catalogue) -> Result<(), Error> {
    let mut identity = read(connection)?;
    let found = identity.remove("catalogue").unwrap_or_default();
    let expected = catalogue.digest();
    if found == expected.to_string() {
        Ok(())
    } else {
        Err(Error::WrongCatalogue { path: location(connection), expected, found })
    }
}
