//! The sample source: a believable legacy database of a phase I unit as CSV files, and the spec that migrates it.
//!
//! Everything follows from the seed: the same seed and numbers give the same bytes. The rows of a person depend on seed
//! and index alone, so a larger database begins with the rows of a smaller one.

mod account;
mod children;
mod day;
mod defects;
mod medical;
mod names;
mod person;
mod places;
mod random;
mod spec;
mod studies;

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, BufWriter},
    path::{Path, PathBuf},
};

use serde::Serialize;

use children::Child;
use day::Day;
use defects::Defect;

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

/// The greatest number of people that the sample can hold with distinct numbers.
pub const MOST_VOLUNTEERS: u64 = 5_000_000;

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// The folder that holds the files.
    pub folder: PathBuf,
    /// Rows by file, headers aside.
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
    /// Rows with a value too few or too many.
    pub malformed: u64,
    /// Child rows of people who are not there.
    pub orphans: u64,
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

/// Writes the sample into a new or empty folder: `people.csv` and the files that belong to it, and the folder `spec`.
/// It is written aside and renamed, so it is there whole or not at all.
///
/// # Errors
/// When the folder holds files, the numbers make no sample, or a file cannot be written.
pub fn write(folder: &Path, sample: &Sample) -> Result<Facts, Error> {
    aside(folder, |aside| {
        let facts = write_dump(aside, sample)?;
        write_spec(&aside.join("spec"), Edition::Final)?;
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

/// Writes the CSV files of the sample into a folder that exists.
///
/// # Errors
/// When the numbers make no sample, or a file cannot be written.
pub fn write_dump(folder: &Path, sample: &Sample) -> Result<Facts, Error> {
    let total = sample.volunteers.saturating_add(sample.extra);
    if sample.volunteers == 0 || total > MOST_VOLUNTEERS {
        return Err(Error::Volunteers(sample.volunteers));
    }
    let mut people = Table::create(folder, "people.csv", person::COLUMNS)?;
    let mut children = Vec::new();
    for child in Child::ALL {
        children.push((child, Table::create(folder, child.file(), child.columns())?));
    }
    let mut facts = Facts { folder: folder.to_owned(), ..Facts::default() };
    for index in 0..total {
        let person = person::make(sample.seed, index);
        people.row(&person.row)?;
        match person.defect {
            Defect::Duplicate { .. } => facts.duplicates += 1,
            Defect::ImpossibleDate => facts.impossible_dates += 1,
            Defect::MissingName => facts.missing_names += 1,
            Defect::TooLong => facts.too_long += 1,
            Defect::TooFewValues | Defect::TooManyValues => facts.malformed += 1,
            Defect::None => {}
        }
        for (child, table) in &mut children {
            for row in child.rows(sample.seed, &person) {
                table.row(&row)?;
            }
            if defects::orphan_follows(index)
                && let Some(row) = child.orphan(sample.seed, &person)
            {
                table.row(&row)?;
                facts.orphans += 1;
            }
        }
    }
    facts.people = people.rows;
    people.finish(&mut facts)?;
    for (_, table) in children {
        table.finish(&mut facts)?;
    }
    trials(folder, &mut facts)?;
    Ok(facts)
}

/// Writes the studies, which are the same whatever the number of people.
fn trials(folder: &Path, facts: &mut Facts) -> Result<(), Error> {
    const COLUMNS: &[&str] = &[
        "CODE", "TITLE", "SPONSOR", "PHASE", "AREA", "BLINDING", "STATUS", "STARTED", "ENDED",
        "SUBJECTS", "WASHOUT", "FEE",
    ];
    let mut table = Table::create(folder, "trials.csv", COLUMNS)?;
    for trial in studies::TRIALS {
        let (from, to) = trial.days;
        table.row(&[
            trial.code.to_owned(),
            trial.title.to_owned(),
            trial.sponsor.to_owned(),
            trial.phase.to_owned(),
            trial.area.to_owned(),
            trial.blinding.to_owned(),
            trial.status.to_owned(),
            Day(from).iso(),
            to.map_or_else(String::new, |day| Day(day).iso()),
            trial.subjects.to_string(),
            trial.washout.to_string(),
            trial.fee.to_string(),
        ])?;
    }
    table.finish(facts)
}

/// A CSV file that is being written.
struct Table {
    path: PathBuf,
    name: &'static str,
    writer: csv::Writer<BufWriter<File>>,
    rows: u64,
}

impl Table {
    fn create(folder: &Path, name: &'static str, columns: &[&str]) -> Result<Self, Error> {
        let path = folder.join(name);
        let file = File::create(&path).map_err(Error::file("create", &path))?;
        // Flexible: some rows have a value too few or too many, on purpose.
        let writer = csv::WriterBuilder::new().flexible(true).from_writer(BufWriter::new(file));
        let mut table = Self { path, name, writer, rows: 0 };
        table.row(columns)?;
        table.rows = 0;
        Ok(table)
    }

    fn row<T: AsRef<[u8]>>(&mut self, cells: &[T]) -> Result<(), Error> {
        self.writer
            .write_record(cells)
            .map_err(|error| Error::file("write", &self.path)(io::Error::other(error)))?;
        self.rows += 1;
        Ok(())
    }

    fn finish(mut self, facts: &mut Facts) -> Result<(), Error> {
        self.writer.flush().map_err(Error::file("write", &self.path))?;
        facts.files.insert(self.name.to_owned(), self.rows);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(sample: Sample) -> (tempfile::TempDir, Facts) {
        let folder = tempfile::tempdir().unwrap();
        let facts = write(&folder.path().join("sample"), &sample).unwrap();
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
        assert!(matches!(write(folder.path(), &sample), Err(Error::NotEmpty(_))));
        let none = Sample { volunteers: 0, ..sample };
        assert!(matches!(write(&folder.path().join("new"), &none), Err(Error::Volunteers(0))));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
