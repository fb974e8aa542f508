//! CSV: a file for each table, in one of three encodings.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::{
    Form, Writer,
    bytes::{Encoded, Output},
};
use crate::sample::{Error, table::Table};

/// The files that are being written.
pub(super) struct Csv {
    folder: PathBuf,
    form: Form,
    files: Vec<File>,
}

struct File {
    table: Table,
    path: PathBuf,
    writer: csv::Writer<Encoded>,
}

impl Csv {
    pub(super) fn new(folder: &Path, form: Form) -> Self {
        Self { folder: folder.to_owned(), form, files: Vec::new() }
    }
}

impl File {
    fn row<T: AsRef<[u8]>>(&mut self, cells: &[T]) -> Result<(), Error> {
        self.writer
            .write_record(cells)
            .map_err(|error| Error::file("write", &self.path)(io::Error::other(error)))
    }

    fn finish(self) -> Result<(), Error> {
        let Self { path, writer, .. } = self;
        let encoded = writer
            .into_inner()
            .map_err(|error| Error::file("write", &path)(io::Error::other(error.to_string())))?;
        encoded.finish()
    }
}

impl Writer for Csv {
    fn begin(&mut self, table: Table) -> Result<(), Error> {
        let output = Output::create(&self.folder, self.form, table)?;
        let path = output.path().to_owned();
        let encoded = Encoded::new(output, self.form.format)?;
        // Flexible: some rows have a value too few or too many, on purpose.
        let writer = csv::WriterBuilder::new().flexible(true).from_writer(encoded);
        let mut file = File { table, path, writer };
        file.row(table.columns())?;
        self.files.push(file);
        Ok(())
    }

    fn row(&mut self, table: Table, cells: &[String]) -> Result<(), Error> {
        match self.files.iter_mut().find(|file| file.table == table) {
            Some(file) => file.row(cells),
            None => Ok(()),
        }
    }

    fn end(&mut self, table: Table) -> Result<(), Error> {
        match self.files.iter().position(|file| file.table == table) {
            Some(place) => self.files.swap_remove(place).finish(),
            None => Ok(()),
        }
    }

    fn finish(self: Box<Self>) -> Result<(), Error> {
        Ok(())
    }
}
