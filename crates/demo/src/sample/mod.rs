//! The sample source: a believable legacy database of a phase I unit, and the spec that migrates it.
//!
//! Everything follows from the seed: the same seed and numbers give the same bytes. The rows of a person depend on seed
//! and index alone, so a larger database begins with the rows of a smaller one. The people are the same in every format;
//! `format` says what becomes of what a format cannot say.

mod account;
mod children;
mod day;
mod defects;
mod format;
mod medical;
mod names;
mod person;
mod places;
mod random;
mod spec;
mod studies;
mod table;

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use serde::Serialize;

use defects::Defect;
use table::Table;

pub use format::{Form, Format, Packing, UnknownForm};
pub(crate) use spec::FORGOTTEN;
pub use spec::{Edition, write_spec};

/// How large the sample is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// How many people.
    pub volunteers: u64,
    /// What every choice follows from.
    pub seed: u64,
    /// How many more people at the end of each file, as in a final dump.
    pub extra: u64,
}

impl Sample {
    /// Returns how many rows of people there are.
    fn people(&self) -> u64 {
        self.volunteers.saturating_add(self.extra)
    }
}

/// The greatest number of people that the sample can hold with distinct numbers.
pub const MOST_VOLUNTEERS: u64 = 5_000_000;

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// The folder that holds the files.
    pub folder: PathBuf,
    /// What the files are.
    pub format: Format,
    /// What they are packed with.
    pub packing: Packing,
    /// Rows by file, and by table (`FILE#TABLE`) where a file holds several; headers aside.
    pub files: BTreeMap<String, u64>,
    /// Rows of people, right or not.
    pub people: u64,
    /// People who stand there a second time under another number.
    pub duplicates: u64,
    /// Birth dates that the calendar does not have.
    pub impossible_dates: u64,
    /// People without a family name.
    pub missing_names: u64,
    /// First names that are too long.
    pub too_long: u64,
    /// Rows that no format can read: with a value too few or too many, a broken object, merged cells.
    pub malformed: u64,
    /// Child rows of people who are not there.
    pub orphans: u64,
    /// Letters without their marks, because the encoding does not have them.
    pub plain_letters: u64,
}

/// Why the sample cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder holds something.
    #[error("expected `{}` to be new or empty, found files in it; name another folder", .0.display())]
    NotEmpty(PathBuf),
    /// The numbers make no sample.
    #[error("expected 1 to {most} volunteers, found {0}; give another number", most = MOST_VOLUNTEERS)]
    Volunteers(u64),
    /// A workbook is packed as it is.
    #[error(
        "expected a text format to pack with `{0}`, found `excel`, which is packed already; leave out `--pack`"
    )]
    Packed(Packing),
    /// A sheet is full.
    #[error(
        "expected at most {most} rows on a sheet, which is all that Excel has, found more for `{table}`; take fewer volunteers or another format"
    )]
    Rows {
        /// Which table.
        table: &'static str,
        /// How many rows there can be.
        most: u64,
    },
    /// A file that would say nothing about its columns.
    #[error(
        "expected a row at least for `{0}`, because JSON Lines have no header that names the columns, found none; take more volunteers"
    )]
    NoRows(String),
    /// The system said no.
    #[error("cannot {action} `{}`: {source}", .path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Error {
    pub(crate) fn file<'a>(
        action: &'static str,
        path: &'a Path,
    ) -> impl FnOnce(io::Error) -> Self + use<'a> {
        move |source| Self::File { action, path: path.to_owned(), source }
    }
}

/// Returns how many people register between a dump for review and the final one.
#[must_use]
pub fn late(volunteers: u64) -> u64 {
    volunteers.div_ceil(20)
}

/// Checks that a sample of that many volunteers, and those who come later, can be made.
pub(crate) fn check(volunteers: u64) -> Result<(), Error> {
    if volunteers == 0 || volunteers.saturating_add(late(volunteers)) > MOST_VOLUNTEERS {
        return Err(Error::Volunteers(volunteers));
    }
    Ok(())
}

