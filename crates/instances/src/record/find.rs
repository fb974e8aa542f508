//! Find: which record a key means.

use std::path::Path;

use landfall_catalogue::Catalogue;

use super::{
    Error, RecordKey,
    typed::{find, known_table},
};
use crate::{connection, instance};

/// Returns the id of the one record that the key means, in a finished instance.
///
/// # Errors
/// [`Error::UnknownTable`], [`Error::UnknownColumn`], [`Error::NotFound`], [`Error::Ambiguous`], [`Error::Instance`].
pub fn id_of(
    path: &Path,
    catalogue: &Catalogue,
    table: &str,
    key: &RecordKey,
) -> Result<i64, Error> {
    let table = known_table(catalogue, table)?;
    instance::check(path, catalogue)?;
    find(&connection::read_only(path)?, catalogue, table, key)
}
