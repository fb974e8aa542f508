//! Exporting: the stored lines as they are, and a trailer that says how many and where they end.

use std::io::Write;

use crate::{
    Error, Head, Ledger,
    read::{self, text},
};

impl Ledger {
    /// Writes every stored line and the trailer, each with a newline; returns the head that the trailer bears.
    ///
    /// Nothing is mended: the export of a damaged ledger shows the damage to whoever verifies it.
    ///
    /// # Errors
    /// When the store cannot be read or `out` cannot be written.
    pub fn export(&self, out: &mut dyn Write) -> Result<Head, Error> {
        let snapshot = self.connection.unchecked_transaction()?;
        let head = read::head(&snapshot)?;
        let mut statement = snapshot.prepare("SELECT line FROM entry ORDER BY sequence")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            out.write_all(text(row.get_ref(0)?))?;
            out.write_all(b"\n")?;
        }
        out.write_all(trailer(head).as_bytes())?;
        out.write_all(b"\n")?;
        out.flush()?;
        Ok(head)
    }
}

/// Returns the trailer of an export, without its newline. It is canonical JSON as well.
pub(crate) fn trailer(head: Head) -> String {
    format!(r#"{{"count":{},"head":"{}"}}"#, head.count, head.hash)
}