/// Writes the sample into a new or empty folder: the files of its form, and the folder `spec`. It is written aside and
/// renamed, so it is there whole or not at all.
///
/// # Errors
/// When the folder holds files, the numbers make no sample of that form, or a file cannot be written.
pub fn write(folder: &Path, sample: &Sample, form: Form) -> Result<Facts, Error> {
    aside(folder, |aside| {
        let facts = write_dump(aside, sample, form)?;
        write_spec(&aside.join("spec"), Edition::Final, form)?;
        Ok(facts)
    })
    .map(|facts| Facts { folder: folder.to_owned(), ..facts })
}

/// Fills a folder aside, then gives it its name.
pub(crate) fn aside<T>(
    folder: &Path,
    fill: impl FnOnce(&Path) -> Result<T, Error>,
) -> Result<T, Error> {
    match fs::read_dir(folder) {
        Ok(mut entries) => {
            if entries.next().is_some() {
                return Err(Error::NotEmpty(folder.to_owned()));
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(Error::file("read the folder", folder)(error)),
    }
    let mut name = folder.file_name().unwrap_or_default().to_owned();
    name.push(".building");
    let building = folder.with_file_name(name);
    match fs::remove_dir_all(&building) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(Error::file("remove what is left of an earlier attempt", &building)(error));
        }
        Ok(()) | Err(_) => {}
    }
    fs::create_dir_all(&building).map_err(Error::file("create the folder", &building))?;
    let filled = match fill(&building) {
        Ok(filled) => filled,
        Err(error) => {
            // What was refused leaves nothing behind; that this cannot be removed either is the lesser news.
            let _ = fs::remove_dir_all(&building);
            return Err(error);
        }
    };
    fs::rename(&building, folder).map_err(Error::file("rename to", folder))?;
    Ok(filled)
}

/// Writes the files of the sample into a folder that exists.
///
/// # Errors
/// When the numbers make no sample of that form, or a file cannot be written.
pub fn write_dump(folder: &Path, sample: &Sample, form: Form) -> Result<Facts, Error> {
    if sample.volunteers == 0 || sample.people() > MOST_VOLUNTEERS {
        return Err(Error::Volunteers(sample.volunteers));
    }
    form.check(sample)?;
    let mut facts = wrong_people(sample);
    let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
    let mut writer = form.writer(folder)?;
    for group in form.groups() {
        for table in &group {
            writer.begin(*table)?;
        }
        table::rows(sample, &group, &mut |table, row| {
            *counts.entry(table.name()).or_default() += 1;
            facts.orphans += u64::from(row.is_orphan);
            if form.format != Format::CsvWindows1252 {
                return writer.row(table, row.cells);
            }
            let mut cells = Vec::with_capacity(row.cells.len());
            for cell in row.cells {
                let (text, plain) = format::in_windows_1252(cell);
                facts.plain_letters += plain;
                cells.push(text);
            }
            writer.row(table, &cells)
        })?;
        for table in &group {
            writer.end(*table)?;
        }
    }
    writer.finish()?;
    let count = |table: Table| counts.get(table.name()).copied().unwrap_or_default();
    facts.people = count(Table::People);
    facts.files = Table::ALL.into_iter().map(|table| (form.place(table), count(table))).collect();
    Ok(Facts { folder: folder.to_owned(), format: form.format, packing: form.packing, ..facts })
}

/// Counts what is wrong with people, by kind.
fn wrong_people(sample: &Sample) -> Facts {
    let mut facts = Facts::default();
    for index in 0..sample.people() {
        match defects::of(index) {
            Defect::Duplicate { .. } => facts.duplicates += 1,
            Defect::ImpossibleDate => facts.impossible_dates += 1,
            Defect::MissingName => facts.missing_names += 1,
            Defect::TooLong => facts.too_long += 1,
            Defect::TooFewValues | Defect::TooManyValues => facts.malformed += 1,
            Defect::None => {}
        }
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(sample: Sample) -> (tempfile::TempDir, Facts) {
        written_as(sample, Form::default())
    }

    fn written_as(sample: Sample, form: Form) -> (tempfile::TempDir, Facts) {
        let folder = tempfile::tempdir().unwrap();
        let facts = write(&folder.path().join("sample"), &sample, form).unwrap();
        (folder, facts)
    }

    fn read(folder: &tempfile::TempDir, name: &str) -> Vec<u8> {
        fs::read(folder.path().join("sample").join(name)).unwrap()
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_another_seed_gives_others() {
        let sample = Sample { volunteers: 300, seed: 7, extra: 0 };
        let ((one, facts), (two, _)) = (written(sample), written(sample));
        let (other, _) = written(Sample { seed: 8, ..sample });
        assert_eq!(facts.files.len(), 9);
        for name in facts.files.keys() {
            assert_eq!(read(&one, name), read(&two, name), "{name}");
            if name != "trials.csv" {
                assert_ne!(read(&one, name), read(&other, name), "{name}");
            }
        }
        assert!(one.path().join("sample/spec/spec.toml").is_file());
    }

    #[test]
    fn the_final_dump_begins_with_the_rows_of_the_first() {
        let (one, _) = written(Sample { volunteers: 400, seed: 3, extra: 0 });
        let (two, facts) = written(Sample { volunteers: 400, seed: 3, extra: 37 });
        for name in facts.files.keys() {
            assert!(read(&two, name).starts_with(&read(&one, name)), "{name}");
        }
        assert_eq!(facts.people, 437);
    }

    #[test]
    fn what_is_wrong_grows_with_the_people() {
        let (_, small) = written(Sample { volunteers: 2_000, seed: 1, extra: 0 });
        let (_, large) = written(Sample { volunteers: 4_000, seed: 1, extra: 0 });
        assert_eq!((small.duplicates, large.duplicates), (40, 80));
        assert_eq!((small.impossible_dates, large.impossible_dates), (10, 20));
        assert_eq!((small.missing_names, large.missing_names), (8, 16));
        assert_eq!((small.too_long, large.too_long), (4, 8));
        assert_eq!((small.malformed, large.malformed), (5, 10));
        assert!(large.orphans > small.orphans && small.orphans > 30);
        let children: u64 = small
            .files
            .iter()
            .filter(|(name, _)| *name != "people.csv")
            .map(|(_, rows)| rows)
            .sum();
        assert!((10_000..15_000).contains(&children), "{children}");
    }

    #[test]
    fn a_folder_with_files_and_impossible_numbers_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("mine.txt"), "x").unwrap();
        let sample = Sample { volunteers: 1, seed: 1, extra: 0 };
        let written = |folder: &Path, sample: Sample, format| {
            write(folder, &sample, Form { format, packing: Packing::None })
        };
        let refused = written(folder.path(), sample, Format::Csv);
        assert!(matches!(refused, Err(Error::NotEmpty(_))));
        let none = Sample { volunteers: 0, ..sample };
        let refused = written(&folder.path().join("new"), none, Format::Csv);
        assert!(matches!(refused, Err(Error::Volunteers(0))));
        let refused = written(&folder.path().join("new"), sample, Format::JsonLines);
        assert!(matches!(refused, Err(Error::NoRows(_))));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn every_form_has_the_same_rows_and_the_same_bytes_again() {
        let sample = Sample { volunteers: 210, seed: 5, extra: 3 };
        let (_, usual) = written(sample);
        let rows: Vec<u64> = usual.files.values().copied().collect();
        for format in Format::ALL {
            for packing in Packing::ALL {
                let form = Form { format, packing };
                if format == Format::Excel && packing != Packing::None {
                    continue;
                }
                let ((one, facts), (two, _)) = (written_as(sample, form), written_as(sample, form));
                let found: Vec<u64> = facts.files.values().copied().collect();
                assert_eq!(found, rows, "{format} {packing}");
                assert_eq!(facts.malformed, usual.malformed);
                assert_eq!(facts.plain_letters > 0, format == Format::CsvWindows1252);
                for table in Table::ALL {
                    let name = form.file(table);
                    assert_eq!(read(&one, &name), read(&two, &name), "{format} {packing} {name}");
                }
                let spec = String::from_utf8(read(&one, "spec/spec.toml")).unwrap();
                assert!(spec.contains(&form.declaration(Table::Trials)), "{format} {packing}");
            }
        }
    }
}
